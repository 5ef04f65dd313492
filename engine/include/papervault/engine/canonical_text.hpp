#pragma once

#include <string>
#include <string_view>

namespace papervault::engine {

/// Appends a text as canonical_json() (json.hpp) spells it, quotes included.
void append_canonical_text(std::string& out, std::string_view text);
/// RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF. Noncharacters are letters like any other.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

} // namespace papervault::engine
