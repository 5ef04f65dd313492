#pragma once

#include "analysis/response_table.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace papervault::vault {

/// Classical statistics of one form, worked out once for JSON and for people.
struct ClassicalAnalysis {
    std::vector<std::string> item_names;
    bool dichotomous = true; ///< Every score is 0 or 1: alpha is KR-20.
    engine::FormStatistics form;
    double variance = 0; ///< Of the totals, divided by n.
    std::vector<engine::ItemStatistics> items;
    /// By item; options that occur in order of their bytes, what was left out first. Empty where only scores are known.
    std::vector<std::vector<engine::OptionStatistics>> options;
    std::size_t missing = 0; ///< Responses left out.
};

/// @param keys  By item, or empty where the table holds scores.
[[nodiscard]] ClassicalAnalysis analyse_classical(const ResponseTable& table, const engine::ScoreMatrix& scores,
                                                  const std::vector<std::string>& keys);

/// Under the names that R users know: alpha, kr20, sem, items[].p, pbis_corrected, alpha_if_deleted, D_27, distractors.
/// A statistic that does not exist (nothing varies) is null. Numbers in full.
[[nodiscard]] boost::json::object to_json(const ClassicalAnalysis& analysis);
/// A table for people; `english` or Chinese.
[[nodiscard]] std::string to_text(const ClassicalAnalysis& analysis, bool english);

} // namespace papervault::vault
