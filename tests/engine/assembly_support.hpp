#pragma once

#include "engine/support.hpp"

#include <papervault/engine/assembly.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

/// Pools and blueprints for the tests of the assembly, and a search through all forms that knows nothing of the drawer.
namespace papervault::engine {

inline Decimal decimal(std::string_view text)
{
    return Decimal::parse(text).value();
}

inline PoolItem pool_item(std::string id, ItemType type, std::string knowledge_point,
                          std::string_view difficulty = "0.5")
{
    return {std::move(id), type, std::move(knowledge_point), decimal(difficulty)};
}

/// One section, one point an item, any difficulty, one form.
inline Blueprint one_section(ItemType type, int count, std::vector<ScopeCount> scopes = {})
{
    Blueprint blueprint;
    blueprint.title = "测试卷";
    blueprint.sections.push_back({"一", "", type, count, decimal("1"), std::move(scopes)});
    blueprint.total_points = Decimal::from_integer(count);
    blueprint.difficulty_target = decimal("0.5");
    blueprint.difficulty_tolerance = decimal("0.5");
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    return blueprint;
}

inline void add_section(Blueprint& blueprint, ItemType type, int count, std::string_view points_each,
                        std::vector<ScopeCount> scopes = {})
{
    blueprint.sections.push_back({"部分" + std::to_string(blueprint.sections.size() + 1), "", type, count,
                                  decimal(points_each), std::move(scopes)});
    blueprint.total_points += decimal(points_each).times(count);
}

/// A vocational paper of 100 points from three areas of eight knowledge points; every form needs 2 to 5 items of each
/// point.
inline Blueprint sample_blueprint()
{
    const auto areas = [](int at_least, int at_most) {
        return std::vector<ScopeCount>{{"1", at_least, at_most}, {"2", at_least, at_most}, {"3", at_least, at_most}};
    };
    Blueprint blueprint = one_section(ItemType::single_choice, 40, areas(10, 16));
    add_section(blueprint, ItemType::multiple_choice, 10, "2", areas(2, 5));
    add_section(blueprint, ItemType::true_false, 20, "1", areas(5, 9));
    add_section(blueprint, ItemType::fill_in, 10, "2", areas(2, 5));
    for (int area = 1; area <= 3; ++area) {
        for (int point = 1; point <= 8; ++point) {
            blueprint.scopes.push_back({std::to_string(area) + "." + std::to_string(point), 2, 5});
        }
    }
    blueprint.difficulty_target = decimal("0.70");
    blueprint.difficulty_tolerance = decimal("0.02");
    blueprint.parallel_forms = 2;
    blueprint.spare_forms = 1;
    return blueprint;
}

/// 336 items: 7 single, 2 multiple, 3 true/false and 2 fill a knowledge point.
/// @param mean_percent Middle of the items' difficulties, which lie within 25 percent of it.
inline std::vector<PoolItem> sample_pool(int mean_percent = 70)
{
    constexpr std::array per_point{std::pair{ItemType::single_choice, 7}, std::pair{ItemType::multiple_choice, 2},
                                   std::pair{ItemType::true_false, 3}, std::pair{ItemType::fill_in, 2}};
    std::vector<PoolItem> pool;
    int number = 0;
    for (int point = 0; point < 24; ++point) {
        const std::string code = std::to_string(point / 8 + 1) + "." + std::to_string(point % 8 + 1);
        for (const auto& [type, count] : per_point) {
            for (int i = 0; i < count; ++i, ++number) {
                const int percent = mean_percent - 25 + number * 37 % 51;
                pool.push_back(
                    {"Q" + std::to_string(1000 + number), type, code, Decimal::from_units(percent * 10'000)});
            }
        }
    }
    return pool;
}

/// Items by section, by id, in the order of the ids: two draws of one form are equal.
using FormKey = std::vector<std::vector<std::string>>;

inline FormKey key_of(std::span<const PoolItem> pool, const DrawnForm& form)
{
    FormKey key;
    for (const auto& section : form.sections) {
        auto& ids = key.emplace_back();
        for (const std::uint32_t position : section) { ids.push_back(pool[position].id); }
        std::ranges::sort(ids);
    }
    return key;
}

/// Every form that verify_forms accepts, by trying all choices of items for all sections. For small spaces only.
inline std::vector<DrawnForm> all_forms(std::span<const PoolItem> pool, Blueprint blueprint)
{
    blueprint.parallel_forms = 1;
    blueprint.spare_forms = 0;
    std::vector<DrawnForm> found;
    DrawnForm form{"A", std::vector<std::vector<std::uint32_t>>(blueprint.sections.size())};
    std::vector<bool> is_used(pool.size());
    const std::function<void(std::size_t, std::uint32_t)> choose = [&](std::size_t section, std::uint32_t from) {
        if (section == blueprint.sections.size()) {
            if (verify_forms(pool, blueprint, {&form, 1})) { found.push_back(form); }
            return;
        }
        auto& items = form.sections[section];
        if (items.size() == static_cast<std::size_t>(blueprint.sections[section].count)) {
            choose(section + 1, 0);
            return;
        }
        for (std::uint32_t item = from; item < pool.size(); ++item) {
            if (is_used[item] || pool[item].type != blueprint.sections[section].type) { continue; }
            is_used[item] = true;
            items.push_back(item);
            choose(section, item + 1);
            items.pop_back();
            is_used[item] = false;
        }
    };
    choose(0, 0);
    return found;
}

/// How far observed counts are from expected ones, in standard deviations of chi-square; beyond 5 is no accident.
inline double chi_square_deviation(const std::vector<double>& expected, const std::vector<double>& observed)
{
    double sum = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    }
    const auto freedom = static_cast<double>(expected.size() - 1);
    return (sum - freedom) / std::sqrt(2 * freedom);
}

} // namespace papervault::engine
