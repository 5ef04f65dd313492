#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace papervault::engine::grading {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
};

/// The character at the front of a text that may be any bytes. @return Nothing when it does not start with valid UTF-8
/// (RFC 3629).
[[nodiscard]] std::optional<CodePoint> first_code_point(std::string_view text) noexcept;
[[nodiscard]] bool is_white_space(char32_t character) noexcept;

} // namespace papervault::engine::grading
