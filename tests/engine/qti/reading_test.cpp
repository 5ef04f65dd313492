// Reading and writing of XML: what is kept, and what is refused before it costs anything.
#include "engine/qti/cases_support.hpp"
#include "engine/qti/qti_support.hpp"

#include <pugixml.hpp>

namespace papervault::engine::qti {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string nested(std::string_view name, std::size_t depth, std::string_view inner)
{
    std::string made;
    for (std::size_t at = 0; at < depth; ++at) made += "<" + std::string{name} + ">";
    made += inner;
    for (std::size_t at = 0; at < depth; ++at) made += "</" + std::string{name} + ">";
    return made;
}

TEST(QtiXmlTest, RefusesEntitiesAndDeclaredDocumentTypes)
{
    EXPECT_THAT(read_xml("<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>"), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(read_xml("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a/>"),
                IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(read_xml("<a>&nbsp;</a>"), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(read_xml("<a b=\"&c;\"/>"), IsRefusedWith(EngineError::malformed));
}

TEST(QtiXmlTest, ReadsCharacterReferencesAndTheFiveEntities)
{
    const auto document = read_xml("<a>&lt;&#x8BD5;&#39064;&amp;</a>");
    ASSERT_THAT(document, IsAccepted());
    EXPECT_EQ(document->root.inner_text(), "<试题&");
    EXPECT_THAT(read_xml("<!DOCTYPE html><a><![CDATA[x && &y;]]><!-- &z; --></a>"), IsAccepted());
}

TEST(QtiXmlTest, RefusesWhatIsTooDeepTooManyOrTooLong)
{
    EXPECT_THAT(read_xml(nested("a", 100, "")), IsAccepted());
    EXPECT_THAT(read_xml(nested("a", 101, "")), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(read_xml(nested("a", 50'000, "")), IsRefusedWith(EngineError::out_of_range));
    std::string many = "<a>";
    for (int at = 0; at < 100'001; ++at) many += "<b/>";
    EXPECT_THAT(read_xml(many + "</a>"), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(read_xml("<a>" + std::string(3 << 20, 'x') + "</a>"), IsRefusedWith(EngineError::out_of_range));
    std::string attributes = "<a";
    for (int at = 0; at < 65; ++at) attributes += " b" + std::to_string(at) + "=\"\"";
    EXPECT_THAT(read_xml(attributes + "/>"), IsRefusedWith(EngineError::out_of_range));
}

TEST(QtiXmlTest, RefusesWhatIsNotXml)
{
    for (const std::string_view text : {"", "text", "<a>", "<a></b>", "<a b=1/>", "<a/><b/>", "<a b=\"\" b=\"\"/>"}) {
        EXPECT_THAT(read_xml(text), IsRefusedWith(EngineError::malformed)) << text;
    }
    EXPECT_THAT(read_xml("<a>\xFF\xFE</a>"), IsRefusedWith(EngineError::malformed));
}

TEST(QtiXmlTest, OneNameStandsForTheNamesOfAllVersions)
{
    EXPECT_EQ(plain_name("qti-response-declaration"), plain_name("responseDeclaration"));
    EXPECT_EQ(plain_name("imsqti:durationLT"), plain_name("qti-duration-lt"));
    const auto document = read_xml("<qti-base-value base-type=\"integer\">3</qti-base-value>");
    ASSERT_THAT(document, IsAccepted());
    EXPECT_THAT(read_expression(document->root)->op, Operator::base_value);
}

TEST(QtiXmlTest, WritingKeepsWhatAnAttributeAndATextMayHold)
{
    const std::string source = "<?x y?><!-- c --><a b=\"&quot;&lt;&#10;&#9;'\"> t <b/>&#13;<![CDATA[<]]></a>";
    const auto document = read_xml(source);
    ASSERT_THAT(document, IsAccepted());
    EXPECT_EQ(read_xml(to_xml(*document)), *document);
}

/// The tree of a document, by the parser alone: what both files say, whatever our own model keeps.
std::string canonical(const pugi::xml_node node)
{
    std::string all = std::string{node.name()} + "(";
    for (const auto& attribute : node.attributes()) {
        all += std::string{attribute.name()} + "=" + attribute.value() + ";";
    }
    for (const auto& child : node.children()) all += canonical(child) + ",";
    return all + node.value() + ")";
}
std::string canonical(const std::string& xml)
{
    pugi::xml_document document;
    document.load_string(xml.c_str(),
                         pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_comments | pugi::parse_pi);
    return canonical(document);
}

TEST(QtiItemTest, WritingAnItemLosesNothing)
{
    SKIP_UNLESS_PRESENT(qti_folder() / "items");
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{qti_folder() / "items"}) {
        if (entry.path().extension() != ".xml") continue;
        const std::string source = read_file(entry.path());
        const auto item = read_item(source);
        ASSERT_THAT(item, IsAccepted()) << entry.path();
        const std::string written = to_xml(*item);
        EXPECT_EQ(canonical(written), canonical(source)) << entry.path();
        EXPECT_EQ(read_item(written), *item) << entry.path();
        ++count;
    }
    EXPECT_GE(count, 294U);
}

TEST(QtiItemTest, NamesItsVersion)
{
    EXPECT_EQ(read_item(item_xml("", ""))->version, QtiVersion::v2_2);
    EXPECT_EQ(read_item("<qti-assessment-item identifier=\"a\"/>")->version, QtiVersion::v3_0);
    EXPECT_THAT(read_item("<assessmentTest identifier=\"a\"/>"), IsRefusedWith(EngineError::malformed));
}

TEST(QtiItemTest, RefusesDeclarationsThatContradictThemselves)
{
    const auto declared = [](std::string_view declaration) { return read_item(item_xml(declaration, "")); };
    EXPECT_THAT(declared(score_outcome() + score_outcome()), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(declared("<responseDeclaration identifier=\"R\" cardinality=\"single\"/>"),
                IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(declared("<responseDeclaration identifier=\"R\" cardinality=\"both\" baseType=\"integer\"/>"),
                IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(declared("<responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"integer\">"
                         "<correctResponse><value>1</value><value>2</value></correctResponse></responseDeclaration>"),
                IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(declared("<responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"integer\">"
                         "<correctResponse><value>one</value></correctResponse></responseDeclaration>"),
                IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(declared("<responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"point\"><areaMapping>"
                         "<areaMapEntry shape=\"circle\" coords=\"1,2\" mappedValue=\"1\"/></areaMapping>"
                         "</responseDeclaration>"),
                IsRefusedWith(EngineError::malformed));
}

TEST(QtiItemTest, RefusesExpressionsWithTheWrongNumberOfOperandsOrAttributes)
{
    EXPECT_THAT(value_of(element("match", yes())), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("not", yes() + no())), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("mathOperator name=\"atan2\"", real("1"))), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(value_of(element("mathOperator name=\"cosine\"", real("1"))), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(value_of(element("equal toleranceMode=\"absolute\"", real("1") + real("1"))),
                IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(value_of(base("integer", "1.5")), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(value_of("<variable identifier=\"NOWHERE\"/>"), IsRefusedWith(EngineError::inconsistent));
}

TEST(QtiItemTest, TellsWhatACarefulAuthorWantsToKnow)
{
    const std::string declarations =
        "<responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"identifier\"><correctResponse>"
        "<value>Z</value></correctResponse></responseDeclaration>" +
        score_outcome();
    const std::string body = "<choiceInteraction responseIdentifier=\"R\" maxChoices=\"1\"><simpleChoice "
                             "identifier=\"A\">a</simpleChoice><simpleChoice identifier=\"A\">b</simpleChoice>"
                             "</choiceInteraction><textEntryInteraction responseIdentifier=\"S\"/>";
    const auto item = read_item(item_xml(declarations,
                                         "<responseProcessing><setOutcomeValue identifier=\"X\"><correct "
                                         "identifier=\"R\"/></setOutcomeValue></responseProcessing>",
                                         body));
    ASSERT_THAT(item, IsAccepted());
    EXPECT_THAT(problems(*item),
                ElementsAre(HasSubstr("the choice A is there twice"), HasSubstr("S: the response is not declared"),
                            HasSubstr("there is no choice Z"), HasSubstr("outcome X is set, but not declared")));
}

TEST(QtiPatternTest, RefusesPatternsThatXmlSchemaDoesNotHaveOrThatAreTooLarge)
{
    const auto compiled = [](std::string pattern) {
        return value_of(element("patternMatch pattern=\"" + pattern + "\"", text("a")));
    };
    for (const char* pattern : {"[", "(", "a)", "*a", "a**", "a{2", "a{,2}", "\\q", "\\1", "[z-a]", "[a", "\\p{Xx}",
                                "\\p{IsKlingon}", "a{3,2}", "[\\p{L}\\d-[5]]"}) {
        EXPECT_THAT(compiled(pattern), IsRefusedWith(EngineError::malformed)) << pattern;
    }
    EXPECT_THAT(compiled(std::string(1001, 'a')), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(compiled("((a{1000}){1000}){1000}"), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(compiled("a{9999}"), IsRefusedWith(EngineError::out_of_range));
}

TEST(QtiPatternTest, TakesLinearTimeWhereABacktrackerWouldNotEnd)
{
    const World world{"<responseDeclaration identifier=\"R\" cardinality=\"single\" baseType=\"string\"/>",
                      {{"R", {std::string(50'000, 'a') + "b"}}}};
    EXPECT_THAT(value_of("<patternMatch pattern=\"(a*)*(a|aa)+c\"><variable identifier=\"R\"/></patternMatch>", world),
                is_false());
}

TEST(QtiScoringTest, StopsProcessingThatWouldNotEnd)
{
    std::string repeats = integer(1);
    for (int depth = 0; depth < 20; ++depth) repeats = element("repeat numberRepeats=\"1000\"", repeats);
    EXPECT_THAT(value_of(repeats),
                testing::AnyOf(IsRefusedWith(EngineError::out_of_range), IsRefusedWith(EngineError::inconsistent)));
    std::string nulls = null();
    for (int depth = 0; depth < 20; ++depth) nulls = element("repeat numberRepeats=\"1000\"", nulls);
    EXPECT_THAT(value_of(nulls), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(value_of(element("product", integer(4'000'000'000) + integer(4'000'000'000))),
                IsRefusedWith(EngineError::inconsistent));
}

TEST(QtiScoringTest, RefusesResponsesThatTheItemDoesNotDeclare)
{
    const auto item = read_item(item_xml("<responseDeclaration identifier=\"R\" cardinality=\"single\" "
                                         "baseType=\"integer\"/>",
                                         ""));
    ASSERT_THAT(item, IsAccepted());
    EXPECT_THAT(score(*item, {{"S", Value::integer(1)}}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(score(*item, {{"R", Value::floating(1)}}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(score(*item, {{"R", Value::container(Cardinality::multiple, BaseType::integer, {Scalar{1L}})}}),
                IsRefusedWith(EngineError::inconsistent));
    const std::vector<std::string> two{"1", "2"};
    EXPECT_THAT(bind_response(item->responses.front(), two), IsRefusedWith(EngineError::inconsistent));
    const std::vector<std::string> giant{std::string(100'001, '1')};
    EXPECT_THAT(bind_response(item->responses.front(), giant), IsRefusedWith(EngineError::out_of_range));
}

TEST(QtiScoringTest, NeedsASeedForChance)
{
    const auto item = read_item(
        item_xml(score_outcome(), element("responseProcessing", set_score("<randomInteger min=\"1\" max=\"6\"/>"))));
    ASSERT_THAT(item, IsAccepted());
    EXPECT_THAT(score(*item, {}), IsRefusedWith(EngineError::inconsistent));
    SeededStream first{3};
    SeededStream second{3};
    EXPECT_EQ(outcome(score(*item, {}, &first)), outcome(score(*item, {}, &second)));
}

} // namespace
} // namespace papervault::engine::qti
