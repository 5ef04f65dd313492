#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <cstddef>
#include <span>

/// XChaCha20-Poly1305-IETF of one chunk (draft-irtf-cfrg-xchacha-03): HChaCha20 makes the chunk's own key, then
/// ChaCha20-Poly1305 of RFC 8439 under it. The second step is OpenSSL's where it is there, since its code for wide
/// registers takes half the time of libsodium's; the bytes are the same. See docs/adr/0007.
namespace papervault::crypto::xchacha {

inline constexpr std::size_t nonce_bytes = 24;
inline constexpr std::size_t tag_bytes = 16;

/// @param out  plaintext.size() + tag_bytes; may not overlap.
void seal(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView plaintext, std::span<std::byte> out);
/// @param out  sealed.size() - tag_bytes; may not overlap. Undefined when the chunk is refused: the caller wipes it.
[[nodiscard]] bool open(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView sealed,
                        std::span<std::byte> out);
/// The tag alone; nothing is decrypted.
[[nodiscard]] bool is_authentic(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView sealed);

} // namespace papervault::crypto::xchacha
