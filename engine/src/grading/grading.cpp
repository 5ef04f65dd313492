#include "grading/code_points.hpp"
#include "grading/shares.hpp"
#include "grading/wording.hpp"

#include <papervault/engine/grading.hpp>

#include <algorithm>
#include <set>

namespace papervault::engine {

namespace {

namespace wording = grading::wording;
using grading::chosen;
using grading::leave_to_person;

bool is_unanswered(const Response* response)
{
    return response == nullptr ||
           std::ranges::all_of(*response, [](const std::string& text) { return grading::is_blank(text); });
}

/// Points of a choice of several that is not wholly right.
Decimal part_of(const FormItem& item, ScoringRule rule, std::size_t hits, std::size_t misses, std::size_t right)
{
    std::size_t counted = 0;
    if (rule == ScoringRule::partial_none_wrong && misses == 0) { counted = hits; }
    if (rule == ScoringRule::proportional && hits > misses) { counted = hits - misses; }
    return item.points.scaled(static_cast<std::int64_t>(counted), static_cast<std::int64_t>(right));
}

void grade_choice(const FormItem& item, const AnswerKey& key, const Response& response, const GradingPolicy& policy,
                  ItemScore& score)
{
    const std::set<std::string> right(key.correct_options.begin(), key.correct_options.end());
    if (right.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理"); }
    const bool is_multiple = item.item.type == ItemType::multiple_choice;
    const std::vector<std::string> picked = chosen(response);
    const auto hits = static_cast<std::size_t>(
        std::ranges::count_if(picked, [&](const std::string& id) { return right.contains(id); }));
    const std::size_t misses = picked.size() - hits;
    const ScoringRule rule = grading::rule_of(item, key, policy);
    score.reason = "作答 " + wording::options(item.item.type, picked) + "，标准答案 " +
                   wording::options(item.item.type, key.correct_options);
    if (misses == 0 && hits == right.size()) {
        score.points = item.points;
    } else if (is_multiple) {
        score.points = part_of(item, rule, hits, misses, right.size());
        const std::string counted = std::to_string(hits) + "/" + std::to_string(right.size());
        if (rule == ScoringRule::partial_none_wrong && misses == 0) {
            score.reason += "，没有错选，选对 " + counted;
        } else if (rule == ScoringRule::proportional) {
            score.reason += "，选对 " + counted + "，选错 " + std::to_string(misses);
        } else {
            score.reason += misses > 0 ? "，有错选" : "，少选";
        }
    } else if (const Decimal penalty = grading::penalty_of(item, key, policy); penalty > Decimal{}) {
        score.points = Decimal{} - item.points.scaled(penalty.units(), Decimal::units_per_one);
        score.reason += "，答错扣分";
    }
    score.reason += "：" + wording::points(score.points);
}

} // namespace

ItemScore grade(const FormItem& item, const AnswerKey& key, const Response* response, const GradingPolicy& policy)
{
    ItemScore score{item.item.id, Decimal{}, item.points, Mark::scored, ""};
    if (is_unanswered(response)) {
        score.mark = Mark::unanswered;
        score.reason = "未作答：0 分";
        return score;
    }
    const ScoringRule rule = grading::rule_of(item, key, policy);
    switch (item.item.type) {
    case ItemType::single_choice:
    case ItemType::multiple_choice:
    case ItemType::true_false: grade_choice(item, key, *response, policy, score); break;
    case ItemType::fill_in: grading::grade_blanks(item, key, *response, rule, score); break;
    case ItemType::order: grading::grade_order(item, key, *response, rule, score); break;
    case ItemType::match: grading::grade_match(item, key, *response, rule, score); break;
    case ItemType::short_answer:
    case ItemType::essay:
    case ItemType::calculation: leave_to_person(score, "主观题：由阅卷员评分"); break;
    }
    return score;
}

SheetScore grade_sheet(const Form& form, const AnswerKeys& keys, const ResponseSheet& responses,
                       const GradingPolicy& policy)
{
    static const AnswerKey no_key;
    SheetScore sheet;
    for (const FormSection& section : form.sections) {
        for (const FormItem& item : section.items) {
            const auto key = keys.find(item.item.id);
            const auto response = responses.find(item.item.id);
            sheet.items.push_back(grade(item, key == keys.end() ? no_key : key->second,
                                        response == responses.end() ? nullptr : &response->second, policy));
            const ItemScore& score = sheet.items.back();
            sheet.points += score.points;
            sheet.points_max += score.points_max;
            if (score.mark == Mark::needs_person) { ++sheet.awaiting_person; }
        }
    }
    sheet.points = paper_total(sheet.points, policy);
    return sheet;
}

} // namespace papervault::engine
