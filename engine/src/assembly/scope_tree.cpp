#include "assembly/scope_tree.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

/// Depth first, then bytes: so that a scope comes after every scope above it and a search needs no tree.
std::pair<std::size_t, std::string_view> rank(std::string_view scope) noexcept
{
    const auto depth = scope.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(scope, '.'));
    return {depth, scope};
}

} // namespace

ScopeTree::ScopeTree(std::vector<std::string> scopes)
{
    scopes.emplace_back();
    std::ranges::sort(scopes, {}, [](const std::string& scope) { return rank(scope); });
    const auto repeated = std::ranges::unique(scopes);
    scopes.erase(repeated.begin(), repeated.end());
    nodes_.reserve(scopes.size());
    for (std::string& scope : scopes) { nodes_.push_back({std::move(scope), none, {}}); }
    for (std::size_t node = 1; node < nodes_.size(); ++node) {
        const std::string& scope = nodes_[node].scope;
        const std::size_t dot = scope.rfind('.');
        nodes_[node].parent = smallest_covering(dot == std::string::npos ? "" : std::string_view{scope}.substr(0, dot));
        nodes_[nodes_[node].parent].children.push_back(node);
    }
}

std::size_t ScopeTree::find(std::string_view scope) const noexcept
{
    const auto place =
        std::ranges::lower_bound(nodes_, rank(scope), {}, [](const Node& node) { return rank(node.scope); });
    if (place == nodes_.end() || place->scope != scope) { return none; }
    return static_cast<std::size_t>(place - nodes_.begin());
}

std::size_t ScopeTree::smallest_covering(std::string_view knowledge_point) const noexcept
{
    for (std::string_view scope = knowledge_point;;) {
        const std::size_t node = find(scope);
        if (node != none) { return node; }
        const std::size_t dot = scope.rfind('.');
        scope = dot == std::string_view::npos ? std::string_view{} : scope.substr(0, dot);
    }
}

} // namespace papervault::engine::assembly
