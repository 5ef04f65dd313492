#include "assembly/form_sampler.hpp"

#include <algorithm>
#include <memory>
#include <utility>

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

/// The supply of a coarser tree.
Supply regroup(const Supply& supply, const ScopeTree& from, const ScopeTree& to)
{
    Supply regrouped(supply.size(), std::vector<std::vector<std::uint32_t>>(to.size()));
    for (std::size_t node = 0; node < from.size(); ++node) {
        const std::size_t target = to.smallest_covering(from.nodes()[node].scope);
        for (std::size_t type = 0; type < supply.size(); ++type) {
            auto& cell = regrouped[type][target];
            cell.insert(cell.end(), supply[type][node].begin(), supply[type][node].end());
        }
    }
    for (auto& of_type : regrouped) {
        for (auto& cell : of_type) { std::ranges::sort(cell); }
    }
    return regrouped;
}

} // namespace

Tally::Tally(const DrawTask& task)
    : section_scopes(task.sections.size(), std::vector<std::uint64_t>(task.tree.size())), paper_scopes(task.tree.size())
{
}

FormSampler::Scratch::Scratch(const FormSampler& sampler)
{
    for (const Block& block : sampler.blocks_) {
        cells.push_back(block.cells);
        counts.emplace_back(block.columns.size() * block.tree.size());
    }
}

std::optional<FormSampler> FormSampler::build(const DrawTask& task, const Supply& supply, const Ranges& ranges,
                                              Method method, CountTable::Effort effort)
{
    std::vector<Column> by_type(task.types.size());
    std::vector<Column> by_section;
    for (std::size_t section = 0; section < task.sections.size(); ++section) {
        const std::size_t type = task.sections[section].type;
        by_type[type].type = type;
        by_type[type].sections.push_back(section);
        by_section.push_back({type, {section}});
    }
    const bool sections_fit = method == Method::joint && by_section.size() <= CountTable::columns_max;
    FormSampler sampler;
    if (method == Method::joint) {
        if (!sampler.add_block(task, supply, ranges, sections_fit ? by_section : by_type, method, effort)) {
            return std::nullopt;
        }
    } else {
        sampler.checks_paper_ = std::ranges::find(task.paper_is_asked, true) != task.paper_is_asked.end();
        for (Column& column : by_type) {
            if (!sampler.add_block(task, supply, ranges, {column}, method, effort)) { return std::nullopt; }
        }
    }
    if (!sections_fit) {
        for (const Column& column : by_type) {
            if (column.sections.size() == 1) { continue; }
            std::ranges::copy_if(column.sections, std::back_inserter(sampler.checked_sections_),
                                 [&](std::size_t section) { return asks_below_root(task.sections[section]); });
        }
    }
    return sampler;
}

bool FormSampler::add_block(const DrawTask& task, const Supply& supply, const Ranges& ranges,
                            std::vector<Column> columns, Method method, CountTable::Effort effort)
{
    Block block;
    block.columns = std::move(columns);
    block.tree = method == Method::joint ? task.tree : ScopeTree{asked_scopes(task, block.columns.front().sections)};
    block.cells = regroup(supply, task.tree, block.tree);

    CountTable::Task counting;
    counting.tree = &block.tree;
    for (const ScopeTree::Node& node : block.tree.nodes()) {
        counting.sums.push_back(method == Method::joint ? ranges.paper[task.tree.find(node.scope)] : Bounds{});
    }
    for (const Column& column : block.columns) {
        std::vector<Bounds> bounds;
        std::vector<int> available;
        for (std::size_t node = 0; node < block.tree.size(); ++node) {
            Bounds sum{0, 0};
            for (const std::size_t section : column.sections) {
                const Bounds& range = ranges.sections[section][task.tree.find(block.tree.nodes()[node].scope)];
                sum.at_least += range.at_least;
                sum.at_most += range.at_most;
            }
            bounds.push_back(sum);
            available.push_back(static_cast<int>(block.cells[column.type][node].size()));
        }
        counting.columns.push_back(std::move(bounds));
        counting.available.push_back(std::move(available));
    }
    Binomials binomials;
    std::vector<std::size_t> left(task.types.size());
    counting.ways = [&](std::size_t node, std::span<const int> counts) {
        for (std::size_t type = 0; type < left.size(); ++type) { left[type] = block.cells[type][node].size(); }
        WideCount ways{1};
        for (std::size_t column = 0; column < counts.size(); ++column) {
            std::size_t& of_type = left[block.columns[column].type];
            const auto taken = static_cast<std::size_t>(counts[column]);
            ways = ways.times(binomials.choose(of_type, taken));
            if (ways.is_zero()) { break; }
            of_type -= taken;
        }
        return ways;
    };
    auto table = CountTable::build(counting, effort);
    if (!table) { return false; }
    is_empty_ = is_empty_ || table->is_empty();
    block.table = std::move(*table);
    blocks_.push_back(std::move(block));
    return true;
}

bool FormSampler::propose(const DrawTask& task, RandomIntegers& random, Scratch& scratch, Tally& tally,
                          Sections& form) const
{
    ++tally.proposals;
    form.resize(task.sections.size());
    for (std::size_t block = 0; block < blocks_.size(); ++block) { draw_block(block, random, scratch, form, task); }
    return meets_counts(task, scratch, tally, form);
}

void FormSampler::draw_block(std::size_t number, RandomIntegers& random, Scratch& scratch, Sections& form,
                             const DrawTask& task) const
{
    const Block& block = blocks_[number];
    const std::size_t width = block.columns.size();
    std::vector<int>& counts = scratch.counts[number];
    block.table.draw(random, counts);
    scratch.columns.resize(width);
    for (std::size_t c = 0; c < width; ++c) {
        auto& column = scratch.columns[c];
        column.clear();
        for (std::size_t node = 0; node < block.tree.size(); ++node) {
            const auto taken = static_cast<std::size_t>(counts[node * width + c]);
            // Columns before this one may have taken from the same cell: theirs are in front.
            std::size_t front = 0;
            for (std::size_t other = 0; other < c; ++other) {
                if (block.columns[other].type == block.columns[c].type) {
                    front += static_cast<std::size_t>(counts[node * width + other]);
                }
            }
            auto& cell = scratch.cells[number][block.columns[c].type][node];
            for (std::size_t at = front; at < front + taken; ++at) {
                std::swap(cell[at], cell[at + random.below(cell.size() - at)]);
                column.push_back(cell[at]);
            }
        }
        random.shuffle(std::span{column});
        auto from = column.begin();
        for (const std::size_t section : block.columns[c].sections) {
            const auto to = from + task.sections[section].count;
            form[section].assign(from, to);
            from = to;
        }
    }
}

bool FormSampler::meets_counts(const DrawTask& task, Scratch& scratch, Tally& tally, const Sections& form) const
{
    const auto add_up = [&](std::vector<int>& nodes) {
        for (std::size_t node = nodes.size(); node-- > 1;) { nodes[task.tree.nodes()[node].parent] += nodes[node]; }
    };
    for (const std::size_t section : checked_sections_) {
        scratch.section_nodes.assign(task.tree.size(), 0);
        for (const std::uint32_t item : form[section]) { ++scratch.section_nodes[task.items[item].node]; }
        add_up(scratch.section_nodes);
        for (std::size_t node = 0; node < task.tree.size(); ++node) {
            if (task.sections[section].bounds[node].holds(scratch.section_nodes[node])) { continue; }
            ++tally.section_scopes[section][node];
            return false;
        }
    }
    if (!checks_paper_) { return true; }
    scratch.paper_nodes.assign(task.tree.size(), 0);
    for (const auto& section : form) {
        for (const std::uint32_t item : section) { ++scratch.paper_nodes[task.items[item].node]; }
    }
    add_up(scratch.paper_nodes);
    for (std::size_t node = 0; node < task.tree.size(); ++node) {
        if (task.paper[node].holds(scratch.paper_nodes[node])) { continue; }
        ++tally.paper_scopes[node];
        return false;
    }
    return true;
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
