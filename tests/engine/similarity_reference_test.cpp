#include "engine/support.hpp"

#include "analysis/counting_distributions.hpp"

#include <papervault/engine/similarity.hpp>

#include <cmath>
#include <sstream>

// Published indices: 50 candidates, 40 items, parameters and abilities given; worked out by two R packages.
namespace papervault::engine {
namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& name)
{
    std::istringstream lines{read_file(shared_data_folder() / "responses" / name)};
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::erase(line, '"');
        std::erase(line, '\r');
        std::istringstream cells{line};
        std::string cell;
        auto& row = rows.emplace_back();
        while (std::getline(cells, cell, ',')) { row.push_back(cell); }
    }
    return rows;
}

class PublishedIndicesTest : public testing::Test {
protected:
    void SetUp() override
    {
        SKIP_UNLESS_PRESENT(shared_data_folder() / "responses" / "copysim_scores.csv");
        std::vector<ItemParameters> items;
        for (const auto& row : rows_of("copysim_scores_3pl.csv")) {
            const double slope = std::stod(row[0]);
            items.push_back({slope, -slope * std::stod(row[1]), std::stod(row[2])});
        }
        for (const auto& row : rows_of("copysim_scores_theta.csv")) { abilities_.push_back(std::stod(row[1])); }
        answers_ = AnswerTable{std::vector<std::vector<bool>>(items.size(), {false, true})};
        for (const auto& row : rows_of("copysim_scores.csv")) {
            std::vector<std::uint8_t> given;
            for (const std::string& cell : row) { given.push_back(static_cast<std::uint8_t>(std::stoi(cell))); }
            answers_.add_candidate(given);
        }
        model_ = score_model(items);
    }
    AnswerTable answers_{{{true}}};
    ResponseModel model_{{}};
    std::vector<double> abilities_;
};

constexpr double tolerance = 1e-9;

TEST_F(PublishedIndicesTest, OfPairsAreFound)
{
    std::size_t pairs = 0;
    for (const auto& row : rows_of("copysim_scores_undirected.csv")) {
        const std::size_t first = std::stoul(row[0]) - 1;
        const std::size_t second = std::stoul(row[0].substr(row[0].find('-') + 1)) - 1;
        const PairTests found = test_pair(answers_, model_, first, second, abilities_);
        EXPECT_NEAR(found.omega, std::stod(row[1]), tolerance) << row[0];
        EXPECT_NEAR(found.omega_p, std::stod(row[2]), tolerance) << row[0];
        EXPECT_NEAR(found.gbt_p, std::stod(row[3]), tolerance) << row[0];
        EXPECT_NEAR(found.m4_p, std::stod(row[4]), tolerance) << row[0];
        ++pairs;
    }
    EXPECT_EQ(pairs, 1225U);
}

TEST_F(PublishedIndicesTest, OfSourcesAndCopiersAreFound)
{
    std::size_t pairs = 0;
    for (const auto& row : rows_of("copysim_scores_directed.csv")) {
        const CopyingTests found =
            test_copying(answers_, model_, std::stoul(row[1]) - 1, std::stoul(row[2]) - 1, abilities_);
        EXPECT_NEAR(found.omega, std::stod(row[3]), tolerance) << row[0];
        EXPECT_NEAR(found.omega_p, std::stod(row[4]), tolerance) << row[0];
        EXPECT_NEAR(found.gbt_p, std::stod(row[5]), tolerance) << row[0];
        ++pairs;
    }
    EXPECT_EQ(pairs, 2450U);
}

TEST(SuccessDistributionTest, IsThatOfEveryOutcomeTogether)
{
    const std::vector<double> chances{0.1, 0.5, 0.93, 0.25, 0.6};
    std::vector<double> counted(6, 0.0);
    for (unsigned outcome = 0; outcome < 32; ++outcome) {
        double probability = 1;
        for (std::size_t n = 0; n < 5; ++n) { probability *= (outcome >> n & 1U) != 0 ? chances[n] : 1 - chances[n]; }
        for (std::size_t k = 0; k <= static_cast<std::size_t>(std::popcount(outcome)); ++k) {
            counted[k] += probability;
        }
    }
    const analysis::SuccessDistribution distribution{chances};
    for (std::size_t k = 0; k < 6; ++k) { EXPECT_NEAR(distribution.tail(k), counted[k], 1e-15); }
    EXPECT_EQ(distribution.tail(6), 0);
    EXPECT_EQ(distribution.least_count(1), 0U);
    EXPECT_EQ(distribution.least_count(0), 6U);
    const std::size_t least = distribution.least_count(0.05);
    EXPECT_LE(distribution.tail(least), 0.05);
    EXPECT_GT(distribution.tail(least - 1), 0.05);
}

TEST(SuccessDistributionTest, KeepsItsPrecisionFarOut)
{
    const analysis::SuccessDistribution distribution{std::vector<double>(100, 0.25)};
    EXPECT_NEAR(distribution.tail(100) / std::pow(0.25, 100), 1, 1e-12);
}

TEST(M4Test, SumsTheOutcomesBeyondTheObserved)
{
    using analysis::MatchChances;
    const std::vector<MatchChances> items{{0.3, 0.2}, {0.5, 0.1}, {0.2, 0.4}};
    EXPECT_NEAR(analysis::m4_tail(items, 0, 0), 1, 1e-15);
    EXPECT_NEAR(analysis::m4_tail(items, 3, 0), 0.3 * 0.5 * 0.2 + 0.2 * 0.1 * 0.4,
                1e-15); // 3+0 (0.03), then 0+3 (0.008)
}

} // namespace
} // namespace papervault::engine
