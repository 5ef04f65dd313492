#include "assembly/form_sampler.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

Tally::Tally(const DrawTask& task)
    : section_scopes(task.sections.size(), std::vector<std::uint64_t>(task.tree.size())),
      paper_scopes(task.tree.size()), rules(task.rules.size())
{
}

FormSampler::Scratch::Scratch(const FormSampler& sampler)
{
    for (const Block& block : sampler.blocks_) {
        cells.push_back(block.cells);
        counts.emplace_back(block.columns.size() * block.tree.size());
    }
}

bool FormSampler::propose(const DrawTask& task, RandomIntegers& random, Scratch& scratch, Tally& tally,
                          Sections& form) const
{
    ++tally.proposals;
    form.resize(task.sections.size());
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        draw_block(number, random, scratch);
        const auto& columns = blocks_[number].columns;
        for (std::size_t column = 0; column < columns.size(); ++column) {
            if (!deal_out(task, columns[column], scratch.columns[column], tally, form)) { return false; }
        }
    }
    return meets_counts(task, scratch, tally, form);
}

/// Puts `count` items of a cell into scratch.picked.
void FormSampler::pick(const Block& block, std::size_t pool, std::size_t node, std::size_t count,
                       RandomIntegers& random, Scratch& scratch, std::vector<std::uint32_t>& cell) const
{
    scratch.picked.clear();
    if (tilt_) {
        block.tilted[pool][node].pick(count, cell, random, scratch.picked);
        random.shuffle(std::span{scratch.picked}); // came by weight; columns are dealt from the front
        return;
    }
    for (std::size_t at = 0; at < count; ++at) {
        std::swap(cell[at], cell[at + random.below(cell.size() - at)]);
        scratch.picked.push_back(cell[at]);
    }
}

/// Fills scratch.columns, each in random order.
void FormSampler::draw_block(std::size_t number, RandomIntegers& random, Scratch& scratch) const
{
    const Block& block = blocks_[number];
    const std::size_t width = block.columns.size();
    std::vector<int>& counts = scratch.counts[number];
    block.table.draw(random, counts);
    scratch.columns.resize(std::max(scratch.columns.size(), width));
    for (std::size_t column = 0; column < width; ++column) { scratch.columns[column].clear(); }
    for (std::size_t node = 0; node < block.tree.size(); ++node) {
        const std::span<const int> of_node = std::span{counts}.subspan(node * width, width);
        for (std::size_t pool = 0; pool < block.pools.size(); ++pool) {
            std::size_t total = 0;
            for (std::size_t column = 0; column < width; ++column) {
                if (block.columns[column].pool == pool) { total += static_cast<std::size_t>(of_node[column]); }
            }
            if (total == 0) { continue; }
            pick(block, pool, node, total, random, scratch, scratch.cells[number][pool][node]);
            auto from = scratch.picked.begin();
            for (std::size_t column = 0; column < width; ++column) {
                if (block.columns[column].pool != pool) { continue; }
                const auto to = from + of_node[column];
                scratch.columns[column].insert(scratch.columns[column].end(), from, to);
                from = to;
            }
        }
    }
    for (std::size_t column = 0; column < width; ++column) { random.shuffle(std::span{scratch.columns[column]}); }
}

/// Sections fill up one after the other, each with items of its type.
/// @return False where the types' numbers are not those of the sections.
bool FormSampler::deal_out(const DrawTask& task, const Column& column, std::span<const std::uint32_t> items,
                           Tally& tally, Sections& form)
{
    for (const std::size_t section : column.sections) { form[section].clear(); }
    for (const std::uint32_t item : items) {
        const auto is_of_type = [&](std::size_t section) {
            return task.sections[section].type == task.items[item].type;
        };
        const auto place = std::ranges::find_if(column.sections, [&](std::size_t section) {
            return is_of_type(section) && std::cmp_less(form[section].size(), task.sections[section].count);
        });
        if (place == column.sections.end()) {
            // Too many of this type; the column's sum is right, so another type has too few.
            ++tally.section_scopes[*std::ranges::find_if(column.sections, is_of_type)][ScopeTree::root];
            return false;
        }
        form[*place].push_back(item);
    }
    return true;
}

bool FormSampler::meets_counts(const DrawTask& task, Scratch& scratch, Tally& tally, const Sections& form) const
{
    std::vector<int>& nodes = scratch.nodes;
    const auto add = [&](const std::vector<std::uint32_t>& section) {
        for (const std::uint32_t item : section) { ++nodes[task.items[item].node]; }
    };
    /// @return The first node whose bounds the counts break, or the number of nodes.
    const auto first_broken = [&](const std::vector<Bounds>& bounds) {
        for (std::size_t node = nodes.size(); node-- > 1;) { nodes[task.tree.nodes()[node].parent] += nodes[node]; }
        std::size_t node = 0;
        while (node < nodes.size() && bounds[node].holds(nodes[node])) { ++node; }
        return node;
    };
    for (const std::size_t section : checked_sections_) {
        nodes.assign(task.tree.size(), 0);
        add(form[section]);
        const std::size_t broken = first_broken(task.sections[section].bounds);
        if (broken == nodes.size()) { continue; }
        ++tally.section_scopes[section][broken];
        return false;
    }
    if (!checks_paper_) { return true; }
    nodes.assign(task.tree.size(), 0);
    for (const auto& section : form) { add(section); }
    const std::size_t broken = first_broken(task.paper);
    if (broken == nodes.size()) { return true; }
    ++tally.paper_scopes[broken];
    return false;
}

std::int64_t difficulty_of(const DrawTask& task, const Sections& form) noexcept
{
    std::int64_t sum = 0;
    for (std::size_t section = 0; section < form.size(); ++section) {
        std::int64_t of_section = 0;
        for (const std::uint32_t item : form[section]) { of_section += task.items[item].difficulty_units; }
        sum += of_section * task.sections[section].points_units;
    }
    return sum;
}

} // namespace papervault::engine::assembly
