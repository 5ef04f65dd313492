#include "engine/assembly_problem_support.hpp"

#include "assembly/search/exchange_search.hpp"
#include "assembly/search/set_search.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace papervault::engine::assembly {
namespace {

using Form = std::vector<std::uint32_t>;
using Forms = ExchangeSearch::Forms;

constexpr std::uint64_t seed = 4'711;

/// Items in three areas and two levels, information at two abilities.
AssemblyProblem layered_problem(std::uint64_t of, std::uint32_t items, std::uint32_t length)
{
    std::mt19937_64 random{of};
    AssemblyProblem problem;
    problem.name = "layers";
    problem.item_count = items;
    problem.length = length;
    problem.counts = {{"area 0", 1, 2, {}}, {"area 1", 1, 2, {}}, {"level", 1, 2, {}}};
    problem.sums.push_back({"time", 0, 0, 40 * std::int64_t{length}, {}, {}});
    problem.abilities = {"0", "1"};
    problem.information.resize(2);
    for (std::uint32_t item = 0; item < items; ++item) {
        if (item % 3 < 2) { problem.counts[item % 3].items.push_back(item); }
        if (random() % 2 == 0) { problem.counts[2].items.push_back(item); }
        problem.sums[0].items.push_back(item);
        problem.sums[0].values.push_back(static_cast<std::int64_t>(random() % 70));
        for (auto& row : problem.information) { row.push_back(static_cast<std::int64_t>(random() % 1'000)); }
    }
    problem.enemies.push_back({0, items / 2, items - 1});
    problem.goal = AssemblyProblem::Goal::maximin;
    problem.weights = {1, 1};
    return problem;
}

std::int64_t quality_of(const AssemblyProblem& problem, const Form& form)
{
    std::array<std::int64_t, 2> at{};
    for (const auto item : form) {
        at[0] += problem.information[0][item];
        at[1] += problem.information[1][item];
    }
    return std::min(at[0], at[1]);
}

/// A search of its own kind for one problem; items and units are the same here.
struct Search {
    explicit Search(AssemblyProblem of) : problem{std::move(of)}, units{*make_units(problem)}, target{problem, units}
    {
        std::vector<UnitProblem::Unit> all(units.units.size());
        std::iota(all.begin(), all.end(), 0U);
        space = make_space(problem, units, target, all);
    }
    [[nodiscard]] ExchangeSearch run(const Forms& from, std::uint64_t steps, std::int64_t bound,
                                     std::uint64_t stream) const
    {
        Dice dice{streams, stream};
        const AssemblyEffort effort{steps, {}, {}};
        ExchangeSearch search{space, target, dice, effort};
        search.run(from, bound);
        return search;
    }

    AssemblyProblem problem;
    UnitProblem units;
    Target target;
    SearchSpace space;
    TestStreams streams{1};
};

TEST(ExchangeSearchTest, LeadsFromTheWorstFormToTheBestNearlyAlways)
{
    int best_reached = 0;
    int rounds = 0;
    for (std::uint64_t round = 0; round < 12; ++round) {
        const Search search{layered_problem(seed + round, 11, 4)};
        SCOPED_TRACE("problem " + std::to_string(seed + round));
        const auto all = all_forms(search.problem);
        if (all.empty()) { continue; }
        const auto by_quality = [&](const Form& form) { return quality_of(search.problem, form); };
        const Form worst = *std::ranges::min_element(all, {}, by_quality);
        const std::int64_t most = by_quality(*std::ranges::max_element(all, {}, by_quality));
        const auto found = search.run({worst}, 100'000, most + 100, round);
        ASSERT_EQ(found.best().size(), 1U);
        EXPECT_TRUE(meets(search.problem, found.best()[0]));
        EXPECT_EQ(found.best_quality(), by_quality(found.best()[0]));
        EXPECT_GE(found.best_quality(), by_quality(worst));
        best_reached += found.best_quality() == most ? 1 : 0;
        ++rounds;
    }
    EXPECT_GE(rounds, 8);
    EXPECT_GE(best_reached + 1, rounds); // it is no proof: one may be missed
}

TEST(ExchangeSearchTest, KeepsSeveralFormsApartAndMakesTheWorstBetter)
{
    AssemblyProblem problem = layered_problem(seed, 24, 4);
    problem.form_count = 3;
    problem.use_max = 1;
    problem.overlap_max = 0;
    const Search search{problem};
    // Any forms to begin with: annealing that stops at the first.
    Dice dice{search.streams, 7};
    const AssemblyEffort effort{2'000'000, {}, {}};
    FormSearch first{search.space, search.target, dice, effort};
    first.stop_at_first();
    first.run(1'500, {});
    ASSERT_EQ(first.best().size(), 3U);
    const auto found = search.run(first.best(), 200'000, 4'000, 3);
    EXPECT_GT(found.best_quality(), first.best_quality());
    std::set<std::uint32_t> used;
    std::int64_t least = INT64_MAX;
    for (const Form& form : found.best()) {
        EXPECT_TRUE(meets(problem, form));
        used.insert(form.begin(), form.end());
        least = std::min(least, quality_of(problem, form));
    }
    EXPECT_EQ(used.size(), 12U);
    EXPECT_EQ(least, found.best_quality());
    const auto again = search.run(first.best(), 200'000, 4'000, 3);
    EXPECT_EQ(again.best(), found.best());
    EXPECT_EQ(again.steps(), found.steps());
}

TEST(ExchangeSearchTest, StopsAtTheBoundAndWithTheEffort)
{
    const Search search{layered_problem(seed, 11, 4)};
    const auto all = all_forms(search.problem);
    ASSERT_FALSE(all.empty());
    const auto by_quality = [&](const Form& form) { return quality_of(search.problem, form); };
    const Form worst = *std::ranges::min_element(all, {}, by_quality);
    // Asked for no more than it has, it changes nothing.
    const auto content = search.run({worst}, 100'000, by_quality(worst), 0);
    EXPECT_EQ(content.best(), Forms{worst});
    const auto idle = search.run({worst}, 0, 10'000, 0);
    EXPECT_EQ(idle.best(), Forms{worst});
    EXPECT_EQ(idle.steps(), 0U);
}

} // namespace
} // namespace papervault::engine::assembly
