#pragma once

#include "assembly/draw_task.hpp"

#include <vector>

namespace papervault::engine::assembly {

/// Bounds that every form must keep, sharper than the blueprint's own words: by section and node, and over the paper by
/// node.
struct Ranges {
    std::vector<std::vector<Bounds>> sections;
    std::vector<Bounds> paper;
};

/// Follows the blueprint's counts and the items at hand to what they imply. Only necessary consequences: no form is
/// lost.
/// @param forms_after Forms without common items that must still be drawn from what this form leaves; 0 where forms may
/// overlap.
[[nodiscard]] Ranges implied_ranges(const DrawTask& task, const Supply& supply, int forms_after);

} // namespace papervault::engine::assembly
