#include "engine/grading_support.hpp"

namespace papervault::engine {
namespace {

using enum ItemType;
using testing::HasSubstr;

constexpr GradingPolicy partial{MultipleRule::partial_none_wrong};

TEST(SingleChoiceTest, IsRightOrWrong)
{
    const KeyedItem item = choice(single_choice, "1", {"C"});
    EXPECT_EQ(score(item, {"C"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"C"}).reason, "作答 C，标准答案 C：1 分");
    EXPECT_EQ(score(item, {"B"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"B"}).reason, "作答 B，标准答案 C：0 分");
    EXPECT_EQ(score(item, {"B"}).mark, Mark::scored);
    EXPECT_EQ(score(item, {"B"}).points_max, decimal("1"));
}

TEST(SingleChoiceTest, WithTwoOptionsIsWrong)
{
    const KeyedItem item = choice(single_choice, "1", {"C"});
    EXPECT_EQ(score(item, {"C", "B"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"C", "C"}).points, decimal("1")) << "one option, sent twice";
}

TEST(TrueFalseTest, IsNamedInWords)
{
    const KeyedItem item = choice(true_false, "0.5", {"false"});
    EXPECT_EQ(score(item, {"false"}).points, decimal("0.5"));
    EXPECT_EQ(score(item, {"true"}).reason, "作答 正确，标准答案 错误：0 分");
    EXPECT_EQ(score(item, {"true", "false"}).points, decimal("0"));
}

TEST(ChoiceTest, WithAnUnknownOptionIsWrong)
{
    EXPECT_EQ(score(choice(single_choice, "1", {"C"}), {"c"}).points, decimal("0"));
    EXPECT_EQ(score(choice(single_choice, "1", {"C"}), {"C", "Z"}).points, decimal("0"));
    EXPECT_EQ(score(choice(multiple_choice, "2", {"A", "B"}), {"A", "B", "Z"}).points, decimal("0"));
    EXPECT_EQ(score(choice(multiple_choice, "2", {"A", "B"}), {"A", "Z"}, partial).points, decimal("0"));
}

TEST(MultipleChoiceTest, GivesAllOrNothingByDefault)
{
    const KeyedItem item = choice(multiple_choice, "2", {"A", "B", "D"});
    EXPECT_EQ(score(item, {"D", "A", "B"}).points, decimal("2"));
    EXPECT_EQ(score(item, {"A", "B"}).points, decimal("0"));
    EXPECT_EQ(score(item, {"A", "B"}).reason, "作答 A、B，标准答案 A、B、D，少选：0 分");
    EXPECT_EQ(score(item, {"A", "B", "C", "D"}).reason, "作答 A、B、C、D，标准答案 A、B、D，有错选：0 分");
}

TEST(MultipleChoiceTest, GivesPartsWhereThePolicySaysSo)
{
    const KeyedItem item = choice(multiple_choice, "2", {"A", "B", "D"});
    EXPECT_EQ(score(item, {"A"}, partial).points, decimal("0.666667"));
    EXPECT_EQ(score(item, {"D", "A"}, partial).points, decimal("1.333333"));
    EXPECT_EQ(score(item, {"D", "A", "D"}, partial).points, decimal("1.333333")) << "a repetition counts once";
    EXPECT_EQ(score(item, {"B", "D", "A"}, partial).points, decimal("2"));
    EXPECT_EQ(score(item, {"A", "C"}, partial).points, decimal("0"));
    EXPECT_THAT(score(item, {"D", "A"}, partial).reason, HasSubstr("没有错选，选对 2/3：1.333333 分"));
}

TEST(UnansweredItemTest, HasNoPoints)
{
    const KeyedItem item = choice(single_choice, "1", {"C"});
    const ItemScore absent = grade(item.item, item.key, nullptr, {});
    EXPECT_EQ(absent.mark, Mark::unanswered);
    EXPECT_EQ(absent.points, decimal("0"));
    EXPECT_EQ(absent.reason, "未作答：0 分");
    for (const Response& response : {Response{}, Response{""}, Response{" \u3000"}}) {
        EXPECT_EQ(score(item, response).mark, Mark::unanswered);
        EXPECT_EQ(score(blanks("2", {{{"a"}, {}}}), response).mark, Mark::unanswered);
        EXPECT_EQ(score(keyed_item("q", essay, "10"), response).mark, Mark::unanswered);
    }
}

TEST(OpenItemTest, WaitsForAPerson)
{
    for (const ItemType type : {short_answer, essay}) {
        const ItemScore waiting = score(keyed_item("q", type, "10"), {"因为……"});
        EXPECT_EQ(waiting.mark, Mark::needs_person);
        EXPECT_EQ(waiting.points, decimal("0"));
        EXPECT_EQ(waiting.points_max, decimal("10"));
    }
}

TEST(MissingKeyTest, IsAMatterForAPersonNotAZero)
{
    EXPECT_EQ(score(choice(single_choice, "1", {}), {"A"}).mark, Mark::needs_person);
    EXPECT_EQ(score(blanks("1", {}), {"A"}).mark, Mark::needs_person);
}

TEST(BlankTest, AcceptsAnyOfItsTextsInNormalForm)
{
    const KeyedItem item = blanks("2", {{{"三相 Motor", "三相电动机"}, {}}});
    for (const char* typed : {"三相 Motor", "三相　ｍｏｔｏｒ ", "三相电动机"}) {
        EXPECT_EQ(score(item, {typed}).points, decimal("2")) << typed;
    }
    for (const char* typed : {"三相Motor", "三相", "电动机"}) {
        EXPECT_EQ(score(item, {typed}).points, decimal("0")) << typed;
    }
    EXPECT_EQ(score(item, {"电机"}).reason, "作答“电机”，标准答案 “三相 Motor”或“三相电动机”：0 分");
}

TEST(BlankTest, SharesThePointsExactly)
{
    const BlankKey a{{"a"}, {}};
    const KeyedItem item = blanks("1", {a, a, a});
    EXPECT_EQ(score(item, {"a", "", ""}).points, decimal("0.333333"));
    EXPECT_EQ(score(item, {"", "", "a"}).points, decimal("0.333334"));
    EXPECT_EQ(score(item, {"a", "b", "a"}).points, decimal("0.666667"));
    EXPECT_EQ(score(item, {"a", "a", "a"}).points, decimal("1"));
    EXPECT_EQ(score(item, {"a", "b"}).reason, "第 1 空作答“a”，标准答案 “a”：0.333333 分；第 2 空作答“b”，标准答案 "
                                              "“a”：0 分；第 3 空未作答，标准答案 “a”：0 分；共 0.333333 分");
}

TEST(BlankTest, NeverHasNegativePoints)
{
    const KeyedItem item = blanks("0.000011", std::vector<BlankKey>(20, BlankKey{{"a"}, {}}));
    EXPECT_EQ(score(item, Response(20, "a")).points, decimal("0.000011"));
    for (std::size_t blank = 0; blank < 20; ++blank) {
        Response response(20, "");
        response[blank] = "a";
        EXPECT_GE(score(item, response).points, decimal("0"));
    }
}

TEST(BlankTest, IgnoresTextsBeyondItsBlanks)
{
    EXPECT_EQ(score(blanks("2", {{{"a"}, {}}}), {"a", "b", "c"}).points, decimal("2"));
}

struct Typed {
    const char* text;
    bool is_right;
};
class NumericBlankTest : public testing::TestWithParam<Typed> {};
TEST_P(NumericBlankTest, ComparesExactly)
{
    const KeyedItem item = blanks("1", {{{}, NumericAnswer{decimal("1234.5"), decimal("0.5")}}});
    EXPECT_EQ(score(item, {GetParam().text}).points, decimal(GetParam().is_right ? "1" : "0")) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Typed, NumericBlankTest,
    testing::Values(Typed{"1234.5", true}, Typed{"1234", true}, Typed{"1235", true}, Typed{"1235.000000", true},
                    Typed{"1235.00000000000", true}, Typed{"1235.0000001", false}, Typed{"1233.9999999", false},
                    Typed{"1234.49999999999999999999", true}, Typed{"+1234.5", true}, Typed{"１２３４．５", true},
                    Typed{"1,234.5", true}, Typed{"1，234.5", true}, Typed{" 1234.5 ", true}, Typed{"1234.5。", false},
                    Typed{"1235.", true}, Typed{"001234.5", true}, Typed{"12,34.5", false}, Typed{",1234.5", false},
                    Typed{"1234,5", false}, Typed{"1 234.5", false}, Typed{"-1234.5", false}, Typed{"1234.5 V", false},
                    Typed{"1.2345e3", false}, Typed{"2469/2", false}, Typed{"+", false}, Typed{".", false},
                    Typed{"--1234.5", false}, Typed{"1234.5.0", false}, Typed{"NaN", false},
                    Typed{"99999999999999999999999999999999999999999999", false},
                    Typed{"9999999999999.999999", false}));

TEST(NumericBlankTest, ReadsNegativeNumbers)
{
    const KeyedItem item = blanks("1", {{{}, NumericAnswer{decimal("-0.5"), decimal("0.1")}}});
    for (const char* typed : {"-0.5", "−0.5", "－.6", "-0.4", "-0.4000000001", "-0.5999999999"}) {
        EXPECT_EQ(score(item, {typed}).points, decimal("1")) << typed;
    }
    for (const char* typed : {"0.5", "-0.6000000001", "-0.3999999999", "-"}) {
        EXPECT_EQ(score(item, {typed}).points, decimal("0")) << typed;
    }
}

TEST(NumericBlankTest, ReachesAcrossZeroAndToTheEndsOfTheRange)
{
    const KeyedItem around_zero = blanks("1", {{{}, NumericAnswer{decimal("0"), decimal("0.1")}}});
    for (const char* typed : {"-0.1", "0", "-0", "+0.1", ".05"}) {
        EXPECT_EQ(score(around_zero, {typed}).points, decimal("1")) << typed;
    }
    const KeyedItem huge = blanks("1", {{{}, NumericAnswer{decimal("-9200000000000"), decimal("9200000000000")}}});
    EXPECT_EQ(score(huge, {"9200000000000"}).points, decimal("0"));
    EXPECT_EQ(score(huge, {"0"}).points, decimal("1"));
    EXPECT_EQ(score(huge, {"-9200000000000"}).points, decimal("1"));
}

TEST(NumericBlankTest, AlsoTakesItsTexts)
{
    const KeyedItem item = blanks("1", {{{"一半"}, NumericAnswer{decimal("0.5"), decimal("0")}}});
    EXPECT_EQ(score(item, {"一半"}).points, decimal("1"));
    EXPECT_EQ(score(item, {".5"}).points, decimal("1"));
    EXPECT_THAT(score(item, {"1"}).reason, HasSubstr("标准答案 “一半”或 0.5：0 分"));
}

TEST(ReasonTest, IsSafeToPrintWhateverWasTyped)
{
    const KeyedItem item = blanks("1", {{{"a"}, {}}});
    EXPECT_EQ(score(item, {"x\n\x1b[31m\xff"}).reason, "作答“x  [31m\xef\xbf\xbd”，标准答案 “a”：0 分");
    EXPECT_LT(score(item, {std::string(100'000, 'x')}).reason.size(), 300U);
    EXPECT_LT(score(choice(multiple_choice, "1", {"A"}), Response(10'000, "B")).reason.size(), 300U);
}

TEST(SheetTest, AddsUpItsItems)
{
    Form form{"A", "试卷", {{"一", "", {}}, {"二", "", {}}}};
    std::map<std::string, AnswerKey, std::less<>> keys;
    const auto add = [&](std::size_t section, std::string id, KeyedItem made) {
        made.item.item.id = id;
        form.sections[section].items.push_back(made.item);
        keys[std::move(id)] = made.key;
    };
    add(0, "right", choice(single_choice, "1.5", {"C"}));
    add(0, "wrong", choice(single_choice, "1.5", {"C"}));
    add(0, "absent", choice(true_false, "1", {"true"}));
    add(1, "half", blanks("3", {{{"a"}, {}}, {{"b"}, {}}}));
    add(1, "open", keyed_item("", essay, "20"));
    add(1, "without key", choice(single_choice, "2", {"A"}));
    keys.erase("without key");
    const ResponseSheet responses{{"right", {"C"}}, {"wrong", {"A"}},       {"half", {"", "b"}},
                                  {"open", {"…"}},  {"without key", {"A"}}, {"of another form", {"A"}}};
    const SheetScore sheet = grade_sheet(form, keys, responses, {});
    ASSERT_EQ(sheet.items.size(), 6U);
    EXPECT_EQ(sheet.items[3].item_id, "half");
    EXPECT_EQ(sheet.points, decimal("3"));
    EXPECT_EQ(sheet.points_max, decimal("29"));
    EXPECT_EQ(sheet.awaiting_person, 2);
    EXPECT_EQ(sheet.items[2].mark, Mark::unanswered);
}

} // namespace
} // namespace papervault::engine
