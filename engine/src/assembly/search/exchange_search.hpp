#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/form_search.hpp"
#include "assembly/search/form_set.hpp"
#include "assembly/search/target.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Makes forms that break nothing better, and never breaks anything for long: units of a form are exchanged for units
/// outside or for another form's, up to three at a time. The first exchange may break a few counts; those that follow
/// are looked for among the ones that mend them (an ejection chain, Glover 1996), so that the many that would mend
/// nothing are never looked at.
///
/// What is made smaller is the sum of the squares of what each form lacks of the wanted quality at each ability. So
/// forms become alike, and what one has too much goes to another.
class ExchangeSearch {
public:
    using Unit = UnitProblem::Unit;
    using Forms = std::vector<std::vector<Unit>>;
    ExchangeSearch(const SearchSpace& space, const Target& target, Dice& dice, const AssemblyEffort& effort);

    /// @param forms They break nothing. @param bound No quality is above it.
    void run(const Forms& forms, std::int64_t bound);
    [[nodiscard]] const Forms& best() const noexcept { return best_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return best_quality_; } ///< Of the worst form.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    struct Exchange {
        Unit leaving, coming;
        std::int64_t slope = 0;
    };
    struct Applied {
        Exchange exchange;
        std::int64_t of_counts = 0;
        std::int64_t of_counts_there = 0;
    };
    static constexpr std::size_t outside = SIZE_MAX;
    static constexpr std::uint64_t not_seen = UINT64_MAX;
    struct Turn {
        std::size_t form, other;
        std::uint64_t seen = not_seen; ///< Of changes, when nothing better was found.
        unsigned depth = 0;
    };

    [[nodiscard]] Forms forms() const;
    [[nodiscard]] std::int64_t quality() const;
    /// Sum of the squares of what is lacking.
    [[nodiscard]] std::int64_t lack() const;
    void want(std::int64_t quality);
    [[nodiscard]] bool is_over() const;
    void descend(unsigned depth_most);
    void tell_changed(const Turn& turn);
    void kick();
    bool improve(std::size_t form, std::size_t other);
    template <std::size_t Words>
    bool improve_with_popcount();
    template <std::size_t Words>
    bool improve_plain();
    template <std::size_t Words>
    bool improve_by();
    template <std::size_t Words>
    void collect();
    template <std::size_t Words, unsigned Left>
    bool chain(std::int64_t slope, std::int64_t least);
    /// @return The strain that would be left, sums aside; negative where the exchange is not possible.
    template <std::size_t Words>
    std::int64_t look(Applied& applied) const;
    [[nodiscard]] bool is_possible(const Exchange& exchange) const;
    [[nodiscard]] bool is_better(const Exchange& exchange) const;
    [[nodiscard]] std::int64_t slope(Unit leaving, Unit coming) const;
    void apply(const Applied& applied);
    void take_back(const Applied& applied);
    [[nodiscard]] std::int64_t strain() const;
    [[nodiscard]] std::int64_t lack_of(std::size_t form) const;
    [[nodiscard]] std::int64_t lack_after(std::size_t form, Unit leaving, Unit coming) const;
    [[nodiscard]] std::int64_t square(std::size_t sum, std::int64_t value) const
    {
        const std::int64_t missing = std::max<std::int64_t>(wanted_[sum] - value, 0) >> shift_;
        return missing * missing;
    }

    const SearchSpace& space_;
    const Target& target_;
    Dice& dice_;
    const AssemblyEffort& effort_;
    SoftModel model_;
    FormSet forms_;
    std::vector<std::int64_t> wanted_; // by sum of the target
    unsigned shift_ = 0;
    // In hand:
    std::size_t form_ = 0;
    std::size_t other_ = outside;
    unsigned depth_ = 1;             // exchanges in a chain, at most
    std::vector<std::int64_t> pull_; // by sum: what more of it in the form is worth
    std::int64_t standing_ = 0;      // what both lack
    std::vector<Exchange> exchanges_;
    /// By count and direction: exchanges after which the form has more (even) or less (odd) of it.
    std::vector<std::vector<std::uint32_t>> mending_;
    bool is_kick_ = false;
    std::vector<Turn> turns_;
    std::vector<std::uint64_t> changed_; // by form: number of its last change
    std::uint64_t now_ = 1;
    std::uint64_t seen_before_kick_ = 1;
    Forms best_;
    std::int64_t best_quality_ = INT64_MIN;
    mutable std::uint64_t steps_ = 0;
};

} // namespace papervault::engine::assembly
