#pragma once

#include "assembly/count_layer.hpp"
#include "assembly/draw_task.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Counts, exactly, all ways to fill columns (sections, or types) from the cells of a scope tree under bounds at every
/// node, and draws one of the count vectors with probability in proportion to its number of ways.
///
/// Dynamic programming over the tree: all that the nodes above need to know of a node is how many items each column
/// took at or below it, so one table of such count vectors a node is enough, whatever the number of sections.
class CountTable {
public:
    static constexpr std::size_t columns_max = sum_lane;
    struct Task {
        const ScopeTree* tree = nullptr;
        std::vector<std::vector<Bounds>> columns; ///< By column and node.
        std::vector<Bounds> sums;                 ///< Over all columns, by node.
        std::vector<std::vector<int>> available;  ///< By column and node: items in the node's own cell.
        /// Number of ways to take these counts, one a column, from a node's own cell; 0 where the cell is too small.
        std::function<WideCount(std::size_t node, std::span<const int> counts)> ways;
    };
    /// What building may cost; beyond it there is no table.
    struct Effort {
        std::uint64_t steps_max = 0; ///< Multiplications of two table entries.
        std::size_t words_max = 0;   ///< Memory of all tables.
    };

    /// @return Nothing when it would cost more than the effort. Where no way exists at all, is_empty() holds.
    [[nodiscard]] static std::optional<CountTable> build(const Task& task, Effort effort);

    [[nodiscard]] bool is_empty() const noexcept { return nodes_.empty(); }
    /// Number of ways in all.
    [[nodiscard]] WideCount ways() const;
    /// Fills counts[node × columns + column] with what each column takes from each node's own cell. Not for an empty
    /// table.
    void draw(RandomIntegers& random, std::span<int> counts) const;

private:
    struct Step {
        std::size_t child = 0;
        std::vector<std::size_t> steps; // of each of the child's entries, in the layer before
    };
    /// A node's layers: its own cell alone, then with one child more each; the last is the node's table.
    struct NodeTables {
        std::vector<CountLayer> layers;
        std::vector<Step> steps; // steps[i] leads from layers[i] to layers[i + 1]
    };
    struct Scratch {
        std::vector<Word> rest;
        std::vector<Word> part;
    };
    class Builder;

    void draw(std::size_t node, Lanes counts, RandomIntegers& random, Scratch& scratch, std::span<int> out) const;
    [[nodiscard]] Lanes draw_child(const NodeTables& tables, std::size_t step, Lanes counts, RandomIntegers& random,
                                   Scratch& scratch) const;

    std::size_t columns_ = 0;
    std::vector<NodeTables> nodes_; // empty where there is no way
};

} // namespace papervault::engine::assembly
