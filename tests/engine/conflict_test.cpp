#include "assembly/conflict/smallest_conflict.hpp"
#include "engine/assembly_problem_support.hpp"
#include "engine/assembly_support.hpp"

#include <papervault/engine/problem_diagnosis.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

namespace papervault::engine {
namespace {

using namespace assembly;

/// A set of constraints as bits of a word.
std::uint32_t packed(const ConstraintSet& set)
{
    std::uint32_t bits = 0;
    for (std::size_t n = 0; n < set.size(); ++n) { bits |= static_cast<std::uint32_t>(set[n]) << n; }
    return bits;
}

class SmallestConflictTest : public testing::TestWithParam<std::uint32_t> {};
TEST_P(SmallestConflictTest, HasAsFewMembersAsAnyConflict)
{
    std::mt19937 random{GetParam()};
    for (int trial = 0; trial < 300; ++trial) {
        const std::size_t count = 2 + random() % 14;
        std::vector<std::uint32_t> conflicts(1 + random() % 12);
        for (std::uint32_t& conflict : conflicts) {
            conflict = static_cast<std::uint32_t>(random() | random()) & ((1U << count) - 1);
            if (conflict == 0) { conflict = 1; }
        }
        const AskPossible ask = [&](const ConstraintSet& asked) {
            const std::uint32_t bits = packed(asked);
            const bool possible =
                std::ranges::none_of(conflicts, [&](std::uint32_t conflict) { return (conflict & bits) == conflict; });
            return Possibility{possible, asked};
        };
        int fewest = 32;
        for (const std::uint32_t conflict : conflicts) { fewest = std::min(fewest, std::popcount(conflict)); }
        const SmallestConflict found = smallest_conflict(count, ask, {});
        ConstraintSet members(count);
        for (const std::size_t member : found.members) { members[member] = true; }
        EXPECT_FALSE(ask(members).is_possible) << "seed " << GetParam() << ", trial " << trial;
        EXPECT_TRUE(found.is_smallest);
        EXPECT_EQ(found.members.size(), static_cast<std::size_t>(fewest)) << "seed " << GetParam() << ", " << trial;

        // With next to no effort: still a conflict that spares no member, and no claim.
        const SmallestConflict hasty = smallest_conflict(count, ask, {.questions_max = 40, .is_over = {}});
        ConstraintSet spared(count);
        for (const std::size_t member : hasty.members) { spared[member] = true; }
        EXPECT_FALSE(ask(spared).is_possible);
        if (hasty.is_smallest) { EXPECT_EQ(hasty.members.size(), static_cast<std::size_t>(fewest)); }
    }
}
INSTANTIATE_TEST_SUITE_P(Seeds, SmallestConflictTest, testing::Range(1U, 6U));

TEST(HittingSetTest, IsSmallestAmongAllSets)
{
    std::mt19937 random{7};
    for (int trial = 0; trial < 300; ++trial) {
        const std::size_t count = 1 + random() % 10;
        std::vector<std::vector<std::size_t>> sets(random() % 8);
        for (auto& set : sets) {
            std::uint32_t bits = static_cast<std::uint32_t>(random()) & ((1U << count) - 1);
            if (bits == 0) { bits = 1; }
            for (std::size_t n = 0; n < count; ++n) {
                if ((bits >> n & 1U) != 0) { set.push_back(n); }
            }
        }
        int fewest = 32;
        for (std::uint32_t bits = 0; bits < 1U << count; ++bits) {
            const bool hits = std::ranges::all_of(sets, [&](const auto& set) {
                return std::ranges::any_of(set, [&](std::size_t n) { return (bits >> n & 1U) != 0; });
            });
            if (hits) { fewest = std::min(fewest, std::popcount(bits)); }
        }
        const HittingSet found = smallest_hitting_set(count, sets, 1'000'000);
        ASSERT_TRUE(found.found);
        EXPECT_EQ(found.members.size(), static_cast<std::size_t>(fewest)) << "trial " << trial;
        for (const auto& set : sets) {
            EXPECT_TRUE(
                std::ranges::any_of(set, [&](std::size_t n) { return std::ranges::count(found.members, n) != 0; }));
        }
    }
    EXPECT_FALSE(smallest_hitting_set(3, {{0, 1}, {1, 2}, {0, 2}}, 1).found);
}

AssemblyProblem problem_of(std::uint32_t items, std::uint32_t length)
{
    AssemblyProblem problem;
    problem.name = "p";
    problem.item_count = items;
    problem.length = length;
    problem.goal = AssemblyProblem::Goal::band;
    return problem;
}

std::vector<std::uint32_t> range(std::uint32_t from, std::uint32_t to)
{
    std::vector<std::uint32_t> items;
    for (std::uint32_t item = from; item < to; ++item) { items.push_back(item); }
    return items;
}

TEST(ProblemDiagnosisTest, NamesTheSmallestConflictAndWhatWouldHelp)
{
    AssemblyProblem problem = problem_of(60, 20);
    // Three counts over what four lists share can't be met together, two with the length neither; the latter are fewer.
    problem.counts = {{"a", 7, 20, range(0, 20)},  {"b", 7, 20, range(20, 40)}, {"c", 7, 20, range(40, 60)},
                      {"d", 12, 20, range(0, 25)}, {"e", 0, 3, range(0, 60)},   {"f", 2, 4, range(3, 30)},
                      {"g", 1, 20, range(10, 50)}};
    const auto found = diagnose(problem);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_TRUE(found->is_infeasible);
    EXPECT_TRUE(found->is_smallest);
    ASSERT_EQ(found->conflict.size(), 2U); // "e: at most 3" against the length or against one of the counts
    const bool has_e = std::ranges::any_of(
        found->conflict, [](const ProblemConflictMember& member) { return member.constraint == "e: at most 3"; });
    EXPECT_TRUE(has_e);

    problem.counts.erase(problem.counts.begin() + 4);
    problem.counts.pop_back();
    problem.counts.pop_back();
    const auto second = diagnose(problem);
    ASSERT_TRUE(second);
    ASSERT_TRUE(second->is_infeasible);
    EXPECT_TRUE(second->is_smallest);
    // d and b can overlap by five items only: 12 + (7 - 5) + 7 = 21 of 20.
    ASSERT_EQ(second->conflict.size(), 4U);
    EXPECT_EQ(second->conflict[0].constraint, "length: 20 items");
    std::map<std::string, std::string> relaxed;
    for (const auto& member : second->conflict) { relaxed[member.constraint] = member.relaxed; }
    EXPECT_TRUE(relaxed.contains("c: at least 7"));
    EXPECT_EQ(relaxed["c: at least 7"], "at least 6");
}

TEST(ProblemDiagnosisTest, SeesSumsBandsEnemiesWholeSetsPassagesAndForms)
{
    const auto names = [](const AssemblyProblem& problem) {
        const auto found = diagnose(problem);
        EXPECT_TRUE(found) << found.error().detail;
        std::vector<std::string> all;
        for (const auto& member : found->conflict) { all.push_back(member.constraint); }
        EXPECT_EQ(found->is_infeasible, !all.empty());
        return all;
    };
    AssemblyProblem sums = problem_of(10, 4);
    sums.sums = {{"words", 1, 0, 399, range(0, 10), std::vector<std::int64_t>(10, 100)}};
    EXPECT_EQ(names(sums), (std::vector<std::string>{"length: 4 items", "words: at most 39.9"}));

    AssemblyProblem enemies = problem_of(6, 4);
    enemies.enemies = {{0, 1}, {2, 3}, {4, 5}};
    EXPECT_EQ(names(enemies).size(), 4U);

    AssemblyProblem sets = problem_of(6, 3);
    sets.all_or_none = {{0, 1, 2, 3}};
    sets.forced = {0};
    EXPECT_EQ(names(sets), (std::vector<std::string>{"length: 3 items", "forced: 1 items in every form",
                                                     "whole set 1: all items or none"}));

    AssemblyProblem passages = problem_of(6, 3);
    passages.stimuli = {{"P", 2, 3, {0, 1, 2}}, {"Q", 1, 3, {3, 4, 5}}};
    passages.stimuli_at_least = 2;
    passages.stimuli_at_most = 2;
    EXPECT_TRUE(names(passages).empty());
    passages.counts = {{"c", 0, 1, {0, 1, 2}}};
    EXPECT_EQ(names(passages).size(), 3U) << "number of passages, P, and the count";

    AssemblyProblem forms = problem_of(10, 4);
    forms.form_count = 3;
    EXPECT_EQ(names(forms), (std::vector<std::string>{"3 forms: an item in at most 1", "length: 4 items"}));
    forms.use_max = 2;
    EXPECT_TRUE(names(forms).empty());
}

/// Whatever is called infeasible has no form, and the named constraints alone have none either.
TEST(ProblemDiagnosisTest, IsRightWhereAllFormsCanBeLookedAt)
{
    int infeasible = 0;
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        std::mt19937 random{seed};
        AssemblyProblem problem = problem_of(10, static_cast<std::uint32_t>(3 + random() % 3));
        for (int n = 0; n < 4; ++n) {
            std::vector<std::uint32_t> items;
            for (std::uint32_t item = 0; item < 10; ++item) {
                if (random() % 2 == 0) { items.push_back(item); }
            }
            if (items.empty()) { continue; }
            const auto low = static_cast<std::int64_t>(random() % 4);
            problem.counts.push_back(
                {"c" + std::to_string(n), low, low + static_cast<std::int64_t>(random() % 2), items});
        }
        AssemblyProblem::Sum sum{"s", 0, 0, 0, range(0, 10), {}};
        for (int item = 0; item < 10; ++item) { sum.values.push_back(static_cast<std::int64_t>(random() % 50)); }
        sum.at_least = static_cast<std::int64_t>(random() % 150);
        sum.at_most = sum.at_least + 20;
        problem.sums = {sum};
        const auto has_form = [&](const AssemblyProblem& asked) {
            for (std::uint32_t bits = 0; bits < 1024; ++bits) {
                if (std::popcount(bits) != static_cast<int>(asked.length)) { continue; }
                std::vector<std::uint32_t> form;
                for (std::uint32_t item = 0; item < 10; ++item) {
                    if ((bits >> item & 1U) != 0) { form.push_back(item); }
                }
                if (meets(asked, form)) { return true; }
            }
            return false;
        };
        const auto found = diagnose(problem);
        ASSERT_TRUE(found) << found.error().detail;
        if (!found->is_infeasible) { continue; }
        ++infeasible;
        EXPECT_FALSE(has_form(problem)) << "seed " << seed;
        // The conflict alone, every member with its one side.
        AssemblyProblem alone = problem;
        const auto named = [&](const std::string& name, const char* side) {
            return std::ranges::any_of(found->conflict, [&](const ProblemConflictMember& member) {
                return member.constraint.starts_with(name + ": " + side);
            });
        };
        for (auto& count : alone.counts) {
            if (!named(count.name, "at least")) { count.at_least = 0; }
            if (!named(count.name, "at most")) { count.at_most = 10; }
        }
        if (!named("s", "at least")) { alone.sums[0].at_least = 0; }
        if (!named("s", "at most")) { alone.sums[0].at_most = 10'000; }
        EXPECT_FALSE(has_form(alone)) << "seed " << seed;
    }
    EXPECT_GT(infeasible, 50);
}

TEST(DiagnosisTest, ProvesThatNoConflictIsSmaller)
{
    // Scope 1 alone asks for more than the section has; so do scopes 1.1, 1.2 and 2 together. One conflict has two
    // members.
    Blueprint blueprint = sample_blueprint();
    const int count = blueprint.sections[0].count;
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    blueprint.sections[0].scopes = {{"1", count / 2 + 1, count}, {"2", count / 2 + 1, count}, {"1.1", 0, count}};
    blueprint.scopes = {{"2", 0, count / 2}};
    const auto diagnosis = diagnose(sample_pool(), blueprint);
    ASSERT_TRUE(diagnosis) << diagnosis.error().detail;
    ASSERT_FALSE(diagnosis->feasible);
    EXPECT_TRUE(diagnosis->is_smallest);
    ASSERT_EQ(diagnosis->conflict.size(), 2U);
    EXPECT_NE(diagnosis->conflict[1].find("the paper, scope \"2\": at most"), std::string::npos)
        << diagnosis->conflict[1];
}

TEST(DiagnosisTest, NamesTheFormsThatShareTooLittle)
{
    Blueprint blueprint = sample_blueprint();
    blueprint.overlap_max = 1;
    blueprint.parallel_forms = 26;
    const auto diagnosis = diagnose(sample_pool(), blueprint);
    ASSERT_TRUE(diagnosis) << diagnosis.error().detail;
    if (diagnosis->feasible) { GTEST_SKIP() << "the sample pool is large enough"; }
    EXPECT_FALSE(diagnosis->conflict.empty());
    EXPECT_FALSE(diagnosis->missing.empty());
}

} // namespace
} // namespace papervault::engine
