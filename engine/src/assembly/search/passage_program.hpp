#pragma once

#include "assembly/search/linear_program.hpp"
#include "assembly/search/relaxation.hpp"
#include "assembly/search/target.hpp"
#include "assembly/search/whole_form.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace papervault::engine::assembly {

/// One form made of passages, without whole numbers: a passage is taken as a mixture of choices of its units, each of
/// which keeps the passage's own bounds. Choices are made when the prices call for them (column generation, Gilmore and
/// Gomory 1961; Dantzig and Wolfe 1960), so that the program has a row for each passage, not for each of its units.
///
/// Groups are the passages by number. What is decided for a group, a unit or a row holds until it is taken back.
class PassageProgram {
public:
    using Unit = UnitProblem::Unit;
    using Group = std::uint32_t;
    enum class State : std::uint8_t { open, in, out };
    enum class Outcome : std::uint8_t {
        solved,
        hopeless, ///< Proved in whole numbers: nothing better than asked for.
        unknown   ///< The program's numbers did not suffice; bound() holds all the same.
    };
    struct Decision {
        enum class Kind : std::uint8_t { group, unit, row } kind;
        std::uint32_t index;
        State state = State::open;
        std::int64_t low = 0; ///< Of a row.
        std::int64_t high = 0;
        bool operator==(const Decision&) const = default;
    };
    static constexpr Group no_group = UINT32_MAX;

    /// One form, passages that share no unit, not too many enemies.
    [[nodiscard]] static bool fits(const AssemblyProblem& problem, const UnitProblem& units);
    PassageProgram(const AssemblyProblem& problem, const UnitProblem& units, const Target& target);

    void decide(const Decision& decision);
    [[nodiscard]] std::size_t mark() const noexcept { return trail_.size(); }
    void undo(std::size_t mark);

    /// @param quality_known Only better forms are looked for. Decides what follows from that.
    Outcome solve(std::int64_t quality_known);
    /// No form within the decisions has more; after solve().
    [[nodiscard]] std::int64_t bound() const noexcept { return bound_; }

    [[nodiscard]] std::size_t groups() const noexcept { return groups_.size(); }
    [[nodiscard]] State group_state(Group group) const { return groups_[group].state; }
    [[nodiscard]] State unit_state(Unit unit) const { return unit_states_[unit]; }
    [[nodiscard]] Group group_of(Unit unit) const { return group_of_unit_[unit]; }
    [[nodiscard]] Fixed group_value(Group group) const;
    /// By unit.
    [[nodiscard]] std::vector<Fixed> unit_values() const;
    /// Rows that count passages.
    [[nodiscard]] const std::vector<std::uint32_t>& passage_rows() const noexcept { return passage_rows_; }
    [[nodiscard]] Fixed row_value(std::uint32_t row) const { return program_.row_value(row); }
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> row_bounds(std::uint32_t row) const
    {
        return {rows_[row].low, rows_[row].high};
    }
    /// How much less the program's goal would be after a decision; a guess, from a few steps.
    [[nodiscard]] Fixed loss_of(const Decision& decision);
    /// Spent, in the steps of an effort.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
    /// The quality of these units if they are a form, to the last digit.
    [[nodiscard]] std::optional<std::int64_t> quality_of(const std::vector<Unit>& chosen) const
    {
        return quality_of_form(units_, target_, target_sums_, chosen);
    }

private:
    struct Row {
        std::int64_t low, high;
        std::int64_t scale = 1;       // coefficient = value / scale
        std::int64_t goal_weight = 0; // above 0: a row of the goal, low is what the fixed items lack
    };
    struct Pattern {
        std::vector<Unit> units;
        std::uint32_t column;
    };
    struct GroupOf {
        std::vector<std::pair<Unit, std::int32_t>> units;
        std::int64_t low, high;
        State state = State::open;
        std::uint32_t row = 0;                // that its patterns make at most one
        std::vector<std::uint32_t> rows = {}; // that count it
        std::vector<Pattern> patterns = {};
    };
    struct Term {
        std::uint32_t row;
        std::int64_t value;
    };
    struct Best {
        bool is_possible = false; // to use the passage
        WideNumber value = 0;
        std::vector<Unit> units;
    };
    struct Prices {
        std::vector<WideNumber> multipliers; // by row
        WideNumber of_objective = 0;
        WideNumber denominator = 1;
        WideNumber constant = 0;
    };

    void add_rows();
    void add_passage_rows();
    void add_goal();
    std::uint32_t add_row(Row row);
    void add_pattern(Group group, const std::vector<Unit>& units);
    bool has_pattern(Group group, const std::vector<Unit>& units) const;
    [[nodiscard]] bool is_allowed(const GroupOf& group, const Pattern& pattern) const;
    void refresh(Group group);
    void apply(const Decision& decision);

    [[nodiscard]] Prices prices_of_goal() const;
    [[nodiscard]] Prices prices_of_contradiction(int sign) const;
    void evaluate_units(const Prices& prices);
    [[nodiscard]] WideNumber value_of_use(const Prices& prices, const GroupOf& group) const;
    [[nodiscard]] Best best_of(const GroupOf& group, WideNumber of_use) const;
    [[nodiscard]] Best best_of_uneven(const GroupOf& group, WideNumber of_use) const;
    /// @return The most that all can be worth at these prices; none where a passage that must be used can't be.
    [[nodiscard]] std::optional<WideNumber> evaluate(const Prices& prices);
    [[nodiscard]] std::int64_t quality_at(const Prices& prices, WideNumber total) const;
    bool price_in(const Prices& prices);
    enum class Reason : std::uint8_t { proved, more_choices, unclear };
    Reason look_at_contradiction();
    void draw_conclusions(const Prices& prices, WideNumber total, std::int64_t quality_known);

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    const Target& target_;
    std::vector<UnitProblem::Sum> target_sums_;
    LinearProgram program_;
    std::vector<Row> rows_;
    std::vector<GroupOf> groups_;
    std::vector<Group> group_of_unit_;
    std::vector<State> unit_states_;
    std::vector<std::vector<Term>> terms_;      // by unit
    std::vector<std::int64_t> objective_;       // by unit, for a maximum
    std::vector<std::uint32_t> column_of_unit_; // of units in no group
    std::vector<std::uint32_t> passage_rows_;
    std::int64_t objective_scale_ = 1;
    std::int64_t objective_constant_ = 0;
    std::int64_t quality_unit_ = 1;
    std::vector<Decision> trail_;    // with what was before
    std::vector<WideNumber> values_; // by unit, at the prices in hand
    std::vector<Best> bests_;        // by group
    std::int64_t bound_ = INT64_MAX;
    std::uint64_t steps_ = 0;
};

} // namespace papervault::engine::assembly
