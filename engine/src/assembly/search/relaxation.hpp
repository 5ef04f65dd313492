#pragma once

#include "assembly/problem/unit_problem.hpp"
#include "assembly/search/linear_program.hpp"

#include <optional>
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
        std::size_t columns_at_first = 3'000;
    };
    Relaxation(const AssemblyProblem& problem, const UnitProblem& units, Options options);

    /// @return infeasible is certain only once contradicts() has looked at it.
    LinearProgram::Outcome solve();

    /// No form, or set of forms, reaches more (for minimax: less) than this; whole numbers only, from the prices.
    [[nodiscard]] Ratio bound() const;
    /// What a unit is worth beyond what it uses up; by unit, in the program's own scale. Above 0: it should be taken.
    [[nodiscard]] std::vector<Fixed> worths() const;
    [[nodiscard]] std::uint64_t iterations() const noexcept { return program_.iterations(); }
    [[nodiscard]] LinearProgram& program() noexcept { return program_; }
    /// The first column of a unit, or no_column.
    [[nodiscard]] std::uint32_t column_of(UnitProblem::Unit unit) const { return column_of_unit_[unit]; }
    static constexpr std::uint32_t no_column = UINT32_MAX;
    /// In y's scale: how much the program's goal is worth in units of information.
    [[nodiscard]] Fixed goal_value() const;

private:
    struct Row {
        enum class Kind : std::uint8_t { count, sum, ability, enemies, share } kind;
        std::size_t index;
        std::int64_t scale = 1; // of values: coefficient = value / scale
    };
    void add_rows();
    void add_unit(UnitProblem::Unit unit);
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
    std::uint32_t share_row_ = no_column;
    std::uint32_t goal_column_ = no_column;
    std::int64_t information_scale_ = 1;
    std::uint32_t copies_ = 1;
};

} // namespace papervault::engine::assembly
