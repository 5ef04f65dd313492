#include "assembly/loft/cell_partition.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::uint32_t no_cell = UINT32_MAX;
constexpr std::size_t steps_max = 5'000;

class Search {
public:
    explicit Search(const UnitProblem& problem)
        : problem_{problem}, of_unit_(problem.units.size()), cell_of_unit_(problem.units.size(), no_cell)
    {
        find_candidates();
    }

    CellPartition run()
    {
        if (!cover(0)) { return {}; }
        CellPartition out;
        out.cell_of_unit.assign(problem_.units.size(), no_cell);
        for (const std::uint32_t chosen : chosen_) { add(out, candidates_[chosen].units, candidates_[chosen].taken); }
        if (!rest_.empty()) { add(out, rest_, rest_taken_); }
        return out;
    }

private:
    static void add(CellPartition& out, const std::vector<UnitProblem::Unit>& units, std::uint32_t taken)
    {
        for (const UnitProblem::Unit unit : units) {
            out.cell_of_unit[unit] = static_cast<std::uint32_t>(out.cells.size());
        }
        out.cells.push_back({units, taken});
    }
    void find_candidates()
    {
        std::vector<CellPartition::Cell> by_count(problem_.counts.size());
        std::vector<std::int32_t> amount(problem_.counts.size(), 0);
        std::vector<bool> is_even(problem_.counts.size(), true);
        for (UnitProblem::Unit unit = 0; unit < problem_.units.size(); ++unit) {
            for (const auto& part : problem_.parts_of(unit)) {
                by_count[part.constraint].units.push_back(unit);
                if (amount[part.constraint] == 0) { amount[part.constraint] = part.amount; }
                if (amount[part.constraint] != part.amount) { is_even[part.constraint] = false; }
            }
        }
        for (std::size_t count = 0; count < by_count.size(); ++count) {
            const auto& bounds = problem_.counts[count];
            auto& cell = by_count[count];
            if (bounds.at_least != bounds.at_most || !is_even[count] || cell.units.empty()) { continue; }
            if (bounds.at_least < 0 || bounds.at_least % amount[count] != 0) { continue; }
            const std::int64_t taken = bounds.at_least / amount[count];
            if (std::cmp_greater(taken, cell.units.size())) { continue; }
            cell.taken = static_cast<std::uint32_t>(taken);
            candidates_.push_back(std::move(cell));
        }
        std::ranges::sort(candidates_, {},
                          [](const auto& cell) { return std::pair{cell.units.size(), cell.units.front()}; });
        for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
            for (const UnitProblem::Unit unit : candidates_[c].units) { of_unit_[unit].push_back(c); }
        }
    }

    bool cover(UnitProblem::Unit first)
    {
        while (first < cell_of_unit_.size() && cell_of_unit_[first] != no_cell) { ++first; }
        if (first == cell_of_unit_.size()) { return true; }
        for (const std::uint32_t candidate : of_unit_[first]) {
            if (++steps_ > steps_max) { return false; }
            const auto& units = candidates_[candidate].units;
            if (std::ranges::any_of(units, [&](auto unit) { return cell_of_unit_[unit] != no_cell; })) { continue; }
            for (const auto unit : units) { cell_of_unit_[unit] = candidate; }
            chosen_.push_back(candidate);
            if (cover(first + 1)) { return true; }
            chosen_.pop_back();
            for (const auto unit : units) { cell_of_unit_[unit] = no_cell; }
        }
        return of_unit_[first].empty() && take_rest();
    }
    /// Units in no candidate: one cell, if the length says how many of them there are.
    bool take_rest()
    {
        std::int64_t left = problem_.counts.front().at_least;
        for (const std::uint32_t chosen : chosen_) {
            const auto& cell = candidates_[chosen];
            for (const auto& part : problem_.parts_of(cell.units.front())) {
                if (part.constraint == 0) { left -= std::int64_t{part.amount} * cell.taken; }
            }
        }
        rest_.clear();
        for (UnitProblem::Unit unit = 0; unit < cell_of_unit_.size(); ++unit) {
            if (cell_of_unit_[unit] != no_cell) { continue; }
            if (!of_unit_[unit].empty() && !overlaps_chosen(unit)) { return false; }
            if (problem_.units[unit].size() != 1) { return false; }
            rest_.push_back(unit);
        }
        if (left < 0 || std::cmp_greater(left, rest_.size())) { return false; }
        rest_taken_ = static_cast<std::uint32_t>(left);
        return true;
    }
    /// No candidate of the unit is free any more.
    bool overlaps_chosen(UnitProblem::Unit unit) const
    {
        return std::ranges::all_of(of_unit_[unit], [&](std::uint32_t candidate) {
            return std::ranges::any_of(candidates_[candidate].units,
                                       [&](auto other) { return cell_of_unit_[other] != no_cell; });
        });
    }

    const UnitProblem& problem_;
    std::vector<CellPartition::Cell> candidates_;
    std::vector<std::vector<std::uint32_t>> of_unit_;
    std::vector<std::uint32_t> cell_of_unit_;
    std::vector<std::uint32_t> chosen_;
    std::vector<UnitProblem::Unit> rest_;
    std::uint32_t rest_taken_ = 0;
    std::size_t steps_ = 0;
};

} // namespace

CellPartition find_partition(const UnitProblem& problem)
{
    return Search{problem}.run();
}

} // namespace papervault::engine::assembly
