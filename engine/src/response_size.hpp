#pragma once

#include <papervault/engine/sitting.hpp>

namespace papervault::engine {

[[nodiscard]] inline std::size_t response_bytes(const Response& response) noexcept
{
    std::size_t bytes = 0;
    for (const std::string& part : response) bytes += part.size();
    return bytes;
}

/// Within the limits of one item.
[[nodiscard]] inline bool is_response_small(const Response& response) noexcept
{
    return response.size() <= response_parts_max && response_bytes(response) <= response_bytes_max;
}

} // namespace papervault::engine
