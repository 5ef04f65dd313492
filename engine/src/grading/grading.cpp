#include "grading/code_points.hpp"
#include "grading/typed_number.hpp"
#include "grading/wording.hpp"

#include <papervault/engine/grading.hpp>

#include <algorithm>
#include <set>

namespace papervault::engine {

namespace {

namespace wording = grading::wording;

bool is_blank(std::string_view text)
{
    while (!text.empty()) {
        const auto first = grading::first_code_point(text);
        if (!first || !grading::is_white_space(first->value)) { return false; }
        text.remove_prefix(first->bytes);
    }
    return true;
}

bool is_unanswered(const Response* response)
{
    return response == nullptr ||
           std::ranges::all_of(*response, [](const std::string& text) { return is_blank(text); });
}

/// Without a key a machine must not give 0: it asks a person.
void leave_to_person(ItemScore& score, std::string reason)
{
    score.mark = Mark::needs_person;
    score.reason = std::move(reason);
}

/// The response's options, each once, in the order given; ids that are only white space are no choice.
std::vector<std::string> chosen(const Response& response)
{
    std::vector<std::string> ids;
    std::set<std::string_view> seen;
    for (const std::string& id : response) {
        if (!is_blank(id) && seen.insert(id).second) { ids.push_back(id); }
    }
    return ids;
}

void grade_choice(const FormItem& item, const AnswerKey& key, const Response& response, const GradingPolicy& policy,
                  ItemScore& score)
{
    const std::set<std::string> right(key.correct_options.begin(), key.correct_options.end());
    if (right.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理"); }
    const std::vector<std::string> picked = chosen(response);
    const auto hits = static_cast<std::size_t>(
        std::ranges::count_if(picked, [&](const std::string& id) { return right.contains(id); }));
    const bool has_wrong = hits < picked.size();
    const bool is_right = !has_wrong && hits == right.size();
    const bool is_partial = !is_right && !has_wrong && item.item.type == ItemType::multiple_choice &&
                            policy.multiple == MultipleRule::partial_none_wrong;
    if (is_right) {
        score.points = item.points;
    } else if (is_partial) {
        score.points = item.points.scaled(static_cast<std::int64_t>(hits), static_cast<std::int64_t>(right.size()));
    }
    score.reason = "作答 " + wording::options(item.item.type, picked) + "，标准答案 " +
                   wording::options(item.item.type, key.correct_options);
    if (is_partial) {
        score.reason += "，没有错选，选对 " + std::to_string(hits) + "/" + std::to_string(right.size());
    } else if (item.item.type == ItemType::multiple_choice && !is_right) {
        score.reason += has_wrong ? "，有错选" : "，少选";
    }
    score.reason += "：" + wording::points(score.points);
}

bool is_accepted(const std::string& typed, const BlankKey& key)
{
    const std::string normal = normal_text(typed);
    if (normal.empty()) { return false; }
    if (key.number && grading::is_number_within(normal, *key.number)) { return true; }
    return std::ranges::any_of(key.texts, [&](const std::string& text) { return normal_text(text) == normal; });
}

/// Even shares; the last blank takes what rounding leaves, so that all together are exactly the item's points.
std::vector<Decimal> shares(Decimal points, std::size_t blanks)
{
    const auto count = static_cast<std::int64_t>(blanks);
    Decimal each = points.scaled(1, count);
    // Rounded up on a few millionths of a point, the others could take more than there is.
    if (each.times(count - 1) > points) { each = Decimal::from_units(points.units() / count); }
    std::vector<Decimal> shares(blanks, each);
    shares.back() = points - each.times(count - 1);
    return shares;
}

void grade_blanks(const FormItem& item, const AnswerKey& key, const Response& response, ItemScore& score)
{
    if (key.blanks.empty()) { return leave_to_person(score, "没有标准答案：由阅卷员处理"); }
    const std::vector<Decimal> points = shares(item.points, key.blanks.size());
    for (std::size_t blank = 0; blank < key.blanks.size(); ++blank) {
        const bool is_given = blank < response.size() && !is_blank(response[blank]);
        const bool is_right = is_given && is_accepted(response[blank], key.blanks[blank]);
        if (is_right) { score.points += points[blank]; }
        if (key.blanks.size() > 1) { score.reason += "第 " + std::to_string(blank + 1) + " 空"; }
        score.reason += is_given ? "作答“" + wording::quotable(response[blank]) + "”" : std::string{"未作答"};
        score.reason += "，标准答案 " + wording::blank_key(key.blanks[blank]) + "：" +
                        wording::points(is_right ? points[blank] : Decimal{});
        if (blank + 1 < key.blanks.size()) { score.reason += "；"; }
    }
    if (key.blanks.size() > 1) { score.reason += "；共 " + wording::points(score.points); }
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
    switch (item.item.type) {
    case ItemType::single_choice:
    case ItemType::multiple_choice:
    case ItemType::true_false: grade_choice(item, key, *response, policy, score); break;
    case ItemType::fill_in: grade_blanks(item, key, *response, score); break;
    case ItemType::short_answer:
    case ItemType::essay: leave_to_person(score, "主观题：由阅卷员评分"); break;
    }
    return score;
}

SheetScore grade_sheet(const Form& form, const std::map<std::string, AnswerKey, std::less<>>& keys,
                       const ResponseSheet& responses, const GradingPolicy& policy)
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
    return sheet;
}

} // namespace papervault::engine
