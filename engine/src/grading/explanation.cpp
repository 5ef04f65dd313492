#include "grading/shares.hpp"
#include "grading/wording.hpp"

#include <papervault/engine/grading.hpp>

/// The same score in words for people outside: what was answered, what is right, which rule, what it gave.
namespace papervault::engine {
namespace {

namespace wording = grading::wording;

struct Words {
    Language language;
    [[nodiscard]] std::string operator()(std::string_view chinese, std::string_view english) const
    {
        return std::string{language == Language::chinese ? chinese : english};
    }
};

std::string points_text(Decimal points, const Words& say)
{
    return points.to_string() + say(" 分", points == Decimal::from_integer(1) ? " point" : " points");
}

/// true/false are words; other options are letters.
std::string options_text(const FormItem& item, const std::vector<std::string>& ids, const Words& say)
{
    if (say.language == Language::chinese) { return wording::options(item.item.type, ids); }
    std::string text;
    for (const std::string& id : ids) { text += (text.empty() ? "" : ", ") + wording::quotable(id); }
    return text;
}

std::string response_text(const FormItem& item, const Response* response, const ItemScore& score, const Words& say)
{
    if (response == nullptr || score.mark == Mark::unanswered) { return say("未作答", "not answered"); }
    if (item.item.type != ItemType::fill_in && !is_open(item.item.type)) {
        return options_text(item, grading::chosen(*response), say);
    }
    std::string text;
    for (const std::string& part : *response) {
        text += (text.empty() ? "" : say("；", "; ")) + say("“", "\"") + wording::quotable(part) + say("”", "\"");
    }
    return text;
}

std::string key_text(const FormItem& item, const AnswerKey& key, const Words& say)
{
    if (is_open(item.item.type)) {
        return key.scoring_standard.empty() ? say("按评分标准", "by the scoring standard") : key.scoring_standard;
    }
    if (item.item.type != ItemType::fill_in) {
        return key.correct_options.empty() ? say("没有标准答案", "no key")
                                           : options_text(item, key.correct_options, say);
    }
    std::string text;
    for (std::size_t blank = 0; blank < key.blanks.size(); ++blank) {
        if (!text.empty()) { text += say("；", "; "); }
        if (key.blanks.size() > 1) { text += say("第 ", "blank ") + std::to_string(blank + 1) + say(" 空 ", " "); }
        text += wording::blank_key(key.blanks[blank]);
    }
    return text.empty() ? say("没有标准答案", "no key") : text;
}

std::string type_text(ItemType type, const Words& say)
{
    switch (type) {
    case ItemType::single_choice: return say("单选", "one best answer");
    case ItemType::multiple_choice: return say("多选", "several answers");
    case ItemType::true_false: return say("判断", "true or false");
    case ItemType::fill_in: return say("填空", "fill-in");
    case ItemType::short_answer: return say("简答", "short answer");
    case ItemType::essay: return say("论述", "essay");
    case ItemType::order: return say("排序", "order");
    case ItemType::match: return say("匹配", "match");
    case ItemType::calculation: return say("计算", "calculation");
    }
    return {};
}

std::string method_text(ScoringRule rule, ItemType type, const Words& say)
{
    switch (rule) {
    case ScoringRule::by_policy:
    case ScoringRule::all_or_nothing: return say("全对得分，否则 0 分", "all right or no points");
    case ScoringRule::partial_none_wrong:
        return say("有错选 0 分；没有错选，按选对的比例得分",
                   "nothing with a wrong choice; else in proportion to the right ones chosen");
    case ScoringRule::proportional:
        return say("按选对减选错的比例得分，不低于 0 分", "in proportion to right less wrong choices, not below 0");
    case ScoringRule::per_part:
        return type == ItemType::match ? say("每对单独计分", "each pair by itself")
                                       : say("每空单独计分", "each blank by itself");
    case ScoringRule::adjacent_pairs:
        return say("按相邻两项次序正确的对数得分", "by the neighbours that stand in the right order");
    case ScoringRule::longest_run:
        return say("按次序正确的最长序列得分（n 项中 k 项：(k−1)/(n−1)）",
                   "by the longest sequence in the right order (k of n: (k-1)/(n-1))");
    }
    return {};
}

std::string rule_text(const FormItem& item, const AnswerKey& key, const GradingPolicy& policy, const Words& say)
{
    std::string text = type_text(item.item.type, say) + say("：", ": ");
    if (is_open(item.item.type)) { return text + say("由阅卷员评分", "marked by people"); }
    text += method_text(grading::rule_of(item, key, policy), item.item.type, say);
    if (key.blanks_in_any_order) { text += say("；各空不分先后", "; blanks in any order"); }
    if (const Decimal penalty = grading::penalty_of(item, key, policy);
        penalty > Decimal{} && item.item.type != ItemType::multiple_choice) {
        text += say("；答错扣本题分值的 ", "; a wrong answer costs this share of the points: ") + penalty.to_string();
    }
    return text + say("；满分 ", "; full marks ") + points_text(item.points, say);
}

} // namespace

Explanation explain(const FormItem& item, const AnswerKey& key, const Response* response, const GradingPolicy& policy,
                    Language language)
{
    const Words say{language};
    Explanation out{grade(item, key, response, policy), {}, {}, {}, {}};
    out.response = response_text(item, response, out.score, say);
    out.key = key_text(item, key, say);
    out.rule = rule_text(item, key, policy, say);
    switch (out.score.mark) {
    case Mark::scored: out.outcome = points_text(out.score.points, say); break;
    case Mark::unanswered: out.outcome = say("未作答：", "not answered: ") + points_text(out.score.points, say); break;
    case Mark::needs_person: out.outcome = say("等待阅卷员评分", "waits for a person's mark"); break;
    }
    return out;
}

} // namespace papervault::engine
