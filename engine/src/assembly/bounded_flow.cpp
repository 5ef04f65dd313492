#include "assembly/bounded_flow.hpp"

#include <algorithm>
#include <numeric>
#include <queue>

namespace papervault::engine::assembly {

namespace {

/// Maximum flow after Dinic (1970): shortest augmenting paths in layers.
class MaximumFlow {
public:
    MaximumFlow(std::size_t nodes, std::size_t source, std::size_t sink)
        : source_{source}, sink_{sink}, leaving_(nodes), level_(nodes), next_(nodes)
    {
    }

    void add(std::size_t from, std::size_t to, std::int64_t capacity)
    {
        if (capacity <= 0) { return; }
        leaving_[from].push_back(arcs_.size());
        arcs_.push_back({to, capacity});
        leaving_[to].push_back(arcs_.size());
        arcs_.push_back({from, 0});
    }

    std::int64_t run()
    {
        std::int64_t total = 0;
        while (find_levels()) {
            std::ranges::fill(next_, std::size_t{0});
            while (const std::int64_t pushed = push()) { total += pushed; }
        }
        return total;
    }

    /// After run(): nodes on the source's side of a minimum cut.
    [[nodiscard]] bool is_on_source_side(std::size_t node) const { return level_[node] >= 0; }

private:
    struct Arc {
        std::size_t to;
        std::int64_t capacity;
    };

    bool find_levels()
    {
        std::ranges::fill(level_, -1);
        level_[source_] = 0;
        std::queue<std::size_t> waiting{{source_}};
        for (; !waiting.empty(); waiting.pop()) {
            for (const std::size_t number : leaving_[waiting.front()]) {
                const Arc& arc = arcs_[number];
                if (arc.capacity == 0 || level_[arc.to] >= 0) { continue; }
                level_[arc.to] = level_[waiting.front()] + 1;
                waiting.push(arc.to);
            }
        }
        return level_[sink_] >= 0;
    }

    /// One path from source to sink along the layers, or 0 when none is left. A loop, for a path may pass every node.
    std::int64_t push()
    {
        path_.clear();
        for (std::size_t node = source_; node != sink_;) {
            if (advance(node)) {
                path_.push_back(leaving_[node][next_[node]]);
                node = arcs_[path_.back()].to;
            } else if (path_.empty()) {
                return 0;
            } else {
                node = arcs_[path_.back() ^ 1U].to;
                path_.pop_back();
                ++next_[node];
            }
        }
        std::int64_t pushed = arcs_[path_.front()].capacity;
        for (const std::size_t number : path_) { pushed = std::min(pushed, arcs_[number].capacity); }
        for (const std::size_t number : path_) {
            arcs_[number].capacity -= pushed;
            arcs_[number ^ 1U].capacity += pushed;
        }
        return pushed;
    }

    bool advance(std::size_t node)
    {
        for (std::size_t& at = next_[node]; at < leaving_[node].size(); ++at) {
            const Arc& arc = arcs_[leaving_[node][at]];
            if (arc.capacity > 0 && level_[arc.to] == level_[node] + 1) { return true; }
        }
        return false;
    }

    std::size_t source_;
    std::size_t sink_;
    std::vector<Arc> arcs_; // an arc and its reverse are neighbours
    std::vector<std::vector<std::size_t>> leaving_;
    std::vector<int> level_;
    std::vector<std::size_t> next_;
    std::vector<std::size_t> path_;
};

std::size_t find_set(std::vector<std::size_t>& sets, std::size_t node)
{
    while (sets[node] != node) { node = sets[node] = sets[sets[node]]; }
    return node;
}

} // namespace

std::size_t BoundedFlow::add_edge(Edge edge)
{
    edges_.push_back(edge);
    return edges_.size() - 1;
}

std::vector<BoundedFlow::Conflict> BoundedFlow::conflicts() const
{
    // Lower bounds become demands between a super source and a super sink; a flow within bounds exists when all of them
    // are met.
    const std::size_t source = node_count_;
    const std::size_t sink = node_count_ + 1;
    std::vector<std::int64_t> surplus(node_count_);
    MaximumFlow flow{node_count_ + 2, source, sink};
    for (const Edge& edge : edges_) {
        flow.add(edge.from, edge.to, edge.at_most - edge.at_least);
        surplus[edge.to] += edge.at_least;
        surplus[edge.from] -= edge.at_least;
    }
    std::int64_t wanted = 0;
    for (std::size_t node = 0; node < node_count_; ++node) {
        if (surplus[node] > 0) { flow.add(source, node, surplus[node]); }
        if (surplus[node] < 0) { flow.add(node, sink, -surplus[node]); }
        wanted += std::max<std::int64_t>(surplus[node], 0);
    }
    if (flow.run() == wanted) { return {}; }

    std::vector<std::size_t> sets(node_count_);
    std::iota(sets.begin(), sets.end(), std::size_t{0});
    for (const Edge& edge : edges_) {
        if (flow.is_on_source_side(edge.from) && flow.is_on_source_side(edge.to)) {
            sets[find_set(sets, edge.from)] = find_set(sets, edge.to);
        }
    }
    std::vector<Conflict> by_set(node_count_);
    for (std::size_t number = 0; number < edges_.size(); ++number) {
        const Edge& edge = edges_[number];
        const bool from_inside = flow.is_on_source_side(edge.from);
        const bool to_inside = flow.is_on_source_side(edge.to);
        if (to_inside && !from_inside && edge.at_least > 0) {
            Conflict& conflict = by_set[find_set(sets, edge.to)];
            conflict.demands.push_back(number);
            conflict.missing += edge.at_least;
        }
        if (from_inside && !to_inside) {
            Conflict& conflict = by_set[find_set(sets, edge.from)];
            conflict.limits.push_back(number);
            conflict.missing -= edge.at_most;
        }
    }
    std::erase_if(by_set, [](const Conflict& conflict) { return conflict.missing <= 0; });
    return by_set;
}

} // namespace papervault::engine::assembly
