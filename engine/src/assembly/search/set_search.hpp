#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/form_search.hpp"
#include "assembly/search/relaxation.hpp"
#include "assembly/search/target.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Several forms at once, each as good as the worst of them can be made. First any forms by annealing, one after the
/// other; then, by turns, exchanges between all of them (exchange_search.hpp) and some of the forms anew beside the
/// others, at the relaxation's prices (large-neighbourhood search, Shaw 1998), whichever gains more.
class SetSearch {
public:
    using Item = AssemblyProblem::Item;
    using Forms = std::vector<std::vector<Item>>;
    /// @param relaxation Solved, for all forms.
    SetSearch(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
              const Relaxation& relaxation, Dice& dice, const AssemblyEffort& effort);

    void run(std::int64_t quality_bound);
    [[nodiscard]] const Forms& best() const noexcept { return best_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return best_quality_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    [[nodiscard]] bool is_spent() const;
    void anneal(std::uint64_t steps, bool stops_at_first);
    [[nodiscard]] std::int64_t quality_of(const std::vector<Item>& form) const;
    void offer(Forms forms);
    void build_all();
    struct Beside {
        SearchSpace space;
        std::vector<std::vector<UnitProblem::Unit>> from; ///< Units of the space, by form.
    };
    [[nodiscard]] Beside beside(const Forms& standing, const Forms& own, std::vector<UnitProblem::Unit> searched) const;
    [[nodiscard]] std::vector<Item> items_of(const SearchSpace& space,
                                             const std::vector<UnitProblem::Unit>& chosen) const;
    void find_first_forms();
    void exchange(std::uint64_t steps);
    [[nodiscard]] std::vector<std::size_t> worst_and_others(std::size_t number);
    void rebuild(std::uint64_t steps);
    /// @return Whether the worst form became better.
    bool rebuild_some(std::size_t number);
    /// So many forms beside those that stand, one after the other; none of less than so much quality.
    [[nodiscard]] std::optional<Forms> build(const Forms& standing, std::size_t number, std::int64_t quality_least,
                                             int last_dives);

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    const Target& target_;
    Dice& dice_;
    const AssemblyEffort& effort_;
    AssemblyEffort quiet_; // for parts of the work
    std::vector<UnitProblem::Sum> target_sums_;
    std::vector<UnitProblem::Unit> core_;
    std::vector<UnitProblem::Unit> first_core_;
    std::vector<Item> outside_; // items of no core unit
    std::vector<bool> is_anchor_;
    std::int64_t quality_bound_ = 0;
    Forms best_;
    std::vector<std::int64_t> qualities_; // of the best forms
    std::int64_t best_quality_ = INT64_MIN;
    std::uint64_t steps_ = 0;
    std::uint64_t cooling_ = 0;
};

/// The units that are worth most at the relaxation's prices.
[[nodiscard]] std::vector<UnitProblem::Unit> most_worthy(const Relaxation& relaxation, std::size_t number);

} // namespace papervault::engine::assembly
