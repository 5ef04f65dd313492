#include "assembly/draw_task.hpp"

#include "assembly/wording.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace papervault::engine::assembly {

namespace {

void add_scopes(std::vector<std::string>& names, std::span<const ScopeCount> scopes)
{
    for (const ScopeCount& scope : scopes) { names.push_back(scope.scope); }
}

void lay_out(const ScopeTree& tree, std::span<const ScopeCount> scopes, std::vector<Bounds>& bounds,
             std::vector<bool>& is_asked)
{
    bounds.assign(tree.size(), {});
    is_asked.assign(tree.size(), false);
    for (const ScopeCount& scope : scopes) {
        const std::size_t node = tree.find(scope.scope);
        bounds[node] = {scope.at_least, scope.at_most};
        is_asked[node] = true;
    }
}

void lay_out_sections(DrawTask& task)
{
    for (const BlueprintSection& section : task.blueprint.sections) {
        auto type = std::ranges::find(task.types, section.type);
        if (type == task.types.end()) { type = task.types.insert(type, section.type); }
        SectionTask laid_out;
        laid_out.type = static_cast<std::size_t>(type - task.types.begin());
        laid_out.count = section.count;
        laid_out.points_units = section.points_each.units();
        lay_out(task.tree, section.scopes, laid_out.bounds, laid_out.is_asked);
        laid_out.bounds[ScopeTree::root] = {section.count, section.count};
        task.sections.push_back(std::move(laid_out));
    }
}

/// validate() has bounded points so that these products stay far inside 64 bits.
void set_difficulty_window(DrawTask& task)
{
    const std::int64_t total = task.blueprint.total_points.units();
    const std::int64_t target = task.blueprint.difficulty_target.units();
    const std::int64_t tolerance = task.blueprint.difficulty_tolerance.units();
    task.difficulty_lowest = total * (target - tolerance);
    task.difficulty_highest = total * (target + tolerance);
}

/// Bounds on what is left to draw when one item at this node is fixed.
void take_one(std::vector<Bounds>& bounds, const ScopeTree& tree, std::size_t node)
{
    for (;; node = tree.nodes()[node].parent) {
        bounds[node].at_least = std::max(0, bounds[node].at_least - 1);
        if (bounds[node].at_most != Bounds::unlimited) { --bounds[node].at_most; }
        if (node == ScopeTree::root) { return; }
    }
}

/// Takes the required items out of what is to be drawn: counts, bounds and the difficulty window are those of the rest.
Result<void> fix_required(DrawTask& task, std::span<const PoolItem> pool, const FormRuleBook& book)
{
    task.required.resize(task.sections.size());
    for (const auto& [section, position] : book.required()) {
        const PoolItem& item = pool[position];
        SectionTask& place = task.sections[section];
        const std::size_t node = task.tree.smallest_covering(item.knowledge_point);
        take_one(place.bounds, task.tree, node);
        take_one(task.paper, task.tree, node);
        --place.count;
        for (const Bounds& bounds : {place.bounds[node], place.bounds[ScopeTree::root], task.paper[node]}) {
            if (bounds.at_most < 0) {
                return refuse(EngineError::infeasible,
                              "required_items: with " + item.id +
                                  " there are more than the counts of its section or scope allow");
            }
        }
        const std::int64_t difficulty = place.points_units * item.difficulty.units();
        task.difficulty_lowest -= difficulty;
        task.difficulty_highest -= difficulty;
        task.required[section].push_back(position);
    }
    return {};
}

Result<void> take_items(DrawTask& task, std::span<const PoolItem> pool, const FormRuleBook& book)
{
    std::vector<std::uint32_t> by_id(pool.size());
    std::iota(by_id.begin(), by_id.end(), 0U);
    std::ranges::sort(by_id, {}, [&](std::uint32_t position) -> const std::string& { return pool[position].id; });
    const std::set<std::string, std::less<>> excluded(task.blueprint.excluded_items.begin(),
                                                      task.blueprint.excluded_items.end());
    const std::string* previous = nullptr;
    for (const std::uint32_t position : by_id) {
        const PoolItem& item = pool[position];
        if (previous != nullptr && *previous == item.id) {
            return refuse(EngineError::inconsistent, wording::repeated_item(item.id));
        }
        previous = &item.id;
        if (item.difficulty < Decimal{} || item.difficulty > Decimal::from_integer(1)) {
            return refuse(EngineError::out_of_range, wording::difficulty_of_item(item.id, item.difficulty));
        }
        const auto type = std::ranges::find(task.types, item.type);
        if (type == task.types.end() || excluded.contains(item.id) || !book.may_be_drawn(position)) { continue; }
        task.rules.add_item(book, position);
        task.items.push_back({position, static_cast<std::size_t>(type - task.types.begin()),
                              task.tree.smallest_covering(item.knowledge_point), item.difficulty.units()});
    }
    return {};
}

} // namespace

Result<DrawTask> make_task(std::span<const PoolItem> pool, const Blueprint& blueprint)
{
    if (const auto valid = validate(blueprint); !valid) { return std::unexpected{valid.error()}; }
    if (pool.size() > std::numeric_limits<std::uint32_t>::max()) {
        return refuse(EngineError::out_of_range, wording::pool_too_large());
    }
    std::vector<std::string> scopes;
    add_scopes(scopes, blueprint.scopes);
    for (const BlueprintSection& section : blueprint.sections) { add_scopes(scopes, section.scopes); }

    DrawTask task;
    task.blueprint = blueprint;
    task.tree = ScopeTree{std::move(scopes)};
    task.form_count = blueprint.parallel_forms + blueprint.spare_forms;
    lay_out_sections(task);
    lay_out(task.tree, blueprint.scopes, task.paper, task.paper_is_asked);
    set_difficulty_window(task);
    const auto book = FormRuleBook::make(pool, blueprint);
    if (!book) { return std::unexpected{book.error()}; }
    task.rules = FormRules{*book};
    if (const auto fixed = fix_required(task, pool, *book); !fixed) { return std::unexpected{fixed.error()}; }
    if (const auto taken = take_items(task, pool, *book); !taken) { return std::unexpected{taken.error()}; }
    return task;
}

Supply make_supply(const DrawTask& task, const std::vector<bool>& is_usable)
{
    Supply supply(task.types.size(), std::vector<std::vector<std::uint32_t>>(task.tree.size()));
    for (std::uint32_t index = 0; index < task.items.size(); ++index) {
        if (is_usable[index]) { supply[task.items[index].type][task.items[index].node].push_back(index); }
    }
    return supply;
}

} // namespace papervault::engine::assembly
