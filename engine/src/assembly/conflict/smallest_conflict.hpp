#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace papervault::engine::assembly {

/// By number of the constraint: whether it is in the set.
using ConstraintSet = std::vector<bool>;

/// What somebody says who was asked whether a set of constraints can be met together. He may say more than he was asked
/// for: with yes a larger set that can be met, too; with no a smaller one that can't.
struct Possibility {
    bool is_possible = false;
    ConstraintSet members;
};
/// Must be monotone: what can't be met together can't be met with more constraints either.
using AskPossible = std::function<Possibility(const ConstraintSet&)>;

struct ConflictEffort {
    std::uint64_t questions_max = 3'000;
    std::function<bool()> is_over = {}; ///< Asked before each question; the caller owns the clock.
};

struct SmallestConflict {
    std::vector<std::size_t> members; ///< Ascending; none of them can be spared.
    bool is_smallest = false;         ///< Proved: no conflict has fewer members. Else only that none can be spared.
    std::uint64_t questions = 0;
};

/// A conflict with as few members as can be. First some by leaving out (Junker 2004, "QuickXplain"), then the smallest
/// by hitting sets (Ignatiev et al. 2015, "Smallest MUS extraction with minimal hitting set dualization"): every
/// conflict has a member outside each set that can be met; a smallest set with that property that can't be met is a
/// smallest conflict.
/// @param count  Of constraints; all of them together can't be met.
[[nodiscard]] SmallestConflict smallest_conflict(std::size_t count, const AskPossible& ask,
                                                 const ConflictEffort& effort);

/// A smallest set of numbers below `count` with a member in each of `sets`.
/// @return Empty, with found = false, where more than `steps_max` steps would be needed.
struct HittingSet {
    std::vector<std::size_t> members;
    bool found = false;
};
[[nodiscard]] HittingSet smallest_hitting_set(std::size_t count, const std::vector<std::vector<std::size_t>>& sets,
                                              std::uint64_t steps_max);

} // namespace papervault::engine::assembly
