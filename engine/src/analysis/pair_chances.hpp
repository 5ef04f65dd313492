#pragma once

#include "analysis/counting_distributions.hpp"

#include <papervault/engine/similarity.hpp>

#include <span>
#include <vector>

namespace papervault::engine::analysis {

/// Of the items that both were presented with: how probably two candidates of these abilities agree.
[[nodiscard]] std::vector<MatchChances> pair_chances(const AnswerTable& answers, const ResponseModel& model,
                                                     std::size_t first, std::size_t second,
                                                     std::span<const double> abilities);

/// The two tests that decide over a pair.
struct DecidingTests {
    double gbt_p = 1;
    double wrong_p = 1;
};
[[nodiscard]] DecidingTests deciding_tests(std::span<const MatchChances> chances, const PairCounts& counts);

} // namespace papervault::engine::analysis
