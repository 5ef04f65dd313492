#pragma once

#include <papervault/engine/qti/expression.hpp>

#include <string>
#include <string_view>

namespace papervault::engine::qti {

inline constexpr std::size_t pattern_bytes_max = 1000;
/// Of the compiled automaton; beyond it a pattern is refused.
inline constexpr std::int64_t pattern_memory_bytes_max = 1 << 20;
inline constexpr std::size_t pattern_text_bytes_max = 100'000;

/// A regular expression of XML Schema 1.0 (part 2, appendix F) in the notation of RE2.
///
/// It always means the whole text; '^' and '$' are characters like any other; subtraction is understood between classes
/// that consist of characters and ranges. @return malformed for what XML Schema does not have, out_of_range beyond a
/// limit.
[[nodiscard]] Result<std::string> xsd_pattern_to_re2(std::string_view pattern);

[[nodiscard]] Result<Pattern> compile_pattern(std::string_view source);
/// Time linear in the text. @param text  UTF-8, at most pattern_text_bytes_max; a longer one matches nothing.
[[nodiscard]] bool matches(const Pattern& pattern, std::string_view text);

} // namespace papervault::engine::qti
