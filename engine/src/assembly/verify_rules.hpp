#pragma once

#include <papervault/engine/assembly.hpp>

#include <span>
#include <string>
#include <vector>

namespace papervault::engine {

/// Checks one form's items, section by section, against the rules' words; shares nothing with the drawer.
/// @return What is broken; empty when nothing is.
[[nodiscard]] std::string broken_rule(std::span<const PoolItem> pool, const Blueprint& blueprint,
                                      const std::vector<std::vector<const PoolItem*>>& sections);

} // namespace papervault::engine
