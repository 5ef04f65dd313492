#pragma once

#include <string>
#include <string_view>

namespace papervault::engine {

/// Appends a text as canonical_json() (json.hpp) spells it, quotes included.
void append_canonical_text(std::string& out, std::string_view text);

} // namespace papervault::engine
