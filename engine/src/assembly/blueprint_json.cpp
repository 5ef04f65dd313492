#include "assembly/blueprint_rules.hpp"

#include <papervault/engine/blueprint.hpp>
#include <papervault/engine/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>

namespace papervault::engine {

namespace {

namespace json = boost::json;

constexpr std::string_view format_name = "papervault-blueprint";
constexpr int format_version = 1;
constexpr std::size_t title_bytes_max = 200;
constexpr std::size_t note_bytes_max = 1'000;
constexpr std::size_t scope_bytes_max = 64;

int small_integer(JsonFields& fields, std::string_view name, int lowest, int highest)
{
    return static_cast<int>(fields.integer(name, lowest, highest));
}

std::string element(const JsonFields& fields, std::string_view name, std::size_t index)
{
    return fields.path(name) + '[' + std::to_string(index) + ']';
}

std::vector<ScopeCount> read_scopes(JsonFields& fields)
{
    std::vector<ScopeCount> scopes;
    if (!fields.has("scopes")) { return scopes; }
    const json::array& values = fields.array("scopes", static_cast<std::size_t>(BlueprintLimits::scopes_max));
    for (const json::value& value : values) {
        JsonFields scope{value, element(fields, "scopes", scopes.size())};
        ScopeCount& read = scopes.emplace_back();
        read.scope = scope.text("scope", scope_bytes_max);
        read.at_least = small_integer(scope, "at_least", 0, BlueprintLimits::items_max);
        read.at_most = small_integer(scope, "at_most", 0, BlueprintLimits::items_max);
        if (const auto finished = scope.finish(); !finished) {
            fields.problem(finished.error());
            break;
        }
    }
    return scopes;
}

std::vector<BlueprintSection> read_sections(JsonFields& fields)
{
    std::vector<BlueprintSection> sections;
    const json::array& values = fields.array("sections", BlueprintLimits::sections_max);
    for (const json::value& value : values) {
        JsonFields section{value, element(fields, "sections", sections.size())};
        BlueprintSection& read = sections.emplace_back();
        read.title = section.text("title", title_bytes_max);
        read.note = section.optional_text("note", note_bytes_max).value_or("");
        const std::optional<ItemType> type = item_type_from_text(section.text("type", item_id_bytes_max));
        if (!type) {
            section.problem(EngineError::out_of_range, "type",
                            "not one of single, multiple, truefalse, fill, short, essay");
        }
        read.type = type.value_or(ItemType::single_choice);
        read.count = small_integer(section, "count", 1, BlueprintLimits::items_max);
        read.points_each =
            section.decimal("points_each", Decimal::from_units(1), Decimal::from_integer(BlueprintLimits::points_max));
        read.scopes = read_scopes(section);
        if (const auto finished = section.finish(); !finished) {
            fields.problem(finished.error());
            break;
        }
    }
    return sections;
}

void read_difficulty(JsonFields& fields, Blueprint& blueprint)
{
    JsonFields difficulty{fields.member("difficulty"), fields.path("difficulty")};
    blueprint.difficulty_target = difficulty.decimal("target", Decimal{}, Decimal::from_integer(1));
    blueprint.difficulty_tolerance = difficulty.decimal("tolerance", Decimal{}, Decimal::from_integer(1));
    if (const auto finished = difficulty.finish(); !finished) { fields.problem(finished.error()); }
}

void read_forms(JsonFields& fields, Blueprint& blueprint)
{
    JsonFields forms{fields.member("forms"), fields.path("forms")};
    blueprint.parallel_forms = small_integer(forms, "parallel", 1, BlueprintLimits::parallel_forms_max);
    blueprint.spare_forms = small_integer(forms, "spare", 0, BlueprintLimits::spare_forms_max);
    blueprint.overlap_max = small_integer(forms, "overlap_max", 0, BlueprintLimits::items_max);
    if (const auto finished = forms.finish(); !finished) { fields.problem(finished.error()); }
}

json::array scopes_to_json(const std::vector<ScopeCount>& scopes)
{
    json::array array;
    for (const ScopeCount& scope : scopes) {
        json::object object;
        object["scope"] = scope.scope;
        object["at_least"] = scope.at_least;
        object["at_most"] = scope.at_most;
        array.push_back(std::move(object));
    }
    return array;
}

json::array sections_to_json(const std::vector<BlueprintSection>& sections)
{
    json::array array;
    for (const BlueprintSection& section : sections) {
        json::object object;
        object["title"] = section.title;
        object["note"] = section.note;
        object["type"] = json::string_view{to_text(section.type).data(), to_text(section.type).size()};
        object["count"] = section.count;
        object["points_each"] = section.points_each.to_string();
        object["scopes"] = scopes_to_json(section.scopes);
        array.push_back(std::move(object));
    }
    return array;
}

} // namespace

Result<Blueprint> blueprint_from_json(const json::value& value)
{
    JsonFields fields{value, ""};
    if (fields.text("format", title_bytes_max) != format_name) {
        fields.problem(EngineError::out_of_range, "format", "not papervault-blueprint");
    }
    fields.integer("version", format_version, format_version);
    Blueprint blueprint;
    blueprint.title = fields.text("title", title_bytes_max);
    blueprint.sections = read_sections(fields);
    blueprint.scopes = read_scopes(fields);
    blueprint.total_points =
        fields.decimal("total_points", Decimal{}, Decimal::from_integer(BlueprintLimits::points_max));
    read_difficulty(fields, blueprint);
    read_forms(fields, blueprint);
    if (fields.has("excluded_items")) {
        blueprint.excluded_items = fields.texts("excluded_items", BlueprintLimits::excluded_max, item_id_bytes_max);
    }
    if (fields.has("rules")) { blueprint.rules = assembly::read_rules(fields); }
    if (const auto finished = fields.finish(); !finished) { return std::unexpected{finished.error()}; }
    if (const auto valid = validate(blueprint); !valid) { return std::unexpected{valid.error()}; }
    return blueprint;
}

json::value to_json(const Blueprint& blueprint)
{
    json::object object;
    object["format"] = json::string_view{format_name.data(), format_name.size()};
    object["version"] = format_version;
    object["title"] = blueprint.title;
    object["sections"] = sections_to_json(blueprint.sections);
    object["scopes"] = scopes_to_json(blueprint.scopes);
    object["total_points"] = blueprint.total_points.to_string();
    json::object difficulty;
    difficulty["target"] = blueprint.difficulty_target.to_string();
    difficulty["tolerance"] = blueprint.difficulty_tolerance.to_string();
    object["difficulty"] = std::move(difficulty);
    json::object forms;
    forms["parallel"] = blueprint.parallel_forms;
    forms["spare"] = blueprint.spare_forms;
    forms["overlap_max"] = blueprint.overlap_max;
    object["forms"] = std::move(forms);
    json::array excluded;
    for (const std::string& id : blueprint.excluded_items) { excluded.emplace_back(id); }
    object["excluded_items"] = std::move(excluded);
    // Left out where nothing is asked, so that the text of older blueprints stays the same.
    if (blueprint.rules != BlueprintRules{}) { object["rules"] = assembly::rules_to_json(blueprint.rules); }
    return object;
}

} // namespace papervault::engine
