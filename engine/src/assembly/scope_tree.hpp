#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::engine::assembly {

/// The scopes of a blueprint as a tree: "2" is above "2.1", "" above all. Two scopes either nest or share no knowledge
/// point (a laminar family), which is what makes exact counting possible.
class ScopeTree {
public:
    static constexpr std::size_t root = 0;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Node {
        std::string scope;
        std::size_t parent = none;
        std::vector<std::size_t> children;
    };

    /// @param scopes May repeat; "" is always a node.
    explicit ScopeTree(std::vector<std::string> scopes);

    /// Parents before children.
    [[nodiscard]] const std::vector<Node>& nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    /// The node of exactly this scope, or none.
    [[nodiscard]] std::size_t find(std::string_view scope) const noexcept;
    /// The smallest scope of the tree that covers a knowledge point.
    [[nodiscard]] std::size_t smallest_covering(std::string_view knowledge_point) const noexcept;

private:
    std::vector<Node> nodes_;
};

} // namespace papervault::engine::assembly
