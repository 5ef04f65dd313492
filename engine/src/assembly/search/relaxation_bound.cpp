#include "assembly/search/relaxation.hpp"

#include "assembly/search/largest.hpp"

#include <algorithm>

/// What the prices prove, in whole numbers.
namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
constexpr Fixed one = Fixed::from_integer(1);
constexpr unsigned multiplier_places = Fixed::places;

} // namespace

/// In units of (information × 2^-36) for a unit of the row's values.
std::vector<WideNumber> Relaxation::whole_multipliers(const std::vector<Fixed>& weights) const
{
    std::vector<WideNumber> out(rows_.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].kind == Row::Kind::ability) { continue; }
        out[row] = (WideNumber{weights[row].raw()} * information_scale_ / rows_[row].scale) >>
                   (Fixed::places - multiplier_places);
    }
    return out;
}

/// What the row's sum may be; of no use for shares and abilities.
std::pair<std::int64_t, std::int64_t> Relaxation::bounds_of(const Row& row) const
{
    constexpr std::int64_t none = INT64_MAX / 4;
    switch (row.kind) {
    case Row::Kind::count: return {units_.counts[row.index].at_least, units_.counts[row.index].at_most};
    case Row::Kind::sum: return {units_.sums[row.index].at_least, units_.sums[row.index].at_most};
    case Row::Kind::enemies: return {0, 1};
    case Row::Kind::stimulus_least: return {0, none};
    case Row::Kind::stimulus_most: return {-none, 0};
    case Row::Kind::within: return {-1, 0};
    case Row::Kind::stimuli:
        return {std::max<std::int64_t>(units_.stimuli_at_least, 0), std::min(units_.stimuli_at_most, none)};
    case Row::Kind::share:
    case Row::Kind::ability: break;
    }
    return {-none, none};
}

WideNumber Relaxation::used_by(UnitProblem::Unit unit, const std::vector<WideNumber>& multipliers) const
{
    WideNumber used = 0;
    for (const auto& part : units_.parts_of(unit)) {
        used += multipliers[row_of_count_[part.constraint]] * part.amount;
    }
    for (std::size_t s = 0; s < units_.sums.size(); ++s) {
        used += multipliers[row_of_sum_[s]] * units_.sums[s].values[unit];
    }
    if (options_.with_enemies) {
        for (const std::uint32_t set : units_.enemy_sets_of(unit)) { used += multipliers[row_of_enemies_[set]]; }
    }
    for (const auto& [stimulus, amount] : stimuli_of_unit_[unit]) {
        const std::uint32_t row = rows_of_stimulus_[stimulus];
        used += (multipliers[row] + multipliers[row + 1]) * amount;
    }
    for (const auto& [stimulus, row] : rows_within_[unit]) { used += multipliers[row]; }
    return used;
}

WideNumber Relaxation::used_by_stimulus(std::size_t stimulus, const std::vector<WideNumber>& multipliers) const
{
    const auto& bounds = units_.stimuli[stimulus];
    const std::uint32_t row = rows_of_stimulus_[stimulus];
    WideNumber used = multipliers[stimuli_row_] - multipliers[row] * std::max<std::int64_t>(bounds.at_least, 0) -
                      multipliers[row + 1] * std::min<std::int64_t>(bounds.at_most, 1'000'000);
    for (const auto& [unit, amount] : bounds.units) {
        for (const auto& [of, within] : rows_within_[unit]) {
            if (of == stimulus) { used -= multipliers[within]; }
        }
    }
    return used;
}

WideNumber Relaxation::most(WideNumber gain, std::uint32_t column, std::int64_t otherwise) const
{
    if (column == no_column || problem_.form_count > 1) { return gain > 0 ? gain * otherwise : 0; }
    const Fixed at = gain > 0 ? program_.high(column) : program_.low(column);
    return at >= one ? gain : 0;
}

/// Weak duality: for any multipliers, goal × Σ(μ × weight) ≤ Σ multiplier × bound + Σ max(0, what is left of a unit).
Ratio Relaxation::bound() const
{
    const auto& prices = program_.prices();
    std::vector<WideNumber> multipliers = whole_multipliers(prices);
    std::vector<WideNumber> of_ability(information_.size());
    WideNumber denominator = 0;
    if (problem_.goal == Goal::maximin) {
        for (std::size_t k = 0; k < information_.size(); ++k) {
            of_ability[k] =
                std::max<std::int64_t>(-prices[row_of_ability_[k]].raw() >> (Fixed::places - multiplier_places), 0);
            denominator += of_ability[k] * problem_.weights[k];
        }
    } else if (problem_.goal == Goal::maximum) {
        const std::int64_t largest = largest_of(problem_.weights);
        for (std::size_t k = 0; k < information_.size(); ++k) {
            of_ability[k] = WideNumber{problem_.weights[k]} << multiplier_places;
        }
        for (WideNumber& multiplier : multipliers) { multiplier *= largest; }
        denominator = WideNumber{1} << multiplier_places;
    }
    WideNumber total = 0;
    for (std::size_t k = 0; k < information_.size(); ++k) { total += of_ability[k] * units_.fixed_information[k]; }
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        WideNumber& multiplier = multipliers[row];
        const auto kind = rows_[row].kind;
        if (kind == Row::Kind::share || kind == Row::Kind::stimulus_most) {
            multiplier = std::max<WideNumber>(multiplier, 0);
        }
        if (kind == Row::Kind::stimulus_least) { multiplier = std::min<WideNumber>(multiplier, 0); }
        if (kind == Row::Kind::share) {
            const auto fixed = static_cast<std::int64_t>(units_.fixed.size());
            total += (multiplier * ((problem_.overlap_max - fixed) * (std::int64_t{problem_.form_count} - 1)) + 1) / 2;
        } else if (kind != Row::Kind::ability && multiplier != 0) {
            const auto [low, high] = bounds_of(rows_[row]);
            total += multiplier * (multiplier > 0 ? high : low);
        }
    }
    WideNumber of_units = 0; // times the number of forms
    for (UnitProblem::Unit unit = 0; unit < units_.units.size(); ++unit) {
        WideNumber left = -used_by(unit, multipliers);
        for (std::size_t k = 0; k < information_.size(); ++k) { left += of_ability[k] * information_[k][unit]; }
        if (copies_ == 1) {
            of_units += most(left, column_of_unit_[unit], uses_of(unit));
            continue;
        }
        const WideNumber share = multipliers[share_row_] * static_cast<std::int64_t>(units_.units[unit].size());
        for (std::uint32_t copy = 0; copy < std::min(copies_, uses_of(unit)); ++copy) {
            of_units += std::max<WideNumber>(left - share * copy, 0);
        }
    }
    for (std::size_t t = 0; t < units_.stimuli.size(); ++t) {
        of_units += most(-used_by_stimulus(t, multipliers), column_of_stimulus_[t], problem_.form_count);
    }
    total += (of_units + problem_.form_count - 1) / problem_.form_count;
    return {total, denominator > 0 ? denominator : 1};
}

std::int64_t Relaxation::quality_bound() const
{
    Ratio ratio = bound();
    if (problem_.goal == Goal::maximin) {
        for (unsigned i = 0; i < problem_.weight_decimals; ++i) { ratio.numerator *= 10; }
    }
    return static_cast<std::int64_t>(ratio.numerator / ratio.denominator);
}

bool Relaxation::contradicts() const
{
    const auto& weights = program_.contradiction();
    if (weights.size() != rows_.size()) { return false; }
    for (const int sign : {1, -1}) {
        std::vector<WideNumber> multipliers = whole_multipliers(weights);
        // What the rows ask for at least must be more than all columns together can give.
        WideNumber asked = 0;
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            WideNumber& multiplier = multipliers[row] *= sign;
            const auto kind = rows_[row].kind;
            if (kind == Row::Kind::ability || kind == Row::Kind::share ||
                (kind == Row::Kind::stimulus_least && multiplier < 0) ||
                (kind == Row::Kind::stimulus_most && multiplier > 0)) {
                multiplier = 0;
            }
            if (multiplier == 0) { continue; }
            const auto [low, high] = bounds_of(rows_[row]);
            asked += multiplier * (multiplier > 0 ? low : high);
        }
        WideNumber given = 0; // times the number of forms
        for (UnitProblem::Unit unit = 0; unit < units_.units.size(); ++unit) {
            given += most(used_by(unit, multipliers), column_of_unit_[unit], uses_of(unit));
        }
        for (std::size_t t = 0; t < units_.stimuli.size(); ++t) {
            given += most(used_by_stimulus(t, multipliers), column_of_stimulus_[t], problem_.form_count);
        }
        if (given < asked * problem_.form_count) { return true; }
    }
    return false;
}

std::vector<WideNumber> Relaxation::what_is_short() const
{
    std::vector<WideNumber> out(units_.units.size());
    if (program_.contradiction().size() != rows_.size()) { return out; }
    std::vector<WideNumber> multipliers = whole_multipliers(program_.contradiction());
    WideNumber total = 0;
    for (UnitProblem::Unit unit = 0; unit < out.size(); ++unit) {
        out[unit] = used_by(unit, multipliers);
        total += std::max<WideNumber>(out[unit], 0) * program_.high(column_of_unit_[unit]).raw() >> Fixed::places;
    }
    WideNumber asked = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (multipliers[row] == 0) { continue; }
        const auto [low, high] = bounds_of(rows_[row]);
        asked += multipliers[row] * (multipliers[row] > 0 ? low : high);
    }
    if (asked > total) { return out; }
    for (WideNumber& gain : out) { gain = -gain; } // it is the other way round
    return out;
}

std::string Relaxation::name_of_row(std::size_t row) const
{
    const Row& kind = rows_[row];
    switch (kind.kind) {
    case Row::Kind::count: return units_.counts[kind.index].name;
    case Row::Kind::sum: return units_.sums[kind.index].name;
    case Row::Kind::enemies: return "enemies " + std::to_string(kind.index);
    case Row::Kind::stimulus_least:
    case Row::Kind::stimulus_most:
    case Row::Kind::within: return units_.stimuli[kind.index].name;
    case Row::Kind::stimuli: return "number of stimuli";
    case Row::Kind::ability:
    case Row::Kind::share: break;
    }
    return "";
}

} // namespace papervault::engine::assembly
