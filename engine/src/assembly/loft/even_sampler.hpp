#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/loft/least_exposure.hpp"
#include "assembly/search/alike_units.hpp"
#include "assembly/search/soft_model.hpp"

#include <papervault/engine/assembly_problem.hpp>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Draws forms so that no item is in more of them than it must be. Forms are drawn one after the other in blocks;
/// within a block a unit may be used so many times, and up to each form about its share of these. The share is just
/// above the least that any mixture of forms could keep to, which a linear program says; its prices say too what a form
/// must not waste. So the largest exposure is bounded, not only likely.
///
/// A form starts from units drawn at random from the cells of a form found before, units that were used little before
/// others, and is mended by exchanges until nothing is broken. Its cells then take the other's place, so that what is
/// used up is not asked for again.
class EvenSampler {
public:
    using Unit = UnitProblem::Unit;
    struct Scratch {
        explicit Scratch(const EvenSampler& sampler);
        SoftForm form;
        std::vector<std::uint32_t> uses; // by unit, in the block so far
        std::vector<std::vector<std::uint32_t>> templates;
        std::vector<Unit> drawn;       // of the block so far: units of its forms
        std::vector<std::size_t> ends; // in drawn, by form
        /// Which block stands here: its number, and the beginning of its stream.
        std::optional<std::uint64_t> block;
        std::array<std::byte, 64> mark{};
        const RandomStreams* streams = nullptr;
        std::optional<Dice> dice;
        std::uint64_t restarts = 0;
    };

    /// @return Nothing where no form was found.
    [[nodiscard]] static std::optional<EvenSampler> build(const AssemblyProblem& problem, const UnitProblem& units,
                                                          const RandomStreams& streams);
    bool draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
              std::span<AssemblyProblem::Item> form) const;
    [[nodiscard]] std::uint32_t forms_in_block() const noexcept { return forms_; }
    [[nodiscard]] std::uint32_t use_max() const noexcept { return use_max_; }
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    EvenSampler(const UnitProblem& problem, const LeastExposure& least, std::int64_t room);
    bool find_templates(const RandomStreams& streams);
    bool settle(Dice& dice, Scratch& scratch) const;
    bool start(Dice& dice, Scratch& scratch, const std::vector<std::uint32_t>& cells, std::uint32_t cap) const;
    [[nodiscard]] std::vector<std::uint32_t> cells_of(const SoftForm& form) const;
    bool draw_next(Scratch& scratch) const;
    [[nodiscard]] std::uint32_t cap_at(std::size_t form) const;
    struct Walk {
        std::uint64_t steps_max;
        std::uint32_t inside_of_eight;
        const std::vector<std::uint32_t>* accept_below;
        std::uint32_t cap; // uses that a unit may have had
    };
    template <std::size_t Words>
    bool mend(Dice& dice, Scratch& scratch, const Walk& walk) const;
    template <std::size_t Words>
    bool mend_with_popcount(Dice& dice, Scratch& scratch, const Walk& walk) const;
    template <std::size_t Words>
    bool mend_best(Dice& dice, Scratch& scratch, const Walk& walk) const;
    bool mend(Dice& dice, Scratch& scratch, const Walk& walk) const;

    std::unique_ptr<const UnitProblem> problem_; // with what a form must not waste as one more sum
    SoftModel model_;
    AlikeUnits alike_;
    std::vector<Unit> short_;    // units that have a weight in what is short
    std::vector<bool> is_short_; // by unit
    std::uint32_t forms_ = 1;
    std::uint32_t use_max_ = 1;
    std::vector<std::vector<std::uint32_t>> templates_; // cells of a form's units
    std::vector<std::uint32_t> warm_;
    std::vector<std::uint32_t> cold_;
};

} // namespace papervault::engine::assembly
