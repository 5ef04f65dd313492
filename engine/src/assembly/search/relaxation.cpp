#include "assembly/search/relaxation.hpp"

#include <algorithm>
#include <numeric>

namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
constexpr Fixed zero;
constexpr Fixed one = Fixed::from_integer(1);
constexpr Fixed far = Fixed::from_integer(1'000'000);
constexpr std::uint64_t iterations_max = 20'000;
constexpr int sifting_rounds = 60;
constexpr std::size_t columns_in_a_round = 600;
/// Breaks ties between units that are alike, which otherwise cost the simplex many idle steps: at most 2^-24.
constexpr std::uint64_t tie_mask = (std::uint64_t{1} << (Fixed::places - 24U)) - 1;

std::int64_t largest_of(const std::vector<std::int64_t>& values)
{
    std::int64_t largest = 1;
    for (const std::int64_t value : values) { largest = std::max(largest, std::abs(value)); }
    return largest;
}

Fixed tie_breaker(std::uint32_t unit)
{
    std::uint64_t mixed = (unit + 1) * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 29U)) * 0xbf58476d1ce4e5b9U;
    return Fixed::from_raw(static_cast<std::int64_t>((mixed >> 20U) & tie_mask));
}

} // namespace

Relaxation::Relaxation(const AssemblyProblem& problem, const UnitProblem& units, Options options)
    : problem_{problem}, units_{units}, options_{options}, column_of_unit_(units.units.size(), no_column)
{
    for (const auto& values : problem.information) {
        auto& of_units = information_.emplace_back(units.units.size());
        for (UnitProblem::Unit unit = 0; unit < units.units.size(); ++unit) {
            for (const auto item : units.units[unit]) { of_units[unit] += values[item]; }
        }
        information_scale_ = std::max(information_scale_, largest_of(of_units));
    }
    if (problem.form_count > 1 && problem.use_max > 1 && problem.overlap_max >= 0) {
        copies_ = std::min(problem.use_max, problem.form_count);
    }
    add_rows();

    std::vector<UnitProblem::Unit> order(units.units.size());
    std::iota(order.begin(), order.end(), 0U);
    if (order.size() > options_.columns_at_first) {
        // The most informative of each count first; which ones matter only for the time this takes.
        std::vector<std::int64_t> information(order.size());
        for (const auto& values : information_) {
            for (std::size_t unit = 0; unit < values.size(); ++unit) { information[unit] += values[unit]; }
        }
        std::ranges::sort(order, [&](auto a, auto b) {
            return information[a] != information[b] ? information[a] > information[b] : a < b;
        });
        std::vector<std::size_t> taken(units.counts.size());
        const std::size_t each = options_.columns_at_first / (units.counts.size() + 1) + 1;
        std::vector<UnitProblem::Unit> first;
        for (const auto unit : order) {
            bool is_wanted = false;
            for (const auto& part : units.parts_of(unit)) { is_wanted = is_wanted || taken[part.constraint] < each; }
            if (!is_wanted) { continue; }
            for (const auto& part : units.parts_of(unit)) { ++taken[part.constraint]; }
            first.push_back(unit);
        }
        order = std::move(first);
    }
    for (const auto unit : order) { add_unit(unit); }
}

void Relaxation::add_rows()
{
    const auto add = [&](Row row, Fixed low, Fixed high) {
        rows_.push_back(row);
        return program_.add_row(low, high);
    };
    for (std::size_t c = 0; c < units_.counts.size(); ++c) {
        const auto& count = units_.counts[c];
        row_of_count_.push_back(add({Row::Kind::count, c},
                                    Fixed::from_integer(std::max<std::int64_t>(count.at_least, 0)),
                                    Fixed::from_integer(std::min<std::int64_t>(count.at_most, 1'000'000))));
    }
    for (std::size_t s = 0; s < units_.sums.size(); ++s) {
        const auto& sum = units_.sums[s];
        const std::int64_t scale = largest_of(sum.values);
        row_of_sum_.push_back(
            add({Row::Kind::sum, s, scale}, coefficient(sum.at_least, scale), coefficient(sum.at_most, scale)));
    }
    if (problem_.goal == Goal::maximin) {
        for (std::size_t k = 0; k < information_.size(); ++k) {
            // information − weight × y ≥ −(information of what is fixed)
            const Fixed low = -coefficient(units_.fixed_information[k], information_scale_);
            row_of_ability_.push_back(add({Row::Kind::ability, k, information_scale_}, low, far));
        }
    }
    if (options_.with_enemies) {
        for (std::size_t e = 0; e < units_.enemies.size(); ++e) {
            row_of_enemies_.push_back(add({Row::Kind::enemies, e}, zero, one));
        }
    }
    if (copies_ > 1) {
        const auto fixed = static_cast<std::int64_t>(units_.fixed.size());
        share_row_ = add({Row::Kind::share, 0}, zero,
                         Fixed::ratio((problem_.overlap_max - fixed) * (problem_.form_count - 1), 2));
    }
    if (problem_.goal != Goal::maximin) { return; }
    std::vector<LinearProgram::Entry> entries;
    const std::int64_t largest = largest_of(problem_.weights);
    for (std::size_t k = 0; k < information_.size(); ++k) {
        entries.push_back({row_of_ability_[k], -Fixed::ratio(problem_.weights[k], largest)});
    }
    goal_column_ = program_.add_column(one, zero, far, {}, entries);
}

void Relaxation::add_unit(UnitProblem::Unit unit)
{
    std::vector<std::uint32_t> ones;
    std::vector<LinearProgram::Entry> entries;
    for (const auto& part : units_.parts_of(unit)) {
        if (part.amount == 1) {
            ones.push_back(row_of_count_[part.constraint]);
        } else {
            entries.push_back({row_of_count_[part.constraint], Fixed::from_integer(part.amount)});
        }
    }
    for (std::size_t s = 0; s < units_.sums.size(); ++s) {
        const std::int64_t value = units_.sums[s].values[unit];
        if (value != 0) { entries.push_back({row_of_sum_[s], coefficient(value, rows_[row_of_sum_[s]].scale)}); }
    }
    for (std::size_t k = 0; k < row_of_ability_.size(); ++k) {
        entries.push_back({row_of_ability_[k], coefficient(information_[k][unit], information_scale_)});
    }
    if (options_.with_enemies) {
        for (const std::uint32_t set : units_.enemy_sets_of(unit)) { ones.push_back(row_of_enemies_[set]); }
    }
    Fixed cost = tie_breaker(unit);
    if (problem_.goal == Goal::maximum) {
        for (std::size_t k = 0; k < information_.size(); ++k) {
            cost += coefficient(information_[k][unit], information_scale_) *
                    Fixed::ratio(problem_.weights[k], largest_of(problem_.weights));
        }
    }
    if (copies_ == 1) {
        const Fixed most =
            problem_.use_max >= problem_.form_count ? one : Fixed::ratio(problem_.use_max, problem_.form_count);
        column_of_unit_[unit] = program_.add_column(cost, zero, most, ones, entries);
        return;
    }
    const auto size = static_cast<std::int64_t>(units_.units[unit].size());
    for (std::uint32_t copy = 0; copy < copies_; ++copy) {
        if (copy > 0) { entries.push_back({share_row_, Fixed::from_integer(size * copy)}); }
        const std::uint32_t column =
            program_.add_column(cost, zero, Fixed::ratio(1, problem_.form_count), ones, entries);
        if (copy == 0) { column_of_unit_[unit] = column; }
        if (copy > 0) { entries.pop_back(); }
    }
}

Fixed Relaxation::worth(UnitProblem::Unit unit) const
{
    const auto& prices = program_.prices();
    Fixed worth = tie_breaker(unit);
    for (const auto& part : units_.parts_of(unit)) {
        worth -= prices[row_of_count_[part.constraint]] * Fixed::from_integer(part.amount);
    }
    for (std::size_t s = 0; s < units_.sums.size(); ++s) {
        worth -= prices[row_of_sum_[s]] * coefficient(units_.sums[s].values[unit], rows_[row_of_sum_[s]].scale);
    }
    for (std::size_t k = 0; k < row_of_ability_.size(); ++k) {
        worth -= prices[row_of_ability_[k]] * coefficient(information_[k][unit], information_scale_);
    }
    if (problem_.goal == Goal::maximum) {
        for (std::size_t k = 0; k < information_.size(); ++k) {
            worth += coefficient(information_[k][unit], information_scale_) *
                     Fixed::ratio(problem_.weights[k], largest_of(problem_.weights));
        }
    }
    if (options_.with_enemies) {
        for (const std::uint32_t set : units_.enemy_sets_of(unit)) { worth -= prices[row_of_enemies_[set]]; }
    }
    return worth;
}

std::vector<Fixed> Relaxation::worths() const
{
    std::vector<Fixed> out(units_.units.size());
    for (UnitProblem::Unit unit = 0; unit < out.size(); ++unit) { out[unit] = worth(unit); }
    return out;
}

LinearProgram::Outcome Relaxation::solve()
{
    for (int round = 0; round < sifting_rounds; ++round) {
        const auto outcome = program_.solve(iterations_max);
        if (outcome == LinearProgram::Outcome::gave_up) { return outcome; }
        std::vector<std::pair<Fixed, UnitProblem::Unit>> wanted;
        for (UnitProblem::Unit unit = 0; unit < column_of_unit_.size(); ++unit) {
            if (column_of_unit_[unit] != no_column) { continue; }
            Fixed value;
            if (outcome == LinearProgram::Outcome::optimal) {
                value = worth(unit);
                if (value <= zero) { continue; }
            }
            wanted.emplace_back(-value, unit);
        }
        if (wanted.empty()) { return outcome; }
        std::ranges::sort(wanted);
        if (wanted.size() > columns_in_a_round && outcome == LinearProgram::Outcome::optimal) {
            wanted.resize(columns_in_a_round);
        }
        for (const auto& [value, unit] : wanted) { add_unit(unit); }
    }
    return LinearProgram::Outcome::gave_up;
}

Fixed Relaxation::goal_value() const
{
    return goal_column_ == no_column ? zero : program_.value(goal_column_);
}

/// Weak duality: for any multipliers, goal × Σ(μ × weight) ≤ Σ multiplier × bound + Σ max(0, what is left of a unit).
Ratio Relaxation::bound() const
{
    constexpr unsigned places = 30; // of multipliers
    const auto& prices = program_.prices();
    const auto whole = [&](Fixed price, std::int64_t scale, std::int64_t unit) {
        return (WideNumber{price.raw()} * unit / scale) >> (Fixed::places - places);
    };
    // Everything in units of (information × 2^-30).
    const std::int64_t largest_weight = problem_.weights.empty() ? 1 : largest_of(problem_.weights);
    std::vector<WideNumber> of_ability(information_.size());
    WideNumber denominator = 0;
    WideNumber total = 0;
    for (std::size_t k = 0; k < information_.size(); ++k) {
        if (problem_.goal == Goal::maximin) {
            of_ability[k] = std::max<WideNumber>(whole(-prices[row_of_ability_[k]], 1, 1), 0);
            denominator += of_ability[k] * problem_.weights[k];
        }
        total += of_ability[k] * units_.fixed_information[k];
    }
    if (problem_.goal == Goal::maximum) {
        // Exact weights: multiplied out, the result is Σ weight × information in units of both decimals.
        for (std::size_t k = 0; k < information_.size(); ++k) {
            of_ability[k] = WideNumber{problem_.weights[k]} << places;
        }
        total = 0;
        for (std::size_t k = 0; k < information_.size(); ++k) { total += of_ability[k] * units_.fixed_information[k]; }
        denominator = WideNumber{1} << places;
    }
    const std::int64_t goal_unit = problem_.goal == Goal::maximum ? largest_weight : 1;
    std::vector<WideNumber> multipliers(rows_.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const Row& kind = rows_[row];
        if (kind.kind == Row::Kind::ability) { continue; }
        WideNumber multiplier = whole(prices[row], kind.scale, information_scale_) * goal_unit;
        std::int64_t low = 0;
        std::int64_t high = 0;
        switch (kind.kind) {
        case Row::Kind::count:
            low = units_.counts[kind.index].at_least;
            high = units_.counts[kind.index].at_most;
            break;
        case Row::Kind::sum:
            low = units_.sums[kind.index].at_least;
            high = units_.sums[kind.index].at_most;
            break;
        case Row::Kind::enemies: high = 1; break;
        case Row::Kind::share:
            multiplier = std::max<WideNumber>(multiplier, 0);
            // Doubled, so that the bound is whole.
            total += multiplier *
                     ((problem_.overlap_max - static_cast<std::int64_t>(units_.fixed.size())) *
                          (std::int64_t{problem_.form_count} - 1) +
                      1) /
                     2;
            break;
        case Row::Kind::ability: break;
        }
        if (kind.kind != Row::Kind::share) { total += multiplier * (multiplier > 0 ? high : low); }
        multipliers[row] = multiplier;
    }
    WideNumber of_units = 0; // times the number of forms
    for (UnitProblem::Unit unit = 0; unit < units_.units.size(); ++unit) {
        WideNumber left = 0;
        for (std::size_t k = 0; k < information_.size(); ++k) { left += of_ability[k] * information_[k][unit]; }
        for (const auto& part : units_.parts_of(unit)) {
            left -= multipliers[row_of_count_[part.constraint]] * part.amount;
        }
        for (std::size_t s = 0; s < units_.sums.size(); ++s) {
            left -= multipliers[row_of_sum_[s]] * units_.sums[s].values[unit];
        }
        if (options_.with_enemies) {
            for (const std::uint32_t set : units_.enemy_sets_of(unit)) { left -= multipliers[row_of_enemies_[set]]; }
        }
        if (copies_ == 1) {
            of_units += std::max<WideNumber>(left, 0) * std::min(problem_.use_max, problem_.form_count);
            continue;
        }
        const WideNumber share = multipliers[share_row_] * static_cast<std::int64_t>(units_.units[unit].size());
        for (std::uint32_t copy = 0; copy < copies_; ++copy) {
            of_units += std::max<WideNumber>(left - share * copy, 0);
        }
    }
    total += (of_units + problem_.form_count - 1) / problem_.form_count;
    return {total, denominator > 0 ? denominator : 1};
}

} // namespace papervault::engine::assembly
