#include "hall/routes.hpp"

#include <algorithm>

namespace papervault::server {
namespace {

constexpr std::string_view placeholder = "{id}";

bool is_id(std::string_view segment) noexcept
{
    return !segment.empty() && segment.size() <= 64 && std::ranges::all_of(segment, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

/// @return The id (empty without placeholder), or nothing.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) noexcept
{
    const std::size_t at = pattern.find(placeholder);
    if (at == std::string_view::npos) { return pattern == path ? std::optional{std::string_view{}} : std::nullopt; }
    const std::string_view before = pattern.substr(0, at);
    const std::string_view behind = pattern.substr(at + placeholder.size());
    if (path.size() < before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind)) {
        return std::nullopt;
    }
    const std::string_view id = path.substr(before.size(), path.size() - before.size() - behind.size());
    return is_id(id) ? std::optional{id} : std::nullopt;
}

} // namespace

std::optional<Role> role_from_text(std::string_view text) noexcept
{
    if (text == "kiosk") { return Role::kiosk; }
    if (text == "staff") { return Role::staff; }
    return std::nullopt;
}

std::optional<RouteMatch> find_route(Role role, HttpMethod method, std::string_view path) noexcept
{
    for (const Route& route : routes) {
        if (route.role != role || route.method != method) { continue; }
        if (const auto id = match(route.pattern, path)) { return RouteMatch{.action = route.action, .id = *id}; }
    }
    return std::nullopt;
}

} // namespace papervault::server
