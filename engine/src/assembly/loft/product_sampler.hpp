#pragma once

#include "assembly/loft/cell_partition.hpp"
#include "assembly/loft/dice.hpp"
#include "assembly/problem/unit_problem.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Draws forms exactly uniformly where the counts fix how many units of each cell are taken.
///
/// Cells are drawn independently; cells that share a constraint are drawn again together until it holds, the others
/// are untouched by that. The last cells, the block, are drawn from a table sorted by their sum, among those that bring
/// the form's sum inside its bounds; that choice is evened out by keeping what was drawn before in proportion to the
/// number of such entries. What is still broken then turns the whole form down. Every step leaves all forms that meet
/// the constraints equally likely.
class ProductSampler {
public:
    struct Scratch {
        std::vector<std::uint32_t> picked;      // records; as many as a form has units
        std::vector<std::uint32_t> enemy_stamp; // by enemy set
        std::uint32_t stamp = 0;
        std::uint64_t attempts = 0;
        bool is_stuck = false; // a cell has too few units that are not avoided
    };

    /// @return Nothing where the constraints have another structure, or hardly any proposal would be kept.
    [[nodiscard]] static std::optional<ProductSampler> build(const UnitProblem& problem);
    [[nodiscard]] Scratch make_scratch() const;
    /// @param form Gets the units' items. @return False after too many proposals.
    bool draw(Dice& dice, Scratch& scratch, std::span<AssemblyProblem::Item> form) const;
    /// Uniform over the forms that have no avoided unit. @param avoided By unit.
    bool draw_avoiding(std::span<const std::uint8_t> avoided, Dice& dice, Scratch& scratch,
                       std::span<AssemblyProblem::Item> form) const;
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    using Word = std::uint64_t;
    /// A count of each lane between a lower and an upper bound, for all lanes of a word at once.
    struct LaneBounds {
        Word low = 0;
        Word room = 0; // what may be added to the largest value before the top bit of the lane is set
    };
    struct Draws {
        std::uint32_t first = 0; // record
        std::uint32_t size = 0;
        std::uint32_t taken = 0;
    };
    struct Group {
        std::uint32_t first_cell = 0; // in draws_
        std::uint32_t cells = 0;
        std::vector<LaneBounds> bounds;
    };
    struct BlockCell {
        Draws draws;
        std::uint32_t choices = 0;
        std::vector<std::uint32_t> pairs; // where two are taken: both records of each choice, 16 bits each
    };
    struct Block {
        std::vector<BlockCell> cells;
        std::vector<std::int64_t> sums;     // sorted
        std::vector<std::uint32_t> entries; // mixed radix of the cells' choices
        std::vector<std::uint32_t> starts;  // first place with sum >> shift at least so much
        std::int64_t lowest = 0;
        unsigned shift = 0;
        std::uint32_t largest_window = 0;
    };
    class Builder;

    using Avoided = std::span<const std::uint8_t>;  // by unit
    bool trial(Dice& dice, Scratch& scratch) const; // one proposal
    template <bool Avoids>
    bool propose(Avoided avoided, Dice& dice, Scratch& scratch) const;
    template <std::size_t Global>
    struct Totals {
        std::int64_t sum = 0;
        Word lanes[Global]{};
    };
    template <std::size_t Global, std::size_t Local, bool Avoids>
    bool attempt(Avoided avoided, Dice& dice, Scratch& scratch) const;
    /// Writes its records from `picked` on and adds them up. @return Where the next ones go; null when it gives up.
    template <std::size_t Global, std::size_t Local, bool Avoids>
    std::uint32_t* draw_group(const Group& group, Avoided avoided, Dice& dice, std::uint32_t* picked,
                              Totals<Global>& totals) const;
    /// @return Null where too few are left.
    std::uint32_t* draw_cell_avoiding(const Draws& cell, Avoided avoided, Dice& dice, std::uint32_t* picked) const;
    std::uint32_t* draw_cell(const Draws& cell, Dice& dice, std::uint32_t* picked) const;
    static std::uint32_t* draw_large_cell(const Draws& cell, Dice& dice, std::uint32_t* picked);
    static std::uint32_t* pick_block_cell(const BlockCell& cell, std::uint32_t choice, std::uint32_t* picked);
    void write(const Scratch& scratch, std::span<AssemblyProblem::Item> form) const;
    [[nodiscard]] std::uint32_t unit_of(std::uint32_t number) const noexcept
    {
        return static_cast<std::uint32_t>(*record(number));
    }
    [[nodiscard]] std::uint32_t place_of(std::int64_t sum) const;
    /// Draws the block so that the sum is met. @return As draw_group(); null when what was drawn before is turned down.
    std::uint32_t* draw_block(std::int64_t sum, Dice& dice, std::uint32_t* picked) const;
    bool has_enemies(Scratch& scratch) const;
    bool sums_hold(const Scratch& scratch) const;
    [[nodiscard]] bool holds(const LaneBounds& bounds, Word value) const noexcept
    {
        return (((value + bounds.room) | ~((value | top_bits_) - bounds.low)) & top_bits_) == 0;
    }
    /// A bank of a million items is not in the processor's caches: what was picked is on its way while more is picked.
    void fetch(std::uint32_t number) const noexcept { __builtin_prefetch(record(number)); }
    [[nodiscard]] const Word* record(std::uint32_t number) const noexcept
    {
        return records_.data() + std::size_t{number} * stride_;
    }

    /// A record: unit and first enemy set; value of the main sum; global lanes; local lanes; values of other sums.
    std::vector<Word> records_;
    std::size_t stride_ = 0;
    std::size_t units_taken_ = 0;
    std::size_t global_words_ = 0;
    std::size_t local_words_ = 0;
    Word top_bits_ = 0;
    std::vector<Draws> draws_;
    std::vector<Group> groups_;
    std::vector<LaneBounds> global_bounds_;
    bool has_sum_ = false;
    std::int64_t sum_low_ = 0;
    std::int64_t sum_high_ = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> other_sums_;
    Block block_;
    std::vector<std::uint32_t> enemy_sets_; // lists, each ended by no_enemy
    std::size_t enemy_set_count_ = 0;
    bool units_are_items_ = false;           // unit n is item n; then the next two are empty
    std::vector<std::uint32_t> item_begins_; // by unit
    std::vector<AssemblyProblem::Item> items_;
    std::vector<AssemblyProblem::Item> fixed_;
    static constexpr std::uint32_t no_enemy = UINT32_MAX;
};

} // namespace papervault::engine::assembly
