#pragma once

#include "assembly/draw_task.hpp"
#include "assembly/wide_count.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Items of a form by section, as indices into DrawTask::items.
using Sections = std::vector<std::vector<std::uint32_t>>;

/// Makes forms of the wanted difficulty likelier in proposals when the pool alone hardly ever gives them, and evens the
/// chances out again afterwards.
///
/// An item weighs about 2 to the power of strength × points × difficulty. A form is proposed in proportion to the
/// product of its items' weights and kept with a chance in inverse proportion to it; so every form inside the window is
/// equally likely, exactly, for weights are whole numbers and the product is taken of these.
class Tilt {
public:
    /// @param strength In units of 2^-16 per point of weight exponent; positive prefers items with a large (easy)
    /// difficulty value.
    /// @return Nothing where sections of one type have different points, or the strength is beyond what weights can
    /// hold.
    [[nodiscard]] static std::optional<Tilt> make(const DrawTask& task, std::int64_t strength);

    /// Weights as given, which are not evened out again: for a law that is not uniform.
    /// @param weights  By index into DrawTask::items, each from 1 to 2^56.
    [[nodiscard]] static Tilt by_item(std::vector<Word> weights);

    [[nodiscard]] Word weight(const DrawTask& task, std::uint32_t item) const
    {
        if (!of_items_.empty()) { return of_items_[item]; }
        return weights_[task.items[item].type][grade_of(task.items[item].difficulty_units)];
    }
    /// To be asked of forms inside the difficulty window only.
    [[nodiscard]] bool keeps(const DrawTask& task, const Sections& form, RandomIntegers& random) const;

private:
    /// Difficulties are told apart to 1/200, so that a cell has few different weights.
    static constexpr std::int64_t units_per_grade = 5'000;
    static constexpr std::size_t grades = 201;
    static std::size_t grade_of(std::int64_t difficulty_units) noexcept
    {
        return static_cast<std::size_t>((difficulty_units + units_per_grade / 2) / units_per_grade);
    }

    std::vector<std::vector<Word>> weights_; // by type and grade
    std::vector<Word> of_items_;             // by_item's
    WideCount least_product_;                // no form inside the window has a smaller product of weights
};

/// Items of one cell with their weights: how many ways there are to take k of them, each counted with the product of
/// its weights, and a draw in that proportion.
class TiltedCell {
public:
    /// @param items   Sorted by weight on return.
    /// @param most    Largest count that will be asked for.
    TiltedCell(const DrawTask& task, const Tilt& tilt, std::vector<std::uint32_t>& items, std::size_t most);

    [[nodiscard]] const WideCount& ways(std::size_t count) const;
    /// Appends `count` items to picked. @param items The cell's items as the constructor left them, up to order among
    /// equal weights.
    void pick(std::size_t count, std::span<std::uint32_t> items, RandomIntegers& random,
              std::vector<std::uint32_t>& picked) const;

private:
    struct Group {
        std::size_t size = 0;
        std::vector<WideCount> own;    // by count: ways to take so many from this group
        std::vector<WideCount> onward; // by count: from this group and all after it
    };
    std::vector<Group> groups_; // of equal weight; the last one is empty
};

} // namespace papervault::engine::assembly
