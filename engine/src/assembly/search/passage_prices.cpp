#include "assembly/search/passage_program.hpp"

#include <algorithm>

/// What prices are worth, in whole numbers.
namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
/// Larger prices are cut, which costs sharpness but no truth: products of them stay inside 128 bits.
constexpr std::int64_t price_max = std::int64_t{1} << 46U;
constexpr std::int64_t scale_max = std::int64_t{1} << 40U;
/// A choice that gains less than this is none: the program's own last digits.
constexpr unsigned least_gain_places = 14;

std::int64_t cut(Fixed price)
{
    return std::clamp(price.raw(), -price_max, price_max);
}

} // namespace

/// Any multipliers give a bound (weak duality); these give the best one.
PassageProgram::Prices PassageProgram::prices_of_goal() const
{
    Prices out;
    const auto& prices = program_.prices();
    out.multipliers.resize(rows_.size());
    out.denominator = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].goal_weight > 0) {
            out.multipliers[row] = std::min<std::int64_t>(cut(prices[row]), 0);
            out.denominator -= out.multipliers[row] * rows_[row].goal_weight;
        } else {
            out.multipliers[row] = WideNumber{cut(prices[row])} * objective_scale_ / rows_[row].scale;
        }
    }
    if (problem_.goal == Goal::maximum) {
        out.of_objective = out.denominator = WideNumber{1} << Fixed::places;
        out.constant = objective_constant_ * out.denominator;
    }
    return out;
}

/// Where these come to less than nothing, there is no form: what the rows ask for is more than all can give.
PassageProgram::Prices PassageProgram::prices_of_contradiction(int sign) const
{
    Prices out;
    const auto& weights = program_.contradiction();
    out.multipliers.resize(rows_.size());
    std::int64_t largest_scale = 1;
    for (const Row& row : rows_) { largest_scale = std::max(largest_scale, row.scale); }
    largest_scale = std::min(largest_scale, scale_max);
    for (std::size_t row = 0; row < std::min(rows_.size(), weights.size()); ++row) {
        if (rows_[row].goal_weight > 0) { continue; }
        out.multipliers[row] = WideNumber{cut(weights[row])} * largest_scale / rows_[row].scale * sign;
    }
    return out;
}

void PassageProgram::evaluate_units(const Prices& prices)
{
    for (Unit unit = 0; unit < values_.size(); ++unit) {
        WideNumber value = prices.of_objective * objective_[unit];
        for (const Term& term : terms_[unit]) { value -= prices.multipliers[term.row] * term.value; }
        values_[unit] = value;
    }
}

WideNumber PassageProgram::value_of_use(const Prices& prices, const GroupOf& group) const
{
    WideNumber value = 0;
    for (const std::uint32_t row : group.rows) { value -= prices.multipliers[row]; }
    return value;
}

/// The best choice of a passage's units inside its bounds and the decisions.
PassageProgram::Best PassageProgram::best_of(const GroupOf& group, WideNumber of_use) const
{
    Best best;
    best.value = of_use;
    std::vector<Unit> free;
    for (const auto& [unit, amount] : group.units) {
        if (amount != 1) { return best_of_uneven(group, of_use); }
        if (unit_states_[unit] == State::in) {
            best.units.push_back(unit);
            best.value += values_[unit];
        } else if (unit_states_[unit] == State::open) {
            free.push_back(unit);
        }
    }
    std::ranges::sort(free, [&](Unit a, Unit b) { return values_[a] != values_[b] ? values_[a] > values_[b] : a < b; });
    auto size = static_cast<std::int64_t>(best.units.size());
    for (const Unit unit : free) {
        if (size >= group.high || (size >= group.low && values_[unit] <= 0)) { break; }
        best.units.push_back(unit);
        best.value += values_[unit];
        ++size;
    }
    best.is_possible = size >= group.low && size <= group.high;
    std::ranges::sort(best.units);
    return best;
}

/// The same where units have several items: by the number of items taken.
PassageProgram::Best PassageProgram::best_of_uneven(const GroupOf& group, WideNumber of_use) const
{
    std::int64_t items = 0;
    for (const auto& [unit, amount] : group.units) { items += amount; }
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(group.high, -1, items) + 1);
    std::vector<Best> by_items(most); // the best of so many items
    if (most > 0) { by_items[0] = {true, of_use, {}}; }
    for (const auto& [unit, amount] : group.units) {
        if (unit_states_[unit] == State::out) { continue; }
        const auto step = static_cast<std::size_t>(amount);
        for (std::size_t n = most; n-- > 0;) {
            Best& standing = by_items[n];
            const bool must = unit_states_[unit] == State::in;
            const bool can = n >= step && by_items[n - step].is_possible;
            const WideNumber with = can ? by_items[n - step].value + values_[unit] : 0;
            if (can && (must || !standing.is_possible || with > standing.value)) {
                standing = by_items[n - step];
                standing.value = with;
                standing.units.push_back(unit);
            } else if (must) {
                standing.is_possible = false;
            }
        }
    }
    Best best;
    for (std::size_t n = 0; n < most; ++n) {
        if (std::cmp_less(n, group.low) || !by_items[n].is_possible) { continue; }
        if (!best.is_possible || by_items[n].value > best.value) { best = by_items[n]; }
    }
    std::ranges::sort(best.units);
    return best;
}

std::optional<WideNumber> PassageProgram::evaluate(const Prices& prices)
{
    evaluate_units(prices);
    WideNumber total = prices.constant;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const WideNumber multiplier = prices.multipliers[row];
        total += multiplier * (multiplier > 0 && rows_[row].goal_weight == 0 ? rows_[row].high : rows_[row].low);
    }
    for (Group number = 0; number < groups_.size(); ++number) {
        const GroupOf& group = groups_[number];
        // A passage's own row stays a condition: it has no price here.
        const WideNumber own = prices.multipliers[group.row];
        total -= own * (own > 0 ? rows_[group.row].high : rows_[group.row].low);
        if (group.state == State::out) { continue; }
        bests_[number] = best_of(group, value_of_use(prices, group));
        if (group.state == State::in) {
            if (!bests_[number].is_possible) { return std::nullopt; }
            total += bests_[number].value;
        } else if (bests_[number].is_possible) {
            total += std::max<WideNumber>(bests_[number].value, 0);
        }
    }
    for (Unit unit = 0; unit < values_.size(); ++unit) {
        if (group_of_unit_[unit] != no_group || unit_states_[unit] == State::out) { continue; }
        total += unit_states_[unit] == State::in ? values_[unit] : std::max<WideNumber>(values_[unit], 0);
    }
    return total;
}

std::int64_t PassageProgram::quality_at(const Prices& prices, WideNumber total) const
{
    if (target_.size() == 0) { return AssemblyProblemLimits::value_max; }
    if (prices.denominator <= 0) { return INT64_MAX; }
    const WideNumber scaled = total * quality_unit_;
    const WideNumber quotient = scaled / prices.denominator - (scaled % prices.denominator < 0 ? 1 : 0);
    return static_cast<std::int64_t>(std::clamp<WideNumber>(quotient, INT64_MIN, INT64_MAX));
}

/// @return There are choices that the program did not have.
bool PassageProgram::price_in(const Prices& prices)
{
    bool has_more = false;
    const WideNumber least = WideNumber{objective_scale_} << least_gain_places;
    for (Group group = 0; group < groups_.size(); ++group) {
        const Best& best = bests_[group];
        if (groups_[group].state == State::out || !best.is_possible) { continue; }
        if (best.value - prices.multipliers[groups_[group].row] <= least || has_pattern(group, best.units)) {
            continue;
        }
        add_pattern(group, best.units);
        has_more = true;
    }
    return has_more;
}

PassageProgram::Reason PassageProgram::look_at_contradiction()
{
    Reason reason = Reason::unclear;
    for (const int sign : {1, -1}) {
        const Prices prices = prices_of_contradiction(sign);
        const auto total = evaluate(prices);
        if (!total || *total < 0) { return Reason::proved; }
        // The choices that there are prove it; do those that there could be as well?
        WideNumber here = *total;
        std::vector<Group> wanted;
        for (Group number = 0; number < groups_.size(); ++number) {
            const GroupOf& group = groups_[number];
            const Best& best = bests_[number];
            if (group.state == State::out || !best.is_possible) { continue; }
            std::optional<WideNumber> standing;
            if (group.state == State::open) { standing = 0; }
            for (const Pattern& pattern : group.patterns) {
                if (!is_allowed(group, pattern)) { continue; }
                WideNumber value = value_of_use(prices, group);
                for (const Unit unit : pattern.units) { value += values_[unit]; }
                standing = standing ? std::max(*standing, value) : value;
            }
            if (standing && *standing >= best.value) { continue; }
            if (standing) {
                here -= best.value - *standing;
            } else {
                here = -1;
            }
            wanted.push_back(number);
        }
        if (here >= 0) { continue; }
        for (const Group group : wanted) {
            if (has_pattern(group, bests_[group].units)) { continue; }
            add_pattern(group, bests_[group].units);
            reason = Reason::more_choices;
        }
        if (reason == Reason::more_choices) { return reason; }
    }
    return reason;
}

/// Decides what no better form can have otherwise.
void PassageProgram::draw_conclusions(const Prices& prices, WideNumber total, std::int64_t quality_known)
{
    if (target_.size() == 0) { return; }
    const auto is_worse = [&](WideNumber other) { return quality_at(prices, other) <= quality_known; };
    for (Group number = 0; number < groups_.size(); ++number) {
        GroupOf& group = groups_[number];
        const Best best = bests_[number];
        if (group.state == State::open) {
            if (!best.is_possible || (best.value <= 0 && is_worse(total + best.value))) {
                decide({Decision::Kind::group, number, State::out});
            } else if (best.value > 0 && is_worse(total - best.value)) {
                decide({Decision::Kind::group, number, State::in});
            }
        }
        if (group.state == State::out || (group.state == State::open && best.value <= 0)) { continue; }
        const WideNumber others = total - best.value;
        const WideNumber of_use = value_of_use(prices, group);
        for (const auto& [unit, amount] : group.units) {
            State& state = unit_states_[unit];
            if (state != State::open) { continue; }
            const bool is_in = std::ranges::binary_search(best.units, unit);
            state = is_in ? State::out : State::in;
            const Best other = best_of(group, of_use);
            state = State::open;
            WideNumber without = other.value;
            bool can_be = other.is_possible;
            if (is_in && group.state == State::open && (!can_be || without < 0)) {
                can_be = true;
                without = 0;
            }
            if (can_be && !is_worse(others + without)) { continue; }
            // What follows for a unit of a passage that need not be used follows only if it is.
            if (is_in && group.state == State::open) { continue; }
            decide({Decision::Kind::unit, unit, is_in ? State::in : State::out});
        }
    }
    for (Unit unit = 0; unit < values_.size(); ++unit) {
        if (group_of_unit_[unit] != no_group || unit_states_[unit] != State::open) { continue; }
        const WideNumber value = values_[unit];
        if (!is_worse(total - (value > 0 ? value : -value))) { continue; }
        decide({Decision::Kind::unit, unit, value > 0 ? State::in : State::out});
    }
}

} // namespace papervault::engine::assembly
