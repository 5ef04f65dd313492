#pragma once

#include "assembly/search/fixed_point.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// max Σ cost × x where every row's sum and every x lies between bounds: a bounded dual simplex with bound flipping
/// (Lemke 1954; Fourer 1994) and reference weights (Forrest and Goldfarb 1992, "devex") on a dense inverse, in
/// fixed-point numbers. Every column has finite bounds, so a start is
/// always at hand, and after a change of bounds or new columns it goes on from where it stood.
///
/// Its answer is a good guess, the same everywhere; what is said of it to a person is computed again in whole numbers
/// from its prices.
class LinearProgram {
public:
    struct Entry {
        std::uint32_t row;
        Fixed value;
    };
    enum class Outcome { optimal, infeasible, gave_up };

    std::uint32_t add_row(Fixed low, Fixed high);
    /// @param ones    Rows with a coefficient of 1. @param entries Other rows.
    std::uint32_t add_column(Fixed cost, Fixed low, Fixed high, std::span<const std::uint32_t> ones,
                             std::span<const Entry> entries);
    void set_bounds(std::uint32_t column, Fixed low, Fixed high) { set_bounds_of(number_of(column), low, high); }
    void set_row_bounds(std::uint32_t row, Fixed low, Fixed high) { set_bounds_of(variable_of_row_[row], low, high); }
    /// To be followed by restart().
    void set_cost(std::uint32_t column, Fixed cost) { variables_[number_of(column)].cost = cost; }
    void restart();

    [[nodiscard]] Outcome solve(std::uint64_t iterations_max);

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_.size(); }
    [[nodiscard]] Fixed value(std::uint32_t column) const { return value_of(number_of(column)); }
    /// The row's sum; after solve().
    [[nodiscard]] Fixed row_value(std::uint32_t row) const { return value_of(variable_of_row_[row]); }
    [[nodiscard]] Fixed low(std::uint32_t column) const { return variables_[number_of(column)].low; }
    [[nodiscard]] Fixed high(std::uint32_t column) const { return variables_[number_of(column)].high; }
    /// What one more of the row's sum is worth; after solve().
    [[nodiscard]] const std::vector<Fixed>& prices() const noexcept { return prices_; }
    [[nodiscard]] Fixed reduced_cost(std::uint32_t column) const { return variables_[number_of(column)].reduced; }
    /// After infeasible: rows with the weights that contradict the bounds.
    [[nodiscard]] const std::vector<Fixed>& contradiction() const noexcept { return contradiction_; }
    [[nodiscard]] std::uint64_t iterations() const noexcept { return iterations_; }
    /// What one of them counts in an effort: about as many exchanges take as long.
    [[nodiscard]] std::uint64_t steps_of_an_iteration() const noexcept
    {
        return 10 + rows_ * std::min<std::size_t>(columns_.size(), 1'000) / 100;
    }
    /// For a copy that goes on counting where another stopped.
    void count_iterations(std::uint64_t iterations) noexcept { iterations_ = iterations; }
    /// Σ cost × x where it stands.
    [[nodiscard]] Fixed objective() const;

private:
    static constexpr std::uint32_t nonbasic = UINT32_MAX;
    struct Column {
        std::size_t first_one = 0;
        std::uint32_t ones = 0;
        std::uint32_t entries = 0;
        std::size_t first_entry = 0;
    };
    struct Variable { // rows' logical ones are mixed with the columns in the order in which they came
        Fixed cost, low, high;
        Fixed reduced;
        std::uint32_t place = nonbasic; // in the basis
        std::uint32_t index = 0;        // of column or row
        bool is_logical = false;
        bool at_high = false;
    };
    struct Candidate {
        std::uint32_t variable;
        Fixed ratio;
        Fixed pivot;
    };
    [[nodiscard]] std::uint32_t number_of(std::uint32_t column) const { return variable_of_column_[column]; }
    [[nodiscard]] Fixed value_of(std::uint32_t variable) const;
    void set_bounds_of(std::uint32_t variable, Fixed low, Fixed high);
    [[nodiscard]] Fixed times(const std::vector<Fixed>& weights, const Variable& variable) const;
    void spread(const Variable& variable, std::vector<Fixed>& out) const; // inverse × column
    void refactor();
    void refactor_again();
    void recompute();
    void move_nonbasic(std::uint32_t variable, Fixed from, Fixed to);
    void flip();
    bool iterate(Outcome& outcome);
    std::uint32_t choose_row() const;
    void reweigh(std::uint32_t place, Fixed pivot);
    std::uint32_t choose_entering(const Variable& leaving, Fixed infeasibility, bool below, Fixed least_pivot);

    std::size_t rows_ = 0;
    std::vector<Column> columns_;
    std::vector<std::uint32_t> ones_;
    std::vector<Entry> entries_;
    std::vector<Variable> variables_;
    std::vector<std::uint32_t> variable_of_column_;
    std::vector<std::uint32_t> variable_of_row_;
    std::vector<std::uint32_t> basis_;        // by place: variable
    std::vector<std::vector<Fixed>> inverse_; // by place and row
    std::vector<Fixed> basic_values_;         // by place
    std::vector<Fixed> prices_;
    std::vector<Fixed> contradiction_;
    std::vector<Fixed> pivot_row_; // by variable
    std::vector<Candidate> candidates_;
    std::vector<std::uint32_t> flips_;
    std::vector<Fixed> direction_;
    std::vector<std::uint32_t> touched_; // variables with a pivot that is not 0
    std::vector<std::uint32_t> filled_;  // places of a line that are not 0
    std::vector<std::uint64_t> weights_; // by place, in 2^-20: how far a step along it leads, squared
    Fixed tolerance_;                    // of this solve
    std::uint64_t iterations_ = 0;
    std::uint64_t since_refactor_ = 0;
};

} // namespace papervault::engine::assembly
