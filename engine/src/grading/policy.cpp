#include "grading/code_points.hpp"
#include "grading/shares.hpp"

#include <algorithm>
#include <array>
#include <set>

/// Which rule holds, and what is done with totals.
namespace papervault::engine {

namespace grading {

bool is_blank(std::string_view text)
{
    while (!text.empty()) {
        const auto first = first_code_point(text);
        if (!first || !is_white_space(first->value)) { return false; }
        text.remove_prefix(first->bytes);
    }
    return true;
}

void leave_to_person(ItemScore& score, std::string_view reason, Words words)
{
    score.mark = Mark::needs_person;
    if (words != nullptr) { *words = reason; }
}

std::vector<std::string> chosen(const Response& response)
{
    std::vector<std::string> ids;
    if (response.size() == 1) { // no set is needed to see that it is there once
        if (!is_blank(response.front())) { ids.push_back(response.front()); }
        return ids;
    }
    std::set<std::string_view> seen;
    for (const std::string& id : response) {
        if (!is_blank(id) && seen.insert(id).second) { ids.push_back(id); }
    }
    return ids;
}

ScoringRule rule_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy)
{
    if (key.rule != ScoringRule::by_policy) { return key.rule; }
    switch (item.item.type) {
    case ItemType::multiple_choice: break;
    case ItemType::fill_in: return policy.fill;
    case ItemType::order: return policy.order;
    case ItemType::match: return policy.match;
    case ItemType::single_choice:
    case ItemType::true_false:
    case ItemType::short_answer:
    case ItemType::essay:
    case ItemType::calculation: return ScoringRule::all_or_nothing;
    }
    switch (policy.multiple) {
    case MultipleRule::all_or_nothing: break;
    case MultipleRule::partial_none_wrong: return ScoringRule::partial_none_wrong;
    case MultipleRule::proportional: return ScoringRule::proportional;
    }
    return ScoringRule::all_or_nothing;
}

Decimal penalty_of(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy)
{
    if (policy.floor == PenaltyFloor::item) { return {}; }
    if (key.penalty) { return *key.penalty; }
    return item.item.type == ItemType::true_false ? policy.true_false_penalty : Decimal{};
}

} // namespace grading

Decimal rounded(Decimal total, const Rounding& rounding)
{
    constexpr std::array<std::int64_t, 7> units_of_places{1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    const auto step = units_of_places.at(static_cast<std::size_t>(std::clamp(rounding.places, 0, 6)));
    const bool is_negative = total < Decimal{};
    const std::int64_t magnitude = is_negative ? (Decimal{} - total).units() : total.units();
    const std::int64_t rest = magnitude % step;
    const std::int64_t below = magnitude - rest;
    const bool is_odd = below / step % 2 != 0;
    const bool goes_up =
        rest > step - rest || (rest == step - rest && rest != 0 && (rounding.mode == RoundingMode::half_up || is_odd));
    const Decimal out = Decimal::from_units(goes_up ? below + step : below);
    return is_negative ? Decimal{} - out : out;
}

Decimal paper_total(Decimal sum, const GradingPolicy& policy)
{
    return rounded(std::max(sum, Decimal{}), policy.rounding);
}

Result<void> validate(const GradingPolicy& policy)
{
    if (!fits(policy.order, ItemType::order) || !fits(policy.match, ItemType::match) ||
        !fits(policy.fill, ItemType::fill_in) || policy.order == ScoringRule::by_policy ||
        policy.match == ScoringRule::by_policy || policy.fill == ScoringRule::by_policy) {
        return refuse(EngineError::inconsistent, "policy: a rule does not fit its type");
    }
    if (policy.true_false_penalty < Decimal{} || policy.true_false_penalty > Decimal::from_integer(1)) {
        return refuse(EngineError::out_of_range, "policy: a penalty is a share from 0 to 1");
    }
    if (policy.rounding.places < 0 || policy.rounding.places > 6) {
        return refuse(EngineError::out_of_range, "policy: totals are rounded to 0 to 6 places");
    }
    return {};
}

} // namespace papervault::engine
