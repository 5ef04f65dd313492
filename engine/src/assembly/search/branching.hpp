#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/relaxation.hpp"
#include "assembly/search/target.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <functional>
#include <vector>

namespace papervault::engine::assembly {

/// One form by branch and bound on the relaxation: first to the end, which proves the best form; where that takes too
/// long, by dives that differ by chance.
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

    [[nodiscard]] const std::vector<Unit>& best() const noexcept { return best_; }
    [[nodiscard]] bool has_best() const noexcept { return has_best_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return best_quality_; }

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
    std::vector<Unit> best_;
    bool has_best_ = false;
    std::int64_t best_quality_ = INT64_MIN;
    std::int64_t quality_bound_ = INT64_MAX;
    bool is_complete_ = true;
    std::uint32_t last_choice_ = Relaxation::no_column;
    std::size_t last_mark_ = 0;
};

} // namespace papervault::engine::assembly
