#pragma once

#include <papervault/engine/assembly_problem.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace papervault::assembly_bench {

/// A problem in the free MPS form that solvers read, always to be minimised.
struct MpsModel {
    std::string text;
    /// In the order of the text; "x<form>_<item>" is 1 where the form has the item, others serve the constraints.
    std::vector<std::string> columns;
};

/// @param cost_seed Not 0: for a problem without a goal, every item gets a cost by chance, so that each seed asks for
/// another form.
[[nodiscard]] MpsModel mps_model(const engine::AssemblyProblem& problem, std::uint64_t cost_seed = 0);

} // namespace papervault::assembly_bench
