#pragma once

#include <papervault/engine/grading.hpp>

#include <string>
#include <vector>

/// Parts of the plain implementation. Each writes points of a response that is there, and why in words where somebody
/// reads them: words cost more than points.
namespace papervault::engine::grading {

/// Where the words go; null: nobody reads them.
using Words = std::string*;
/// One response; grade() is this with words.
[[nodiscard]] ItemScore score_of(const FormItem& item, const AnswerKey& key, const Response* response,
                                 const GradingPolicy& policy, Words words);

/// Of a form's items in its order; one without a key has an empty one. Views keys.
[[nodiscard]] std::vector<const AnswerKey*> keys_of(const Form& form, const AnswerKeys& keys);
/// grade_sheet() with keys that were looked up before.
[[nodiscard]] SheetScore sheet_score(const Form& form, const std::vector<const AnswerKey*>& keys,
                                     const ResponseSheet& responses, const GradingPolicy& policy);

[[nodiscard]] bool is_blank(std::string_view text);
/// Without a key a machine must not give 0: it asks a person.
void leave_to_person(ItemScore& score, std::string_view reason, Words words);
/// The response's parts, each once, in the order given; what is only white space is no part.
[[nodiscard]] std::vector<std::string> chosen(const Response& response);

/// The rule that holds for this key: its own, or the policy's.
[[nodiscard]] ScoringRule rule_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy);
/// Share of the points that a wrong answer costs; 0 where the floor is the item's.
[[nodiscard]] Decimal penalty_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy);

void grade_blanks(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                  ItemScore& score, Words words);
void grade_order(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score, Words words);
void grade_match(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score, Words words);

} // namespace papervault::engine::grading
