#include "assembly/search/branching.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
constexpr Fixed zero;
constexpr Fixed one = Fixed::from_integer(1);
constexpr Fixed whole_within = Fixed::from_raw(std::int64_t{1} << (Fixed::places - 16U));
constexpr std::uint64_t iterations_max = 5'000;
constexpr std::uint64_t solves_of_a_dive = 400;

} // namespace

Branching::Branching(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                     Relaxation& relaxation, Dice& dice, const AssemblyEffort& effort)
    : problem_{problem}, units_{units}, target_{target}, relaxation_{relaxation}, dice_{dice}, effort_{effort},
      target_sums_{target.make_sums()}, unit_of_column_(relaxation.program().columns(), UnitProblem::no_unit)
{
    for (Unit unit = 0; unit < units.units.size(); ++unit) {
        const std::uint32_t column = relaxation.column_of(unit);
        if (column == Relaxation::no_column) {
            is_complete_ = false;
        } else {
            unit_of_column_[column] = unit;
        }
    }
}

void Branching::set(std::uint32_t column, Fixed low, Fixed high)
{
    LinearProgram& program = relaxation_.program();
    trail_.push_back({column, program.low(column), program.high(column)});
    program.set_bounds(column, low, high);
}

void Branching::undo(std::size_t mark)
{
    for (; trail_.size() > mark; trail_.pop_back()) {
        const Change& change = trail_.back();
        relaxation_.program().set_bounds(change.column, change.low, change.high);
    }
}

void Branching::choose(Unit unit)
{
    set(relaxation_.column_of(unit), one, one);
    for (const std::uint32_t number : units_.enemy_sets_of(unit)) {
        for (const Unit enemy : units_.enemies[number]) {
            const std::uint32_t column = relaxation_.column_of(enemy);
            if (enemy == unit || column == Relaxation::no_column) { continue; }
            if (relaxation_.program().high(column) > zero && relaxation_.program().low(column).is_zero()) {
                set(column, zero, zero);
            }
        }
    }
}

bool Branching::is_hopeless() const
{
    if (!has_best_) { return false; }
    Ratio bound = relaxation_.bound();
    if (problem_.goal == Goal::maximin) {
        for (unsigned i = 0; i < problem_.weight_decimals; ++i) { bound.numerator *= 10; }
    }
    return bound.numerator < (WideNumber{best_quality_} + 1) * bound.denominator;
}

std::uint32_t Branching::fractional(bool by_chance)
{
    const LinearProgram& program = relaxation_.program();
    std::uint32_t best = Relaxation::no_column;
    Fixed largest;
    const auto consider = [&](std::uint32_t column) {
        Fixed value = program.value(column);
        if (value.magnitude() <= whole_within || (one - value).magnitude() <= whole_within) { return; }
        if (by_chance) { value += Fixed::from_raw(static_cast<std::int64_t>(dice_.word()) << 2U) * value; }
        if (value > largest) {
            largest = value;
            best = column;
        }
    };
    for (std::size_t t = 0; t < units_.stimuli.size(); ++t) { consider(relaxation_.column_of_stimulus(t)); }
    if (best != Relaxation::no_column) { return best; }
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        if (unit_of_column_[column] != UnitProblem::no_unit) { consider(column); }
    }
    if (best != Relaxation::no_column) { return best; }
    // All whole; enemies may still stand together where they have no row.
    std::vector<bool> is_taken(units_.enemies.size());
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        const Unit unit = unit_of_column_[column];
        if (unit == UnitProblem::no_unit || program.value(column) < whole_within) { continue; }
        for (const std::uint32_t number : units_.enemy_sets_of(unit)) {
            if (is_taken[number] && program.low(column).is_zero()) { return column; }
            is_taken[number] = true;
        }
    }
    return Relaxation::no_column;
}

/// A column at 1 that could still be 0.
std::uint32_t Branching::unsettled() const
{
    const LinearProgram& program = relaxation_.program();
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        if (unit_of_column_[column] == UnitProblem::no_unit) { continue; }
        if (program.low(column).is_zero() && program.value(column) > whole_within) { return column; }
    }
    return Relaxation::no_column;
}

/// The solution is whole: keeps it if it is right to the last digit, and better.
void Branching::take()
{
    const LinearProgram& program = relaxation_.program();
    std::vector<Unit> chosen;
    std::vector<std::int64_t> counts(units_.counts.size());
    std::vector<std::int64_t> sums(units_.sums.size());
    std::vector<std::int64_t> reached(target_.size());
    std::vector<bool> is_chosen(units_.units.size());
    std::vector<bool> has_enemy(units_.enemies.size());
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        const Unit unit = unit_of_column_[column];
        if (unit == UnitProblem::no_unit || program.value(column) < whole_within) { continue; }
        chosen.push_back(unit);
        is_chosen[unit] = true;
        for (const auto& part : units_.parts_of(unit)) { counts[part.constraint] += part.amount; }
        for (std::size_t s = 0; s < sums.size(); ++s) { sums[s] += units_.sums[s].values[unit]; }
        for (std::size_t s = 0; s < reached.size(); ++s) { reached[s] += target_sums_[s].values[unit]; }
        for (const std::uint32_t number : units_.enemy_sets_of(unit)) {
            if (has_enemy[number]) { return; }
            has_enemy[number] = true;
        }
    }
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] < units_.counts[c].at_least || counts[c] > units_.counts[c].at_most) { return; }
    }
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (sums[s] < units_.sums[s].at_least || sums[s] > units_.sums[s].at_most) { return; }
    }
    std::int64_t used = 0;
    for (const auto& stimulus : units_.stimuli) {
        std::int64_t items = 0;
        for (const auto& [unit, amount] : stimulus.units) { items += is_chosen[unit] ? amount : 0; }
        if (items == 0 && !stimulus.is_fixed) { continue; }
        ++used;
        if (items < stimulus.at_least || items > stimulus.at_most) { return; }
    }
    if (!units_.stimuli.empty() && (used < units_.stimuli_at_least || used > units_.stimuli_at_most)) { return; }
    const std::int64_t quality = target_.quality(reached);
    if (has_best_ && quality <= best_quality_) { return; }
    best_ = std::move(chosen);
    best_quality_ = quality;
    has_best_ = true;
    if (effort_.on_better) { effort_.on_better(); }
}

/// @return Everything below this node has been looked at.
bool Branching::search(std::uint64_t& nodes_left)
{
    if (nodes_left == 0 || (effort_.is_over && nodes_left % 16 == 0 && effort_.is_over())) { return false; }
    --nodes_left;
    const auto outcome = relaxation_.program().solve(iterations_max);
    if (outcome == LinearProgram::Outcome::infeasible) { return relaxation_.contradicts(); }
    if (outcome == LinearProgram::Outcome::gave_up) { return false; }
    if (is_hopeless()) { return true; }
    std::uint32_t column = fractional(false);
    if (column == Relaxation::no_column) {
        take();
        if (is_hopeless()) { return true; }
        // The prices' last digits leave a gap: settle the units one by one.
        column = unsettled();
        if (column == Relaxation::no_column) { return true; }
    }
    const Unit unit = unit_of_column_[column];
    const std::size_t mark = trail_.size();
    if (unit == UnitProblem::no_unit) {
        set(column, one, one);
    } else {
        choose(unit);
    }
    const bool has_seen_with = search(nodes_left);
    undo(mark);
    set(column, zero, zero);
    const bool has_seen_without = search(nodes_left);
    undo(mark);
    return has_seen_with && has_seen_without;
}

bool Branching::prove(std::uint64_t nodes_max)
{
    if (!is_complete_) { return false; }
    return search(nodes_max);
}

/// One way down, by chance; where it ends badly, the last choice is taken back. @return A form was found.
bool Branching::plunge(std::uint64_t& solves_left)
{
    int backtracks = 0;
    while (solves_left-- > 0) {
        const auto outcome = relaxation_.program().solve(iterations_max);
        if (outcome != LinearProgram::Outcome::optimal || is_hopeless()) {
            if (++backtracks > 12 || last_choice_ == Relaxation::no_column) { return false; }
            undo(last_mark_);
            set(last_choice_, zero, zero);
            last_choice_ = Relaxation::no_column;
            continue;
        }
        const std::uint32_t column = fractional(true);
        if (column == Relaxation::no_column) {
            take();
            return true;
        }
        last_choice_ = column;
        last_mark_ = trail_.size();
        if (unit_of_column_[column] == UnitProblem::no_unit) {
            set(column, one, one);
        } else {
            choose(unit_of_column_[column]);
        }
    }
    return false;
}

void Branching::dive(int dives_max)
{
    for (int i = 0; i < dives_max && !(effort_.is_over && effort_.is_over()); ++i) {
        std::uint64_t solves_left = solves_of_a_dive;
        last_choice_ = Relaxation::no_column;
        plunge(solves_left);
        undo(0);
        if (has_best_ && best_quality_ >= quality_bound_) { return; }
    }
}

} // namespace papervault::engine::assembly
