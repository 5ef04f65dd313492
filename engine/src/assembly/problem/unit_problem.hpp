#pragma once

#include <papervault/engine/assembly_problem.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace papervault::engine::assembly {

/// A problem made smaller without losing a form: all-or-none sets are one unit, what is forced is subtracted from the
/// bounds, what can't be in any form is gone. Everything is by unit.
struct UnitProblem {
    using Unit = std::uint32_t;
    struct Part {
        std::uint32_t constraint;
        std::int32_t amount;
    };
    struct Bounded {
        std::string name;
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
        bool operator==(const Bounded&) const = default;
    };
    struct Sum : Bounded {
        std::vector<std::int64_t> values; ///< By unit.
    };

    std::vector<std::vector<AssemblyProblem::Item>> units;
    std::vector<AssemblyProblem::Item> fixed; ///< Items in every form, in no unit.
    std::vector<std::uint32_t> unit_of_item;  ///< no_unit for fixed and impossible ones.
    static constexpr std::uint32_t no_unit = UINT32_MAX;

    /// Number 0 is the length. Amounts are whole numbers above 0.
    std::vector<Bounded> counts;
    std::vector<std::size_t> part_begins; ///< By unit, into parts.
    std::vector<Part> parts;
    /// Weighted sums, then, for a band, the information at each ability.
    std::vector<Sum> sums;
    std::vector<std::vector<Unit>> enemies; ///< Sets with two units or more.
    std::vector<std::size_t> enemy_begins;  ///< By unit, into enemy_sets.
    std::vector<std::uint32_t> enemy_sets;
    /// Of a passage's items a form has none, or at_least .. at_most beside the fixed ones.
    struct Stimulus : Bounded {
        std::vector<std::pair<Unit, std::int32_t>> units; ///< With the number of its items.
        bool is_fixed = false;                            ///< Fixed items have it in every form.
    };
    std::vector<Stimulus> stimuli;
    std::int64_t stimuli_at_least = 0;
    std::int64_t stimuli_at_most = INT64_MAX;
    /// By ability: what the fixed items give.
    std::vector<std::int64_t> fixed_information;

    [[nodiscard]] std::span<const Part> parts_of(Unit unit) const
    {
        return std::span{parts}.subspan(part_begins[unit], part_begins[unit + 1] - part_begins[unit]);
    }
    [[nodiscard]] std::span<const std::uint32_t> enemy_sets_of(Unit unit) const
    {
        return std::span{enemy_sets}.subspan(enemy_begins[unit], enemy_begins[unit + 1] - enemy_begins[unit]);
    }
};

/// @return infeasible where what is forced and what is banned already contradict each other.
[[nodiscard]] Result<UnitProblem> make_units(const AssemblyProblem& problem);

} // namespace papervault::engine::assembly
