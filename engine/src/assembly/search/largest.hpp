#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace papervault::engine::assembly {

/// The largest magnitude; at least 1, for it divides.
[[nodiscard]] inline std::int64_t largest_of(const std::vector<std::int64_t>& values)
{
    std::int64_t largest = 1;
    for (const std::int64_t value : values) { largest = std::max(largest, std::abs(value)); }
    return largest;
}

} // namespace papervault::engine::assembly
