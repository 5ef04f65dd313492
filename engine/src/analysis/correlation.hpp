#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

namespace papervault::engine::analysis {

[[nodiscard]] inline double mean(std::span<const double> values)
{
    double sum = 0;
    for (const double value : values) { sum += value; }
    return sum / static_cast<double>(values.size());
}

/// Σ (x − mean x)(y − mean y), in two passes: means first, so that nothing cancels.
[[nodiscard]] inline double co_moment(std::span<const double> x, std::span<const double> y)
{
    const double mean_x = mean(x);
    const double mean_y = mean(y);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) { sum += (x[i] - mean_x) * (y[i] - mean_y); }
    return sum;
}

/// Pearson's; missing where one side is constant.
[[nodiscard]] inline std::optional<double> correlation(std::span<const double> x, std::span<const double> y)
{
    const double spread = co_moment(x, x) * co_moment(y, y);
    if (!(spread > 0)) { return std::nullopt; }
    return co_moment(x, y) / std::sqrt(spread);
}

} // namespace papervault::engine::analysis
