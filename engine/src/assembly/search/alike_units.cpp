#include "assembly/search/alike_units.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace papervault::engine::assembly {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

} // namespace

AlikeUnits::AlikeUnits(const UnitProblem& problem, std::size_t units_per_cell)
{
    using Unit = UnitProblem::Unit;
    const std::size_t units = problem.units.size();
    std::vector<std::vector<std::pair<Unit, std::int32_t>>> by_count(problem.counts.size());
    for (Unit unit = 0; unit < units; ++unit) {
        for (const auto& part : problem.parts_of(unit)) { by_count[part.constraint].emplace_back(unit, part.amount); }
    }
    std::vector<std::uint32_t> order(problem.counts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t count) {
        return std::tuple{problem.counts[count].at_most - problem.counts[count].at_least, count};
    });
    cell_of_unit_.assign(units, 0);
    std::uint32_t cells = 1;
    for (const std::uint32_t count : order) {
        // New cells in the order in which units come: those without the count first.
        std::vector<std::uint32_t> after(units);
        std::vector<std::uint32_t> cell_without(cells, none);
        std::map<std::pair<std::uint32_t, std::int32_t>, std::uint32_t> cell_with; // cell and amount: new cell
        std::vector<bool> has(units);
        for (const auto& [unit, amount] : by_count[count]) { has[unit] = true; }
        std::uint32_t next = 0;
        for (Unit unit = 0; unit < units; ++unit) {
            if (has[unit]) { continue; }
            std::uint32_t& cell = cell_without[cell_of_unit_[unit]];
            if (cell == none) { cell = next++; }
            after[unit] = cell;
        }
        for (const auto& [unit, amount] : by_count[count]) {
            const auto [place, is_new] = cell_with.emplace(std::pair{cell_of_unit_[unit], amount}, next);
            next += is_new ? 1 : 0;
            after[unit] = place->second;
        }
        if (next > cells && next > units / units_per_cell) { continue; }
        cell_of_unit_ = std::move(after);
        cells = next;
    }
    cells_.resize(cells);
    for (const std::uint32_t cell : cell_of_unit_) { ++cells_[cell].size; }
    for (std::uint32_t cell = 1; cell < cells; ++cell) {
        cells_[cell].first = cells_[cell - 1].first + cells_[cell - 1].size;
    }
    units_.resize(units);
    std::vector<std::uint32_t> filled(cells);
    for (Unit unit = 0; unit < units; ++unit) {
        const std::uint32_t cell = cell_of_unit_[unit];
        units_[cells_[cell].first + filled[cell]++] = unit;
    }
}

} // namespace papervault::engine::assembly
