#include "assembly/verify_rules.hpp"

#include <map>
#include <set>

// As a person with the form and the blueprint would check, rule after rule.
namespace papervault::engine {
namespace {

using Items = std::vector<const PoolItem*>;

std::string outside(const std::string& what, long long found, const AmountRange& asked)
{
    if (found >= asked.at_least && found <= asked.at_most) { return {}; }
    return what + ": " + std::to_string(found) + ", asked for " + std::to_string(asked.at_least) + " to " +
           std::to_string(asked.at_most);
}

std::string check_items(const Items& all, const BlueprintRules& rules)
{
    std::set<std::string> required;
    for (const RequiredItem& item : rules.required_items) { required.insert(item.id); }
    for (const PoolItem* item : all) {
        if (required.contains(item->id)) { continue; } // asked for by name
        const PoolItemFacts& facts = item->facts;
        if (rules.discrimination_at_least) {
            if (!facts.discrimination) {
                if (rules.refuse_unknown_discrimination) { return "item " + item->id + ": discrimination unknown"; }
            } else if (*facts.discrimination < *rules.discrimination_at_least) {
                return "item " + item->id + ": discrimination " + facts.discrimination->to_string();
            }
        }
        if (facts.batches_since_use && *facts.batches_since_use < rules.unused_in_last_batches) {
            return "item " + item->id + " was used " + std::to_string(*facts.batches_since_use) + " batches ago";
        }
        if (rules.uses_at_most && facts.uses > *rules.uses_at_most) {
            return "item " + item->id + " was used " + std::to_string(facts.uses) + " times";
        }
    }
    return {};
}

std::string check_classes(const Items& all, const BlueprintRules& rules)
{
    std::map<int, long long> by_level;
    std::map<std::string, long long> by_class;
    std::map<char, long long> by_letter;
    for (const PoolItem* item : all) {
        ++by_level[item->facts.level];
        ++by_class[item->facts.cognitive_class];
        ++by_letter[item->facts.key_letter];
    }
    for (const LevelCount& rule : rules.levels) {
        const std::string what = "items of level " + std::to_string(rule.level);
        if (auto text = outside(what, by_level[rule.level], rule.count); !text.empty()) { return text; }
    }
    for (const CognitiveCount& rule : rules.cognitive) {
        const std::string what = "items of the cognitive class " + rule.cognitive_class;
        if (auto text = outside(what, by_class[rule.cognitive_class], rule.count); !text.empty()) { return text; }
    }
    for (const KeyLetterCount& rule : rules.key_letters) {
        const std::string what = std::string{"items with the answer "} + rule.letter;
        if (auto text = outside(what, by_letter[rule.letter], rule.count); !text.empty()) { return text; }
    }
    return {};
}

std::string check_counts(const Items& all, const BlueprintRules& rules)
{
    for (const ImportanceCount& rule : rules.importance) {
        long long found = 0;
        for (const PoolItem* item : all) { found += item->facts.importance == rule.importance ? 1 : 0; }
        if (auto text = outside("importance " + std::string{to_text(rule.importance)}, found, rule.count);
            !text.empty()) {
            return text;
        }
    }
    for (const DifficultyBand& band : rules.difficulty_bands) {
        long long found = 0;
        for (const PoolItem* item : all) {
            if (band.type && *band.type != item->type) { continue; }
            if (item->difficulty < band.from || item->difficulty > band.to) { continue; }
            if (item->difficulty == band.to && band.to.units() != Decimal::units_per_one) { continue; }
            ++found;
        }
        if (auto text = outside("items of difficulty " + band.from.to_string() + " to " + band.to.to_string(), found,
                                band.count);
            !text.empty()) {
            return text;
        }
    }
    long long pictures = 0;
    long long characters = 0;
    long long seconds = 0;
    for (const PoolItem* item : all) {
        pictures += item->facts.has_picture ? 1 : 0;
        characters += item->facts.characters;
        seconds += item->facts.seconds;
    }
    if (rules.pictures) {
        if (auto text = outside("pictures", pictures, *rules.pictures); !text.empty()) { return text; }
    }
    if (rules.characters) {
        if (auto text = outside("characters", characters, *rules.characters); !text.empty()) { return text; }
    }
    if (rules.seconds) {
        if (auto text = outside("seconds", seconds, *rules.seconds); !text.empty()) { return text; }
    }
    return {};
}

std::string check_sets(std::span<const PoolItem> pool, const Items& all, const BlueprintRules& rules)
{
    std::set<std::string> ids;
    std::map<std::string, int> enemies;
    std::map<std::string, int> passages;
    std::map<std::uint32_t, int> past;
    for (const PoolItem* item : all) {
        ids.insert(item->id);
        if (!item->facts.enemy_set.empty() && ++enemies[item->facts.enemy_set] > 1) {
            return "two items of the enemy set " + item->facts.enemy_set;
        }
        if (!item->facts.stimulus.empty()) { ++passages[item->facts.stimulus]; }
        for (const std::uint32_t form : item->facts.past_forms) { ++past[form]; }
    }
    for (const ItemGroup& group : rules.groups) {
        long long found = 0;
        for (const std::string& id : group.items) { found += ids.contains(id) ? 1 : 0; }
        if (found == 0 && group.or_none) { continue; }
        if (auto text = outside("group of " + group.items.front() + " and others", found, group.count); !text.empty()) {
            return text;
        }
    }
    if (rules.stimulus) {
        for (const auto& [passage, found] : passages) {
            AmountRange asked = rules.stimulus->count;
            if (rules.stimulus->whole) {
                int whole = 0;
                for (const PoolItem& item : pool) { whole += item.facts.stimulus == passage ? 1 : 0; }
                asked = {whole, whole};
            }
            if (auto text = outside("items of passage " + passage, found, asked); !text.empty()) { return text; }
        }
    }
    if (rules.past_overlap_max) {
        for (const auto& [form, common] : past) {
            if (common > *rules.past_overlap_max) {
                return std::to_string(common) + " items in common with earlier form " + std::to_string(form);
            }
        }
    }
    return {};
}

} // namespace

std::string broken_rule(std::span<const PoolItem> pool, const Blueprint& blueprint,
                        const std::vector<std::vector<const PoolItem*>>& sections)
{
    Items all;
    for (const Items& section : sections) { all.insert(all.end(), section.begin(), section.end()); }
    for (const RequiredItem& wanted : blueprint.rules.required_items) {
        bool found = false;
        for (std::size_t n = 0; n < sections.size(); ++n) {
            if (wanted.section != 0 && n + 1 != static_cast<std::size_t>(wanted.section)) { continue; }
            for (const PoolItem* item : sections[n]) { found = found || item->id == wanted.id; }
        }
        if (!found) { return "the required item " + wanted.id + " is missing"; }
    }
    if (auto text = check_items(all, blueprint.rules); !text.empty()) { return text; }
    if (auto text = check_counts(all, blueprint.rules); !text.empty()) { return text; }
    if (auto text = check_classes(all, blueprint.rules); !text.empty()) { return text; }
    return check_sets(pool, all, blueprint.rules);
}

} // namespace papervault::engine
