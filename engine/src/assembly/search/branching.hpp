#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/relaxation.hpp"
#include "assembly/search/target.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <functional>
#include <vector>

namespace papervault::engine::assembly {

/// One form by branch and bound on the relaxation: first to the end, which proves the best form; where that takes too
/// long, by dives that differ by chance, from the root or from a part of the best form so far (Danna, Rothberg and Le
/// Pape 2005).
class Branching {
public:
    using Unit = UnitProblem::Unit;
    Branching(const AssemblyProblem& problem, const UnitProblem& units, const Target& target, Relaxation& relaxation,
              Dice& dice, const AssemblyEffort& effort);

    /// @return The search has come to its end: best() can't be bettered, or there is no form.
    bool prove(std::uint64_t nodes_max);
    /// Dives until the effort is spent, or so many of them.
    void dive(int dives_max);
    void set_bound(std::int64_t quality) { quality_bound_ = quality; }
    /// The better form is the one with the larger goal of the program, prices included, not the one of more quality.
    void go_by_the_program() { goes_by_the_program_ = true; }
    /// Dives end with the first form.
    void stop_at_first() { stops_at_first_ = true; }
    /// Spent on dives, in the steps of an effort.
    [[nodiscard]] std::uint64_t steps() const;

    [[nodiscard]] const std::vector<Unit>& best() const noexcept { return top_.chosen; }
    [[nodiscard]] bool has_best() const noexcept { return has_top_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return top_.quality; }

private:
    struct Change {
        std::uint32_t column;
        Fixed low, high;
    };
    void set(std::uint32_t column, Fixed low, Fixed high);
    void undo(std::size_t mark);
    void choose(Unit unit);
    /// The node can't hold a better form.
    [[nodiscard]] bool is_hopeless() const;
    bool search(std::uint64_t& nodes_left);
    bool plunge(std::uint64_t& solves_left);
    void narrow();
    void keep_a_part_of_the_best();
    void end_run();
    [[nodiscard]] bool is_spent() const;
    /// A column that is not whole; the largest but for chance. no_column: all are whole.
    [[nodiscard]] std::uint32_t fractional(bool by_chance);
    [[nodiscard]] std::uint32_t unsettled() const;
    void take();

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    const Target& target_;
    Relaxation& relaxation_;
    Dice& dice_;
    const AssemblyEffort& effort_;
    std::vector<UnitProblem::Sum> target_sums_;
    std::vector<Unit> unit_of_column_;
    std::vector<Change> trail_;
    struct Found {
        std::vector<Unit> chosen;
        std::int64_t quality = INT64_MIN;
        Fixed value; // of the program
    };
    Found best_; // of this run of dives
    bool has_best_ = false;
    Found top_; // of all runs
    bool has_top_ = false;
    std::vector<Found> ended_runs_;
    bool goes_by_the_program_ = false;
    bool stops_at_first_ = false;
    std::uint64_t iterations_before_ = 0;
    std::uint32_t parts_kept_ = 24; // of 32
    std::int64_t quality_bound_ = INT64_MAX;
    bool is_complete_ = true;
    struct Choice {
        std::uint32_t column;
        std::size_t mark; // in the trail, before it
    };
    std::vector<Choice> choices_; // of the dive
};

} // namespace papervault::engine::assembly
