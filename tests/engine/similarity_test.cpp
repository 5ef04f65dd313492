#include "engine/similarity_support.hpp"

#include "analysis/ability_bands.hpp"
#include "analysis/agreement.hpp"
#include "analysis/counting_distributions.hpp"
#include "analysis/pair_chances.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace papervault::engine {
namespace {

using testing::Contains;
using testing::IsEmpty;
using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

SimilaritySearch search(const AnswerTable& answers, const SimilarityOptions& options = {})
{
    const auto model = calibrate_for_similarity(answers).value();
    return find_similar_pairs(answers, model.responses, model.abilities, options).value();
}

Pairs flagged(const SimilaritySearch& found)
{
    Pairs pairs;
    for (const SimilarPair& pair : found.similar) {
        if (pair.flagged) { pairs.emplace_back(pair.first, pair.second); }
    }
    return pairs;
}

TEST(SimilaritySearchTest, FindsThoseWhoCopied)
{
    constexpr std::uint64_t seed = 31;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto batch = simulate_batch(
        random, {.candidates = 400, .items = 80, .copies = {{3, 250}, {17, 18}, {90, 399}}, .copied_share = 0.7});
    const auto found = search(batch.answers);
    const Pairs pairs = flagged(found);
    EXPECT_THAT(pairs, Contains(std::pair(3U, 250U)));
    EXPECT_THAT(pairs, Contains(std::pair(17U, 18U)));
    EXPECT_THAT(pairs, Contains(std::pair(90U, 399U)));
    EXPECT_LE(pairs.size(), 4U) << "more than the copies and one false alarm";
    EXPECT_EQ(found.pairs, 400U * 399 / 2);
    EXPECT_LT(found.examined, found.pairs / 20) << "the bounds let too much through";
}

/// Family-wise error 1 %, listed 5 %: of 40 batches without copying, few may flag anything.
TEST(SimilaritySearchTest, RarelyFlagsAnythingInHonestBatches)
{
    int with_flags = 0;
    int with_lists = 0;
    constexpr int batches = 40;
    for (std::uint64_t seed = 100; seed < 100 + batches; ++seed) {
        Simulator random{seed};
        const BatchShape shape{.candidates = seed % 2 == 0 ? 30U : 150U, .items = 50, .copies = {}};
        const auto found = search(simulate_batch(random, shape).answers);
        const bool flags = !flagged(found).empty();
        with_flags += flags ? 1 : 0;
        with_lists += std::ranges::any_of(found.similar, &SimilarPair::listed) ? 1 : 0;
        if (flags) { std::printf("seed %llu flags a pair\n", static_cast<unsigned long long>(seed)); }
    }
    // 0.4 and 2 are expected at the most; beyond 4 and 8 the error rates are broken (binomial tails below 0.002).
    EXPECT_LE(with_flags, 4);
    EXPECT_LE(with_lists, 8);
}

/// What the search keeps is what testing each pair keeps: no pair at the level is missed.
TEST(SimilaritySearchTest, MissesNoPairAtItsLevel)
{
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulator random{seed};
        const auto batch = simulate_batch(
            random, {.candidates = 120, .items = 70, .copies = {{0, 1}, {2, 3}, {4, 5}, {6, 7}}, .copied_share = 0.4});
        const auto model = calibrate_for_similarity(batch.answers).value();
        const auto found = find_similar_pairs(batch.answers, model.responses, model.abilities, {}).value();
        Pairs kept;
        for (const SimilarPair& pair : found.similar) { kept.emplace_back(pair.first, pair.second); }
        std::ranges::sort(kept);
        Pairs expected;
        for (std::uint32_t first = 0; first < 120; ++first) {
            for (std::uint32_t second = first + 1; second < 120; ++second) {
                const auto tests = analysis::deciding_tests(
                    analysis::pair_chances(batch.answers, model.responses, first, second, model.abilities),
                    count_pair(batch.answers, first, second));
                if (2 * std::min(tests.gbt_p, tests.wrong_p) <= found.level) { expected.emplace_back(first, second); }
            }
        }
        EXPECT_EQ(kept, expected);
        EXPECT_GT(expected.size(), 3U);
    }
}

TEST(AbilityBandsTest, NeverAskForMoreThanAPairNeeds)
{
    constexpr std::uint64_t seed = 8;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto batch = simulate_batch(random, {.candidates = 150, .items = 40, .copies = {}});
    const auto model = calibrate_for_similarity(batch.answers).value();
    const auto bands = analysis::AbilityBands::divide(batch.answers, model.responses, model.abilities, 1).value();
    for (const double level : {0.3, 1e-3, 1e-9}) {
        std::size_t looser = 0;
        for (std::size_t first = 0; first < bands.bands().size(); ++first) {
            for (std::size_t second = first; second < bands.bands().size(); ++second) {
                const auto minimum = bands.minimum(first, second, level);
                for (std::size_t a = bands.bands()[first].from; a < bands.bands()[first].to; ++a) {
                    for (std::size_t b = bands.bands()[second].from; b < bands.bands()[second].to; ++b) {
                        if (a == b) { continue; }
                        const auto chances = analysis::pair_chances(batch.answers, model.responses, bands.order()[a],
                                                                    bands.order()[b], model.abilities);
                        std::vector<double> all;
                        for (const auto& chance : chances) { all.push_back(chance.right + chance.wrong); }
                        const std::size_t needed = analysis::SuccessDistribution{all}.least_count(level);
                        ASSERT_LE(minimum.same, needed);
                        looser += needed - minimum.same;
                    }
                }
            }
        }
        EXPECT_LT(looser, 150U * 150) << "the bound is more than a count or so below what pairs need";
    }
}

class PathTest : public testing::TestWithParam<AgreementPath> {};
constexpr std::array path_names{"Automatic", "Plain", "Avx2", "Avx512"};
INSTANTIATE_TEST_SUITE_P(Paths, PathTest,
                         testing::Values(AgreementPath::plain, AgreementPath::avx2, AgreementPath::avx512),
                         [](const auto& path) { return path_names.at(static_cast<std::size_t>(path.param)); });

/// Against counting pair by pair, on shapes of one word, two and more, few options and many.
TEST_P(PathTest, CountsAsPairByPair)
{
    if (!is_supported(GetParam())) { GTEST_SKIP() << "NOT TESTED: this processor lacks the instructions"; }
    struct Shape {
        std::size_t items, options;
    };
    std::uint64_t seed = 40;
    for (const Shape shape : {Shape{1, 2}, Shape{40, 4}, Shape{64, 5}, Shape{65, 4}, Shape{100, 5}, Shape{130, 9},
                              Shape{200, 2}, Shape{70, 250}}) {
        SCOPED_TRACE("seed " + std::to_string(++seed) + ", " + std::to_string(shape.items) + " items, " +
                     std::to_string(shape.options) + " options");
        Simulator random{seed};
        AnswerTable answers =
            simulate_batch(
                random,
                {.candidates = 75, .items = shape.items, .options = shape.options, .left_out = 0.1, .copies = {}})
                .answers;
        std::vector<std::uint8_t> odd(shape.items, AnswerTable::other);
        answers.add_candidate(odd);
        odd.assign(shape.items, AnswerTable::not_presented);
        answers.add_candidate(odd);
        std::vector<std::uint32_t> order(answers.candidate_count());
        std::iota(order.begin(), order.end(), 0U);
        const analysis::PackedAnswers packed{answers, order};
        const auto scan = analysis::scan_for(GetParam(), packed.planes(), packed.words());
        for (std::size_t row = 0; row < order.size(); row += 3) {
            const auto same_min = static_cast<std::uint32_t>(random.below(shape.items + 2));
            const auto wrong_min = static_cast<std::uint32_t>(1 + random.below(shape.items + 1));
            const std::size_t from = random.below(order.size());
            const std::size_t to = from + random.below(order.size() - from + 1);
            std::vector<std::uint32_t> hits;
            scan(packed, {row, from, to, same_min, wrong_min}, hits);
            std::vector<std::uint32_t> expected;
            for (std::size_t place = from; place < to; ++place) {
                const PairCounts counts = count_pair(answers, row, place);
                if (counts.same >= same_min || counts.same_wrong() >= wrong_min) {
                    expected.push_back(static_cast<std::uint32_t>(place));
                }
            }
            ASSERT_EQ(hits, expected) << "row " << row;
        }
    }
}

TEST_P(PathTest, FindsTheSamePairsOnAnyNumberOfThreads)
{
    if (!is_supported(GetParam())) { GTEST_SKIP() << "NOT TESTED: this processor lacks the instructions"; }
    constexpr std::uint64_t seed = 77;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto batch =
        simulate_batch(random, {.candidates = 500, .items = 100, .copies = {{1, 2}, {400, 30}}, .copied_share = 0.5});
    const auto model = calibrate_for_similarity(batch.answers).value();
    const auto one = find_similar_pairs(batch.answers, model.responses, model.abilities,
                                        {.threads = 1, .path = AgreementPath::plain})
                         .value();
    for (const unsigned threads : {1U, 2U, 3U}) {
        const auto found = find_similar_pairs(batch.answers, model.responses, model.abilities,
                                              {.threads = threads, .path = GetParam()})
                               .value();
        EXPECT_EQ(found.examined, one.examined);
        ASSERT_EQ(found.similar.size(), one.similar.size());
        for (std::size_t n = 0; n < one.similar.size(); ++n) {
            EXPECT_EQ(found.similar[n].first, one.similar[n].first);
            EXPECT_EQ(found.similar[n].second, one.similar[n].second);
            EXPECT_EQ(found.similar[n].p, one.similar[n].p);
            EXPECT_EQ(found.similar[n].holm_p, one.similar[n].holm_p);
        }
    }
}

TEST(SimilaritySearchTest, DoesNotDependOnNamesOfOptionsOrOrderOfCandidates)
{
    constexpr std::uint64_t seed = 51;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto batch =
        simulate_batch(random, {.candidates = 60, .items = 50, .copies = {{10, 20}}, .copied_share = 0.8});
    // Option k is called 3 − k, candidates come from the last to the first.
    std::vector<std::vector<bool>> right;
    for (std::size_t item = 0; item < 50; ++item) {
        auto& options = right.emplace_back();
        for (std::size_t option = 4; option-- > 0;) {
            options.push_back(batch.answers.is_right(item, static_cast<std::uint8_t>(option)));
        }
    }
    AnswerTable turned{right};
    for (std::size_t candidate = 60; candidate-- > 0;) {
        std::vector<std::uint8_t> row;
        for (const std::uint8_t answer : batch.answers.answers(candidate)) {
            row.push_back(answer < 4 ? static_cast<std::uint8_t>(3 - answer) : answer);
        }
        turned.add_candidate(row);
    }
    const auto found = search(batch.answers);
    const auto other = search(turned);
    ASSERT_EQ(found.similar.size(), other.similar.size());
    EXPECT_THAT(flagged(found), Contains(std::pair(10U, 20U)));
    for (const SimilarPair& pair : found.similar) {
        const auto same = std::ranges::find_if(other.similar, [&](const SimilarPair& each) {
            return each.first == 59 - pair.second && each.second == 59 - pair.first;
        });
        ASSERT_NE(same, other.similar.end());
        EXPECT_EQ(same->counts, pair.counts);
        EXPECT_NEAR(same->p / pair.p, 1, 1e-4); // the estimates stop within a tolerance
    }
}

/// Candidates with different forms share only some items; nothing not presented to both counts.
TEST(SimilaritySearchTest, ComparesOnlyWhatBothWereAsked)
{
    constexpr std::uint64_t seed = 61;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto whole =
        simulate_batch(random, {.candidates = 200, .items = 90, .copies = {{4, 9}, {5, 11}}, .copied_share = 0.9});
    AnswerTable answers = [&] {
        std::vector<std::vector<bool>> right;
        for (std::size_t item = 0; item < 90; ++item) {
            auto& options = right.emplace_back();
            for (std::uint8_t option = 0; option < 4; ++option) {
                options.push_back(whole.answers.is_right(item, option));
            }
        }
        return AnswerTable{right};
    }();
    for (std::size_t candidate = 0; candidate < 200; ++candidate) {
        std::vector<std::uint8_t> row{whole.answers.answers(candidate).begin(), whole.answers.answers(candidate).end()};
        // Form A has the first 60 items, form B the last 60; 4 and 9 have different forms, 5 and 11 the same.
        const bool form_b = candidate % 2 == 1 && candidate != 5 && candidate != 11;
        for (std::size_t item = 0; item < 30; ++item) { row[form_b ? item : 60 + item] = AnswerTable::not_presented; }
        answers.add_candidate(row);
    }
    EXPECT_EQ(count_pair(answers, 4, 9).common, 30U);
    EXPECT_EQ(count_pair(answers, 5, 11).common, 60U);
    const Pairs pairs = flagged(search(answers));
    EXPECT_THAT(pairs, Contains(std::pair(5U, 11U)));
}

TEST(SimilaritySearchTest, AdjustsAsHolmAndBenjaminiHochberg)
{
    constexpr std::uint64_t seed = 71;
    Simulator random{seed};
    const auto found =
        search(simulate_batch(random, {.candidates = 100, .items = 60, .copies = {{1, 2}, {3, 4}}, .copied_share = 0.6})
                   .answers);
    ASSERT_GT(found.similar.size(), 3U);
    double holm = 0;
    for (std::size_t n = 0; n < found.similar.size(); ++n) {
        const SimilarPair& pair = found.similar[n];
        if (n > 0) { EXPECT_GE(pair.p, found.similar[n - 1].p); }
        holm = std::max(holm, std::min(1.0, pair.p * static_cast<double>(found.pairs - n)));
        EXPECT_DOUBLE_EQ(pair.holm_p, holm);
        double lowest = 1;
        for (std::size_t later = n; later < found.similar.size(); ++later) {
            lowest = std::min(lowest, found.similar[later].p * static_cast<double>(found.pairs) /
                                          static_cast<double>(later + 1));
        }
        EXPECT_DOUBLE_EQ(pair.bh_q, lowest);
        EXPECT_EQ(pair.flagged, pair.holm_p <= 0.01);
        EXPECT_EQ(pair.listed, pair.bh_q <= 0.05);
    }
}

TEST(SimilaritySearchTest, StopsWhereTheModelFitsNothing)
{
    // Everyone gives the same answers, and the model says that nobody would.
    AnswerTable answers{std::vector<std::vector<bool>>(40, {true, false, false, false})};
    for (int candidate = 0; candidate < 60; ++candidate) { answers.add_candidate(std::vector<std::uint8_t>(40, 2)); }
    const std::vector<ItemParameters> items(40, ItemParameters{1, 0, 0});
    const std::vector<double> abilities(60, 0.0);
    const auto model = fit_response_model(answers, items, abilities);
    EXPECT_THAT(find_similar_pairs(answers, model, abilities, {.kept_max = 100}),
                IsRefusedWith(EngineError::out_of_range));
}

TEST(SimilaritySearchTest, OfNobodyAndOfOneIsEmpty)
{
    AnswerTable answers{{{true, false}}};
    const ResponseModel model = score_model(std::vector{ItemParameters{1, 0, 0}});
    EXPECT_EQ(find_similar_pairs(answers, model, {}, {}).value().pairs, 0U);
    answers.add_candidate(std::vector<std::uint8_t>{0});
    EXPECT_THAT(find_similar_pairs(answers, model, std::vector{0.0}, {}).value().similar, IsEmpty());
}

TEST(ResponseModelTest, GivesProbabilities)
{
    Simulator random{81};
    const auto batch = simulate_batch(random, {.candidates = 500, .items = 20, .options = 5, .copies = {}});
    const auto model = calibrate_for_similarity(batch.answers).value();
    std::array<double, 5> probabilities{};
    for (std::size_t item = 0; item < 20; ++item) {
        for (const double ability : {-8.0, -1.0, 0.0, 2.5, 8.0}) {
            model.responses.probabilities(item, ability, probabilities);
            const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
            EXPECT_LE(sum, 1 + 1e-12);
            EXPECT_GT(sum, 0.8) << "leaving out was rare";
            EXPECT_THAT(probabilities, testing::Each(testing::Ge(0)));
        }
    }
}

/// A nominal model is the shares of its exponentials; indices take it as any other.
TEST(ResponseModelTest, MayBeNominal)
{
    const std::vector<NominalItem> items{{{0.2, -0.5, 0.3}, {0.8, -0.6, -0.2}}, {{0, 0, 0}, {0, 0, 0}}};
    const ResponseModel model = nominal_model(items);
    std::array<double, 3> found{};
    model.probabilities(0, 1.5, found);
    const std::array weights{std::exp(0.2 + 0.8 * 1.5), std::exp(-0.5 - 0.6 * 1.5), std::exp(0.3 - 0.2 * 1.5)};
    const double sum = weights[0] + weights[1] + weights[2];
    for (std::size_t option = 0; option < 3; ++option) { EXPECT_NEAR(found[option], weights[option] / sum, 1e-15); }
    AnswerTable answers{{{true, false, false}, {false, true, false}}};
    answers.add_candidate(std::vector<std::uint8_t>{1, 2});
    answers.add_candidate(std::vector<std::uint8_t>{1, 2});
    const std::vector<double> abilities{1.5, 1.5};
    const CopyingTests copying = test_copying(answers, model, 0, 1, abilities);
    const double first = weights[1] / sum;
    EXPECT_NEAR(copying.gbt_p, first / 3, 1e-15);
    EXPECT_NEAR(copying.omega, (2 - first - 1.0 / 3) / std::sqrt(first * (1 - first) + 2.0 / 9), 1e-12);
}

/// By hand: three candidates, the source has two wrong answers, the copier both of them.
TEST(CopyingTestsTest, KIsTheBinomialTailByTheGroupOfTheCopier)
{
    AnswerTable answers{std::vector<std::vector<bool>>(4, {true, false, false})};
    answers.add_candidate(std::vector<std::uint8_t>{1, 2, 0, 0}); // source: wrong on two
    answers.add_candidate(std::vector<std::uint8_t>{1, 2, 0, 0}); // copier: the same
    answers.add_candidate(std::vector<std::uint8_t>{0, 1, 1, 0}); // of the copier's group, none the same
    const std::vector<ItemParameters> items(4, ItemParameters{1, 0, 0});
    const std::vector<double> abilities(3, 0.0);
    const auto found = test_copying(answers, fit_response_model(answers, items, abilities), 0, 1, abilities);
    ASSERT_TRUE(found.k.has_value());
    EXPECT_NEAR(*found.k, 0.25, 1e-12); // mean of 2 and 0 of 2: P(Bin(2, 0.5) ≥ 2)
    EXPECT_EQ(found.k1, std::nullopt) << "one group makes no line";
}

/// Values of a polynomial fitted by least squares, by projection on orthogonal polynomials of the places.
double fitted_by_projection(const std::vector<double>& places, const std::vector<double>& values, std::size_t degree,
                            double at)
{
    std::vector<std::vector<double>> basis; // each at the places, then where the value is wanted
    double fitted = 0;
    for (std::size_t power = 0; power <= degree; ++power) {
        std::vector<double> next;
        for (const double place : places) { next.push_back(std::pow(place, static_cast<double>(power))); }
        next.push_back(std::pow(at, static_cast<double>(power)));
        for (const auto& before : basis) {
            double product = 0;
            double square = 0;
            for (std::size_t n = 0; n < places.size(); ++n) {
                product += next[n] * before[n];
                square += before[n] * before[n];
            }
            for (std::size_t n = 0; n < next.size(); ++n) { next[n] -= product / square * before[n]; }
        }
        double product = 0;
        double square = 0;
        for (std::size_t n = 0; n < places.size(); ++n) {
            product += next[n] * values[n];
            square += next[n] * next[n];
        }
        fitted += product / square * next.back();
        basis.push_back(std::move(next));
    }
    return fitted;
}

/// P(at least `least` of `trials`), term by term from Pascal's triangle.
double binomial_tail(std::size_t least, std::size_t trials, double chance)
{
    std::vector<double> ways{1};
    for (std::size_t n = 0; n < trials; ++n) {
        ways.push_back(0);
        for (std::size_t k = ways.size() - 1; k > 0; --k) { ways[k] += ways[k - 1]; }
    }
    double sum = 0;
    for (std::size_t k = least; k <= trials; ++k) {
        sum +=
            ways[k] * std::pow(chance, static_cast<double>(k)) * std::pow(1 - chance, static_cast<double>(trials - k));
    }
    return sum;
}

/// K, K1 and K2 worked out anew from their definitions (Holland 1996; Sotaridona & Meijer 2002, with the regressions on
/// group means without weights and the bounds 0.001 and 0.999 of R's CopyDetect 1.4): no published table has values.
TEST(CopyingTestsTest, KIndicesAreThoseOfTheirDefinitions)
{
    constexpr std::uint64_t seed = 1996;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator random{seed};
    const auto batch = simulate_batch(
        random, {.candidates = 160, .items = 24, .options = 4, .left_out = 0.03, .copies = {{3, 9}, {5, 11}}});
    const AnswerTable& answers = batch.answers;
    const std::vector<ItemParameters> curves(24, ItemParameters{1, 0, 0});
    const auto model = fit_response_model(answers, curves, batch.abilities);
    const auto wrong = [&](std::size_t candidate) {
        std::size_t count = 0;
        for (std::size_t item = 0; item < 24; ++item) {
            count += answers.is_right(item, answers.answers(candidate)[item]) ? 0U : 1U;
        }
        return count;
    };
    const auto same_wrong = [&](std::size_t first, std::size_t second) {
        std::size_t count = 0;
        for (std::size_t item = 0; item < 24; ++item) {
            const std::uint8_t one = answers.answers(first)[item];
            const bool same = one == answers.answers(second)[item] && one < answers.option_count(item);
            count += same && !answers.is_right(item, one) ? 1U : 0U;
        }
        return count;
    };
    int with_all = 0;
    for (std::size_t source = 0; source < 14; ++source) {
        for (std::size_t copier = 0; copier < 14; ++copier) {
            if (source == copier || wrong(source) == 0) { continue; }
            SCOPED_TRACE(std::to_string(copier) + " from " + std::to_string(source));
            const auto found = test_copying(answers, model, source, copier, batch.abilities);
            const auto of_source = static_cast<double>(wrong(source));
            std::vector<double> places;
            std::vector<double> shares;
            double own_share = 0;
            for (std::size_t group = 0; group <= 24; ++group) {
                double members = 0;
                double same = 0;
                for (std::size_t candidate = 0; candidate < 160; ++candidate) {
                    if (candidate == source || wrong(candidate) != group) { continue; }
                    members += 1;
                    same += static_cast<double>(same_wrong(candidate, source));
                }
                if (members == 0) { continue; }
                places.push_back(static_cast<double>(group) / 24);
                shares.push_back(same / members / of_source);
                if (group == wrong(copier)) { own_share = shares.back(); }
            }
            const std::size_t observed = same_wrong(source, copier);
            const auto tail = [&](double chance) {
                return binomial_tail(observed, wrong(source), chance >= 1 ? 0.999 : chance <= 0 ? 0.001 : chance);
            };
            const double place = static_cast<double>(wrong(copier)) / 24;
            ASSERT_TRUE(found.k.has_value());
            EXPECT_NEAR(*found.k, binomial_tail(observed, wrong(source), own_share), 1e-11);
            ASSERT_EQ(found.k1.has_value(), places.size() >= 3);
            ASSERT_EQ(found.k2.has_value(), places.size() >= 4);
            if (found.k1) { EXPECT_NEAR(*found.k1, tail(fitted_by_projection(places, shares, 1, place)), 1e-9); }
            if (found.k2) {
                EXPECT_NEAR(*found.k2, tail(fitted_by_projection(places, shares, 2, place)), 1e-9);
                ++with_all;
            }
        }
    }
    EXPECT_GT(with_all, 100);
}

} // namespace
} // namespace papervault::engine
