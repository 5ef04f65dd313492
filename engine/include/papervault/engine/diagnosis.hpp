#pragma once

#include <papervault/engine/assembly.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace papervault::engine {

/// A change of one constraint that helps.
struct Relaxation {
    std::string constraint;  ///< As in the conflict.
    std::string change;      ///< "at least 9 instead of 11", "left out".
    bool clears_all = false; ///< The whole blueprint can be met then; else only this conflict goes.
};

struct BlueprintDiagnosis {
    bool feasible = false; ///< By counting and by the reachable difficulty: necessary, and exact for counts.
    /// Constraints that can't be met together, while any all but one of them can. Empty when feasible.
    std::vector<std::string> conflict;
    /// Proved: no conflict has fewer members. False: none of these can be spared, but a smaller one may exist.
    bool is_smallest = false;
    /// Which items are missing where, a line each.
    std::string missing;
    std::vector<Relaxation> relaxations;
};

struct DiagnosisEffort {
    std::uint64_t questions_max = 3'000;     ///< How often it is worked out whether some constraints fit together.
    std::function<bool()> is_over = nullptr; ///< Asked before each of them; the caller owns the clock.
};

/// Says before drawing whether the pool can meet the blueprint and, if not, what stands in the way. A conflict with as
/// few members as can be is named; where the effort ends before that is proved, is_smallest is false.
/// @return What compile() refuses for other reasons than infeasible, and required items that can't stand where they are
/// asked for.
[[nodiscard]] Result<BlueprintDiagnosis> diagnose(std::span<const PoolItem> pool, const Blueprint& blueprint,
                                                  const DiagnosisEffort& effort = {});

} // namespace papervault::engine
