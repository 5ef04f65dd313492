#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/crypto/suite.hpp>

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace papervault::crypto {

/// A 32-byte key from a key: BLAKE2b-256, keyed with `key`, over
/// "papervault.derive.v1" ‖ 0x00 ‖ length(purpose) ‖ purpose ‖ length(context) ‖ context (64-bit little endian
/// lengths).
/// @param key      16 to 64 bytes of full entropy; another size stops the program. Not for passphrases.
/// @param purpose  What the derived key does; a constant of the program.
/// @param context  Which one it is: package id, compartment name.
[[nodiscard]] SecretBuffer derive_key(const SecretBuffer& key, std::string_view purpose, ByteView context);

/// A 32-byte key that needs all the given keys, in this order: BLAKE2b-256 over
/// "papervault.combine.v1" ‖ 0x00 ‖ length(purpose) ‖ purpose ‖ length(context) ‖ context ‖ count ‖
/// length(key) ‖ key ‖ … (64-bit little endian lengths and count).
/// As strong as the strongest key that the attacker does not have.
/// @param keys  At least one, none null, each at least 16 bytes; otherwise the program stops.
[[nodiscard]] SecretBuffer combine_keys(std::initializer_list<const SecretBuffer*> keys, std::string_view purpose,
                                        ByteView context);

/// The same in either suite. gm1: HMAC-SM3 with key "papervault.combine.v1" over
/// length(purpose) ‖ purpose ‖ length(context) ‖ context ‖ count ‖ length(key) ‖ key ‖ …
[[nodiscard]] SecretBuffer combine_keys(Suite suite, std::initializer_list<const SecretBuffer*> keys,
                                        std::string_view purpose, ByteView context);

/// What one guess of a passphrase costs. Stored beside the salt, so that old files open when the default grows.
struct PassphraseCost {
    static constexpr std::uint64_t operations_min = 1;
    static constexpr std::uint64_t operations_max = 16;
    static constexpr std::uint64_t memory_kib_min = 8'192;     // 8 MiB
    static constexpr std::uint64_t memory_kib_max = 1'048'576; // 1 GiB

    std::uint64_t operations = 3;       ///< Passes over the memory.
    std::uint64_t memory_kib = 262'144; ///< The default, 3 × 256 MiB, is for files; about a second.

    /// 2 × 64 MiB: sign-in on a server, where many may come at once.
    [[nodiscard]] static constexpr PassphraseCost interactive() noexcept { return {2, 65'536}; }
    /// 4 × 1 GiB: a root key that is opened once a year.
    [[nodiscard]] static constexpr PassphraseCost sensitive() noexcept { return {4, 1'048'576}; }
    [[nodiscard]] constexpr bool within_limits() const noexcept
    {
        return operations >= operations_min && operations <= operations_max && memory_kib >= memory_kib_min &&
               memory_kib <= memory_kib_max;
    }
    bool operator==(const PassphraseCost&) const = default;
};

/// Argon2id version 1.3 (RFC 9106), one lane, 32 bytes out. Slow on purpose: never on an I/O thread.
/// @param salt16  16 random bytes, stored with the file.
/// @return malformed (salt size), too_large (cost outside the limits, refused before any memory is taken: a file from
///         outside may not choose how much we use), unavailable (the memory could not be had).
[[nodiscard]] Result<SecretBuffer> derive_from_passphrase(const SecretBuffer& passphrase, ByteView salt16,
                                                          PassphraseCost cost);

inline constexpr std::uint64_t pbkdf2_iterations_min = 100'000;
inline constexpr std::uint64_t pbkdf2_iterations_max = 10'000'000;
inline constexpr std::uint64_t pbkdf2_iterations_default = 600'000;
/// PBKDF2 (RFC 8018) with HMAC-SM3, for suite gm1: it costs an attacker with graphics cards far less than Argon2id, so
/// the passphrase has to be longer.
/// @return malformed (salt size), too_large (iterations outside the limits).
[[nodiscard]] Result<SecretBuffer> derive_from_passphrase_sm3(const SecretBuffer& passphrase, ByteView salt16,
                                                              std::uint64_t iterations);

} // namespace papervault::crypto
