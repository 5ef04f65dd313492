#pragma once

#include <papervault/engine/assembly_problem.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace papervault::engine::assembly {

/// A problem as rows low ≤ Σ value × x ≤ high over items and passages, each side of a row a constraint that can be
/// switched off. Of several forms it is their mean form.
struct ProblemRows {
    using Column = std::uint32_t; ///< Items, then passages.
    static constexpr std::size_t no_constraint = std::numeric_limits<std::size_t>::max();
    /// Not a bound; far from any sum of values.
    static constexpr std::int64_t unbounded = std::int64_t{1} << 61U;

    struct Row {
        std::vector<std::pair<Column, std::int64_t>> entries;
        std::int64_t low = -unbounded;
        std::int64_t high = unbounded;
        std::size_t of_low = no_constraint; ///< Which constraint asks for the lower bound.
        std::size_t of_high = no_constraint;
        std::int64_t scale = 1; ///< Largest |value|.
    };
    struct Constraint {
        std::string name;    ///< "C12"
        std::string bound{}; ///< "at least 6"
        /// Whose bound it is, where it is one number that can be changed; else no_row.
        std::size_t row = no_row;
        bool is_low = false;
        unsigned decimals = 0;
        static constexpr std::size_t no_row = std::numeric_limits<std::size_t>::max();
    };

    std::vector<Row> rows;
    std::vector<Constraint> constraints;
    std::size_t lazy_from = 0; ///< Rows from here on are many and rarely matter: enemies and whole sets.
    Column items = 0;
    Column columns = 0;
    std::int64_t forms = 1;
    std::int64_t uses = 1;                        ///< Of an item over all forms, while `forms_constraint` is on.
    std::size_t forms_constraint = no_constraint; ///< "12 forms, …"; nothing for a single form.
    std::vector<bool> is_anchor;                  ///< By item: its uses are not limited.

    explicit ProblemRows(const AssemblyProblem& problem);

    struct Part {
        std::uint32_t row;
        std::int64_t value;
    };
    /// The rows that a column is in, ascending.
    [[nodiscard]] std::span<const Part> parts_of(Column column) const
    {
        return std::span{parts_}.subspan(first_part_[column], first_part_[column + 1] - first_part_[column]);
    }

private:
    void sort_by_column();
    std::size_t add_constraint(Constraint constraint);
    void add_sided(Row row, const std::string& name, unsigned decimals);
    void add_exact(Row row, std::size_t constraint);

    std::vector<Part> parts_;
    std::vector<std::size_t> first_part_;
};

} // namespace papervault::engine::assembly
