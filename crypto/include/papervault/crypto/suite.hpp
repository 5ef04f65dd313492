#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

/// Which family of algorithms protects an artefact. Nothing is negotiated: a suite stands in the signed header, keys
/// belong to one suite, and a reader takes only those that its site accepts.
namespace papervault::crypto {

enum class Suite : std::uint8_t {
    pv1, ///< XChaCha20-Poly1305, X25519, Ed25519, BLAKE2b (libsodium). The default.
    gm1, ///< SM4-CTR with HMAC-SM3, SM2, SM3 (OpenSSL): for authorities that must use national algorithms.
};
inline constexpr std::array all_suites{Suite::pv1, Suite::gm1};
/// "pv1", "gm1".
[[nodiscard]] std::string_view to_text(Suite suite) noexcept;
[[nodiscard]] std::optional<Suite> suite_from_text(std::string_view text) noexcept;

/// The suites that a site accepts.
class SuiteSet {
public:
    constexpr SuiteSet(std::initializer_list<Suite> suites) noexcept
    {
        for (const Suite suite : suites) { bits_ |= bit(suite); }
    }
    [[nodiscard]] constexpr bool contains(Suite suite) const noexcept { return (bits_ & bit(suite)) != 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    constexpr void insert(Suite suite) noexcept { bits_ |= bit(suite); }
    constexpr bool operator==(const SuiteSet&) const = default;

private:
    [[nodiscard]] static constexpr unsigned bit(Suite suite) noexcept { return 1U << static_cast<unsigned>(suite); }
    unsigned bits_ = 0;
};

/// Bytes of a public key of the suite, for signatures and for sealing: 32, or x and y of a point (64).
[[nodiscard]] constexpr std::size_t public_key_bytes(Suite suite) noexcept
{
    return suite == Suite::pv1 ? 32 : 64;
}
/// What encrypt() adds to a message: nonce in front, tag behind.
[[nodiscard]] constexpr std::size_t message_overhead_bytes(Suite suite) noexcept
{
    return suite == Suite::pv1 ? 24 + 16 : 16 + 32;
}
/// What ChunkCipher adds to a chunk: the tag.
[[nodiscard]] constexpr std::size_t chunk_overhead_bytes(Suite suite) noexcept
{
    return suite == Suite::pv1 ? 16 : 32;
}
/// What seal_to() adds: ephemeral key, tag or digest, and the digest of the context.
[[nodiscard]] constexpr std::size_t sealed_overhead_bytes(Suite suite) noexcept
{
    return suite == Suite::pv1 ? 32 + 16 + 32 : 64 + 32 + 32;
}

} // namespace papervault::crypto
