#pragma once

#include "assembly/search/target.hpp"

#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// The quality of one form, counted in whole numbers from its units; nothing when it breaks a bound, a stimulus or an
/// enemy set. What a program in fixed point takes for whole is judged here.
/// @param target_sums Those of target.make_sums().
[[nodiscard]] std::optional<std::int64_t> quality_of_form(const UnitProblem& units, const Target& target,
                                                          std::span<const UnitProblem::Sum> target_sums,
                                                          std::span<const UnitProblem::Unit> chosen);

} // namespace papervault::engine::assembly
