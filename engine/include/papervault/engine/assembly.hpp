#pragma once

#include <papervault/engine/blueprint.hpp>
#include <papervault/engine/random_stream.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine {

/// Which forms follow from pool, blueprint and stream. Recorded with every draw: another program that draws other forms
/// from the same input bears another name, so that a record can always be checked with the method it was made by.
inline constexpr std::string_view draw_method = "papervault-draw-1";

/// What a draw needs to know of an item, and no more.
struct PoolItem {
    std::string id;
    ItemType type{};
    std::string knowledge_point;
    Decimal difficulty;
    PoolItemFacts facts{};
};

/// One form as positions in the pool, section after section, in the order of the sections; inside a section by draw
/// order.
struct DrawnForm {
    std::string id;
    std::vector<std::vector<std::uint32_t>> sections;
};

struct Draw {
    std::vector<DrawnForm> forms; ///< Parallel forms first, then spares.
    std::uint64_t proposals = 0;  ///< Candidate forms looked at until all constraints held.
};

/// By which chances forms are drawn; what a certificate states.
struct DrawLaw {
    enum class Kind {
        exactly_uniform, ///< Every form that meets the constraints is equally likely.
        in_turn,         ///< Of a set: each form exactly uniform among those that the forms before it leave room for.
        by_weights,      ///< For even exposure: in proportion to the product of the items' weights.
        chain,           ///< A Markov chain whose limit is uniform, stopped after mixing_length steps.
    };
    Kind kind = Kind::exactly_uniform;
    std::uint32_t mixing_length = 0; ///< Of a chain.
    bool operator==(const DrawLaw&) const = default;
};
/// How FormDrawer draws the forms of this blueprint.
[[nodiscard]] DrawLaw law_of(const Blueprint& blueprint) noexcept;

/// Draws forms at random from a pool under a blueprint. Compiled once, then drawn from any number of times.
/// The result is a function of pool (in the given order of ids, which is sorted inside), blueprint and stream alone:
/// integers only. A single form is exactly uniform over all forms that meet the blueprint; what holds for sets is in
/// docs/blueprint-format.md. Immutable once compiled: threads may share it, each with a stream of its own.
class FormDrawer {
public:
    /// @return What validate() refuses; inconsistent or out_of_range for a pool with a repeated id or an impossible
    /// difficulty; infeasible, with the sections, scopes and numbers of missing items, where counting alone shows that
    /// no form exists, or where no items reach the difficulty; out_of_range where the scopes are too many and too wide
    /// to be counted.
    [[nodiscard]] static Result<FormDrawer> compile(std::span<const PoolItem> pool, const Blueprint& blueprint);
    FormDrawer(FormDrawer&&) noexcept;
    FormDrawer& operator=(FormDrawer&&) noexcept;
    ~FormDrawer();

    /// All forms of the blueprint, drawn jointly.
    /// @return infeasible when no set of forms was found within 100,000 proposals; says which constraint failed most.
    [[nodiscard]] Result<Draw> draw(RandomStream& stream) const;

private:
    class Plan;
    explicit FormDrawer(std::unique_ptr<const Plan> plan);
    std::unique_ptr<const Plan> plan_;
};

/// Checks forms against the blueprint's words alone; shares no code with the drawer.
/// @return inconsistent, naming form and constraint.
[[nodiscard]] Result<void> verify_forms(std::span<const PoolItem> pool, const Blueprint& blueprint,
                                        std::span<const DrawnForm> forms);
/// The same for one form by itself, whatever its name and its siblings.
[[nodiscard]] Result<void> verify_form(std::span<const PoolItem> pool, const Blueprint& blueprint,
                                       const DrawnForm& form);

} // namespace papervault::engine
