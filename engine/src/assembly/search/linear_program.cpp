#include "assembly/search/linear_program.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr Fixed tiny_pivot = Fixed::from_raw(std::int64_t{1} << 14U);  // 2^-22
constexpr Fixed small_pivot = Fixed::from_raw(std::int64_t{1} << 22U); // 2^-14: taken where there is no larger one
constexpr Fixed tolerance = Fixed::from_raw(std::int64_t{1} << 10U);   // 2^-26
constexpr Fixed nearly = Fixed::from_raw(std::int64_t{1} << 14U);      // 2^-22
/// What an inverse that is not quite right can leave: where nothing helps against so little, it is let be.
constexpr Fixed negligible = Fixed::from_raw(std::int64_t{1} << 22U); // 2^-14
constexpr std::uint64_t pivots_between_refactors = 100;
constexpr unsigned weight_places = 20;
constexpr std::uint64_t weight_of_one = std::uint64_t{1} << weight_places;
constexpr std::uint64_t weight_max = std::uint64_t{1} << 50U;
__extension__ using Wide = __int128;
__extension__ using WideNatural = unsigned __int128;

void find_filled(const std::vector<Fixed>& line, std::vector<std::uint32_t>& filled)
{
    filled.clear();
    for (std::uint32_t i = 0; i < line.size(); ++i) {
        if (!line[i].is_zero()) { filled.push_back(i); }
    }
}

/// The largest magnitude's width in bits.
std::size_t width_of(const std::vector<Fixed>& line, const std::vector<std::uint32_t>& filled)
{
    std::uint64_t bits = 0;
    for (const std::uint32_t i : filled) { bits |= static_cast<std::uint64_t>(line[i].magnitude().raw()); }
    return static_cast<std::size_t>(std::bit_width(bits));
}

/// line -= factor × other, at the places where the other is not 0. @param width Of the other.
void subtract(std::vector<Fixed>& line, Fixed factor, const std::vector<Fixed>& other,
              const std::vector<std::uint32_t>& filled, std::size_t width)
{
    const auto own = static_cast<std::uint64_t>(factor.magnitude().raw());
    if (static_cast<std::size_t>(std::bit_width(own)) + width > 61 + Fixed::places) {
        for (const std::uint32_t i : filled) { line[i] -= factor * other[i]; }
        return;
    }
    // No product leaves 61 bits, so no sum leaves 63: the same numbers without the wide comparisons.
    constexpr std::int64_t most = std::int64_t{1} << 62U;
    for (const std::uint32_t i : filled) {
        const auto product = static_cast<std::int64_t>((Wide{factor.raw()} * other[i].raw()) >> Fixed::places);
        line[i] = Fixed::from_raw(std::clamp(line[i].raw() - product, -most, most));
    }
}

} // namespace

std::uint32_t LinearProgram::add_row(Fixed low, Fixed high)
{
    const auto row = static_cast<std::uint32_t>(rows_++);
    const auto number = static_cast<std::uint32_t>(variables_.size());
    Variable logical{{}, low, high, {}, static_cast<std::uint32_t>(basis_.size()), row, true, false};
    variables_.push_back(logical);
    variable_of_row_.push_back(number);
    basis_.push_back(number);
    // A new row's logical is basic with column -1: rows are added before columns, or columns have no entry in it.
    for (auto& line : inverse_) { line.emplace_back(); }
    inverse_.emplace_back(rows_).back() = Fixed::from_integer(-1);
    basic_values_.emplace_back();
    prices_.emplace_back();
    return row;
}

std::uint32_t LinearProgram::add_column(Fixed cost, Fixed low, Fixed high, std::span<const std::uint32_t> ones,
                                        std::span<const Entry> entries)
{
    Column column{ones_.size(), static_cast<std::uint32_t>(ones.size()), static_cast<std::uint32_t>(entries.size()),
                  entries_.size()};
    ones_.insert(ones_.end(), ones.begin(), ones.end());
    entries_.insert(entries_.end(), entries.begin(), entries.end());
    const auto index = static_cast<std::uint32_t>(columns_.size());
    columns_.push_back(column);
    variable_of_column_.push_back(static_cast<std::uint32_t>(variables_.size()));
    variables_.push_back({cost, low, high, {}, nonbasic, index, false, false});
    Variable& variable = variables_.back();
    variable.reduced = cost - times(prices_, variable);
    variable.at_high = variable.reduced > Fixed{};
    move_nonbasic(variable_of_column_.back(), Fixed{}, value_of(variable_of_column_.back()));
    return index;
}

Fixed LinearProgram::value_of(std::uint32_t number) const
{
    const Variable& variable = variables_[number];
    if (variable.place != nonbasic) { return basic_values_[variable.place]; }
    return variable.at_high ? variable.high : variable.low;
}

Fixed LinearProgram::objective() const
{
    Fixed sum;
    for (std::uint32_t number = 0; number < variables_.size(); ++number) {
        if (variables_[number].cost.is_zero()) { continue; }
        const Fixed value = value_of(number);
        if (!value.is_zero()) { sum += variables_[number].cost * value; }
    }
    return sum;
}

Fixed LinearProgram::times(const std::vector<Fixed>& weights, const Variable& variable) const
{
    if (variable.is_logical) { return -weights[variable.index]; }
    const Column& column = columns_[variable.index];
    Wide sum = 0;
    const std::uint32_t* const ones = ones_.data() + column.first_one;
    for (std::uint32_t i = 0; i < column.ones; ++i) { sum += weights[ones[i]].raw(); }
    const Entry* const entries = entries_.data() + column.first_entry;
    for (std::uint32_t i = 0; i < column.entries; ++i) {
        sum += (Wide{weights[entries[i].row].raw()} * entries[i].value.raw()) >> Fixed::places;
    }
    constexpr Wide most = Wide{1} << 62U;
    return Fixed::from_raw(static_cast<std::int64_t>(std::clamp(sum, -most, most)));
}

void LinearProgram::spread(const Variable& variable, std::vector<Fixed>& out) const
{
    out.resize(rows_);
    for (std::size_t place = 0; place < rows_; ++place) { out[place] = times(inverse_[place], variable); }
}

void LinearProgram::move_nonbasic(std::uint32_t number, Fixed from, Fixed to)
{
    if (from == to) { return; }
    spread(variables_[number], direction_);
    for (std::size_t place = 0; place < rows_; ++place) { basic_values_[place] -= direction_[place] * (to - from); }
}

void LinearProgram::set_bounds_of(std::uint32_t number, Fixed low, Fixed high)
{
    Variable& variable = variables_[number];
    const Fixed before = value_of(number);
    const bool was_fixed = variable.low == variable.high; // then its reduced cost was not kept up to date
    variable.low = low;
    variable.high = high;
    if (variable.place != nonbasic) { return; }
    if (was_fixed && low != high) { variable.reduced = variable.cost - times(prices_, variable); }
    variable.at_high = variable.reduced > Fixed{} || (variable.reduced.is_zero() && variable.at_high);
    move_nonbasic(number, before, value_of(number));
}

void LinearProgram::restart()
{
    refactor();
    recompute();
}

/// Gauss-Jordan on the basis; with the largest pivots, ties to the first.
void LinearProgram::refactor()
{
    std::vector<std::vector<Fixed>> matrix(rows_, std::vector<Fixed>(rows_)); // by row and place
    for (std::size_t place = 0; place < rows_; ++place) {
        const Variable& variable = variables_[basis_[place]];
        if (variable.is_logical) {
            matrix[variable.index][place] = Fixed::from_integer(-1);
            continue;
        }
        const Column& column = columns_[variable.index];
        for (std::uint32_t i = 0; i < column.ones; ++i) {
            matrix[ones_[column.first_one + i]][place] += Fixed::from_integer(1);
        }
        for (std::uint32_t i = 0; i < column.entries; ++i) {
            const Entry& entry = entries_[column.first_entry + i];
            matrix[entry.row][place] += entry.value;
        }
    }
    std::vector<std::vector<Fixed>> right(rows_, std::vector<Fixed>(rows_));
    for (std::size_t row = 0; row < rows_; ++row) { right[row][row] = Fixed::from_integer(1); }
    std::vector<std::size_t> row_of_place(rows_);
    std::vector<bool> is_used(rows_);
    std::vector<std::uint32_t> filled_right;
    // Logical ones first: they fill nothing in.
    std::vector<std::size_t> order(rows_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {},
                      [&](std::size_t place) { return std::pair{!variables_[basis_[place]].is_logical, place}; });
    for (const std::size_t place : order) {
        std::size_t best = rows_;
        for (std::size_t row = 0; row < rows_; ++row) {
            if (is_used[row]) { continue; }
            if (best == rows_ || matrix[row][place].magnitude() > matrix[best][place].magnitude()) { best = row; }
        }
        if (matrix[best][place].magnitude() < tiny_pivot) { // the basis has degenerated: the row's own logical helps
            const std::uint32_t logical = variable_of_row_[best];
            if (variables_[logical].place == nonbasic) {
                Variable& out = variables_[basis_[place]];
                out.place = nonbasic;
                out.at_high = out.reduced > Fixed{};
                basis_[place] = logical;
                variables_[logical].place = static_cast<std::uint32_t>(place);
            }
            return refactor_again();
        }
        is_used[best] = true;
        row_of_place[place] = best;
        const Fixed pivot = matrix[best][place];
        find_filled(matrix[best], filled_);
        find_filled(right[best], filled_right);
        for (const std::uint32_t i : filled_) { matrix[best][i] = matrix[best][i] / pivot; }
        for (const std::uint32_t i : filled_right) { right[best][i] = right[best][i] / pivot; }
        const std::size_t width = width_of(matrix[best], filled_);
        const std::size_t width_right = width_of(right[best], filled_right);
        for (std::size_t row = 0; row < rows_; ++row) {
            const Fixed factor = matrix[row][place];
            if (row == best || factor.is_zero()) { continue; }
            subtract(matrix[row], factor, matrix[best], filled_, width);
            subtract(right[row], factor, right[best], filled_right, width_right);
        }
    }
    for (std::size_t place = 0; place < rows_; ++place) { inverse_[place] = right[row_of_place[place]]; }
    since_refactor_ = 0;
}

/// Back to the basis of the rows' own variables, from which the way is longer but safe.
void LinearProgram::refactor_again()
{
    for (const std::uint32_t number : basis_) { variables_[number].place = nonbasic; }
    for (std::size_t row = 0; row < rows_; ++row) {
        basis_[row] = variable_of_row_[row];
        variables_[basis_[row]].place = static_cast<std::uint32_t>(row);
        std::ranges::fill(inverse_[row], Fixed{});
        inverse_[row][row] = Fixed::from_integer(-1);
    }
    weights_.assign(rows_, weight_of_one);
    since_refactor_ = 0;
}

/// Prices, reduced costs and values from the inverse; bounds follow the signs of the reduced costs.
void LinearProgram::recompute()
{
    std::ranges::fill(prices_, Fixed{});
    for (std::size_t place = 0; place < rows_; ++place) {
        const Fixed cost = variables_[basis_[place]].cost;
        if (cost.is_zero()) { continue; }
        for (std::size_t row = 0; row < rows_; ++row) { prices_[row] += cost * inverse_[place][row]; }
    }
    std::vector<Fixed> sums(rows_);
    for (std::uint32_t number = 0; number < variables_.size(); ++number) {
        Variable& variable = variables_[number];
        if (variable.place != nonbasic) {
            variable.reduced = Fixed{};
            continue;
        }
        variable.reduced = variable.cost - times(prices_, variable);
        if (variable.reduced.magnitude() > tolerance) { variable.at_high = variable.reduced > Fixed{}; }
        const Fixed value = value_of(number);
        if (value.is_zero()) { continue; }
        if (variable.is_logical) {
            sums[variable.index] -= value;
            continue;
        }
        const Column& column = columns_[variable.index];
        for (std::uint32_t i = 0; i < column.ones; ++i) { sums[ones_[column.first_one + i]] += value; }
        for (std::uint32_t i = 0; i < column.entries; ++i) {
            const Entry& entry = entries_[column.first_entry + i];
            sums[entry.row] += value * entry.value;
        }
    }
    for (std::size_t place = 0; place < rows_; ++place) {
        Fixed value;
        for (std::size_t row = 0; row < rows_; ++row) {
            if (!sums[row].is_zero() && !inverse_[place][row].is_zero()) { value -= inverse_[place][row] * sums[row]; }
        }
        basic_values_[place] = value;
    }
}

std::uint32_t LinearProgram::choose_row() const
{
    std::uint32_t best = nonbasic;
    WideNatural most = 0;
    for (std::uint32_t place = 0; place < rows_; ++place) {
        const Variable& variable = variables_[basis_[place]];
        const Fixed beyond = std::max(variable.low - basic_values_[place], basic_values_[place] - variable.high);
        if (beyond <= tolerance_) { continue; }
        const auto distance = static_cast<WideNatural>(beyond.raw());
        const WideNatural gain = distance * distance / weights_[place];
        if (best == nonbasic || gain > most) {
            most = gain;
            best = place;
        }
    }
    return best;
}

/// After direction_ is known and before the basis changes.
void LinearProgram::reweigh(std::uint32_t place, Fixed pivot)
{
    const auto squared = [](Fixed value) { // in 2^-32
        constexpr std::uint64_t most = std::uint64_t{1} << 31U;
        const auto cut = std::min(static_cast<std::uint64_t>(value.magnitude().raw()) >> (Fixed::places - 16U), most);
        return cut * cut;
    };
    const std::uint64_t before = weights_[place];
    const auto times_before = [&](std::uint64_t square) {
        const WideNatural product = (static_cast<WideNatural>(square) * before) >> 32U;
        return product > weight_max ? weight_max : static_cast<std::uint64_t>(product);
    };
    for (std::size_t other = 0; other < rows_; ++other) {
        if (other == place || direction_[other].is_zero()) { continue; }
        weights_[other] = std::max(weights_[other], times_before(squared(direction_[other] / pivot)));
    }
    weights_[place] = std::max(times_before(squared(Fixed::from_integer(1) / pivot)), weight_of_one);
}

/// Goes past as many breakpoints as the infeasibility allows. @return nonbasic where nothing can help.
std::uint32_t LinearProgram::choose_entering(const Variable& leaving, Fixed infeasibility, bool below,
                                             Fixed least_pivot)
{
    const std::vector<Fixed>& line = inverse_[leaving.place];
    candidates_.clear();
    touched_.clear();
    pivot_row_.resize(variables_.size());
    for (std::uint32_t number = 0; number < variables_.size(); ++number) {
        const Variable& variable = variables_[number];
        if (variable.place != nonbasic || variable.low == variable.high) { continue; }
        const Fixed pivot = times(line, variable);
        if (pivot.is_zero()) { continue; }
        touched_.push_back(number);
        pivot_row_[number] = pivot;
        if (pivot.magnitude() < least_pivot) { continue; }
        const bool grows_with_it = (pivot < Fixed{}) == below; // towards the bound that is broken
        if (grows_with_it == variable.at_high) { continue; }
        candidates_.push_back({number, variable.reduced.magnitude() / pivot.magnitude(), pivot});
    }
    if (candidates_.empty()) { return nonbasic; }
    // A heap, of which seldom more than a few come off.
    const auto is_later = [](const Candidate& left, const Candidate& right) {
        if (left.ratio != right.ratio) { return left.ratio > right.ratio; }
        if (left.pivot.magnitude() != right.pivot.magnitude()) {
            return left.pivot.magnitude() < right.pivot.magnitude();
        }
        return left.variable > right.variable;
    };
    std::ranges::make_heap(candidates_, is_later);
    flips_.clear();
    Fixed slope = infeasibility;
    while (!candidates_.empty()) {
        const Candidate candidate = candidates_.front();
        const Variable& variable = variables_[candidate.variable];
        const Fixed step = candidate.pivot.magnitude() * (variable.high - variable.low);
        if (slope <= step) { return candidate.variable; }
        slope -= step;
        flips_.push_back(candidate.variable);
        std::ranges::pop_heap(candidates_, is_later);
        candidates_.pop_back();
    }
    if (!flips_.empty() && slope <= nearly) { // but for the last digits they do
        const std::uint32_t last = flips_.back();
        flips_.pop_back();
        return last;
    }
    return nonbasic; // all at their other bound, and it is still broken
}

/// All flips at once: their columns are summed up before the inverse is gone through.
void LinearProgram::flip()
{
    if (flips_.empty()) { return; }
    std::vector<Fixed> moved(rows_);
    for (const std::uint32_t flipped : flips_) {
        Variable& variable = variables_[flipped];
        const Fixed before = value_of(flipped);
        variable.at_high = !variable.at_high;
        const Fixed distance = value_of(flipped) - before;
        if (variable.is_logical) {
            moved[variable.index] -= distance;
            continue;
        }
        const Column& column = columns_[variable.index];
        for (std::uint32_t i = 0; i < column.ones; ++i) { moved[ones_[column.first_one + i]] += distance; }
        for (std::uint32_t i = 0; i < column.entries; ++i) {
            const Entry& entry = entries_[column.first_entry + i];
            moved[entry.row] += distance * entry.value;
        }
    }
    for (std::size_t place = 0; place < rows_; ++place) {
        for (std::size_t row = 0; row < rows_; ++row) {
            if (!moved[row].is_zero() && !inverse_[place][row].is_zero()) {
                basic_values_[place] -= inverse_[place][row] * moved[row];
            }
        }
    }
}

bool LinearProgram::iterate(Outcome& outcome)
{
    const std::uint32_t place = choose_row();
    if (place == nonbasic) {
        outcome = Outcome::optimal;
        return false;
    }
    const std::uint32_t leaving_number = basis_[place];
    Variable& leaving = variables_[leaving_number];
    const bool below = basic_values_[place] < leaving.low;
    const Fixed infeasibility = below ? leaving.low - basic_values_[place] : basic_values_[place] - leaving.high;
    std::uint32_t entering_number = choose_entering(leaving, infeasibility, below, small_pivot);
    if (entering_number == nonbasic) { entering_number = choose_entering(leaving, infeasibility, below, tiny_pivot); }
    if (entering_number == nonbasic && since_refactor_ == 0 && infeasibility <= negligible) {
        tolerance_ = infeasibility;
        return true;
    }
    if (entering_number == nonbasic) {
        contradiction_ = inverse_[place];
        outcome = Outcome::infeasible;
        return false;
    }
    flip();
    Variable& entering = variables_[entering_number];
    spread(entering, direction_);
    const Fixed pivot = direction_[place];
    if (pivot.magnitude() < tiny_pivot) { // the inverse has gone stale
        if (since_refactor_ == 0) {
            outcome = Outcome::gave_up;
            return false;
        }
        refactor();
        recompute();
        return true;
    }
    reweigh(place, pivot);
    const Fixed target = below ? leaving.low : leaving.high;
    const Fixed step = (basic_values_[place] - target) / pivot; // of the entering one
    const Fixed entering_value = value_of(entering_number) + step;
    for (std::size_t other = 0; other < rows_; ++other) { basic_values_[other] -= direction_[other] * step; }
    // Reduced costs.
    const Fixed dual_step = entering.reduced / pivot_row_[entering_number];
    if (!dual_step.is_zero()) {
        for (const std::uint32_t number : touched_) { variables_[number].reduced -= dual_step * pivot_row_[number]; }
        for (std::size_t row = 0; row < rows_; ++row) {
            if (!inverse_[place][row].is_zero()) { prices_[row] += dual_step * inverse_[place][row]; }
        }
    }
    leaving.reduced = -dual_step;
    leaving.place = nonbasic;
    leaving.at_high = !below;
    entering.reduced = Fixed{};
    entering.place = place;
    basis_[place] = entering_number;
    basic_values_[place] = entering_value;
    // The inverse.
    auto& pivot_line = inverse_[place];
    find_filled(pivot_line, filled_);
    for (const std::uint32_t row : filled_) { pivot_line[row] = pivot_line[row] / pivot; }
    const std::size_t width = width_of(pivot_line, filled_);
    for (std::size_t other = 0; other < rows_; ++other) {
        const Fixed factor = direction_[other];
        if (other == place || factor.is_zero()) { continue; }
        subtract(inverse_[other], factor, pivot_line, filled_, width);
    }
    ++iterations_;
    if (++since_refactor_ >= pivots_between_refactors) {
        refactor();
        recompute();
    }
    return true;
}

LinearProgram::Outcome LinearProgram::solve(std::uint64_t iterations_max)
{
    Outcome outcome = Outcome::gave_up;
    tolerance_ = tolerance;
    bool has_begun_anew = false;
    if (weights_.size() != rows_) { weights_.assign(rows_, weight_of_one); }
    for (std::uint64_t i = 0; i < iterations_max; ++i) {
        if (iterate(outcome)) { continue; }
        if (outcome == Outcome::gave_up && !has_begun_anew) {
            has_begun_anew = true;
            refactor_again();
            recompute();
            continue;
        }
        if (outcome == Outcome::optimal || since_refactor_ == 0) { return outcome; }
        // Only a fresh inverse says that there is nothing.
        refactor();
        recompute();
        outcome = Outcome::gave_up;
    }
    return Outcome::gave_up;
}

} // namespace papervault::engine::assembly
