#pragma once

#include <papervault/engine/qti/declarations.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace papervault::engine::qti {

/// The rules of a standard template, by the last part of its URI, with or without ".xml": match_correct, map_response,
/// map_response_point, and those of Common Cartridge (CC2_…). @return Nothing for any other.
[[nodiscard]] std::optional<std::vector<Rule>> standard_template(std::string_view uri);

} // namespace papervault::engine::qti
