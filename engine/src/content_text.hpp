#pragma once

#include <papervault/engine/content.hpp>

/// What reading, checking and writing content agree on.
namespace papervault::engine::content_text {

/// A place that a person fills in may be drawn with either.
inline constexpr std::string_view low_line = "_";
inline constexpr std::string_view wide_low_line = "\xEF\xBC\xBF"; // U+FF3F
inline constexpr std::size_t blank_length_min = 3;

/// Refuses text that is too long or not UTF-8 or holds control characters; unifies line ends and tabs.
[[nodiscard]] Result<std::string> cleaned(std::string_view text, std::size_t bytes_max);
/// Spaces alone, or nothing.
[[nodiscard]] bool is_white(std::string_view text) noexcept;
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// The lines of each paragraph; white lines part paragraphs.
[[nodiscard]] std::vector<std::vector<std::string_view>> paragraphs_of(std::string_view text);
/// TeX that can stand between two `$`.
[[nodiscard]] bool is_formula(std::string_view tex) noexcept;
/// `text` is at `at` in a run of backslashes: how many there are from there on.
[[nodiscard]] std::size_t count_backslashes(std::string_view text, std::size_t at) noexcept;

/// Adds to the end, joining text with text.
void append_text(Runs& runs, std::string_view text);

} // namespace papervault::engine::content_text
