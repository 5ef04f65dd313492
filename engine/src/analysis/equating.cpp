#include "analysis/dense.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/equating.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace papervault::engine {
namespace {

double candidates_of(const ScoreCounts& counts)
{
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

struct Moments {
    double candidates = 0;
    double mean = 0;
    double deviation = 0; ///< Divided by n.
    double skewness = 0;
    double kurtosis = 0; ///< 3 for a normal variable.
};

Moments moments_of(const ScoreCounts& counts)
{
    Moments moments;
    moments.candidates = candidates_of(counts);
    for (std::size_t score = 0; score < counts.size(); ++score) {
        moments.mean += static_cast<double>(score) * counts[score];
    }
    moments.mean /= moments.candidates;
    double second = 0;
    double third = 0;
    double fourth = 0;
    for (std::size_t score = 0; score < counts.size(); ++score) {
        const double off = static_cast<double>(score) - moments.mean;
        second += off * off * counts[score];
        third += off * off * off * counts[score];
        fourth += off * off * off * off * counts[score];
    }
    second /= moments.candidates;
    moments.deviation = std::sqrt(second);
    if (second > 0) {
        moments.skewness = third / moments.candidates / (second * moments.deviation);
        moments.kurtosis = fourth / moments.candidates / (second * second);
    }
    return moments;
}

/// Shares of candidates at or below each total.
std::vector<double> cumulated(const ScoreCounts& counts)
{
    const double candidates = candidates_of(counts);
    std::vector<double> shares;
    double sum = 0;
    for (const double count : counts) {
        sum += count;
        shares.push_back(sum / candidates);
    }
    return shares;
}

double below(const std::vector<double>& shares, std::size_t score)
{
    return score == 0 ? 0 : shares[score - 1];
}

struct Equivalent {
    double score = 0;
    std::size_t upper = 0; ///< The least total with a share above the rank; the number of totals when there is none.
};

/// Inverse of the percentile rank on form Y. Where nobody has a range of scores, its middle.
Equivalent equivalent_of(double rank, const std::vector<double>& shares)
{
    // Shares are sums of fractions: equal ones may differ in the last digits.
    constexpr double same = 1e-12;
    const auto above = std::ranges::find_if(shares, [&](double share) { return share > rank + same; });
    const auto upper = static_cast<std::size_t>(above - shares.begin());
    if (upper == shares.size()) { return {static_cast<double>(shares.size()) - 0.5, upper}; }
    const double low = below(shares, upper);
    const double from_above = (std::max(rank, low) - low) / (shares[upper] - low) + static_cast<double>(upper) - 0.5;
    // The greatest total with a share below the rank, counted from −1.
    std::size_t next = 0;
    while (next < shares.size() && shares[next] < rank - same) { ++next; }
    const double start = below(shares, next);
    if (rank <= same || shares[next] - start <= same) { return {from_above, upper}; }
    const double from_below = (rank - start) / (shares[next] - start) + static_cast<double>(next) - 0.5;
    return {(from_above + std::min(from_below, static_cast<double>(next) + 0.5)) / 2, upper};
}

} // namespace

Result<std::vector<EquatedScore>> equate_linear(const ScoreCounts& form_x, const ScoreCounts& form_y)
{
    if (candidates_of(form_x) < 2 || candidates_of(form_y) < 2) {
        return refuse(EngineError::inconsistent, "each form needs two candidates");
    }
    const Moments x = moments_of(form_x);
    const Moments y = moments_of(form_y);
    if (!(x.deviation > 0) || !(y.deviation > 0)) {
        return refuse(EngineError::inconsistent, "the totals of a form do not vary");
    }
    std::vector<EquatedScore> equated;
    for (std::size_t score = 0; score < form_x.size(); ++score) {
        const double z = (static_cast<double>(score) - x.mean) / x.deviation;
        const auto part = [&](const Moments& of) {
            return (1 + of.skewness * z + (of.kurtosis - 1) / 4 * z * z) / of.candidates;
        };
        equated.push_back({static_cast<int>(score), y.mean + y.deviation * z,
                           y.deviation * std::sqrt(std::max(0.0, part(x) + part(y)))});
    }
    return equated;
}

Result<std::vector<EquatedScore>> equate_equipercentile(const ScoreCounts& form_x, const ScoreCounts& form_y,
                                                        bool smoothed)
{
    const double candidates_x = candidates_of(form_x);
    const double candidates_y = candidates_of(form_y);
    if (!(candidates_x > 0) || !(candidates_y > 0)) {
        return refuse(EngineError::inconsistent, "each form needs a candidate");
    }
    const auto shares_x = cumulated(form_x);
    const auto shares_y = cumulated(form_y);
    std::vector<EquatedScore> equated;
    for (std::size_t score = 0; score < form_x.size(); ++score) {
        const double rank = (below(shares_x, score) + shares_x[score]) / 2;
        const Equivalent found = equivalent_of(rank, shares_y);
        EquatedScore& one = equated.emplace_back(static_cast<int>(score), found.score, std::nullopt);
        if (smoothed || found.upper == shares_y.size()) { continue; }
        const double low = below(shares_y, found.upper);
        const double density = shares_y[found.upper] - low;
        const double variance = (rank * (1 - rank) * (candidates_x + candidates_y) / (candidates_x * candidates_y) -
                                 (shares_y[found.upper] - rank) * (rank - low) / (candidates_y * density)) /
                                (density * density);
        if (variance >= 0) { one.error = std::sqrt(variance); }
    }
    return equated;
}

Result<ScoreCounts> smoothed(const ScoreCounts& counts, int degree)
{
    const auto different = std::ranges::count_if(counts, [](double count) { return count > 0; });
    if (degree < 1 || degree > 10 || degree >= different) {
        return refuse(EngineError::out_of_range, "the degree must be 1 to 10 and less than the number of totals");
    }
    const auto size = static_cast<std::size_t>(degree);
    const std::size_t scores = counts.size();
    const double candidates = candidates_of(counts);
    // Powers of the score, made orthonormal over the scores (Gram-Schmidt twice), keep the information well
    // conditioned.
    std::vector<std::vector<double>> basis{std::vector<double>(scores, 1 / std::sqrt(static_cast<double>(scores)))};
    for (std::size_t k = 1; k <= size; ++k) {
        std::vector<double> next(scores);
        for (std::size_t score = 0; score < scores; ++score) {
            next[score] = basis[k - 1][score] * (2 * static_cast<double>(score) / static_cast<double>(scores - 1) - 1);
        }
        for (int pass = 0; pass < 2; ++pass) {
            for (const auto& other : basis) {
                const double along = std::inner_product(next.begin(), next.end(), other.begin(), 0.0);
                for (std::size_t score = 0; score < scores; ++score) { next[score] -= along * other[score]; }
            }
        }
        const double length = std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
        for (double& value : next) { value /= length; }
        basis.push_back(std::move(next));
    }
    std::vector<double> point(size, 0.0);
    std::vector<double> shares(scores);
    /// Shares at a point. @return log-likelihood.
    const auto evaluate = [&](const std::vector<double>& at) {
        double highest = -1e300;
        for (std::size_t score = 0; score < scores; ++score) {
            shares[score] = 0;
            for (std::size_t k = 0; k < size; ++k) { shares[score] += at[k] * basis[k + 1][score]; }
            highest = std::max(highest, shares[score]);
        }
        double sum = 0;
        double likelihood = 0;
        for (std::size_t score = 0; score < scores; ++score) {
            likelihood += counts[score] * (shares[score] - highest);
            shares[score] = std::exp(shares[score] - highest);
            sum += shares[score];
        }
        for (double& share : shares) { share /= sum; }
        return likelihood - candidates * std::log(sum);
    };
    double reached = evaluate(point);
    for (int step = 0; step < 200; ++step) {
        std::vector<double> gradient(size);
        std::vector<double> expected(size);
        double greatest = 0;
        for (std::size_t k = 0; k < size; ++k) {
            for (std::size_t score = 0; score < scores; ++score) {
                gradient[k] += (counts[score] - candidates * shares[score]) * basis[k + 1][score];
                expected[k] += shares[score] * basis[k + 1][score];
            }
            greatest = std::max(greatest, std::abs(gradient[k]));
        }
        if (greatest < 1e-9 * candidates) {
            for (double& share : shares) { share *= candidates; }
            return shares;
        }
        analysis::Symmetric information{size};
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t j = 0; j < size; ++j) {
                double sum = 0;
                for (std::size_t score = 0; score < scores; ++score) {
                    sum += shares[score] * basis[i + 1][score] * basis[j + 1][score];
                }
                information.at(i, j) = candidates * (sum - expected[i] * expected[j]);
            }
        }
        if (!information.factorise()) { break; }
        information.solve(gradient);
        bool moved = false;
        for (double share = 1; share > 1e-8 && !moved; share /= 2) {
            std::vector<double> next = point;
            for (std::size_t k = 0; k < size; ++k) { next[k] += share * gradient[k]; }
            // Near the top a step changes the likelihood less than it is rounded.
            if (const double there = evaluate(next); there >= reached - 1e-12 * std::abs(reached)) {
                point = std::move(next);
                reached = there;
                moved = true;
            }
        }
        if (!moved) { break; }
    }
    return refuse(EngineError::inconsistent, "the smoothing does not converge; choose a lower degree");
}

Result<ScaleLink> link_mean_sigma(std::span<const ItemParameters> on_x, std::span<const ItemParameters> on_y)
{
    PAPERVAULT_ASSERT(on_x.size() == on_y.size());
    if (on_x.size() < 2) { return refuse(EngineError::out_of_range, "two common items are needed"); }
    const auto spread = [](std::span<const ItemParameters> items) {
        double mean = 0;
        for (const ItemParameters& item : items) { mean += item.difficulty(); }
        mean /= static_cast<double>(items.size());
        double square = 0;
        for (const ItemParameters& item : items) { square += std::pow(item.difficulty() - mean, 2); }
        return std::pair{mean, std::sqrt(square / static_cast<double>(items.size()))};
    };
    const auto [mean_x, deviation_x] = spread(on_x);
    const auto [mean_y, deviation_y] = spread(on_y);
    if (!(deviation_x > 0) || !(deviation_y > 0) || !std::isfinite(deviation_x) || !std::isfinite(deviation_y)) {
        return refuse(EngineError::inconsistent, "the difficulties of the common items do not vary");
    }
    const double slope = deviation_y / deviation_x;
    return ScaleLink{slope, mean_y - slope * mean_x};
}

ItemParameters linked(const ItemParameters& item, const ScaleLink& link)
{
    // a θ_X + d with θ_X = (θ_Y − intercept) / slope.
    const double slope = item.slope / link.slope;
    return {slope, item.intercept - slope * link.intercept, item.guessing};
}

} // namespace papervault::engine
