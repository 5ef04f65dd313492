#include "analysis/calibration.hpp"

#include <algorithm>
#include <limits>

namespace papervault::engine::analysis {

double log_prior(const IrtPriors& priors, const Point& point, bool guesses)
{
    double sum = 0;
    const auto normal = [&](const IrtPriors::Normal& prior, double value) {
        const double z = (value - prior.mean) / prior.deviation;
        sum -= z * z / 2;
    };
    if (priors.log_slope) {
        if (point[0] <= 0) { return -std::numeric_limits<double>::infinity(); }
        // As a density of the logarithm, like the estimate of a normal variable: its mode is exp(mean).
        normal(*priors.log_slope, std::log(point[0]));
    }
    if (priors.intercept) { normal(*priors.intercept, point[1]); }
    if (guesses && priors.guessing) {
        const double c = logistic(point[2]);
        sum += (priors.guessing->alpha - 1) * std::log(c) + (priors.guessing->beta - 1) * std::log1p(-c);
    }
    return sum;
}

Point prior_gradient(const IrtPriors& priors, const Point& point, bool guesses)
{
    Point gradient{};
    if (priors.log_slope && point[0] > 0) {
        const double deviation = priors.log_slope->deviation;
        gradient[0] = -(std::log(point[0]) - priors.log_slope->mean) / (deviation * deviation * point[0]);
    }
    if (priors.intercept) {
        gradient[1] =
            -(point[1] - priors.intercept->mean) / (priors.intercept->deviation * priors.intercept->deviation);
    }
    if (guesses && priors.guessing) {
        const double c = logistic(point[2]);
        gradient[2] = (priors.guessing->alpha - 1) * (1 - c) - (priors.guessing->beta - 1) * c;
    }
    return gradient;
}

double item_value(const ExpectedCounts& counts, const Quadrature& quadrature, const IrtPriors& priors,
                  const Point& point, bool guesses)
{
    double sum = log_prior(priors, point, guesses);
    for (std::size_t node = 0; node < quadrature.nodes.size(); ++node) {
        const Curve at = curve(point, guesses, quadrature.nodes[node]);
        const double right = counts.right[node];
        constexpr double least = std::numeric_limits<double>::min();
        sum += right * std::log(std::max(at.right, least)) +
               (counts.presented[node] - right) * std::log(std::max(at.wrong, least));
    }
    return sum;
}

Point item_gradient(const ExpectedCounts& counts, const Quadrature& quadrature, const IrtPriors& priors,
                    const Point& point, bool guesses)
{
    Point sum = prior_gradient(priors, point, guesses);
    for (std::size_t node = 0; node < quadrature.nodes.size(); ++node) {
        const Curve at = curve(point, guesses, quadrature.nodes[node]);
        const double residual = counts.right[node] - counts.presented[node] * at.right;
        for (std::size_t i = 0; i < 3; ++i) { sum[i] += residual * at.gradient[i]; }
    }
    return sum;
}

ItemParameters parameters_of(const Point& point, bool guesses)
{
    return {point[0], point[1], guesses ? logistic(point[2]) : 0};
}

} // namespace papervault::engine::analysis
