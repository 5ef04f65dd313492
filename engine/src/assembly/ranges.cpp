#include "assembly/ranges.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

/// Each round carries a bound at least one step further through tree and sections; more rounds only sharpen, never
/// repair.
constexpr int rounds = 6;

void raise(Bounds& bounds, int at_least)
{
    bounds.at_least = std::max(bounds.at_least, at_least);
}
void lower(Bounds& bounds, int at_most)
{
    bounds.at_most = std::min(bounds.at_most, at_most);
}

/// Exact for one set of bounds over one tree: children from parents and back.
/// @param own Items at a node that no child covers.
void tighten_tree(const ScopeTree& tree, const std::vector<int>& own, std::vector<Bounds>& bounds)
{
    for (std::size_t node = tree.size(); node-- > 0;) {
        int least = 0;
        int most = own[node];
        for (const std::size_t child : tree.nodes()[node].children) {
            least += bounds[child].at_least;
            most += bounds[child].at_most;
        }
        raise(bounds[node], least);
        lower(bounds[node], most);
    }
    for (std::size_t node = 0; node < tree.size(); ++node) {
        const auto& children = tree.nodes()[node].children;
        int least = 0;
        int most = own[node];
        for (const std::size_t child : children) {
            least += bounds[child].at_least;
            most += bounds[child].at_most;
        }
        for (const std::size_t child : children) {
            const Bounds before = bounds[child];
            lower(bounds[child], bounds[node].at_most - (least - before.at_least));
            raise(bounds[child], bounds[node].at_least - (most - before.at_most));
        }
    }
}

/// Sum over the sections at one node, without one of them.
struct Sums {
    int at_least = 0;
    int at_most = 0;
};

/// Items at or below each node, by type.
std::vector<std::vector<int>> count_below(const DrawTask& task, const Supply& supply)
{
    std::vector<std::vector<int>> below(task.types.size(), std::vector<int>(task.tree.size()));
    for (std::size_t type = 0; type < below.size(); ++type) {
        for (std::size_t node = task.tree.size(); node-- > 0;) {
            below[type][node] += static_cast<int>(supply[type][node].size());
            if (node != ScopeTree::root) { below[type][task.tree.nodes()[node].parent] += below[type][node]; }
        }
    }
    return below;
}

/// What one type's sections together may take, so that the forms after this one find their least counts.
void leave_enough(const DrawTask& task, const std::vector<std::vector<int>>& below, int forms_after, Ranges& ranges)
{
    for (std::size_t node = 0; node < task.tree.size(); ++node) {
        int available = 0;
        for (std::size_t type = 0; type < task.types.size(); ++type) {
            int least = 0;
            for (std::size_t s = 0; s < task.sections.size(); ++s) {
                if (task.sections[s].type == type) { least += ranges.sections[s][node].at_least; }
            }
            for (std::size_t s = 0; s < task.sections.size(); ++s) {
                if (task.sections[s].type != type) { continue; }
                Bounds& bounds = ranges.sections[s][node];
                lower(bounds, below[type][node] - forms_after * least - (least - bounds.at_least));
            }
            available += below[type][node];
        }
        lower(ranges.paper[node], available - forms_after * ranges.paper[node].at_least);
    }
}

void exchange_with_paper(const DrawTask& task, Ranges& ranges)
{
    for (std::size_t node = 0; node < task.tree.size(); ++node) {
        Sums sums;
        for (const auto& section : ranges.sections) {
            sums.at_least += section[node].at_least;
            sums.at_most += section[node].at_most;
        }
        raise(ranges.paper[node], sums.at_least);
        lower(ranges.paper[node], sums.at_most);
        for (auto& section : ranges.sections) {
            const Bounds before = section[node];
            lower(section[node], ranges.paper[node].at_most - (sums.at_least - before.at_least));
            raise(section[node], ranges.paper[node].at_least - (sums.at_most - before.at_most));
        }
    }
}

} // namespace

Ranges implied_ranges(const DrawTask& task, const Supply& supply, int forms_after)
{
    Ranges ranges;
    for (const SectionTask& section : task.sections) { ranges.sections.push_back(section.bounds); }
    ranges.paper = task.paper;

    const auto below = count_below(task, supply);
    std::vector<std::vector<int>> own(task.types.size(), std::vector<int>(task.tree.size()));
    std::vector<int> own_of_all(task.tree.size());
    for (std::size_t type = 0; type < task.types.size(); ++type) {
        for (std::size_t node = 0; node < task.tree.size(); ++node) {
            own[type][node] = static_cast<int>(supply[type][node].size());
            own_of_all[node] += own[type][node];
        }
    }
    for (int round = 0; round < rounds; ++round) {
        const Ranges before = ranges;
        for (std::size_t s = 0; s < task.sections.size(); ++s) {
            tighten_tree(task.tree, own[task.sections[s].type], ranges.sections[s]);
        }
        tighten_tree(task.tree, own_of_all, ranges.paper);
        leave_enough(task, below, forms_after, ranges);
        exchange_with_paper(task, ranges);
        if (ranges.sections == before.sections && ranges.paper == before.paper) { break; }
    }
    return ranges;
}

} // namespace papervault::engine::assembly
