#pragma once

#include <papervault/engine/item.hpp>

#include <boost/json/object.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// Answers of items as docs/item-format.md writes them. Errors are for the author of the row.
namespace papervault::vault {

/// Without white space at both ends.
[[nodiscard]] std::string trimmed(std::string_view text);
/// Each part trimmed.
[[nodiscard]] std::vector<std::string> split(std::string_view text, std::string_view separator);
/// "ABD", "A,B,D" or "A B D": one entry a letter.
[[nodiscard]] std::vector<engine::BlankKey> letters(std::string_view text);
/// Texts parted by '|', and one "number:1.5±2% kPa".
[[nodiscard]] std::expected<engine::BlankKey, std::string> blank_from_cell(std::string_view cell);
/// A blank as the bank keeps it; what may be left out is filled in.
[[nodiscard]] std::expected<engine::BlankKey, std::string> blank_from_json(boost::json::object blank);

} // namespace papervault::vault
