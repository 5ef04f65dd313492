#pragma once

#include "assembly/problem/unit_problem.hpp"

#include <vector>

namespace papervault::engine::assembly {

/// Disjoint sets of units that cover all, of each of which every form takes the same number.
struct CellPartition {
    struct Cell {
        std::vector<UnitProblem::Unit> units;
        std::uint32_t taken = 0;
    };
    std::vector<Cell> cells;
    std::vector<std::uint32_t> cell_of_unit;
};

/// Finest first, from the counts with equal bounds; what these leave over is one cell where the length settles its
/// number. @return No cells where there is no such partition, or no form can meet it.
[[nodiscard]] CellPartition find_partition(const UnitProblem& problem);

} // namespace papervault::engine::assembly
