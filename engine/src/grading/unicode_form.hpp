#pragma once

#include <papervault/engine/item.hpp>

#include <string>
#include <string_view>

namespace papervault::engine::grading {

/// The text in NFC or NFKC. Bytes that are not UTF-8 stay where they are and part the text.
[[nodiscard]] std::string in_unicode_form(std::string_view text, UnicodeForm form);

} // namespace papervault::engine::grading
