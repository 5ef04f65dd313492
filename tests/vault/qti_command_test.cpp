// papervault qti …, run as the program that people run.
#include "support/outcome.hpp"
#include "vault/temporary_folder.hpp"
#include "vault/workbook.hpp"

#include <papervault/engine/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace papervault::vault {
namespace {

using papervault::test::Outcome;
using papervault::test::outcome_of;

using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

constexpr const char* choice =
    "<assessmentItem xmlns=\"http://www.imsglobal.org/xsd/imsqti_v2p2\" identifier=\"pump\" title=\"泵\" "
    "adaptive=\"false\" timeDependent=\"false\"><responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" "
    "baseType=\"identifier\"><correctResponse><value>B</value></correctResponse></responseDeclaration>"
    "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\"/><itemBody><p>哪个？</p>"
    "<choiceInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\" maxChoices=\"1\"><simpleChoice "
    "identifier=\"A\">甲</simpleChoice><simpleChoice identifier=\"B\">乙</simpleChoice></choiceInteraction></itemBody>"
    "<responseProcessing template=\"http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct\"/>"
    "</assessmentItem>";

class QtiCommandTest : public testing::Test {
protected:
    QtiCommandTest()
    {
        std::filesystem::create_directory(folder_ / "items");
        write("items/pump.xml", choice);
        write("secret.xml", choice);
    }

    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream{folder_ / name, std::ios::binary} << text;
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }

    /// Arguments are ours and have no spaces, so the shell is safe.
    [[nodiscard]] static Outcome run(const std::string& arguments)
    {
        return outcome_of(std::string{PAPERVAULT_BIN_DIR "/papervault qti "} + arguments + " 2>&1");
    }
    [[nodiscard]] Outcome score(const std::string& line) const
    {
        write("cases.jsonl", line + "\n");
        return run("score --items " + at("items") + " --cases " + at("cases.jsonl"));
    }

    TemporaryFolder folder_;
};

TEST_F(QtiCommandTest, ScoresALineAndAnExpression)
{
    const Outcome item = score(R"({"id":"a","item":"pump.xml","responses":{"RESPONSE":{"cardinality":"single",)"
                               R"("base_type":"identifier","values":["B"]}}})");
    EXPECT_EQ(item.exit_code, 0);
    EXPECT_EQ(item.output, R"({"id":"a","outcomes":{"SCORE":{"cardinality":"single","base_type":"float",)"
                           R"("values":["1.0"]}}})"
                           "\n");
    const Outcome expression = score(
        R"({"id":2,"expression_xml":"<sum><baseValue baseType='integer'>2</baseValue><null/></sum>","responses":{}})");
    EXPECT_EQ(expression.output, "{\"id\":2,\"value\":null}\n");
}

TEST_F(QtiCommandTest, AnswersEveryLineOfAFileWithBadLinesInIt)
{
    write("cases.jsonl", "nonsense\n\n{\"id\":1}\r\n{\"id\":2,\"item\":\"pump.xml\"}\n");
    const Outcome all = run("score --items " + at("items") + " --cases " + at("cases.jsonl"));
    EXPECT_EQ(all.exit_code, 0);
    std::istringstream lines{all.output};
    std::vector<std::string> answers;
    for (std::string line; std::getline(lines, line);) { answers.push_back(line); }
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_THAT(answers[0], HasSubstr("\"error\":\"malformed\""));
    EXPECT_THAT(answers[1], HasSubstr("\"error\""));
    EXPECT_THAT(answers[2], HasSubstr("\"outcomes\""));
}

TEST_F(QtiCommandTest, ReadsNothingOutsideTheFolderOfTheItems)
{
    std::filesystem::create_symlink(folder_ / "secret.xml", folder_ / "items" / "link.xml");
    std::filesystem::create_directory_symlink(folder_.path(), folder_ / "items" / "up");
    for (const std::string& name :
         {std::string{"../secret.xml"}, at("secret.xml"), std::string{"link.xml"}, std::string{"up/secret.xml"},
          std::string{"x/../../secret.xml"}, std::string{"."}, std::string{""}, std::string{"absent.xml"}}) {
        const Outcome outcome = score("{\"id\":1,\"item\":\"" + name + "\"}");
        EXPECT_THAT(outcome.output, HasSubstr("\"error\"")) << name;
        EXPECT_THAT(outcome.output, Not(HasSubstr("outcomes"))) << name;
    }
}

TEST_F(QtiCommandTest, CheckTellsWhatIsWrongAndFails)
{
    const Outcome good = run("check " + at("items/pump.xml"));
    EXPECT_EQ(good.exit_code, 0) << good.output;
    EXPECT_THAT(good.output, HasSubstr("choiceInteraction"));
    std::string bad = choice;
    bad.replace(bad.find("<value>B"), 8, "<value>Z");
    write("bad.xml", bad);
    const Outcome wrong = run("check " + at("bad.xml"));
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.output, HasSubstr("there is no choice Z"));
    write("bomb.xml", "<!DOCTYPE a [<!ENTITY b \"b\">]><assessmentItem identifier=\"&b;\"/>");
    EXPECT_EQ(run("check " + at("bomb.xml")).exit_code, 1);
}

TEST_F(QtiCommandTest, ScoresATestWithItsItems)
{
    write(
        "items/test.xml",
        "<assessmentTest identifier=\"T\" title=\"t\"><outcomeDeclaration identifier=\"TOTAL\" cardinality=\"single\" "
        "baseType=\"float\"/><testPart identifier=\"P\" navigationMode=\"nonlinear\"><assessmentSection "
        "identifier=\"S\" title=\"s\"><assessmentItemRef identifier=\"Q1\" href=\"pump.xml\" category=\"law\"/>"
        "<assessmentItemRef identifier=\"Q2\" href=\"pump.xml\"/></assessmentSection></testPart><outcomeProcessing>"
        "<setOutcomeValue identifier=\"TOTAL\"><sum><testVariables variableIdentifier=\"SCORE\"/></sum>"
        "</setOutcomeValue></outcomeProcessing></assessmentTest>");
    write("responses.jsonl", R"({"id":"c1","responses":{"Q1":{"RESPONSE":["B"]},"Q2":{"RESPONSE":["A"]}}})"
                             "\n"
                             R"({"id":"c2","responses":{"Q9":{}}})"
                             "\n");
    const Outcome outcome = run("test-score --test " + at("items/test.xml") + " --responses " + at("responses.jsonl"));
    EXPECT_EQ(outcome.exit_code, 0);
    std::istringstream lines{outcome.output};
    std::string first;
    std::string second;
    std::getline(lines, first);
    std::getline(lines, second);
    const auto answer = engine::parse_json(first, {});
    ASSERT_TRUE(answer) << first;
    EXPECT_EQ(answer->at("outcomes").at("TOTAL").at("values").at(0), "1.0");
    EXPECT_THAT(second, HasSubstr("\"error\""));
}

/// A package: a test with a section of its own, an item with a passage and rules in other files.
const std::map<std::string, std::string> package{
    {"imsmanifest.xml",
     "<manifest identifier=\"M\"><resources><resource identifier=\"t\" type=\"imsqti_test_xmlv2p2\" "
     "href=\"tests/t.xml\"><file href=\"tests/t.xml\"/><dependency identifierref=\"q\"/></resource><resource "
     "identifier=\"q\" type=\"imsqti_item_xmlv2p2\" href=\"items/q.xml\"><file href=\"items/q.xml\"/><file "
     "href=\"rules/double.xml\"/></resource><resource identifier=\"p\" type=\"imsqti_stimulus_xmlv3p0\" "
     "href=\"passages/p.xml\"/><resource identifier=\"s\" type=\"imsqti_section_xmlv2p2\" "
     "href=\"tests/s.xml\"/></resources></manifest>"},
    {"tests/t.xml",
     "<assessmentTest identifier=\"T\" title=\"t\"><outcomeDeclaration identifier=\"TOTAL\" cardinality=\"single\" "
     "baseType=\"float\"/><testPart identifier=\"P\" navigationMode=\"nonlinear\"><assessmentSectionRef "
     "identifier=\"S\" href=\"s.xml\"/></testPart><outcomeProcessing><setOutcomeValue identifier=\"TOTAL\"><sum>"
     "<testVariables variableIdentifier=\"SCORE\" sectionIdentifier=\"S\"/></sum></setOutcomeValue>"
     "</outcomeProcessing></assessmentTest>"},
    {"tests/s.xml", "<assessmentSection identifier=\"S\" title=\"s\"><assessmentItemRef identifier=\"Q\" "
                    "href=\"../items/q.xml\"/></assessmentSection>"},
    {"items/q.xml",
     "<assessmentItem identifier=\"pump\" title=\"泵\" adaptive=\"false\" timeDependent=\"false\">"
     "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" baseType=\"identifier\"/>"
     "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\"/><assessmentStimulusRef "
     "identifier=\"p\" href=\"../passages/p.xml\"/><itemBody><choiceInteraction responseIdentifier=\"RESPONSE\" "
     "shuffle=\"true\" maxChoices=\"1\"><prompt>哪个？</prompt><simpleChoice identifier=\"A\">甲</simpleChoice>"
     "<simpleChoice identifier=\"B\">乙</simpleChoice></choiceInteraction></itemBody><responseProcessing "
     "templateLocation=\"../rules/double.xml\"/></assessmentItem>"},
    {"rules/double.xml",
     "<responseProcessing><responseCondition><responseIf><match><variable identifier=\"RESPONSE\"/><baseValue "
     "baseType=\"identifier\">B</baseValue></match><setOutcomeValue identifier=\"SCORE\"><baseValue "
     "baseType=\"float\">2</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>"},
    {"passages/p.xml", "<assessmentStimulus identifier=\"p\" title=\"泵房\"><stimulusBody><p>泵在转。</p>"
                       "</stimulusBody></assessmentStimulus>"}};

class QtiPackageCommandTest : public QtiCommandTest {
protected:
    /// @return The place of the package, as a folder or as a zip archive.
    [[nodiscard]] std::string place(bool is_zip, const std::map<std::string, std::string>& files = package) const
    {
        if (is_zip) {
            const crypto::Bytes bytes = test::archive_of(files);
            write("package.zip", crypto::text_of(bytes));
            return at("package.zip");
        }
        for (const auto& [name, text] : files) {
            std::filesystem::create_directories((folder_ / "package" / name).parent_path());
            write("package/" + name, text);
        }
        return at("package");
    }
};

TEST_F(QtiPackageCommandTest, APackageIsCheckedScoredAndImportedAsFolderAndAsZip)
{
    for (const bool is_zip : {false, true}) {
        const std::string whole = place(is_zip);
        const Outcome checked = run("check " + whole);
        EXPECT_EQ(checked.exit_code, 0) << checked.output;
        EXPECT_THAT(checked.output, HasSubstr("items/q.xml"));
        EXPECT_THAT(checked.output, HasSubstr("passages/p.xml"));

        write("responses.jsonl", R"({"id":"c1","responses":{"Q":{"RESPONSE":["B"]}}})"
                                 "\n");
        const Outcome scored = run("test-score --test " + whole + " --responses " + at("responses.jsonl"));
        EXPECT_THAT(scored.output,
                    HasSubstr(R"("TOTAL":{"cardinality":"single","base_type":"float","values":["2.0"]})"));

        write("cases.jsonl", R"({"id":1,"item":"items/q.xml","responses":{"RESPONSE":["B"]}})"
                             "\n");
        const Outcome cases = run("score --items " + whole + " --cases " + at("cases.jsonl"));
        EXPECT_THAT(cases.output, HasSubstr(R"("values":["2.0"])"));
        EXPECT_THAT(cases.output, Not(HasSubstr("warnings")));

        const Outcome in =
            run("to-bank --knowledge-point 2.3 --out " + at(is_zip ? "z.jsonl" : "f.jsonl") + " " + whole);
        EXPECT_EQ(in.exit_code, 0) << in.output;
        std::ifstream rows{folder_ / (is_zip ? "z.jsonl" : "f.jsonl")};
        const std::string row{std::istreambuf_iterator<char>{rows}, {}};
        EXPECT_THAT(row, HasSubstr("泵在转。"));
        EXPECT_THAT(row, HasSubstr(R"("answer":["B"])"));
    }
}

TEST_F(QtiPackageCommandTest, AFileOfAPackageReadsItsNeighbours)
{
    const std::string whole = place(false);
    EXPECT_EQ(run("check " + whole + "/items/q.xml").exit_code, 0);
    write("responses.jsonl", R"({"id":"c1","responses":{"Q":{"RESPONSE":["B"]}}})"
                             "\n");
    EXPECT_THAT(run("test-score --test " + whole + "/tests/t.xml --responses " + at("responses.jsonl")).output,
                HasSubstr("2.0"));
    EXPECT_THAT(
        run("test-score --items " + whole + " --test " + whole + "/tests/t.xml --responses " + at("responses.jsonl"))
            .output,
        HasSubstr("2.0"));
}

TEST_F(QtiPackageCommandTest, CheckTellsWhatAPackageLacks)
{
    auto files = package;
    files.erase("passages/p.xml");
    files["rules/double.xml"] = "<responseProcessing><levitate/></responseProcessing>";
    const Outcome checked = run("check " + place(true, files));
    EXPECT_EQ(checked.exit_code, 1);
    EXPECT_THAT(checked.output, HasSubstr("the file passages/p.xml is not there"));
    EXPECT_THAT(checked.output, HasSubstr("a passage cannot be read"));
    EXPECT_THAT(checked.output, HasSubstr("levitate"));
    files["imsmanifest.xml"] = "<manifest identifier=\"M\"><resources><resource identifier=\"q\" "
                               "type=\"imsqti_item_xmlv2p2\" href=\"../secret.xml\"/></resources></manifest>";
    EXPECT_EQ(run("check " + place(false, files)).exit_code, 1);
    EXPECT_EQ(run("check " + at("items")).exit_code, 1) << "a folder without a manifest is no package";
    write("broken.zip", "PK\x03\x04 and nothing");
    EXPECT_EQ(run("check " + at("broken.zip")).exit_code, 1);
}

TEST_F(QtiPackageCommandTest, NothingOutsideOfAPackageIsRead)
{
    auto files = package;
    files["items/q.xml"] = "<assessmentItem identifier=\"q\"><itemBody/><responseProcessing "
                           "template=\"../../secret.xml\"/></assessmentItem>";
    const std::string whole = place(false, files);
    write("secret.xml", "<responseProcessing><secret/></responseProcessing>");
    std::filesystem::create_symlink(folder_ / "secret.xml", folder_ / "package" / "link.xml");
    EXPECT_THAT(run("check " + whole).output, HasSubstr("leads out of the package"));
    files["items/q.xml"] = "<assessmentItem identifier=\"q\"><itemBody/><responseProcessing "
                           "template=\"../link.xml\"/></assessmentItem>";
    EXPECT_THAT(run("check " + place(false, files)).output, Not(HasSubstr("<secret")));
    EXPECT_THAT(run("check " + place(false, files)).output, HasSubstr("there is no file of this name"));
}

TEST_F(QtiCommandTest, AnItemGoesToTheBankAndBack)
{
    const Outcome in = run("to-bank --knowledge-point 2.3 --out " + at("rows.jsonl") + " " + at("items/pump.xml"));
    EXPECT_EQ(in.exit_code, 0) << in.output;
    const Outcome out = run("from-bank --items " + at("rows.jsonl") + " --out " + at("exported"));
    EXPECT_EQ(out.exit_code, 0) << out.output;
    EXPECT_EQ(run("check " + at("exported/pump.xml")).exit_code, 0);
    EXPECT_EQ(run("from-bank --items " + at("rows.jsonl") + " --out " + at("exported")).exit_code, 1);
    write("items/essay.xml", "<assessmentItem identifier=\"e\"><itemBody><extendedTextInteraction "
                             "responseIdentifier=\"R\"/></itemBody></assessmentItem>");
    const Outcome refused = run("to-bank --knowledge-point 2 --out " + at("none.jsonl") + " " + at("items/essay.xml"));
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.output, HasSubstr("essay.xml"));
}

} // namespace
} // namespace papervault::vault
