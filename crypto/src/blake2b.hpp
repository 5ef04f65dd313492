#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace papervault::crypto {

/// BLAKE2b-256 (RFC 7693, no key) for much data: the blocks of what is given are compressed where they lie. Gives what
/// libsodium gives, see docs/adr/0006. Wiped when it goes.
class BulkBlake2b {
public:
    BulkBlake2b() noexcept;
    BulkBlake2b(const BulkBlake2b&) = delete;
    BulkBlake2b& operator=(const BulkBlake2b&) = delete;
    ~BulkBlake2b();
    void update(ByteView bytes) noexcept;
    /// Once, at the end.
    [[nodiscard]] Digest finish() noexcept;

private:
    static constexpr std::size_t block_bytes = 128;

    std::array<std::uint64_t, 8> state_;
    std::uint64_t taken_bytes_ = 0;                ///< Compressed so far.
    std::array<std::byte, block_bytes> waiting_{}; ///< The last block is compressed as the last, so one always waits.
    std::size_t waiting_bytes_ = 0;
};

} // namespace papervault::crypto
