#pragma once

#include <papervault/engine/assembly_problem.hpp>
#include <papervault/engine/blueprint_rules.hpp>
#include <papervault/engine/random_stream.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

/// A form for each candidate ("linear on the fly"), and sets of forms (A, B, spare): any number of them, of a problem
/// with a band.
namespace papervault::engine {

namespace assembly {
class Dice;
} // namespace assembly

/// Which forms follow from problem and streams; recorded with a draw, as draw_method is.
inline constexpr std::string_view assembly_draw_method = "papervault-assembly-draw-2";

class AssemblyDrawer {
public:
    enum class Law {
        exactly_uniform, ///< Every form that meets the constraints is equally likely.
        chain,           ///< A Markov chain whose limit is uniform, stopped after a fixed number of steps.
        /// The most exposed item stands in as few forms as can be. Forms follow a plan of period() forms that goes
        /// round: scarce items stay as planned, the others are exchanged by the chain. Not uniform.
        even_exposure,
    };
    /// Working memory of one thread; what it held before does not change a draw.
    class Scratch {
    public:
        explicit Scratch(const AssemblyDrawer& drawer);
        Scratch(Scratch&&) noexcept;
        Scratch& operator=(Scratch&&) noexcept;
        ~Scratch();

    private:
        friend class AssemblyDrawer;
        struct State;
        std::unique_ptr<State> state_;
    };

    /// @param streams Needed to settle the starting points of a chain and a plan: its streams from 2^63 on are used
    /// for that.
    /// @return out_of_range for stimuli or a goal, and for even exposure of more than one form; infeasible where no
    /// form was found.
    [[nodiscard]] static Result<AssemblyDrawer> compile(const AssemblyProblem& problem, const RandomStreams& streams,
                                                        Exposure exposure = Exposure::uniform);
    AssemblyDrawer(AssemblyDrawer&&) noexcept;
    AssemblyDrawer& operator=(AssemblyDrawer&&) noexcept;
    ~AssemblyDrawer();

    [[nodiscard]] Law law() const noexcept;
    /// Steps of a chain between the first form that meets everything and the one that is drawn; 0 where the law is
    /// exact; with a plan, of each of three walks. That forms are then equally likely was tested by chi-square on
    /// problems whose forms can all be listed, and against the exact law on a large one
    /// (tests/engine/assembly_chain_test.cpp); no proof covers every problem.
    [[nodiscard]] std::uint32_t mixing_length() const noexcept;
    /// Forms of the plan for even exposure; two forms whose numbers differ by a multiple of it have the same scarce
    /// items. Otherwise 0.
    [[nodiscard]] std::uint32_t period() const noexcept;
    [[nodiscard]] std::uint32_t length() const noexcept;
    /// Bytes kept for drawing.
    [[nodiscard]] std::size_t bytes() const noexcept;

    /// Form `number` of the batch, a function of the problem and of stream `number` (and those that compile() used)
    /// alone, whichever forms were drawn before. Threads may share the drawer, each with a scratch of its own.
    /// @param form As many as length(); in no particular order. @return False when no form was found.
    [[nodiscard]] bool draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                            std::span<AssemblyProblem::Item> form) const;

    /// Forms of a set, as the problem says.
    [[nodiscard]] std::uint32_t form_count() const noexcept;
    /// Set `number` of the batch, drawn jointly: each form by the law above among those that leave alone what the
    /// earlier ones have as often as it may be used; forms that share too much are drawn again; then names are given
    /// by lot. Not uniform over all sets.
    /// @param forms As many as form_count() × length(), form after form. @return False when no set was found.
    [[nodiscard]] bool draw_set(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                                std::span<AssemblyProblem::Item> forms) const;

private:
    bool draw_next(assembly::Dice& dice, Scratch::State& state, std::span<const AssemblyProblem::Item> earlier,
                   std::span<AssemblyProblem::Item> form) const;
    class Plan;
    explicit AssemblyDrawer(std::unique_ptr<const Plan> plan);
    std::unique_ptr<const Plan> plan_;
};

} // namespace papervault::engine
