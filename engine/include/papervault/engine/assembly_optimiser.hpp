#pragma once

#include <papervault/engine/assembly_problem.hpp>
#include <papervault/engine/random_stream.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// The best forms for a goal (Lord's and van der Linden's "automated test assembly").
namespace papervault::engine {

struct AssemblyEffort {
    /// Exchanges looked at; with this limit alone the result depends on problem and stream only.
    std::uint64_t steps = 20'000'000;
    /// Asked now and then; what was found so far is given when it says true. The caller owns the clock.
    std::function<bool()> is_over;
    /// Told of every better set of forms.
    std::function<void()> on_better;
};

struct AssembledForms {
    std::vector<std::vector<AssemblyProblem::Item>> forms; ///< Empty: none was found.
    std::string objective;                                 ///< Decimal number, rounded down; for a minimax up.
    std::string bound;       ///< No set of forms is better than this. Empty where there is none.
    bool is_optimal = false; ///< The bound proves it.
    std::uint64_t steps = 0;
};

/// @return infeasible where it is proved that there are no forms; otherwise what was found, maybe nothing.
[[nodiscard]] Result<AssembledForms> assemble(const AssemblyProblem& problem, const RandomStreams& streams,
                                              const AssemblyEffort& effort);

} // namespace papervault::engine
