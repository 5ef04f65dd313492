// Foreign cases, as two other engines and the authors of their tests see them. They are read from the shared data; the
// runs without them say so.
#include "engine/qti/cases_support.hpp"

#include <map>

namespace papervault::engine::qti {
namespace {

/// Cases whose expectation contradicts the standard, each with the reason (docs/qti-decisions.md).
const std::map<std::string, std::string, std::less<>> argued{};

std::vector<std::string> wrong_cases(const std::filesystem::path& file, std::size_t& count)
{
    CaseRunner runner = shared_case_runner();
    std::vector<std::string> wrong;
    for (const std::string& line : lines_of(file)) {
        const boost::json::object fields = boost::json::parse(line).as_object();
        const std::string id{fields.at("id").as_string()};
        const auto* tier = fields.if_contains("tier");
        if ((tier != nullptr && *tier == "P") || argued.contains(id)) { continue; }
        ++count;
        const boost::json::object answer = runner.answer(line);
        const auto* outcomes = answer.if_contains("outcomes");
        if (outcomes == nullptr) {
            wrong.push_back(id + ": " + boost::json::serialize(answer));
            continue;
        }
        for (const auto& [name, expected] : fields.at("expected").as_object()) {
            const auto* actual = outcomes->as_object().if_contains(name);
            if (actual == nullptr || !same_outcome(expected, *actual)) {
                wrong.push_back(id + ": " + std::string{name} + " expected " + boost::json::serialize(expected) +
                                ", is " + (actual == nullptr ? "missing" : boost::json::serialize(*actual)) + " for " +
                                boost::json::serialize(fields.at("responses")));
            }
        }
    }
    return wrong;
}

TEST(QtiCasesTest, AssertedCasesHaveTheOutcomesThatForeignTestsAssert)
{
    const auto file = qti_folder() / "asserted_cases.jsonl";
    SKIP_UNLESS_PRESENT(file);
    std::size_t count = 0;
    EXPECT_THAT(wrong_cases(file, count), testing::IsEmpty());
    EXPECT_GE(count, 245U - argued.size());
}

TEST(QtiCasesTest, ConsensusCasesHaveTheOutcomesThatTwoEnginesGive)
{
    const auto file = qti_folder() / "consensus_cases.jsonl";
    SKIP_UNLESS_PRESENT(file);
    std::size_t count = 0;
    EXPECT_THAT(wrong_cases(file, count), testing::IsEmpty());
    EXPECT_GE(count, 1719U - argued.size());
}

bool is_expected(const boost::json::value& expected, const boost::json::object& answer)
{
    if (expected.is_string()) { return answer.contains("error"); }
    const auto* value = answer.if_contains("value");
    if (value == nullptr) { return false; }
    if (expected.is_null() || value->is_null()) { return expected.is_null() && value->is_null(); }
    const auto& e = expected.as_object();
    const auto& a = value->as_object();
    if (e.at("cardinality") != a.at("cardinality") || e.at("base_type") != a.at("base_type")) { return false; }
    const auto values = [](const boost::json::object& fields) {
        return fields.contains("value") ? boost::json::array{fields.at("value")} : fields.at("values").as_array();
    };
    return same_texts(e.at("cardinality").as_string(), e.at("base_type").as_string(), values(e), values(a));
}

TEST(QtiCasesTest, ExpressionsHaveTheValueThatTwoEnginesGive)
{
    const auto file = qti_folder() / "expression_cases.jsonl";
    SKIP_UNLESS_PRESENT(file);
    CaseRunner runner = shared_case_runner();
    std::vector<std::string> wrong;
    std::size_t count = 0;
    for (const std::string& line : lines_of(file)) {
        const boost::json::object fields = boost::json::parse(line).as_object();
        ++count;
        const boost::json::object answer = runner.answer(line);
        if (!is_expected(fields.at("expected"), answer)) {
            wrong.push_back(boost::json::serialize(fields.at("expression_xml")) + " expected " +
                            boost::json::serialize(fields.at("expected")) + ": " + boost::json::serialize(answer));
        }
    }
    EXPECT_THAT(wrong, testing::IsEmpty());
    EXPECT_EQ(count, 278U);
}

} // namespace
} // namespace papervault::engine::qti
