#include "analysis/distributions.hpp"
#include "analysis/pair_chances.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/similarity.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace papervault::engine {

using namespace analysis;

namespace {

/// Number of equal answers, standardised; no spread, nothing to see.
struct Standardised {
    double omega = 0;
    double p = 1;
};

Standardised standardise(double observed, std::span<const double> chances)
{
    double expected = 0;
    double variance = 0;
    for (const double chance : chances) {
        expected += chance;
        variance += chance * (1 - chance);
    }
    if (!(variance > 0)) { return {}; }
    const double omega = (observed - expected) / std::sqrt(variance);
    return {omega, normal_upper(omega)};
}

bool both_presented(std::uint8_t first, std::uint8_t second)
{
    return first != AnswerTable::not_presented && second != AnswerTable::not_presented;
}

bool agree(std::uint8_t first, std::uint8_t second)
{
    return first == second && first < AnswerTable::other;
}

/// Wrong answers of a candidate; leaving out is wrong.
std::size_t wrong_count(const AnswerTable& answers, std::size_t candidate)
{
    std::size_t count = 0;
    const auto given = answers.answers(candidate);
    for (std::size_t item = 0; item < given.size(); ++item) {
        count += given[item] != AnswerTable::not_presented && !answers.is_right(item, given[item]) ? 1U : 0U;
    }
    return count;
}

std::size_t same_wrong(const AnswerTable& answers, std::size_t first, std::size_t second)
{
    return count_pair(answers, first, second).same_wrong();
}

bool same_items(const AnswerTable& answers, std::size_t first, std::size_t second)
{
    const auto a = answers.answers(first);
    const auto b = answers.answers(second);
    for (std::size_t item = 0; item < a.size(); ++item) {
        if ((a[item] == AnswerTable::not_presented) != (b[item] == AnswerTable::not_presented)) { return false; }
    }
    return true;
}

/// Value at x of the polynomial of a degree (1 or 2) fitted by least squares.
double fitted(const std::vector<double>& xs, const std::vector<double>& ys, std::size_t degree, double x)
{
    const std::size_t size = degree + 1;
    std::vector<std::vector<double>> rows(size, std::vector<double>(size + 1, 0.0));
    for (std::size_t n = 0; n < xs.size(); ++n) {
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t j = 0; j < size; ++j) { rows[i][j] += std::pow(xs[n], static_cast<double>(i + j)); }
            rows[i][size] += ys[n] * std::pow(xs[n], static_cast<double>(i));
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        std::size_t pivot = i;
        for (std::size_t k = i + 1; k < size; ++k) {
            if (std::abs(rows[k][i]) > std::abs(rows[pivot][i])) { pivot = k; }
        }
        std::swap(rows[i], rows[pivot]);
        for (std::size_t k = 0; k < size; ++k) {
            if (k == i) { continue; }
            const double factor = rows[k][i] / rows[i][i];
            for (std::size_t j = i; j <= size; ++j) { rows[k][j] -= factor * rows[i][j]; }
        }
    }
    double value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value += rows[i][size] / rows[i][i] * std::pow(x, static_cast<double>(i));
    }
    return value;
}

/// K, K1 and K2: agreement with the source's wrong answers, by groups of candidates with equally many wrong answers.
void add_k_indices(CopyingTests& tests, const AnswerTable& answers, std::size_t source, std::size_t copier)
{
    const std::size_t of_source = wrong_count(answers, source);
    const std::size_t of_copier = wrong_count(answers, copier);
    if (of_source == 0) { return; }
    struct Group {
        double candidates = 0;
        double same = 0;
    };
    std::vector<Group> groups(answers.item_count() + 1);
    for (std::size_t candidate = 0; candidate < answers.candidate_count(); ++candidate) {
        if (candidate == source || !same_items(answers, candidate, copier)) { continue; }
        Group& group = groups[wrong_count(answers, candidate)];
        group.candidates += 1;
        group.same += static_cast<double>(same_wrong(answers, candidate, source));
    }
    const std::size_t observed = same_wrong(answers, source, copier);
    const auto items = static_cast<double>(answers.item_count());
    std::vector<double> places;
    std::vector<double> shares;
    for (std::size_t wrong = 0; wrong < groups.size(); ++wrong) {
        if (groups[wrong].candidates == 0) { continue; }
        places.push_back(static_cast<double>(wrong) / items);
        shares.push_back(groups[wrong].same / groups[wrong].candidates / static_cast<double>(of_source));
    }
    const Group& own = groups[of_copier];
    const double share = own.same / own.candidates / static_cast<double>(of_source); // the copier is in it
    tests.k = binomial_upper(observed, of_source, share);
    const double place = static_cast<double>(of_copier) / items;
    const auto at = [&](std::size_t degree) {
        const double value = fitted(places, shares, degree, place);
        const double kept = value >= 1 ? 0.999 : value <= 0 ? 0.001 : value;
        return binomial_upper(observed, of_source, kept);
    };
    if (places.size() >= 3) { tests.k1 = at(1); }
    if (places.size() >= 4) { tests.k2 = at(2); }
}

} // namespace

namespace analysis {

std::vector<MatchChances> pair_chances(const AnswerTable& answers, const ResponseModel& model, std::size_t first,
                                       std::size_t second, std::span<const double> abilities)
{
    const auto a = answers.answers(first);
    const auto b = answers.answers(second);
    std::array<double, AnswerTable::options_max> of_first{};
    std::array<double, AnswerTable::options_max> of_second{};
    std::vector<MatchChances> all;
    all.reserve(a.size());
    for (std::size_t item = 0; item < a.size(); ++item) {
        if (!both_presented(a[item], b[item])) { continue; }
        const std::size_t options = answers.option_count(item);
        model.probabilities(item, abilities[first], std::span{of_first}.first(options));
        model.probabilities(item, abilities[second], std::span{of_second}.first(options));
        MatchChances& chances = all.emplace_back();
        for (std::size_t option = 0; option < options; ++option) {
            const double chance = of_first[option] * of_second[option];
            (answers.is_right(item, static_cast<std::uint8_t>(option)) ? chances.right : chances.wrong) += chance;
        }
    }
    return all;
}

DecidingTests deciding_tests(std::span<const MatchChances> chances, const PairCounts& counts)
{
    std::vector<double> all;
    std::vector<double> wrong;
    for (const MatchChances& chance : chances) {
        all.push_back(chance.right + chance.wrong);
        wrong.push_back(chance.wrong);
    }
    return {SuccessDistribution{all}.tail(counts.same), SuccessDistribution{wrong}.tail(counts.same_wrong())};
}

} // namespace analysis

PairCounts count_pair(const AnswerTable& answers, std::size_t first, std::size_t second)
{
    PairCounts counts;
    const auto a = answers.answers(first);
    const auto b = answers.answers(second);
    for (std::size_t item = 0; item < a.size(); ++item) {
        counts.common += both_presented(a[item], b[item]) ? 1U : 0U;
        if (!agree(a[item], b[item])) { continue; }
        ++counts.same;
        counts.same_right += answers.is_right(item, a[item]) ? 1U : 0U;
    }
    return counts;
}

PairTests test_pair(const AnswerTable& answers, const ResponseModel& model, std::size_t first, std::size_t second,
                    std::span<const double> abilities)
{
    PAPERVAULT_ASSERT(model.item_count() == answers.item_count() && abilities.size() == answers.candidate_count());
    const auto chances = pair_chances(answers, model, first, second, abilities);
    const PairCounts counts = count_pair(answers, first, second);
    std::vector<double> all;
    for (const MatchChances& chance : chances) { all.push_back(chance.right + chance.wrong); }
    const Standardised omega = standardise(counts.same, all);
    const DecidingTests deciding = deciding_tests(chances, counts);
    return {.omega = omega.omega,
            .omega_p = omega.p,
            .gbt_p = deciding.gbt_p,
            .wrong_p = deciding.wrong_p,
            .m4_p = m4_tail(chances, counts.same_right, counts.same_wrong())};
}

CopyingTests test_copying(const AnswerTable& answers, const ResponseModel& model, std::size_t source,
                          std::size_t copier, std::span<const double> abilities)
{
    PAPERVAULT_ASSERT(source != copier && model.item_count() == answers.item_count());
    const auto of_source = answers.answers(source);
    const auto of_copier = answers.answers(copier);
    std::vector<double> chances;
    std::array<double, AnswerTable::options_max> probabilities{};
    double observed = 0;
    for (std::size_t item = 0; item < of_source.size(); ++item) {
        // Only an answer that the source gave can be copied.
        if (!both_presented(of_source[item], of_copier[item]) || of_source[item] >= AnswerTable::other) { continue; }
        model.probabilities(item, abilities[copier], std::span{probabilities}.first(answers.option_count(item)));
        chances.push_back(probabilities[of_source[item]]);
        observed += agree(of_source[item], of_copier[item]) ? 1 : 0;
    }
    const Standardised omega = standardise(observed, chances);
    CopyingTests tests{.omega = omega.omega,
                       .omega_p = omega.p,
                       .gbt_p = SuccessDistribution{chances}.tail(static_cast<std::size_t>(observed)),
                       .k = {},
                       .k1 = {},
                       .k2 = {}};
    add_k_indices(tests, answers, source, copier);
    return tests;
}

} // namespace papervault::engine
