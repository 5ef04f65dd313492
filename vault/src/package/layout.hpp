#pragma once

#include <papervault/crypto/aead.hpp>
#include <papervault/vault/package.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Where compartments lie in the body of a container, and how long plaintext becomes when it is sealed.
namespace papervault::vault {

inline constexpr std::size_t chunk_bytes = 64 * 1024;

/// Even an empty plaintext has one chunk, the last one.
[[nodiscard]] constexpr std::uint64_t chunk_count(std::uint64_t plaintext_length) noexcept
{
    return plaintext_length == 0 ? 1 : (plaintext_length - 1) / chunk_bytes + 1;
}
[[nodiscard]] constexpr std::uint64_t sealed_length(crypto::Suite suite, std::uint64_t plaintext_length) noexcept
{
    return plaintext_length + chunk_count(plaintext_length) * crypto::chunk_overhead_bytes(suite);
}
/// Plaintext bytes of one chunk.
[[nodiscard]] constexpr std::size_t chunk_length(std::uint64_t plaintext_length, std::uint64_t index) noexcept
{
    const std::uint64_t left = plaintext_length - index * chunk_bytes;
    return left < chunk_bytes ? static_cast<std::size_t>(left) : chunk_bytes;
}

/// A length inside a context: 64 bits, little endian.
[[nodiscard]] std::array<std::byte, 8> little_endian(std::uint64_t number) noexcept;

/// Gives every compartment its offset and length, back to back in their order.
void lay_out(crypto::Suite suite, std::span<Compartment> compartments) noexcept;
/// @return malformed unless the compartments lie exactly as lay_out() lays them.
[[nodiscard]] Result<void> check_layout(crypto::Suite suite, std::span<const Compartment> compartments);
/// Sealed bytes of all compartments; they have passed check_layout().
[[nodiscard]] std::uint64_t body_length(std::span<const Compartment> compartments) noexcept;

} // namespace papervault::vault
