#include "assembly/verify_rules.hpp"

#include <papervault/engine/assembly.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>

// Reads the blueprint's words one after the other and checks them as a person with a list would. Shares nothing with
// the drawer, so that a mistake there is not repeated here.
namespace papervault::engine {

namespace {

__extension__ using Wide = __int128;

std::unexpected<EngineFailure> wrong(const std::string& form, const std::string& reason)
{
    return refuse(EngineError::inconsistent, "form " + form + ": " + reason);
}

std::string expected_name(const Blueprint& blueprint, int number)
{
    if (number < blueprint.parallel_forms) { return std::string(1, static_cast<char>('A' + number)); }
    return "S" + std::to_string(number - blueprint.parallel_forms + 1);
}

bool lies_in(std::string_view knowledge_point, std::string_view scope)
{
    if (scope.empty() || knowledge_point == scope) { return true; }
    return knowledge_point.size() > scope.size() && knowledge_point.starts_with(scope) &&
           knowledge_point[scope.size()] == '.';
}

using Items = std::vector<const PoolItem*>;

Result<void> check_scopes(const std::string& form, const std::string& where, const std::vector<ScopeCount>& scopes,
                          const Items& items)
{
    for (const ScopeCount& scope : scopes) {
        int found = 0;
        for (const PoolItem* item : items) { found += lies_in(item->knowledge_point, scope.scope) ? 1 : 0; }
        if (found < scope.at_least || found > scope.at_most) {
            return wrong(form, where + ", scope \"" + scope.scope + "\": " + std::to_string(found) +
                                   " items, asked for " + std::to_string(scope.at_least) + " to " +
                                   std::to_string(scope.at_most));
        }
    }
    return {};
}

Result<Items> check_section(std::span<const PoolItem> pool, const Blueprint& blueprint, const DrawnForm& form,
                            std::size_t number, std::set<std::string>& ids_in_form)
{
    const BlueprintSection& section = blueprint.sections[number];
    const std::string where = "section " + std::to_string(number + 1);
    const auto& positions = form.sections[number];
    if (positions.size() != static_cast<std::size_t>(section.count)) {
        return wrong(form.id, where + ": " + std::to_string(positions.size()) + " items, asked for " +
                                  std::to_string(section.count));
    }
    Items items;
    for (const std::uint32_t position : positions) {
        if (position >= pool.size()) {
            return wrong(form.id, where + ": no item at place " + std::to_string(position));
        }
        const PoolItem& item = pool[position];
        if (item.type != section.type) { return wrong(form.id, where + ": item " + item.id + " is of another type"); }
        if (!ids_in_form.insert(item.id).second) { return wrong(form.id, where + ": item " + item.id + " again"); }
        for (const std::string& excluded : blueprint.excluded_items) {
            if (item.id == excluded) { return wrong(form.id, where + ": item " + item.id + " is excluded"); }
        }
        items.push_back(&item);
    }
    if (auto scopes = check_scopes(form.id, where, section.scopes, items); !scopes) {
        return std::unexpected{scopes.error()};
    }
    return items;
}

Result<void> check_form(std::span<const PoolItem> pool, const Blueprint& blueprint, const DrawnForm& form,
                        std::set<std::string>& ids_in_form)
{
    if (form.sections.size() != blueprint.sections.size()) {
        return wrong(form.id, std::to_string(form.sections.size()) + " sections, asked for " +
                                  std::to_string(blueprint.sections.size()));
    }
    Items all;
    std::vector<Items> by_section;
    // The mean as a fraction, Σ points × difficulty over Σ points, compared without dividing.
    Wide points = 0;
    Wide weighted = 0;
    for (std::size_t number = 0; number < form.sections.size(); ++number) {
        const auto items = check_section(pool, blueprint, form, number, ids_in_form);
        if (!items) { return std::unexpected{items.error()}; }
        by_section.push_back(*items);
        for (const PoolItem* item : *items) {
            all.push_back(item);
            points += blueprint.sections[number].points_each.units();
            weighted += Wide{blueprint.sections[number].points_each.units()} * item->difficulty.units();
        }
    }
    if (points != blueprint.total_points.units()) {
        return wrong(form.id, "the points of its items do not add up to " + blueprint.total_points.to_string());
    }
    if (auto scopes = check_scopes(form.id, "whole form", blueprint.scopes, all); !scopes) { return scopes; }
    const Wide target = blueprint.difficulty_target.units();
    const Wide tolerance = blueprint.difficulty_tolerance.units();
    if (weighted < (target - tolerance) * points || weighted > (target + tolerance) * points) {
        const auto mean = points > 0 ? static_cast<std::int64_t>(weighted / points) : std::int64_t{0};
        return wrong(form.id, "mean difficulty " + Decimal::from_units(mean).to_string() + ", asked for " +
                                  blueprint.difficulty_target.to_string() + " ± " +
                                  blueprint.difficulty_tolerance.to_string());
    }
    if (const std::string broken = broken_rule(pool, blueprint, by_section); !broken.empty()) {
        return wrong(form.id, broken);
    }
    return {};
}

bool is_required(const Blueprint& blueprint, const std::string& id)
{
    for (const RequiredItem& item : blueprint.rules.required_items) {
        if (item.id == id) { return true; }
    }
    return false;
}

} // namespace

Result<void> verify_forms(std::span<const PoolItem> pool, const Blueprint& blueprint, std::span<const DrawnForm> forms)
{
    const int asked = blueprint.parallel_forms + blueprint.spare_forms;
    if (forms.size() != static_cast<std::size_t>(asked)) {
        return refuse(EngineError::inconsistent,
                      std::to_string(forms.size()) + " forms, asked for " + std::to_string(asked));
    }
    std::map<std::string, std::set<std::string>> ids;
    for (int number = 0; number < asked; ++number) {
        const DrawnForm& form = forms[static_cast<std::size_t>(number)];
        const std::string name = expected_name(blueprint, number);
        if (form.id != name) { return wrong(form.id, "should be named " + name); }
        if (auto checked = check_form(pool, blueprint, form, ids[name]); !checked) { return checked; }
        for (const auto& [other, ids_of_other] : ids) {
            if (other == name) { continue; }
            int common = 0;
            for (const std::string& id : ids[name]) {
                common += ids_of_other.contains(id) && !is_required(blueprint, id) ? 1 : 0;
            }
            if (common > blueprint.overlap_max) {
                return wrong(name, std::to_string(common) + " items in common with form " + other + ", at most " +
                                       std::to_string(blueprint.overlap_max) + " allowed");
            }
        }
    }
    return {};
}

Result<void> verify_form(std::span<const PoolItem> pool, const Blueprint& blueprint, const DrawnForm& form)
{
    std::set<std::string> ids;
    return check_form(pool, blueprint, form, ids);
}

} // namespace papervault::engine
