// Items and tests that lie in several files, and manifests of packages.
#include "engine/qti/qti_support.hpp"

#include <papervault/engine/qti/bank_item.hpp>
#include <papervault/engine/qti/package.hpp>

#include <map>

namespace papervault::engine::qti {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view xi = "xmlns:xi=\"http://www.w3.org/2001/XInclude\"";

std::string response_a()
{
    return "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"single\" baseType=\"identifier\">"
           "<correctResponse><value>A</value></correctResponse></responseDeclaration>";
}

/// A package in memory.
class QtiPackageTest : public testing::Test {
protected:
    [[nodiscard]] PartReader reader(PartLimits limits = {})
    {
        return PartReader{[this](std::string_view path) -> Result<std::string> {
                              const auto found = files_.find(path);
                              if (found == files_.end()) {
                                  return refuse(EngineError::inconsistent, "there is no " + std::string{path});
                              }
                              return found->second;
                          },
                          limits};
    }
    /// The score of an item when A is answered.
    Result<Value> score_of(std::string_view path)
    {
        const auto item = reader().item(path);
        if (!item) return std::unexpected{item.error()};
        return outcome(score(*item, {{"RESPONSE", Value::single(BaseType::identifier, std::string{"A"})}}));
    }
    static std::string include(std::string_view href, std::string_view inner = "", std::string_view more = "")
    {
        return "<xi:include " + std::string{xi} + " href=\"" + std::string{href} + "\" " + std::string{more} + ">" +
               std::string{inner} + "</xi:include>";
    }
    static std::string rules(std::string_view inner)
    {
        return "<responseProcessing>" + std::string{inner} + "</responseProcessing>";
    }

    std::map<std::string, std::string, std::less<>> files_;
};

TEST(QtiPathTest, ResolvesReferencesInsideThePackage)
{
    EXPECT_EQ(resolved_path("tests/t.xml", "../items/q%201.xml#x"), "items/q 1.xml");
    EXPECT_EQ(resolved_path("t.xml", " ./a//b/./c.xml "), "a/b/c.xml");
    EXPECT_EQ(resolved_path("a/t.xml", "..\\b\\c.xml"), "b/c.xml");
    EXPECT_EQ(resolved_path("t.xml", "50%.xml"), "50%.xml");
    EXPECT_EQ(checked_path("a/../b%20.xml"), "b%20.xml");
}

TEST(QtiPathTest, RefusesWhatLeadsOut)
{
    for (const std::string_view reference :
         {"../x.xml", "a/../../x.xml", "/etc/passwd", "\\\\host\\x", "http://example.org/x.xml", "file:///etc/passwd",
          "C:\\x.xml", "//host/x", "%2e%2e/x.xml", "..%2Fx.xml", "%2Fetc/passwd", "", "#here", "?x", ".", "a/",
          "x%00.xml", "%FF.xml"}) {
        EXPECT_THAT(resolved_path("t.xml", reference), IsRefusedWith(EngineError::inconsistent)) << reference;
    }
    EXPECT_THAT(checked_path("../x"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(checked_path("/x"), IsRefusedWith(EngineError::inconsistent));
}

TEST_F(QtiPackageTest, IncludesPartsOfProcessingAndDeclarations)
{
    files_["items/q.xml"] =
        item_xml(score_outcome() + include("../parts/declared.xml"), rules(include("../parts/fragment.xml")));
    files_["parts/declared.xml"] = response_a();
    files_["parts/fragment.xml"] =
        "<responseProcessingFragment>" + include("rule.xml") + "</responseProcessingFragment>";
    files_["parts/rule.xml"] =
        "<responseCondition><responseIf><match><variable identifier=\"RESPONSE\"/><correct identifier=\"RESPONSE\"/>"
        "</match>" +
        set_score(real("3")) + "</responseIf></responseCondition>";
    EXPECT_THAT(score_of("items/q.xml"), is_float(3));
    const auto item = reader().item("items/q.xml");
    ASSERT_THAT(item, IsAccepted());
    EXPECT_EQ(read_item(to_xml(*item))->document, item->document) << "written in one piece";
}

TEST_F(QtiPackageTest, TheNameOfAnIncludeIsItsNamespace)
{
    const std::string rule = set_score(real("1"));
    files_["rule.xml"] = rule;
    files_["q.xml"] = item_xml(score_outcome(), rules("<include xmlns=\"http://www.w3.org/2001/XInclude\" "
                                                      "href=\"rule.xml\"/>") +
                                                    response_a());
    EXPECT_THAT(score_of("q.xml"), is_float(1));
    files_["q.xml"] = item_xml(score_outcome() + response_a(), rules("<include href=\"rule.xml\"/>"));
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::unknown_field));
}

TEST_F(QtiPackageTest, ReferencesOfAPartLeadWhereTheyLed)
{
    files_["items/q.xml"] = item_xml(score_outcome(), "", include("../parts/a/p.xml"));
    files_["parts/a/p.xml"] =
        "<p><img src=\"my%20pump.png\"/><a href=\"#there\"/><img src=\"http://x.org/a.png\"/></p>";
    const auto item = reader().item("items/q.xml");
    ASSERT_THAT(item, IsAccepted());
    const XmlNode& paragraph = item->document.root.child("itembody")->children.front();
    EXPECT_EQ(*paragraph.children[0].attribute("src"), "../parts/a/my%20pump.png");
    EXPECT_EQ(*paragraph.children[1].attribute("href"), "#there");
    EXPECT_EQ(*paragraph.children[2].attribute("src"), "http://x.org/a.png");
}

TEST_F(QtiPackageTest, D25_AnIncludeThatCannotBeReadIsAnErrorExceptInTheBody)
{
    files_["q.xml"] = item_xml(score_outcome() + response_a(), rules(include("gone.xml")));
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::inconsistent));
    files_["q.xml"] = item_xml(score_outcome() + response_a(),
                               rules(include("gone.xml", "<xi:fallback>" + set_score(real("2")) + "</xi:fallback>")));
    EXPECT_THAT(score_of("q.xml"), is_float(2));
    files_["q.xml"] = item_xml(score_outcome() + response_a(), rules(set_score(real("1"))), include("gone.xml"));
    EXPECT_THAT(score_of("q.xml"), is_float(1));
    EXPECT_THAT(reader().item("q.xml")->unread, ElementsAre(HasSubstr("gone.xml")));
    files_["q.xml"] = item_xml(score_outcome() + response_a(), rules(include("q2.xml", "", "xpointer=\"x\"")));
    files_["q2.xml"] = set_score(real("1"));
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::inconsistent));
}

TEST_F(QtiPackageTest, IncludesText)
{
    files_["q.xml"] = item_xml(
        score_outcome("string") + response_a(),
        rules(set_score("<baseValue baseType=\"string\">" + include("t.txt", "", "parse=\"text\"") + "</baseValue>")));
    files_["t.txt"] = "a < b";
    EXPECT_THAT(score_of("q.xml"), IsValue(Value::single(BaseType::string, std::string{"a < b"})));
    files_["t.txt"] = "\xFF";
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::malformed));
}

TEST_F(QtiPackageTest, D25_RefusesCirclesAndWhatGrowsWithoutEnd)
{
    files_["q.xml"] = item_xml(score_outcome() + response_a(), rules(include("q.xml")));
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::out_of_range));
    files_["q.xml"] = item_xml(score_outcome() + response_a(), "", include("a.xml", "<xi:fallback/>"));
    files_["a.xml"] = "<p>" + include("b.xml") + "</p>";
    files_["b.xml"] = "<p>" + include("./a.xml") + "</p>";
    EXPECT_THAT(score_of("q.xml"), IsRefusedWith(EngineError::out_of_range)) << "no fallback mends a circle";
    // Each file has the next one ten times: 10^9 in all.
    for (int at = 0; at < 9; ++at) {
        std::string inner;
        for (int copy = 0; copy < 10; ++copy) inner += include("level" + std::to_string(at + 1) + ".xml");
        files_["level" + std::to_string(at) + ".xml"] = "<p>" + inner + "</p>";
    }
    files_["level9.xml"] = "<p/>";
    files_["q.xml"] = item_xml(score_outcome(), "", include("level2.xml"));
    EXPECT_THAT(reader().item("q.xml"), IsRefusedWith(EngineError::out_of_range));
    files_["q.xml"] = item_xml(score_outcome(), "", include("level0.xml"));
    EXPECT_THAT(reader({.depth_max = 5}).item("q.xml"), IsRefusedWith(EngineError::out_of_range));
    const auto nested = [](std::string_view inner) {
        std::string text{inner};
        for (int at = 0; at < 60; ++at) text = "<p>" + text + "</p>";
        return text;
    };
    files_["deep.xml"] = nested("");
    files_["q.xml"] =
        "<assessmentItem identifier=\"i\"><itemBody>" + nested(include("deep.xml")) + "</itemBody></assessmentItem>";
    EXPECT_THAT(reader().item("q.xml"), IsRefusedWith(EngineError::out_of_range));
}

TEST_F(QtiPackageTest, D25_TheItemsOwnRulesGoBeforeTheFileThatIsNamed)
{
    const auto with = [](std::string_view attributes, std::string_view inner = "") {
        return item_xml(score_outcome() + response_a(), "<responseProcessing " + std::string{attributes} + ">" +
                                                            std::string{inner} + "</responseProcessing>");
    };
    files_["shared/double.xml"] = rules(set_score(real("2")));
    files_["items/q.xml"] = with("template=\"http://example.org/double\" templateLocation=\"../shared/double.xml\"");
    EXPECT_THAT(score_of("items/q.xml"), is_float(2));
    files_["items/q.xml"] = with("template-location=\"../shared/double.xml\"");
    EXPECT_THAT(score_of("items/q.xml"), is_float(2));
    files_["items/q.xml"] = with("template=\"../shared/double.xml\"");
    EXPECT_THAT(score_of("items/q.xml"), is_float(2));
    files_["items/q.xml"] = with("template=\"http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct\" "
                                 "templateLocation=\"../shared/double.xml\"");
    EXPECT_THAT(score_of("items/q.xml"), is_float(1)) << "the standard's own template needs no file";
    files_["items/q.xml"] = with("templateLocation=\"../shared/double.xml\"", set_score(real("5")));
    EXPECT_THAT(score_of("items/q.xml"), is_float(5)) << "the item's own rules are preferred";
    files_["items/q.xml"] = with("templateLocation=\"https://www.imsglobal.org/rptemplates/match_correct.xml\"");
    EXPECT_THAT(score_of("items/q.xml"), is_float(1));
}

TEST_F(QtiPackageTest, ATemplateThatCannotBeReadIsAWarningInEveryScore)
{
    files_["q.xml"] = item_xml(score_outcome() + response_a(), "<responseProcessing template=\"my.xml\"/>");
    const auto item = reader().item("q.xml");
    ASSERT_THAT(item, IsAccepted());
    EXPECT_THAT(item->unread, ElementsAre(HasSubstr("my.xml")));
    EXPECT_THAT(score(*item, {})->warnings, ElementsAre(HasSubstr("my.xml")));
    files_["my.xml"] = "<responseProcessingTemplate/>";
    EXPECT_THAT(reader().item("q.xml")->unread, ElementsAre(HasSubstr("no responseProcessing")));
}

TEST_F(QtiPackageTest, ReadsPassages)
{
    files_["items/q.xml"] =
        "<qti-assessment-item identifier=\"q\" title=\"t\">"
        "<qti-response-declaration identifier=\"RESPONSE\" cardinality=\"single\" base-type=\"identifier\">"
        "<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>"
        "<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\"/>"
        "<qti-assessment-stimulus-ref identifier=\"s\" href=\"../passages/s.xml\" title=\"x\"/><qti-item-body>"
        "<qti-choice-interaction response-identifier=\"RESPONSE\" max-choices=\"1\"><qti-prompt>Q</qti-prompt>"
        "<qti-simple-choice identifier=\"A\">a</qti-simple-choice><qti-simple-choice identifier=\"B\">b"
        "</qti-simple-choice></qti-choice-interaction></qti-item-body><qti-response-processing "
        "template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>"
        "</qti-assessment-item>";
    files_["passages/s.xml"] = "<qti-assessment-stimulus identifier=\"pump 1\" title=\"Pumps\"><qti-stimulus-body>"
                               "<p>A pump runs.</p></qti-stimulus-body></qti-assessment-stimulus>";
    const auto item = reader().item("items/q.xml");
    ASSERT_THAT(item, IsAccepted());
    ASSERT_EQ(item->stimuli.size(), 1U);
    EXPECT_EQ(item->stimuli.front().title, "Pumps");
    EXPECT_THAT(item->stimuli.front().body.inner_text(), HasSubstr("A pump runs."));
    const auto banked = to_bank_item(*item, {.id = {}, .knowledge_point = "1", .source = {}});
    ASSERT_THAT(banked, IsAccepted());
    ASSERT_TRUE(banked->item.stimulus);
    EXPECT_EQ(banked->item.stimulus->id, "pump_1");
    EXPECT_THAT(to_bank_item(*read_item(files_["items/q.xml"]), {.id = {}, .knowledge_point = "1", .source = {}}),
                IsRefusedWith(EngineError::inconsistent))
        << "without its passage the item would lose something";
    files_.erase("passages/s.xml");
    const auto alone = reader().item("items/q.xml");
    ASSERT_THAT(alone, IsAccepted());
    EXPECT_THAT(problems(*alone), ElementsAre(HasSubstr("passages/s.xml")));
    EXPECT_THAT(score_of("items/q.xml"), is_float(1)) << "a passage changes no score";
}

TEST_F(QtiPackageTest, D25_SectionsInOtherFilesKeepTheRulesOfBoth)
{
    files_["tests/t.xml"] = "<assessmentTest identifier=\"T\" title=\"t\"><testPart identifier=\"P\" "
                            "navigationMode=\"linear\"><assessmentSectionRef identifier=\"S\" "
                            "href=\"../sections/s.xml\"><preCondition><baseValue baseType=\"boolean\">false"
                            "</baseValue></preCondition></assessmentSectionRef></testPart></assessmentTest>";
    files_["sections/s.xml"] = "<assessmentSection identifier=\"other\" title=\"s\"><assessmentSectionRef "
                               "identifier=\"S2\" href=\"more/s2.xml\"/></assessmentSection>";
    files_["sections/more/s2.xml"] =
        "<assessmentSection identifier=\"S2\" title=\"s\"><assessmentItemRef identifier=\"Q\" "
        "href=\"../../items/q.xml\"/></assessmentSection>";
    const auto test = reader().test("tests/t.xml");
    ASSERT_THAT(test, IsAccepted());
    EXPECT_THAT(test->section_files, IsEmpty());
    ASSERT_EQ(test->item_references().size(), 1U);
    EXPECT_EQ(test->item_references().front()->href, "../items/q.xml");
    const auto& section = std::get<TestSection>(test->parts.front().parts.front());
    EXPECT_EQ(section.identifier, "S") << "the name that the test has for it";
    EXPECT_EQ(section.preconditions.size(), 1U);
    EXPECT_EQ(read_test(to_xml(*test))->parts, test->parts);

    files_["sections/more/s2.xml"] =
        "<assessmentSection identifier=\"S2\"><assessmentSectionRef identifier=\"S3\" href=\"../s.xml\"/>"
        "</assessmentSection>";
    EXPECT_THAT(reader().test("tests/t.xml"), IsRefusedWith(EngineError::out_of_range));
    files_["sections/more/s2.xml"] = "<p/>";
    EXPECT_THAT(reader().test("tests/t.xml"), IsRefusedWith(EngineError::malformed));
    files_.erase("sections/more/s2.xml");
    EXPECT_THAT(reader().test("tests/t.xml"), IsRefusedWith(EngineError::inconsistent));
}

TEST(QtiManifestTest, ListsWhatIsInAPackage)
{
    const auto manifest = read_manifest(
        "<manifest identifier=\"M\" xmlns=\"http://www.imsglobal.org/xsd/imscp_v1p1\" xml:base=\"content/\"><metadata/>"
        "<resources xml:base=\"qti/\">"
        "<resource identifier=\"i\" type=\"imsqti_item_xmlv2p2\" href=\"a.xml\"><file href=\"a.xml\"/>"
        "<file href=\"../img/x.png\"/><dependency identifierref=\"s\"/></resource>"
        "<resource identifier=\"t\" type=\"imsqti_test_xmlv3p0\" href=\"t.xml\"><dependency identifierref=\"none\"/>"
        "</resource><resource identifier=\"s\" type=\"imsqti_stimulus_xmlv3p0\"><file href=\"s.xml\"/></resource>"
        "<resource identifier=\"w\" type=\"webcontent\" href=\"http://example.org/\"/>"
        "<resource identifier=\"w\" type=\"webcontent\"/></resources></manifest>");
    ASSERT_THAT(manifest, IsAccepted());
    EXPECT_EQ(manifest->identifier, "M");
    ASSERT_EQ(manifest->resources.size(), 5U);
    EXPECT_EQ(manifest->resources[0].kind, ResourceKind::item);
    EXPECT_EQ(manifest->resources[0].path, "content/qti/a.xml");
    EXPECT_EQ(manifest->resources[1].kind, ResourceKind::test);
    EXPECT_EQ(manifest->resources[2].kind, ResourceKind::stimulus);
    EXPECT_EQ(manifest->resources[2].path, "content/qti/s.xml");
    EXPECT_EQ(manifest->resources[3].path, "");
    EXPECT_THAT(manifest->problems, UnorderedElementsAre(HasSubstr("depends on none"), HasSubstr("w is there twice")));
    EXPECT_THAT(manifest->files(),
                ElementsAre("content/img/x.png", "content/qti/a.xml", "content/qti/s.xml", "content/qti/t.xml"));
}

TEST(QtiManifestTest, RefusesPathsThatLeadOut)
{
    const auto with = [](std::string_view attributes, std::string_view href) {
        return read_manifest("<manifest " + std::string{attributes} +
                             "><resources><resource identifier=\"i\" "
                             "type=\"imsqti_item_xmlv2p1\" href=\"" +
                             std::string{href} + "\"/></resources></manifest>");
    };
    EXPECT_THAT(with("", "../a.xml"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(with("", "/a.xml"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(with("", "http://example.org/a.xml"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(with("xml:base=\"http://example.org/\"", "a.xml"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(with("xml:base=\"x/\"", "../a.xml"), IsAccepted());
    EXPECT_THAT(read_manifest("<assessmentItem identifier=\"m\"/>"), IsRefusedWith(EngineError::malformed));
}

} // namespace
} // namespace papervault::engine::qti
