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
[[nodiscard]] bool enough_for(const DrawTask& task, const Supply& supply, int forms);

} // namespace papervault::engine::assembly
