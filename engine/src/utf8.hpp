#pragma once

#include <papervault/engine/canonical_text.hpp>

#include <cstddef>
#include <string_view>

namespace papervault::engine {

/// Length in UTF-16 code units, as the candidate's page counts. @param text  Valid UTF-8.
[[nodiscard]] std::size_t utf16_length(std::string_view text) noexcept;
/// The longest beginning of at most bytes_max bytes that ends at a character. @param text  Valid UTF-8.
[[nodiscard]] std::string_view clipped(std::string_view text, std::size_t bytes_max) noexcept;

} // namespace papervault::engine
