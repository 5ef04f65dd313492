#include "assembly/count_table.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

/// Counts reached so far at a node, one column's or their sum, clipped by the node's bounds and by what children to
/// come can add.
Bounds clip(Bounds so_far, Bounds node, int later_most)
{
    return {std::max({so_far.at_least, node.at_least - later_most, 0}), std::min(so_far.at_most, node.at_most)};
}

/// Counts of all columns, the sum last.
using Extent = std::vector<Bounds>;

bool has_no_counts(const Extent& extent)
{
    return std::ranges::any_of(extent, &Bounds::is_empty);
}

CountBox to_box(const Extent& extent)
{
    Lanes low = 0;
    Lanes high = 0;
    for (std::size_t index = 0; index < extent.size(); ++index) {
        const std::size_t lane = index + 1 == extent.size() ? sum_lane : index;
        low |= lanes::make(lane, extent[index].at_least);
        high |= lanes::make(lane, extent[index].at_most);
    }
    return {low, high};
}

Extent to_extent(const CountBox& box, std::size_t columns)
{
    Extent extent;
    for (std::size_t index = 0; index < columns; ++index) { extent.push_back({box.low(index), box.high(index)}); }
    extent.push_back({box.low(sum_lane), box.high(sum_lane)});
    return extent;
}

constexpr std::size_t words_for(std::size_t bits)
{
    return std::max<std::size_t>(1, (bits + 63) / 64);
}

} // namespace

class CountTable::Builder {
public:
    enum class Outcome { built, no_way, too_costly };

    Builder(const Task& task, Effort effort) : task_{task}, effort_{effort}, columns_{task.columns.size()} {}

    Outcome build(std::vector<NodeTables>& nodes)
    {
        nodes.resize(task_.tree->size());
        for (std::size_t node = nodes.size(); node-- > 0;) {
            const Outcome outcome = build_node(node, nodes);
            if (outcome != Outcome::built) { return outcome; }
        }
        return Outcome::built;
    }

private:
    Outcome build_node(std::size_t node, std::vector<NodeTables>& nodes)
    {
        const auto& children = task_.tree->nodes()[node].children;
        Extent later(columns_ + 1);
        for (Bounds& most : later) { most.at_most = 0; }
        for (const std::size_t child : children) { add(later, nodes[child].layers.back().box(), 1); }
        Extent extent = own_extent(node);
        Outcome outcome = add_own_cell(node, clipped(extent, node, later), nodes[node]);
        for (const std::size_t child : children) {
            if (outcome != Outcome::built) { return outcome; }
            const CountBox& added = nodes[child].layers.back().box();
            extent = to_extent(nodes[node].layers.back().box(), columns_);
            add(extent, added, 1);
            add(later, added, -1);
            outcome = add_child(child, clipped(extent, node, later), nodes[node], nodes[child].layers.back());
        }
        return outcome;
    }

    void add(Extent& extent, const CountBox& box, int sign) const
    {
        const Extent other = to_extent(box, columns_);
        for (std::size_t index = 0; index < extent.size(); ++index) {
            extent[index].at_least += sign * other[index].at_least;
            extent[index].at_most += sign * other[index].at_most;
        }
    }

    [[nodiscard]] Extent own_extent(std::size_t node) const
    {
        Extent extent(columns_ + 1);
        extent.back().at_most = 0;
        for (std::size_t column = 0; column < columns_; ++column) {
            extent[column].at_most = task_.available[column][node];
            extent.back().at_most += extent[column].at_most;
        }
        return extent;
    }

    [[nodiscard]] Extent clipped(Extent extent, std::size_t node, const Extent& later) const
    {
        for (std::size_t column = 0; column < columns_; ++column) {
            extent[column] = clip(extent[column], task_.columns[column][node], later[column].at_most);
        }
        extent.back() = clip(extent.back(), task_.sums[node], later.back().at_most);
        // What the columns together can hold bounds the sum, and keeps it inside its lane.
        int most = 0;
        for (std::size_t column = 0; column < columns_; ++column) { most += extent[column].at_most; }
        extent.back().at_most = std::min(extent.back().at_most, most);
        return extent;
    }

    Outcome add_own_cell(std::size_t node, const Extent& extent, NodeTables& tables)
    {
        if (has_no_counts(extent)) { return Outcome::no_way; }
        const CountBox box = to_box(extent);
        if (CountLayer::size_of(box, columns_, effort_.words_max) > effort_.words_max) { return Outcome::too_costly; }
        std::vector<std::pair<Lanes, WideCount>> found;
        std::size_t bits = 0;
        std::vector<int> counts(columns_);
        for (std::size_t column = 0; column < columns_; ++column) { counts[column] = box.low(column); }
        for (bool is_done = false; !is_done;) {
            Lanes packed = 0;
            int sum = 0;
            for (std::size_t column = 0; column < columns_; ++column) {
                packed |= lanes::make(column, counts[column]);
                sum += counts[column];
            }
            if (!spend(1)) { return Outcome::too_costly; }
            if (sum <= box.high(sum_lane) && sum >= box.low(sum_lane)) {
                found.emplace_back(packed, task_.ways(node, counts));
                bits = std::max(bits, found.back().second.bits());
            }
            is_done = true;
            for (std::size_t column = 0; column < columns_; ++column) {
                if (++counts[column] <= box.high(column)) {
                    is_done = false;
                    break;
                }
                counts[column] = box.low(column);
            }
        }
        if (!take_memory(box, words_for(bits))) { return Outcome::too_costly; }
        CountLayer& layer = tables.layers.emplace_back(box, columns_, words_for(bits));
        for (const auto& [packed, ways] : found) {
            std::ranges::copy(ways.words(), layer.number(layer.place(packed)).begin());
        }
        layer.close();
        return layer.entries().empty() ? Outcome::no_way : Outcome::built;
    }

    Outcome add_child(std::size_t child, const Extent& extent, NodeTables& tables, const CountLayer& added)
    {
        if (has_no_counts(extent)) { return Outcome::no_way; }
        const CountLayer& before = tables.layers.back();
        const CountBox box = to_box(extent);
        const std::size_t words = words_for(before.total().bits() + added.total().bits());
        if (!spend(before.entries().size() * added.entries().size()) || !take_memory(box, words)) {
            return Outcome::too_costly;
        }
        CountLayer after{box, columns_, words};
        Step step{child, {}};
        struct Added {
            Lanes counts;
            std::size_t step;
            std::span<const Word> number;
        };
        std::vector<Added> all_added;
        for (const CountLayer::Entry& entry : added.entries()) {
            step.steps.push_back(before.step(entry.counts));
            all_added.push_back({entry.counts, after.step(entry.counts), added.number(entry.place)});
        }
        for (const CountLayer::Entry& first : before.entries()) {
            const std::size_t place = after.place(first.counts);
            const auto number = before.number(first.place);
            for (const Added& second : all_added) {
                if (!box.holds(first.counts + second.counts)) { continue; }
                add_product(after.number(place + second.step), number, second.number);
            }
        }
        after.close();
        const bool is_without_ways = after.entries().empty();
        tables.layers.push_back(std::move(after));
        tables.steps.push_back(std::move(step));
        return is_without_ways ? Outcome::no_way : Outcome::built;
    }

    bool spend(std::uint64_t steps) noexcept
    {
        steps_ += steps;
        return steps_ <= effort_.steps_max;
    }

    bool take_memory(const CountBox& box, std::size_t words_each) noexcept
    {
        const std::size_t size = CountLayer::size_of(box, columns_, effort_.words_max);
        words_ += size * words_each;
        return size <= effort_.words_max && words_ <= effort_.words_max;
    }

    const Task& task_;
    Effort effort_;
    std::size_t columns_;
    std::uint64_t steps_ = 0;
    std::size_t words_ = 0;
};

std::optional<CountTable> CountTable::build(const Task& task, Effort effort)
{
    CountTable table;
    table.columns_ = task.columns.size();
    Builder builder{task, effort};
    switch (builder.build(table.nodes_)) {
    case Builder::Outcome::built: return table;
    case Builder::Outcome::no_way: table.nodes_.clear(); return table;
    case Builder::Outcome::too_costly: break;
    }
    return std::nullopt;
}

WideCount CountTable::ways() const
{
    return is_empty() ? WideCount{} : nodes_[ScopeTree::root].layers.back().total();
}

void CountTable::draw(RandomIntegers& random, std::span<int> counts) const
{
    // The root's columns have fixed counts, so its table has one entry; a root with more is drawn from all the same.
    const CountLayer& layer = nodes_[ScopeTree::root].layers.back();
    Scratch scratch;
    scratch.rest.resize(layer.total().words().size());
    draw_below(layer.total().words(), scratch.rest, random);
    for (const CountLayer::Entry& entry : layer.entries()) {
        scratch.part.assign(scratch.rest.size(), 0);
        const auto number = layer.number(entry.place);
        std::copy_n(number.begin(), std::min(number.size(), scratch.part.size()), scratch.part.begin());
        if (is_less(scratch.rest, scratch.part)) {
            draw(ScopeTree::root, entry.counts, random, scratch, counts);
            return;
        }
        subtract(scratch.rest, scratch.part);
    }
    PAPERVAULT_ASSERT(false && "the numbers sum to the total");
}

void CountTable::draw(std::size_t node, Lanes counts, RandomIntegers& random, Scratch& scratch,
                      std::span<int> out) const
{
    const NodeTables& tables = nodes_[node];
    for (std::size_t step = tables.steps.size(); step-- > 0;) {
        const Lanes taken = draw_child(tables, step, counts, random, scratch);
        draw(tables.steps[step].child, taken, random, scratch, out);
        counts -= taken;
    }
    for (std::size_t column = 0; column < columns_; ++column) {
        out[node * columns_ + column] = lanes::get(counts, column);
    }
}

/// The child's counts, given those of the node up to and with this child: in proportion to ways before × ways of the
/// child.
Lanes CountTable::draw_child(const NodeTables& tables, std::size_t step, Lanes counts, RandomIntegers& random,
                             Scratch& scratch) const
{
    const CountLayer& before = tables.layers[step];
    const CountLayer& after = tables.layers[step + 1];
    const CountLayer& added = nodes_[tables.steps[step].child].layers.back();
    const auto total = after.number(after.place(counts));
    scratch.rest.resize(total.size());
    scratch.part.resize(total.size());
    draw_below(total, scratch.rest, random);
    const std::size_t place = before.place(counts);
    const auto& entries = added.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Lanes left = 0;
        if (!lanes::subtract(counts, entries[i].counts, left) || !before.box().holds(left)) { continue; }
        std::ranges::fill(scratch.part, Word{0});
        add_product(scratch.part, before.number(place - tables.steps[step].steps[i]), added.number(entries[i].place));
        if (is_less(scratch.rest, scratch.part)) { return entries[i].counts; }
        subtract(scratch.rest, scratch.part);
    }
    PAPERVAULT_ASSERT(false && "the parts sum to the total");
    return counts;
}

} // namespace papervault::engine::assembly
