#include "assembly/feasibility.hpp"

#include "assembly/bounded_flow.hpp"
#include "assembly/wording.hpp"

#include <algorithm>
#include <functional>

namespace papervault::engine::assembly {

namespace {

/// The counts of a draw as a network: hub → section → its scopes downwards → cell of one type → the paper's scopes
/// upwards → hub.
class CountNetwork {
public:
    CountNetwork(const DrawTask& task, const Supply& supply, int forms) : task_{task}, supply_{supply}, forms_{forms}
    {
        const std::size_t hub = flow_.add_node();
        paper_.resize(task.tree.size());
        for (std::size_t& node : paper_) { node = flow_.add_node(); }
        cells_.resize(task.types.size());
        for (std::size_t type = 0; type < task.types.size(); ++type) { add_cells(type); }
        for (std::size_t node = 0; node < task.tree.size(); ++node) {
            const std::size_t above = node == ScopeTree::root ? hub : paper_[task.tree.nodes()[node].parent];
            add(paper_[node], above, task.paper[node], {wording::Requirement::Kind::paper_scope, 0, node});
        }
        for (std::size_t section = 0; section < task.sections.size(); ++section) { add_section(hub, section); }
    }

    [[nodiscard]] std::vector<BoundedFlow::Conflict> conflicts() const { return flow_.conflicts(); }

    [[nodiscard]] std::string explain(const BoundedFlow::Conflict& conflict) const
    {
        wording::Shortage shortage;
        shortage.forms = forms_;
        shortage.missing = conflict.missing;
        for (const std::size_t edge : conflict.demands) { shortage.demands.push_back(requirement(edge, true)); }
        for (const std::size_t edge : conflict.limits) {
            if (flow_.edge(edge).at_most > 0 || requirements_[edge].kind != wording::Requirement::Kind::supply) {
                shortage.limits.push_back(requirement(edge, false));
            }
        }
        return wording::shortage(task_, shortage);
    }

private:
    void add_cells(std::size_t type)
    {
        for (std::size_t node = 0; node < task_.tree.size(); ++node) {
            cells_[type].push_back(flow_.add_node());
            const auto available = static_cast<std::int64_t>(supply_[type][node].size());
            if (available == 0) { continue; }
            flow_.add_edge({cells_[type][node], paper_[node], 0, available});
            requirements_.push_back({wording::Requirement::Kind::supply, type, node, 0});
        }
    }

    void add_section(std::size_t hub, std::size_t section)
    {
        const SectionTask& task = task_.sections[section];
        std::vector<std::size_t> nodes;
        for (std::size_t node = 0; node < task_.tree.size(); ++node) {
            nodes.push_back(flow_.add_node());
            const std::size_t above = node == ScopeTree::root ? hub : nodes[task_.tree.nodes()[node].parent];
            add(above, nodes[node], task.bounds[node], {wording::Requirement::Kind::section_scope, section, node});
            add(nodes[node], cells_[task.type][node], {}, {});
        }
    }

    void add(std::size_t from, std::size_t to, Bounds bounds, wording::Requirement requirement)
    {
        const std::int64_t most =
            bounds.at_most == Bounds::unlimited ? BoundedFlow::unlimited : std::int64_t{bounds.at_most} * forms_;
        flow_.add_edge({from, to, std::int64_t{bounds.at_least} * forms_, most});
        requirements_.push_back(requirement);
    }

    [[nodiscard]] wording::Requirement requirement(std::size_t edge, bool is_demand) const
    {
        wording::Requirement named = requirements_[edge];
        named.count = is_demand ? flow_.edge(edge).at_least : flow_.edge(edge).at_most;
        return named;
    }

    const DrawTask& task_;
    const Supply& supply_;
    int forms_;
    BoundedFlow flow_;
    std::vector<wording::Requirement> requirements_; // by edge
    std::vector<std::size_t> paper_;
    std::vector<std::vector<std::size_t>> cells_;
};

} // namespace

std::string explain_shortage(const DrawTask& task, const Supply& supply, int forms)
{
    const CountNetwork network{task, supply, forms};
    std::string text;
    for (const BoundedFlow::Conflict& conflict : network.conflicts()) {
        if (!text.empty()) { text += '\n'; }
        text += network.explain(conflict);
    }
    return text;
}

std::string explain_overlap(const DrawTask& task, const Supply& supply, int forms)
{
    const std::int64_t saved = std::int64_t{forms} * (forms - 1) / 2 * task.blueprint.overlap_max;
    for (std::size_t type = 0; type < task.types.size(); ++type) {
        std::int64_t needed = -saved;
        for (const SectionTask& section : task.sections) {
            if (section.type == type) { needed += std::int64_t{section.count} * forms; }
        }
        std::int64_t available = 0;
        for (const auto& cell : supply[type]) { available += static_cast<std::int64_t>(cell.size()); }
        if (needed > available) { return wording::overlap(task, type, forms, needed, available); }
    }
    return {};
}

namespace {

/// Σ points × difficulty over all forms, at most: large points with large difficulty values (rearrangement inequality).
std::int64_t difficulty_at_most(const DrawTask& task, const Supply& supply, int forms, int sign)
{
    std::int64_t sum = 0;
    for (std::size_t type = 0; type < task.types.size(); ++type) {
        std::vector<std::int64_t> points;
        for (const SectionTask& section : task.sections) {
            if (section.type == type) {
                points.insert(points.end(), static_cast<std::size_t>(section.count * forms), section.points_units);
            }
        }
        std::vector<std::int64_t> difficulties;
        for (const auto& cell : supply[type]) {
            for (const std::uint32_t item : cell) { difficulties.push_back(sign * task.items[item].difficulty_units); }
        }
        std::ranges::sort(points, std::greater{});
        std::ranges::sort(difficulties, std::greater{});
        for (std::size_t i = 0; i < std::min(points.size(), difficulties.size()); ++i) {
            sum += points[i] * difficulties[i];
        }
    }
    return sum;
}

} // namespace

std::string explain_difficulty(const DrawTask& task, const Supply& supply, int forms)
{
    const std::int64_t highest = difficulty_at_most(task, supply, forms, 1) / forms;
    if (highest < task.difficulty_lowest) { return wording::difficulty_out_of_reach(task, highest, forms); }
    const std::int64_t lowest = -difficulty_at_most(task, supply, forms, -1) / forms;
    if (lowest > task.difficulty_highest) { return wording::difficulty_out_of_reach(task, lowest, forms); }
    return {};
}

bool enough_for(const DrawTask& task, const Supply& supply, int forms)
{
    return CountNetwork{task, supply, forms}.conflicts().empty();
}

} // namespace papervault::engine::assembly
