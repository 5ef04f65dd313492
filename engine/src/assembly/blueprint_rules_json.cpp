#include "assembly/blueprint_rules.hpp"

#include <boost/json/array.hpp>

namespace papervault::engine::assembly {
namespace {

namespace json = boost::json;

int amount(JsonFields& fields, std::string_view name, int otherwise)
{
    return static_cast<int>(fields.optional_integer(name, 0, AmountRange::amount_max).value_or(otherwise));
}

AmountRange read_range(JsonFields& fields)
{
    AmountRange range;
    range.at_least = amount(fields, "at_least", range.at_least);
    range.at_most = amount(fields, "at_most", range.at_most);
    return range;
}

void end(JsonFields& inner, JsonFields& outer)
{
    if (const auto finished = inner.finish(); !finished) { outer.problem(finished.error()); }
}

/// Each element of a list as an object.
template <class Read>
void read_list(JsonFields& fields, std::string_view name, std::size_t count_max, const Read& read)
{
    if (!fields.has(name)) { return; }
    std::size_t index = 0;
    for (const json::value& value : fields.array(name, count_max)) {
        JsonFields element{value, fields.path(name) + '[' + std::to_string(index++) + ']'};
        read(element);
        end(element, fields);
        if (!fields.good()) { return; }
    }
}

std::optional<AmountRange> read_optional_range(JsonFields& fields, std::string_view name)
{
    if (!fields.has(name)) { return std::nullopt; }
    JsonFields inner{fields.member(name), fields.path(name)};
    const AmountRange range = read_range(inner);
    end(inner, fields);
    return range;
}

std::optional<int> read_optional(JsonFields& fields, std::string_view name, int most)
{
    const auto value = fields.optional_integer(name, 0, most);
    return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

void read_lists(JsonFields& fields, BlueprintRules& rules)
{
    const Decimal one = Decimal::from_integer(1);
    read_list(fields, "importance", 3, [&](JsonFields& rule) {
        const auto importance = importance_from_text(rule.text("importance", 8));
        if (!importance) { rule.problem(EngineError::out_of_range, "importance", "not one of X, Y, Z"); }
        rules.importance.push_back({importance.value_or(Importance::general), read_range(rule)});
    });
    read_list(fields, "levels", BlueprintLimits::levels_max, [&](JsonFields& rule) {
        const auto level = static_cast<int>(rule.integer("level", 1, BlueprintLimits::levels_max));
        rules.levels.push_back({level, read_range(rule)});
    });
    read_list(fields, "cognitive", BlueprintLimits::rules_max, [&](JsonFields& rule) {
        std::string name = rule.text("class", BlueprintLimits::class_bytes_max);
        rules.cognitive.push_back({std::move(name), read_range(rule)});
    });
    read_list(fields, "key_letters", BlueprintLimits::key_letters_max, [&](JsonFields& rule) {
        const std::string letter = rule.text("letter", 4);
        if (letter.size() != 1) { rule.problem(EngineError::out_of_range, "letter", "is one of A to L"); }
        rules.key_letters.push_back({letter.empty() ? '?' : letter.front(), read_range(rule)});
    });
    read_list(fields, "difficulty_bands", BlueprintLimits::rules_max, [&](JsonFields& rule) {
        DifficultyBand band;
        if (const auto name = rule.optional_text("type", 16)) {
            band.type = item_type_from_text(*name);
            if (!band.type) {
                rule.problem(EngineError::out_of_range, "type",
                             "not one of single, multiple, truefalse, fill, short, essay");
            }
        }
        band.from = rule.decimal("from", Decimal{}, one);
        band.to = rule.decimal("to", Decimal{}, one);
        band.count = read_range(rule);
        rules.difficulty_bands.push_back(band);
    });
    read_list(fields, "required_items", BlueprintLimits::items_max, [&](JsonFields& rule) {
        RequiredItem item;
        item.id = rule.text("item", item_id_bytes_max);
        item.section = static_cast<int>(rule.optional_integer("section", 1, BlueprintLimits::sections_max).value_or(0));
        rules.required_items.push_back(std::move(item));
    });
    read_list(fields, "groups", BlueprintLimits::rules_max * 50, [&](JsonFields& rule) {
        ItemGroup group;
        group.items = rule.texts("items", BlueprintLimits::group_items_max, item_id_bytes_max);
        group.count = read_range(rule);
        group.or_none = rule.boolean_or("or_none", false);
        rules.groups.push_back(std::move(group));
    });
    // A short way to write groups of which at most one item may stand in a form.
    read_list(fields, "enemies", BlueprintLimits::rules_max * 50, [&](JsonFields& rule) {
        rules.groups.push_back(
            {rule.texts("items", BlueprintLimits::group_items_max, item_id_bytes_max), {0, 1}, false});
    });
}

json::object to_json(const AmountRange& range)
{
    json::object object;
    if (range.at_least != 0) { object["at_least"] = range.at_least; }
    if (range.at_most != AmountRange::amount_max) { object["at_most"] = range.at_most; }
    return object;
}

json::string_view view(std::string_view text)
{
    return {text.data(), text.size()};
}

void add_lists(json::object& object, const BlueprintRules& rules)
{
    json::array importance;
    for (const ImportanceCount& rule : rules.importance) {
        json::object entry = to_json(rule.count);
        entry["importance"] = view(to_text(rule.importance));
        importance.push_back(std::move(entry));
    }
    json::array levels;
    for (const LevelCount& rule : rules.levels) {
        json::object entry = to_json(rule.count);
        entry["level"] = rule.level;
        levels.push_back(std::move(entry));
    }
    json::array cognitive;
    for (const CognitiveCount& rule : rules.cognitive) {
        json::object entry = to_json(rule.count);
        entry["class"] = rule.cognitive_class;
        cognitive.push_back(std::move(entry));
    }
    json::array letters;
    for (const KeyLetterCount& rule : rules.key_letters) {
        json::object entry = to_json(rule.count);
        entry["letter"] = json::string_view{&rule.letter, 1};
        letters.push_back(std::move(entry));
    }
    if (!levels.empty()) { object["levels"] = std::move(levels); }
    if (!cognitive.empty()) { object["cognitive"] = std::move(cognitive); }
    if (!letters.empty()) { object["key_letters"] = std::move(letters); }
    json::array bands;
    for (const DifficultyBand& band : rules.difficulty_bands) {
        json::object entry = to_json(band.count);
        if (band.type) { entry["type"] = view(to_text(*band.type)); }
        entry["from"] = band.from.to_string();
        entry["to"] = band.to.to_string();
        bands.push_back(std::move(entry));
    }
    json::array required;
    for (const RequiredItem& item : rules.required_items) {
        json::object entry;
        entry["item"] = item.id;
        if (item.section != 0) { entry["section"] = item.section; }
        required.push_back(std::move(entry));
    }
    json::array groups;
    for (const ItemGroup& group : rules.groups) {
        json::object entry = to_json(group.count);
        json::array items;
        for (const std::string& id : group.items) { items.emplace_back(id); }
        entry["items"] = std::move(items);
        if (group.or_none) { entry["or_none"] = true; }
        groups.push_back(std::move(entry));
    }
    if (!importance.empty()) { object["importance"] = std::move(importance); }
    if (!bands.empty()) { object["difficulty_bands"] = std::move(bands); }
    if (!required.empty()) { object["required_items"] = std::move(required); }
    if (!groups.empty()) { object["groups"] = std::move(groups); }
}

} // namespace

BlueprintRules read_rules(JsonFields& outer)
{
    BlueprintRules rules;
    JsonFields fields{outer.member("rules"), outer.path("rules")};
    read_lists(fields, rules);
    if (fields.has("stimulus")) {
        JsonFields stimulus{fields.member("stimulus"), fields.path("stimulus")};
        rules.stimulus = StimulusRule{stimulus.boolean_or("whole", false), read_range(stimulus)};
        end(stimulus, fields);
    }
    if (fields.has("discrimination")) {
        JsonFields inner{fields.member("discrimination"), fields.path("discrimination")};
        rules.discrimination_at_least = inner.decimal("at_least", Decimal::from_integer(-1), Decimal::from_integer(1));
        rules.refuse_unknown_discrimination = inner.boolean_or("refuse_unknown", false);
        end(inner, fields);
    }
    if (const auto exposure = fields.optional_text("exposure", 16)) {
        if (*exposure != "even" && *exposure != "uniform") {
            fields.problem(EngineError::out_of_range, "exposure", "is uniform or even");
        }
        rules.exposure = *exposure == "even" ? Exposure::even : Exposure::uniform;
    }
    rules.unused_in_last_batches = read_optional(fields, "unused_in_last_batches", 1000).value_or(0);
    rules.uses_at_most = read_optional(fields, "uses_at_most", AmountRange::amount_max);
    rules.past_overlap_max = read_optional(fields, "past_overlap_max", BlueprintLimits::items_max);
    rules.pictures = read_optional_range(fields, "pictures");
    rules.characters = read_optional_range(fields, "characters");
    rules.seconds = read_optional_range(fields, "seconds");
    end(fields, outer);
    return rules;
}

json::object rules_to_json(const BlueprintRules& rules)
{
    json::object object;
    add_lists(object, rules);
    if (rules.stimulus) {
        json::object stimulus = to_json(rules.stimulus->count);
        if (rules.stimulus->whole) { stimulus["whole"] = true; }
        object["stimulus"] = std::move(stimulus);
    }
    if (rules.discrimination_at_least) {
        json::object inner;
        inner["at_least"] = rules.discrimination_at_least->to_string();
        if (rules.refuse_unknown_discrimination) { inner["refuse_unknown"] = true; }
        object["discrimination"] = std::move(inner);
    }
    if (rules.exposure == Exposure::even) { object["exposure"] = "even"; }
    if (rules.unused_in_last_batches != 0) { object["unused_in_last_batches"] = rules.unused_in_last_batches; }
    if (rules.uses_at_most) { object["uses_at_most"] = *rules.uses_at_most; }
    if (rules.past_overlap_max) { object["past_overlap_max"] = *rules.past_overlap_max; }
    if (rules.pictures) { object["pictures"] = to_json(*rules.pictures); }
    if (rules.characters) { object["characters"] = to_json(*rules.characters); }
    if (rules.seconds) { object["seconds"] = to_json(*rules.seconds); }
    return object;
}

} // namespace papervault::engine::assembly
