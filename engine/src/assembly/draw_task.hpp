#pragma once

#include "assembly/form_rules.hpp"
#include "assembly/scope_tree.hpp"

#include <papervault/engine/assembly.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// How many items, both ends included.
struct Bounds {
    static constexpr int unlimited = 30'000;
    int at_least = 0;
    int at_most = unlimited;
    [[nodiscard]] bool holds(int count) const noexcept { return count >= at_least && count <= at_most; }
    [[nodiscard]] bool is_empty() const noexcept { return at_least > at_most; }
    bool operator==(const Bounds&) const = default;
};

/// A blueprint's section with its scopes laid out over the nodes of the tree.
struct SectionTask {
    std::size_t type = 0; ///< Index into DrawTask::types.
    int count = 0;
    std::int64_t points_units = 0; ///< Of one item.
    std::vector<Bounds> bounds;    ///< By node; the root's are the count.
    std::vector<bool> is_asked;    ///< By node: the blueprint names this scope in this section.
};

/// A usable item of the pool: of a type that is asked for, and not excluded.
struct TaskItem {
    std::uint32_t position = 0; ///< In the pool as the caller gave it.
    std::size_t type = 0;
    std::size_t node = 0; ///< Smallest scope that covers it.
    std::int64_t difficulty_units = 0;
};

/// Blueprint and pool, checked and translated to numbers. Items are in the order of their ids.
struct DrawTask {
    Blueprint blueprint;
    ScopeTree tree{{}};
    std::vector<ItemType> types;
    std::vector<SectionTask> sections;
    std::vector<Bounds> paper;        ///< By node.
    std::vector<bool> paper_is_asked; ///< By node.
    std::vector<TaskItem> items;
    int form_count = 1;
    /// By section, positions in the pool. Everything else in the task is about the items beside these.
    std::vector<std::vector<std::uint32_t>> required;
    FormRules rules; ///< By index into items.
    /// Window of Σ points × difficulty over a form, in units of 1e-12.
    std::int64_t difficulty_lowest = 0;
    std::int64_t difficulty_highest = 0;
    [[nodiscard]] bool is_in_window(std::int64_t difficulty) const noexcept
    {
        return difficulty >= difficulty_lowest && difficulty <= difficulty_highest;
    }
};

/// @return What validate() returns, or out_of_range or inconsistent for a pool with a repeated id or an impossible
/// difficulty.
[[nodiscard]] Result<DrawTask> make_task(std::span<const PoolItem> pool, const Blueprint& blueprint);

/// Items at hand, by type and by the smallest scope that covers them, as indices into DrawTask::items.
using Supply = std::vector<std::vector<std::vector<std::uint32_t>>>;
/// @param is_usable By index into DrawTask::items.
[[nodiscard]] Supply make_supply(const DrawTask& task, const std::vector<bool>& is_usable);

} // namespace papervault::engine::assembly
