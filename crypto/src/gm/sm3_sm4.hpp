#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

/// SM3 (GB/T 32905), HMAC-SM3, SM4-CTR (GB/T 32907) by OpenSSL, and the authenticated encryption made of them
/// (docs/adr/0005). OpenSSL 3.0 has no SM4-GCM.
/// @throws std::runtime_error  OpenSSL failed: out of memory, or built without these algorithms.
namespace papervault::crypto::gm {

/// SM3 over the parts, one after the other.
[[nodiscard]] Digest sm3(std::initializer_list<ByteView> parts);

class Sm3Hasher {
public:
    Sm3Hasher();
    Sm3Hasher(Sm3Hasher&&) noexcept;
    Sm3Hasher& operator=(Sm3Hasher&&) noexcept;
    ~Sm3Hasher();
    void update(ByteView bytes);
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// @param out  32 bytes.
void hmac_sm3(ByteView key, std::initializer_list<ByteView> parts, std::span<std::byte> out);
/// Encrypts and decrypts. @param key 16 bytes. @param counter 16 bytes, counted up as one big-endian number.
void sm4_ctr(ByteView key, ByteView counter, ByteView in, std::span<std::byte> out);

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t nonce_bytes = 16;
inline constexpr std::size_t tag_bytes = 32;

/// Encrypt-then-MAC under two keys made from one: SM4-CTR, then HMAC-SM3 over everything that must not change.
class Sealer {
public:
    /// @param key      32 bytes.  @param purpose  "message" or "chunks": the same key gives unrelated keys for each.
    Sealer(const SecretBuffer& key, std::string_view purpose);

    /// @param counter    16 bytes; never twice under one key, nor within the blocks of another call.
    /// @param associated Authentic beside the ciphertext, each with its length.
    /// @param out        plaintext.size() + tag_bytes.
    void seal(ByteView counter, std::initializer_list<ByteView> associated, ByteView plaintext,
              std::span<std::byte> out) const;
    /// @return False, and nothing decrypted, unless the tag fits; compared in constant time.
    [[nodiscard]] bool open(ByteView counter, std::initializer_list<ByteView> associated, ByteView sealed,
                            std::span<std::byte> out) const;
    /// The tag alone; nothing is decrypted.
    [[nodiscard]] bool is_authentic(ByteView counter, std::initializer_list<ByteView> associated,
                                    ByteView sealed) const;

private:
    void tag(ByteView counter, std::initializer_list<ByteView> associated, ByteView ciphertext,
             std::span<std::byte> out) const;
    SecretBuffer keys_; // SM4 key (16), MAC key (32)
};

/// PBKDF2 (RFC 8018) with HMAC-SM3, 32 bytes.
[[nodiscard]] SecretBuffer pbkdf2_sm3(const SecretBuffer& passphrase, ByteView salt, std::uint64_t iterations);

} // namespace papervault::crypto::gm
