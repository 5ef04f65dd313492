#include "assembly/search/relaxation.hpp"

#include "assembly/mixed_word.hpp"
#include "assembly/search/largest.hpp"

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
constexpr std::size_t within_units_max = 500;
/// Breaks ties between units that are alike, which otherwise cost the simplex many idle steps: at most 2^-24.
constexpr std::uint64_t tie_mask = (std::uint64_t{1} << (Fixed::places - 24U)) - 1;

/// In one form of several far more units are alike: at most 2^-13.
constexpr unsigned form_tie_shift = 11;

Fixed tie_breaker(std::uint32_t unit)
{
    return Fixed::from_raw(static_cast<std::int64_t>(mixed_word(unit) & tie_mask));
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
    stimuli_of_unit_.resize(units_.units.size());
    rows_within_.resize(units_.units.size());
    for (std::size_t t = 0; t < units_.stimuli.size(); ++t) {
        const auto& stimulus = units_.stimuli[t];
        for (const auto& [unit, amount] : stimulus.units) {
            stimuli_of_unit_[unit].emplace_back(static_cast<std::uint32_t>(t), amount);
        }
        // units − at_least × used ≥ 0 and units − at_most × used ≤ 0
        const auto least = add({Row::Kind::stimulus_least, t}, zero, far);
        rows_of_stimulus_.push_back(least);
        add({Row::Kind::stimulus_most, t}, -far, zero);
        // A unit is taken no more than its stimulus: implied by whole numbers, not by parts.
        if (units_.units.size() > within_units_max) { continue; }
        for (const auto& [unit, amount] : stimulus.units) {
            rows_within_[unit].emplace_back(static_cast<std::uint32_t>(t), add({Row::Kind::within, t}, -one, zero));
        }
    }
    if (!units_.stimuli.empty()) {
        stimuli_row_ =
            add({Row::Kind::stimuli, 0}, Fixed::from_integer(std::max<std::int64_t>(units_.stimuli_at_least, 0)),
                Fixed::from_integer(std::min<std::int64_t>(units_.stimuli_at_most, 1'000'000)));
    }
    if (copies_ > 1) {
        const auto fixed = static_cast<std::int64_t>(units_.fixed.size());
        share_row_ = add({Row::Kind::share, 0}, zero,
                         Fixed::ratio((problem_.overlap_max - fixed) * (problem_.form_count - 1), 2));
    }
    add_stimuli();
    if (problem_.goal != Goal::maximin) { return; }
    std::vector<LinearProgram::Entry> entries;
    const std::int64_t largest = largest_of(problem_.weights);
    for (std::size_t k = 0; k < information_.size(); ++k) {
        entries.push_back({row_of_ability_[k], -Fixed::ratio(problem_.weights[k], largest)});
    }
    goal_column_ = program_.add_column(one, zero, far, {}, entries);
}

std::uint32_t Relaxation::uses_of(UnitProblem::Unit unit) const
{
    const std::uint32_t uses = options_.uses_left.empty() ? problem_.use_max : options_.uses_left[unit];
    return std::min(uses, problem_.form_count);
}

void Relaxation::turn_to_one_form(Fixed wanted)
{
    const Fixed reached = goal_value();
    std::vector<std::pair<std::uint32_t, Fixed>> costs;
    for (UnitProblem::Unit unit = 0; unit < column_of_unit_.size(); ++unit) {
        const std::uint32_t first = column_of_unit_[unit];
        if (first == no_column) { continue; }
        Fixed price = std::max(program_.reduced_cost(first), zero);
        for (std::uint32_t copy = 1; copy < std::min(copies_, uses_of(unit)); ++copy) {
            if (program_.value(first + copy) > zero) {
                price = std::max(std::min(price, program_.reduced_cost(first + copy)), zero);
            }
        }
        costs.emplace_back(unit, -price - Fixed::from_raw(tie_breaker(unit).raw() << form_tie_shift));
    }
    for (const auto& [unit, cost] : costs) {
        const std::uint32_t first = column_of_unit_[unit];
        program_.set_cost(first, cost);
        for (std::uint32_t copy = 1; copy < std::min(copies_, uses_of(unit)); ++copy) {
            program_.set_bounds(first + copy, zero, zero);
        }
        program_.set_bounds(first, zero, one);
    }
    for (const std::uint32_t column : column_of_stimulus_) { program_.set_bounds(column, program_.low(column), one); }
    if (goal_column_ != no_column) {
        program_.set_bounds(goal_column_, reached * wanted, far);
        program_.set_cost(goal_column_, zero);
    }
    program_.restart();
}

void Relaxation::add_stimuli()
{
    for (std::size_t t = 0; t < units_.stimuli.size(); ++t) {
        const auto& stimulus = units_.stimuli[t];
        std::vector<LinearProgram::Entry> entries{
            {rows_of_stimulus_[t], -Fixed::from_integer(std::max<std::int64_t>(stimulus.at_least, 0))},
            {rows_of_stimulus_[t] + 1, -Fixed::from_integer(std::min<std::int64_t>(stimulus.at_most, 1'000'000))}};
        for (const auto& [unit, amount] : stimulus.units) {
            for (const auto& [of, row] : rows_within_[unit]) {
                if (of == t) { entries.push_back({row, -one}); }
            }
        }
        column_of_stimulus_.push_back(
            program_.add_column(zero, stimulus.is_fixed ? one : zero, one, std::vector{stimuli_row_}, entries));
    }
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
    for (const auto& [stimulus, amount] : stimuli_of_unit_[unit]) {
        for (std::uint32_t i = 0; i < 2; ++i) {
            entries.push_back({rows_of_stimulus_[stimulus] + i, Fixed::from_integer(amount)});
        }
    }
    for (const auto& [stimulus, row] : rows_within_[unit]) { ones.push_back(row); }
    Fixed cost = options_.breaks_ties ? tie_breaker(unit) : zero;
    if (problem_.goal == Goal::maximum) {
        for (std::size_t k = 0; k < information_.size(); ++k) {
            cost += coefficient(information_[k][unit], information_scale_) *
                    Fixed::ratio(problem_.weights[k], largest_of(problem_.weights));
        }
    }
    if (copies_ == 1) {
        const Fixed most = Fixed::ratio(uses_of(unit), problem_.form_count);
        column_of_unit_[unit] = program_.add_column(cost, zero, most, ones, entries);
        return;
    }
    const auto size = static_cast<std::int64_t>(units_.units[unit].size());
    for (std::uint32_t copy = 0; copy < std::min(copies_, uses_of(unit)); ++copy) {
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
    Fixed worth = options_.breaks_ties ? tie_breaker(unit) : zero;
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
    for (const auto& [stimulus, amount] : stimuli_of_unit_[unit]) {
        const std::uint32_t row = rows_of_stimulus_[stimulus];
        worth -= (prices[row] + prices[row + 1]) * Fixed::from_integer(amount);
    }
    for (const auto& [stimulus, row] : rows_within_[unit]) { worth -= prices[row]; }
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

} // namespace papervault::engine::assembly
