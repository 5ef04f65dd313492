#include "assembly/blueprint_rules.hpp"

#include <papervault/engine/blueprint.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace papervault::engine {

namespace {

constexpr std::size_t scope_bytes_max = 64;

/// "", or parts without white space, control characters or empty parts, joined by dots.
bool is_scope(std::string_view scope)
{
    if (scope.empty()) { return true; }
    if (scope.size() > scope_bytes_max || scope.front() == '.' || scope.back() == '.') { return false; }
    if (scope.find("..") != std::string_view::npos) { return false; }
    return std::ranges::none_of(scope, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

std::string quoted(const std::string& text)
{
    return '"' + text + '"';
}

/// @param count_max Items that the section or the paper has.
Result<void> validate_scopes(const std::vector<ScopeCount>& scopes, const std::string& where, int count_max)
{
    if (scopes.size() > static_cast<std::size_t>(BlueprintLimits::scopes_max)) {
        return refuse(EngineError::out_of_range,
                      where + ": more than " + std::to_string(BlueprintLimits::scopes_max) + " scopes");
    }
    std::set<std::string_view> seen;
    for (const ScopeCount& scope : scopes) {
        const std::string place = where + ", scope " + quoted(scope.scope);
        if (!is_scope(scope.scope)) {
            return refuse(EngineError::out_of_range, place + ": not a knowledge point such as 2.1");
        }
        if (!seen.insert(scope.scope).second) { return refuse(EngineError::inconsistent, place + ": named twice"); }
        if (scope.at_least < 0 || scope.at_most > BlueprintLimits::items_max) {
            return refuse(EngineError::out_of_range,
                          place + ": counts are from 0 to " + std::to_string(BlueprintLimits::items_max));
        }
        if (scope.at_least > scope.at_most) {
            return refuse(EngineError::inconsistent, place + ": at least " + std::to_string(scope.at_least) +
                                                         ", but at most " + std::to_string(scope.at_most));
        }
        if (scope.at_least > count_max) {
            return refuse(EngineError::inconsistent, place + ": at least " + std::to_string(scope.at_least) + " of " +
                                                         std::to_string(count_max) + " items");
        }
        if (scope.scope.empty() && scope.at_most < count_max) {
            return refuse(EngineError::inconsistent, place + ": at most " + std::to_string(scope.at_most) +
                                                         ", but there are " + std::to_string(count_max) + " items");
        }
    }
    return {};
}

Result<void> validate_sections(const Blueprint& blueprint)
{
    if (blueprint.sections.empty() || blueprint.sections.size() > BlueprintLimits::sections_max) {
        return refuse(EngineError::out_of_range,
                      "sections: 1 to " + std::to_string(BlueprintLimits::sections_max) + " are allowed");
    }
    int items = 0;
    std::size_t scopes = blueprint.scopes.size();
    for (std::size_t number = 0; number < blueprint.sections.size(); ++number) {
        const BlueprintSection& section = blueprint.sections[number];
        const std::string where = "section " + std::to_string(number + 1) + ' ' + quoted(section.title);
        if (section.count < 1 || section.count > BlueprintLimits::items_max) {
            return refuse(EngineError::out_of_range,
                          where + ": count is from 1 to " + std::to_string(BlueprintLimits::items_max));
        }
        if (section.points_each <= Decimal{} ||
            section.points_each > Decimal::from_integer(BlueprintLimits::points_max)) {
            return refuse(EngineError::out_of_range, where + ": points_each is more than 0 and at most " +
                                                         std::to_string(BlueprintLimits::points_max));
        }
        items += section.count;
        if (items > BlueprintLimits::items_max) {
            return refuse(EngineError::out_of_range,
                          "sections: more than " + std::to_string(BlueprintLimits::items_max) + " items in all");
        }
        scopes += section.scopes.size();
        if (auto valid = validate_scopes(section.scopes, where, section.count); !valid) { return valid; }
    }
    if (scopes > static_cast<std::size_t>(BlueprintLimits::scopes_max)) {
        return refuse(EngineError::out_of_range,
                      "scopes: more than " + std::to_string(BlueprintLimits::scopes_max) + " in all");
    }
    return validate_scopes(blueprint.scopes, "paper", items);
}

Result<void> validate_total(const Blueprint& blueprint)
{
    Decimal sum;
    std::string terms;
    for (const BlueprintSection& section : blueprint.sections) {
        sum += section.points_each.times(section.count);
        terms += (terms.empty() ? "" : " + ") + std::to_string(section.count) + " × " + section.points_each.to_string();
    }
    if (sum > Decimal::from_integer(BlueprintLimits::points_max)) {
        return refuse(EngineError::out_of_range,
                      "total_points: more than " + std::to_string(BlueprintLimits::points_max));
    }
    if (sum != blueprint.total_points) {
        return refuse(EngineError::inconsistent, "total_points: the sections give " + terms + " = " + sum.to_string() +
                                                     ", but total_points is " + blueprint.total_points.to_string());
    }
    return {};
}

} // namespace

Result<void> validate(const Blueprint& blueprint)
{
    if (auto valid = validate_sections(blueprint); !valid) { return valid; }
    if (auto valid = validate_total(blueprint); !valid) { return valid; }
    const Decimal one = Decimal::from_integer(1);
    for (const Decimal value : {blueprint.difficulty_target, blueprint.difficulty_tolerance}) {
        if (value < Decimal{} || value > one) {
            return refuse(EngineError::out_of_range, "difficulty: target and tolerance are from 0 to 1");
        }
    }
    if (blueprint.parallel_forms < 1 || blueprint.parallel_forms > BlueprintLimits::parallel_forms_max) {
        return refuse(EngineError::out_of_range,
                      "forms.parallel: from 1 to " + std::to_string(BlueprintLimits::parallel_forms_max));
    }
    if (blueprint.spare_forms < 0 || blueprint.spare_forms > BlueprintLimits::spare_forms_max) {
        return refuse(EngineError::out_of_range,
                      "forms.spare: from 0 to " + std::to_string(BlueprintLimits::spare_forms_max));
    }
    if (blueprint.overlap_max < 0 || blueprint.overlap_max > BlueprintLimits::items_max) {
        return refuse(EngineError::out_of_range,
                      "forms.overlap_max: from 0 to " + std::to_string(BlueprintLimits::items_max));
    }
    if (blueprint.excluded_items.size() > BlueprintLimits::excluded_max) {
        return refuse(EngineError::out_of_range,
                      "excluded_items: at most " + std::to_string(BlueprintLimits::excluded_max));
    }
    return assembly::validate_rules(blueprint);
}

std::vector<std::string> form_ids(const Blueprint& blueprint)
{
    std::vector<std::string> ids;
    for (int form = 0; form < blueprint.parallel_forms; ++form) { ids.emplace_back(1, static_cast<char>('A' + form)); }
    for (int form = 1; form <= blueprint.spare_forms; ++form) { ids.push_back("S" + std::to_string(form)); }
    return ids;
}

} // namespace papervault::engine
