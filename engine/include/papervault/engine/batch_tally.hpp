#pragma once

#include <papervault/engine/grading.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// A large batch by columns: totals and item statistics in one pass each, by the columnar implementation alone. For a
/// look at the items before grading; a result counts only after grade_batch(), where two implementations agree.
namespace papervault::engine {

/// Responses of many candidates by item, as a reader of answer sheets fills them in: each distinct response once, and
/// for each candidate which.
struct ResponseColumns {
    static constexpr std::uint32_t nothing = 0; ///< The sheet has no response; the first of the distinct ones.

    struct Column {
        std::string item; ///< Id; each once.
        std::vector<Response> distinct{{}};
        std::vector<std::uint32_t> code; ///< By candidate: which of the distinct ones. As many as there are candidates.
    };
    std::size_t candidates = 0;
    std::vector<Column> columns;
};

struct ItemTally {
    std::string item;
    Decimal points_max;
    std::size_t unanswered = 0;
    std::size_t awaiting_person = 0;                ///< Counted as 0 points.
    double difficulty = 0;                          ///< p: mean points / points_max; 0 where that is 0.
    std::optional<double> corrected_point_biserial; ///< With the total of the other items.
};
struct FormTally {
    std::string form;
    std::size_t candidates = 0;
    double mean = 0;                 ///< Of the totals without floor and rounding, as in analysis.hpp.
    std::optional<double> deviation; ///< Divided by n − 1; needs two candidates.
    std::optional<double> alpha;     ///< Cronbach's; KR-20 where scores are 0 and 1.
    std::vector<ItemTally> items;    ///< In the form's order.
};
struct BatchTally {
    std::vector<Decimal> totals;  ///< By candidate: floor of the paper and rounding applied; 0 without a form.
    std::vector<FormTally> forms; ///< As the forms that were given; without candidates all is 0.
};

/// @param form_of  By candidate: index into forms, or forms.size() for who has none (absent).
[[nodiscard]] BatchTally tally_batch(const ResponseColumns& responses, std::span<const Form> forms,
                                     std::span<const std::uint32_t> form_of, const AnswerKeys& keys,
                                     const GradingPolicy& policy);

} // namespace papervault::engine
