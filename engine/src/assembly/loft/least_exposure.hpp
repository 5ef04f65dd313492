#pragma once

#include "assembly/search/fixed_point.hpp"

#include <papervault/engine/assembly_problem.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

struct UnitProblem;

struct LeastExposure {
    /// The least share of forms that the most used unit can be in, over all mixtures of forms, as the linear program
    /// sees it: from above, within a thousandth.
    Fixed share;
    /// By unit: weights of which every form takes up at least about `share` of their sum. A form that takes up more
    /// uses too much of what is short.
    std::vector<std::int64_t> weights;
};

/// For a problem with one form. Nothing where the linear program finds no form at all.
[[nodiscard]] std::optional<LeastExposure> least_exposure(const AssemblyProblem& problem, const UnitProblem& units);

} // namespace papervault::engine::assembly
