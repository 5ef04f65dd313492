#include "engine/irt_support.hpp"

#include "analysis/distributions.hpp"

#include <algorithm>
#include <sstream>

namespace papervault::engine {
namespace {

using testing::DoubleNear;

BinaryMatrix published(const std::string& name)
{
    std::istringstream lines{read_file(shared_data_folder() / "responses" / (name + "_scored.csv"))};
    std::string line;
    std::getline(lines, line);
    BinaryMatrix matrix{static_cast<std::size_t>(std::ranges::count(line, ',')) + 1};
    while (std::getline(lines, line)) {
        std::vector<signed char> row;
        for (const char c : line) {
            if (c == '0' || c == '1') { row.push_back(static_cast<signed char>(c - '0')); }
        }
        matrix.add_candidate(row);
    }
    return matrix;
}

#define LSAT6_OR_SKIP SKIP_UNLESS_PRESENT(shared_data_folder() / "responses" / "LSAT6_scored.csv")

/// Law School Admission Test, section 6 (Bock & Lieberman 1970) under the 2PL, as printed by R's ltm (Rizopoulos 2006):
/// summary(ltm(LSAT ~ z1, IRT.param = TRUE)). Its optimiser stopped at a gradient of 0.024, which over an information
/// of about 1/0.21² is 0.001 in a slope: no closer can the two be.
TEST(CalibrationTest, OfLsat6WithTwoParametersIsThePublishedOne)
{
    LSAT6_OR_SKIP
    const auto found = calibrate(published("LSAT6"), {.model = IrtModel::two_parameter, .tolerance = 1e-7}).value();
    EXPECT_TRUE(found.converged);
    EXPECT_NEAR(found.log_likelihood, -2466.653, 5e-4);
    EXPECT_NEAR(found.aic, 4953.307, 1e-3);
    EXPECT_NEAR(found.bic, 5002.384, 1e-3);
    constexpr std::array difficulty{-3.3597, -1.3696, -0.2799, -1.8659, -3.1236};
    constexpr std::array slope{0.8254, 0.7229, 0.8905, 0.6886, 0.6575};
    constexpr std::array difficulty_error{0.8669, 0.3073, 0.0997, 0.4341, 0.8700};
    constexpr std::array slope_error{0.2581, 0.1867, 0.2326, 0.1852, 0.2100};
    ASSERT_EQ(found.information, InformationMethod::observed);
    for (std::size_t item = 0; item < 5; ++item) {
        SCOPED_TRACE(item);
        EXPECT_NEAR(found.items[item].difficulty(), difficulty[item], 4e-3);
        EXPECT_NEAR(found.items[item].slope, slope[item], 1e-3);
        EXPECT_NEAR(found.errors[item].difficulty, difficulty_error[item], 4e-3);
        EXPECT_NEAR(found.errors[item].slope, slope_error[item], 1e-3);
    }
}

/// The same by R's ltm: rasch(LSAT). Dscrmn 0.7551, log.Lik -2466.938.
TEST(CalibrationTest, OfLsat6WithOneSlopeIsThePublishedOne)
{
    LSAT6_OR_SKIP
    const auto found = calibrate(published("LSAT6"), {.model = IrtModel::rasch, .tolerance = 1e-7}).value();
    EXPECT_NEAR(found.log_likelihood, -2466.938, 5e-4);
    EXPECT_EQ(found.parameters, 6U);
    constexpr std::array difficulty{-3.6153, -1.3224, -0.3176, -1.7301, -2.7802};
    for (std::size_t item = 0; item < 5; ++item) {
        SCOPED_TRACE(item);
        EXPECT_NEAR(found.items[item].slope, 0.7551, 2e-4);
        EXPECT_NEAR(found.items[item].difficulty(), difficulty[item], 1e-3);
    }
}

/// Abilities of LSAT6 by R's ltm: factor.scores(ltm(LSAT ~ z1)), modes of the posterior.
TEST(AbilityTest, OfLsat6AreThePublishedModes)
{
    LSAT6_OR_SKIP
    const auto items =
        calibrate(published("LSAT6"), {.model = IrtModel::two_parameter, .tolerance = 1e-7, .errors = false})
            .value()
            .items;
    const auto mode = [&](std::vector<signed char> row) { return modal_ability(items, row); };
    EXPECT_NEAR(mode({0, 0, 0, 0, 0}).value, -1.895, 1e-3);
    EXPECT_NEAR(mode({0, 0, 0, 0, 0}).error, 0.795, 1e-3);
    EXPECT_NEAR(mode({0, 1, 1, 1, 1}).value, 0.023, 1e-3);
    EXPECT_NEAR(mode({1, 1, 0, 1, 1}).value, -0.022, 1e-3);
    EXPECT_NEAR(mode({1, 1, 1, 1, 1}).value, 0.606, 1e-3);
    EXPECT_NEAR(mode({1, 1, 1, 1, 1}).error, 0.855, 1e-3);
}

class ModelTest : public testing::TestWithParam<IrtModel> {};
constexpr std::array model_names{"Rasch", "TwoParameter", "ThreeParameter"};
INSTANTIATE_TEST_SUITE_P(Models, ModelTest,
                         testing::Values(IrtModel::rasch, IrtModel::two_parameter, IrtModel::three_parameter),
                         [](const auto& model) { return model_names.at(static_cast<std::size_t>(model.param)); });

TEST_P(ModelTest, LikelihoodNeverFalls)
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulator random{seed};
        const auto exam = simulate(random, 150, 8, 0.4, seed % 2 == 0 ? 0.2 : 0);
        IrtOptions options{.model = GetParam(), .priors = usual_priors(GetParam()), .cycles_max = 60, .errors = false};
        options.priors.intercept = IrtPriors::Normal{0, 3};
        const auto found = calibrate(exam.responses, options).value();
        ASSERT_GT(found.history.size(), 3U);
        for (std::size_t cycle = 1; cycle < found.history.size(); ++cycle) {
            EXPECT_GE(found.history[cycle], found.history[cycle - 1] - 1e-9) << "cycle " << cycle;
        }
    }
}

/// Standard errors say how far off the estimates are: about 95 % within two of them.
TEST_P(ModelTest, RecoversTheParametersOfASimulation)
{
    constexpr std::uint64_t seed = 20'261'121;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const IrtModel model = GetParam();
    const double guessing = model == IrtModel::three_parameter ? 0.2 : 0;
    const auto exam = simulate(random, 1'500, 16, model == IrtModel::rasch ? 0 : 0.3, guessing);
    const auto found =
        calibrate(exam.responses, {.model = model, .priors = usual_priors(model), .nodes = 31, .tolerance = 1e-4})
            .value();
    ASSERT_EQ(found.errors.size(), 16U);
    int within = 0;
    double square = 0;
    for (std::size_t item = 0; item < 16; ++item) {
        const double off = found.items[item].difficulty() - exam.items[item].difficulty();
        within += std::abs(off) <= 2 * found.errors[item].difficulty ? 1 : 0;
        square += off * off;
        EXPECT_NEAR(found.items[item].slope, exam.items[item].slope, 4 * found.errors[item].slope) << item;
        EXPECT_NEAR(found.items[item].guessing, guessing, 0.15) << item;
    }
    EXPECT_GE(within, 13);
    EXPECT_LT(std::sqrt(square / 16), model == IrtModel::three_parameter ? 0.35 : 0.2);
    // Abilities: the expected ones correlate with the true ones as their reliability says.
    const auto abilities = expected_abilities(found.items, exam.responses);
    double error = 0;
    double stated = 0;
    for (std::size_t candidate = 0; candidate < abilities.size(); ++candidate) {
        error += std::pow(abilities[candidate].value - exam.abilities[candidate], 2);
        stated += std::pow(abilities[candidate].error, 2);
    }
    EXPECT_NEAR(error / stated, 1, 0.12);
}

TEST(CalibrationTest, DoesNotDependOnTheOrderOfCandidatesOrItems)
{
    constexpr std::uint64_t seed = 5;
    Simulator random{seed};
    const auto exam = simulate(random, 200, 6, 0.3, 0);
    BinaryMatrix turned{6};
    for (std::size_t candidate = 200; candidate-- > 0;) {
        std::vector<signed char> row{exam.responses.row(candidate).begin(), exam.responses.row(candidate).end()};
        std::ranges::reverse(row);
        turned.add_candidate(row);
    }
    const auto found = calibrate(exam.responses, {}).value();
    const auto other = calibrate(turned, {}).value();
    for (std::size_t item = 0; item < 6; ++item) {
        EXPECT_NEAR(found.items[item].slope, other.items[5 - item].slope, 1e-6);
        EXPECT_NEAR(found.errors[item].difficulty, other.errors[5 - item].difficulty, 1e-5);
    }
    EXPECT_NEAR(found.log_likelihood, other.log_likelihood, 1e-8);
}

/// An item that a random half never saw has the same parameters within its errors.
TEST(CalibrationTest, TakesItemsThatWereNotPresented)
{
    constexpr std::uint64_t seed = 6;
    Simulator random{seed};
    const auto exam = simulate(random, 3'000, 10, 0.2, 0);
    BinaryMatrix holed{10};
    for (std::size_t candidate = 0; candidate < 3'000; ++candidate) {
        std::vector<signed char> row{exam.responses.row(candidate).begin(), exam.responses.row(candidate).end()};
        if (candidate % 2 == 0) { row[3] = -1; }
        holed.add_candidate(row);
    }
    const auto found = calibrate(holed, {.nodes = 31, .tolerance = 1e-4}).value();
    EXPECT_NEAR(found.items[3].difficulty(), exam.items[3].difficulty(), 3 * found.errors[3].difficulty);
    EXPECT_GT(found.errors[3].intercept, found.errors[4].intercept * 0.9);
}

TEST(CalibrationTest, RefusesItemsThatSayNothing)
{
    BinaryMatrix matrix{2};
    matrix.add_candidate(std::array<signed char, 2>{1, 0});
    EXPECT_THAT(calibrate(matrix, {}), IsRefusedWith(EngineError::out_of_range));
    matrix.add_candidate(std::array<signed char, 2>{1, 1});
    EXPECT_THAT(calibrate(matrix, {}), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(calibrate(matrix, {.model = IrtModel::rasch, .priors = {{{0, 0.5}}, {{0, 2}}, {}}}), IsAccepted());
}

TEST(AbilityTest, IsAtTheBoundWhereAllIsRight)
{
    const std::vector<ItemParameters> items{{1, 0, 0}, {1.2, 0.5, 0}};
    EXPECT_EQ(likeliest_ability(items, std::array<signed char, 2>{1, 1}, 4).value, 4);
    EXPECT_EQ(likeliest_ability(items, std::array<signed char, 2>{0, 0}, 4).value, -4);
    const Ability middle = likeliest_ability(items, std::array<signed char, 2>{1, 0}, 4);
    EXPECT_LT(std::abs(middle.value), 1);
    const Ability nothing = expected_ability(items, std::array<signed char, 2>{-1, -1});
    EXPECT_NEAR(nothing.value, 0, 1e-12);
    EXPECT_NEAR(nothing.error, 1, 1e-6);
}

TEST(ItemFitTest, DistributesTotalsAsEveryPatternTogetherDoes)
{
    Simulator random{9};
    const auto items = simulate(random, 2, 7, 0.5, 0.15).items;
    const auto distribution = total_distribution(items, 0.3);
    std::vector<double> counted(8, 0.0);
    for (unsigned pattern = 0; pattern < 128; ++pattern) {
        double probability = 1;
        for (std::size_t item = 0; item < 7; ++item) {
            const double right = items[item].probability(0.3);
            probability *= (pattern >> item & 1U) != 0 ? right : 1 - right;
        }
        counted[static_cast<std::size_t>(std::popcount(pattern))] += probability;
    }
    EXPECT_THAT(distribution, testing::Pointwise(testing::DoubleNear(1e-14), counted));
}

/// Of items that fit, few are rejected; an item that follows no ability is found.
TEST(ItemFitTest, FindsTheItemThatDoesNotFit)
{
    constexpr std::uint64_t seed = 12;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    auto exam = simulate(random, 1'500, 15, 0.25, 0);
    BinaryMatrix bad{15};
    for (std::size_t candidate = 0; candidate < 1'500; ++candidate) {
        std::vector<signed char> row{exam.responses.row(candidate).begin(), exam.responses.row(candidate).end()};
        row[7] = std::abs(exam.abilities[candidate]) < 0.7 ? 1 : 0; // only the middle knows
        bad.add_candidate(row);
    }
    const auto calibration = calibrate(bad, {.nodes = 31, .tolerance = 1e-3, .errors = false}).value();
    const auto fits = item_fit(calibration, bad);
    ASSERT_TRUE(fits[7].p.has_value());
    EXPECT_LT(*fits[7].p, 1e-6);
    int rejected = 0;
    for (std::size_t item = 0; item < 15; ++item) {
        rejected += item != 7 && fits[item].p.value_or(1) < 0.01 ? 1 : 0;
        EXPECT_NEAR(fits[item].infit, 1, 0.35);
    }
    EXPECT_LE(rejected, 2);
}

TEST(DistributionsTest, AreThoseOfTables)
{
    using namespace analysis;
    EXPECT_NEAR(normal_upper(1.959963984540054), 0.025, 1e-15);
    EXPECT_NEAR(normal_upper(10) / 7.619853024160527e-24, 1, 1e-12);
    EXPECT_NEAR(chi_square_upper(3.841458820694124, 1), 0.05, 1e-13);
    EXPECT_NEAR(chi_square_upper(18.307038053275146, 10), 0.05, 1e-13);
    EXPECT_NEAR(chi_square_upper(1.0, 30), 1.0, 1e-12);
    EXPECT_EQ(chi_square_upper(0, 3), 1);
    EXPECT_NEAR(binomial_upper(3, 4, 0.5), 5.0 / 16, 1e-14);
    EXPECT_EQ(binomial_upper(0, 4, 0.5), 1);
    EXPECT_EQ(binomial_upper(5, 4, 0.5), 0);
}

} // namespace
} // namespace papervault::engine
