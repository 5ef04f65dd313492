#include "raw_item.hpp"

#include "answer_notation.hpp"

#include <papervault/engine/blueprint.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

using engine::Decimal;
using engine::ItemType;

constexpr std::array type_words{
    Alias{"单选题", "single"},       Alias{"单选", "single"},      Alias{"单项选择题", "single"},
    Alias{"选择题", "single"},       Alias{"多选题", "multiple"},  Alias{"多选", "multiple"},
    Alias{"多项选择题", "multiple"}, Alias{"判断题", "truefalse"}, Alias{"是非题", "truefalse"},
    Alias{"判断", "truefalse"},      Alias{"填空题", "fill"},      Alias{"填空", "fill"},
    Alias{"简答题", "short"},        Alias{"简答", "short"},       Alias{"论述题", "essay"},
    Alias{"论述", "essay"},          Alias{"排序题", "order"},     Alias{"排序", "order"},
    Alias{"匹配题", "match"},        Alias{"匹配", "match"},       Alias{"连线题", "match"},
    Alias{"计算题", "calculation"},  Alias{"计算", "calculation"},
};
constexpr std::array true_words{"true", "t", "对", "正确", "√", "是", "yes", "y"};
constexpr std::array false_words{"false", "f", "错", "错误", "×", "否", "no", "n", "x"};

std::string lower(std::string_view text)
{
    std::string low{text};
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
    }
    return low;
}

/// "3", "三级", "高级工", "三级/高级工": 1 to 5.
std::optional<int> level_of(std::string_view text)
{
    struct Word {
        std::string_view start;
        int level;
    };
    constexpr std::array words{Word{"一级", 1},   Word{"二级", 2},     Word{"三级", 3}, Word{"四级", 4},
                               Word{"五级", 5},   Word{"高级技师", 1}, Word{"技师", 2}, Word{"高级工", 3},
                               Word{"中级工", 4}, Word{"初级工", 5}};
    if (text.size() == 1 && text.front() >= '1' && text.front() <= '5') { return text.front() - '0'; }
    for (const Word& word : words) {
        if (text.starts_with(word.start)) { return word.level; }
    }
    return std::nullopt;
}

} // namespace

std::string_view item_type_word(std::string_view word)
{
    return translate(type_words, word);
}

std::optional<bool> truth(std::string_view text)
{
    const std::string word = lower(trimmed(text));
    if (std::ranges::find(true_words, word) != true_words.end()) { return true; }
    if (std::ranges::find(false_words, word) != false_words.end()) { return false; }
    return std::nullopt;
}

std::expected<engine::ItemWithKey, std::string> build_item(const RawItem& raw)
{
    const auto type = engine::item_type_from_text(item_type_word(raw.type));
    if (!type) {
        return std::unexpected{"type '" + raw.type +
                               "' is none of single, multiple, truefalse, fill, short, essay, order, match, "
                               "calculation"};
    }
    engine::ItemWithKey built;
    engine::Item& item = built.item;
    engine::AnswerKey& key = built.key;
    item.id = raw.id;
    item.type = *type;
    item.knowledge_point = raw.knowledge_point;
    item.source = raw.source;
    item.points = raw.points;
    item.difficulty = raw.difficulty.value_or(Decimal::from_units(700'000));
    item.shuffle_options = raw.shuffle && *type != ItemType::true_false;
    if (!raw.importance.empty()) {
        const auto importance = engine::importance_from_text(raw.importance);
        if (!importance) { return std::unexpected{"importance '" + raw.importance + "' is none of X, Y, Z"}; }
        item.importance = *importance;
    }
    auto stem = engine::parse_content(raw.stem);
    if (!stem) { return std::unexpected{"stem: " + stem.error().detail}; }
    item.stem = std::move(*stem);
    key.item_id = raw.id;
    key.explanation = raw.explanation;
    key.scoring_standard = raw.scoring_standard;

    key.blanks_in_any_order = raw.any_order;
    key.penalty = raw.penalty;
    if (!raw.rule.empty()) {
        const auto rule = engine::scoring_rule_from_text(raw.rule);
        if (!rule) { return std::unexpected{"rule '" + raw.rule + "' is none of docs/item-format.md"}; }
        key.rule = *rule;
    }
    if (!raw.stimulus_id.empty() || !raw.stimulus.empty()) {
        auto content = engine::parse_content(raw.stimulus);
        if (!content) { return std::unexpected{"stimulus: " + content.error().detail}; }
        item.stimulus = engine::Stimulus{raw.stimulus_id, std::move(*content)};
    }
    for (std::size_t n = 0; n < raw.prompts.size(); ++n) {
        auto content = engine::parse_content(raw.prompts[n]);
        if (!content) { return std::unexpected{"prompt " + std::to_string(n + 1) + ": " + content.error().detail}; }
        item.prompts.push_back({std::to_string(n + 1), std::move(*content)});
    }

    switch (*type) {
    case ItemType::single_choice:
    case ItemType::multiple_choice:
    case ItemType::order:
    case ItemType::match:
        for (std::size_t n = 0; n < raw.options.size(); ++n) {
            auto content = engine::parse_content(raw.options[n]);
            if (!content) { return std::unexpected{"option " + std::to_string(n + 1) + ": " + content.error().detail}; }
            item.options.push_back({std::string(1, static_cast<char>('A' + n)), std::move(*content)});
        }
        for (const auto& answer : raw.answer) {
            for (const std::string& text : answer.texts) { key.correct_options.push_back(trimmed(text)); }
        }
        if (*type == ItemType::match) {
            // Authors give one letter a prompt.
            for (std::size_t n = 0; n < key.correct_options.size(); ++n) {
                key.correct_options[n] = std::to_string(n + 1) + " " + key.correct_options[n];
            }
        } else if (*type != ItemType::order) {
            std::ranges::sort(key.correct_options);
        }
        break;
    case ItemType::true_false: {
        if (raw.answer.size() != 1 || raw.answer[0].texts.size() != 1) {
            return std::unexpected{std::string{"answer: one of true, false is needed"}};
        }
        const auto value = truth(raw.answer[0].texts[0]);
        if (!value) { return std::unexpected{"answer '" + raw.answer[0].texts[0] + "' is neither true nor false"}; }
        key.correct_options = {*value ? "true" : "false"};
        break;
    }
    case ItemType::fill_in:
        item.blanks = static_cast<int>(raw.answer.size());
        for (engine::BlankKey blank : raw.answer) {
            for (std::string& text : blank.texts) { text = trimmed(text); }
            key.blanks.push_back(std::move(blank));
        }
        break;
    case ItemType::short_answer:
    case ItemType::calculation:
    case ItemType::essay: {
        std::string reference;
        for (const auto& answer : raw.answer) {
            for (const std::string& text : answer.texts) { reference += (reference.empty() ? "" : "\n") + text; }
        }
        key.scoring_standard = reference + (raw.scoring_standard.empty() ? "" : "\n\n" + raw.scoring_standard);
        break;
    }
    }
    if (item.options.empty() && !raw.options.empty() && *type != ItemType::true_false) {
        return std::unexpected{std::string{"only choices have options"}};
    }
    if (const auto valid = engine::validate(built); !valid) { return std::unexpected{valid.error().detail}; }
    return built;
}

std::expected<boost::json::object, std::string> facts_of(const RawItem& raw)
{
    boost::json::object facts;
    if (!raw.level.empty()) {
        const auto level = level_of(raw.level);
        if (!level) { return std::unexpected{"level '" + raw.level + "' is none of 1 to 5, 一级 to 五级"}; }
        facts["level"] = *level;
    }
    if (raw.cognitive.size() > engine::BlueprintLimits::class_bytes_max) {
        return std::unexpected{std::string{"cognitive is too long"}};
    }
    if (!raw.cognitive.empty()) { facts["cognitive"] = raw.cognitive; }
    return facts;
}

} // namespace papervault::vault
