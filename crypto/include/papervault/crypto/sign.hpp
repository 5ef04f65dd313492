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

/// Ed25519 (RFC 8032): R ‖ S. In suite gm1 SM2 with SM3 (GB/T 32918.2): r ‖ s.
using Signature = std::array<std::byte, 64>;

/// A public key that has passed our policy (docs/adr/0003): canonical encoding, a point of the prime-order group. It
/// knows its suite by its size: 32 bytes are Ed25519, 64 bytes x ‖ y of SM2.
class VerifyKey {
public:
    static constexpr std::size_t size_bytes_max = 64;

    /// @return malformed (neither 32 nor 64 bytes) or unacceptable_key (not canonical, not on the curve, low order or
    ///         with a low-order part).
    [[nodiscard]] static Result<VerifyKey> from_bytes(ByteView bytes);
    /// Reads what to_text() wrote; the same errors.
    [[nodiscard]] static Result<VerifyKey> from_text(std::string_view text);

    [[nodiscard]] Suite suite() const noexcept { return suite_; }
    [[nodiscard]] ByteView view() const noexcept { return ByteView{bytes_}.first(public_key_bytes(suite_)); }
    /// Base64, 44 or 88 characters.
    [[nodiscard]] std::string to_text() const;
    /// Byte order, for maps.
    auto operator<=>(const VerifyKey&) const = default;

private:
    friend class SigningKey;
    VerifyKey(Suite suite, ByteView bytes) noexcept;
    std::array<std::byte, size_bytes_max> bytes_{};
    Suite suite_;
};

/// The secret half. Signing changes nothing, so threads may share it.
class SigningKey {
public:
    [[nodiscard]] static SigningKey generate(Suite suite = Suite::pv1);
    /// @param seed32  The 32-byte secret of RFC 8032, or the secret scalar of SM2, big endian; malformed for another
    ///                size or a scalar outside 1 .. order - 2.
    [[nodiscard]] static Result<SigningKey> from_seed(const SecretBuffer& seed32, Suite suite = Suite::pv1);

    /// What is stored, sealed, to have the key again.
    [[nodiscard]] const SecretBuffer& seed() const noexcept { return seed_; }
    [[nodiscard]] const VerifyKey& verify_key() const noexcept { return verify_key_; }

    /// Signs "papervault.sign.v1" ‖ 0x00 ‖ purpose ‖ 0x00 ‖ message, so a signature for one purpose is none for
    /// another. The message itself, not a digest of it: Ed25519 then holds even if two messages with one digest are
    /// found.
    /// @param purpose  A constant of the program, not empty and without 0x00; otherwise the program stops.
    [[nodiscard]] Signature sign(std::string_view purpose, ByteView message) const;
    /// Ed25519 signatures are deterministic, those of SM2 are not.
    /// Signs the message as it stands, for foreign formats (signed notes) that separate purposes themselves.
    [[nodiscard]] Signature sign_raw(ByteView message) const;

private:
    SigningKey(SecretBuffer seed, SecretBuffer expanded, VerifyKey verify_key) noexcept;
    SecretBuffer seed_;
    SecretBuffer expanded_;
    VerifyKey verify_key_;
};

/// @return True only for a signature by this key, for this purpose, on this message. Refuses S not below the group
///         order; R is compared as bytes (libsodium). SM2: r and s in 1 .. order - 1 (OpenSSL).
[[nodiscard]] bool verify(const VerifyKey& key, std::string_view purpose, ByteView message, const Signature& signature);
[[nodiscard]] bool verify_raw(const VerifyKey& key, ByteView message, const Signature& signature);

} // namespace papervault::crypto
