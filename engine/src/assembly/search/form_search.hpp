#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/alike_units.hpp"
#include "assembly/search/form_set.hpp"
#include "assembly/search/soft_model.hpp"
#include "assembly/search/target.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Which units of the problem are searched, and how often each may be used; the target's sums come last.
struct SearchSpace {
    UnitProblem problem;
    std::vector<UnitProblem::Unit> original; ///< By unit of the space.
    std::vector<std::uint32_t> uses_max;
    std::size_t target_from = 0;  ///< First sum of the target.
    std::int64_t fixed_items = 0; ///< In every form.
    std::uint32_t form_count = 1;
    std::int64_t overlap_allowed = -1; ///< Of two forms, beside the fixed items; below 0: any.
};
[[nodiscard]] SearchSpace make_space(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                                     const std::vector<UnitProblem::Unit>& chosen);

/// Simulated annealing over sets of forms: exchanges of a unit of a form for one outside, or between two forms. The
/// wanted quality is a constraint like the others, and rises as soon as it is met.
class FormSearch {
public:
    using Unit = UnitProblem::Unit;
    FormSearch(const SearchSpace& space, const Target& target, Dice& dice, const AssemblyEffort& effort);

    /// @param quality_bound No quality is above it; only sets the pace. @param from Forms to begin with, or none.
    void run(std::int64_t quality_bound, const std::vector<std::vector<Unit>>& from);
    /// Any forms will do: run() asks for little quality and ends with the first.
    void stop_at_first() { stops_at_first_ = true; }
    /// By form, units of the space; empty where none was found.
    [[nodiscard]] const std::vector<std::vector<Unit>>& best() const noexcept { return best_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return best_quality_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    void start(const std::vector<std::vector<Unit>>& from);
    void set_target(std::int64_t quality);
    void cool(std::int64_t quarter_degrees);
    template <std::size_t Words>
    void walk(std::uint64_t steps);
    template <std::size_t Words>
    void walk_with_popcount(std::uint64_t steps);
    template <std::size_t Words>
    void walk_plain(std::uint64_t steps);
    void walk_best(std::uint64_t steps);
    template <std::size_t Words>
    void step();
    [[nodiscard]] bool accepts(std::int64_t change);
    void look();

    const SearchSpace& space_;
    const Target& target_;
    Dice& dice_;
    const AssemblyEffort& effort_;
    SoftModel model_;
    AlikeUnits alike_;
    FormSet forms_;
    std::int64_t strain_ = 0; // of all forms and overlaps
    std::vector<std::uint32_t> accept_below_;
    std::vector<std::vector<Unit>> best_;
    std::int64_t best_quality_ = INT64_MIN;
    std::int64_t least_strain_ = INT64_MAX; // at this target, of forms that break nothing but the target
    std::int64_t wanted_ = 0;
    std::int64_t bound_ = 0;
    std::int64_t raise_ = 1;
    bool stops_at_first_ = false;
    std::uint64_t steps_ = 0;
};

} // namespace papervault::engine::assembly
