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
constexpr std::size_t columns_in_a_round = 400;
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

} // namespace

struct FarkasOracle::Session {
    Session(const ProblemRows& of, const ConstraintSet& asked, const std::optional<Changed>& changed)
        : problem{of}, on{asked}, change{changed}, row_in_program(of.rows.size(), absent),
          column_in_program(of.columns, absent)
    {
        shares_uses = problem.forms_constraint != ProblemRows::no_constraint && on[problem.forms_constraint];
        for (std::size_t row = 0; row < problem.lazy_from; ++row) {
            if (has_side(row)) { take_row(row); }
        }
        take_first_columns();
        build();
    }

    [[nodiscard]] bool is_on(std::size_t constraint) const
    {
        return constraint != ProblemRows::no_constraint && on[constraint];
    }
    [[nodiscard]] bool has_side(std::size_t row) const
    {
        return is_on(problem.rows[row].of_low) || is_on(problem.rows[row].of_high);
    }
    [[nodiscard]] std::int64_t low(std::size_t row) const
    {
        const std::size_t of = problem.rows[row].of_low;
        if (!is_on(of)) { return -ProblemRows::unbounded; }
        return change && change->constraint == of ? change->bound : problem.rows[row].low;
    }
    [[nodiscard]] std::int64_t high(std::size_t row) const
    {
        const std::size_t of = problem.rows[row].of_high;
        if (!is_on(of)) { return ProblemRows::unbounded; }
        return change && change->constraint == of ? change->bound : problem.rows[row].high;
    }
    /// How many forms can have the column.
    [[nodiscard]] std::int64_t uses(Column column) const
    {
        const bool limited = shares_uses && column < problem.items && !problem.is_anchor[column];
        return limited ? problem.uses : problem.forms;
    }

    void take_row(std::size_t row)
    {
        row_in_program[row] = static_cast<std::uint32_t>(rows.size());
        rows.push_back(row);
    }
    void take_column(Column column)
    {
        if (column_in_program[column] != absent) { return; }
        column_in_program[column] = static_cast<std::uint32_t>(columns.size());
        columns.push_back(column);
    }
    /// A few of each row, and passages.
    void take_first_columns()
    {
        for (Column column = problem.items; column < problem.columns; ++column) { take_column(column); }
        const std::size_t each = columns_at_first / (rows.size() + 1) + 2;
        for (const std::size_t row : rows) {
            const auto& entries = problem.rows[row].entries;
            const std::size_t stride = std::max<std::size_t>(entries.size() / each, 1);
            for (std::size_t n = 0; n < entries.size(); n += stride) { take_column(entries[n].first); }
        }
    }

    void build()
    {
        program = LinearProgram{};
        entries_of.assign(columns.size(), {});
        for (const std::size_t row : rows) {
            const ProblemRows::Row& each = problem.rows[row];
            program.add_row(bound(low(row), each.scale, false), bound(high(row), each.scale, true));
            for (const auto& [column, value] : each.entries) {
                const std::uint32_t place = column_in_program[column];
                if (place != absent) {
                    entries_of[place].push_back({row_in_program[row], Fixed::ratio(value, each.scale)});
                }
            }
        }
        for (std::size_t place = 0; place < columns.size(); ++place) {
            program.add_column(tie_breaker(columns[place]), zero, Fixed::ratio(uses(columns[place]), problem.forms), {},
                               entries_of[place]);
        }
    }
    /// An absent bound is farther than anything that the columns can give.
    static Fixed bound(std::int64_t value, std::int64_t scale, bool is_high)
    {
        if (value <= -ProblemRows::unbounded || value >= ProblemRows::unbounded) {
            return Fixed::from_integer(is_high ? 20'000'000 : -20'000'000);
        }
        return Fixed::ratio(value, scale);
    }

    [[nodiscard]] std::vector<Wide> multipliers(int sign) const
    {
        std::int64_t common = 1;
        for (const std::size_t row : rows) { common = std::max(common, problem.rows[row].scale); }
        common = std::min(common, whole_scale_max);
        const auto& weights = program.contradiction();
        std::vector<Wide> out(rows.size());
        for (std::size_t n = 0; n < rows.size() && n < weights.size(); ++n) {
            out[n] = Wide{weights[n].raw()} * common / problem.rows[rows[n]].scale * sign;
            const bool lacks_bound =
                out[n] > 0 ? low(rows[n]) == -ProblemRows::unbounded : high(rows[n]) == ProblemRows::unbounded;
            if (lacks_bound) { out[n] = 0; }
        }
        return out;
    }
    /// Σ multiplier × value, by column.
    [[nodiscard]] std::vector<Wide> gains(const std::vector<Wide>& multiplier) const
    {
        std::vector<Wide> gain(problem.columns);
        for (std::size_t n = 0; n < rows.size(); ++n) {
            if (multiplier[n] == 0) { continue; }
            for (const auto& [column, value] : problem.rows[rows[n]].entries) { gain[column] += multiplier[n] * value; }
        }
        return gain;
    }
    /// What the rows ask for is more than all columns can give.
    [[nodiscard]] bool proves(const std::vector<Wide>& multiplier, const std::vector<Wide>& gain) const
    {
        Wide asked = 0;
        for (std::size_t n = 0; n < rows.size(); ++n) {
            if (multiplier[n] != 0) { asked += multiplier[n] * (multiplier[n] > 0 ? low(rows[n]) : high(rows[n])); }
        }
        Wide given = 0; // times the number of forms
        for (Column column = 0; column < problem.columns; ++column) {
            if (gain[column] > 0) { given += gain[column] * uses(column); }
        }
        return given < asked * problem.forms;
    }

    [[nodiscard]] ConstraintSet members_of(const std::vector<Wide>& multiplier) const
    {
        ConstraintSet members(problem.constraints.size());
        bool needs_uses = false;
        const std::vector<Wide> gain = gains(multiplier);
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const ProblemRows::Row& row = problem.rows[rows[n]];
            if (multiplier[n] != 0) { members[multiplier[n] > 0 ? row.of_low : row.of_high] = true; }
        }
        for (Column column = 0; column < problem.columns; ++column) {
            needs_uses = needs_uses || (gain[column] > 0 && uses(column) < problem.forms);
        }
        if (needs_uses) { members[problem.forms_constraint] = true; }
        return members;
    }

    /// @return Whether the contradiction was proved or more columns were taken.
    enum class Step { proved, goes_on, stuck };
    Step follow_contradiction(ConstraintSet& members)
    {
        std::vector<std::pair<Wide, Column>> wanted;
        for (const int sign : {1, -1}) {
            const std::vector<Wide> multiplier = multipliers(sign);
            const std::vector<Wide> gain = gains(multiplier);
            if (proves(multiplier, gain)) {
                members = members_of(multiplier);
                return Step::proved;
            }
            for (Column column = 0; column < problem.columns; ++column) {
                if (gain[column] > 0 && column_in_program[column] == absent) {
                    wanted.emplace_back(-gain[column], column);
                }
            }
        }
        if (wanted.empty()) { return Step::stuck; }
        const std::size_t count = std::min(wanted.size(), columns_in_a_round);
        std::ranges::partial_sort(wanted, wanted.begin() + static_cast<std::ptrdiff_t>(count));
        for (const auto& [gain, column] : std::span{wanted}.first(count)) { take_column(column); }
        return Step::goes_on;
    }

    /// Σ value × x, in units of 2^-36 of the row's values.
    [[nodiscard]] Wide sum_of(const ProblemRows::Row& row) const
    {
        Wide sum = 0;
        for (const auto& [column, value] : row.entries) {
            const std::uint32_t place = column_in_program[column];
            if (place != absent) { sum += Wide{value} * program.value(place).raw(); }
        }
        return sum;
    }
    /// How far a sum is outside of the bounds, tolerance aside; in parts of the scale × 2^-36.
    [[nodiscard]] static Wide beyond(Wide sum, std::int64_t low, std::int64_t high, std::int64_t scale)
    {
        const Wide slack = (Wide{scale} << Fixed::places) / tolerance_share;
        Wide out = 0;
        if (low != -ProblemRows::unbounded) { out = std::max(out, (Wide{low} << Fixed::places) - sum - slack); }
        if (high != ProblemRows::unbounded) { out = std::max(out, sum - (Wide{high} << Fixed::places) - slack); }
        return out / scale;
    }
    /// Takes the most broken of the rows that are asked for and not in the program yet.
    Step take_broken_rows()
    {
        std::vector<std::pair<Wide, std::size_t>> broken;
        for (std::size_t row = problem.lazy_from; row < problem.rows.size(); ++row) {
            if (row_in_program[row] != absent || !has_side(row)) { continue; }
            const Wide by = beyond(sum_of(problem.rows[row]), low(row), high(row), problem.rows[row].scale);
            if (by > 0) { broken.emplace_back(-by, row); }
        }
        if (broken.empty()) { return Step::stuck; }
        std::ranges::sort(broken);
        if (broken.size() > rows_in_a_round) { broken.resize(rows_in_a_round); }
        for (const auto& [by, row] : broken) { take_row(row); }
        return Step::goes_on;
    }
    /// Every constraint that the found parts meet.
    [[nodiscard]] ConstraintSet met() const
    {
        ConstraintSet members(problem.constraints.size(), true);
        for (const ProblemRows::Row& row : problem.rows) {
            const Wide sum = sum_of(row);
            if (row.of_low != ProblemRows::no_constraint &&
                beyond(sum, row.low, ProblemRows::unbounded, row.scale) > 0) {
                members[row.of_low] = false;
            }
            if (row.of_high != ProblemRows::no_constraint &&
                beyond(sum, -ProblemRows::unbounded, row.high, row.scale) > 0) {
                members[row.of_high] = false;
            }
        }
        if (problem.forms_constraint != ProblemRows::no_constraint && !shares_uses) {
            const Fixed most = Fixed::ratio(problem.uses, problem.forms);
            for (std::size_t place = 0; place < columns.size(); ++place) {
                const bool limited = columns[place] < problem.items && !problem.is_anchor[columns[place]];
                if (limited && program.value(static_cast<std::uint32_t>(place)) > most) {
                    members[problem.forms_constraint] = false;
                }
            }
        }
        for (std::size_t n = 0; n < on.size(); ++n) {
            if (on[n]) { members[n] = true; }
        }
        return members;
    }

    Possibility run()
    {
        for (int round = 0; round < rounds_max && rows.size() <= rows_max; ++round) {
            const auto outcome = program.solve(iterations_max);
            if (outcome == LinearProgram::Outcome::gave_up) { break; }
            ConstraintSet members;
            const bool is_optimal = outcome == LinearProgram::Outcome::optimal;
            const Step step = is_optimal ? take_broken_rows() : follow_contradiction(members);
            if (step == Step::proved) { return {false, std::move(members)}; }
            if (step == Step::stuck) { return {true, is_optimal ? met() : on}; }
            build();
        }
        return {true, on};
    }

    const ProblemRows& problem;
    const ConstraintSet& on;
    const std::optional<Changed>& change;
    bool shares_uses = false;
    LinearProgram program;
    std::vector<std::size_t> rows; // by row of the program
    std::vector<std::uint32_t> row_in_program;
    std::vector<Column> columns; // by column of the program
    std::vector<std::uint32_t> column_in_program;
    std::vector<std::vector<LinearProgram::Entry>> entries_of;
};

Possibility FarkasOracle::ask(const ConstraintSet& asked, const std::optional<Changed>& changed)
{
    ++questions_;
    return Session{problem_, asked, changed}.run();
}

} // namespace papervault::engine::assembly
