#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <array>
#include <cstddef>

/// Key agreement on NIST P-256 (SP 800-56A, ECDH with cofactor 1): only for keys that live in a token or smart card,
/// which know this curve and rarely X25519. Everything else is sealed with box.hpp.
namespace papervault::crypto {

/// A point of the curve other than infinity.
class P256PublicKey {
public:
    static constexpr std::size_t size_bytes = 65;

    /// @param point  Uncompressed: 0x04 ‖ x ‖ y.
    /// @return malformed (another size or form), unacceptable_key (not a point of the curve).
    [[nodiscard]] static Result<P256PublicKey> from_bytes(ByteView point);
    /// Dies with the key.
    [[nodiscard]] ByteView view() const noexcept { return point_; }
    bool operator==(const P256PublicKey&) const = default;

private:
    explicit P256PublicKey(ByteView point) noexcept;
    std::array<std::byte, size_bytes> point_{};
};

struct P256Agreement {
    P256PublicKey ephemeral; ///< Goes to the key's owner, who computes the same secret with it.
    SecretBuffer shared;     ///< 32 bytes, the x coordinate: for a key derivation, never a key itself.
};
/// With a fresh key that is thrown away. @throws std::runtime_error  OpenSSL failed.
[[nodiscard]] P256Agreement agree_once_with(const P256PublicKey& owner);

} // namespace papervault::crypto
