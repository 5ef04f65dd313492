#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/crypto/suite.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace papervault::crypto {

/// A public key that we are ready to encrypt to: canonical and not of low order. It knows its suite by its size: 32
/// bytes are X25519, 64 bytes x ‖ y of SM2.
class BoxPublicKey {
public:
    static constexpr std::size_t size_bytes_max = 64;

    /// @return malformed (neither 32 nor 64 bytes) or unacceptable_key (not canonical, or low order: everybody could
    /// read).
    [[nodiscard]] static Result<BoxPublicKey> from_bytes(ByteView bytes);
    /// Reads what to_text() wrote; the same errors.
    [[nodiscard]] static Result<BoxPublicKey> from_text(std::string_view text);

    [[nodiscard]] Suite suite() const noexcept { return suite_; }
    [[nodiscard]] ByteView view() const noexcept { return ByteView{bytes_}.first(public_key_bytes(suite_)); }
    /// Base64, 44 or 88 characters.
    [[nodiscard]] std::string to_text() const;
    /// Byte order, for maps.
    auto operator<=>(const BoxPublicKey&) const = default;

private:
    friend class BoxKeyPair;
    BoxPublicKey(Suite suite, ByteView bytes) noexcept;
    std::array<std::byte, size_bytes_max> bytes_{};
    Suite suite_;
};

/// A recipient's keys. Opening changes nothing, so threads may share it.
class BoxKeyPair {
public:
    [[nodiscard]] static BoxKeyPair generate(Suite suite = Suite::pv1);
    /// @param seed32  32 bytes; the scalar is made from its SHA-512 (crypto_box_seed_keypair), for SM2 it is the scalar
    ///                itself, big endian. malformed otherwise.
    [[nodiscard]] static Result<BoxKeyPair> from_seed(const SecretBuffer& seed32, Suite suite = Suite::pv1);
    [[nodiscard]] BoxKeyPair clone() const;

    /// What is stored, sealed, to have the keys again.
    [[nodiscard]] const SecretBuffer& seed() const noexcept { return seed_; }
    [[nodiscard]] const BoxPublicKey& public_key() const noexcept { return public_key_; }

private:
    friend Result<SecretBuffer> open_sealed(const BoxKeyPair&, ByteView, ByteView);
    BoxKeyPair(SecretBuffer seed, SecretBuffer secret_key, BoxPublicKey public_key) noexcept;
    SecretBuffer seed_;
    SecretBuffer secret_key_;
    BoxPublicKey public_key_;
};

/// What seal_to() adds in suite pv1 (see sealed_overhead_bytes()): 32 bytes ephemeral key, 16 bytes tag, 32 bytes
/// digest of the context.
inline constexpr std::size_t box_overhead_bytes = 32 + 16 + 32;

/// Encrypts to a recipient; the sender stays anonymous, so sign what must have an author.
/// libsodium's crypto_box_seal (X25519, BLAKE2b nonce, XSalsa20-Poly1305) over
/// blake2b("papervault.box-context", {context}) ‖ plaintext. See docs/adr/0004. To an SM2 key: SM2 encryption
/// (GB/T 32918.4, C1 ‖ C3 ‖ C2, C1 without its leading byte) over the same with SM3 for BLAKE2b.
/// @param context  Names what is sealed and for whom; the same is needed to open.
[[nodiscard]] Bytes seal_to(const BoxPublicKey& recipient, ByteView plaintext, ByteView context);

/// @return malformed (shorter than the overhead) or authentication_failed (another recipient, another context,
/// altered).
[[nodiscard]] Result<SecretBuffer> open_sealed(const BoxKeyPair& recipient, ByteView sealed, ByteView context);

} // namespace papervault::crypto
