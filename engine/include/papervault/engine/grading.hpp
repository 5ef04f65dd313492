#pragma once

#include <papervault/engine/form.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine {

/// An answer: option ids for choices, all options in the candidate's order for order, "1 B" a pair for match, one text
/// a blank for fill_in, one text for open items. Empty = unanswered.
using Response = std::vector<std::string>;
/// By item id. Items without an entry are unanswered.
using ResponseSheet = std::map<std::string, Response, std::less<>>;
/// By item id.
using AnswerKeys = std::map<std::string, AnswerKey, std::less<>>;

enum class Mark {
    scored,       ///< By the key.
    unanswered,   ///< 0 points.
    needs_person, ///< An open item: points only from a grader's mark.
};

struct ItemScore {
    std::string item_id;
    Decimal points; ///< Below 0 only for a wrong answer with a penalty, where the floor is the paper's.
    Decimal points_max;
    Mark mark{};
    std::string reason; ///< In words, in Chinese; by grade() and explain() alone: sheets have none.
};

/// How a choice of several is scored.
enum class MultipleRule {
    all_or_nothing,
    partial_none_wrong, ///< points × right choices / right options; 0 with any wrong one.
    proportional,       ///< points × (right choices − wrong choices) / right options, not below 0.
};
/// Where points that were taken off stop.
enum class PenaltyFloor {
    item,  ///< No item has less than 0 points.
    paper, ///< An item may have less than 0, the paper not.
};
enum class RoundingMode { half_up, half_even };
/// Applied once, to a total, when everything has been added up. Half up is half away from zero.
struct Rounding {
    int places = 6; ///< 0 to 6; 6 leaves a total as it is.
    RoundingMode mode = RoundingMode::half_up;
    bool operator==(const Rounding&) const = default;
};
[[nodiscard]] Decimal rounded(Decimal total, const Rounding& rounding);

/// What holds for every item whose key says nothing else.
struct GradingPolicy {
    MultipleRule multiple = MultipleRule::all_or_nothing;
    ScoringRule order = ScoringRule::all_or_nothing; ///< all_or_nothing, adjacent_pairs or longest_run.
    ScoringRule match = ScoringRule::per_part;       ///< all_or_nothing or per_part.
    ScoringRule fill = ScoringRule::per_part;        ///< all_or_nothing or per_part.
    Decimal true_false_penalty{};                    ///< Share of the item's points taken for a wrong answer, 0 to 1.
    PenaltyFloor floor = PenaltyFloor::item;
    Rounding rounding{};
    bool operator==(const GradingPolicy&) const = default;
};
[[nodiscard]] Result<void> validate(const GradingPolicy& policy);

/// Scores one response by one key: the plain implementation, the reference. Never fails: any bytes are some answer.
///
/// Points are exact decimals. Where a share has more than six decimals, the item's points are rounded once, half away
/// from zero, at the sixth.
[[nodiscard]] ItemScore grade(const FormItem& item, const AnswerKey& key, const Response* response,
                              const GradingPolicy& policy);

/// Normal form in which blanks are compared: width and case folded, white space removed at the ends and collapsed
/// inside, punctuation and minus signs unified. UTF-8 in, UTF-8 out; what is not UTF-8 stands for itself.
[[nodiscard]] std::string normal_text(std::string_view text, const TextRule& rule = {});

struct SheetScore {
    std::vector<ItemScore> items; ///< In the form's order.
    Decimal points;               ///< Floor of the paper and rounding applied.
    Decimal points_max;
    int awaiting_person = 0;
};
[[nodiscard]] SheetScore grade_sheet(const Form& form, const AnswerKeys& keys, const ResponseSheet& responses,
                                     const GradingPolicy& policy);
/// The total of a paper from the sum of its items: not below 0, rounded.
[[nodiscard]] Decimal paper_total(Decimal sum, const GradingPolicy& policy);

enum class Language { chinese, english };
/// A score in words, for the candidate's file and for score review.
struct Explanation {
    ItemScore score;
    std::string response; ///< "A、C"
    std::string key;      ///< "A、C、D"
    std::string rule;     ///< "多选：全对得分"
    std::string outcome;  ///< "少选 1 项：0 分"
};
[[nodiscard]] Explanation explain(const FormItem& item, const AnswerKey& key, const Response* response,
                                  const GradingPolicy& policy, Language language);

} // namespace papervault::engine
