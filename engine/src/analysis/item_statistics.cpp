#include "analysis/correlation.hpp"

#include <papervault/engine/analysis.hpp>
#include <papervault/engine/assert.hpp>

#include <algorithm>

namespace papervault::engine {

namespace {

using analysis::co_moment;
using analysis::correlation;
using analysis::mean;

std::vector<double> item_scores(const ScoreMatrix& scores, std::size_t item)
{
    std::vector<double> values;
    for (std::size_t candidate = 0; candidate < scores.candidate_count(); ++candidate) {
        values.push_back(scores.score(candidate, item).to_double());
    }
    return values;
}

std::vector<double> totals_without(const ScoreMatrix& scores, std::size_t item)
{
    std::vector<double> values;
    for (std::size_t candidate = 0; candidate < scores.candidate_count(); ++candidate) {
        values.push_back((scores.total(candidate) - scores.score(candidate, item)).to_double());
    }
    return values;
}

std::vector<double> totals(const ScoreMatrix& scores)
{
    std::vector<double> values;
    for (std::size_t candidate = 0; candidate < scores.candidate_count(); ++candidate) {
        values.push_back(scores.total(candidate).to_double());
    }
    return values;
}

double sum_over(const ScoreMatrix& scores, std::size_t item, const std::vector<std::size_t>& group)
{
    Decimal sum;
    for (const std::size_t candidate : group) { sum += scores.score(candidate, item); }
    return sum.to_double();
}

/// Cronbach's alpha from sums of squares; their common divisor cancels.
std::optional<double> alpha_of(std::size_t items, double sum_of_items, double total)
{
    if (items < 2 || !(total > 0)) { return std::nullopt; }
    const auto count = static_cast<double>(items);
    return count / (count - 1) * (1 - sum_of_items / total);
}

} // namespace

std::vector<ItemStatistics> item_statistics(const ScoreMatrix& scores)
{
    const std::size_t candidates = scores.candidate_count();
    std::vector<ItemStatistics> statistics(scores.item_count());
    if (candidates == 0) { return statistics; }
    const auto whole = totals(scores);
    const ExtremeGroups groups = extreme_groups(scores);
    std::vector<double> moments;
    double sum_of_moments = 0;
    for (std::size_t item = 0; item < statistics.size(); ++item) {
        const auto values = item_scores(scores, item);
        moments.push_back(co_moment(values, values));
        sum_of_moments += moments.back();
    }
    for (std::size_t item = 0; item < statistics.size(); ++item) {
        const auto values = item_scores(scores, item);
        const auto rest = totals_without(scores, item);
        const double points_max = scores.points_max(item).to_double();
        ItemStatistics& one = statistics[item];
        one.difficulty = mean(values) / points_max;
        one.variance = moments[item] / static_cast<double>(candidates);
        one.point_biserial = correlation(values, whole);
        one.corrected_point_biserial = correlation(values, rest);
        one.alpha_if_deleted = alpha_of(statistics.size() - 1, sum_of_moments - moments[item], co_moment(rest, rest));
        if (!groups.upper.empty()) {
            const double difference = sum_over(scores, item, groups.upper) - sum_over(scores, item, groups.lower);
            one.discrimination = difference / points_max / static_cast<double>(groups.upper.size());
        }
    }
    return statistics;
}

FormStatistics form_statistics(const ScoreMatrix& scores)
{
    PAPERVAULT_ASSERT(scores.candidate_count() > 0);
    const std::size_t candidates = scores.candidate_count();
    const auto whole = totals(scores);
    const double total_moment = co_moment(whole, whole);
    double sum_of_moments = 0;
    std::array<std::vector<double>, 2> halves;
    for (auto& half : halves) { half.assign(candidates, 0); }
    for (std::size_t item = 0; item < scores.item_count(); ++item) {
        const auto values = item_scores(scores, item);
        sum_of_moments += co_moment(values, values);
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            halves[item % 2][candidate] += values[candidate];
        }
    }
    FormStatistics form;
    form.candidates = candidates;
    form.mean = mean(whole);
    form.alpha = alpha_of(scores.item_count(), sum_of_moments, total_moment);
    if (candidates > 1) { form.standard_deviation = std::sqrt(total_moment / static_cast<double>(candidates - 1)); }
    if (form.alpha) { form.standard_error = *form.standard_deviation * std::sqrt(1 - std::max(*form.alpha, 0.0)); }
    form.split_half = correlation(halves[0], halves[1]);
    if (form.split_half && *form.split_half > -1) {
        form.spearman_brown = 2 * *form.split_half / (1 + *form.split_half);
    }

    std::vector<Decimal> sorted;
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) { sorted.push_back(scores.total(candidate)); }
    std::ranges::sort(sorted);
    form.lowest = sorted.front();
    form.highest = sorted.back();
    form.median = (sorted[(candidates - 1) / 2].to_double() + sorted[candidates / 2].to_double()) / 2;
    for (const Decimal total : sorted) {
        if (form.distribution.empty() || form.distribution.back().first != total) {
            form.distribution.emplace_back(total, 0);
        }
        ++form.distribution.back().second;
    }
    return form;
}

} // namespace papervault::engine
