// Tests of QTI: parts, sections, weights, outcome processing, sub-scores.
#include "engine/qti/qti_support.hpp"

#include <papervault/engine/qti/test.hpp>

#include <map>

namespace papervault::engine::qti {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string choice_item(std::string_view key, double points)
{
    return item_xml("<responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" baseType=\"identifier\">"
                    "<correctResponse><value>" +
                        std::string{key} +
                        "</value></correctResponse></responseDeclaration><outcomeDeclaration identifier=\"SCORE\" "
                        "cardinality=\"single\" baseType=\"float\" normalMaximum=\"" +
                        std::to_string(points) + "\"/>",
                    "<responseProcessing><responseCondition><responseIf><match><variable identifier=\"RESPONSE\"/>"
                    "<correct identifier=\"RESPONSE\"/></match>" +
                        set_score(real(std::to_string(points))) +
                        "</responseIf></responseCondition></responseProcessing>");
}

/// Three items in two sections; the rules are the caller's.
class QtiTestLevelTest : public testing::Test {
protected:
    QtiTestLevelTest()
    {
        for (const auto& [name, points] : std::map<std::string, double>{{"Q1", 1}, {"Q2", 2}, {"Q.3", 3}}) {
            items_.emplace(name, read_item(choice_item("A", points)).value());
        }
        for (const auto& [name, item] : items_) view_.emplace(name, &item);
    }

    static std::string test_xml(std::string_view outcomes, std::string_view rules,
                                std::string_view first_item_rules = "", std::string_view second_item_rules = "",
                                std::string_view mode = "linear")
    {
        return "<assessmentTest xmlns=\"http://www.imsglobal.org/xsd/imsqti_v2p2\" identifier=\"T\" title=\"t\">" +
               std::string{outcomes} + "<testPart identifier=\"P\" navigationMode=\"" + std::string{mode} +
               "\" submissionMode=\"individual\"><assessmentSection identifier=\"S1\" title=\"one\" visible=\"true\">"
               "<assessmentItemRef identifier=\"Q1\" href=\"q1.xml\" category=\"safety law\">" +
               std::string{first_item_rules} +
               "<weight identifier=\"W\" value=\"2\"/></assessmentItemRef><assessmentItemRef identifier=\"Q2\" "
               "href=\"q2.xml\" category=\"law\">" +
               std::string{second_item_rules} +
               "</assessmentItemRef></assessmentSection><assessmentSection identifier=\"S2\" title=\"two\" "
               "visible=\"true\"><assessmentItemRef identifier=\"Q.3\" href=\"q3.xml\"><variableMapping "
               "sourceIdentifier=\"SCORE\" targetIdentifier=\"POINTS\"/></assessmentItemRef></assessmentSection>"
               "</testPart><outcomeProcessing>" +
               std::string{rules} + "</outcomeProcessing></assessmentTest>";
    }
    static std::string declared(std::string_view type = "float")
    {
        return "<outcomeDeclaration identifier=\"X\" cardinality=\"single\" baseType=\"" + std::string{type} + "\"/>";
    }
    static std::string set_x(std::string_view expression)
    {
        return "<setOutcomeValue identifier=\"X\">" + std::string{expression} + "</setOutcomeValue>";
    }
    static Responses answer(std::string_view choice)
    {
        return {{"RESPONSE", choice.empty() ? Value::null_of(Cardinality::single, BaseType::identifier)
                                            : Value::single(BaseType::identifier, std::string{choice})}};
    }
    Result<TestOutcome> run(const std::string& xml, const TestResponses& responses, std::string_view weight = {})
    {
        const auto test = read_test(xml);
        if (!test) return std::unexpected{test.error()};
        return score_test(*test, view_, responses, nullptr, weight);
    }
    /// X after one rule.
    Result<Value> x(std::string_view expression, const TestResponses& responses, std::string_view type = "float")
    {
        const auto made = run(test_xml(declared(type), set_x(expression)), responses);
        if (!made) return std::unexpected{made.error()};
        return made->outcomes.front().value;
    }

    std::map<std::string, AssessmentItem> items_;
    TestItems view_;
    const TestResponses all_right_{{"Q1", answer("A")}, {"Q2", answer("A")}, {"Q.3", answer("A")}};
    const TestResponses mixed_{{"Q1", answer("A")}, {"Q2", answer("B")}, {"Q.3", answer("")}};
};

TEST_F(QtiTestLevelTest, SumsTheVariablesOfASubset)
{
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"SCORE\"/></sum>", all_right_), is_float(6));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"SCORE\" sectionIdentifier=\"S1\"/></sum>", all_right_),
                is_float(3));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"SCORE\" includeCategory=\"safety\"/></sum>", all_right_),
                is_float(1));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"SCORE\" excludeCategory=\"safety\"/></sum>", all_right_),
                is_float(5));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"SCORE\" weightIdentifier=\"W\"/></sum>", all_right_),
                is_float(7));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"POINTS\" sectionIdentifier=\"S2\"/></sum>", all_right_),
                is_float(3));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"NOTHING\"/></sum>", all_right_), IsNull());
}

TEST_F(QtiTestLevelTest, D24_TestVariablesWithoutATypeAreNumbers)
{
    const auto size = [&](std::string_view attributes) {
        return x("<containerSize><testVariables " + std::string{attributes} + "/></containerSize>", all_right_,
                 "integer");
    };
    EXPECT_THAT(size("variableIdentifier=\"RESPONSE\""), is_integer(0));
    EXPECT_THAT(size("variableIdentifier=\"RESPONSE\" baseType=\"identifier\""), is_integer(3));
    EXPECT_THAT(size("variableIdentifier=\"SCORE\" baseType=\"integer\""), is_integer(0));
    EXPECT_THAT(size("variableIdentifier=\"SCORE\" baseType=\"float\""), is_integer(3));
    EXPECT_THAT(size("variableIdentifier=\"numAttempts\""), is_integer(3));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"numAttempts\"/></sum>", all_right_, "integer"),
                is_integer(3));
    EXPECT_THAT(x("<sum><testVariables variableIdentifier=\"numAttempts\" weightIdentifier=\"W\"/></sum>", all_right_),
                is_float(4));
}

TEST_F(QtiTestLevelTest, D26_TemplateDefaultsGoBeforeThoseOfTheItem)
{
    items_.insert_or_assign(
        "Q2", read_item(item_xml("<templateDeclaration identifier=\"N\" cardinality=\"single\" baseType=\"integer\">"
                                 "<defaultValue><value>1</value></defaultValue></templateDeclaration>" +
                                     score_outcome(),
                                 element("responseProcessing", set_score("<variable identifier=\"N\"/>"))))
                  .value());
    const auto points = [&](std::string_view rules) {
        const auto made = run(test_xml(declared(), set_x("<variable identifier=\"Q2.SCORE\"/>"), "", rules),
                              {{"Q1", answer("A")}, {"Q2", {}}});
        return made ? Result<Value>{made->outcomes.front().value} : std::unexpected{made.error()};
    };
    EXPECT_THAT(points(""), is_float(1));
    EXPECT_THAT(points("<templateDefault templateIdentifier=\"N\">" + integer(5) + "</templateDefault>"), is_float(5));
    EXPECT_THAT(points("<templateDefault templateIdentifier=\"N\"><variable identifier=\"Q1.SCORE\"/>"
                       "</templateDefault>"),
                is_float(1));
    EXPECT_THAT(points("<templateDefault templateIdentifier=\"N\">" + text("x") + "</templateDefault>"),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(points("<templateDefault templateIdentifier=\"Z\">" + integer(5) + "</templateDefault>"),
                IsRefusedWith(EngineError::unknown_field));
    EXPECT_THAT(points("<templateDefault templateIdentifier=\"N\"/>"), IsRefusedWith(EngineError::malformed));
}

TEST_F(QtiTestLevelTest, ReadsVariablesOfItemsWhoseNamesHavePoints)
{
    EXPECT_THAT(x("<variable identifier=\"Q.3.SCORE\"/>", all_right_), is_float(3));
    EXPECT_THAT(x("<variable identifier=\"Q1.SCORE\" weightIdentifier=\"W\"/>", all_right_), is_float(2));
    EXPECT_THAT(x("<variable identifier=\"Q1.RESPONSE\"/>", all_right_, "identifier"),
                IsValue(Value::single(BaseType::identifier, std::string{"A"})));
    EXPECT_THAT(x("<variable identifier=\"Q9.SCORE\"/>", all_right_), IsRefusedWith(EngineError::inconsistent));
}

TEST_F(QtiTestLevelTest, D20_CountsItems)
{
    EXPECT_THAT(x("<numberCorrect/>", mixed_, "integer"), is_integer(1));
    EXPECT_THAT(x("<numberIncorrect/>", mixed_, "integer"), is_integer(2));
    EXPECT_THAT(x("<numberPresented/>", mixed_, "integer"), is_integer(3));
    EXPECT_THAT(x("<numberResponded/>", mixed_, "integer"), is_integer(2));
    EXPECT_THAT(x("<numberSelected includeCategory=\"law\"/>", mixed_, "integer"), is_integer(2));
    const TestResponses one{{"Q1", answer("A")}};
    EXPECT_THAT(x("<numberPresented/>", one, "integer"), is_integer(1));
    EXPECT_THAT(x("<numberIncorrect/>", one, "integer"), is_integer(0));
    EXPECT_THAT(x("<numberSelected/>", one, "integer"), is_integer(3));
}

TEST_F(QtiTestLevelTest, AddsBoundsOfOutcomes)
{
    EXPECT_THAT(x("<outcomeMaximum outcomeIdentifier=\"SCORE\"/>", mixed_), is_float(6));
    EXPECT_THAT(x("<outcomeMaximum outcomeIdentifier=\"SCORE\" weightIdentifier=\"W\"/>", mixed_), is_float(7));
    EXPECT_THAT(x("<outcomeMaximum outcomeIdentifier=\"OTHER\"/>", mixed_), IsNull());
    EXPECT_THAT(x("<outcomeMinimum outcomeIdentifier=\"SCORE\"/>", mixed_), is_float(0));
}

TEST_F(QtiTestLevelTest, RunsConditionsAndLookupTables)
{
    const std::string outcomes =
        declared() + "<outcomeDeclaration identifier=\"GRADE\" cardinality=\"single\" baseType=\"identifier\">"
                     "<interpolationTable defaultValue=\"fail\"><interpolationTableEntry sourceValue=\"5\" "
                     "targetValue=\"good\"/><interpolationTableEntry sourceValue=\"1\" includeBoundary=\"false\" "
                     "targetValue=\"pass\"/></interpolationTable></outcomeDeclaration>";
    const std::string rules = set_x("<sum><testVariables variableIdentifier=\"SCORE\"/></sum>") +
                              "<outcomeCondition><outcomeIf><lt><variable identifier=\"X\"/>" + real("2") +
                              "</lt><lookupOutcomeValue identifier=\"GRADE\"><variable identifier=\"X\"/>"
                              "</lookupOutcomeValue><exitTest/></outcomeIf></outcomeCondition><lookupOutcomeValue "
                              "identifier=\"GRADE\"><variable identifier=\"X\"/></lookupOutcomeValue>";
    const auto grade = [&](const TestResponses& responses) {
        return run(test_xml(outcomes, rules), responses)->outcomes.back().value;
    };
    const auto word = [](std::string value) { return Value::single(BaseType::identifier, std::move(value)); };
    EXPECT_EQ(grade(all_right_), word("good"));
    EXPECT_EQ(grade({{"Q2", answer("A")}}), word("pass"));
    EXPECT_EQ(grade(mixed_), word("fail"));
}

TEST_F(QtiTestLevelTest, D20_FollowsPreconditionsAndBranchesInLinearPartsOnly)
{
    const std::string sum = set_x("<sum><testVariables variableIdentifier=\"SCORE\"/></sum>");
    const std::string first_was_right = "<gt><variable identifier=\"Q1.SCORE\"/>" + real("0") + "</gt>";
    const std::string only_if_wrong = element("preCondition", element("not", first_was_right));
    const std::string leave = "<branchRule target=\"EXIT_SECTION\">" + first_was_right + "</branchRule>";
    const std::string end = "<branchRule target=\"EXIT_TEST\">" + first_was_right + "</branchRule>";
    const std::string jump = "<branchRule target=\"Q.3\">" + first_was_right + "</branchRule>";
    const auto total = [&](const std::string& xml) {
        const auto made = run(xml, all_right_);
        return made ? made->outcomes.front().value.number() : -1.0;
    };
    EXPECT_EQ(total(test_xml(declared(), sum)), 6);
    EXPECT_EQ(total(test_xml(declared(), sum, "", only_if_wrong)), 4);
    EXPECT_EQ(total(test_xml(declared(), sum, "", only_if_wrong, "nonlinear")), 6);
    EXPECT_EQ(total(test_xml(declared(), sum, leave)), 4);
    EXPECT_EQ(total(test_xml(declared(), sum, end)), 1);
    EXPECT_EQ(total(test_xml(declared(), sum, leave, "", "nonlinear")), 6);
    EXPECT_EQ(total(test_xml(declared(), sum, jump)), 4);
}

TEST_F(QtiTestLevelTest, GivesSubScoresOfCategoriesAndSections)
{
    const auto made = run(test_xml("", ""), mixed_, "W");
    ASSERT_THAT(made, IsAccepted());
    ASSERT_EQ(made->categories.size(), 2U);
    EXPECT_EQ(made->categories[0].name, "safety");
    EXPECT_EQ(made->categories[0].score, 2);
    EXPECT_EQ(made->categories[0].maximum, 2);
    EXPECT_EQ(made->categories[1].name, "law");
    EXPECT_EQ(made->categories[1].items, 2);
    EXPECT_EQ(made->categories[1].maximum, 4);
    EXPECT_EQ(made->sections.front().name, "P");
    EXPECT_EQ(made->sections.front().score, 2);
    EXPECT_EQ(made->sections.front().maximum, 7);
}

TEST_F(QtiTestLevelTest, RefusesWhatCannotBeATest)
{
    EXPECT_THAT(read_test("<assessmentItem identifier=\"a\"/>"), IsRefusedWith(EngineError::malformed));
    const std::string twice = "<assessmentTest identifier=\"T\"><testPart identifier=\"P\"><assessmentSection "
                              "identifier=\"P\"/></testPart></assessmentTest>";
    EXPECT_THAT(read_test(twice), IsRefusedWith(EngineError::inconsistent));
    view_.erase("Q2");
    EXPECT_THAT(run(test_xml("", ""), {}), IsRefusedWith(EngineError::unknown_field));
    const std::string elsewhere = "<assessmentTest identifier=\"T\"><testPart identifier=\"P\"><assessmentSectionRef "
                                  "identifier=\"S\" href=\"s.xml\"/></testPart></assessmentTest>";
    EXPECT_THAT(run(elsewhere, {})->warnings, Contains(HasSubstr("s.xml")));
    EXPECT_THAT(value_of("<numberCorrect/>"), IsRefusedWith(EngineError::inconsistent));
}

TEST_F(QtiTestLevelTest, WritingATestLosesNothing)
{
    const auto test = read_test(test_xml(declared(), set_x("<numberCorrect/>")));
    ASSERT_THAT(test, IsAccepted());
    EXPECT_EQ(read_test(to_xml(*test)), *test);
}

} // namespace
} // namespace papervault::engine::qti
