#include "engine/similarity_support.hpp"

#include <papervault/engine/nominal.hpp>

#include <algorithm>
#include <map>
#include <sstream>

namespace papervault::engine {
namespace {

struct NominalExam {
    std::vector<NominalItem> items;
    std::vector<double> abilities;
    AnswerTable answers{{{true}}};
};

/// Option 0 is right and has the greatest slope; parameters sum to 0.
NominalExam simulate_nominal(Simulator& random, std::size_t candidates, std::size_t items, std::size_t options)
{
    NominalExam exam;
    for (std::size_t n = 0; n < items; ++n) {
        NominalItem item;
        double intercepts = 0;
        double slopes = 0;
        for (std::size_t option = 0; option < options; ++option) {
            item.intercept.push_back(0.6 * random.normal());
            item.slope.push_back((option == 0 ? 0.9 : -0.3) + 0.3 * random.normal());
            intercepts += item.intercept.back();
            slopes += item.slope.back();
        }
        for (double& intercept : item.intercept) { intercept -= intercepts / static_cast<double>(options); }
        for (double& slope : item.slope) { slope -= slopes / static_cast<double>(options); }
        exam.items.push_back(std::move(item));
    }
    std::vector<bool> right(options, false);
    right[0] = true;
    exam.answers = AnswerTable{std::vector<std::vector<bool>>(items, right)};
    std::vector<std::uint8_t> row(items);
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        const double ability = random.normal();
        exam.abilities.push_back(ability);
        for (std::size_t n = 0; n < items; ++n) {
            std::vector<double> weights;
            double sum = 0;
            for (std::size_t option = 0; option < options; ++option) {
                weights.push_back(std::exp(exam.items[n].intercept[option] + exam.items[n].slope[option] * ability));
                sum += weights.back();
            }
            double at = random.uniform() * sum;
            row[n] = 0;
            while (row[n] + 1U < options && at >= weights[row[n]]) { at -= weights[row[n]++]; }
        }
        exam.answers.add_candidate(row);
    }
    return exam;
}

/// Two categories are the 2PL: Law School Admission Test, section 6, as printed by R's ltm (Rizopoulos 2006).
TEST(NominalCalibrationTest, OfTwoCategoriesIsThePublishedTwoParameterModel)
{
    SKIP_UNLESS_PRESENT(shared_data_folder() / "responses" / "LSAT6_scored.csv");
    std::istringstream lines{read_file(shared_data_folder() / "responses" / "LSAT6_scored.csv")};
    std::string line;
    std::getline(lines, line);
    AnswerTable answers{std::vector<std::vector<bool>>(5, {false, true})};
    while (std::getline(lines, line)) {
        std::vector<std::uint8_t> row;
        for (const char c : line) {
            if (c == '0' || c == '1') { row.push_back(static_cast<std::uint8_t>(c - '0')); }
        }
        answers.add_candidate(row);
    }
    const auto found = calibrate_nominal(answers, {.nodes = 61, .tolerance = 1e-7}).value();
    EXPECT_TRUE(found.converged);
    EXPECT_EQ(found.parameters, 10U);
    EXPECT_NEAR(found.log_likelihood, -2466.653, 5e-4);
    EXPECT_NEAR(found.aic, 4953.307, 1e-3);
    EXPECT_NEAR(found.bic, 5002.384, 1e-3);
    constexpr std::array slope{0.8254, 0.7229, 0.8905, 0.6886, 0.6575};
    constexpr std::array difficulty{-3.3597, -1.3696, -0.2799, -1.8659, -3.1236};
    constexpr std::array slope_error{0.2581, 0.1867, 0.2326, 0.1852, 0.2100};
    ASSERT_EQ(found.information, InformationMethod::observed);
    for (std::size_t item = 0; item < 5; ++item) {
        SCOPED_TRACE(item);
        const double between = found.items[item].slope[1] - found.items[item].slope[0];
        EXPECT_NEAR(between, slope[item], 1e-3);
        EXPECT_NEAR(-(found.items[item].intercept[1] - found.items[item].intercept[0]) / between, difficulty[item],
                    4e-3);
        EXPECT_NEAR(2 * found.errors[item].slope[1], slope_error[item], 1e-3) << "half of the slope each";
    }
}

TEST(NominalCalibrationTest, RecoversTheParametersOfASimulation)
{
    constexpr std::uint64_t seed = 1972;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const NominalExam exam = simulate_nominal(random, 900, 10, 4);
    const auto found = calibrate_nominal(exam.answers, {.nodes = 25, .tolerance = 1e-3}).value();
    EXPECT_TRUE(found.converged);
    for (std::size_t cycle = 1; cycle < found.history.size(); ++cycle) {
        ASSERT_GE(found.history[cycle], found.history[cycle - 1] - 1e-9) << "cycle " << cycle;
    }
    ASSERT_EQ(found.errors.size(), 10U);
    int within = 0;
    for (std::size_t item = 0; item < 10; ++item) {
        double sum = 0;
        for (std::size_t option = 0; option < 4; ++option) {
            const double slope = found.items[item].slope[option] - exam.items[item].slope[option];
            const double intercept = found.items[item].intercept[option] - exam.items[item].intercept[option];
            EXPECT_LT(std::abs(slope), 4.5 * found.errors[item].slope[option]) << item << ", " << option;
            EXPECT_LT(std::abs(intercept), 4.5 * found.errors[item].intercept[option]) << item << ", " << option;
            within += std::abs(slope) <= 2 * found.errors[item].slope[option] ? 1 : 0;
            within += std::abs(intercept) <= 2 * found.errors[item].intercept[option] ? 1 : 0;
            sum += found.items[item].slope[option];
        }
        EXPECT_NEAR(sum, 0, 1e-12);
    }
    EXPECT_GE(within, 70) << "of 80, about 95 % within two errors";
    double error = 0;
    double stated = 0;
    for (std::size_t candidate = 0; candidate < exam.abilities.size(); ++candidate) {
        error += std::pow(found.abilities[candidate].value - exam.abilities[candidate], 2);
        stated += std::pow(found.abilities[candidate].error, 2);
    }
    // The error of the 60 parameters themselves is not in what is stated.
    EXPECT_NEAR(error / stated, 1.1, 0.2);
}

/// The marginal likelihood of three items with three options, worked out anew: by patterns, by another quadrature.
class PlainLikelihood {
public:
    explicit PlainLikelihood(const AnswerTable& answers)
    {
        for (std::size_t candidate = 0; candidate < answers.candidate_count(); ++candidate) {
            const auto row = answers.answers(candidate);
            patterns_[{row[0], row[1], row[2]}] += 1;
        }
    }
    /// @param point  For each item the intercepts of options 1 and 2, then their slopes; those of option 0 are 0.
    double operator()(const std::array<double, 12>& point) const
    {
        constexpr int steps = 70;
        std::array<std::array<std::array<double, 3>, 3>, steps + 1> chances{};
        std::array<double, steps + 1> weights{};
        double all = 0;
        for (int step = 0; step <= steps; ++step) {
            const double ability = -7 + 14.0 * step / steps;
            // Simpson's rule.
            weights[static_cast<std::size_t>(step)] = std::exp(-ability * ability / 2) * (step == 0 || step == steps ? 1
                                                                                          : step % 2 == 1            ? 4
                                                                                                          : 2);
            all += weights[static_cast<std::size_t>(step)];
            for (std::size_t item = 0; item < 3; ++item) {
                auto& of_item = chances[static_cast<std::size_t>(step)][item];
                of_item[0] = 1;
                double sum = 1;
                for (std::size_t option = 1; option < 3; ++option) {
                    of_item[option] = std::exp(point[item * 4 + option - 1] + point[item * 4 + 1 + option] * ability);
                    sum += of_item[option];
                }
                for (double& chance : of_item) { chance /= sum; }
            }
        }
        double log_likelihood = 0;
        for (const auto& [pattern, count] : patterns_) {
            double sum = 0;
            for (std::size_t step = 0; step <= steps; ++step) {
                sum += weights[step] * chances[step][0][pattern[0]] * chances[step][1][pattern[1]] *
                       chances[step][2][pattern[2]];
            }
            log_likelihood += count * std::log(sum / all);
        }
        return log_likelihood;
    }

private:
    std::map<std::array<std::uint8_t, 3>, double> patterns_;
};

/// Climbs by trying one parameter after the other (Hooke and Jeeves without the pattern moves).
double highest_likelihood(const PlainLikelihood& likelihood, std::array<double, 12> point)
{
    double reached = likelihood(point);
    for (double width = 0.4; width > 2e-3; width /= 2) {
        for (bool moved = true; moved;) {
            moved = false;
            for (double& parameter : point) {
                for (const double step : {width, -width}) {
                    parameter += step;
                    const double there = likelihood(point);
                    if (there > reached + 1e-9) {
                        reached = there;
                        moved = true;
                    } else {
                        parameter -= step;
                    }
                }
            }
        }
    }
    return reached;
}

TEST(NominalCalibrationTest, FindsTheMaximumThatAnotherSearchFinds)
{
    constexpr std::uint64_t seed = 21;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const NominalExam exam = simulate_nominal(random, 1'500, 3, 3);
    const auto found = calibrate_nominal(exam.answers, {.nodes = 61, .tolerance = 1e-6, .errors = false}).value();
    ASSERT_TRUE(found.converged);
    const PlainLikelihood likelihood{exam.answers};
    std::array<double, 12> point{};
    for (std::size_t item = 0; item < 3; ++item) {
        for (std::size_t option = 1; option < 3; ++option) {
            point[item * 4 + option - 1] = found.items[item].intercept[option] - found.items[item].intercept[0];
            point[item * 4 + 1 + option] = found.items[item].slope[option] - found.items[item].slope[0];
        }
    }
    EXPECT_NEAR(likelihood(point), found.log_likelihood, 1e-5);
    // Nothing near is higher: the slope is 0 in every direction.
    for (double& parameter : point) {
        constexpr double width = 1e-3;
        parameter += width;
        const double above = likelihood(point);
        parameter -= 2 * width;
        const double below = likelihood(point);
        parameter += width;
        EXPECT_NEAR((above - below) / (2 * width), 0, 2e-2);
        EXPECT_LT(above + below, 2 * found.log_likelihood);
    }
    std::array<double, 12> start{};
    for (std::size_t item = 0; item < 3; ++item) { start[item * 4 + 2] = start[item * 4 + 3] = -0.5; }
    EXPECT_NEAR(highest_likelihood(likelihood, start), found.log_likelihood, 2e-2);
    EXPECT_LE(highest_likelihood(likelihood, start), found.log_likelihood + 1e-4);
}

TEST(NominalCalibrationTest, TakesWhatWasLeftOutAsACategoryAndWhatWasNotPresentedAsNothing)
{
    Simulator random{5};
    NominalExam exam = simulate_nominal(random, 300, 5, 3);
    AnswerTable answers{std::vector<std::vector<bool>>(5, {true, false, false, false})};
    for (std::size_t candidate = 0; candidate < 300; ++candidate) {
        const auto row = exam.answers.answers(candidate);
        std::vector<std::uint8_t> changed(row.begin(), row.end());
        if (candidate % 10 == 0) { changed[0] = AnswerTable::left_out; }
        if (candidate % 3 == 0) { changed[1] = AnswerTable::not_presented; }
        answers.add_candidate(changed);
    }
    const auto found =
        calibrate_nominal(answers, {.nodes = 21, .tolerance = 1e-2, .errors = false, .prior = 2.0}).value();
    ASSERT_EQ(found.items[0].intercept.size(), 5U);
    EXPECT_TRUE(std::isfinite(found.items[0].intercept[4])) << "no answer";
    EXPECT_FALSE(std::isfinite(found.items[0].intercept[3])) << "nobody chose the last option";
    EXPECT_FALSE(std::isfinite(found.items[1].intercept[4]));
    std::array<double, 4> chances{};
    response_model(found).probabilities(0, 0.3, chances);
    EXPECT_EQ(chances[3], 0);
    const double sum = chances[0] + chances[1] + chances[2];
    EXPECT_LT(sum, 1) << "some leave it out";
    EXPECT_GT(sum, 0.8);
    response_model(found).probabilities(1, 0.3, chances);
    EXPECT_NEAR(chances[0] + chances[1] + chances[2], 1, 1e-12);
}

TEST(NominalCalibrationTest, RefusesItemsThatSayNothing)
{
    AnswerTable answers{{{true, false}, {true, false}}};
    EXPECT_THAT(calibrate_nominal(answers, {}), IsRefusedWith(EngineError::out_of_range));
    answers.add_candidate(std::vector<std::uint8_t>{0, 0});
    answers.add_candidate(std::vector<std::uint8_t>{0, 1});
    EXPECT_THAT(calibrate_nominal(answers, {.prior = 1.0}), IsRefusedWith(EngineError::inconsistent));
}

} // namespace
} // namespace papervault::engine
