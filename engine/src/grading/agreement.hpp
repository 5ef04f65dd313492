#pragma once

#include "grading/columnar/columnar_batch.hpp"

#include <optional>

namespace papervault::engine::grading {

/// The first score that the two implementations see differently, in the order of sheets and items; then of totals.
/// Apart, so that a test can put a fault into either side.
[[nodiscard]] std::optional<Disagreement> first_disagreement(std::span<const BatchSheet> sheets,
                                                             const std::vector<SheetScore>& reference,
                                                             const columnar::ColumnarBatch& batch,
                                                             const columnar::ColumnarScores& scores);

} // namespace papervault::engine::grading
