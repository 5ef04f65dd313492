#pragma once

#include "assembly/loft/dice.hpp"
#include "assembly/search/alike_units.hpp"
#include "assembly/search/soft_model.hpp"

#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Draws forms with a Markov chain (Metropolis et al. 1953) over all forms of the right length: exchanges of two units,
/// proposed alike in both directions, accepted by what they do to the strain; so every form without strain is equally
/// likely in the limit. Where whole sets make the number of units vary, a set is also exchanged for as many single
/// items and back, accepted after Hastings (1970). It starts, for each form anew, from units drawn at random with the
/// numbers per cell of a form found before, and stops at the first form without strain after a fixed number of steps.
class ChainSampler {
public:
    using Unit = UnitProblem::Unit;
    static constexpr int mixing_length = 500; ///< Steps from the first form without strain to the one that is drawn.
    static constexpr std::int64_t price_of_e = 64;
    struct Scratch {
        explicit Scratch(const ChainSampler& sampler) : form{sampler.model_} {}
        SoftForm form;
        std::uint64_t restarts = 0;
    };

    /// What a walk over forms without strain keeps to.
    struct Preference {
        /// By unit: those that neither come nor leave. Empty: all may.
        std::span<const std::uint8_t> stays = {};
        /// By unit: a form is e times less likely for each price_of_e that its units cost together. Empty: all are
        /// alike.
        std::span<const std::int64_t> prices = {};
    };

    /// @return Nothing where no form was found.
    [[nodiscard]] static std::optional<ChainSampler> build(const UnitProblem& problem, const RandomStreams& streams);
    bool draw(Dice& dice, Scratch& scratch, std::span<AssemblyProblem::Item> form) const;
    /// The same, left in the scratch.
    /// @param avoided By unit: not to be in the form, which then has as many units as one of the starts has. Empty: all
    /// may be.
    bool draw(Dice& dice, Scratch& scratch, std::span<const std::uint8_t> avoided = {}) const;
    /// mixing_length steps from a form without strain in the scratch; its number of units stays what it is.
    void walk(Dice& dice, Scratch& scratch, const Preference& preference) const;
    /// Exchanges until the form in the scratch has no strain; prices weigh as strain does on the way.
    /// @return False when that took too long.
    bool repair(Dice& dice, Scratch& scratch, std::span<const std::int64_t> prices) const;
    /// What an exchange would do to the strain.
    [[nodiscard]] std::int64_t strain_of(const SoftForm& form, Unit leaving, Unit coming) const;
    void write(const SoftForm& chosen, std::span<AssemblyProblem::Item> form) const;
    [[nodiscard]] const UnitProblem& problem() const noexcept { return model_.problem(); }
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    explicit ChainSampler(const UnitProblem& problem);
    bool settle(Dice& dice, Scratch& scratch) const;
    void add_template(const SoftForm& form);
    bool start(Dice& dice, Scratch& scratch, std::span<const std::uint8_t> avoided) const;
    struct Proposal {
        Unit leaving = 0;
        Unit coming = 0;
        std::int64_t of_counts = 0; // what it does to the counts' strain
    };
    struct Walk {
        std::uint64_t most = 0;  // steps
        std::uint64_t least = 0; // steps
        std::uint32_t inside_of_eight = 8;
        const std::vector<std::uint32_t>* accept_below = nullptr;
        bool mixes = false;
        std::span<const std::uint8_t> avoided = {};
        std::span<const std::int64_t> prices = {};
        const Preference* preference = nullptr; // a form without strain is at hand; to be mixed so, nothing else
    };
    bool pick(Dice& dice, const SoftForm& form, std::uint32_t inside, Proposal& out) const;
    template <std::size_t Words>
    bool propose(Dice& dice, const SoftForm& form, std::uint32_t inside, Proposal& out) const;
    template <std::size_t Words, bool Prices>
    bool cool(Dice& dice, SoftForm& form, const Walk& walk) const;
    template <std::size_t Words, bool Prefers>
    void mix(Dice& dice, SoftForm& form, const Preference& preference) const;
    void list_sizes(const UnitProblem& problem);
    void resize(Dice& dice, SoftForm& form) const;
    template <std::size_t Words>
    bool run(Dice& dice, SoftForm& form, const Walk& walk) const;
    template <std::size_t Words>
    bool run_with_popcount(Dice& dice, SoftForm& form, const Walk& walk) const;
    template <std::size_t Words>
    bool run_best(Dice& dice, SoftForm& form, const Walk& walk) const;
    bool run(Dice& dice, SoftForm& form, const Walk& walk) const;

    SoftModel model_;
    AlikeUnits alike_;
    std::vector<std::vector<std::uint32_t>> templates_; // by cell: how many
    /// Whole sets of one number of items; with single items beside them forms differ in their number of units.
    struct SizeClass {
        std::size_t items = 0;
        std::vector<Unit> units;
    };
    std::vector<SizeClass> sets_;
    std::vector<Unit> singles_;
    std::vector<std::uint32_t> warm_; // by strain added: the step is taken if a word is below
    std::vector<std::uint32_t> cold_;
    std::vector<std::uint32_t> dear_; // by price added
};

} // namespace papervault::engine::assembly
