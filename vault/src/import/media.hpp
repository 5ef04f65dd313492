#pragma once

#include <papervault/vault/bank.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <string_view>

namespace papervault::vault {

inline constexpr std::size_t media_bytes_max = 2 << 20;

/// Reads a picture and makes sure that it can only be looked at: an SVG without scripts, event handlers, foreign
/// objects, animations of links and references to anything outside itself; or a PNG or JPEG by its first bytes (I2).
[[nodiscard]] Result<Media> read_media(const std::filesystem::path& folder, std::string_view name);
/// The same of a picture at hand.
[[nodiscard]] Result<Media> checked_media(std::string_view name, crypto::Bytes bytes);
/// The check alone. @return The media type, or malformed with the reason.
[[nodiscard]] Result<std::string> check_media(std::string_view name, crypto::ByteView bytes);

} // namespace papervault::vault
