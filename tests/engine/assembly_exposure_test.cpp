#include "engine/assembly_problem_support.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <gtest/gtest.h>

// Even exposure of general problems.
namespace papervault::engine {
namespace {

/// Counts that cross, one of them with few items.
AssemblyProblem scarce_problem()
{
    AssemblyProblem problem;
    problem.name = "scarce";
    problem.item_count = 30;
    problem.length = 6;
    problem.goal = AssemblyProblem::Goal::band;
    problem.counts = {{"scarce", 1, 3, {0, 1, 2, 3, 4, 5}}, {"even", 2, 4, {}}, {"thirds", 1, 3, {}}};
    for (std::uint32_t item = 0; item < 30; item += 2) { problem.counts[1].items.push_back(item); }
    for (std::uint32_t item = 0; item < 30; item += 3) { problem.counts[2].items.push_back(item); }
    return problem;
}

double largest_exposure(const AssemblyProblem& problem, Exposure exposure, std::uint64_t draws)
{
    const TestStreams streams{8};
    const auto drawer = AssemblyDrawer::compile(problem, streams, exposure);
    EXPECT_TRUE(drawer) << drawer.error().detail;
    EXPECT_EQ(drawer->law() == AssemblyDrawer::Law::even_exposure, exposure == Exposure::even);
    AssemblyDrawer::Scratch scratch{*drawer};
    std::vector<std::uint32_t> uses(problem.item_count);
    std::vector<std::uint32_t> form(problem.length);
    std::set<std::vector<std::uint32_t>> different;
    for (std::uint64_t number = 0; number < draws; ++number) {
        EXPECT_TRUE(drawer->draw(streams, number, scratch, form));
        EXPECT_TRUE(meets(problem, form));
        for (const std::uint32_t item : form) { ++uses[item]; }
        std::ranges::sort(form);
        different.insert(form);
    }
    EXPECT_GT(different.size(), draws / 2);
    return static_cast<double>(*std::ranges::max_element(uses)) / static_cast<double>(draws);
}

TEST(EvenExposureTest, KeepsToTheLeastThatCountsAllowInAGeneralProblem)
{
    // Two of the first six at least: one of them stands in a third of the forms, whatever the goal.
    AssemblyProblem problem = scarce_problem();
    problem.counts[0].at_least = 2;
    const std::uint64_t draws = 2'048;
    EXPECT_GT(largest_exposure(problem, Exposure::uniform, draws), 1.0 / 3 * 1.05);
    const double even = largest_exposure(problem, Exposure::even, draws);
    EXPECT_GE(even, 1.0 / 3);
    EXPECT_LE(even, 1.0 / 3 * 1.03);
}

TEST(EvenExposureTest, LeavesFormsOfAGeneralProblemToBeDrawnAgainAlone)
{
    const AssemblyProblem problem = scarce_problem();
    const TestStreams streams{8};
    const auto drawer = AssemblyDrawer::compile(problem, streams, Exposure::even);
    ASSERT_TRUE(drawer);
    EXPECT_GT(drawer->period(), 0U);
    AssemblyDrawer::Scratch scratch{*drawer};
    std::vector<std::uint32_t> form(problem.length);
    for (std::uint64_t number = 0; number < 50; ++number) { ASSERT_TRUE(drawer->draw(streams, number, scratch, form)); }
    ASSERT_TRUE(drawer->draw(streams, 70'000, scratch, form));
    AssemblyDrawer::Scratch fresh{*drawer};
    std::vector<std::uint32_t> again(problem.length);
    ASSERT_TRUE(drawer->draw(streams, 70'000, fresh, again));
    EXPECT_EQ(again, form);
}

} // namespace
} // namespace papervault::engine
