#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace papervault::crypto {

/// Unpredictable bytes from the kernel's generator (getrandom). Any thread. Stops the program if there is none.
void fill_random(std::span<std::byte> out);
/// For what is published: nonces, identifiers, salts.
[[nodiscard]] Bytes random_bytes(std::size_t size_bytes);
/// For keys and seeds.
[[nodiscard]] SecretBuffer random_secret(std::size_t size_bytes);

/// Deterministic bytes: the same seed and purpose give the same stream on every machine and in every version.
///
/// key    = BLAKE2b-256, keyed with the seed, over "papervault.stream.v1" ‖ 0x00 ‖ purpose
/// stream = ChaCha20 keystream (64-bit block counter from 0, 64-bit nonce 0)
///
/// The stream is contiguous whatever sizes are asked for: fill(3), fill(5) gives the same bytes as fill(8).
/// One thread at a time.
class ChaCha20Stream {
public:
    /// @param seed32   Exactly 32 bytes; another size is a mistake of ours and stops the program.
    /// @param purpose  Which use of the seed this is ("paper-draw"); another purpose gives an unrelated stream.
    explicit ChaCha20Stream(const SecretBuffer& seed32, std::string_view purpose);
    /// For draws whose seed is published so that everybody can repeat them. Exactly 32 bytes.
    ChaCha20Stream(ByteView public_seed32, std::string_view purpose);

    /// The next bytes of the stream.
    void fill(std::span<std::byte> out);

private:
    void next_blocks(std::span<std::byte> out);

    SecretBuffer key_;
    SecretBuffer block_; // the current block, of which used_ bytes have been given out
    std::size_t used_;
    std::uint64_t next_block_ = 0;
};

} // namespace papervault::crypto
