#include "assembly/search/branching.hpp"

#include "assembly/search/whole_form.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
constexpr Fixed zero;
constexpr Fixed one = Fixed::from_integer(1);
constexpr Fixed whole_within = Fixed::from_raw(std::int64_t{1} << (Fixed::places - 16U));
constexpr std::uint64_t iterations_max = 5'000;
constexpr std::uint64_t iterations_of_a_dive_max = 600; ///< Of one solve.
constexpr std::uint64_t solves_of_a_dive = 400;
/// Units that dives choose from: so many by their worth, more for a long form.
constexpr std::size_t units_of_dives_least = 600;
constexpr std::size_t units_of_dives_per_place = 10;
/// Of the program's goal: less is not worth a dive, and may be the same form again.
constexpr Fixed least_gain = Fixed::from_raw(std::int64_t{1} << 22U); // 2^-14
constexpr int backtracks_for_the_first = 40;
constexpr int backtracks_max = 12;
constexpr std::uint64_t solves_wanted = 12; ///< Of a dive from a part of the best form.
constexpr int backtracks_before_a_jump = 6;
constexpr int choices_of_a_jump = 5;
constexpr int dives_from_the_root = 3;
constexpr int idle_dives_max = 24;
constexpr std::size_t runs_from_nothing = 4;
/// Of 32 units of the best form, so many stay in a dive.
constexpr std::uint32_t parts_kept_least = 10;
constexpr std::uint32_t parts_kept_most = 29;

} // namespace

Branching::Branching(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                     Relaxation& relaxation, Dice& dice, const AssemblyEffort& effort)
    : problem_{problem}, units_{units}, target_{target}, relaxation_{relaxation}, dice_{dice}, effort_{effort},
      target_sums_{target.make_sums()}, unit_of_column_(relaxation.program().columns(), UnitProblem::no_unit),
      iterations_before_{relaxation.program().iterations()}
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
    return bound.numerator < (WideNumber{best_.quality} + 1) * bound.denominator;
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
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        const Unit unit = unit_of_column_[column];
        if (unit != UnitProblem::no_unit && program.value(column) >= whole_within) { chosen.push_back(unit); }
    }
    const auto quality = quality_of_form(units_, target_, target_sums_, chosen);
    if (!quality) { return; }
    const Fixed value = program.objective();
    const auto is_better_than = [&](const Found& other) {
        return goes_by_the_program_ ? value > other.value : *quality > other.quality;
    };
    if (has_best_ && !is_better_than(best_)) { return; }
    best_ = {std::move(chosen), *quality, value};
    has_best_ = true;
    if (has_top_ && !is_better_than(top_)) { return; }
    top_ = best_;
    has_top_ = true;
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
        const auto outcome = relaxation_.program().solve(iterations_of_a_dive_max);
        // A dive need not be sure: the program's own numbers will do.
        if (outcome != LinearProgram::Outcome::optimal ||
            (has_best_ && relaxation_.program().objective() <= best_.value + least_gain)) {
            if (++backtracks > (has_best_ ? backtracks_max : backtracks_for_the_first) || choices_.empty()) {
                return false;
            }
            // Now and then some choices more, for the mistake may be older.
            for (int more = backtracks % backtracks_before_a_jump == 0 ? choices_of_a_jump : 0;
                 more > 0 && choices_.size() > 1; --more) {
                choices_.pop_back();
            }
            undo(choices_.back().mark);
            set(choices_.back().column, zero, zero);
            choices_.pop_back();
            continue;
        }
        const std::uint32_t column = fractional(true);
        if (column == Relaxation::no_column) {
            take();
            return true;
        }
        choices_.push_back({column, trail_.size()});
        if (unit_of_column_[column] == UnitProblem::no_unit) {
            set(column, one, one);
        } else {
            choose(unit_of_column_[column]);
        }
    }
    return false;
}

std::uint64_t Branching::steps() const
{
    return (relaxation_.iterations() - iterations_before_) * relaxation_.program().steps_of_an_iteration();
}

bool Branching::is_spent() const
{
    return steps() >= effort_.steps || (effort_.is_over && effort_.is_over());
}

/// Leaves the units that are worth most at the root's prices.
void Branching::narrow()
{
    LinearProgram& program = relaxation_.program();
    std::vector<std::pair<Fixed, std::uint32_t>> outside; // the worst first
    std::size_t inside = 0;
    for (std::uint32_t column = 0; column < unit_of_column_.size(); ++column) {
        if (unit_of_column_[column] == UnitProblem::no_unit || program.high(column).is_zero()) { continue; }
        if (program.value(column) > zero) {
            ++inside;
        } else {
            outside.emplace_back(program.reduced_cost(column), column);
        }
    }
    const std::size_t wanted = std::max(units_of_dives_least, problem_.length * units_of_dives_per_place);
    const std::size_t kept = wanted > inside ? wanted - inside : 0;
    if (outside.size() <= kept) { return; }
    std::ranges::sort(outside);
    outside.resize(outside.size() - kept);
    for (const auto& [worth, column] : outside) { set(column, zero, zero); }
}

/// A part by chance; how large, follows from how the last dives went. Where other runs have ended with forms of their
/// own, now and then what is common to the best and one of these.
void Branching::keep_a_part_of_the_best()
{
    std::vector<bool> is_common;
    std::uint32_t kept = parts_kept_;
    if (ended_runs_.size() > 1 && dice_.below(4) == 0) {
        is_common.resize(units_.units.size());
        const auto& other = ended_runs_[dice_.below(static_cast<std::uint32_t>(ended_runs_.size()))].chosen;
        for (const Unit unit : other) { is_common[unit] = true; }
        kept = parts_kept_most;
    }
    for (const Unit unit : best_.chosen) {
        if ((!is_common.empty() && !is_common[unit]) || dice_.below(32) >= kept) { continue; }
        const std::uint32_t column = relaxation_.column_of(unit);
        if (relaxation_.program().low(column).is_zero()) { choose(unit); }
    }
}

/// The run has come to its end: the next begins from nothing, or, after some, from the best of all.
void Branching::end_run()
{
    ended_runs_.push_back(best_);
    const bool is_new_run = ended_runs_.size() < runs_from_nothing;
    if (is_new_run) {
        best_ = {};
        has_best_ = false;
    } else {
        best_ = top_;
        ended_runs_.pop_back();
    }
}

void Branching::dive(int dives_max)
{
    LinearProgram& program = relaxation_.program();
    if (program.solve(iterations_max) != LinearProgram::Outcome::optimal) { return; }
    narrow();
    const std::size_t narrowed = trail_.size();
    const LinearProgram root = program;
    int dives_of_run = 0;
    int idle = 0;
    for (int i = 0; i < dives_max && !is_spent(); ++i) {
        std::uint64_t solves_left = solves_of_a_dive;
        choices_.clear();
        const bool had_best = has_best_;
        const Fixed before = best_.value;
        const bool is_free = !has_best_ || dives_of_run < dives_from_the_root;
        if (!is_free) { keep_a_part_of_the_best(); }
        plunge(solves_left);
        ++dives_of_run;
        const bool is_better = has_best_ && (!had_best || best_.value > before);
        idle = is_better ? 0 : idle + 1;
        if (!is_free) {
            // A part that leads to nothing better at once is too large; one that takes long is too small.
            const std::uint64_t used = solves_of_a_dive - solves_left;
            if (used < solves_wanted / 2) {
                parts_kept_ = std::max(parts_kept_ - 1, parts_kept_least);
            } else if (used > solves_wanted && !is_better) {
                parts_kept_ = std::min(parts_kept_ + 1, parts_kept_most);
            }
        }
        trail_.resize(narrowed);
        const std::uint64_t iterations = program.iterations();
        program = root;
        program.count_iterations(iterations);
        if (has_top_ && (stops_at_first_ || top_.quality >= quality_bound_)) { break; }
        if (has_best_ && idle >= idle_dives_max) {
            end_run();
            dives_of_run = has_best_ ? dives_from_the_root : 0;
            idle = 0;
        }
    }
    undo(0);
}

} // namespace papervault::engine::assembly
