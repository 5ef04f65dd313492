#include "engine/assembly_support.hpp"

#include <papervault/engine/diagnosis.hpp>

#include <gtest/gtest.h>

namespace papervault::engine {
namespace {

TEST(DiagnosisTest, FindsNothingWhereTheDrawerFindsForms)
{
    const auto diagnosis = diagnose(sample_pool(), sample_blueprint());
    ASSERT_TRUE(diagnosis) << diagnosis.error().detail;
    EXPECT_TRUE(diagnosis->feasible);
    EXPECT_TRUE(diagnosis->conflict.empty());
}

TEST(DiagnosisTest, NamesAConflictThatSparesNoMemberAndWhatWouldHelp)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.sections[1].scopes = {{"1.1", 1, 10}}; // two multiple items there, three forms
    const auto diagnosis = diagnose(sample_pool(), blueprint);
    ASSERT_TRUE(diagnosis);
    ASSERT_FALSE(diagnosis->feasible);
    ASSERT_EQ(diagnosis->conflict.size(), 2U);
    EXPECT_NE(diagnosis->conflict[0].find("scope \"1.1\": at least 1"), std::string::npos);
    EXPECT_NE(diagnosis->conflict[1].find("3 forms"), std::string::npos);
    EXPECT_NE(diagnosis->missing.find("missing: 1"), std::string::npos) << diagnosis->missing;
    ASSERT_EQ(diagnosis->relaxations.size(), 2U);
    EXPECT_EQ(diagnosis->relaxations[0].change, "at least 0 instead of 1");
    EXPECT_EQ(diagnosis->relaxations[1].change, "2 forms instead of 3");
    EXPECT_TRUE(diagnosis->relaxations[1].clears_all);
}

TEST(DiagnosisTest, BlamesTheFilterThatEmptiesAScope)
{
    std::vector<PoolItem> pool = sample_pool();
    for (PoolItem& item : pool) { item.facts.uses = item.knowledge_point == "2.3" ? 4 : 0; }
    Blueprint blueprint = sample_blueprint();
    blueprint.rules.uses_at_most = 3;
    const auto diagnosis = diagnose(pool, blueprint);
    ASSERT_TRUE(diagnosis);
    ASSERT_FALSE(diagnosis->feasible);
    EXPECT_NE(std::ranges::find(diagnosis->conflict, "rules.uses_at_most"), diagnosis->conflict.end());
    const auto relaxed = std::ranges::find(diagnosis->relaxations, "rules.uses_at_most", &Relaxation::constraint);
    ASSERT_NE(relaxed, diagnosis->relaxations.end());
    EXPECT_EQ(relaxed->change, "left out");
    EXPECT_TRUE(relaxed->clears_all);
}

TEST(DiagnosisTest, SeesADifficultyOutOfReachAndARuleBeyondTheSupply)
{
    Blueprint hard = sample_blueprint();
    hard.difficulty_target = decimal("0.1");
    const auto difficulty = diagnose(sample_pool(), hard);
    ASSERT_TRUE(difficulty);
    ASSERT_FALSE(difficulty->feasible);
    EXPECT_NE(difficulty->missing.find("mean difficulty"), std::string::npos);
    Blueprint pictures = sample_blueprint();
    pictures.rules.pictures = AmountRange{2, 5};
    const auto rule = diagnose(sample_pool(), pictures);
    ASSERT_TRUE(rule);
    ASSERT_FALSE(rule->feasible);
    EXPECT_EQ(rule->conflict, (std::vector<std::string>{"rule pictures: at least 2"}));
}

TEST(DiagnosisTest, AgreesWithTheDrawerOnEveryCountConflict)
{
    for (int most = 0; most <= 16; most += 4) {
        Blueprint blueprint = sample_blueprint();
        blueprint.sections[0].scopes[0] = {"1", std::min(most, 12), most};
        const auto pool = sample_pool();
        const auto diagnosis = diagnose(pool, blueprint);
        ASSERT_TRUE(diagnosis);
        const auto drawer = FormDrawer::compile(pool, blueprint);
        EXPECT_EQ(diagnosis->feasible, drawer.has_value()) << most << (drawer ? "" : drawer.error().detail);
    }
}

} // namespace
} // namespace papervault::engine
