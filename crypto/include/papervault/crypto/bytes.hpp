#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::crypto {

/// Bytes that are not secret. Secrets have a type of their own: SecretBuffer.
using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// The bytes of a text, without copying. The text must outlive the view.
[[nodiscard]] ByteView bytes_of(std::string_view text) noexcept;
/// A text made of the bytes, whatever they are.
[[nodiscard]] std::string text_of(ByteView bytes);

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// @return Nothing for an odd length or a character outside 0-9 a-f A-F.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Base64 of RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Strict: padding required, no white space, no other alphabet, unused bits zero.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

/// Crockford's base32 without check symbol: what people read out and type. No padding.
[[nodiscard]] std::string to_base32(ByteView bytes);
/// Accepts lower case, I and L for 1, O for 0; ignores hyphens and spaces.
[[nodiscard]] std::optional<Bytes> from_base32(std::string_view text);

} // namespace papervault::crypto
