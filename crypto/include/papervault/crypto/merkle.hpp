#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// The Merkle tree of RFC 9162 section 2.1 with SHA-256: leaf = H(0x00 ‖ entry), node = H(0x01 ‖ left ‖ right), the
/// root of the empty tree = H().
namespace papervault::crypto {

[[nodiscard]] Digest merkle_leaf(ByteView entry);

/// All leaves and complete subtrees in memory, 64 bytes per leaf. Appending costs one or two hashes on average, a root
/// or proof of any earlier size O(log² n). Readers may share it while nobody appends.
class MerkleTree {
public:
    /// @param leaf  From merkle_leaf().
    void append(const Digest& leaf);
    [[nodiscard]] std::uint64_t size() const noexcept;
    [[nodiscard]] Digest root() const;
    /// The root when the tree had so many leaves. @param size At most size(); more stops the program.
    [[nodiscard]] Digest root_at(std::uint64_t size) const;
    /// PATH(index, D[size]). @param index Below size. @param size At most size(). Otherwise the program stops.
    [[nodiscard]] std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size) const;
    /// PROOF(old_size, D[new_size]); empty for equal sizes and for old_size 0, which RFC 9162 has no proof for.
    /// @param old_size At most new_size. @param new_size At most size(). Otherwise the program stops.
    [[nodiscard]] std::vector<Digest> consistency_proof(std::uint64_t old_size, std::uint64_t new_size) const;

private:
    [[nodiscard]] Digest range_root(std::uint64_t begin, std::uint64_t end) const;

    std::vector<std::vector<Digest>> levels_; // levels_[k][i]: root of leaves i·2^k .. (i+1)·2^k - 1
};

/// @param leaf  From merkle_leaf(). Any values may come from outside; false for all that does not fit.
[[nodiscard]] bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> proof, const Digest& root);

/// Whether the tree of new_size is the tree of old_size with leaves added at the end. For equal sizes the roots must be
/// equal and the proof empty. The empty tree proves nothing about any other, so old_size 0 is refused: who kept no
/// checkpoint has nothing to check. Any values may come from outside.
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                                      const Digest& new_root, std::span<const Digest> proof);

} // namespace papervault::crypto
