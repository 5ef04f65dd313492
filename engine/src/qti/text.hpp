#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text as XML Schema reads it, and comparison without regard to case.
namespace papervault::engine::qti {

inline constexpr std::string_view white_space = " \t\r\n";

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// xsd:integer within 64 bits; a leading '+' is taken. @param text  Without outer white space.
[[nodiscard]] std::optional<std::int64_t> integer_from_text(std::string_view text) noexcept;
/// xsd:double with INF, +INF, -INF, NaN. @return Nothing when it is no number or too large for one.
[[nodiscard]] std::optional<double> float_from_text(std::string_view text) noexcept;
/// Shortest that reads back the same; whole numbers end in ".0".
[[nodiscard]] std::string float_text(double value);

/// Simple lower case for Latin, Greek, Cyrillic, Armenian and full-width letters; everything else stays.
[[nodiscard]] std::string lower_case(std::string_view utf8);

} // namespace papervault::engine::qti
