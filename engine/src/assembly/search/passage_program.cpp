#include "assembly/search/passage_program.hpp"

#include "assembly/search/largest.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
constexpr Fixed zero;
constexpr Fixed one = Fixed::from_integer(1);
constexpr Fixed far = Fixed::from_integer(1'000'000);
constexpr std::size_t enemy_sets_max = 200;
constexpr std::size_t units_max = 20'000;
constexpr std::size_t rows_max = 600;
constexpr std::uint64_t iterations_max = 5'000;
constexpr std::uint64_t iterations_of_a_trial = 30;
constexpr int rounds_max = 200;

} // namespace

bool PassageProgram::fits(const AssemblyProblem& problem, const UnitProblem& units)
{
    const std::size_t rows = units.counts.size() + units.sums.size() + units.enemies.size() + units.stimuli.size() * 2 +
                             problem.information.size() * 2;
    if (problem.form_count != 1 || units.stimuli.empty() || units.enemies.size() > enemy_sets_max ||
        units.units.size() > units_max || rows > rows_max) {
        return false;
    }
    std::vector<bool> is_in_group(units.units.size());
    for (const auto& stimulus : units.stimuli) {
        for (const auto& [unit, amount] : stimulus.units) {
            if (is_in_group[unit]) { return false; }
            is_in_group[unit] = true;
        }
    }
    return true;
}

PassageProgram::PassageProgram(const AssemblyProblem& problem, const UnitProblem& units, const Target& target)
    : problem_{problem}, units_{units}, target_{target}, target_sums_{target.make_sums()},
      group_of_unit_(units.units.size(), no_group), unit_states_(units.units.size()), terms_(units.units.size()),
      objective_(units.units.size()), column_of_unit_(units.units.size(), UINT32_MAX), values_(units.units.size())
{
    for (const auto& stimulus : units.stimuli) {
        GroupOf group{stimulus.units, std::max<std::int64_t>(stimulus.at_least, stimulus.is_fixed ? 0 : 1),
                      stimulus.at_most};
        if (stimulus.is_fixed) { group.state = State::in; }
        for (const auto& [unit, amount] : group.units) { group_of_unit_[unit] = static_cast<Group>(groups_.size()); }
        groups_.push_back(std::move(group));
    }
    bests_.resize(groups_.size());
    if (problem.goal == Goal::maximum) {
        objective_ = target_sums_.front().values;
        objective_scale_ = largest_of(objective_);
        for (std::size_t k = 0; k < problem.weights.size(); ++k) {
            objective_constant_ += problem.weights[k] * units.fixed_information[k];
        }
    } else {
        for (const auto& sum : target_sums_) { objective_scale_ = std::max(objective_scale_, largest_of(sum.values)); }
    }
    if (problem.goal == Goal::maximin) {
        for (unsigned i = 0; i < problem.weight_decimals; ++i) { quality_unit_ *= 10; }
    }
    add_rows();
    for (GroupOf& group : groups_) { group.row = add_row({group.state == State::in ? 1 : 0, 1}); }
    add_goal();
    for (Unit unit = 0; unit < units.units.size(); ++unit) {
        if (group_of_unit_[unit] != no_group) { continue; }
        std::vector<LinearProgram::Entry> entries;
        for (const Term& term : terms_[unit]) {
            entries.push_back({term.row, Fixed::ratio(term.value, rows_[term.row].scale)});
        }
        column_of_unit_[unit] =
            program_.add_column(Fixed::ratio(objective_[unit], objective_scale_), zero, one, {}, entries);
    }
}

std::uint32_t PassageProgram::add_row(Row row)
{
    const auto bound = [&](std::int64_t value) { return Fixed::ratio(value, row.scale); };
    program_.add_row(std::max(bound(row.low), -far), row.goal_weight > 0 ? far : std::min(bound(row.high), far));
    rows_.push_back(row);
    return static_cast<std::uint32_t>(rows_.size() - 1);
}

void PassageProgram::add_rows()
{
    // Bounds no wider than what can be reached, so that products with them stay small.
    const auto reach = std::int64_t{problem_.item_count} + 1;
    for (const auto& count : units_.counts) {
        add_row({std::clamp(count.at_least, -reach, reach), std::clamp(count.at_most, -reach, reach)});
    }
    for (Unit unit = 0; unit < units_.units.size(); ++unit) {
        for (const auto& part : units_.parts_of(unit)) { terms_[unit].push_back({part.constraint, part.amount}); }
    }
    for (const auto& sum : units_.sums) {
        std::int64_t least = 0;
        std::int64_t most = 0;
        for (const std::int64_t value : sum.values) { (value < 0 ? least : most) += value; }
        const auto row = add_row({std::clamp(sum.at_least, least - 1, most + 1),
                                  std::clamp(sum.at_most, least - 1, most + 1), largest_of(sum.values)});
        for (Unit unit = 0; unit < units_.units.size(); ++unit) {
            if (sum.values[unit] != 0) { terms_[unit].push_back({row, sum.values[unit]}); }
        }
    }
    for (const auto& enemies : units_.enemies) {
        const auto row = add_row({0, 1});
        for (const Unit unit : enemies) { terms_[unit].push_back({row, 1}); }
    }
    add_passage_rows();
}

/// Their number; and for each count that has passages only as wholes, how many there can be of them.
void PassageProgram::add_passage_rows()
{
    const auto number = static_cast<std::int64_t>(groups_.size());
    const auto all =
        add_row({std::max<std::int64_t>(units_.stimuli_at_least, 0), std::min(units_.stimuli_at_most, number)});
    passage_rows_.push_back(all);
    for (GroupOf& group : groups_) { group.rows.push_back(all); }
    for (std::uint32_t count = 0; count < units_.counts.size(); ++count) {
        std::vector<std::int64_t> inside(groups_.size());
        bool is_whole = true;
        for (Unit unit = 0; unit < units_.units.size() && is_whole; ++unit) {
            for (const auto& part : units_.parts_of(unit)) {
                if (part.constraint != count) { continue; }
                const Group group = group_of_unit_[unit];
                if (group == no_group) {
                    is_whole = false;
                } else {
                    inside[group] += part.amount;
                }
            }
        }
        std::int64_t least = INT64_MAX;
        std::int64_t most = 1;
        std::vector<Group> members;
        for (Group group = 0; group < groups_.size() && is_whole; ++group) {
            if (inside[group] == 0) { continue; }
            std::int64_t of_group = 0;
            for (const auto& [unit, amount] : groups_[group].units) { of_group += amount; }
            is_whole = of_group == inside[group] && groups_[group].low > 0;
            least = std::min(least, groups_[group].low);
            most = std::max(most, groups_[group].high);
            members.push_back(group);
        }
        if (!is_whole || members.empty()) { continue; }
        const std::int64_t low = (std::max<std::int64_t>(units_.counts[count].at_least, 0) + most - 1) / most;
        const std::int64_t high = std::min(std::max<std::int64_t>(units_.counts[count].at_most, -1) / least,
                                           static_cast<std::int64_t>(members.size()));
        const auto row = add_row({low, std::max<std::int64_t>(high, 0)});
        passage_rows_.push_back(row);
        for (const Group group : members) { groups_[group].rows.push_back(row); }
    }
}

void PassageProgram::add_goal()
{
    if (problem_.goal != Goal::maximin && problem_.goal != Goal::minimax) { return; }
    std::vector<LinearProgram::Entry> entries;
    const std::int64_t largest = problem_.goal == Goal::maximin ? largest_of(problem_.weights) : 1;
    for (std::size_t k = 0; k < target_sums_.size(); ++k) {
        const bool is_maximin = problem_.goal == Goal::maximin;
        const std::int64_t weight = is_maximin ? problem_.weights[k] : 1;
        const std::int64_t low = (is_maximin ? 0 : problem_.targets[k]) - units_.fixed_information[k];
        for (const int sign : {1, -1}) {
            if (is_maximin && sign < 0) { continue; }
            const auto row = add_row({sign * low, 0, objective_scale_, weight});
            for (Unit unit = 0; unit < units_.units.size(); ++unit) {
                const std::int64_t value = target_sums_[k].values[unit];
                if (value != 0) { terms_[unit].push_back({row, sign * value}); }
            }
            entries.push_back({row, -Fixed::ratio(weight, largest)});
        }
    }
    program_.add_column(one, -far, far, {}, entries);
}

bool PassageProgram::is_allowed(const GroupOf& group, const Pattern& pattern) const
{
    if (group.state == State::out) { return false; }
    for (const auto& [unit, amount] : group.units) {
        const State state = unit_states_[unit];
        if (state == State::open) { continue; }
        if (std::ranges::binary_search(pattern.units, unit) != (state == State::in)) { return false; }
    }
    return true;
}

void PassageProgram::refresh(Group number)
{
    const GroupOf& group = groups_[number];
    for (const Pattern& pattern : group.patterns) {
        const Fixed high = is_allowed(group, pattern) ? one : zero;
        if (program_.high(pattern.column) != high) { program_.set_bounds(pattern.column, zero, high); }
    }
}

bool PassageProgram::has_pattern(Group group, const std::vector<Unit>& units) const
{
    return std::ranges::any_of(groups_[group].patterns, [&](const Pattern& other) { return other.units == units; });
}

void PassageProgram::add_pattern(Group number, const std::vector<Unit>& units)
{
    GroupOf& group = groups_[number];
    std::vector<Term> terms;
    std::int64_t gain = 0;
    for (const Unit unit : units) {
        terms.insert(terms.end(), terms_[unit].begin(), terms_[unit].end());
        gain += objective_[unit];
    }
    for (const std::uint32_t row : group.rows) { terms.push_back({row, 1}); }
    terms.push_back({group.row, 1});
    std::ranges::sort(terms, {}, &Term::row);
    std::vector<std::uint32_t> ones;
    std::vector<LinearProgram::Entry> entries;
    for (std::size_t i = 0; i < terms.size();) {
        const std::uint32_t row = terms[i].row;
        std::int64_t sum = 0;
        for (; i < terms.size() && terms[i].row == row; ++i) { sum += terms[i].value; }
        if (sum == 1 && rows_[row].scale == 1) {
            ones.push_back(row);
        } else if (sum != 0) {
            entries.push_back({row, Fixed::ratio(sum, rows_[row].scale)});
        }
    }
    const auto column = program_.add_column(Fixed::ratio(gain, objective_scale_), zero, one, ones, entries);
    group.patterns.push_back({units, column});
}

void PassageProgram::apply(const Decision& decision)
{
    switch (decision.kind) {
    case Decision::Kind::row:
        rows_[decision.index].low = decision.low;
        rows_[decision.index].high = decision.high;
        program_.set_row_bounds(decision.index, Fixed::from_integer(decision.low), Fixed::from_integer(decision.high));
        break;
    case Decision::Kind::group: {
        GroupOf& group = groups_[decision.index];
        group.state = decision.state;
        rows_[group.row].low = decision.state == State::in ? 1 : 0;
        program_.set_row_bounds(group.row, Fixed::from_integer(rows_[group.row].low), one);
        refresh(decision.index);
        break;
    }
    case Decision::Kind::unit: {
        unit_states_[decision.index] = decision.state;
        const Group group = group_of_unit_[decision.index];
        if (group != no_group) {
            refresh(group);
            break;
        }
        program_.set_bounds(column_of_unit_[decision.index], decision.state == State::in ? one : zero,
                            decision.state == State::out ? zero : one);
        break;
    }
    }
}

void PassageProgram::decide(const Decision& decision)
{
    Decision before = decision;
    switch (decision.kind) {
    case Decision::Kind::row:
        before.low = rows_[decision.index].low;
        before.high = rows_[decision.index].high;
        break;
    case Decision::Kind::group: before.state = groups_[decision.index].state; break;
    case Decision::Kind::unit: {
        // A unit of a passage has its passage.
        const Group group = group_of_unit_[decision.index];
        if (decision.state == State::in && group != no_group && groups_[group].state == State::open) {
            decide({Decision::Kind::group, group, State::in});
        }
        before.state = unit_states_[decision.index];
        break;
    }
    }
    trail_.push_back(before);
    apply(decision);
}

void PassageProgram::undo(std::size_t mark)
{
    for (; trail_.size() > mark; trail_.pop_back()) { apply(trail_.back()); }
}

Fixed PassageProgram::group_value(Group group) const
{
    Fixed value;
    for (const Pattern& pattern : groups_[group].patterns) { value += program_.value(pattern.column); }
    return value;
}

std::vector<Fixed> PassageProgram::unit_values() const
{
    std::vector<Fixed> values(units_.units.size());
    for (const GroupOf& group : groups_) {
        for (const Pattern& pattern : group.patterns) {
            const Fixed part = program_.value(pattern.column);
            if (part.is_zero()) { continue; }
            for (const Unit unit : pattern.units) { values[unit] += part; }
        }
    }
    for (Unit unit = 0; unit < values.size(); ++unit) {
        if (group_of_unit_[unit] == no_group) { values[unit] = program_.value(column_of_unit_[unit]); }
    }
    return values;
}

Fixed PassageProgram::loss_of(const Decision& decision)
{
    const LinearProgram before = program_;
    const Fixed objective = program_.objective();
    const std::size_t standing = mark();
    decide(decision);
    const auto outcome = program_.solve(iterations_of_a_trial);
    const Fixed loss = outcome == LinearProgram::Outcome::infeasible ? one : objective - program_.objective();
    steps_ += (program_.iterations() - before.iterations()) * program_.steps_of_an_iteration();
    undo(standing);
    program_ = before;
    return std::max(loss, zero);
}

PassageProgram::Outcome PassageProgram::solve(std::int64_t quality_known)
{
    bound_ = INT64_MAX;
    bool has_restarted = false;
    for (int round = 0; round < rounds_max; ++round) {
        const std::uint64_t before = program_.iterations();
        const auto outcome = program_.solve(iterations_max);
        steps_ += (program_.iterations() - before) * program_.steps_of_an_iteration() + units_.units.size() / 4;
        if (outcome == LinearProgram::Outcome::gave_up) {
            if (has_restarted) { return Outcome::unknown; }
            has_restarted = true;
            program_.restart();
            continue;
        }
        if (outcome == LinearProgram::Outcome::infeasible) {
            switch (look_at_contradiction()) {
            case Reason::proved: return Outcome::hopeless;
            case Reason::more_choices: continue;
            case Reason::unclear: return Outcome::unknown;
            }
        }
        const Prices prices = prices_of_goal();
        const auto total = evaluate(prices);
        if (!total) { return Outcome::hopeless; }
        bound_ = std::min(bound_, quality_at(prices, *total));
        if (bound_ <= quality_known) { return Outcome::hopeless; }
        if (!price_in(prices)) {
            draw_conclusions(prices, *total, quality_known);
            return Outcome::solved;
        }
    }
    return Outcome::unknown;
}

} // namespace papervault::engine::assembly
