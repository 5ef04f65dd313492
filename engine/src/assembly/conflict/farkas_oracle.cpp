#include "assembly/conflict/farkas_oracle.hpp"

#include <algorithm>
#include <span>

namespace papervault::engine::assembly {
namespace {

__extension__ using Wide = __int128;
using Column = ProblemRows::Column;

constexpr std::uint64_t iterations_max = 20'000;
constexpr int rounds_max = 60;
constexpr std::size_t columns_at_first = 400;
constexpr std::size_t columns_in_a_round = 100;
constexpr std::size_t columns_kept_max = 3'000; ///< For the next question; and of rows:
constexpr std::size_t rows_kept_max = 300;
constexpr std::size_t rows_in_a_round = 60;
constexpr std::size_t rows_max = 600;
/// A row counts as met within this share of its largest value.
constexpr std::int64_t tolerance_share = std::int64_t{1} << 20U;
constexpr std::int64_t whole_scale_max = std::int64_t{1} << 40U;
constexpr Fixed zero;
constexpr std::uint32_t absent = UINT32_MAX;

/// Breaks ties between columns that are alike, which cost the simplex idle steps.
Fixed tie_breaker(Column column)
{
    std::uint64_t mixed = (column + 1) * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 29U)) * 0xbf58476d1ce4e5b9U;
    return Fixed::from_raw(static_cast<std::int64_t>((mixed >> 20U) & 0xfffU));
}

/// An absent bound is farther than anything that the columns can give.
Fixed bound(std::int64_t value, std::int64_t scale, bool is_high)
{
    if (value <= -ProblemRows::unbounded || value >= ProblemRows::unbounded) {
        return Fixed::from_integer(is_high ? 20'000'000 : -20'000'000);
    }
    return Fixed::ratio(value, scale);
}

/// How far a sum is outside of the bounds, tolerance aside; in parts of the scale × 2^-36.
Wide beyond(Wide sum, std::int64_t low, std::int64_t high, std::int64_t scale)
{
    const Wide slack = (Wide{scale} << Fixed::places) / tolerance_share;
    Wide out = 0;
    if (low != -ProblemRows::unbounded) { out = std::max(out, (Wide{low} << Fixed::places) - sum - slack); }
    if (high != ProblemRows::unbounded) { out = std::max(out, sum - (Wide{high} << Fixed::places) - slack); }
    return out / scale;
}

} // namespace

FarkasOracle::FarkasOracle(const ProblemRows& problem)
    : problem_{problem}, row_in_program_(problem.rows.size(), absent), column_in_program_(problem.columns, absent),
      gains_(problem.columns), sums_(problem.rows.size())
{
}

std::int64_t FarkasOracle::low(std::size_t row) const
{
    const std::size_t of = problem_.rows[row].of_low;
    if (!is_asked(of)) { return -ProblemRows::unbounded; }
    return changed_ && changed_->constraint == of ? changed_->bound : problem_.rows[row].low;
}

std::int64_t FarkasOracle::high(std::size_t row) const
{
    const std::size_t of = problem_.rows[row].of_high;
    if (!is_asked(of)) { return ProblemRows::unbounded; }
    return changed_ && changed_->constraint == of ? changed_->bound : problem_.rows[row].high;
}

/// How many forms can have the column.
std::int64_t FarkasOracle::uses(Column column) const
{
    const bool limited = shares_uses_ && column < problem_.items && !problem_.is_anchor[column];
    return limited ? problem_.uses : problem_.forms;
}

void FarkasOracle::take_row(std::size_t row)
{
    row_in_program_[row] = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(row);
}

void FarkasOracle::take_column(Column column)
{
    if (column_in_program_[column] != absent) { return; }
    column_in_program_[column] = static_cast<std::uint32_t>(columns_.size());
    columns_.push_back(column);
}

/// All rows but the many, passages, and a few columns of each row.
void FarkasOracle::start_again()
{
    for (const std::size_t row : rows_) { row_in_program_[row] = absent; }
    for (const Column column : columns_) { column_in_program_[column] = absent; }
    rows_.clear();
    columns_.clear();
    for (std::size_t row = 0; row < problem_.lazy_from; ++row) { take_row(row); }
    for (Column column = problem_.items; column < problem_.columns; ++column) { take_column(column); }
    const std::size_t each = columns_at_first / (rows_.size() + 1) + 2;
    for (const std::size_t row : rows_) {
        const auto& entries = problem_.rows[row].entries;
        const std::size_t stride = std::max<std::size_t>(entries.size() / each, 1);
        for (std::size_t n = 0; n < entries.size(); n += stride) { take_column(entries[n].first); }
    }
    build();
}

void FarkasOracle::build()
{
    program_ = LinearProgram{};
    for (const std::size_t row : rows_) {
        const std::int64_t scale = problem_.rows[row].scale;
        program_.add_row(bound(low(row), scale, false), bound(high(row), scale, true));
    }
    for (const Column column : columns_) { add_to_program(column); }
    is_fresh_ = true;
}

void FarkasOracle::add_to_program(Column column)
{
    std::vector<LinearProgram::Entry> entries;
    for (const auto& [row, value] : problem_.parts_of(column)) {
        if (row_in_program_[row] == absent) { continue; }
        entries.push_back({row_in_program_[row], Fixed::ratio(value, problem_.rows[row].scale)});
    }
    program_.add_column(tie_breaker(column), zero, Fixed::ratio(uses(column), problem_.forms), {}, entries);
}

/// To those of the question.
void FarkasOracle::move_bounds()
{
    for (std::uint32_t n = 0; n < rows_.size(); ++n) {
        const std::int64_t scale = problem_.rows[rows_[n]].scale;
        program_.set_row_bounds(n, bound(low(rows_[n]), scale, false), bound(high(rows_[n]), scale, true));
    }
    for (std::uint32_t place = 0; place < columns_.size(); ++place) {
        program_.set_bounds(place, zero, Fixed::ratio(uses(columns_[place]), problem_.forms));
    }
    is_fresh_ = false;
}

/// What the program says contradicts itself, in whole numbers; and what each column gives then.
void FarkasOracle::multiply(int sign)
{
    std::int64_t common = 1;
    for (const std::size_t row : rows_) { common = std::max(common, problem_.rows[row].scale); }
    common = std::min(common, whole_scale_max);
    const auto& weights = program_.contradiction();
    multipliers_.assign(rows_.size(), 0);
    std::ranges::fill(gains_, 0);
    for (std::size_t n = 0; n < rows_.size() && n < weights.size(); ++n) {
        const Wide weight = Wide{weights[n].raw()} * common / problem_.rows[rows_[n]].scale * sign;
        const bool lacks_bound =
            weight > 0 ? low(rows_[n]) == -ProblemRows::unbounded : high(rows_[n]) == ProblemRows::unbounded;
        if (weight == 0 || lacks_bound) { continue; }
        multipliers_[n] = weight;
        for (const auto& [column, value] : problem_.rows[rows_[n]].entries) { gains_[column] += weight * value; }
    }
}

/// How much more the rows ask for than the columns can give, times the number of forms.
FarkasOracle::Lack FarkasOracle::lack() const
{
    Wide asked = 0;
    for (std::size_t n = 0; n < rows_.size(); ++n) {
        if (multipliers_[n] != 0) { asked += multipliers_[n] * (multipliers_[n] > 0 ? low(rows_[n]) : high(rows_[n])); }
    }
    asked *= problem_.forms;
    Lack lack{asked, asked};
    for (Column column = 0; column < problem_.columns; ++column) {
        if (gains_[column] <= 0) { continue; }
        const Wide given = gains_[column] * uses(column);
        lack.of_all -= given;
        if (column_in_program_[column] != absent) { lack.of_program -= given; }
    }
    return lack;
}

ConstraintSet FarkasOracle::members_of_proof() const
{
    ConstraintSet members(problem_.constraints.size());
    for (std::size_t n = 0; n < rows_.size(); ++n) {
        const ProblemRows::Row& row = problem_.rows[rows_[n]];
        if (multipliers_[n] != 0) { members[multipliers_[n] > 0 ? row.of_low : row.of_high] = true; }
    }
    for (Column column = 0; column < problem_.columns; ++column) {
        if (gains_[column] > 0 && uses(column) < problem_.forms) {
            members[problem_.forms_constraint] = true;
            break;
        }
    }
    return members;
}

/// To a proof, or to more columns.
FarkasOracle::Step FarkasOracle::follow_contradiction()
{
    std::vector<std::pair<Wide, Column>> wanted;
    for (const int sign : {sign_, -sign_}) {
        multiply(sign);
        const Lack lacking = lack();
        if (lacking.of_all > 0) {
            sign_ = sign;
            return Step::proved;
        }
        for (Column column = 0; column < problem_.columns; ++column) {
            if (gains_[column] > 0 && column_in_program_[column] == absent) {
                wanted.emplace_back(-gains_[column], column);
            }
        }
        if (lacking.of_program > 0) { break; } // this is how the program contradicts itself
    }
    if (wanted.empty()) { return Step::stuck; }
    const std::size_t count = std::min(wanted.size(), columns_in_a_round);
    std::ranges::partial_sort(wanted, wanted.begin() + static_cast<std::ptrdiff_t>(count));
    for (const auto& [gain, column] : std::span{wanted}.first(count)) {
        if (column_in_program_[column] != absent) { continue; } // wanted with either sign
        take_column(column);
        add_to_program(column);
    }
    return Step::goes_on;
}

/// Every row's sum where the program stands.
void FarkasOracle::add_up()
{
    std::ranges::fill(sums_, 0);
    for (std::uint32_t place = 0; place < columns_.size(); ++place) {
        const Wide value = program_.value(place).raw();
        if (value == 0) { continue; }
        for (const auto& [row, amount] : problem_.parts_of(columns_[place])) { sums_[row] += amount * value; }
    }
}

/// The most broken of the rows that are asked for and not in the program yet.
FarkasOracle::Step FarkasOracle::take_broken_rows()
{
    std::vector<std::pair<Wide, std::size_t>> broken;
    for (std::size_t row = problem_.lazy_from; row < problem_.rows.size(); ++row) {
        if (row_in_program_[row] != absent) { continue; }
        const Wide by = beyond(sums_[row], low(row), high(row), problem_.rows[row].scale);
        if (by > 0) { broken.emplace_back(-by, row); }
    }
    if (broken.empty()) { return Step::stuck; }
    std::ranges::sort(broken);
    if (broken.size() > rows_in_a_round) { broken.resize(rows_in_a_round); }
    for (const auto& [by, row] : broken) { take_row(row); }
    build();
    return Step::goes_on;
}

/// Every constraint that the found parts meet.
ConstraintSet FarkasOracle::met()
{
    ConstraintSet members(problem_.constraints.size(), true);
    for (std::size_t n = 0; n < problem_.rows.size(); ++n) {
        const ProblemRows::Row& row = problem_.rows[n];
        if (row.of_low != ProblemRows::no_constraint &&
            beyond(sums_[n], row.low, ProblemRows::unbounded, row.scale) > 0) {
            members[row.of_low] = false;
        }
        if (row.of_high != ProblemRows::no_constraint &&
            beyond(sums_[n], -ProblemRows::unbounded, row.high, row.scale) > 0) {
            members[row.of_high] = false;
        }
    }
    if (problem_.forms_constraint != ProblemRows::no_constraint && !shares_uses_) {
        const Fixed most = Fixed::ratio(problem_.uses, problem_.forms);
        for (std::uint32_t place = 0; place < columns_.size(); ++place) {
            const bool limited = columns_[place] < problem_.items && !problem_.is_anchor[columns_[place]];
            if (limited && program_.value(place) > most) { members[problem_.forms_constraint] = false; }
        }
    }
    for (std::size_t n = 0; n < asked_.size(); ++n) {
        if (asked_[n]) { members[n] = true; }
    }
    return members;
}

Possibility FarkasOracle::answer()
{
    for (int round = 0; round < rounds_max && rows_.size() <= rows_max; ++round) {
        const auto outcome = program_.solve(iterations_max);
        Step step = Step::stuck;
        if (outcome == LinearProgram::Outcome::optimal) {
            add_up();
            step = take_broken_rows();
            if (step == Step::stuck) { return {true, met()}; }
        } else if (outcome == LinearProgram::Outcome::infeasible) {
            step = follow_contradiction();
            if (step == Step::proved) { return {false, members_of_proof()}; }
        }
        if (step == Step::stuck) {
            if (is_fresh_) { break; }
            build(); // what went before may have cost it its precision
        }
    }
    return {true, asked_};
}

Possibility FarkasOracle::ask(const ConstraintSet& asked, const std::optional<Changed>& changed)
{
    ++questions_;
    asked_ = asked;
    changed_ = changed;
    shares_uses_ = is_asked(problem_.forms_constraint);
    if (columns_.empty() || rows_.size() > std::max(rows_kept_max, problem_.lazy_from) ||
        columns_.size() > columns_kept_max) {
        start_again();
    } else {
        move_bounds();
    }
    return answer();
}

} // namespace papervault::engine::assembly
