// What holds for every value, response and expression. A failure prints its seed.
#include "engine/qti/cases_support.hpp"
#include "engine/qti/qti_support.hpp"

#include <array>
#include <cstdio>

namespace papervault::engine::qti {
namespace {

constexpr std::array seeds{1ULL, 20'261'121ULL, 0xC0FFEEULL};

class QtiPropertyTest : public testing::TestWithParam<unsigned long long> {
protected:
    Chooser choose{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Seeds, QtiPropertyTest, testing::ValuesIn(seeds), testing::PrintToStringParamName());

struct StrictOperator {
    std::string_view element;
    std::string_view type;
    int operands;
};
/// NULL if any operand is NULL.
constexpr std::array strict_operators{
    StrictOperator{"sum", "integer", 3},
    StrictOperator{"product", "float", 3},
    StrictOperator{"subtract", "integer", 2},
    StrictOperator{"divide", "integer", 2},
    StrictOperator{"power", "integer", 2},
    StrictOperator{"integerDivide", "integer", 2},
    StrictOperator{"integerModulus", "integer", 2},
    StrictOperator{"min", "integer", 3},
    StrictOperator{"max", "float", 3},
    StrictOperator{"gcd", "integer", 3},
    StrictOperator{"lcm", "integer", 3},
    StrictOperator{"round", "float", 1},
    StrictOperator{"truncate", "float", 1},
    StrictOperator{"integerToFloat", "integer", 1},
    StrictOperator{"roundTo roundingMode=\"decimalPlaces\" figures=\"1\"", "float", 1},
    StrictOperator{"mathOperator name=\"atan2\"", "integer", 2},
    StrictOperator{"mathOperator name=\"exp\"", "integer", 1},
    StrictOperator{"equal toleranceMode=\"exact\"", "integer", 2},
    StrictOperator{"equalRounded roundingMode=\"decimalPlaces\" figures=\"0\"", "float", 2},
    StrictOperator{"match", "integer", 2},
    StrictOperator{"lt", "integer", 2},
    StrictOperator{"gte", "float", 2},
    StrictOperator{"not", "boolean", 1},
    StrictOperator{"stringMatch caseSensitive=\"true\"", "string", 2},
    StrictOperator{"substring caseSensitive=\"true\"", "string", 2},
    StrictOperator{"patternMatch pattern=\"a*\"", "string", 1},
    StrictOperator{"durationLT", "duration", 2},
    StrictOperator{"inside shape=\"circle\" coords=\"0,0,5\"", "point", 1},
};

std::string operand(Chooser& choose, std::string_view type)
{
    if (type == "boolean") { return choose.one_in(2) ? yes() : no(); }
    if (type == "string") { return text("a" + std::to_string(choose.below(9))); }
    if (type == "duration") { return base("duration", "PT" + std::to_string(choose.below(99)) + "S"); }
    if (type == "point") { return base("point", std::to_string(choose.below(9)) + " 1"); }
    const std::string number = std::to_string(choose.between(1, 9));
    return base(type, type == "float" ? number + ".5" : number);
}

TEST_P(QtiPropertyTest, AStrictOperatorIsNullWhicheverOperandIs)
{
    for (const StrictOperator& op : strict_operators) {
        std::vector<std::string> operands;
        for (int at = 0; at < op.operands; ++at) operands.push_back(operand(choose, op.type));
        std::string all;
        for (const std::string& one : operands) all += one;
        const auto value = value_of(element(op.element, all));
        ASSERT_THAT(value, IsAccepted()) << op.element;
        EXPECT_FALSE(value->is_null()) << op.element << all;
        for (int missing = 0; missing < op.operands; ++missing) {
            std::string some;
            for (int at = 0; at < op.operands; ++at) {
                some += at == missing ? null() : operands[static_cast<std::size_t>(at)];
            }
            EXPECT_THAT(value_of(element(op.element, some)), IsNull()) << op.element << some;
        }
    }
}

TEST_P(QtiPropertyTest, DeMorganHoldsWithNull)
{
    for (int turn = 0; turn < 200; ++turn) {
        std::string plain;
        std::string negated;
        for (std::int64_t at = choose.between(1, 5); at > 0; --at) {
            const std::array choices{yes(), no(), null()};
            const std::string& one = choose.of(choices);
            plain += one;
            negated += element("not", one);
        }
        EXPECT_EQ(value_of(element("not", element("and", plain))), value_of(element("or", negated))) << plain;
        EXPECT_EQ(value_of(element("not", element("or", plain))), value_of(element("and", negated))) << plain;
    }
}

Scalar random_scalar(Chooser& choose, BaseType type)
{
    const auto word = [&] { return "w" + std::to_string(choose.below(1000)); };
    switch (type) {
    case BaseType::boolean: return choose.one_in(2);
    case BaseType::integer: return choose.between(-1'000'000'000'000, 1'000'000'000'000);
    case BaseType::floating: return static_cast<double>(choose.between(-1'000'000'000, 1'000'000'000)) / 4096.0 * 1e-7;
    case BaseType::point:
        return Point{static_cast<std::int32_t>(choose.between(-99, 9999)),
                     static_cast<std::int32_t>(choose.below(999))};
    case BaseType::pair:
    case BaseType::directed_pair: return Pair{word(), word()};
    case BaseType::duration: return Duration{static_cast<double>(choose.below(10'000'000)) / 8.0};
    case BaseType::int_or_identifier:
        if (choose.one_in(2)) return choose.between(-9, 9);
        return word();
    default: return word();
    }
}

TEST_P(QtiPropertyTest, AScalarIsReadBackAsItWasWritten)
{
    for (int turn = 0; turn < 3000; ++turn) {
        const auto type = static_cast<BaseType>(choose.below(12));
        const Scalar scalar = random_scalar(choose, type);
        EXPECT_EQ(scalar_from_text(type, to_text(type, scalar)), Result<Scalar>{scalar}) << to_text(type, scalar);
    }
}

TEST_P(QtiPropertyTest, RoundingAgreesWithWholeNumbers)
{
    for (int turn = 0; turn < 1000; ++turn) {
        const std::int64_t thousandths = choose.between(-9'999'999, 9'999'999);
        const std::int64_t magnitude = thousandths < 0 ? -thousandths : thousandths;
        const std::int64_t hundredths = (magnitude + 5) / 10;
        char number[32];
        char expected[32];
        std::snprintf(number, sizeof number, "%s%lld.%03lld", thousandths < 0 ? "-" : "",
                      static_cast<long long>(magnitude / 1000), static_cast<long long>(magnitude % 1000));
        std::snprintf(expected, sizeof expected, "%s%lld.%02lld", thousandths < 0 ? "-" : "",
                      static_cast<long long>(hundredths / 100), static_cast<long long>(hundredths % 100));
        EXPECT_THAT(value_of(element("roundTo roundingMode=\"decimalPlaces\" figures=\"2\"", real(number))),
                    is_float(std::strtod(expected, nullptr)))
            << number;
    }
}

TEST_P(QtiPropertyTest, AnEscapedTextIsAPatternOfItself)
{
    static constexpr std::string_view letters = "ab1 \\|.?*+(){}-[]^$/'题";
    for (int turn = 0; turn < 300; ++turn) {
        std::string plain;
        std::string pattern;
        for (std::int64_t at = choose.between(1, 12); at > 0; --at) {
            const char c = letters[choose.below(letters.size() - 3)];
            plain += c;
            if (std::string_view{"\\|.?*+(){}-[]^"}.find(c) != std::string_view::npos) pattern += '\\';
            pattern += c;
        }
        const std::string call = "patternMatch pattern=\"" + pattern + "\"";
        if (plain.find_first_not_of(' ') == std::string::npos) continue;
        EXPECT_THAT(value_of(element(call, text(plain))), is_true()) << pattern;
        EXPECT_THAT(value_of(element(call, text(plain + "a"))), is_false()) << pattern;
    }
}

TEST_P(QtiPropertyTest, TheOrderOfAMultipleResponseNeverChangesAnOutcome)
{
    const auto file = qti_folder() / "consensus_cases.jsonl";
    SKIP_UNLESS_PRESENT(file);
    CaseRunner runner = shared_case_runner();
    std::size_t shuffled = 0;
    for (const std::string& line : lines_of(file)) {
        boost::json::object fields = boost::json::parse(line).as_object();
        bool changed = false;
        for (auto& [name, response] : fields.at("responses").as_object()) {
            auto& object = response.as_object();
            if (object.at("cardinality") != "multiple" || !object.at("values").is_array()) continue;
            auto& values = object.at("values").as_array();
            for (std::size_t left = values.size(); left > 1; --left) {
                std::swap(values[left - 1], values[choose.below(left)]);
                changed = true;
            }
        }
        if (!changed) continue;
        ++shuffled;
        const auto before = runner.answer(line);
        const auto after = runner.answer(boost::json::serialize(fields));
        for (const auto& [name, value] : before.at("outcomes").as_object()) {
            EXPECT_TRUE(same_outcome(value, after.at("outcomes").at(name))) << fields.at("id");
        }
    }
    EXPECT_GT(shuffled, 100U);
}

TEST_P(QtiPropertyTest, TheOrderInsideAPairNeverMatters)
{
    const std::string declaration =
        "<responseDeclaration identifier=\"R\" cardinality=\"multiple\" baseType=\"pair\"><correctResponse><value>A B"
        "</value><value>C D</value></correctResponse><mapping><mapEntry mapKey=\"A B\" mappedValue=\"1\"/>"
        "<mapEntry mapKey=\"D C\" mappedValue=\"2\"/></mapping></responseDeclaration>";
    const auto pair = [&](const std::string& a, const std::string& b) {
        return choose.one_in(2) ? a + " " + b : b + " " + a;
    };
    for (int turn = 0; turn < 20; ++turn) {
        const World world{declaration, {{"R", {pair("A", "B"), pair("C", "D")}}}};
        EXPECT_THAT(value_of("<mapResponse identifier=\"R\"/>", world), is_float(3));
        EXPECT_THAT(value_of("<match><variable identifier=\"R\"/><correct identifier=\"R\"/></match>", world),
                    is_true());
    }
}

} // namespace
} // namespace papervault::engine::qti
