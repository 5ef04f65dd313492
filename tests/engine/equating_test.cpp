#include "engine/irt_support.hpp"

#include <papervault/engine/equating.hpp>

#include <algorithm>
#include <numeric>

namespace papervault::engine {
namespace {

/// Kolen & Brennan (2014), tables 2.3 and 2.5: a form of four items, shares of candidates at 0 to 4.
const ScoreCounts small_x{200, 300, 200, 200, 100};
const ScoreCounts small_y{100, 200, 200, 300, 200};

TEST(EquipercentileTest, IsThatOfKolenAndBrennan)
{
    const auto equated = equate_equipercentile(small_x, small_y, false).value();
    constexpr std::array expected{0.5, 1.75, 2.8333333333333333, 3.5, 4.25};
    ASSERT_EQ(equated.size(), 5U);
    for (std::size_t score = 0; score < 5; ++score) {
        EXPECT_EQ(equated[score].score, static_cast<int>(score));
        EXPECT_NEAR(equated[score].equivalent, expected[score], 1e-12);
    }
}

TEST(EquipercentileTest, OfAFormWithItselfChangesNothing)
{
    const auto unchanged = equate_equipercentile(small_x, small_x, false).value();
    for (const EquatedScore& each : unchanged) { EXPECT_NEAR(each.equivalent, each.score, 1e-12); }
    // Scores that nobody has: the middle of the gap.
    const ScoreCounts gaps{3, 0, 0, 5, 2, 0};
    const auto equated = equate_equipercentile(gaps, gaps, false).value();
    EXPECT_NEAR(equated[0].equivalent, 0, 1e-12);
    EXPECT_NEAR(equated[1].equivalent, 1.5, 1e-12);
    EXPECT_NEAR(equated[3].equivalent, 3, 1e-12);
    EXPECT_NEAR(equated[4].equivalent, 4, 1e-12);
}

ScoreCounts draw(Simulator& random, const std::vector<double>& shares, std::size_t candidates)
{
    ScoreCounts counts(shares.size(), 0.0);
    for (std::size_t n = 0; n < candidates; ++n) {
        double at = random.uniform();
        std::size_t score = 0;
        while (score + 1 < shares.size() && at >= shares[score]) { at -= shares[score++]; }
        counts[score] += 1;
    }
    return counts;
}

/// Shares of a form of 20 items for abilities N(shift, 1).
std::vector<double> form_shares(double shift)
{
    Simulator random{3};
    std::vector<double> shares(21, 0.0);
    const auto items = simulate(random, 2, 20, 0.2, 0).items;
    double sum = 0;
    for (double ability = -5; ability <= 5; ability += 0.1) {
        const double weight = std::exp(-ability * ability / 2);
        const auto totals = total_distribution(items, ability + shift);
        for (std::size_t score = 0; score < 21; ++score) { shares[score] += weight * totals[score]; }
        sum += weight;
    }
    for (double& share : shares) { share /= sum; }
    return shares;
}

/// Standard errors are the spread over samples.
TEST(EquatingTest, StatesItsStandardErrors)
{
    constexpr std::uint64_t seed = 21;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto shares_x = form_shares(0);
    const auto shares_y = form_shares(0.4);
    struct Sums {
        double value = 0, square = 0, variance = 0;
    };
    constexpr int samples = 400;
    for (const bool linear : {true, false}) {
        std::vector<Sums> sums(21);
        for (int sample = 0; sample < samples; ++sample) {
            const ScoreCounts x = draw(random, shares_x, 1'500);
            const ScoreCounts y = draw(random, shares_y, 1'200);
            const auto equated = linear ? equate_linear(x, y).value() : equate_equipercentile(x, y, false).value();
            for (std::size_t score = 0; score < 21; ++score) {
                sums[score].value += equated[score].equivalent;
                sums[score].square += std::pow(equated[score].equivalent, 2);
                sums[score].variance += std::pow(equated[score].error.value_or(0), 2);
            }
        }
        for (const std::size_t score : {5U, 8U, 11U, 14U, 17U}) {
            const double mean = sums[score].value / samples;
            const double spread = std::sqrt(sums[score].square / samples - mean * mean);
            const double stated = std::sqrt(sums[score].variance / samples);
            EXPECT_NEAR(stated / spread, 1, 0.2) << (linear ? "linear " : "equipercentile ") << score;
        }
    }
}

TEST(LinearEquatingTest, KeepsStandardScores)
{
    const auto equated = equate_linear(small_x, small_y).value();
    // Means 1.7 and 2.3, variances 1.61 and 1.61.
    for (const EquatedScore& each : equated) { EXPECT_NEAR(each.equivalent, each.score + 0.6, 1e-12); }
    EXPECT_GT(equated[0].error, equated[2].error);
}

TEST(SmoothingTest, KeepsCandidatesAndMoments)
{
    Simulator random{4};
    const ScoreCounts counts = draw(random, form_shares(0), 400);
    for (const int degree : {2, 4, 6}) {
        const ScoreCounts smooth = smoothed(counts, degree).value();
        for (int power = 0; power <= degree; ++power) {
            double before = 0;
            double after = 0;
            for (std::size_t score = 0; score < counts.size(); ++score) {
                const double value = std::pow(static_cast<double>(score) / 10 - 1, power);
                before += counts[score] * value;
                after += smooth[score] * value;
            }
            EXPECT_NEAR(after, before, 1e-5) << degree << " " << power;
        }
        EXPECT_THAT(smooth, testing::Each(testing::Gt(0)));
    }
}

TEST(SmoothingTest, BringsEquivalentsNearerToTheTruth)
{
    constexpr std::uint64_t seed = 23;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto shares_x = form_shares(0);
    const auto shares_y = form_shares(0.4);
    const auto truth = equate_equipercentile(shares_x, shares_y, false).value();
    double rough = 0;
    double smooth = 0;
    for (int sample = 0; sample < 30; ++sample) {
        const ScoreCounts x = draw(random, shares_x, 300);
        const ScoreCounts y = draw(random, shares_y, 300);
        const auto plain = equate_equipercentile(x, y, false).value();
        const auto better = equate_equipercentile(smoothed(x, 4).value(), smoothed(y, 4).value(), true).value();
        for (std::size_t score = 3; score < 18; ++score) {
            rough += std::pow(plain[score].equivalent - truth[score].equivalent, 2);
            smooth += std::pow(better[score].equivalent - truth[score].equivalent, 2);
            EXPECT_EQ(better[score].error, std::nullopt);
        }
    }
    EXPECT_LT(smooth, rough);
}

/// Two groups of different ability calibrated apart: the common items bring them back on one scale.
TEST(MeanSigmaTest, RecoversTheScaleOfTheOtherGroup)
{
    constexpr std::uint64_t seed = 25;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto items = simulate(random, 2, 20, 0.2, 0).items;
    // Form X was taken by abilities N(0.5, 1.2²): on the scale of form Y, θ_Y = 1.2 θ_X + 0.5.
    const auto calibrated = [&](double mean, double deviation) {
        BinaryMatrix responses{20};
        std::vector<signed char> row(20);
        for (int candidate = 0; candidate < 2'500; ++candidate) {
            const double ability = mean + deviation * random.normal();
            for (std::size_t item = 0; item < 20; ++item) {
                row[item] = random.uniform() < items[item].probability(ability) ? 1 : 0;
            }
            responses.add_candidate(row);
        }
        return calibrate(responses, {.nodes = 31, .tolerance = 1e-4, .errors = false}).value().items;
    };
    const auto on_x = calibrated(0.5, 1.2);
    const auto on_y = calibrated(0, 1);
    const ScaleLink link = link_mean_sigma(on_x, on_y).value();
    EXPECT_NEAR(link.slope, 1.2, 0.12);
    EXPECT_NEAR(link.intercept, 0.5, 0.12);
    for (std::size_t item = 0; item < 20; ++item) {
        const ItemParameters there = linked(on_x[item], link);
        EXPECT_NEAR(there.probability(link.slope * 0.7 + link.intercept), on_x[item].probability(0.7), 1e-12);
        EXPECT_NEAR(there.difficulty(), link.slope * on_x[item].difficulty() + link.intercept, 1e-9);
    }
}

TEST(EquatingTest, RefusesWhatCannotBeEquated)
{
    EXPECT_THAT(equate_linear({1, 0}, {1, 1}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(equate_linear({4, 0}, {1, 1}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(equate_equipercentile({0, 0}, {1, 1}, false), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(smoothed({1, 2, 3}, 3), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(smoothed({1, 2, 3}, 0), IsRefusedWith(EngineError::out_of_range));
    const std::vector<ItemParameters> one{{1, 0, 0}};
    EXPECT_THAT(link_mean_sigma(one, one), IsRefusedWith(EngineError::out_of_range));
    const std::vector<ItemParameters> same{{1, 0, 0}, {1, 0, 0}};
    EXPECT_THAT(link_mean_sigma(same, same), IsRefusedWith(EngineError::inconsistent));
}

} // namespace
} // namespace papervault::engine
