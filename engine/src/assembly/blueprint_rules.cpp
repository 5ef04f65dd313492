#include "assembly/blueprint_rules.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace papervault::engine::assembly {
namespace {

Result<void> check(const AmountRange& range, const std::string& where)
{
    if (range.at_least < 0 || range.at_most > AmountRange::amount_max) {
        return refuse(EngineError::out_of_range, where + ": amounts are from 0 to 1,000,000");
    }
    if (range.at_least > range.at_most) {
        return refuse(EngineError::inconsistent, where + ": at least " + std::to_string(range.at_least) +
                                                     ", but at most " + std::to_string(range.at_most));
    }
    return {};
}

std::string numbered(std::string_view list, std::size_t index)
{
    return "rules." + std::string{list} + '[' + std::to_string(index) + ']';
}

Result<void> check_required(const Blueprint& blueprint)
{
    std::set<std::string_view> seen;
    const std::set<std::string_view> excluded(blueprint.excluded_items.begin(), blueprint.excluded_items.end());
    for (const RequiredItem& item : blueprint.rules.required_items) {
        const std::string where = "rules.required_items, " + item.id;
        if (item.id.empty() || item.id.size() > item_id_bytes_max) {
            return refuse(EngineError::out_of_range, "rules.required_items: no item id");
        }
        if (!seen.insert(item.id).second) { return refuse(EngineError::inconsistent, where + ": named twice"); }
        if (excluded.contains(item.id)) { return refuse(EngineError::inconsistent, where + ": excluded as well"); }
        if (item.section < 0 || static_cast<std::size_t>(item.section) > blueprint.sections.size()) {
            return refuse(EngineError::out_of_range, where + ": no section " + std::to_string(item.section));
        }
    }
    return {};
}

Result<void> check_classes(const BlueprintRules& rules)
{
    if (rules.levels.size() > BlueprintLimits::levels_max || rules.cognitive.size() > BlueprintLimits::rules_max ||
        rules.key_letters.size() > BlueprintLimits::key_letters_max) {
        return refuse(EngineError::out_of_range, "rules: a list is too long");
    }
    std::set<std::string> seen;
    const auto check_one = [&](const std::string& where, bool is_known, const AmountRange& count) -> Result<void> {
        if (!is_known) { return refuse(EngineError::out_of_range, where + ": there is no such one"); }
        if (!seen.insert(where).second) { return refuse(EngineError::inconsistent, where + ": named twice"); }
        return check(count, where);
    };
    for (const LevelCount& rule : rules.levels) {
        const bool is_known = rule.level >= 1 && rule.level <= static_cast<int>(BlueprintLimits::levels_max);
        if (auto valid = check_one("rules.levels, " + std::to_string(rule.level), is_known, rule.count); !valid) {
            return valid;
        }
    }
    for (const CognitiveCount& rule : rules.cognitive) {
        const bool is_known =
            !rule.cognitive_class.empty() && rule.cognitive_class.size() <= BlueprintLimits::class_bytes_max;
        if (auto valid = check_one("rules.cognitive, " + rule.cognitive_class, is_known, rule.count); !valid) {
            return valid;
        }
    }
    for (const KeyLetterCount& rule : rules.key_letters) {
        const bool is_known = rule.letter >= 'A' && rule.letter <= 'L';
        if (auto valid = check_one(std::string{"rules.key_letters, "} + rule.letter, is_known, rule.count); !valid) {
            return valid;
        }
    }
    return {};
}

Result<void> check_lists(const BlueprintRules& rules)
{
    if (rules.importance.size() > 3 || rules.difficulty_bands.size() > BlueprintLimits::rules_max ||
        rules.required_items.size() > static_cast<std::size_t>(BlueprintLimits::items_max) ||
        rules.groups.size() > BlueprintLimits::rules_max * 50) {
        return refuse(EngineError::out_of_range, "rules: a list is too long");
    }
    std::set<Importance> seen;
    for (const ImportanceCount& rule : rules.importance) {
        const std::string where = "rules.importance, " + std::string{to_text(rule.importance)};
        if (!seen.insert(rule.importance).second) { return refuse(EngineError::inconsistent, where + ": named twice"); }
        if (auto valid = check(rule.count, where); !valid) { return valid; }
    }
    if (auto valid = check_classes(rules); !valid) { return valid; }
    for (std::size_t n = 0; n < rules.difficulty_bands.size(); ++n) {
        const DifficultyBand& band = rules.difficulty_bands[n];
        const std::string where = numbered("difficulty_bands", n);
        if (band.from < Decimal{} || band.to > Decimal::from_integer(1) || band.from >= band.to) {
            return refuse(EngineError::out_of_range, where + ": from 0 to 1, and `from` less than `to`");
        }
        if (auto valid = check(band.count, where); !valid) { return valid; }
    }
    for (std::size_t n = 0; n < rules.groups.size(); ++n) {
        const ItemGroup& group = rules.groups[n];
        const std::string where = numbered("groups", n);
        const std::set<std::string_view> distinct(group.items.begin(), group.items.end());
        if (group.items.size() < 2 || group.items.size() > BlueprintLimits::group_items_max) {
            return refuse(EngineError::out_of_range, where + ": 2 to 1,000 items");
        }
        if (distinct.size() != group.items.size()) {
            return refuse(EngineError::inconsistent, where + ": an item is named twice");
        }
        if (auto valid = check(group.count, where); !valid) { return valid; }
    }
    return {};
}

} // namespace

Result<void> validate_rules(const Blueprint& blueprint)
{
    const BlueprintRules& rules = blueprint.rules;
    if (auto valid = check_lists(rules); !valid) { return valid; }
    if (auto valid = check_required(blueprint); !valid) { return valid; }
    if (rules.stimulus) {
        if (auto valid = check(rules.stimulus->count, "rules.stimulus"); !valid) { return valid; }
    }
    const Decimal one = Decimal::from_integer(1);
    if (rules.discrimination_at_least &&
        (*rules.discrimination_at_least > one || *rules.discrimination_at_least < Decimal{} - one)) {
        return refuse(EngineError::out_of_range, "rules.discrimination: from -1 to 1");
    }
    if (rules.refuse_unknown_discrimination && !rules.discrimination_at_least) {
        return refuse(EngineError::inconsistent, "rules.discrimination: at_least is missing");
    }
    struct Amount {
        std::optional<int> value;
        std::string_view name;
        int most;
    };
    for (const Amount& each : {Amount{rules.unused_in_last_batches, "unused_in_last_batches", 1000},
                               Amount{rules.uses_at_most, "uses_at_most", AmountRange::amount_max},
                               Amount{rules.past_overlap_max, "past_overlap_max", BlueprintLimits::items_max}}) {
        if (each.value && (*each.value < 0 || *each.value > each.most)) {
            return refuse(EngineError::out_of_range,
                          "rules." + std::string{each.name} + ": from 0 to " + std::to_string(each.most));
        }
    }
    struct Range {
        const std::optional<AmountRange>* range;
        std::string_view name;
    };
    for (const Range& each : {Range{&rules.pictures, "pictures"}, Range{&rules.characters, "characters"},
                              Range{&rules.seconds, "seconds"}}) {
        if (!*each.range) { continue; }
        if (auto valid = check(**each.range, "rules." + std::string{each.name}); !valid) { return valid; }
    }
    return {};
}

} // namespace papervault::engine::assembly
