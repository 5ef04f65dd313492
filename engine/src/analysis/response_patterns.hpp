#pragma once

#include "analysis/quadrature.hpp"

#include <papervault/engine/irt.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// The different rows of a matrix, with how many candidates gave each; right and missing items as lists.
class ResponsePatterns {
public:
    explicit ResponsePatterns(const BinaryMatrix& responses);

    [[nodiscard]] std::size_t count() const noexcept { return weights_.size(); }
    [[nodiscard]] double weight(std::size_t pattern) const { return weights_[pattern]; }
    [[nodiscard]] std::span<const std::uint32_t> right(std::size_t pattern) const { return part(pattern, 0); }
    [[nodiscard]] std::span<const std::uint32_t> missing(std::size_t pattern) const { return part(pattern, 1); }
    /// Which pattern each candidate gave.
    [[nodiscard]] const std::vector<std::uint32_t>& of_candidates() const noexcept { return pattern_of_; }

private:
    [[nodiscard]] std::span<const std::uint32_t> part(std::size_t pattern, std::size_t which) const
    {
        const std::size_t from = starts_[2 * pattern + which];
        return std::span{items_}.subspan(from, starts_[2 * pattern + which + 1] - from);
    }

    std::vector<double> weights_;
    std::vector<std::uint32_t> items_;
    std::vector<std::size_t> starts_; ///< Two a pattern, then the end.
    std::vector<std::uint32_t> pattern_of_;
};

/// Logarithms of P at each node, by item: all wrong, and what a right or a missing response changes.
struct NodeTables {
    std::size_t nodes = 0;
    std::vector<double> all_wrong;    ///< log weight + Σ log(1 − P).
    std::vector<double> right_gain;   ///< item × node: log P − log(1 − P).
    std::vector<double> missing_gain; ///< item × node: −log(1 − P).

    NodeTables(std::span<const ItemParameters> items, const Quadrature& quadrature);
    /// Posterior over the nodes into `posterior`. @return log-likelihood of the pattern.
    double posterior(const ResponsePatterns& patterns, std::size_t pattern, std::vector<double>& posterior) const;
};

/// Of logarithms that need not add up: their probabilities in place. @return log Σ exp.
double normalise(std::span<double> logarithms);

} // namespace papervault::engine::analysis
