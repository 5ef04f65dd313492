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
[[nodiscard]] Digest merkle_node(const Digest& left, const Digest& right);

/// Where the roots of complete subtrees are kept: in memory, or in a table that is too large for it. What it gives is
/// taken as it is: whoever keeps it on a disk compares the results with a signed root.
class MerkleNodes {
public:
    MerkleNodes() = default;
    MerkleNodes(const MerkleNodes&) = default;
    MerkleNodes(MerkleNodes&&) = default;
    MerkleNodes& operator=(const MerkleNodes&) = default;
    MerkleNodes& operator=(MerkleNodes&&) = default;
    virtual ~MerkleNodes() = default;
    /// Root of the leaves index·2^level … (index+1)·2^level - 1, all of which are there.
    [[nodiscard]] virtual Digest subtree(unsigned level, std::uint64_t index) const = 0;
};
/// The same three as MerkleTree has, for leaves 0 … size-1 of any store; O(log n) subtrees for a root, a few more for a
/// proof. @param size At most what the store holds.
[[nodiscard]] Digest merkle_root(const MerkleNodes& nodes, std::uint64_t size);
/// @param index Below size, otherwise the program stops.
[[nodiscard]] std::vector<Digest> merkle_inclusion_proof(const MerkleNodes& nodes, std::uint64_t index,
                                                         std::uint64_t size);
/// @param old_size At most new_size, otherwise the program stops.
[[nodiscard]] std::vector<Digest> merkle_consistency_proof(const MerkleNodes& nodes, std::uint64_t old_size,
                                                           std::uint64_t new_size);

/// All leaves and complete subtrees in memory, 64 bytes per leaf. Appending costs one or two hashes on average, a root
/// or proof of any earlier size O(log² n). Readers may share it while nobody appends.
class MerkleTree : private MerkleNodes {
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
    [[nodiscard]] Digest subtree(unsigned level, std::uint64_t index) const override;

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
