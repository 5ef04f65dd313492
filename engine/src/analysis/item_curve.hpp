#pragma once

#include <papervault/engine/irt.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace papervault::engine::analysis {

/// Parameters of one item as the estimation sees them: slope, intercept, logit of guessing.
using Point = std::array<double, 3>;

[[nodiscard]] inline double logistic(double x)
{
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

/// P(right) and its slope in the parameters over P (1 − P).
struct Curve {
    double right = 0;
    double wrong = 0;
    Point gradient{};
};

/// @param guesses  Whether the third parameter is used.
[[nodiscard]] inline Curve curve(const Point& point, bool guesses, double ability)
{
    const double z = point[0] * ability + point[1];
    const double s = logistic(z);
    const double t = logistic(-z); // 1 − s without cancelling
    if (!guesses) { return {s, t, {ability, 1, 0}}; }
    const double c = logistic(point[2]);
    const double right = c + (1 - c) * s;
    const double wrong = (1 - c) * t;
    // ∂P/∂(slope) = (1−c) s t θ and so on, divided by right × wrong.
    return {right, wrong, {s / right * ability, s / right, c / right}};
}

} // namespace papervault::engine::analysis
