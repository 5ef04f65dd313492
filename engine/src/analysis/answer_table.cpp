#include "analysis/dense.hpp"
#include "analysis/item_curve.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/similarity.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace papervault::engine {

using analysis::Symmetric;

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();
/// More options than this and which wrong one is taken as independent of the ability.
constexpr std::size_t sloped_options_max = 12;

/// Wrong answers to one item by groups of nearly equal ability.
struct WrongCounts {
    std::vector<double> abilities;           ///< Mean of each group.
    std::vector<std::vector<double>> counts; ///< By group, by category.
};

/// log Σ exp over the finite entries.
double log_sum(const std::vector<double>& logits)
{
    const double highest = *std::ranges::max_element(logits);
    if (highest == impossible) { return impossible; }
    double sum = 0;
    for (const double logit : logits) { sum += std::exp(logit - highest); }
    return highest + std::log(sum);
}

/// Newton's method for a multinomial logistic curve with normal priors; `categories` are places in the result.
void fit_wrong(ResponseModel::Item& item, const WrongCounts& counts, const std::vector<std::size_t>& categories)
{
    constexpr double intercept_precision = 1.0 / 4; // N(0, 2²)
    constexpr double slope_precision = 1;           // N(0, 1)
    const std::size_t size = categories.size();
    std::vector<double> point(2 * size, 0.0);
    std::vector<double> logits(size);
    const auto value = [&](const std::vector<double>& at) {
        double sum = 0;
        for (std::size_t k = 0; k < size; ++k) {
            sum -= (intercept_precision * at[2 * k] * at[2 * k] + slope_precision * at[2 * k + 1] * at[2 * k + 1]) / 2;
        }
        for (std::size_t group = 0; group < counts.abilities.size(); ++group) {
            for (std::size_t k = 0; k < size; ++k) { logits[k] = at[2 * k] + at[2 * k + 1] * counts.abilities[group]; }
            const double all = log_sum(logits);
            for (std::size_t k = 0; k < size; ++k) { sum += counts.counts[group][categories[k]] * (logits[k] - all); }
        }
        return sum;
    };
    double reached = value(point);
    for (int step = 0; step < 30; ++step) {
        Symmetric curvature{2 * size};
        std::vector<double> gradient(2 * size);
        for (std::size_t k = 0; k < size; ++k) {
            gradient[2 * k] = -intercept_precision * point[2 * k];
            gradient[2 * k + 1] = -slope_precision * point[2 * k + 1];
            curvature.at(2 * k, 2 * k) = intercept_precision;
            curvature.at(2 * k + 1, 2 * k + 1) = slope_precision;
        }
        for (std::size_t group = 0; group < counts.abilities.size(); ++group) {
            const double ability = counts.abilities[group];
            double total = 0;
            for (std::size_t k = 0; k < size; ++k) {
                logits[k] = point[2 * k] + point[2 * k + 1] * ability;
                total += counts.counts[group][categories[k]];
            }
            if (total == 0) { continue; }
            const double all = log_sum(logits);
            for (std::size_t k = 0; k < size; ++k) {
                const double share = std::exp(logits[k] - all);
                const double residual = counts.counts[group][categories[k]] - total * share;
                gradient[2 * k] += residual;
                gradient[2 * k + 1] += residual * ability;
                for (std::size_t j = 0; j < size; ++j) {
                    const double other = std::exp(logits[j] - all);
                    const double weight = total * (k == j ? share * (1 - share) : -share * other);
                    curvature.at(2 * k, 2 * j) += weight;
                    curvature.at(2 * k + 1, 2 * j) += weight * ability;
                    curvature.at(2 * k, 2 * j + 1) += weight * ability;
                    curvature.at(2 * k + 1, 2 * j + 1) += weight * ability * ability;
                }
            }
        }
        if (!curvature.factorise()) { break; }
        std::vector<double> move = gradient;
        curvature.solve(move);
        bool moved = false;
        for (double share = 1; share > 1e-4 && !moved; share /= 2) {
            std::vector<double> next = point;
            for (std::size_t i = 0; i < next.size(); ++i) { next[i] += share * move[i]; }
            if (const double there = value(next); there > reached) {
                moved = there - reached > 1e-9;
                point = std::move(next);
                reached = there;
                break;
            }
        }
        if (!moved) { break; }
    }
    for (std::size_t k = 0; k < size; ++k) {
        item.wrong_intercept[categories[k]] = point[2 * k];
        item.wrong_slope[categories[k]] = point[2 * k + 1];
    }
}

/// Shares alone, half a candidate added to each.
void count_wrong(ResponseModel::Item& item, const WrongCounts& counts, const std::vector<std::size_t>& categories)
{
    for (const std::size_t category : categories) {
        double sum = 0.5;
        for (const auto& group : counts.counts) { sum += group[category]; }
        item.wrong_intercept[category] = std::log(sum);
    }
}

/// Candidates by ability in at most 200 groups of equal size.
std::vector<std::vector<std::size_t>> ability_groups(std::span<const double> abilities)
{
    constexpr std::size_t groups_max = 200;
    std::vector<std::size_t> ranked(abilities.size());
    std::iota(ranked.begin(), ranked.end(), std::size_t{0});
    std::ranges::sort(ranked, [&](std::size_t left, std::size_t right) {
        return std::pair{abilities[left], left} < std::pair{abilities[right], right};
    });
    const std::size_t count = std::min(groups_max, ranked.size());
    std::vector<std::vector<std::size_t>> groups(count);
    for (std::size_t place = 0; place < ranked.size(); ++place) {
        groups[place * count / ranked.size()].push_back(ranked[place]);
    }
    return groups;
}

} // namespace

AnswerTable::AnswerTable(std::vector<std::vector<bool>> right) : right_{std::move(right)}
{
    PAPERVAULT_ASSERT(!right_.empty());
    PAPERVAULT_ASSERT(std::ranges::all_of(
        right_, [](const auto& options) { return !options.empty() && options.size() <= options_max; }));
}

void AnswerTable::add_candidate(std::span<const std::uint8_t> answers)
{
    PAPERVAULT_ASSERT(answers.size() == right_.size());
    for (std::size_t item = 0; item < answers.size(); ++item) {
        PAPERVAULT_ASSERT(answers[item] >= other || answers[item] < right_[item].size());
    }
    answers_.insert(answers_.end(), answers.begin(), answers.end());
}

BinaryMatrix AnswerTable::scored() const
{
    BinaryMatrix scored{item_count()};
    std::vector<signed char> row(item_count());
    for (std::size_t candidate = 0; candidate < candidate_count(); ++candidate) {
        const auto given = answers(candidate);
        for (std::size_t item = 0; item < row.size(); ++item) {
            row[item] = given[item] == not_presented ? -1 : is_right(item, given[item]) ? 1 : 0;
        }
        scored.add_candidate(row);
    }
    return scored;
}

void ResponseModel::probabilities(std::size_t item, double ability, std::span<double> into) const
{
    const Item& at = items_[item];
    const double right = at.curve.probability(ability);
    const double wrong = (1 - at.curve.guessing) * analysis::logistic(-(at.curve.slope * ability + at.curve.intercept));
    double highest = impossible;
    for (std::size_t k = 0; k < at.wrong_intercept.size(); ++k) {
        highest = std::max(highest, at.wrong_intercept[k] + at.wrong_slope[k] * ability);
    }
    double sum = 0;
    for (std::size_t k = 0; k < at.wrong_intercept.size(); ++k) {
        const double weight =
            highest == impossible ? 0 : std::exp(at.wrong_intercept[k] + at.wrong_slope[k] * ability - highest);
        sum += weight;
        if (k < into.size()) { into[k] = weight; }
    }
    for (std::size_t k = 0; k < into.size(); ++k) {
        into[k] = right * at.right_share[k] + (sum > 0 ? wrong * into[k] / sum : 0);
    }
}

ResponseModel fit_response_model(const AnswerTable& answers, std::span<const ItemParameters> items,
                                 std::span<const double> abilities)
{
    PAPERVAULT_ASSERT(items.size() == answers.item_count() && abilities.size() == answers.candidate_count());
    const auto groups = ability_groups(abilities);
    std::vector<ResponseModel::Item> fitted;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const std::size_t options = answers.option_count(n);
        ResponseModel::Item& item = fitted.emplace_back();
        item.curve = items[n];
        item.right_share.assign(options, 0.0);
        item.wrong_intercept.assign(options + 1, impossible);
        item.wrong_slope.assign(options + 1, 0.0);
        std::vector<std::size_t> categories;
        double right = 0;
        for (std::size_t option = 0; option < options; ++option) {
            if (!answers.is_right(n, static_cast<std::uint8_t>(option))) {
                categories.push_back(option);
            } else {
                item.right_share[option] = 0.5;
                right += 0.5;
            }
        }
        categories.push_back(options);
        WrongCounts counts;
        for (const auto& group : groups) {
            double sum = 0;
            auto& of_group = counts.counts.emplace_back(options + 1);
            for (const std::size_t candidate : group) {
                sum += abilities[candidate];
                const std::uint8_t answer = answers.answers(candidate)[n];
                if (answer == AnswerTable::not_presented) { continue; }
                if (answers.is_right(n, answer)) {
                    item.right_share[answer] += 1;
                    right += 1;
                } else {
                    of_group[answer < options ? answer : options] += 1;
                }
            }
            counts.abilities.push_back(group.empty() ? 0 : sum / static_cast<double>(group.size()));
        }
        for (double& share : item.right_share) { share = right > 0 ? share / right : 0; }
        if (categories.size() <= sloped_options_max) {
            fit_wrong(item, counts, categories);
        } else {
            count_wrong(item, counts, categories);
        }
    }
    return ResponseModel{std::move(fitted)};
}

ResponseModel score_model(std::span<const ItemParameters> items)
{
    std::vector<ResponseModel::Item> model;
    for (const ItemParameters& item : items) {
        model.push_back({item, {0, 1}, {0, impossible, impossible}, {0, 0, 0}});
    }
    return ResponseModel{std::move(model)};
}

ResponseModel nominal_model(std::span<const NominalItem> items)
{
    std::vector<ResponseModel::Item> model;
    for (const NominalItem& item : items) {
        PAPERVAULT_ASSERT(!item.intercept.empty() && item.intercept.size() == item.slope.size());
        // Nobody is right by the curve of the item: all options share the rest.
        ResponseModel::Item& one = model.emplace_back();
        one.curve = {.slope = 1, .intercept = impossible, .guessing = 0};
        one.right_share.assign(item.slope.size(), 0.0);
        one.wrong_intercept = item.intercept;
        one.wrong_slope = item.slope;
        one.wrong_intercept.push_back(impossible);
        one.wrong_slope.push_back(0);
    }
    return ResponseModel{std::move(model)};
}

Result<SimilarityModel> calibrate_for_similarity(const AnswerTable& answers)
{
    constexpr std::size_t own_slopes_from = 300;
    constexpr std::size_t large = 20'000;
    IrtOptions options;
    options.model = answers.candidate_count() < own_slopes_from ? IrtModel::rasch : IrtModel::two_parameter;
    options.priors.log_slope = IrtPriors::Normal{0, 0.5};
    options.priors.intercept = IrtPriors::Normal{0, 2.5};
    options.errors = false;
    options.tolerance = 1e-3;
    options.cycles_max = answers.candidate_count() >= large ? 60 : 300;
    options.nodes = 41;
    const BinaryMatrix scored = answers.scored();
    auto calibration = calibrate(scored, options);
    if (!calibration) { return std::unexpected{calibration.error()}; }
    std::vector<double> abilities;
    for (const Ability& ability : expected_abilities(calibration->items, scored, options.nodes)) {
        abilities.push_back(ability.value);
    }
    ResponseModel model = fit_response_model(answers, calibration->items, abilities);
    return SimilarityModel{std::move(*calibration), std::move(abilities), std::move(model)};
}

} // namespace papervault::engine
