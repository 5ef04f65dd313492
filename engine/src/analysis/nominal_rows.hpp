#pragma once

#include <papervault/engine/similarity.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// One item with the categories that occur; the first of them has intercept and slope 0 while estimating.
struct NominalPoint {
    std::vector<std::size_t> categories; ///< Places among options and no answer.
    std::vector<double> point;           ///< Intercept and slope of each category but the first, by turns.

    [[nodiscard]] std::size_t size() const { return categories.size(); }
    [[nodiscard]] double intercept(std::size_t category) const { return category == 0 ? 0 : point[2 * category - 2]; }
    [[nodiscard]] double slope(std::size_t category) const { return category == 0 ? 0 : point[2 * category - 1]; }
};

/// By category: logarithms of the probabilities at an ability.
inline void log_shares(const NominalPoint& item, double ability, std::vector<double>& into)
{
    into.clear();
    for (std::size_t k = 0; k < item.size(); ++k) { into.push_back(item.intercept(k) + item.slope(k) * ability); }
    const double highest = *std::ranges::max_element(into);
    double sum = 0;
    for (const double logit : into) { sum += std::exp(logit - highest); }
    const double all = highest + std::log(sum);
    for (double& logit : into) { logit -= all; }
}

[[nodiscard]] inline double mean_of(const NominalPoint& item, double (NominalPoint::*parameter)(std::size_t) const)
{
    double sum = 0;
    for (std::size_t k = 0; k < item.size(); ++k) { sum += (item.*parameter)(k); }
    return sum / static_cast<double>(item.size());
}

/// Rows of answers as categories of the items.
class NominalRows {
public:
    static constexpr std::uint16_t not_presented = 0xFFFF;

    explicit NominalRows(const AnswerTable& answers) : items_(answers.item_count())
    {
        std::vector<std::vector<double>> counts;
        for (std::size_t item = 0; item < items_.size(); ++item) {
            counts.emplace_back(answers.option_count(item) + 1, 0.0);
        }
        const auto place = [&](std::size_t item, std::uint8_t answer) {
            return std::min<std::size_t>(answer, answers.option_count(item));
        };
        for (std::size_t candidate = 0; candidate < answers.candidate_count(); ++candidate) {
            const auto given = answers.answers(candidate);
            for (std::size_t item = 0; item < items_.size(); ++item) {
                if (given[item] != AnswerTable::not_presented) { counts[item][place(item, given[item])] += 1; }
            }
        }
        std::vector<std::vector<std::uint16_t>> category(items_.size());
        for (std::size_t item = 0; item < items_.size(); ++item) {
            for (std::size_t k = 0; k < counts[item].size(); ++k) {
                category[item].push_back(static_cast<std::uint16_t>(items_[item].size()));
                if (counts[item][k] > 0) { items_[item].categories.push_back(k); }
            }
        }
        for (std::size_t candidate = 0; candidate < answers.candidate_count(); ++candidate) {
            const auto given = answers.answers(candidate);
            for (std::size_t item = 0; item < items_.size(); ++item) {
                cells_.push_back(given[item] == AnswerTable::not_presented ? not_presented
                                                                           : category[item][place(item, given[item])]);
            }
        }
        start(answers, counts);
    }

    [[nodiscard]] std::size_t count() const { return cells_.size() / items_.size(); }
    [[nodiscard]] std::span<const std::uint16_t> row(std::size_t candidate) const
    {
        return std::span{cells_}.subspan(candidate * items_.size(), items_.size());
    }
    /// The items as estimation begins.
    [[nodiscard]] const std::vector<NominalPoint>& items() const { return items_; }

private:
    /// Shares for intercepts; for slopes how many right answers those who chose a category had, standardised.
    void start(const AnswerTable& answers, const std::vector<std::vector<double>>& counts)
    {
        std::vector<double> totals;
        for (std::size_t candidate = 0; candidate < count(); ++candidate) {
            double right = 0;
            double presented = 0;
            for (std::size_t item = 0; item < items_.size(); ++item) {
                const std::uint8_t answer = answers.answers(candidate)[item];
                presented += answer != AnswerTable::not_presented ? 1 : 0;
                right += answers.is_right(item, answer) ? 1 : 0;
            }
            totals.push_back(presented > 0 ? right / presented : 0);
        }
        const double mean = std::accumulate(totals.begin(), totals.end(), 0.0) / static_cast<double>(totals.size());
        double square = 0;
        for (const double total : totals) { square += (total - mean) * (total - mean); }
        const double deviation = std::sqrt(square / static_cast<double>(totals.size())) + 1e-9;
        for (std::size_t item = 0; item < items_.size(); ++item) {
            NominalPoint& one = items_[item];
            std::vector<double> sums(one.size(), 0.0);
            for (std::size_t candidate = 0; candidate < count(); ++candidate) {
                const std::uint16_t category = row(candidate)[item];
                if (category != not_presented) { sums[category] += (totals[candidate] - mean) / deviation; }
            }
            const auto level = [&](std::size_t k) { return sums[k] / counts[item][one.categories[k]]; };
            for (std::size_t k = 1; k < one.size(); ++k) {
                one.point.push_back(std::log(counts[item][one.categories[k]] / counts[item][one.categories[0]]));
                one.point.push_back(std::clamp(level(k) - level(0), -2.0, 2.0));
            }
        }
    }

    std::vector<NominalPoint> items_;
    std::vector<std::uint16_t> cells_;
};

} // namespace papervault::engine::analysis
