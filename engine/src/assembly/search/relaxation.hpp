#pragma once

#include "assembly/problem/unit_problem.hpp"
#include "assembly/search/linear_program.hpp"

#include <string>
#include <utility>
#include <vector>

namespace papervault::engine::assembly {

__extension__ using WideNumber = __int128;

/// numerator / denominator, denominator above 0.
struct Ratio {
    WideNumber numerator = 0;
    WideNumber denominator = 1;
};

/// The problem without whole numbers: every unit may be taken in part. For several forms it is their mean form, in
/// which a unit can be at most use/forms; where the overlap is limited, further uses of a unit cost of what pairs may
/// share.
class Relaxation {
public:
    struct Options {
        bool with_enemies = false; ///< A row for each set; without, they are left out.
        bool breaks_ties = true;   ///< A little is added to each unit's worth; costs some of the bound's sharpness.
        std::size_t columns_at_first = 3'000;
        std::vector<std::uint32_t> uses_left = {}; ///< By unit; empty: what the problem says.
    };
    Relaxation(const AssemblyProblem& problem, const UnitProblem& units, Options options);

    /// @return infeasible is certain only once contradicts() has looked at it.
    LinearProgram::Outcome solve();

    /// No form, or set of forms, reaches more (for minimax: less) than this; whole numbers only, from the prices.
    [[nodiscard]] Ratio bound() const;
    /// The same as a quality of the goal's.
    [[nodiscard]] std::int64_t quality_bound() const;
    /// After infeasible: the rows' weights prove in whole numbers that no form, not even in parts, lies inside the
    /// bounds.
    [[nodiscard]] bool contradicts() const;
    /// After infeasible: what one of each unit adds to a weighted sum of rows of which the bounds ask for more than
    /// there is; by unit. A guess, from the program's own numbers.
    [[nodiscard]] std::vector<WideNumber> what_is_short() const;
    /// By row of the program: a name of what it asks for; "" for what is not a constraint.
    [[nodiscard]] std::string name_of_row(std::size_t row) const;
    /// What a unit is worth beyond what it uses up; by unit, in the program's own scale. Above 0: it should be taken.
    [[nodiscard]] std::vector<Fixed> worths() const;
    [[nodiscard]] std::uint64_t iterations() const noexcept { return program_.iterations(); }
    [[nodiscard]] LinearProgram& program() noexcept { return program_; }
    /// The first column of a unit, or no_column.
    [[nodiscard]] std::uint32_t column_of(UnitProblem::Unit unit) const { return column_of_unit_[unit]; }
    [[nodiscard]] std::uint32_t column_of_stimulus(std::size_t stimulus) const { return column_of_stimulus_[stimulus]; }
    static constexpr std::uint32_t no_column = UINT32_MAX;
    /// From the mean form to one form of several, after solve(): a unit may be taken whole, at the price of the uses
    /// that the others lose. The form shall reach so large a part of what all can, at the least price.
    void turn_to_one_form(Fixed wanted);
    /// In y's scale: how much the program's goal is worth in units of information.
    [[nodiscard]] Fixed goal_value() const;

private:
    struct Row {
        enum class Kind : std::uint8_t {
            count,
            sum,
            ability,
            enemies,
            share,
            stimulus_least,
            stimulus_most,
            within,
            stimuli
        } kind;
        std::size_t index;
        std::int64_t scale = 1; // of values: coefficient = value / scale
    };
    void add_rows();
    [[nodiscard]] std::uint32_t uses_of(UnitProblem::Unit unit) const;
    void add_unit(UnitProblem::Unit unit);
    void add_stimuli();
    [[nodiscard]] std::vector<WideNumber> whole_multipliers(const std::vector<Fixed>& weights) const;
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> bounds_of(const Row& row) const;
    /// Σ multiplier × coefficient of a unit, or of a stimulus being used.
    [[nodiscard]] WideNumber used_by(UnitProblem::Unit unit, const std::vector<WideNumber>& multipliers) const;
    [[nodiscard]] WideNumber used_by_stimulus(std::size_t stimulus, const std::vector<WideNumber>& multipliers) const;
    /// The most that gain × x can be inside the column's bounds; for one form, where these are whole.
    [[nodiscard]] WideNumber most(WideNumber gain, std::uint32_t column, std::int64_t otherwise) const;
    [[nodiscard]] Fixed worth(UnitProblem::Unit unit) const;
    [[nodiscard]] Fixed coefficient(std::int64_t value, std::int64_t scale) const { return Fixed::ratio(value, scale); }

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    Options options_;
    LinearProgram program_;
    std::vector<Row> rows_;
    std::vector<std::vector<std::int64_t>> information_; // by ability and unit
    std::vector<std::uint32_t> column_of_unit_;
    std::vector<std::uint32_t> row_of_count_;
    std::vector<std::uint32_t> row_of_sum_;
    std::vector<std::uint32_t> row_of_ability_;
    std::vector<std::uint32_t> row_of_enemies_;
    std::vector<std::vector<std::pair<std::uint32_t, std::int32_t>>> stimuli_of_unit_;
    std::vector<std::uint32_t> rows_of_stimulus_;                                   // the first of two
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> rows_within_; // by unit: stimulus and row
    std::vector<std::uint32_t> column_of_stimulus_;
    std::uint32_t stimuli_row_ = no_column;
    std::uint32_t share_row_ = no_column;
    std::uint32_t goal_column_ = no_column;
    std::int64_t information_scale_ = 1;
    std::uint32_t copies_ = 1;
};

} // namespace papervault::engine::assembly
