#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// Distribution of the number of successes of independent trials (Poisson binomial), by repeated convolution: all terms
/// are positive, so that also the far tail keeps its relative precision.
class SuccessDistribution {
public:
    explicit SuccessDistribution(std::span<const double> probabilities);
    /// P(successes ≥ count).
    [[nodiscard]] double tail(std::size_t count) const { return count < tails_.size() ? tails_[count] : 0; }
    /// The least count with a tail of at most `level`; trials + 1 when there is none.
    [[nodiscard]] std::size_t least_count(double level) const;

private:
    std::vector<double> tails_;
};

struct MatchChances {
    double right = 0; ///< Both give the same right answer.
    double wrong = 0;
};
/// Maynes's M4: the probability of all (right, wrong) counts whose upper quadrant is no more probable than that of the
/// observed counts.
[[nodiscard]] double m4_tail(std::span<const MatchChances> items, std::size_t right, std::size_t wrong);

} // namespace papervault::engine::analysis
