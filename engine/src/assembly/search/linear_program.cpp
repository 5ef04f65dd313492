#include "assembly/search/linear_program.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr Fixed tiny_pivot = Fixed::from_raw(std::int64_t{1} << 14U); // 2^-22
constexpr Fixed tolerance = Fixed::from_raw(std::int64_t{1} << 10U);  // 2^-26
constexpr std::uint64_t pivots_between_refactors = 100;

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

Fixed LinearProgram::times(const std::vector<Fixed>& weights, const Variable& variable) const
{
    if (variable.is_logical) { return -weights[variable.index]; }
    const Column& column = columns_[variable.index];
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < column.ones; ++i) { sum += weights[ones_[column.first_one + i]].raw(); }
    Fixed total = Fixed::from_raw(sum);
    for (std::uint32_t i = 0; i < column.entries; ++i) {
        const Entry& entry = entries_[column.first_entry + i];
        total += weights[entry.row] * entry.value;
    }
    return total;
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

void LinearProgram::set_bounds(std::uint32_t column, Fixed low, Fixed high)
{
    const std::uint32_t number = number_of(column);
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
    const auto eliminate = [&](std::size_t from, std::size_t pivot_row, std::size_t place) {
        const Fixed factor = matrix[from][place];
        if (factor.is_zero()) { return; }
        for (std::size_t i = 0; i < rows_; ++i) {
            if (!matrix[pivot_row][i].is_zero()) { matrix[from][i] -= factor * matrix[pivot_row][i]; }
            if (!right[pivot_row][i].is_zero()) { right[from][i] -= factor * right[pivot_row][i]; }
        }
    };
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
        for (std::size_t i = 0; i < rows_; ++i) {
            matrix[best][i] = matrix[best][i] / pivot;
            right[best][i] = right[best][i] / pivot;
        }
        for (std::size_t row = 0; row < rows_; ++row) {
            if (row != best) { eliminate(row, best, place); }
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
    Fixed worst = tolerance;
    for (std::uint32_t place = 0; place < rows_; ++place) {
        const Variable& variable = variables_[basis_[place]];
        const Fixed beyond = std::max(variable.low - basic_values_[place], basic_values_[place] - variable.high);
        if (beyond > worst) {
            worst = beyond;
            best = place;
        }
    }
    return best;
}

/// Goes past as many breakpoints as the infeasibility allows. @return nonbasic where nothing can help.
std::uint32_t LinearProgram::choose_entering(const Variable& leaving, Fixed infeasibility, bool below)
{
    const std::vector<Fixed>& line = inverse_[leaving.place];
    candidates_.clear();
    pivot_row_.resize(variables_.size());
    for (std::uint32_t number = 0; number < variables_.size(); ++number) {
        const Variable& variable = variables_[number];
        if (variable.place != nonbasic || variable.low == variable.high) {
            pivot_row_[number] = Fixed{};
            continue;
        }
        const Fixed pivot = times(line, variable);
        pivot_row_[number] = pivot;
        if (pivot.magnitude() < tiny_pivot) { continue; }
        const bool grows_with_it = (pivot < Fixed{}) == below; // towards the bound that is broken
        if (grows_with_it == variable.at_high) { continue; }
        candidates_.push_back({number, variable.reduced.magnitude() / pivot.magnitude(), pivot});
    }
    if (candidates_.empty()) { return nonbasic; }
    std::ranges::sort(candidates_, [](const Candidate& left, const Candidate& right) {
        if (left.ratio != right.ratio) { return left.ratio < right.ratio; }
        if (left.pivot.magnitude() != right.pivot.magnitude()) {
            return left.pivot.magnitude() > right.pivot.magnitude();
        }
        return left.variable < right.variable;
    });
    flips_.clear();
    Fixed slope = infeasibility;
    for (const Candidate& candidate : candidates_) {
        const Variable& variable = variables_[candidate.variable];
        const Fixed step = candidate.pivot.magnitude() * (variable.high - variable.low);
        if (slope <= step) { return candidate.variable; }
        slope -= step;
        flips_.push_back(candidate.variable);
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
    const std::uint32_t entering_number = choose_entering(leaving, infeasibility, below);
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
    const Fixed target = below ? leaving.low : leaving.high;
    const Fixed step = (basic_values_[place] - target) / pivot; // of the entering one
    const Fixed entering_value = value_of(entering_number) + step;
    for (std::size_t other = 0; other < rows_; ++other) { basic_values_[other] -= direction_[other] * step; }
    // Reduced costs.
    const Fixed dual_step = entering.reduced / pivot_row_[entering_number];
    if (!dual_step.is_zero()) {
        for (std::uint32_t number = 0; number < variables_.size(); ++number) {
            if (variables_[number].place == nonbasic && !pivot_row_[number].is_zero()) {
                variables_[number].reduced -= dual_step * pivot_row_[number];
            }
        }
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
    for (Fixed& value : pivot_line) {
        if (!value.is_zero()) { value = value / pivot; }
    }
    for (std::size_t other = 0; other < rows_; ++other) {
        const Fixed factor = direction_[other];
        if (other == place || factor.is_zero()) { continue; }
        auto& line = inverse_[other];
        for (std::size_t row = 0; row < rows_; ++row) {
            if (!pivot_line[row].is_zero()) { line[row] -= factor * pivot_line[row]; }
        }
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
    for (std::uint64_t i = 0; i < iterations_max; ++i) {
        if (iterate(outcome)) { continue; }
        if (outcome == Outcome::optimal || since_refactor_ == 0) { return outcome; }
        // Only a fresh inverse says that there is nothing.
        refactor();
        recompute();
        outcome = Outcome::gave_up;
    }
    return Outcome::gave_up;
}

} // namespace papervault::engine::assembly
