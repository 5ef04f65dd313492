#pragma once

#include <papervault/engine/form.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine {

/// An answer: option ids for choices, one text a blank for fill_in, one text for open items. Empty = unanswered.
using Response = std::vector<std::string>;
/// By item id. Items without an entry are unanswered.
using ResponseSheet = std::map<std::string, Response, std::less<>>;

enum class Mark {
    scored,       ///< By the key.
    unanswered,   ///< 0 points.
    needs_person, ///< An open item: points only from a grader's mark.
};

struct ItemScore {
    std::string item_id;
    Decimal points;
    Decimal points_max;
    Mark mark{};
    std::string reason; ///< In words, for `grade explain`: rule, response and key.
};

/// How a choice of several is scored.
enum class MultipleRule {
    all_or_nothing,
    partial_none_wrong, ///< points / right options for each right choice; 0 with any wrong one.
};

struct GradingPolicy {
    MultipleRule multiple = MultipleRule::all_or_nothing;
};

/// Scores one response by one key. Never fails: any bytes are some answer.
[[nodiscard]] ItemScore grade(const FormItem& item, const AnswerKey& key, const Response* response,
                              const GradingPolicy& policy);

/// Normal form in which blanks are compared: width and case folded, white space removed at the ends and collapsed
/// inside, punctuation and minus signs unified. UTF-8 in, UTF-8 out.
[[nodiscard]] std::string normal_text(std::string_view text);

struct SheetScore {
    std::vector<ItemScore> items; ///< In the form's order.
    Decimal points;
    Decimal points_max;
    int awaiting_person = 0;
};
[[nodiscard]] SheetScore grade_sheet(const Form& form, const std::map<std::string, AnswerKey, std::less<>>& keys,
                                     const ResponseSheet& responses, const GradingPolicy& policy);

} // namespace papervault::engine
