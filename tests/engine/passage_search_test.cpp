#include "engine/assembly_problem_support.hpp"

#include "assembly/search/passage_search.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <gmock/gmock.h>

#include <cstdlib>

namespace papervault::engine {
namespace {

using Form = std::vector<std::uint32_t>;
using Goal = AssemblyProblem::Goal;

constexpr std::uint64_t seed = 21'112'026;

/// PAPERVAULT_SOAK_PASSAGES=20000 for a soak.
int rounds_to_try()
{
    const char* const wanted = std::getenv("PAPERVAULT_SOAK_PASSAGES");
    return wanted == nullptr ? 20 : std::max(20, std::atoi(wanted));
}

std::string traced(int round, const AssemblyProblem& problem)
{
    return "seed " + std::to_string(seed) + ", round " + std::to_string(round) + "\n" + to_text(problem);
}

/// Nine items in three passages, and sometimes items of none; bounds that are often tight.
AssemblyProblem random_passages(std::mt19937_64& random)
{
    const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    AssemblyProblem problem;
    problem.name = "passages";
    problem.item_count = 9;
    problem.length = 3 + below(3);
    const std::uint32_t inside = below(2) == 0 ? 9 : 7;
    std::vector<Form> passages(3);
    for (std::uint32_t item = 0; item < inside; ++item) { passages[item % 3].push_back(item); }
    for (const Form& passage : passages) {
        const std::int64_t low = 1 + below(2);
        problem.stimuli.push_back({"t" + std::to_string(problem.stimuli.size()), low, low + below(2), passage});
    }
    problem.stimuli_at_least = below(2);
    problem.stimuli_at_most = problem.stimuli_at_least + 1 + below(2);
    const auto some_items = [&](std::uint32_t of_ten) {
        Form items;
        for (std::uint32_t item = 0; item < problem.item_count; ++item) {
            if (below(10) < of_ten) { items.push_back(item); }
        }
        return items;
    };
    for (std::uint32_t i = below(3); i > 0; --i) {
        const std::int64_t low = below(3);
        problem.counts.push_back({"c" + std::to_string(i), low, low + 1, some_items(5)});
    }
    if (below(3) == 0) {
        Form genre = passages[0]; // whole passages, so that their number follows
        genre.insert(genre.end(), passages[1].begin(), passages[1].end());
        std::ranges::sort(genre);
        problem.counts.push_back({"genre", 2, 3, std::move(genre)});
    }
    if (below(2) == 0) {
        AssemblyProblem::Sum sum{"s", 1, 0, 0, some_items(8), {}};
        for (std::size_t i = 0; i < sum.items.size(); ++i) { sum.values.push_back(std::int64_t{below(40)} - 5); }
        sum.at_least = std::int64_t{below(12)} * problem.length;
        sum.at_most = sum.at_least + 60;
        problem.sums.push_back(std::move(sum));
    }
    if (below(3) == 0) { problem.enemies.push_back(some_items(3)); }
    if (below(4) == 0) { problem.all_or_none.push_back({passages[0][0], passages[0][1]}); }
    if (below(5) == 0) { problem.forced.push_back(below(9)); }
    if (below(5) == 0) { problem.banned.push_back(below(9)); }
    problem.abilities = {"0", "1"};
    problem.information_decimals = 2;
    for (int ability = 0; ability < 2; ++ability) {
        auto& row = problem.information.emplace_back();
        for (std::uint32_t item = 0; item < problem.item_count; ++item) { row.push_back(below(100)); }
    }
    switch (below(4)) {
    case 0:
        problem.goal = Goal::maximum;
        problem.weights = {2, 1};
        break;
    case 1:
        problem.goal = Goal::maximin;
        problem.weights = {1, 2};
        break;
    case 2:
        problem.goal = Goal::minimax;
        problem.targets = {50 * problem.length, 40 * problem.length};
        break;
    default:
        problem.goal = Goal::band;
        problem.lowest = {30 * problem.length, 0};
        problem.highest = {70 * problem.length, 90 * problem.length};
    }
    return problem;
}

/// Larger is better; the same for all forms of a band.
std::int64_t quality_of(const AssemblyProblem& problem, const Form& form)
{
    std::vector<std::int64_t> at(problem.information.size());
    for (std::size_t k = 0; k < at.size(); ++k) {
        for (const auto item : form) { at[k] += problem.information[k][item]; }
    }
    switch (problem.goal) {
    case Goal::maximum: return std::inner_product(at.begin(), at.end(), problem.weights.begin(), std::int64_t{0});
    case Goal::maximin: return std::min(at[0] / problem.weights[0], at[1] / problem.weights[1]);
    case Goal::minimax: return -std::max(std::abs(at[0] - problem.targets[0]), std::abs(at[1] - problem.targets[1]));
    case Goal::band: break;
    }
    return 0;
}

TEST(PassageSearchTest, ProvesTheBestFormOrThatThereIsNone)
{
    std::mt19937_64 random{seed};
    int possible = 0;
    int impossible = 0;
    for (int round = 0; round < rounds_to_try(); ++round) {
        const AssemblyProblem problem = random_passages(random);
        SCOPED_TRACE(traced(round, problem));
        ASSERT_TRUE(validate(problem));
        const auto all = all_forms(problem);
        (all.empty() ? impossible : possible) += 1;
        const auto solved = assemble(problem, TestStreams{1}, {});
        if (all.empty()) {
            ASSERT_FALSE(solved.has_value());
            EXPECT_EQ(solved.error().code, EngineError::infeasible);
            continue;
        }
        ASSERT_TRUE(solved.has_value()) << solved.error().detail;
        ASSERT_EQ(solved->forms.size(), 1U);
        EXPECT_TRUE(meets(problem, solved->forms[0]));
        std::int64_t best = INT64_MIN;
        for (const Form& form : all) { best = std::max(best, quality_of(problem, form)); }
        EXPECT_EQ(quality_of(problem, solved->forms[0]), best);
        EXPECT_TRUE(solved->is_optimal);
        if (problem.goal != Goal::band) { EXPECT_EQ(solved->bound, solved->objective); }
    }
    EXPECT_GE(possible, 5);
    EXPECT_GE(impossible, 2);
}

/// As in a reading test: passages of two genres, skills, a fixed number of items of each genre.
AssemblyProblem reading_test()
{
    AssemblyProblem problem;
    problem.name = "reading";
    problem.length = 16;
    std::mt19937_64 random{seed};
    std::vector<Form> skills(4);
    std::vector<Form> genres(2);
    for (std::uint32_t passage = 0; passage < 12; ++passage) {
        Form items;
        for (std::uint32_t i = 0; i < 7; ++i) {
            const std::uint32_t item = problem.item_count++;
            items.push_back(item);
            genres[passage % 2].push_back(item);
            skills[random() % 4].push_back(item);
        }
        problem.stimuli.push_back({"p" + std::to_string(passage), 3, 5, items});
    }
    problem.stimuli_at_least = problem.stimuli_at_most = 4;
    for (const Form& genre : genres) { problem.counts.push_back({"genre", 8, 8, genre}); }
    for (const Form& skill : skills) { problem.counts.push_back({"skill", 3, 5, skill}); }
    problem.abilities = {"0"};
    problem.information_decimals = 6;
    problem.information.emplace_back();
    for (std::uint32_t item = 0; item < problem.item_count; ++item) {
        problem.information[0].push_back(static_cast<std::int64_t>(random() % 1'000'000));
    }
    problem.goal = Goal::maximum;
    problem.weights = {1};
    return problem;
}

TEST(PassageSearchTest, ProvesTheSameFormEachTimeWhateverTheStream)
{
    const AssemblyProblem problem = reading_test();
    ASSERT_TRUE(validate(problem));
    const auto first = assemble(problem, TestStreams{1}, {});
    ASSERT_TRUE(first.has_value()) << first.error().detail;
    ASSERT_EQ(first->forms.size(), 1U);
    EXPECT_TRUE(meets(problem, first->forms[0]));
    EXPECT_TRUE(first->is_optimal);
    const auto second = assemble(problem, TestStreams{2}, {});
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->forms, first->forms);
    EXPECT_EQ(second->steps, first->steps);
}

TEST(PassageSearchTest, EndsWithItsEffortAndSaysWhatItIsWorth)
{
    const AssemblyProblem problem = reading_test();
    AssemblyEffort effort;
    effort.steps = 1;
    const auto best = assemble(problem, TestStreams{1}, {});
    const auto cut_short = assemble(problem, TestStreams{1}, effort);
    ASSERT_TRUE(best.has_value());
    ASSERT_TRUE(cut_short.has_value());
    if (cut_short->forms.empty()) { return; }
    EXPECT_TRUE(meets(problem, cut_short->forms[0]));
    EXPECT_LE(quality_of(problem, cut_short->forms[0]), quality_of(problem, best->forms[0]));
    // What it says of all forms holds for the best one.
    EXPECT_GE(std::stod(cut_short->bound), std::stod(best->objective));
}

TEST(PassageSearchTest, LeavesPassagesThatShareUnitsToOthers)
{
    AssemblyProblem problem = reading_test();
    problem.all_or_none.push_back({0, 7}); // of two passages
    const auto units = assembly::make_units(problem);
    ASSERT_TRUE(units.has_value());
    EXPECT_FALSE(assembly::PassageProgram::fits(problem, *units));
    problem.all_or_none.back() = {0, 1};
    const auto inside = assembly::make_units(problem);
    ASSERT_TRUE(inside.has_value());
    EXPECT_TRUE(assembly::PassageProgram::fits(problem, *inside));
}

TEST(PassageSearchTest, RefusesPassagesThatCanNotFillAForm)
{
    AssemblyProblem problem = reading_test();
    problem.counts.front().at_least = problem.counts.front().at_most = 2; // no passage of that genre has so few
    const auto solved = assemble(problem, TestStreams{1}, {});
    ASSERT_FALSE(solved.has_value());
    EXPECT_EQ(solved.error().code, EngineError::infeasible);
}

} // namespace
} // namespace papervault::engine
