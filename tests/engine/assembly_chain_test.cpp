#include "assembly/loft/chain_sampler.hpp"
#include "assembly/loft/product_sampler.hpp"
#include "engine/assembly_problem_support.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>

// The chain's law on problems small enough to list all forms: equally likely, by chi-square.
namespace papervault::engine {
namespace {

using Form = std::vector<std::uint32_t>;

struct Space {
    const char* name;
    AssemblyProblem problem;
};

AssemblyProblem empty_problem(std::uint32_t items, std::uint32_t length)
{
    AssemblyProblem problem;
    problem.name = "space";
    problem.item_count = items;
    problem.length = length;
    problem.goal = AssemblyProblem::Goal::band;
    return problem;
}

/// Items whose number gives the remainder.
Form every(std::uint32_t items, std::uint32_t divisor, std::uint32_t remainder)
{
    Form list;
    for (std::uint32_t item = 0; item < items; ++item) {
        if (item % divisor == remainder) { list.push_back(item); }
    }
    return list;
}

/// Counts that cross one another, so that no cells can be drawn by themselves.
Space crossing()
{
    AssemblyProblem problem = empty_problem(12, 5);
    problem.counts = {{"even", 2, 3, every(12, 2, 0)},
                      {"third", 2, 2, every(12, 3, 0)},
                      {"fifth", 1, 2, every(12, 5, 1)},
                      {"first", 1, 2, {0, 1, 2, 3, 4, 5}}};
    return {"crossing", problem};
}

/// The same with enemies and a narrow sum, which leaves islands.
Space narrow()
{
    AssemblyProblem problem = empty_problem(16, 6);
    problem.counts = {{"even", 2, 4, every(16, 2, 0)},
                      {"third", 2, 3, every(16, 3, 0)},
                      {"fifth", 1, 2, every(16, 5, 1)},
                      {"first", 1, 3, {0, 1, 2, 3, 4, 5}}};
    problem.enemies = {{0, 1}, {2, 7, 9}, {4, 11}};
    AssemblyProblem::Sum sum{"words", 0, 52, 56, {}, {}};
    for (std::uint32_t item = 0; item < 16; ++item) {
        sum.items.push_back(item);
        sum.values.push_back(static_cast<std::int64_t>(1 + item * 7 % 17));
    }
    problem.sums = {sum};
    return {"narrow", problem};
}

/// Information in a band at two abilities, as e1 has it.
Space band()
{
    AssemblyProblem problem = empty_problem(15, 5);
    problem.counts = {{"a", 1, 3, every(15, 3, 0)}, {"b", 1, 3, every(15, 4, 1)}};
    problem.abilities = {"-1", "1"};
    problem.information.resize(2);
    for (std::uint32_t item = 0; item < 15; ++item) {
        problem.information[0].push_back(static_cast<std::int64_t>(3 + item * 5 % 11));
        problem.information[1].push_back(static_cast<std::int64_t>(3 + item * 7 % 11));
    }
    problem.lowest = {38, 38};
    problem.highest = {42, 42};
    return {"band", problem};
}

/// Whole sets of two and three beside single items: the number of units of a form varies.
Space whole_sets()
{
    AssemblyProblem problem = empty_problem(14, 6);
    problem.all_or_none = {{0, 1}, {2, 3}, {4, 5, 6}};
    problem.counts = {{"even", 2, 4, every(14, 2, 0)}, {"late", 1, 6, {7, 8, 9, 10, 11, 12, 13}}};
    return {"whole_sets", problem};
}

void PrintTo(const Space& space, std::ostream* out)
{
    *out << space.name;
}

/// Draws from a chain, in all; more with PAPERVAULT_SOAK_CHAIN=1000000.
std::uint64_t draws_in_all()
{
    const char* const wanted = std::getenv("PAPERVAULT_SOAK_CHAIN");
    return wanted == nullptr ? 8'000 : std::strtoull(wanted, nullptr, 10);
}

/// Chi-square of observed against expected counts, in standard deviations above its mean.
double deviation(const std::vector<double>& observed, const std::vector<double>& expected)
{
    double sum = 0;
    for (std::size_t n = 0; n < expected.size(); ++n) {
        sum += (observed[n] - expected[n]) * (observed[n] - expected[n]) / expected[n];
    }
    const double freedom = static_cast<double>(expected.size()) - 1;
    return (sum - freedom) / std::sqrt(2 * freedom);
}

class ChainLawTest : public testing::TestWithParam<Space> {};

TEST_P(ChainLawTest, DrawsEveryFormEquallyOften)
{
    constexpr std::uint64_t seed = 20'261'121;
    const AssemblyProblem& problem = GetParam().problem;
    const auto all = all_forms(problem);
    ASSERT_GT(all.size(), 50U);
    const auto units = assembly::make_units(problem);
    ASSERT_TRUE(units);
    const TestStreams streams{seed};
    const auto chain = assembly::ChainSampler::build(*units, streams);
    ASSERT_TRUE(chain);
    assembly::ChainSampler::Scratch scratch{*chain};
    std::map<Form, double> seen;
    const std::uint64_t draws = std::max<std::uint64_t>(draws_in_all(), 10 * all.size());
    for (std::uint64_t number = 0; number < draws; ++number) {
        assembly::Dice dice{streams, number};
        Form form(problem.length);
        ASSERT_TRUE(chain->draw(dice, scratch, form)) << number;
        std::ranges::sort(form);
        seen[form] += 1;
    }
    const double each = static_cast<double>(draws) / static_cast<double>(all.size());
    std::vector<double> observed;
    for (const Form& form : all) { observed.push_back(seen[form]); }
    ASSERT_EQ(seen.size(), all.size()) << "a drawn form is not one of the problem";
    const std::string what = std::to_string(all.size()) + " forms, seed " + std::to_string(seed);
    // 4.5 standard deviations: one time in a hundred thousand by accident.
    EXPECT_LT(deviation(observed, std::vector<double>(all.size(), each)), 4.5) << what;

    // By the number of units, which only exchanges of sets for single items can change.
    std::map<std::size_t, std::pair<double, double>> by_units;
    for (const Form& form : all) {
        std::set<std::uint32_t> of_form;
        for (const std::uint32_t item : form) { of_form.insert(units->unit_of_item[item]); }
        auto& [drawn, expected] = by_units[of_form.size()];
        drawn += seen[form];
        expected += each;
    }
    if (by_units.size() < 2) { return; }
    std::vector<double> drawn;
    std::vector<double> expected;
    for (const auto& [number, counts] : by_units) {
        drawn.push_back(counts.first);
        expected.push_back(counts.second);
    }
    EXPECT_LT(deviation(drawn, expected), 4.5) << what;
}
INSTANTIATE_TEST_SUITE_P(Spaces, ChainLawTest, testing::Values(crossing(), narrow(), band(), whole_sets()),
                         testing::PrintToStringParamName());

double choices(std::size_t from, std::size_t taken)
{
    double ways = 1;
    for (std::size_t n = 0; n < taken; ++n) {
        ways = ways * static_cast<double>(from - n) / static_cast<double>(n + 1);
    }
    return ways;
}

/// The law of the same chain with every exchange of a set for single items taken, as if there were as many ways back as
/// there. A form x then becomes y with chance 1 / ways(x), and back with 1 / ways(y); π(x) / ways(x) = π(y) / ways(y)
/// is met by 1 / Π C(units of a size, such units in x). So every composition of sizes would be equally likely, not
/// every form.
std::vector<double> law_without_hastings(const assembly::UnitProblem& units, const std::vector<Form>& all)
{
    std::map<std::size_t, std::size_t> of_size;
    for (const auto& items : units.units) { ++of_size[items.size()]; }
    std::vector<double> law;
    double sum = 0;
    for (const Form& form : all) {
        std::map<std::size_t, std::set<std::uint32_t>> in_form;
        for (const std::uint32_t item : form) {
            const std::uint32_t unit = units.unit_of_item[item];
            in_form[units.units[unit].size()].insert(unit);
        }
        double ways = 1;
        for (const auto& [size, chosen] : in_form) { ways *= choices(of_size[size], chosen.size()); }
        sum += law.emplace_back(1 / ways);
    }
    for (double& chance : law) { chance /= sum; }
    return law;
}

TEST(ChainLawTest, WouldBeRefutedWithoutTheCorrectionAfterHastings)
{
    constexpr std::uint64_t seed = 1970;
    const AssemblyProblem problem = whole_sets().problem;
    const auto all = all_forms(problem);
    const auto units = assembly::make_units(problem);
    ASSERT_TRUE(units);
    const std::vector<double> biased = law_without_hastings(*units, all);
    // As many draws and the same bound as DrawsEveryFormEquallyOften has.
    const std::uint64_t draws = std::max<std::uint64_t>(draws_in_all(), 10 * all.size());
    const std::vector<double> each(all.size(), static_cast<double>(draws) / static_cast<double>(all.size()));
    std::mt19937_64 random{seed};
    const auto draw_from = [&](const std::vector<double>& law) {
        std::vector<double> cumulated;
        std::partial_sum(law.begin(), law.end(), std::back_inserter(cumulated));
        std::vector<double> seen(law.size());
        for (std::uint64_t n = 0; n < draws; ++n) {
            const double at = static_cast<double>(random() >> 11U) * 0x1p-53 * cumulated.back();
            const auto place = std::ranges::upper_bound(cumulated, at) - cumulated.begin();
            seen[std::min(static_cast<std::size_t>(place), law.size() - 1)] += 1;
        }
        return seen;
    };
    EXPECT_GT(deviation(draw_from(biased), each), 4.5) << "seed " << seed;
    EXPECT_LT(deviation(draw_from(std::vector<double>(all.size(), 1.0)), each), 4.5) << "seed " << seed;
}

/// A large problem that has an exact law as well: cells with fixed counts, a band, enemies. The chain must use items
/// and pairs of items as often as the exact sampler does.
TEST(ChainLawTest, AgreesWithTheExactLawOnALargeProblem)
{
    constexpr std::uint64_t seed = 4;
    constexpr std::uint32_t cells = 8;
    constexpr std::uint32_t items = 160;
    AssemblyProblem problem = empty_problem(items, 20);
    std::int64_t length = 0;
    for (std::uint32_t cell = 0; cell < cells; ++cell) {
        const std::int64_t count = 2 + cell % 2;
        length += count;
        problem.counts.push_back({"c" + std::to_string(cell), count, count, every(items, cells, cell)});
    }
    ASSERT_EQ(length, problem.length);
    problem.abilities = {"0"};
    problem.information.resize(1);
    for (std::uint32_t item = 0; item < items; ++item) {
        problem.information[0].push_back(static_cast<std::int64_t>(50 + item * 37 % 101));
    }
    problem.lowest = {2'050};
    problem.highest = {2'150};
    problem.enemies = {{0, 1, 2}, {8, 16}, {33, 34, 41}};
    const auto units = assembly::make_units(problem);
    ASSERT_TRUE(units);
    const TestStreams streams{seed};
    const auto exact = assembly::ProductSampler::build(*units);
    ASSERT_TRUE(exact);
    const auto chain = assembly::ChainSampler::build(*units, streams);
    ASSERT_TRUE(chain);
    auto exact_scratch = exact->make_scratch();
    assembly::ChainSampler::Scratch chain_scratch{*chain};
    const std::uint64_t draws = draws_in_all() / 2;
    std::vector<double> of_exact(items);
    std::vector<double> of_chain(items);
    std::vector<double> pairs_of_exact(cells * cells); // of the first items of cells: 0 … 7
    std::vector<double> pairs_of_chain(cells * cells);
    const auto add = [&](const Form& form, std::vector<double>& uses, std::vector<double>& pairs) {
        for (const std::uint32_t item : form) { uses[item] += 1; }
        for (const std::uint32_t a : form) {
            for (const std::uint32_t b : form) {
                if (a / cells < 4 && b / cells < 4) { pairs[(a % cells) * cells + b % cells] += 1; }
            }
        }
    };
    for (std::uint64_t number = 0; number < draws; ++number) {
        Form form(problem.length);
        assembly::Dice dice{streams, number};
        ASSERT_TRUE(exact->draw(dice, exact_scratch, form));
        add(form, of_exact, pairs_of_exact);
        assembly::Dice other{streams, number + draws};
        ASSERT_TRUE(chain->draw(other, chain_scratch, form));
        ASSERT_TRUE(meets(problem, form));
        add(form, of_chain, pairs_of_chain);
    }
    const auto two_samples = [](const std::vector<double>& left, const std::vector<double>& right) {
        double sum = 0;
        double cells_used = 0;
        for (std::size_t n = 0; n < left.size(); ++n) {
            if (left[n] + right[n] == 0) { continue; }
            sum += (left[n] - right[n]) * (left[n] - right[n]) / (left[n] + right[n]);
            cells_used += 1;
        }
        return (sum - cells_used) / std::sqrt(2 * cells_used);
    };
    EXPECT_LT(two_samples(of_exact, of_chain), 4.5) << "seed " << seed;
    // Pairs of one form depend on each other: twice the spread.
    EXPECT_LT(two_samples(pairs_of_exact, pairs_of_chain), 9) << "seed " << seed;
}

} // namespace
} // namespace papervault::engine
