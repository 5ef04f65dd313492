#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/suite.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace papervault::vault {

/// The suite's plain hash of a file that is made or read piece by piece. Hashing takes longer than the cipher, so a
/// second thread hashes a piece while the caller works on the same one and makes the next; the digest is the same. With
/// little to hash, or where there is one processor, the caller's thread does it. One thread at a time.
class PieceHasher {
public:
    enum class Place {
        here,   ///< The caller's thread: for those who have little else to do.
        beside, ///< A second one.
    };
    /// @param total_bytes  How much is to come.
    PieceHasher(crypto::Suite suite, std::size_t piece_bytes_max, std::uint64_t total_bytes,
                Place place = Place::beside);
    PieceHasher(const PieceHasher&) = delete;
    PieceHasher& operator=(const PieceHasher&) = delete;
    ~PieceHasher();

    /// Room for the next piece; ends the use of the one before.
    [[nodiscard]] std::span<std::byte> next();
    /// The first bytes of that room are the piece; from now on nobody writes to it.
    void submit(std::size_t size_bytes);
    /// Once.
    [[nodiscard]] crypto::Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace papervault::vault
