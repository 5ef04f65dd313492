#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/error.hpp>

#include <string>
#include <string_view>

/// 24 symbols of 5 bits in 6 groups, each with a check character, in Crockford's alphabet (docs/custody-formats.md,
/// "Spoken release").
namespace papervault::vault {

inline constexpr std::size_t spoken_groups = 6;
inline constexpr std::size_t spoken_group_symbols = 4;
inline constexpr std::size_t spoken_symbols = spoken_groups * spoken_group_symbols;

/// @param symbols  24 bytes, each 0 to 31. @return "ABCDE-FGHJK-…", 35 characters; a secret until the window is over.
[[nodiscard]] std::string write_spoken_code(const crypto::SecretBuffer& symbols);
/// The check characters find every wrong character, every two that changed places in a group, and groups in the wrong
/// order.
/// @return malformed, naming the first group that is wrong.
[[nodiscard]] Result<crypto::SecretBuffer> read_spoken_code(std::string_view text);

} // namespace papervault::vault
