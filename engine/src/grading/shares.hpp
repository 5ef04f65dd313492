#pragma once

#include <papervault/engine/grading.hpp>

#include <string>
#include <vector>

/// Parts of the plain implementation. Each writes points and reason of a response that is there.
namespace papervault::engine::grading {

[[nodiscard]] bool is_blank(std::string_view text);
/// Without a key a machine must not give 0: it asks a person.
void leave_to_person(ItemScore& score, std::string reason);
/// The response's parts, each once, in the order given; what is only white space is no part.
[[nodiscard]] std::vector<std::string> chosen(const Response& response);

/// The rule that holds for this key: its own, or the policy's.
[[nodiscard]] ScoringRule rule_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy);
/// Share of the points that a wrong answer costs; 0 where the floor is the item's.
[[nodiscard]] Decimal penalty_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy);

void grade_blanks(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                  ItemScore& score);
void grade_order(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score);
void grade_match(const FormItem& item, const AnswerKey& key, const Response& response, ScoringRule rule,
                 ItemScore& score);

} // namespace papervault::engine::grading
