#pragma once

#include <papervault/engine/grading.hpp>

#include <expected>
#include <set>
#include <span>
#include <string>
#include <vector>

/// Grading of a batch by two independent implementations that must agree (rules G1, G2).
namespace papervault::engine {

/// What is graded: one candidate's responses to one form. The form and the responses must outlive the call.
struct BatchSheet {
    std::string candidate; ///< How a disagreement names him.
    const Form* form = nullptr;
    const ResponseSheet* responses = nullptr;
};

/// Why grading stopped: the two implementations gave different scores. A fault of the program, never of a candidate; no
/// score of the batch counts.
struct Disagreement {
    std::string candidate;
    std::string item; ///< Empty: the total of the paper.
    Decimal reference;
    Decimal columnar;
    Mark reference_mark{};
    Mark columnar_mark{};
    /// "candidate …, item …: reference 1 (scored), columnar 0 (scored)"
    [[nodiscard]] std::string to_string() const;
};

struct BatchScores {
    std::vector<SheetScore> sheets; ///< As the sheets that were given.
};

/// Grades every sheet twice: by grade_sheet() and by columns (docs/scoring.md), and compares points and mark of every
/// item of every candidate and every total. Nothing is returned but what both agree on.
[[nodiscard]] std::expected<BatchScores, Disagreement> grade_batch(std::span<const BatchSheet> sheets,
                                                                   const AnswerKeys& keys, const GradingPolicy& policy);

/// Grades some items alone, of those candidates whose form has them, as after the correction of a key.
/// @return For each sheet the scores of these items, in the form's order; both implementations agree on each.
[[nodiscard]] std::expected<std::vector<std::vector<ItemScore>>, Disagreement>
grade_items(std::span<const BatchSheet> sheets, const AnswerKeys& keys, const GradingPolicy& policy,
            const std::set<std::string, std::less<>>& items);

} // namespace papervault::engine
