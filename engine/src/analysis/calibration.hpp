#pragma once

#include "analysis/dense.hpp"
#include "analysis/item_curve.hpp"
#include "analysis/response_patterns.hpp"

#include <papervault/engine/irt.hpp>

namespace papervault::engine::analysis {

/// Expected responses to one item at each node, given the data and the parameters of the last cycle.
struct ExpectedCounts {
    std::vector<double> right;
    std::vector<double> presented;
};

/// Logarithm of the prior density of a point, without its constant, and its derivatives.
[[nodiscard]] double log_prior(const IrtPriors& priors, const Point& point, bool guesses);
[[nodiscard]] Point prior_gradient(const IrtPriors& priors, const Point& point, bool guesses);
/// Expected complete-data log-likelihood of one item with its prior, and its gradient.
[[nodiscard]] double item_value(const ExpectedCounts& counts, const Quadrature& quadrature, const IrtPriors& priors,
                                const Point& point, bool guesses);
[[nodiscard]] Point item_gradient(const ExpectedCounts& counts, const Quadrature& quadrature, const IrtPriors& priors,
                                  const Point& point, bool guesses);

[[nodiscard]] ItemParameters parameters_of(const Point& point, bool guesses);

/// Fills errors, if the information can be inverted.
void add_errors(Calibration& calibration, const std::vector<Point>& points, const ResponsePatterns& patterns,
                const Quadrature& quadrature, const IrtPriors& priors);

} // namespace papervault::engine::analysis
