#pragma once

#include "assembly/draw_task.hpp"

#include <string>

namespace papervault::engine::assembly {

/// Whether `forms` forms without common items fit into the supply, by count alone (difficulty left out). Exact:
/// sections and the whole paper are two trees over the same cells, so counts are a flow, and a flow for n forms splits
/// into n flows.
/// @return Empty when they fit; else one sentence for each conflict with its demands, its limits and the number of
/// missing items.
[[nodiscard]] std::string explain_shortage(const DrawTask& task, const Supply& supply, int forms);
/// Whether `forms` forms of which two share at most the blueprint's overlap_max items need more items of a type than
/// there are. Only necessary: each pair of forms saves at most that many items.
[[nodiscard]] std::string explain_overlap(const DrawTask& task, const Supply& supply, int forms);
/// Whether even the easiest or the hardest items, shared out over `forms` forms without common items and without regard
/// to scopes, leave the difficulty window unreached. Only necessary.
[[nodiscard]] std::string explain_difficulty(const DrawTask& task, const Supply& supply, int forms);
[[nodiscard]] bool enough_for(const DrawTask& task, const Supply& supply, int forms);

} // namespace papervault::engine::assembly
