#pragma once

#include <papervault/engine/item.hpp>

#include <string>
#include <string_view>

/// Typed texts as the compiled way of grading reads them. Written apart from grading/normal_text.cpp: the two share the
/// rules of docs/scoring.md and the tables of the Unicode standard, no code.
namespace papervault::engine::columnar {

/// Characters; a byte that is no UTF-8 is 0x110000 + byte.
using Characters = std::u32string;
[[nodiscard]] Characters characters_of(std::string_view text);
/// Only white space, or nothing.
[[nodiscard]] bool has_no_mark(const Characters& text);
[[nodiscard]] Characters folded(const Characters& text, const TextRule& rule);

} // namespace papervault::engine::columnar
