#include "engine/assembly_support.hpp"

namespace papervault::engine {
namespace {

using testing::HasSubstr;

constexpr std::string_view sample =
    R"({"format":"papervault-blueprint","version":1,"title":"电工（四级）理论","sections":[
  {"title":"一、单项选择题","note":"每题 1 分","type":"single","count":40,"points_each":"1",
   "scopes":[{"scope":"1","at_least":10,"at_most":14}]},
  {"title":"二、判断题","type":"truefalse","count":20,"points_each":3}],
  "scopes":[{"scope":"2.1","at_least":2,"at_most":5}],"total_points":"100","difficulty":{"target":"0.70","tolerance":"0.02"},
  "forms":{"parallel":2,"spare":1,"overlap_max":0},"excluded_items":["Q7"]})";

TEST(BlueprintTest, ReadsTheDocumentedForm)
{
    const auto blueprint = blueprint_from_json(json_of(sample));
    ASSERT_THAT(blueprint, IsAccepted());
    EXPECT_EQ(blueprint->title, "电工（四级）理论");
    ASSERT_EQ(blueprint->sections.size(), 2U);
    EXPECT_EQ(blueprint->sections[0].note, "每题 1 分");
    EXPECT_EQ(blueprint->sections[0].scopes, (std::vector<ScopeCount>{{"1", 10, 14}}));
    EXPECT_EQ(blueprint->sections[1].type, ItemType::true_false);
    EXPECT_EQ(blueprint->sections[1].points_each, decimal("3"));
    EXPECT_EQ(blueprint->scopes, (std::vector<ScopeCount>{{"2.1", 2, 5}}));
    EXPECT_EQ(blueprint->difficulty_target, decimal("0.7"));
    EXPECT_EQ(blueprint->spare_forms, 1);
    EXPECT_EQ(blueprint->excluded_items, std::vector<std::string>{"Q7"});
}

TEST(BlueprintTest, IsReadBackAsItWasWritten)
{
    for (const Blueprint& blueprint : {blueprint_from_json(json_of(sample)).value(), sample_blueprint()}) {
        const auto again = blueprint_from_json(to_json(blueprint));
        ASSERT_THAT(again, IsAccepted());
        EXPECT_EQ(*again, blueprint);
        EXPECT_EQ(canonical_json(to_json(*again)), canonical_json(to_json(blueprint)));
    }
}

TEST(BlueprintTest, SaysBothSumsWhenTheTotalIsWrong)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.total_points = decimal("99");
    const auto refused = validate(blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(refused.error().detail, HasSubstr("40 × 1 + 10 × 2 + 20 × 1 + 10 × 2 = 100"));
    EXPECT_THAT(refused.error().detail, HasSubstr("total_points is 99"));
}

TEST(BlueprintTest, NamesItsFormsInOrder)
{
    EXPECT_EQ(form_ids(sample_blueprint()), (std::vector<std::string>{"A", "B", "S1"}));
}

struct Broken {
    const char* name;
    EngineError code;
    const char* said;
    std::function<void(Blueprint&)> change;
};
void PrintTo(const Broken& broken, std::ostream* out)
{
    *out << broken.name;
}
class BrokenBlueprintTest : public testing::TestWithParam<Broken> {};
TEST_P(BrokenBlueprintTest, IsRefusedWithItsPlace)
{
    Blueprint blueprint = sample_blueprint();
    GetParam().change(blueprint);
    const auto refused = validate(blueprint);
    ASSERT_THAT(refused, IsRefusedWith(GetParam().code));
    EXPECT_THAT(refused.error().detail, HasSubstr(GetParam().said));
    EXPECT_THAT(FormDrawer::compile(sample_pool(), blueprint), IsRefusedWith(GetParam().code));
}
INSTANTIATE_TEST_SUITE_P(
    Fields, BrokenBlueprintTest,
    testing::Values(
        Broken{"NoSections", EngineError::out_of_range, "sections", [](Blueprint& b) { b.sections.clear(); }},
        Broken{"NoItems", EngineError::out_of_range, "section 2", [](Blueprint& b) { b.sections[1].count = 0; }},
        Broken{"NegativePoints", EngineError::out_of_range, "points_each",
               [](Blueprint& b) { b.sections[0].points_each = Decimal::from_units(-1); }},
        Broken{"TooManyItems", EngineError::out_of_range, "2000 items",
               [](Blueprint& b) { b.sections[0].count = b.sections[1].count = 1500; }},
        Broken{"ScopeTwice", EngineError::inconsistent, "section 1 \"一\", scope \"1\": named twice",
               [](Blueprint& b) { b.sections[0].scopes.push_back({"1", 0, 40}); }},
        Broken{"ScopeEndsInDot", EngineError::out_of_range, "scope \"2.\"",
               [](Blueprint& b) { b.scopes.push_back({"2.", 0, 1}); }},
        Broken{"ScopeWithEmptyPart", EngineError::out_of_range, "scope \"2..1\"",
               [](Blueprint& b) { b.scopes.push_back({"2..1", 0, 1}); }},
        Broken{"ScopeWithSpace", EngineError::out_of_range, "scope \"2 1\"",
               [](Blueprint& b) { b.scopes.push_back({"2 1", 0, 1}); }},
        Broken{"LeastAboveMost", EngineError::inconsistent, "at least 5, but at most 4",
               [](Blueprint& b) { b.scopes[3] = {"1.4", 5, 4}; }},
        Broken{"LeastAboveSection", EngineError::inconsistent, "at least 11 of 10 items",
               [](Blueprint& b) { b.sections[1].scopes[0] = {"1", 11, 12}; }},
        Broken{"WholeBelowSection", EngineError::inconsistent, "there are 10 items",
               [](Blueprint& b) { b.sections[1].scopes.push_back({"", 0, 9}); }},
        Broken{"NegativeCount", EngineError::out_of_range, "counts are from 0",
               [](Blueprint& b) { b.scopes[0].at_least = -1; }},
        Broken{"DifficultyAboveOne", EngineError::out_of_range, "difficulty",
               [](Blueprint& b) { b.difficulty_target = decimal("1.01"); }},
        Broken{"NegativeTolerance", EngineError::out_of_range, "difficulty",
               [](Blueprint& b) { b.difficulty_tolerance = decimal("-0.01"); }},
        Broken{"NoForms", EngineError::out_of_range, "forms.parallel", [](Blueprint& b) { b.parallel_forms = 0; }},
        Broken{"MoreFormsThanLetters", EngineError::out_of_range, "forms.parallel",
               [](Blueprint& b) { b.parallel_forms = 27; }},
        Broken{"NegativeSpares", EngineError::out_of_range, "forms.spare", [](Blueprint& b) { b.spare_forms = -1; }},
        Broken{"NegativeOverlap", EngineError::out_of_range, "forms.overlap_max",
               [](Blueprint& b) { b.overlap_max = -1; }}),
    [](const auto& broken) { return std::string{broken.param.name}; });

struct BadText {
    const char* name;
    EngineError code;
    const char* from; ///< Part of the sample …
    const char* to;   ///< … and what takes its place.
};
void PrintTo(const BadText& text, std::ostream* out)
{
    *out << text.name;
}
class BadBlueprintTextTest : public testing::TestWithParam<BadText> {};
TEST_P(BadBlueprintTextTest, IsRefused)
{
    std::string text{sample};
    const auto at = text.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, std::string_view{GetParam().from}.size(), GetParam().to);
    EXPECT_THAT(blueprint_from_json(json_of(text)), IsRefusedWith(GetParam().code));
}
INSTANTIATE_TEST_SUITE_P(
    Members, BadBlueprintTextTest,
    testing::Values(
        BadText{"OtherFormat", EngineError::out_of_range, "papervault-blueprint", "papervault-package"},
        BadText{"LaterVersion", EngineError::out_of_range, "\"version\":1", "\"version\":2"},
        BadText{"UnknownMember", EngineError::unknown_field, "\"note\"", "\"notes\""},
        BadText{"UnknownType", EngineError::out_of_range, "truefalse", "matching"},
        BadText{"CountAsText", EngineError::malformed, "\"count\":40", "\"count\":\"40\""},
        BadText{"UnknownMemberInside", EngineError::unknown_field, "\"spare\":1", "\"spare\":1,\"extra\":0"},
        BadText{"NoDifficulty", EngineError::malformed, "\"difficulty\":{\"target\":\"0.70\",\"tolerance\":\"0.02\"},",
                ""},
        BadText{"WrongTotal", EngineError::inconsistent, "\"total_points\":\"100\"", "\"total_points\":\"101\""}),
    [](const auto& text) { return std::string{text.param.name}; });

} // namespace
} // namespace papervault::engine
