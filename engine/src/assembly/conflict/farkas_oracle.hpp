#pragma once

#include "assembly/conflict/problem_rows.hpp"
#include "assembly/conflict/smallest_conflict.hpp"
#include "assembly/search/linear_program.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Says whether constraints of a problem contradict each other already where items may be taken in part. Columns come
/// into the linear program as the contradiction asks for them, rows that are many as they are broken; both stay for the
/// next question, which only moves bounds. A no is proved in whole numbers over all items and passages; a yes is only
/// the absence of such a proof.
class FarkasOracle {
public:
    explicit FarkasOracle(const ProblemRows& problem);

    struct Changed {
        std::size_t constraint = 0;
        std::int64_t bound = 0;
    };
    /// Yes with all that holds in the parts found; no with the constraints that the proof needs.
    [[nodiscard]] Possibility ask(const ConstraintSet& asked, const std::optional<Changed>& changed = {});
    [[nodiscard]] std::uint64_t questions() const noexcept { return questions_; }

private:
    __extension__ using Wide = __int128;
    using Column = ProblemRows::Column;
    enum class Step : std::uint8_t { proved, goes_on, stuck };

    [[nodiscard]] bool is_asked(std::size_t constraint) const
    {
        return constraint != ProblemRows::no_constraint && asked_[constraint];
    }
    [[nodiscard]] std::int64_t low(std::size_t row) const;
    [[nodiscard]] std::int64_t high(std::size_t row) const;
    [[nodiscard]] std::int64_t uses(Column column) const;

    void start_again();
    void take_row(std::size_t row);
    void take_column(Column column);
    void build();
    void add_to_program(Column column);
    void move_bounds();

    [[nodiscard]] Possibility answer();
    void multiply(int sign);
    struct Lack {
        Wide of_all;     // columns
        Wide of_program; // its columns
    };
    [[nodiscard]] Lack lack() const;
    [[nodiscard]] ConstraintSet members_of_proof() const;
    Step follow_contradiction();
    void add_up();
    Step take_broken_rows();
    [[nodiscard]] ConstraintSet met();

    const ProblemRows& problem_;
    ConstraintSet asked_;
    std::optional<Changed> changed_;
    bool shares_uses_ = false;
    bool is_fresh_ = false; // nothing was asked of the program before this question
    LinearProgram program_;
    std::vector<std::size_t> rows_; // by row of the program
    std::vector<std::uint32_t> row_in_program_;
    std::vector<Column> columns_; // by column of the program
    std::vector<std::uint32_t> column_in_program_;
    std::vector<Wide> multipliers_; // by row of the program
    std::vector<Wide> gains_;       // by column: Σ multiplier × value
    std::vector<Wide> sums_;        // by row: Σ value × x, in units of 2^-36 of the row's values
    int sign_ = 1;                  // of the last contradiction
    std::uint64_t questions_ = 0;
};

} // namespace papervault::engine::assembly
