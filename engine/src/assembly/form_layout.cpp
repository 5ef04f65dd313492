#include "assembly/form_sampler.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

// Which sections share a column, which types a pool, and the tables over them.
namespace papervault::engine::assembly {

namespace {

/// All scopes that a section of the column asks for; the paper's scopes are not of its concern.
std::vector<std::string> asked_scopes(const DrawTask& task, const std::vector<std::size_t>& sections)
{
    std::vector<std::string> scopes;
    for (const std::size_t section : sections) {
        for (std::size_t node = 0; node < task.tree.size(); ++node) {
            if (task.sections[section].is_asked[node]) { scopes.push_back(task.tree.nodes()[node].scope); }
        }
    }
    return scopes;
}

bool asks_below_root(const SectionTask& section)
{
    return std::find(section.is_asked.begin() + 1, section.is_asked.end(), true) != section.is_asked.end();
}

/// The supply by pools of types and a coarser tree.
Supply regroup(const Supply& supply, const std::vector<std::vector<std::size_t>>& pools, const ScopeTree& from,
               const ScopeTree& to)
{
    Supply regrouped(pools.size(), std::vector<std::vector<std::uint32_t>>(to.size()));
    for (std::size_t node = 0; node < from.size(); ++node) {
        const std::size_t target = to.smallest_covering(from.nodes()[node].scope);
        for (std::size_t pool = 0; pool < pools.size(); ++pool) {
            auto& cell = regrouped[pool][target];
            for (const std::size_t type : pools[pool]) {
                cell.insert(cell.end(), supply[type][node].begin(), supply[type][node].end());
            }
        }
    }
    for (auto& of_pool : regrouped) {
        for (auto& cell : of_pool) { std::ranges::sort(cell); }
    }
    return regrouped;
}

/// Types by the number of items that a form has of them, the most first.
std::vector<std::size_t> types_by_size(const DrawTask& task)
{
    std::vector<int> sizes(task.types.size());
    for (const SectionTask& section : task.sections) { sizes[section.type] += section.count; }
    std::vector<std::size_t> types(task.types.size());
    std::iota(types.begin(), types.end(), std::size_t{0});
    std::ranges::sort(types, {}, [&](std::size_t type) { return std::pair{-sizes[type], type}; });
    return types;
}

} // namespace

std::vector<FormSampler::Block> FormSampler::lay_out(const DrawTask& task, Layout layout)
{
    std::vector<Column> by_type(task.types.size());
    std::vector<Column> by_section;
    for (std::size_t section = 0; section < task.sections.size(); ++section) {
        by_type[task.sections[section].type].sections.push_back(section);
        by_section.push_back({task.sections[section].type, {section}});
    }
    std::vector<Block> blocks;
    if (layout.columns == Columns::separate_types) {
        for (std::size_t type = 0; type < by_type.size(); ++type) {
            Block& block = blocks.emplace_back();
            block.pools = {{type}};
            block.columns = {by_type[type]};
            block.tree = ScopeTree{asked_scopes(task, by_type[type].sections)};
        }
        return blocks;
    }
    Block& block = blocks.emplace_back();
    block.tree = task.tree;
    block.sees_paper = true;
    const bool is_merged = layout.columns == Columns::merged_types;
    const auto types = types_by_size(task);
    for (std::size_t rank = 0; rank < types.size(); ++rank) {
        const std::size_t type = is_merged ? types[rank] : rank;
        const std::size_t pool = is_merged ? std::min(rank, layout.types_apart) : rank;
        if (pool == block.pools.size()) {
            block.pools.emplace_back();
            block.columns.push_back({pool, {}});
        }
        block.pools[pool].push_back(type);
        auto& sections = block.columns[pool].sections;
        sections.insert(sections.end(), by_type[type].sections.begin(), by_type[type].sections.end());
    }
    if (layout.columns == Columns::sections) { block.columns = by_section; }
    return blocks;
}

std::optional<FormSampler> FormSampler::build(const DrawTask& task, const Supply& supply, const Ranges& ranges,
                                              Layout layout, CountTable::Effort effort, std::optional<Tilt> tilt)
{
    FormSampler sampler;
    sampler.tilt_ = std::move(tilt);
    sampler.checks_paper_ = layout.columns == Columns::separate_types &&
                            std::ranges::find(task.paper_is_asked, true) != task.paper_is_asked.end();
    for (Block& block : lay_out(task, layout)) {
        if (block.columns.size() > CountTable::columns_max) { return std::nullopt; }
        for (const Column& column : block.columns) {
            if (column.sections.size() == 1) { continue; }
            std::ranges::copy_if(column.sections, std::back_inserter(sampler.checked_sections_),
                                 [&](std::size_t section) { return asks_below_root(task.sections[section]); });
            sampler.mixes_types_ = sampler.mixes_types_ || block.pools[column.pool].size() > 1;
        }
        if (!sampler.count(task, supply, ranges, std::move(block), effort)) { return std::nullopt; }
    }
    return sampler;
}

bool FormSampler::count(const DrawTask& task, const Supply& supply, const Ranges& ranges, Block block,
                        CountTable::Effort effort)
{
    block.cells = regroup(supply, block.pools, task.tree, block.tree);
    if (tilt_) { add_tilted_cells(task, block); }
    CountTable::Task counting = counting_task(task, ranges, block);
    Binomials binomials;
    counting.ways = [&](std::size_t node, std::span<const int> counts) { return ways(block, node, counts, binomials); };
    auto table = CountTable::build(counting, effort);
    if (!table) { return false; }
    is_empty_ = is_empty_ || table->is_empty();
    block.table = std::move(*table);
    blocks_.push_back(std::move(block));
    return true;
}

CountTable::Task FormSampler::counting_task(const DrawTask& task, const Ranges& ranges, const Block& block)
{
    std::vector<std::size_t> original; // nodes of the task's tree, by node of the block's
    for (const ScopeTree::Node& node : block.tree.nodes()) { original.push_back(task.tree.find(node.scope)); }
    CountTable::Task counting;
    counting.tree = &block.tree;
    for (const std::size_t node : original) {
        counting.sums.push_back(block.sees_paper ? ranges.paper[node] : Bounds{});
    }
    for (const Column& column : block.columns) {
        auto& bounds = counting.columns.emplace_back(block.tree.size(), Bounds{0, 0});
        auto& available = counting.available.emplace_back();
        for (std::size_t node = 0; node < block.tree.size(); ++node) {
            for (const std::size_t section : column.sections) {
                bounds[node].at_least += ranges.sections[section][original[node]].at_least;
                bounds[node].at_most += ranges.sections[section][original[node]].at_most;
            }
            available.push_back(static_cast<int>(block.cells[column.pool][node].size()));
        }
    }
    return counting;
}

void FormSampler::add_tilted_cells(const DrawTask& task, Block& block) const
{
    std::vector<std::size_t> most(block.pools.size());
    for (const Column& column : block.columns) {
        for (const std::size_t section : column.sections) {
            most[column.pool] += static_cast<std::size_t>(task.sections[section].count);
        }
    }
    for (std::size_t pool = 0; pool < block.pools.size(); ++pool) {
        auto& cells = block.tilted.emplace_back();
        for (auto& items : block.cells[pool]) { cells.emplace_back(task, *tilt_, items, most[pool]); }
    }
}

/// For each pool: ways to take what all its columns take from the node's cell, times ways to deal it out to them.
WideCount FormSampler::ways(const Block& block, std::size_t node, std::span<const int> counts,
                            Binomials& binomials) const
{
    std::vector<std::size_t> taken(block.pools.size());
    WideCount product{1};
    for (std::size_t column = 0; column < counts.size(); ++column) {
        const auto count = static_cast<std::size_t>(counts[column]);
        std::size_t& of_pool = taken[block.columns[column].pool];
        of_pool += count;
        product = product.times(binomials.choose(of_pool, count));
    }
    for (std::size_t pool = 0; pool < taken.size() && !product.is_zero(); ++pool) {
        if (taken[pool] == 0) { continue; }
        product = product.times(tilt_ ? block.tilted[pool][node].ways(taken[pool])
                                      : binomials.choose(block.cells[pool][node].size(), taken[pool]));
    }
    return product;
}

} // namespace papervault::engine::assembly
