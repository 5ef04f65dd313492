#include "engine/assembly_support.hpp"

namespace papervault::engine {
namespace {

using testing::HasSubstr;

/// FNV-1a, 64 bits: any reader can work it out again.
std::uint64_t digest(std::span<const PoolItem> pool, const Draw& draw)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&](std::string_view text) {
        for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U; }
        hash = (hash ^ 0x0aU) * 0x100000001b3U;
    };
    for (const DrawnForm& form : draw.forms) {
        add(form.id);
        for (const auto& section : form.sections) {
            for (const std::uint32_t position : section) { add(pool[position].id); }
            add("-");
        }
    }
    return hash;
}

TEST(SampleDrawTest, MeetsTheBlueprint)
{
    const auto pool = sample_pool();
    const Blueprint blueprint = sample_blueprint();
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{1};
    for (int i = 0; i < 20; ++i) {
        const auto draw = drawer->draw(stream);
        ASSERT_THAT(draw, IsAccepted());
        EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
        EXPECT_GE(draw->proposals, 3U);
    }
}

/// The same numbers with every compiler and optimisation, this year and in ten: a draw must be repeatable for as long
/// as its record is kept. A change of these numbers is a new draw_method.
TEST(SampleDrawTest, IsTheSameOnEveryMachine)
{
    ASSERT_EQ(draw_method, "papervault-draw-1");
    const auto pool = sample_pool();
    Blueprint blueprint = sample_blueprint();
    SplitMixStream stream{20'261'121};
    EXPECT_EQ(digest(pool, FormDrawer::compile(pool, blueprint)->draw(stream).value()), 10971851050528614776U);

    blueprint.overlap_max = 25;
    EXPECT_EQ(digest(pool, FormDrawer::compile(pool, blueprint)->draw(stream).value()), 11791443366860955953U)
        << "common items allowed";

    blueprint.scopes.clear();
    EXPECT_EQ(digest(pool, FormDrawer::compile(pool, blueprint)->draw(stream).value()), 11977493687359692163U)
        << "types drawn separately";

    const auto hard_pool = sample_pool(58);
    blueprint = sample_blueprint();
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    EXPECT_EQ(digest(hard_pool, FormDrawer::compile(hard_pool, blueprint)->draw(stream).value()), 4030386321912719615U)
        << "tilted";
}

TEST(SampleDrawTest, DoesNotDependOnTheOrderOfThePool)
{
    const auto pool = sample_pool();
    auto shuffled = pool;
    Chooser chooser{5};
    for (std::size_t left = shuffled.size(); left > 1; --left) {
        std::swap(shuffled[left - 1], shuffled[chooser.below(left)]);
    }
    const Blueprint blueprint = sample_blueprint();
    SplitMixStream first{77};
    SplitMixStream second{77};
    const Draw as_given = FormDrawer::compile(pool, blueprint)->draw(first).value();
    const Draw as_shuffled = FormDrawer::compile(shuffled, blueprint)->draw(second).value();
    EXPECT_EQ(digest(pool, as_given), digest(shuffled, as_shuffled));
}

TEST(SampleDrawTest, GivesOtherFormsForAnotherSeed)
{
    const auto pool = sample_pool();
    const auto drawer = FormDrawer::compile(pool, sample_blueprint());
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream first{1};
    SplitMixStream second{2};
    EXPECT_NE(digest(pool, drawer->draw(first).value()), digest(pool, drawer->draw(second).value()));
}

TEST(SampleDrawTest, LeavesExcludedItemsOut)
{
    const auto pool = sample_pool();
    Blueprint blueprint = sample_blueprint();
    for (std::size_t i = 0; i < pool.size(); i += 14) { blueprint.excluded_items.push_back(pool[i].id); }
    blueprint.excluded_items.emplace_back("retired-long-ago");
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{3};
    const auto draw = drawer->draw(stream);
    ASSERT_THAT(draw, IsAccepted());
    EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
    for (const DrawnForm& form : draw->forms) {
        for (const auto& section : form.sections) {
            for (const std::uint32_t position : section) { EXPECT_NE(position % 14, 0U); }
        }
    }
}

TEST(SampleDrawTest, KeepsEachOverlap)
{
    const auto pool = sample_pool();
    for (const int overlap : {1, 19, 100}) {
        Blueprint blueprint = sample_blueprint();
        blueprint.overlap_max = overlap;
        blueprint.parallel_forms = overlap < 19 ? 2 : 4;
        const auto drawer = FormDrawer::compile(pool, blueprint);
        ASSERT_THAT(drawer, IsAccepted());
        SplitMixStream stream{static_cast<std::uint64_t>(overlap)};
        const auto draw = drawer->draw(stream);
        ASSERT_THAT(draw, IsAccepted());
        EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted()) << "overlap " << overlap;
    }
}

/// Every item of the pool in one of the three forms: only look-ahead finds this.
TEST(TightDrawTest, SplitsThePoolWithoutRest)
{
    std::vector<PoolItem> pool;
    for (int item = 0; item < 12; ++item) {
        pool.push_back(pool_item("i" + std::to_string(item), ItemType::single_choice, std::to_string(1 + item / 3)));
    }
    Blueprint blueprint = one_section(ItemType::single_choice, 4, {{"1", 1, 4}, {"2", 1, 4}, {"3", 1, 4}, {"4", 1, 4}});
    blueprint.parallel_forms = 3;
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{9};
    for (int i = 0; i < 50; ++i) {
        const auto draw = drawer->draw(stream);
        ASSERT_THAT(draw, IsAccepted());
        EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
        EXPECT_EQ(draw->proposals, 3U);
    }
}

TEST(InfeasibleBlueprintTest, NamesSectionScopeAndMissingItems)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.scopes.clear();
    blueprint.sections[1].scopes = {{"1.2", 3, 4}}; // the pool has two such items, three forms need nine
    const auto refused = FormDrawer::compile(sample_pool(), blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail,
                HasSubstr("section 2 (部分2, multiple) scope \"1.2\" needs at least 9 (3 × 3)"));
    EXPECT_THAT(refused.error().detail, HasSubstr("2 multiple items in the pool in \"1.2\""));
    EXPECT_THAT(refused.error().detail, HasSubstr("missing: 7"));
}

TEST(InfeasibleBlueprintTest, NamesAllShortagesAtOnce)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.scopes.clear();
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    blueprint.sections[1].scopes = {{"1.2", 3, 4}};
    blueprint.sections[3].scopes = {{"2.7", 7, 10}, {"9", 1, 10}};
    const auto refused = FormDrawer::compile(sample_pool(), blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail, HasSubstr("scope \"1.2\" needs at least 3"));
    EXPECT_THAT(refused.error().detail, HasSubstr("missing: 1"));
    EXPECT_THAT(refused.error().detail, HasSubstr("scope \"2.7\" needs at least 7"));
    EXPECT_THAT(refused.error().detail, HasSubstr("missing: 5"));
    EXPECT_THAT(refused.error().detail,
                HasSubstr("scope \"9\" needs at least 1; there are none in the pool; missing: 1"));
}

/// Neither the section nor the paper is impossible alone.
TEST(InfeasibleBlueprintTest, NamesAConflictBetweenSectionAndPaper)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    blueprint.sections[0].scopes = {{"1", 38, 40}};
    blueprint.sections[2].scopes.clear();
    blueprint.scopes = {{"1", 0, 35}};
    const auto refused = FormDrawer::compile(sample_pool(), blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail, HasSubstr("section 1 (一, single) scope \"1\" needs at least 38"));
    EXPECT_THAT(refused.error().detail, HasSubstr("the paper scope \"1\" takes at most 35"));
    EXPECT_THAT(refused.error().detail, HasSubstr("missing: 7")); // 38 + 2 + 2 of 35
}

TEST(InfeasibleBlueprintTest, NamesTheDifficultyThatNoItemsReach)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.difficulty_target = decimal("0.99");
    const auto refused = FormDrawer::compile(sample_pool(), blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail, HasSubstr("the mean difficulty, asked for 0.97 to 1.01, can be at most 0.7"));
    blueprint.difficulty_target = decimal("0.1");
    EXPECT_THAT(FormDrawer::compile(sample_pool(), blueprint).error().detail, HasSubstr("can be at least 0.6"));
}

TEST(InfeasibleBlueprintTest, NamesFormsThatNeedMoreItemsThanTheirOverlapSaves)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.parallel_forms = 5;
    blueprint.overlap_max = 1;
    const auto refused = FormDrawer::compile(sample_pool(), blueprint);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail,
                HasSubstr("6 forms with at most 1 items in common need at least 225 single items"));
    EXPECT_THAT(refused.error().detail, HasSubstr("missing: 57"));
}

/// Means of 0.5 and 0.6 exist, 0.55 doesn't: counting cannot show it.
TEST(HopelessDrawTest, EndsAfterItsProposalsAndNamesWhatFailedMost)
{
    std::vector<PoolItem> pool;
    for (int item = 0; item < 8; ++item) {
        pool.push_back(pool_item(std::to_string(item), ItemType::single_choice, "1", item % 2 == 0 ? "0.4" : "0.6"));
    }
    Blueprint blueprint = one_section(ItemType::single_choice, 2);
    blueprint.difficulty_target = decimal("0.55");
    blueprint.difficulty_tolerance = decimal("0.01");
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{4};
    const auto refused = drawer->draw(stream);
    ASSERT_THAT(refused, IsRefusedWith(EngineError::infeasible));
    EXPECT_THAT(refused.error().detail, HasSubstr("no form found in 100000 proposals"));
    EXPECT_THAT(refused.error().detail, HasSubstr("mean difficulty, asked for 0.54 to 0.56, nearest found 0."));
}

/// The pool's mean lies below the window, and further so for each form after the first.
TEST(FarDifficultyTest, IsReachedByAWholeSet)
{
    Blueprint blueprint = sample_blueprint();
    const auto pool = sample_pool(66);
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{66};
    const auto draw = drawer->draw(stream);
    ASSERT_THAT(draw, IsAccepted());
    EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
}

TEST(FarDifficultyTest, IsReachedWithFewProposals)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    const auto pool = sample_pool(57);
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{57};
    for (int i = 0; i < 5; ++i) {
        const auto draw = drawer->draw(stream);
        ASSERT_THAT(draw, IsAccepted());
        EXPECT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
        EXPECT_LT(draw->proposals, 500U);
    }
}

TEST(PoolTest, WithTwoItemsOfOneIdIsRefused)
{
    auto pool = sample_pool();
    pool[17].id = pool[200].id;
    const auto refused = FormDrawer::compile(pool, sample_blueprint());
    ASSERT_THAT(refused, IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(refused.error().detail, HasSubstr(pool[200].id));
}

TEST(PoolTest, WithImpossibleDifficultyIsRefused)
{
    auto pool = sample_pool();
    pool[3].difficulty = decimal("1.000001");
    EXPECT_THAT(FormDrawer::compile(pool, sample_blueprint()), IsRefusedWith(EngineError::out_of_range));
}

TEST(PoolTest, MayBeEmptyAndIsThenTooSmall)
{
    EXPECT_THAT(FormDrawer::compile({}, sample_blueprint()), IsRefusedWith(EngineError::infeasible));
}

struct Mutation {
    const char* name;
    std::function<void(std::vector<DrawnForm>&, const std::vector<PoolItem>&)> change;
};
void PrintTo(const Mutation& mutation, std::ostream* out)
{
    *out << mutation.name;
}
class MutatedFormsTest : public testing::TestWithParam<Mutation> {};
TEST_P(MutatedFormsTest, AreRefused)
{
    const auto pool = sample_pool();
    Blueprint blueprint = sample_blueprint();
    blueprint.excluded_items = {pool[0].id};
    SplitMixStream stream{11};
    auto forms = FormDrawer::compile(pool, blueprint)->draw(stream).value().forms;
    ASSERT_THAT(verify_forms(pool, blueprint, forms), IsAccepted());
    GetParam().change(forms, pool);
    const auto refused = verify_forms(pool, blueprint, forms);
    EXPECT_THAT(refused, IsRefusedWith(EngineError::inconsistent));
}

/// An item of the pool that no form has, of the given type and area.
std::uint32_t unused_item(const std::vector<DrawnForm>& forms, const std::vector<PoolItem>& pool,
                          const std::function<bool(const PoolItem&)>& wanted)
{
    std::set<std::uint32_t> used{0};
    for (const DrawnForm& form : forms) {
        for (const auto& section : form.sections) { used.insert(section.begin(), section.end()); }
    }
    for (std::uint32_t item = 0; item < pool.size(); ++item) {
        if (!used.contains(item) && wanted(pool[item])) { return item; }
    }
    throw std::logic_error{"the pool has no such item left"};
}

INSTANTIATE_TEST_SUITE_P(
    Sample, MutatedFormsTest,
    testing::Values(
        Mutation{"SectionsSwapped", [](auto& forms, auto&) { std::swap(forms[0].sections[0], forms[0].sections[2]); }},
        Mutation{"ItemsOfTwoTypesSwapped",
                 [](auto& forms, auto&) { std::swap(forms[0].sections[0][0], forms[0].sections[1][0]); }},
        Mutation{"ItemTwice", [](auto& forms, auto&) { forms[1].sections[0][1] = forms[1].sections[0][0]; }},
        Mutation{"ItemMissing", [](auto& forms, auto&) { forms[2].sections[3].pop_back(); }},
        Mutation{"ItemTooMany",
                 [](auto& forms, auto& pool) {
                     forms[0].sections[0].push_back(unused_item(
                         forms, pool, [](const PoolItem& item) { return item.type == ItemType::single_choice; }));
                 }},
        Mutation{"ItemOfAnotherForm", [](auto& forms, auto&) { forms[0].sections[0][0] = forms[1].sections[0][0]; }},
        Mutation{"ItemExcluded", [](auto& forms, auto&) { forms[0].sections[0][0] = 0; }},
        Mutation{"PlaceOutsideThePool", [](auto& forms, auto&) { forms[0].sections[0][0] = 336; }},
        Mutation{"SectionMissing", [](auto& forms, auto&) { forms[0].sections.pop_back(); }},
        Mutation{"FormMissing", [](auto& forms, auto&) { forms.pop_back(); }},
        Mutation{"FormTooMany", [](auto& forms, auto&) { forms.push_back(forms[0]); }},
        Mutation{"FormsRenamed", [](auto& forms, auto&) { std::swap(forms[0].id, forms[2].id); }},
        Mutation{"KnowledgePointAboveItsCap",
                 [](auto& forms, auto& pool) {
                     // All single items of point 1.1 that are free, until there are more than five: area 1 keeps its
                     // count.
                     const auto in_point = [](const PoolItem& item) { return item.knowledge_point == "1.1"; };
                     for (std::uint32_t& item : forms[0].sections[0]) {
                         if (!pool[item].knowledge_point.starts_with("1.") || in_point(pool[item])) { continue; }
                         try {
                             item = unused_item(forms, pool, [&](const PoolItem& other) {
                                 return in_point(other) && other.type == ItemType::single_choice;
                             });
                         } catch (const std::logic_error&) {
                             item = forms[1].sections[0][0]; // none left: a common item is as wrong
                         }
                     }
                 }}),
    [](const auto& mutation) { return std::string{mutation.param.name}; });

TEST(VerifyFormsTest, RefusesADifficultyJustOutsideTheWindow)
{
    const std::vector<PoolItem> pool{pool_item("a", ItemType::single_choice, "1", "0.70"),
                                     pool_item("b", ItemType::single_choice, "1", "0.740001")};
    Blueprint blueprint = one_section(ItemType::single_choice, 2);
    blueprint.difficulty_target = decimal("0.70");
    blueprint.difficulty_tolerance = decimal("0.02");
    const DrawnForm form{"A", {{0, 1}}};
    EXPECT_THAT(verify_forms(pool, blueprint, {&form, 1}), IsRefusedWith(EngineError::inconsistent));
    blueprint.difficulty_tolerance = decimal("0.020001");
    EXPECT_THAT(verify_forms(pool, blueprint, {&form, 1}), IsAccepted());
}

} // namespace
} // namespace papervault::engine
