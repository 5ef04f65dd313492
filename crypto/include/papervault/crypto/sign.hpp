#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace papervault::crypto {

/// Ed25519 (RFC 8032): R ‖ S.
using Signature = std::array<std::byte, 64>;

/// A public key that has passed our policy (docs/adr/0003): canonical encoding, a point of the prime-order group.
class VerifyKey {
public:
    static constexpr std::size_t size_bytes = 32;

    /// @return malformed (not 32 bytes) or unacceptable_key (not canonical, not on the curve, low order or with a
    ///         low-order part).
    [[nodiscard]] static Result<VerifyKey> from_bytes(ByteView bytes32);
    /// Reads what to_text() wrote; the same errors.
    [[nodiscard]] static Result<VerifyKey> from_text(std::string_view text);

    [[nodiscard]] ByteView view() const noexcept { return bytes_; }
    /// Base64, 44 characters.
    [[nodiscard]] std::string to_text() const;
    /// Byte order, for maps.
    auto operator<=>(const VerifyKey&) const = default;

private:
    friend class SigningKey;
    explicit VerifyKey(const std::array<std::byte, size_bytes>& bytes) noexcept : bytes_{bytes} {}
    std::array<std::byte, size_bytes> bytes_;
};

/// The secret half. Signing changes nothing, so threads may share it.
class SigningKey {
public:
    [[nodiscard]] static SigningKey generate();
    /// @param seed32  The 32-byte secret of RFC 8032; malformed for another size.
    [[nodiscard]] static Result<SigningKey> from_seed(const SecretBuffer& seed32);

    /// What is stored, sealed, to have the key again.
    [[nodiscard]] const SecretBuffer& seed() const noexcept { return seed_; }
    [[nodiscard]] const VerifyKey& verify_key() const noexcept { return verify_key_; }

    /// Signs "papervault.sign.v1" ‖ 0x00 ‖ purpose ‖ 0x00 ‖ message, so a signature for one purpose is none for
    /// another. The message itself, not a digest of it: Ed25519 then holds even if two messages with one digest are
    /// found.
    /// @param purpose  A constant of the program, not empty and without 0x00; otherwise the program stops.
    [[nodiscard]] Signature sign(std::string_view purpose, ByteView message) const;
    /// Signs the message as it stands, for foreign formats (signed notes) that separate purposes themselves.
    [[nodiscard]] Signature sign_raw(ByteView message) const;

private:
    SigningKey(SecretBuffer seed, SecretBuffer expanded, VerifyKey verify_key) noexcept;
    SecretBuffer seed_;
    SecretBuffer expanded_;
    VerifyKey verify_key_;
};

/// @return True only for a signature by this key, for this purpose, on this message. Refuses S not below the group
///         order; R is compared as bytes (libsodium).
[[nodiscard]] bool verify(const VerifyKey& key, std::string_view purpose, ByteView message, const Signature& signature);
[[nodiscard]] bool verify_raw(const VerifyKey& key, ByteView message, const Signature& signature);

} // namespace papervault::crypto
