#pragma once

#include "grading/columnar/compiled_key.hpp"

#include <papervault/engine/batch_grading.hpp>
#include <papervault/engine/choice_matrix.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace papervault::engine::columnar {

/// One item as forms of the batch use it, with the responses of all candidates: each distinct one once, and for each
/// candidate which. Independent of any key, so a corrected key meets the same columns.
struct Column {
    const FormItem* item = nullptr;
    std::vector<const Response*> distinct; ///< [0] is null: no response.
    std::vector<std::uint32_t> code;       ///< By candidate: index into distinct, or not_on_form.
    static constexpr std::uint32_t not_on_form = ~std::uint32_t{0};
};

/// The responses of a batch, stored by item. Views the sheets: they must outlive it.
class ColumnarBatch {
public:
    explicit ColumnarBatch(std::span<const BatchSheet> sheets);
    [[nodiscard]] std::size_t candidates() const noexcept { return candidates_; }
    [[nodiscard]] std::span<const Column> columns() const noexcept { return columns_; }

private:
    std::vector<Column> columns_;
    std::size_t candidates_;
};

struct ColumnScores {
    std::vector<Score> of_distinct; ///< As Column::distinct.
};
struct ColumnarScores {
    std::vector<ColumnScores> columns;
    std::vector<std::int64_t> totals; ///< By candidate, floor and rounding applied; choices by bit planes.
};

/// The total of a paper in units, from the sum of its items: not below 0, rounded.
[[nodiscard]] std::int64_t rounded_total(std::int64_t units, const GradingPolicy& policy);
[[nodiscard]] ColumnarScores grade_columns(const ColumnarBatch& batch, const AnswerKeys& keys,
                                           const GradingPolicy& policy, Instructions instructions);
[[nodiscard]] ColumnScores grade_column(const Column& column, const AnswerKeys& keys, const GradingPolicy& policy);

} // namespace papervault::engine::columnar
