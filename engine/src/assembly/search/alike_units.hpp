#pragma once

#include "assembly/problem/unit_problem.hpp"

#include <cstdint>
#include <vector>

namespace papervault::engine::assembly {

/// Units that are alike in as many counts as leave several units to a cell, narrow counts first: to exchange two of a
/// cell breaks little.
class AlikeUnits {
public:
    struct Cell {
        std::uint32_t first = 0; ///< In units().
        std::uint32_t size = 0;
    };
    AlikeUnits() = default;
    /// @param units_per_cell On average, at least.
    AlikeUnits(const UnitProblem& problem, std::size_t units_per_cell);

    [[nodiscard]] const std::vector<Cell>& cells() const noexcept { return cells_; }
    [[nodiscard]] const std::vector<UnitProblem::Unit>& units() const noexcept { return units_; }
    [[nodiscard]] std::uint32_t number_of(UnitProblem::Unit unit) const noexcept { return cell_of_unit_[unit]; }
    [[nodiscard]] const Cell& cell_of(UnitProblem::Unit unit) const noexcept { return cells_[cell_of_unit_[unit]]; }

private:
    std::vector<Cell> cells_;
    std::vector<UnitProblem::Unit> units_;
    std::vector<std::uint32_t> cell_of_unit_;
};

} // namespace papervault::engine::assembly
