#include "engine/grading_support.hpp"
#include "engine/items.hpp"

#include <papervault/engine/open_mark.hpp>

namespace papervault::engine {
namespace {

using enum ItemType;
using testing::HasSubstr;

KeyedItem with_rule(KeyedItem made, ScoringRule rule)
{
    made.key.rule = rule;
    return made;
}

TEST(ProportionalRuleTest, TakesAWrongChoiceFromARightOne)
{
    const KeyedItem item = with_rule(choice(multiple_choice, "3", {"A", "B", "D"}), ScoringRule::proportional);
    EXPECT_EQ(score(item, {"A", "B", "D"}).points, decimal("3"));
    EXPECT_EQ(score(item, {"A", "B"}).points, decimal("2"));
    EXPECT_EQ(score(item, {"A", "B", "C"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"A", "B", "C", "D"}).points, decimal("2"));
    EXPECT_EQ(score(item, {"A", "C"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"C"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"C"}).reason, "作答 C，标准答案 A、B、D，选对 0/3，选错 1：0 分");
}

TEST(ScoringRuleTest, OfTheKeyGoesBeforeThePolicys)
{
    const GradingPolicy proportional{.multiple = MultipleRule::proportional};
    const KeyedItem plain = choice(multiple_choice, "2", {"A", "B"});
    EXPECT_EQ(score(plain, {"A"}, proportional).points, decimal("1"));
    EXPECT_EQ(score(with_rule(plain, ScoringRule::all_or_nothing), {"A"}, proportional).points, decimal("0"));
    EXPECT_EQ(score(with_rule(plain, ScoringRule::partial_none_wrong), {"A", "C"}, proportional).points, decimal("0"));
}

TEST(PenaltyTest, StopsAtTheItemOrAtThePaper)
{
    KeyedItem item = choice(true_false, "1", {"true"});
    const GradingPolicy to_item{.true_false_penalty = decimal("0.5")};
    GradingPolicy to_paper = to_item;
    to_paper.floor = PenaltyFloor::paper;
    EXPECT_EQ(score(item, {"false"}, to_item).points, decimal("0"));
    EXPECT_EQ(score(item, {"false"}, to_paper).points, decimal("-0.5"));
    EXPECT_EQ(score(item, {"true"}, to_paper).points, decimal("1"));
    EXPECT_EQ(score(item, {""}, to_paper).points, decimal("0")) << "an omission costs nothing";
    EXPECT_EQ(score(item, {"false"}, to_paper).reason, "作答 错误，标准答案 正确，答错扣分：-0.5 分");
    item.key.penalty = decimal("1");
    EXPECT_EQ(score(item, {"false"}, to_paper).points, decimal("-1"));
    EXPECT_EQ(score(choice(single_choice, "1", {"A"}), {"B"}, to_paper).points, decimal("0"))
        << "the policy's penalty is for true/false";
}

TEST(PenaltyTest, NeverTakesAPaperBelowZero)
{
    Form form{"A", "", {{"一", "", {}}}};
    AnswerKeys keys;
    ResponseSheet responses;
    for (const char* id : {"a", "b", "c"}) {
        KeyedItem made = choice(true_false, "1", {"true"});
        made.item.item.id = made.key.item_id = id;
        form.sections[0].items.push_back(made.item);
        keys[id] = made.key;
        responses[id] = {"false"};
    }
    const GradingPolicy policy{.true_false_penalty = decimal("1"), .floor = PenaltyFloor::paper};
    EXPECT_EQ(grade_sheet(form, keys, responses, policy).points, decimal("0"));
    responses["a"] = responses["b"] = {"true"};
    EXPECT_EQ(grade_sheet(form, keys, responses, policy).points, decimal("1"));
}

TEST(RoundingTest, IsDoneOnceAtTheTotal)
{
    const Rounding up{1, RoundingMode::half_up};
    const Rounding even{1, RoundingMode::half_even};
    EXPECT_EQ(rounded(decimal("0.25"), up), decimal("0.3"));
    EXPECT_EQ(rounded(decimal("0.25"), even), decimal("0.2"));
    EXPECT_EQ(rounded(decimal("0.35"), even), decimal("0.4"));
    EXPECT_EQ(rounded(decimal("0.250001"), even), decimal("0.3"));
    EXPECT_EQ(rounded(decimal("0.249999"), up), decimal("0.2"));
    EXPECT_EQ(rounded(decimal("-0.25"), up), decimal("-0.3"));
    EXPECT_EQ(rounded(decimal("59.5"), {0, RoundingMode::half_up}), decimal("60"));
    EXPECT_EQ(rounded(decimal("0.123456"), {}), decimal("0.123456"));
    EXPECT_EQ(rounded(decimal("0.000001"), {0, RoundingMode::half_even}), decimal("0"));

    Form form{"A", "", {{"一", "", {}}}};
    AnswerKeys keys;
    ResponseSheet responses;
    for (const char* id : {"a", "b"}) {
        KeyedItem made = choice(single_choice, "0.25", {"A"});
        made.item.item.id = made.key.item_id = id;
        form.sections[0].items.push_back(made.item);
        keys[id] = made.key;
        responses[id] = {"A"};
    }
    const SheetScore sheet = grade_sheet(form, keys, responses, {.rounding = up});
    EXPECT_EQ(sheet.points, decimal("0.5")) << "not 0.3 + 0.3";
    EXPECT_EQ(sheet.items[0].points, decimal("0.25"));
}

TEST(PolicyTest, RefusesRulesOfOtherTypesAndSharesAboveOne)
{
    EXPECT_THAT(validate(GradingPolicy{}), IsAccepted());
    EXPECT_THAT(validate(GradingPolicy{.order = ScoringRule::per_part}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(validate(GradingPolicy{.match = ScoringRule::by_policy}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(validate(GradingPolicy{.true_false_penalty = decimal("1.1")}),
                IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(validate(GradingPolicy{.rounding = {7}}), IsRefusedWith(EngineError::out_of_range));
}

KeyedItem order_item(ScoringRule rule)
{
    return with_rule(choice(order, "3", {"B", "A", "D", "C"}), rule);
}

TEST(OrderTest, IsAllOrNothingByDefault)
{
    const KeyedItem item = order_item(ScoringRule::by_policy);
    EXPECT_EQ(score(item, {"B", "A", "D", "C"}).points, decimal("3"));
    EXPECT_EQ(score(item, {"B", "A", "C", "D"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"B", "A", "D"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"B", "A", "D", "C", "E"}).points, decimal("0"));
    EXPECT_EQ(score(item, {}).mark, Mark::unanswered);
    EXPECT_EQ(score(item, {"B", "A"}).reason, "作答顺序 B、A，标准答案 B、A、D、C：0 分");
}

TEST(OrderTest, CountsNeighbours)
{
    const KeyedItem item = order_item(ScoringRule::adjacent_pairs);
    EXPECT_EQ(score(item, {"D", "C", "B", "A"}).points, decimal("2"));
    EXPECT_EQ(score(item, {"A", "B", "D", "C"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"C", "D", "A", "B"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"B", "Z", "A", "D"}).points, decimal("1")) << "what is unknown stands between";
}

TEST(OrderTest, CountsTheLongestRun)
{
    const KeyedItem item = order_item(ScoringRule::longest_run);
    EXPECT_EQ(score(item, {"A", "B", "D", "C"}).points, decimal("2"));
    EXPECT_EQ(score(item, {"C", "D", "A", "B"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"B", "Z", "A", "D", "C"}).points, decimal("3"));
    EXPECT_EQ(score(item, {"Z"}).points, decimal("0"));
    EXPECT_THAT(score(item, {"B", "D", "A", "C"}).reason, HasSubstr("最长正确次序 3/4：2 分"));
}

TEST(MatchTest, CountsEachPairOrAllTogether)
{
    KeyedItem item = choice(match, "3", {"1 B", "2 A", "3 B"});
    EXPECT_EQ(score(item, {"3 B", "1 B", "2 A"}).points, decimal("3"));
    EXPECT_EQ(score(item, {"1 B", "2 C"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"1 B", "1 A", "2 A"}).points, decimal("1")) << "two options for one prompt";
    EXPECT_EQ(score(item, {"1 B", "1 B", "11 A"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"1B", "B 1", "1 B "}).points, decimal("0"));
    item.key.rule = ScoringRule::all_or_nothing;
    EXPECT_EQ(score(item, {"3 B", "1 B", "2 A"}).points, decimal("3"));
    EXPECT_EQ(score(item, {"3 B", "1 B", "2 A", "4 A"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"1 B", "2 A"}).points, decimal("0"));
}

TEST(BlanksInAnyOrderTest, FindTheBestAssignment)
{
    KeyedItem item = blanks("6", {{{"a", "b"}, {}}, {{"a"}, {}}, {{"c", "b"}, {}}});
    item.key.blanks_in_any_order = true;
    EXPECT_EQ(score(item, {"c", "b", "a"}).points, decimal("6"));
    EXPECT_EQ(score(item, {"a", "a", "c"}).points, decimal("6"));
    EXPECT_EQ(score(item, {"a", "a", "a"}).points, decimal("4"));
    EXPECT_EQ(score(item, {"", "b"}).points, decimal("2"));
    item.key.blanks[0].weight = 4;
    EXPECT_EQ(score(item, {"a", "x", "x"}).points, decimal("4")) << "the text goes where it earns most";
    EXPECT_EQ(score(item, {"x", "x", "x", "a"}).points, decimal("0")) << "texts beyond the blanks don't count";
}

TEST(BlanksTest, ShareThePointsByWeightAndAllOrNothing)
{
    KeyedItem item = blanks("1", {{{"a"}, {}}, {{"b"}, {}}});
    item.key.blanks[0].weight = 2;
    EXPECT_EQ(score(item, {"a", ""}).points, decimal("0.666667"));
    EXPECT_EQ(score(item, {"", "b"}).points, decimal("0.333333"));
    item.key.rule = ScoringRule::all_or_nothing;
    EXPECT_EQ(score(item, {"a", ""}).points, decimal("0"));
    EXPECT_EQ(score(item, {"a", "b"}).points, decimal("1"));
}

struct TextCase {
    TextRule rule;
    const char* key;
    const char* typed;
    bool is_right;
};
class TextRuleTest : public testing::TestWithParam<TextCase> {};
TEST_P(TextRuleTest, SaysWhichTextsAreTheSame)
{
    const TextCase& text = GetParam();
    const KeyedItem item = blanks("1", {{{text.key}, {}, text.rule}});
    EXPECT_EQ(score(item, {text.typed}).points, decimal(text.is_right ? "1" : "0")) << text.key << " / " << text.typed;
}
constexpr TextRule nfc{.form = UnicodeForm::nfc};
constexpr TextRule nfkc{.form = UnicodeForm::nfkc};
constexpr TextRule exact{
    .form = UnicodeForm::as_typed, .spaces = SpaceRule::exact, .match_case = true, .match_width = true};
constexpr TextRule no_spaces{.form = UnicodeForm::as_typed, .spaces = SpaceRule::ignore};
INSTANTIATE_TEST_SUITE_P(
    Texts, TextRuleTest,
    testing::Values(TextCase{{}, "\u00e9", "e\u0301", false}, TextCase{nfc, "\u00e9", "e\u0301", true},
                    TextCase{nfc, "m\u00b2", "m2", false}, TextCase{nfkc, "m\u00b2", "m2", true},
                    TextCase{nfkc, "\u338f", "KG", true}, TextCase{nfkc, "\uac00", "\u1100\u1161", true},
                    TextCase{exact, "Ab", "Ab", true}, TextCase{exact, "Ab", "ab", false},
                    TextCase{exact, "Ab", "Ａb", false}, TextCase{exact, "a b", "a  b", false},
                    TextCase{exact, "a", "a ", false}, TextCase{no_spaces, "三相 电机", "三 相电机", true},
                    TextCase{{}, "三相电机", "三相 电机", false}, TextCase{{}, "a b", " A\u3000 b ", true}));

struct UnicodeVector {
    std::string_view text, nfc, nfkc;
};
TEST(UnicodeFormTest, IsThatOfTheStandard)
{
    using namespace std::string_view_literals;
    const UnicodeVector vectors[] = {
#include "engine/unicode_vectors.inc"
    };
    for (const UnicodeVector& vector : vectors) {
        const TextRule plain{UnicodeForm::nfc, SpaceRule::exact, true, true};
        const TextRule compatible{UnicodeForm::nfkc, SpaceRule::exact, true, true};
        EXPECT_EQ(normal_text(vector.text, plain), vector.nfc) << testing::PrintToString(vector.text);
        EXPECT_EQ(normal_text(vector.text, compatible), vector.nfkc) << testing::PrintToString(vector.text);
    }
}

struct NumberCase {
    NumericAnswer key;
    const char* typed;
    bool is_right;
};
class NumberRuleTest : public testing::TestWithParam<NumberCase> {};
TEST_P(NumberRuleTest, IsExact)
{
    const KeyedItem item = blanks("1", {{{}, GetParam().key}});
    EXPECT_EQ(score(item, {GetParam().typed}).points, decimal(GetParam().is_right ? "1" : "0")) << GetParam().typed;
}
NumericAnswer in_unit(std::string_view value, std::string unit, std::string_view tolerance = "0")
{
    NumericAnswer number{decimal(value), decimal(tolerance)};
    number.unit = std::move(unit);
    return number;
}
NumericAnswer relative(std::string_view value, std::string_view share)
{
    NumericAnswer number{decimal(value), {}};
    number.relative_tolerance = decimal(share);
    return number;
}
NumericAnswer figures(std::string_view value, int count)
{
    NumericAnswer number{decimal(value), {}};
    number.significant_figures = count;
    return number;
}
NumericAnswer with_comma(std::string_view value)
{
    NumericAnswer number{decimal(value), {}};
    number.decimal_comma = true;
    return number;
}
NumericAnswer unit_optional(std::string_view value, std::string unit)
{
    NumericAnswer number = in_unit(value, std::move(unit));
    number.unit_may_be_left_out = true;
    return number;
}
INSTANTIATE_TEST_SUITE_P(
    Units, NumberRuleTest,
    testing::Values(
        NumberCase{in_unit("1.5", "kPa"), "1500 Pa", true}, NumberCase{in_unit("1.5", "kPa"), "1500帕", true},
        NumberCase{in_unit("1.5", "kPa"), "1.5千帕", true}, NumberCase{in_unit("1.5", "kPa"), "１．５ＫＰａ", true},
        NumberCase{in_unit("1.5", "kPa"), "0.0015 MPa", true}, NumberCase{in_unit("1.5", "kPa"), "0.0015 mPa", false},
        NumberCase{in_unit("1.5", "kPa"), "1.5", false}, NumberCase{in_unit("1.5", "kPa"), "1.5 kV", false},
        NumberCase{in_unit("1.5", "kPa"), "1500.0000000000000001 Pa", false},
        NumberCase{in_unit("1.5", "kPa"), "1.5 kPa kPa", false}, NumberCase{in_unit("1.5", "kPa"), "kPa", false},
        NumberCase{in_unit("1.5", "kPa", "0.1"), "1600 Pa", true},
        NumberCase{in_unit("1.5", "kPa", "0.1"), "1601 Pa", false}, NumberCase{in_unit("36", "km/h"), "10 m/s", true},
        NumberCase{in_unit("36", "km/h"), "10米/秒", true}, NumberCase{in_unit("36", "km/h"), "10米每秒", true},
        NumberCase{in_unit("10", "m/s"), "36 km/h", true}, NumberCase{in_unit("10", "m/s"), "36.0001 km/h", false},
        NumberCase{in_unit("1", "g/cm3"), "1000 kg/m³", true}, NumberCase{in_unit("-40", "℃"), "−40 °C", true},
        NumberCase{in_unit("25", "%"), "0.25 %", false}, NumberCase{in_unit("25", "%"), "25％", true},
        NumberCase{in_unit("2", "kΩ"), "2000 Ω", true}, NumberCase{in_unit("2", "kΩ"), "2千欧", true},
        NumberCase{in_unit("90", "min"), "1.5 小时", true}, NumberCase{in_unit("1450", "r/min"), "1450转/分", true},
        NumberCase{unit_optional("220", "V"), "220", true}, NumberCase{unit_optional("220", "V"), "0.22 kV", true},
        NumberCase{unit_optional("220", "V"), "220 A", false}));
INSTANTIATE_TEST_SUITE_P(
    Tolerances, NumberRuleTest,
    testing::Values(NumberCase{relative("200", "0.01"), "198", true}, NumberCase{relative("200", "0.01"), "202", true},
                    NumberCase{relative("200", "0.01"), "202.0000000001", false},
                    NumberCase{relative("-200", "0.01"), "-198", true},
                    NumberCase{relative("-200", "0.01"), "198", false}, NumberCase{relative("0", "0.5"), "0.0", true},
                    NumberCase{relative("0", "0.5"), "0.1", false}, NumberCase{relative("1", "1"), "0", true},
                    NumberCase{relative("1", "1"), "-0.1", false}, NumberCase{figures("3.14159", 3), "3.14", true},
                    NumberCase{figures("3.14159", 3), "3.1449999", true},
                    NumberCase{figures("3.14159", 3), "3.145", false}, NumberCase{figures("3.14159", 3), "3.135", true},
                    NumberCase{figures("3.14159", 3), "3.1349", false}, NumberCase{figures("1", 3), "0.9995", true},
                    NumberCase{figures("1", 3), "0.99949", false}, NumberCase{figures("1", 3), "1.00499", true},
                    NumberCase{figures("1", 3), "1.005", false}, NumberCase{figures("999.6", 3), "1000", true},
                    NumberCase{figures("999.6", 3), "1004", true}, NumberCase{figures("999.6", 3), "1005", false},
                    NumberCase{figures("-2.5", 1), "-3", true}, NumberCase{figures("-2.5", 1), "3", false},
                    NumberCase{figures("0", 2), "0", true}, NumberCase{figures("0", 2), "0.0001", false},
                    NumberCase{figures("0.000015", 15), "0.000015", true}, NumberCase{with_comma("1.5"), "1,5", true},
                    NumberCase{with_comma("1.5"), "1，5", true}, NumberCase{with_comma("1.5"), "1.5", false},
                    NumberCase{with_comma("1234.5"), "1.234,5", true}, NumberCase{figures("1.5", 2), "1。5", true},
                    NumberCase{figures("1.5", 2), "１．５", true}));

TEST(NumberRuleTest, RefusesNumbersOfMoreThanSixtyDigits)
{
    const KeyedItem item = blanks("1", {{{}, NumericAnswer{decimal("1"), decimal("0")}}});
    EXPECT_EQ(score(item, {"1." + std::string(59, '0')}).points, decimal("1"));
    EXPECT_EQ(score(item, {"1." + std::string(60, '0')}).points, decimal("0"));
}

TEST(OpenMarkTest, CountsOnlyWhatAPersonGave)
{
    OpenMark open{decimal("10")};
    EXPECT_EQ(open.counted(), std::nullopt);
    ASSERT_THAT(open.propose({decimal("7"), "marker 1.0", "three of four points"}), IsAccepted());
    EXPECT_EQ(open.counted(), std::nullopt) << "a machine only proposes";
    ASSERT_THAT(open.mark({decimal("6"), "李老师"}), IsAccepted());
    ASSERT_THAT(open.propose({decimal("9"), "marker 1.1", ""}), IsAccepted());
    EXPECT_EQ(open.counted(), decimal("6"));
    EXPECT_EQ(open.proposal()->points, decimal("9"));
    EXPECT_THAT(open.mark({decimal("8"), "王老师"}), IsRefusedWith(EngineError::inconsistent));
    ASSERT_THAT(open.correct({decimal("8"), "王老师"}), IsAccepted());
    EXPECT_EQ(open.person()->grader, "王老师");
}

TEST(OpenMarkTest, RefusesPointsBeyondTheItemAndMarksWithoutAPerson)
{
    OpenMark open{decimal("10")};
    EXPECT_THAT(open.mark({decimal("10.5"), "李"}), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(open.mark({decimal("-1"), "李"}), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(open.mark({decimal("1"), ""}), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(open.propose({decimal("11"), "m", ""}), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(open.correct({decimal("1"), "李"}), IsRefusedWith(EngineError::inconsistent));
}

TEST(ExplanationTest, SaysResponseKeyRuleAndPointsInBothLanguages)
{
    const KeyedItem item = with_rule(choice(multiple_choice, "2", {"A", "C"}), ScoringRule::partial_none_wrong);
    const Response response{"A"};
    const Explanation chinese = explain(item.item, item.key, &response, {}, Language::chinese);
    EXPECT_EQ(chinese.response, "A");
    EXPECT_EQ(chinese.key, "A、C");
    EXPECT_EQ(chinese.rule, "多选：有错选 0 分；没有错选，按选对的比例得分；满分 2 分");
    EXPECT_EQ(chinese.outcome, "1 分");
    const Explanation english = explain(item.item, item.key, &response, {}, Language::english);
    EXPECT_EQ(english.key, "A, C");
    EXPECT_EQ(english.outcome, "1 point");
    EXPECT_EQ(explain(item.item, item.key, nullptr, {}, Language::english).response, "not answered");
    for (const ItemType type : all_item_types) {
        const KeyedItem made = keyed_item("q", type, "1");
        for (const Language language : {Language::chinese, Language::english}) {
            const Explanation said = explain(made.item, made.key, &response, {}, language);
            EXPECT_FALSE(said.rule.empty() || said.key.empty() || said.outcome.empty() || said.response.empty());
        }
    }
}

} // namespace
} // namespace papervault::engine
