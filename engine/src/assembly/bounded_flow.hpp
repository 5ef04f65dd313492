#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace papervault::engine::assembly {

/// A network of pipes in which every pipe carries a whole number between its bounds and nothing is lost at a node.
class BoundedFlow {
public:
    static constexpr std::int64_t unlimited = 1'000'000'000;
    struct Edge {
        std::size_t from = 0;
        std::size_t to = 0;
        std::int64_t at_least = 0;
        std::int64_t at_most = unlimited;
    };
    /// Why there is no flow (Hoffman 1960): the demands must bring more into a set of nodes than the limits let out.
    struct Conflict {
        std::vector<std::size_t> demands; ///< Edges with their lower bound.
        std::vector<std::size_t> limits;  ///< Edges with their upper bound.
        std::int64_t missing = 0;         ///< Σ at_least of the demands − Σ at_most of the limits; more than 0.
    };

    [[nodiscard]] std::size_t add_node() { return node_count_++; }
    /// @return The edge's number, counted from 0.
    std::size_t add_edge(Edge edge);
    [[nodiscard]] const Edge& edge(std::size_t number) const { return edges_[number]; }

    /// Empty when a flow within all bounds exists; else conflicts that share no node.
    [[nodiscard]] std::vector<Conflict> conflicts() const;

private:
    std::size_t node_count_ = 0;
    std::vector<Edge> edges_;
};

} // namespace papervault::engine::assembly
