#pragma once

#include <cstddef>

namespace papervault::engine::analysis {

/// P(Z ≥ z) of a standard normal variable; accurate in the far tail.
[[nodiscard]] double normal_upper(double z);
/// P(X ≥ x) of chi-square. @param degrees Greater than 0. @param x Not negative.
[[nodiscard]] double chi_square_upper(double x, double degrees);
/// P(X ≥ successes) of a binomial variable, summed from the far end.
[[nodiscard]] double binomial_upper(std::size_t successes, std::size_t trials, double probability);

} // namespace papervault::engine::analysis
