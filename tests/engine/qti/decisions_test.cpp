// One test for each number of docs/qti-decisions.md.
#include "engine/qti/qti_support.hpp"

#include <papervault/engine/qti/item.hpp>

#include <limits>

namespace papervault::engine::qti {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

World mapped(std::string_view cardinality, std::string_view type, std::string_view mapping,
             std::vector<std::string> values)
{
    return {"<responseDeclaration identifier=\"R\" cardinality=\"" + std::string{cardinality} + "\" baseType=\"" +
                std::string{type} + "\">" + std::string{mapping} + "</responseDeclaration>",
            {{"R", std::move(values)}}};
}
const std::string map_r = "<mapResponse identifier=\"R\"/>";

TEST(QtiDecisionsTest, D1_MapResponseCountsARepeatedValueOnce)
{
    const std::string mapping = "<mapping><mapEntry mapKey=\"B\" mappedValue=\"2\"/><mapEntry mapKey=\"C\" "
                                "mappedValue=\"1\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", mapping, {"B", "B", "C"})), is_float(3));
    const std::string pairs = "<mapping><mapEntry mapKey=\"A B\" mappedValue=\"1\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("multiple", "pair", pairs, {"A B", "B A"})), is_float(1));
    const std::string folded =
        "<mapping><mapEntry mapKey=\"Correct\" mappedValue=\"1\" caseSensitive=\"false\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("multiple", "string", folded, {"Correct", "correct"})), is_float(2));
}

TEST(QtiDecisionsTest, D2_MapResponseOfNullIsTheDefaultValueWithinBounds)
{
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", "<mapping defaultValue=\"2\"/>", {})), is_float(2));
    EXPECT_THAT(value_of(map_r, mapped("single", "identifier", "<mapping defaultValue=\"2\" upperBound=\"1.5\"/>", {})),
                is_float(1.5));
    const std::string for_nothing = "<mapping defaultValue=\"2\" lowerBound=\"-1\"><mapEntry mapKey=\"\" "
                                    "mappedValue=\"-3\"/><mapEntry mapKey=\"A\" mappedValue=\"1\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("single", "string", for_nothing, {})), is_float(-1));
    EXPECT_THAT(value_of(map_r, mapped("single", "string", for_nothing, {""})), is_float(-1));
    EXPECT_THAT(value_of(map_r, mapped("multiple", "string", for_nothing, {})), is_float(-1));
    EXPECT_THAT(value_of(map_r, mapped("single", "string", for_nothing, {"B"})), is_float(2));
    EXPECT_THAT(value_of(map_r, mapped("single", "identifier", for_nothing, {})), is_float(2));
}

TEST(QtiDecisionsTest, D3_BoundsApplyAfterTheSum)
{
    const std::string mapping = "<mapping lowerBound=\"0\" upperBound=\"3\" defaultValue=\"-2\"><mapEntry mapKey=\"A\" "
                                "mappedValue=\"5\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", mapping, {"A", "X"})), is_float(3));
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", mapping, {"A", "X", "Y"})), is_float(1));
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", mapping, {"X", "Y"})), is_float(0));
}

TEST(QtiDecisionsTest, D4_CaseSensitiveBelongsToTheEntry)
{
    const std::string mapping = "<mapping caseSensitive=\"false\"><mapEntry mapKey=\"York\" mappedValue=\"1\"/>"
                                "<mapEntry mapKey=\"ÉCOLE\" mappedValue=\"2\" caseSensitive=\"false\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("single", "string", mapping, {"york"})), is_float(0));
    EXPECT_THAT(value_of(map_r, mapped("single", "string", mapping, {"école"})), is_float(2));
    const std::string choices = "<mapping><mapEntry mapKey=\"Choice1\" mappedValue=\"2\" caseSensitive=\"false\"/>"
                                "<mapEntry mapKey=\"Choice2\" mappedValue=\"3\"/></mapping>";
    EXPECT_THAT(value_of(map_r, mapped("multiple", "identifier", choices, {"choice1", "choice2"})), is_float(2));
}

TEST(QtiDecisionsTest, D5_ABorderBelongsToItsArea)
{
    const auto inside = [](std::string_view area, std::string_view point) {
        return value_of(element("inside " + std::string{area}, base("point", point)));
    };
    EXPECT_THAT(inside("shape=\"circle\" coords=\"5,5,5\"", "10 5"), is_true());
    EXPECT_THAT(inside("shape=\"circle\" coords=\"5,5,5\"", "9 9"), is_false());
    EXPECT_THAT(inside("shape=\"rect\" coords=\"0,0,5,3\"", "5 3"), is_true());
    EXPECT_THAT(inside("shape=\"rect\" coords=\"0,0,5,3\"", "6 3"), is_false());
    EXPECT_THAT(inside("shape=\"ellipse\" coords=\"0,0,4,2\"", "0 2"), is_true());
    EXPECT_THAT(inside("shape=\"ellipse\" coords=\"0,0,4,2\"", "2 2"), is_false());
    EXPECT_THAT(inside("shape=\"poly\" coords=\"0,0,4,0,0,4\"", "2 2"), is_true());
    EXPECT_THAT(inside("shape=\"poly\" coords=\"0,0,4,0,0,4\"", "3 2"), is_false());
    EXPECT_THAT(inside("shape=\"default\"", "-7 90000"), is_true());
}

TEST(QtiDecisionsTest, D5_AnAreaCountsOnceAndAPointOutsideTakesTheDefault)
{
    const std::string areas =
        "<areaMapping defaultValue=\"-1\"><areaMapEntry shape=\"circle\" coords=\"0,0,5\" mappedValue=\"2\"/>"
        "<areaMapEntry shape=\"rect\" coords=\"0,0,9,9\" mappedValue=\"4\"/></areaMapping>";
    const std::string map_point = "<mapResponsePoint identifier=\"R\"/>";
    EXPECT_THAT(value_of(map_point, mapped("multiple", "point", areas, {"1 1", "2 2"})), is_float(6));
    EXPECT_THAT(value_of(map_point, mapped("multiple", "point", areas, {"-1 -1", "50 50", "60 60"})), is_float(0));
}

TEST(QtiDecisionsTest, D6_StringMatchWithSubstringLooksInTheFirstOperand)
{
    const std::string both = text("a red pump") + text("Red");
    EXPECT_THAT(value_of(element("stringMatch caseSensitive=\"false\" substring=\"true\"", both)), is_true());
    EXPECT_THAT(value_of(element("stringMatch caseSensitive=\"true\" substring=\"true\"", both)), is_false());
    EXPECT_THAT(value_of(element("substring caseSensitive=\"false\"", both)), is_false());
    EXPECT_THAT(value_of(element("substring caseSensitive=\"false\"", text("Red") + text("a red pump"))), is_true());
}

TEST(QtiDecisionsTest, D7_LogicHasThreeValues)
{
    EXPECT_THAT(value_of(element("or", yes() + null())), is_true());
    EXPECT_THAT(value_of(element("or", no() + null())), IsNull());
    EXPECT_THAT(value_of(element("and", no() + null())), is_false());
    EXPECT_THAT(value_of(element("and", yes() + null())), IsNull());
    EXPECT_THAT(value_of(element("anyN min=\"1\" max=\"2\"", yes() + null())), is_true());
    EXPECT_THAT(value_of(element("anyN min=\"2\" max=\"2\"", yes() + null())), IsNull());
    EXPECT_THAT(value_of(element("not", null())), IsNull());
    const std::string rule = "<responseCondition><responseIf>" + null() + set_score(real("1")) +
                             "</responseIf><responseElse>" + set_score(real("2")) +
                             "</responseElse></responseCondition>";
    EXPECT_THAT(outcome(scored(item_xml(score_outcome(), element("responseProcessing", rule)))), is_float(2));
}

TEST(QtiDecisionsTest, D8_OutsideADomainTheResultIsNull)
{
    EXPECT_THAT(value_of(element("divide", integer(1) + integer(0))), IsNull());
    EXPECT_THAT(value_of(element("power", real("-2") + real("0.5"))), IsNull());
    EXPECT_THAT(value_of(element("power", real("0") + integer(-1))), IsNull());
    EXPECT_THAT(value_of(element("divide", real("INF") + real("-INF"))), IsNull());
    EXPECT_THAT(value_of(element("divide", real("1e300") + real("1e-300"))), IsNull());
    EXPECT_THAT(value_of(element("divide", real("INF") + integer(2))),
                is_float(std::numeric_limits<double>::infinity()));
    EXPECT_THAT(value_of(element("power", integer(-2) + integer(33333))), IsNull());
    EXPECT_THAT(value_of(element("power", real("0.5") + integer(5000))), is_float(0));
    EXPECT_THAT(value_of(element("mathOperator name=\"asin\"", integer(2))), IsNull());
    EXPECT_THAT(value_of(element("mathOperator name=\"log\"", integer(-1))), IsNull());
    EXPECT_THAT(value_of(element("mathOperator name=\"csc\"", integer(0))), IsNull());
    EXPECT_THAT(value_of(element("statsOperator name=\"sampleSD\"", element("multiple", integer(3)))), IsNull());
    EXPECT_THAT(value_of(element("mathOperator name=\"log\"", integer(0))),
                is_float(-std::numeric_limits<double>::infinity()));
    EXPECT_THAT(value_of(element("round", real("NaN"))), IsNull());
    EXPECT_THAT(value_of(element("truncate", real("-INF"))), is_float(-std::numeric_limits<double>::infinity()));
}

TEST(QtiDecisionsTest, D8_WholeDivisionRoundsDownAndTheRemainderFollowsTheDivisor)
{
    for (const std::int64_t a : {-7, -5, 0, 5, 7}) {
        for (const std::int64_t b : {-3, -1, 1, 3}) {
            const auto quotient = value_of(element("integerDivide", integer(a) + integer(b)));
            const auto rest = value_of(element("integerModulus", integer(a) + integer(b)));
            ASSERT_THAT(quotient, IsAccepted());
            ASSERT_THAT(rest, IsAccepted());
            EXPECT_EQ(quotient->number() * static_cast<double>(b) + rest->number(), static_cast<double>(a));
            EXPECT_TRUE(rest->number() == 0 || (rest->number() < 0) == (b < 0)) << a << " mod " << b;
        }
    }
    EXPECT_THAT(value_of(element("integerDivide", integer(49) + integer(-5))), is_integer(-10));
    EXPECT_THAT(value_of(element("integerModulus", integer(1) + integer(0))), IsNull());
}

TEST(QtiDecisionsTest, D8_RoundingFollowsTheWrittenDigits)
{
    EXPECT_THAT(value_of(element("round", real("-6.5"))), is_integer(-6));
    EXPECT_THAT(value_of(element("round", real("6.5"))), is_integer(7));
    EXPECT_THAT(value_of(element("round", real("0.49999999999999994"))), is_integer(0));
    const auto places = [](int figures, std::string_view number) {
        return value_of(element("roundTo roundingMode=\"decimalPlaces\" figures=\"" + std::to_string(figures) + "\"",
                                real(number)));
    };
    EXPECT_THAT(places(2, "5.045"), is_float(5.05));
    EXPECT_THAT(places(2, "-5.045"), is_float(-5.05));
    EXPECT_THAT(places(0, "9.5"), is_float(10));
    EXPECT_THAT(places(0, "0.4"), is_float(0));
    EXPECT_THAT(places(1, "0.96"), is_float(1));
    EXPECT_THAT(places(300, "0.1"), is_float(0.1));
    EXPECT_THAT(places(2, "1e300"), is_float(1e300));
    EXPECT_THAT(places(2, "1e-300"), is_float(0));
    EXPECT_THAT(value_of(element("roundTo roundingMode=\"significantFigures\" figures=\"0\"", real("1"))),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("roundTo roundingMode=\"significantFigures\" figures=\"2\"", real("99.9"))),
                is_float(100));
}

TEST(QtiDecisionsTest, D9_NumericOutcomesBeginWithZero)
{
    const std::string more = "<outcomeDeclaration identifier=\"WORD\" cardinality=\"single\" baseType=\"identifier\"/>"
                             "<outcomeDeclaration identifier=\"LIST\" cardinality=\"multiple\" baseType=\"float\"/>";
    const auto result = scored(item_xml(score_outcome("integer") + more, ""));
    EXPECT_THAT(outcome(result), is_integer(0));
    EXPECT_THAT(outcome(result, "WORD"), IsNull());
    EXPECT_THAT(outcome(result, "LIST"), IsNull());
}

TEST(QtiDecisionsTest, D10_NumbersMayBeTypedInFullWidth)
{
    const auto typed = [](std::string_view value) { return typed_scalar(BaseType::floating, value); };
    for (const std::string_view spelling : {"3.14", "３．１４", "3。14", "3｡14", " +3.14 ", "3,14", "３，１４"}) {
        const auto number = typed(spelling);
        ASSERT_THAT(number, IsAccepted()) << spelling;
        EXPECT_EQ(*number, Scalar{3.14}) << spelling;
    }
    EXPECT_EQ(typed("−２"), Result<Scalar>{Scalar{-2.0}});
    for (const std::string_view spelling : {"1,000", "1,2,3", "1.2,3", "twelve", "", "12kg", "0x10", "1e999"}) {
        EXPECT_THAT(typed(spelling), IsRefusedWith(EngineError::malformed)) << spelling;
    }
    EXPECT_THAT(scalar_from_text(BaseType::floating, "3,14"), IsRefusedWith(EngineError::malformed));
}

TEST(QtiDecisionsTest, D10_AnUnreadableResponseIsNoResponse)
{
    const World world = mapped("single", "float", "", {"about three"});
    EXPECT_THAT(value_of("<isNull><variable identifier=\"R\"/></isNull>", world), is_true());
}

TEST(QtiDecisionsTest, D11_NullComesBeforeTypesAndUnreachedBranchesAreNotChecked)
{
    EXPECT_THAT(value_of(element("sum", null() + yes())), IsNull());
    EXPECT_THAT(value_of(element("sum", integer(1) + yes())), IsRefusedWith(EngineError::inconsistent));
    const std::string rule = "<responseCondition><responseIf>" + no() + set_score(element("sum", yes())) +
                             "</responseIf><responseElse>" + set_score(real("2")) +
                             "</responseElse></responseCondition>";
    EXPECT_THAT(outcome(scored(item_xml(score_outcome(), element("responseProcessing", rule)))), is_float(2));
}

TEST(QtiDecisionsTest, D12_OutcomesTakeNumbersOfTheOtherTypeOnlyUnchanged)
{
    const auto set = [](std::string_view type, std::string_view expression) {
        return outcome(scored(item_xml(score_outcome(type), element("responseProcessing", set_score(expression)))));
    };
    EXPECT_THAT(set("float", integer(2)), is_float(2));
    EXPECT_THAT(set("integer", real("2.0")), is_integer(2));
    EXPECT_THAT(set("integer", real("2.5")), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(set("float", yes()), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(set("float", element("multiple", real("1"))), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(set("float", null()), IsNull());
}

TEST(QtiDecisionsTest, D13_MinAndMaxOfWordsAreNullButSumsAreErrors)
{
    EXPECT_THAT(value_of(element("max", text("a") + integer(1))), IsNull());
    EXPECT_THAT(value_of(element("min", yes())), IsNull());
    World world{"<responseDeclaration identifier=\"R\" cardinality=\"record\"><correctResponse><value "
                "fieldIdentifier=\"f\" baseType=\"integer\">1</value></correctResponse></responseDeclaration>",
                {}};
    EXPECT_THAT(value_of(element("max", integer(1) + "<correct identifier=\"R\"/>"), world),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("product", text("a") + integer(1))), IsRefusedWith(EngineError::inconsistent));
}

TEST(QtiDecisionsTest, D14_PatternsAreOfXmlSchema)
{
    const auto matches_pattern = [](std::string_view pattern, std::string_view value) {
        return value_of(element("patternMatch pattern=\"" + std::string{pattern} + "\"", text(value)));
    };
    EXPECT_THAT(matches_pattern("\\d{1,2}", "12"), is_true());
    EXPECT_THAT(matches_pattern("\\d{1,2}", "123"), is_false());
    EXPECT_THAT(matches_pattern("^ab$", "ab"), is_false());
    EXPECT_THAT(matches_pattern("^ab$", "^ab$"), is_true());
    EXPECT_THAT(matches_pattern("[a-z-[aeiou]]+", "xyz"), is_true());
    EXPECT_THAT(matches_pattern("[a-z-[aeiou]]+", "xaz"), is_false());
    EXPECT_THAT(matches_pattern("[\\d-[5]]+", "1234"), is_true());
    EXPECT_THAT(matches_pattern("[\\d-[5]]+", "1254"), is_false());
    EXPECT_THAT(matches_pattern("[\\w-[\\d_]]+", "abc"), is_true());
    EXPECT_THAT(matches_pattern("[\\w-[\\d_]]+", "ab1"), is_false());
    EXPECT_THAT(matches_pattern("[a-z0-9-[\\d]]", "7"), is_false());
    EXPECT_THAT(matches_pattern("[a-z0-9-[\\d]]", "x"), is_true());
    EXPECT_THAT(matches_pattern("[^\\d\\s-[x]]", "y"), is_true());
    EXPECT_THAT(matches_pattern("[^\\d\\s-[x]]", "x"), is_false());
    EXPECT_THAT(matches_pattern("[\\p{L}-[^a-z]]", "b"), is_true());
    EXPECT_THAT(matches_pattern("[\\p{L}-[^a-z]]", "B"), is_false());
    EXPECT_THAT(matches_pattern("[\\p{L}\\d-[5]]", "5"), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(matches_pattern("\\i\\c*", "_a.1"), is_true());
    EXPECT_THAT(matches_pattern("\\p{IsCJKUnifiedIdeographs}+", "试题"), is_true());
    EXPECT_THAT(matches_pattern("\\p{IsDevanagari}\\P{IsDevanagari}", "क1"), is_true());
    EXPECT_THAT(matches_pattern(".", "题"), is_true());
    const auto item = read_item(
        item_xml(score_outcome("boolean"),
                 element("responseProcessing", set_score(element("patternMatch pattern=\"^a$\"", text("a"))))));
    ASSERT_THAT(item, IsAccepted());
    EXPECT_THAT(problems(*item), ElementsAre(HasSubstr("ordinary characters")));
}

TEST(QtiDecisionsTest, D27_APatternInBracesIsAVariable)
{
    const std::string declared = "<responseDeclaration identifier=\"P\" cardinality=\"single\" baseType=\"string\"/>";
    const std::string expression = element("patternMatch pattern=\"{P}\"", text("abc"));
    EXPECT_THAT(value_of(expression, {declared, {{"P", {"[a-c]+"}}}}), is_true());
    EXPECT_THAT(value_of(expression, {declared, {{"P", {"[a-b]+"}}}}), is_false());
    EXPECT_THAT(value_of(expression, {declared, {{"P", {"[a-b"}}}}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(expression, {declared, {}}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(expression), IsRefusedWith(EngineError::inconsistent));
    const std::string costly = element("repeat numberRepeats=\"5000\"", expression);
    EXPECT_THAT(value_of(costly, {declared, {{"P", {"[a-c]+"}}}}), IsRefusedWith(EngineError::out_of_range));
}

TEST(QtiDecisionsTest, D28_AnAttributeThatWantsAnIntegerTakesIntegerVariablesOnly)
{
    const auto with = [](std::string_view type, std::string_view expression) {
        return value_of(expression, {"<responseDeclaration identifier=\"N\" cardinality=\"single\" baseType=\"" +
                                         std::string{type} + "\"/>",
                                     {{"N", {"2"}}}});
    };
    const std::string third = element("index n=\"N\"", element("ordered", integer(7) + integer(8)));
    EXPECT_THAT(with("integer", third), is_integer(8));
    EXPECT_THAT(with("float", third), IsRefusedWith(EngineError::inconsistent));
    const std::string near_ten =
        element("equal toleranceMode=\"absolute\" tolerance=\"{N}\"", integer(10) + integer(12));
    EXPECT_THAT(with("integer", near_ten), is_true()) << "a float may be an integer";
    EXPECT_THAT(with("float", near_ten), is_true());
}

TEST(QtiDecisionsTest, D30_MemberTakesASingleValueForAContainerOfOne)
{
    EXPECT_THAT(value_of(element("member", base("identifier", "A") + base("identifier", "A"))), is_true());
    EXPECT_THAT(value_of(element("member", base("identifier", "A") + base("identifier", "B"))), is_false());
    EXPECT_THAT(value_of(element("member", base("identifier", "A") + null())), IsNull());
    EXPECT_THAT(value_of(element("member", base("identifier", "A") + integer(1))),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("contains", base("identifier", "A") + base("identifier", "A"))),
                IsRefusedWith(EngineError::inconsistent));
}

TEST(QtiDecisionsTest, D29_CompletionStatusHasItsOldNameToo)
{
    const std::string rule = "<setOutcomeValue identifier=\"completion_status\">" + base("identifier", "completed") +
                             "</setOutcomeValue>" + set_score(real("1"));
    EXPECT_THAT(outcome(scored(item_xml(score_outcome(), element("responseProcessing", rule)))), is_float(1));
}

TEST(QtiDecisionsTest, D15_WhatIsNotKnownHereCarriesAWarningOrIsAnError)
{
    const auto processed = [](std::string_view processing) {
        return scored(item_xml(score_outcome() + "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" "
                                                 "baseType=\"identifier\"/>",
                               processing));
    };
    const auto custom = processed(element("responseProcessing", set_score("<customOperator class=\"x.y\"/>")));
    EXPECT_THAT(outcome(custom), IsNull());
    EXPECT_THAT(custom->warnings, ElementsAre(HasSubstr("x.y")));
    const auto unmapped = processed(element("responseProcessing", set_score("<mapResponse identifier=\"RESPONSE\"/>")));
    EXPECT_THAT(outcome(unmapped), is_float(0));
    EXPECT_THAT(unmapped->warnings, ElementsAre(HasSubstr("no mapping")));
    const auto elsewhere = processed("<responseProcessing template=\"http://example.org/my_template\"/>");
    EXPECT_THAT(outcome(elsewhere), is_float(0));
    EXPECT_THAT(elsewhere->warnings, ElementsAre(HasSubstr("my_template")));
    EXPECT_THAT(processed(element("responseProcessing", set_score("<levitate/>"))),
                IsRefusedWith(EngineError::unknown_field));
    EXPECT_THAT(processed("<responseProcessing><levitate/></responseProcessing>"),
                IsRefusedWith(EngineError::unknown_field));
    EXPECT_THAT(processed("<responseProcessing template=\"http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
                          "match_correct\"/>")
                    ->warnings,
                IsEmpty());
}

TEST(QtiDecisionsTest, D16_TheEmptyStringIsNullButNotInsideAContainer)
{
    EXPECT_THAT(value_of(element("isNull", text(""))), is_true());
    const World world = mapped("multiple", "string", "", {"", "a"});
    EXPECT_THAT(value_of("<containerSize><variable identifier=\"R\"/></containerSize>", world), is_integer(2));
    const World empty = mapped("single", "integer", "<correctResponse><value/></correctResponse>", {});
    EXPECT_THAT(value_of("<isNull><correct identifier=\"R\"/></isNull>", empty), is_true());
}

TEST(QtiDecisionsTest, D17_ARelativeToleranceLiesAroundNegativeNumbersToo)
{
    const auto equal = [](std::string_view a, std::string_view b) {
        return value_of(element("equal toleranceMode=\"relative\" tolerance=\"10 20\"", real(a) + real(b)));
    };
    EXPECT_THAT(equal("-10", "-11"), is_true());
    EXPECT_THAT(equal("-10", "-8"), is_true());
    EXPECT_THAT(equal("-10", "-11.1"), is_false());
    EXPECT_THAT(equal("10", "12"), is_true());
    EXPECT_THAT(equal("10", "8.9"), is_false());
    EXPECT_THAT(value_of(element("equal toleranceMode=\"absolute\" tolerance=\"1\" includeUpperBound=\"false\"",
                                 real("10") + real("11"))),
                is_false());
}

TEST(QtiDecisionsTest, D18_DurationsAreSeconds)
{
    const auto seconds = [](std::string_view value) {
        const auto scalar = scalar_from_text(BaseType::duration, value);
        return scalar ? std::get<Duration>(*scalar).seconds : -1.0;
    };
    EXPECT_EQ(seconds("P1DT2H3M4.5S"), 93784.5);
    EXPECT_EQ(seconds("P1Y1M"), 395.0 * 86'400.0);
    EXPECT_EQ(seconds("90"), 90.0);
    for (const std::string_view wrong : {"P", "PT", "1D", "P1H", "PT1D", "P1M1Y", "-P1D", "P1DT", "PTS"}) {
        EXPECT_EQ(seconds(wrong), -1.0) << wrong;
    }
    EXPECT_EQ(to_text(BaseType::duration, Scalar{Duration{93784.5}}), "P1DT2H3M4.5S");
}

TEST(QtiDecisionsTest, D19_CommonCartridgeTemplatesAwardMaxscore)
{
    const std::string declarations =
        "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" baseType=\"identifier\"><correctResponse>"
        "<value>A</value></correctResponse></responseDeclaration>" +
        score_outcome() +
        "<outcomeDeclaration identifier=\"MAXSCORE\" cardinality=\"single\" baseType=\"float\"><defaultValue><value>5"
        "</value></defaultValue></outcomeDeclaration><outcomeDeclaration identifier=\"FEEDBACKBASIC\" "
        "cardinality=\"single\" baseType=\"identifier\"/>";
    const std::string xml = item_xml(declarations, "<responseProcessing template=\"https://purl.imsglobal.org/spec/qti/"
                                                   "v3p0/rptemplates/CC2_match_basic.xml\"/>");
    EXPECT_THAT(outcome(scored(xml, {{"RESPONSE", {"A"}}})), is_float(5));
    EXPECT_THAT(outcome(scored(xml, {{"RESPONSE", {"B"}}})), is_float(0));
    EXPECT_THAT(outcome(scored(xml, {{"RESPONSE", {"B"}}}), "FEEDBACKBASIC"),
                IsValue(Value::single(BaseType::identifier, std::string{"incorrect"})));
}

TEST(QtiDecisionsTest, D21_AMisspeltRoundingModeIsRead)
{
    EXPECT_THAT(value_of(element("roundTo roundingMode=\"significantFigure\" figures=\"1\"", real("17"))),
                is_float(20));
    EXPECT_THAT(value_of(element("roundTo roundingMode=\"figures\" figures=\"1\"", real("17"))),
                IsRefusedWith(EngineError::malformed));
}

TEST(QtiRecordTest, ReadsFieldsOfARecordedResponse)
{
    const auto answered = [](std::string_view values) {
        CaseRunner runner{[](std::string_view) { return refuse(EngineError::malformed, "no item"); }, 0};
        return runner.answer(
            R"({"id":1,"expression_xml":"<sum><fieldValue fieldIdentifier='a'><variable identifier='R'/></fieldValue>)"
            R"(<fieldValue fieldIdentifier='b'><variable identifier='R'/></fieldValue></sum>",)"
            R"("response_declarations_xml":"<responseDeclaration identifier='R' cardinality='record'/>",)"
            R"("responses":{"R":{"cardinality":"record","base_type":null,"values":)" +
            std::string{values} + "}}}");
    };
    const auto sum = answered(R"({"a":{"cardinality":"single","base_type":"float","values":["1.5"]},)"
                              R"("b":{"base_type":"integer","values":["2"]}})");
    EXPECT_EQ(boost::json::serialize(sum.at("value")), R"({"cardinality":"single","base_type":"float","value":"3.5"})");
    EXPECT_TRUE(answered("null").at("value").is_null());
    EXPECT_TRUE(answered(R"({"a":{"base_type":"float","values":["1"]}})").at("value").is_null());
    for (const std::string_view wrong : {R"(["1"])", R"({"a":"1"})", R"({"a":{"values":["1"]}})",
                                         R"({"a":{"base_type":"float","values":["1","2"]}})"}) {
        EXPECT_TRUE(answered(wrong).contains("error")) << wrong;
    }
}

std::string template_item(std::string_view rules)
{
    return item_xml(
        "<templateDeclaration identifier=\"N\" cardinality=\"single\" baseType=\"integer\"><defaultValue>"
        "<value>7</value></defaultValue></templateDeclaration><templateDeclaration identifier=\"M\" "
        "cardinality=\"single\" baseType=\"integer\"/>" +
            score_outcome() + element("templateProcessing", rules),
        element("responseProcessing", set_score(element("sum", "<variable identifier=\"N\"/>" +
                                                                   std::string{"<variable identifier=\"M\"/>"}))));
}

TEST(QtiDecisionsTest, D23_AfterTheLastTryTheDefaultsHoldAndTheRulesGoOn)
{
    const std::string set_n = "<setTemplateValue identifier=\"N\">" + integer(1) + "</setTemplateValue>";
    const std::string set_m = "<setTemplateValue identifier=\"M\">" + integer(2) + "</setTemplateValue>";
    const auto never = scored(template_item(set_n + element("templateConstraint", no()) + set_m));
    EXPECT_THAT(outcome(never), is_float(9)) << "the default of N, and what stands after the constraint";
    EXPECT_THAT(never->warnings, ElementsAre(HasSubstr("templateConstraint")));
    EXPECT_THAT(outcome(scored(template_item(set_n + element("templateConstraint", null()) + set_m))), is_float(9));
    const auto at_once = scored(template_item(set_n + element("templateConstraint", yes()) + set_m));
    EXPECT_THAT(outcome(at_once), is_float(3));
    EXPECT_THAT(at_once->warnings, IsEmpty());
    const std::string draw =
        "<setTemplateValue identifier=\"N\"><randomInteger min=\"1\" max=\"6\"/></setTemplateValue>";
    const std::string is_six = element("match", "<variable identifier=\"N\"/>" + integer(6));
    const auto drawn =
        scored(template_item(draw + element("templateConstraint", is_six) + set_m + "<exitTemplate/>" +
                             "<setTemplateValue identifier=\"M\">" + integer(100) + "</setTemplateValue>"));
    EXPECT_THAT(outcome(drawn), is_float(8)) << "drawn until it is six, and nothing after exitTemplate";
}

TEST(QtiDecisionsTest, D22_WhatAPersonScoresIsOnlyAProposal)
{
    const auto result = scored(item_xml("<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" "
                                        "baseType=\"float\" externalScored=\"human\"/>",
                                        element("responseProcessing", set_score(real("3")))));
    EXPECT_THAT(outcome(result), is_float(3));
    EXPECT_THAT(result->warnings, ElementsAre(HasSubstr("a person")));
}

} // namespace
} // namespace papervault::engine::qti
