#include "assembly/search/whole_form.hpp"

namespace papervault::engine::assembly {

std::optional<std::int64_t> quality_of_form(const UnitProblem& units, const Target& target,
                                            std::span<const UnitProblem::Sum> target_sums,
                                            std::span<const UnitProblem::Unit> chosen)
{
    std::vector<std::int64_t> counts(units.counts.size());
    std::vector<std::int64_t> sums(units.sums.size());
    std::vector<std::int64_t> reached(target.size());
    std::vector<bool> is_chosen(units.units.size());
    std::vector<bool> has_enemy(units.enemies.size());
    for (const UnitProblem::Unit unit : chosen) {
        is_chosen[unit] = true;
        for (const auto& part : units.parts_of(unit)) { counts[part.constraint] += part.amount; }
        for (std::size_t s = 0; s < sums.size(); ++s) { sums[s] += units.sums[s].values[unit]; }
        for (std::size_t s = 0; s < reached.size(); ++s) { reached[s] += target_sums[s].values[unit]; }
        for (const std::uint32_t number : units.enemy_sets_of(unit)) {
            if (has_enemy[number]) { return std::nullopt; }
            has_enemy[number] = true;
        }
    }
    const auto is_inside = [](const UnitProblem::Bounded& bounds, std::int64_t value) {
        return value >= bounds.at_least && value <= bounds.at_most;
    };
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (!is_inside(units.counts[c], counts[c])) { return std::nullopt; }
    }
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (!is_inside(units.sums[s], sums[s])) { return std::nullopt; }
    }
    std::int64_t used = 0;
    for (const auto& stimulus : units.stimuli) {
        std::int64_t items = 0;
        for (const auto& [unit, amount] : stimulus.units) { items += is_chosen[unit] ? amount : 0; }
        if (items == 0 && !stimulus.is_fixed) { continue; }
        ++used;
        if (!is_inside(stimulus, items)) { return std::nullopt; }
    }
    if (!units.stimuli.empty() && (used < units.stimuli_at_least || used > units.stimuli_at_most)) {
        return std::nullopt;
    }
    return target.quality(reached);
}

} // namespace papervault::engine::assembly
