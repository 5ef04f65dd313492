#pragma once

#include <papervault/engine/assembly.hpp>

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
    /// Which items are missing where, a line each.
    std::string missing;
    std::vector<Relaxation> relaxations;
};

/// Says before drawing whether the pool can meet the blueprint and, if not, what stands in the way. Milliseconds for
/// each constraint at 100,000 items.
/// @return What compile() refuses for other reasons than infeasible, and required items that can't stand where they are
/// asked for.
[[nodiscard]] Result<BlueprintDiagnosis> diagnose(std::span<const PoolItem> pool, const Blueprint& blueprint);

} // namespace papervault::engine
