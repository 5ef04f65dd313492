#pragma once

#include <papervault/crypto/hash.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The line-based formats of the ledger's proofs: every line ends in a line feed, numbers have one spelling.
namespace papervault::vault {

/// Well-formed UTF-8 without control characters but line feed.
[[nodiscard]] bool is_note_text(std::string_view text) noexcept;
/// @return Nothing when no line feed is left.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text);
/// ASCII decimal without leading zeros, below 2^63.
[[nodiscard]] std::optional<std::uint64_t> decimal_line(std::string_view line);
/// Base64 of exactly 32 bytes.
[[nodiscard]] std::optional<crypto::Digest> digest_line(std::string_view line);

} // namespace papervault::vault
