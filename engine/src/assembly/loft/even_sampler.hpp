#pragma once

#include "assembly/loft/chain_sampler.hpp"

#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Forms whose most exposed item stands in as few of them as can be.
///
/// Chances of items, each form for itself, can't do that: among 20,000 forms some item that has a chance of 5 % comes
/// out at 5.5 %. So a fixed number of forms, the plan, is made first: drawn with the chain, then walked over again and
/// again, each form leaving items that the others have often for items that they have seldom. Form n begins as form n
/// of the plan, which goes round; the items that are near the peak stay in it, all others are exchanged at random by
/// the chain. What is near the peak is therefore used exactly as often as planned, and form n is still a function of
/// the problem, the streams and n alone.
class EvenSampler {
public:
    using Unit = UnitProblem::Unit;

    /// @return Nothing where the chain finds no forms.
    [[nodiscard]] static std::optional<EvenSampler> build(ChainSampler chain, const RandomStreams& streams);
    void draw(Dice& dice, std::uint64_t number, ChainSampler::Scratch& scratch,
              std::span<AssemblyProblem::Item> form) const;
    [[nodiscard]] const ChainSampler& chain() const noexcept { return chain_; }
    /// Forms of the plan.
    [[nodiscard]] std::size_t period() const noexcept { return begins_.size() - 1; }
    /// Of these, so many have the item that most of them have; items that all forms must have aside.
    [[nodiscard]] std::uint32_t peak() const noexcept { return peak_; }
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    class Planner;
    explicit EvenSampler(ChainSampler chain) : chain_{std::move(chain)} {}
    /// From a form of the plan to another that has as much of it as must stay.
    void walk(Dice& dice, std::uint64_t slot, ChainSampler::Scratch& scratch) const;

    ChainSampler chain_;
    std::vector<std::size_t> begins_{0}; // by form of the plan, into units_
    std::vector<Unit> units_;
    std::vector<std::uint8_t> stays_;   // by unit
    std::vector<std::uint8_t> is_free_; // by form of the plan: nothing stays
    std::uint32_t peak_ = 0;
};

} // namespace papervault::engine::assembly
