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
using grading::Words;

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

/// How many different options are right. A key may name one twice.
std::size_t right_options(const std::vector<std::string>& options)
{
    return options.size() < 2 ? options.size() : std::set<std::string_view>(options.begin(), options.end()).size();
}

/// What there is to say of a choice that is not wholly right.
std::string choice_words(ScoringRule rule, std::size_t hits, std::size_t misses, std::size_t right)
{
    const std::string counted = std::to_string(hits) + "/" + std::to_string(right);
    if (rule == ScoringRule::partial_none_wrong && misses == 0) { return "，没有错选，选对 " + counted; }
    if (rule == ScoringRule::proportional) { return "，选对 " + counted + "，选错 " + std::to_string(misses); }
    return misses > 0 ? "，有错选" : "，少选";
}

void grade_choice(const FormItem& item, const AnswerKey& key, const Response& response, const GradingPolicy& policy,
                  ItemScore& score, Words words)
{
    const std::size_t right = right_options(key.correct_options);
    if (right == 0) { return leave_to_person(score, "没有标准答案：由阅卷员处理", words); }
    const bool is_multiple = item.item.type == ItemType::multiple_choice;
    const std::vector<std::string> picked = chosen(response);
    const auto hits = static_cast<std::size_t>(std::ranges::count_if(picked, [&](const std::string& id) {
        return std::ranges::find(key.correct_options, id) != key.correct_options.end();
    }));
    const std::size_t misses = picked.size() - hits;
    const ScoringRule rule = grading::rule_of(item, key, policy);
    std::string remark;
    if (misses == 0 && hits == right) {
        score.points = item.points;
    } else if (is_multiple) {
        score.points = part_of(item, rule, hits, misses, right);
        if (words != nullptr) { remark = choice_words(rule, hits, misses, right); }
    } else if (const Decimal penalty = grading::penalty_of(item, key, policy); penalty > Decimal{}) {
        score.points = Decimal{} - item.points.scaled(penalty.units(), Decimal::units_per_one);
        if (words != nullptr) { remark = "，答错扣分"; }
    }
    if (words == nullptr) { return; }
    *words = "作答 " + wording::options(item.item.type, picked) + "，标准答案 " +
             wording::options(item.item.type, key.correct_options) + remark + "：" + wording::points(score.points);
}

} // namespace

ItemScore grading::score_of(const FormItem& item, const AnswerKey& key, const Response* response,
                            const GradingPolicy& policy, Words words)
{
    ItemScore score{item.item.id, Decimal{}, item.points, Mark::scored, ""};
    if (is_unanswered(response)) {
        score.mark = Mark::unanswered;
        if (words != nullptr) { *words = "未作答：0 分"; }
        return score;
    }
    const ScoringRule rule = grading::rule_of(item, key, policy);
    switch (item.item.type) {
    case ItemType::single_choice:
    case ItemType::multiple_choice:
    case ItemType::true_false: grade_choice(item, key, *response, policy, score, words); break;
    case ItemType::fill_in: grading::grade_blanks(item, key, *response, rule, score, words); break;
    case ItemType::order: grading::grade_order(item, key, *response, rule, score, words); break;
    case ItemType::match: grading::grade_match(item, key, *response, rule, score, words); break;
    case ItemType::short_answer:
    case ItemType::essay:
    case ItemType::calculation: leave_to_person(score, "主观题：由阅卷员评分", words); break;
    }
    return score;
}

ItemScore grade(const FormItem& item, const AnswerKey& key, const Response* response, const GradingPolicy& policy)
{
    std::string words;
    ItemScore score = grading::score_of(item, key, response, policy, &words);
    score.reason = std::move(words);
    return score;
}

std::vector<const AnswerKey*> grading::keys_of(const Form& form, const AnswerKeys& keys)
{
    static const AnswerKey no_key;
    std::vector<const AnswerKey*> found;
    found.reserve(form.item_count());
    for (const FormSection& section : form.sections) {
        for (const FormItem& item : section.items) {
            const auto key = keys.find(item.item.id);
            found.push_back(key == keys.end() ? &no_key : &key->second);
        }
    }
    return found;
}

SheetScore grading::sheet_score(const Form& form, const std::vector<const AnswerKey*>& keys,
                                const ResponseSheet& responses, const GradingPolicy& policy)
{
    SheetScore sheet;
    sheet.items.reserve(keys.size());
    for (const FormSection& section : form.sections) {
        for (const FormItem& item : section.items) {
            const auto response = responses.find(item.item.id);
            sheet.items.push_back(score_of(item, *keys[sheet.items.size()],
                                           response == responses.end() ? nullptr : &response->second, policy, nullptr));
            const ItemScore& score = sheet.items.back();
            sheet.points += score.points;
            sheet.points_max += score.points_max;
            if (score.mark == Mark::needs_person) { ++sheet.awaiting_person; }
        }
    }
    sheet.points = paper_total(sheet.points, policy);
    return sheet;
}

SheetScore grade_sheet(const Form& form, const AnswerKeys& keys, const ResponseSheet& responses,
                       const GradingPolicy& policy)
{
    return grading::sheet_score(form, grading::keys_of(form, keys), responses, policy);
}

} // namespace papervault::engine
