#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/crypto/suite.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace papervault::crypto {

inline constexpr std::size_t aead_key_bytes = 32;
/// What encrypt() adds: 24 bytes nonce in front, 16 bytes tag behind.
inline constexpr std::size_t aead_overhead_bytes = 24 + 16;

/// XChaCha20-Poly1305-IETF: nonce(24, random) ‖ ciphertext ‖ tag(16). Whole messages in memory; for large data see
/// ChunkCipher. The cipher does not commit to its key: where several keys could be tried, name the key in the context.
/// @param key      32 bytes; another size stops the program. Good for 2^64 messages.
/// @param context  Names what the bytes are; the same is needed to decrypt. Authentic, not encrypted, not stored.
[[nodiscard]] Bytes encrypt(const SecretBuffer& key, ByteView plaintext, ByteView context);

/// @return malformed (shorter than the overhead) or authentication_failed (wrong key, wrong context, altered bytes);
///         then not one byte of plaintext leaves.
[[nodiscard]] Result<Bytes> decrypt(const SecretBuffer& key, ByteView sealed, ByteView context);
/// The same, for content that is secret itself: keys, opened papers.
[[nodiscard]] Result<SecretBuffer> decrypt_secret(const SecretBuffer& key, ByteView sealed, ByteView context);

/// The same in either suite. gm1: nonce(16, random) ‖ SM4-CTR ‖ HMAC-SM3(32), see docs/adr/0005.
[[nodiscard]] Bytes encrypt(Suite suite, const SecretBuffer& key, ByteView plaintext, ByteView context);
[[nodiscard]] Result<SecretBuffer> decrypt_secret(Suite suite, const SecretBuffer& key, ByteView sealed,
                                                  ByteView context);

/// One stream of large data in chunks, each sealed on its own, so that memory stays flat and ranges can be read.
/// Reordered, dropped, doubled and altered chunks are refused; a stream is whole only if its chunks 0..n-1 open and
/// the last of them opens with last = true (a reader who stops earlier has not seen the end).
///
/// XChaCha20-Poly1305-IETF; nonce = index (64 bits little endian) ‖ last (0 or 1) ‖ 15 zero bytes; associated data =
/// context; chunk = ciphertext ‖ tag(16). See docs/adr/0002. In suite gm1 SM4-CTR with HMAC-SM3, counter = index (64
/// bits big endian) ‖ 8 zero bytes, chunk = ciphertext ‖ tag(32). See docs/adr/0005.
/// One thread at a time for seal(); open() changes nothing.
class ChunkCipher {
public:
    static constexpr std::size_t overhead_bytes = 16; ///< In suite pv1; see chunk_overhead_bytes().

    /// @param key      32 bytes, made for this one stream and never used for another; another size stops the program.
    /// @param context  Names the stream.
    ChunkCipher(SecretBuffer key, Bytes context, Suite suite = Suite::pv1);
    ChunkCipher(ChunkCipher&&) noexcept;
    ChunkCipher& operator=(ChunkCipher&&) noexcept;
    ~ChunkCipher();
    [[nodiscard]] Suite suite() const noexcept { return suite_; }

    /// Chunks are sealed once, in order, from 0; the one with last = true ends the stream. Anything else would use a
    /// nonce twice, so it stops the program.
    /// @param out  plaintext.size() + chunk_overhead_bytes(suite()); may not overlap the plaintext.
    void seal(std::uint64_t index, bool last, ByteView plaintext, std::span<std::byte> out);

    /// In any order, as often as wanted.
    /// @param out  sealed.size() - chunk_overhead_bytes(suite()); may not overlap. Zeroed when the chunk is refused.
    /// @return False for altered bytes, wrong key, context, index or last flag, and for less than the overhead.
    [[nodiscard]] bool open(std::uint64_t index, bool last, ByteView sealed, std::span<std::byte> out) const;
    /// Whether open() would; nothing is decrypted.
    [[nodiscard]] bool is_authentic(std::uint64_t index, bool last, ByteView sealed) const;

private:
    struct National;
    SecretBuffer key_;
    Bytes context_;
    Suite suite_;
    std::unique_ptr<const National> national_; // suite gm1 only: the keys made from key_
    std::uint64_t next_index_ = 0;
    bool ended_ = false;
};

} // namespace papervault::crypto
