#include <papervault/crypto/merkle.hpp>

#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <bit>

namespace papervault::crypto {

namespace {

Digest hash_with_prefix(unsigned char prefix, ByteView first, ByteView second)
{
    Digest digest;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &prefix, 1);
    crypto_hash_sha256_update(&state, sodium_in(first), first.size());
    crypto_hash_sha256_update(&state, sodium_in(second), second.size());
    crypto_hash_sha256_final(&state, sodium_out(digest.bytes));
    return digest;
}

/// The largest power of two below n. @param n At least 2.
std::uint64_t left_part(std::uint64_t n)
{
    return std::bit_floor(n - 1);
}

/// MTH of a range that begins at a multiple of a power of two not below its length, as all ranges of RFC 9162 do.
Digest range_root(const MerkleNodes& nodes, std::uint64_t begin, std::uint64_t end)
{
    const std::uint64_t length = end - begin;
    if (std::has_single_bit(length)) {
        const auto level = static_cast<unsigned>(std::countr_zero(length));
        return nodes.subtree(level, begin >> level);
    }
    const std::uint64_t middle = begin + left_part(length);
    return merkle_node(range_root(nodes, begin, middle), range_root(nodes, middle, end));
}

} // namespace

Digest merkle_leaf(ByteView entry)
{
    return hash_with_prefix(0x00, entry, {});
}

Digest merkle_node(const Digest& left, const Digest& right)
{
    return hash_with_prefix(0x01, left.view(), right.view());
}

void MerkleTree::append(const Digest& leaf)
{
    if (levels_.empty()) { levels_.emplace_back(); }
    levels_.front().push_back(leaf);
    for (std::size_t level = 0; levels_[level].size() % 2 == 0; ++level) {
        if (level + 1 == levels_.size()) { levels_.emplace_back(); }
        const auto& below = levels_[level];
        levels_[level + 1].push_back(merkle_node(below[below.size() - 2], below.back()));
    }
}

std::uint64_t MerkleTree::size() const noexcept
{
    return levels_.empty() ? 0 : levels_.front().size();
}

Digest MerkleTree::root() const
{
    return root_at(size());
}

Digest MerkleTree::root_at(std::uint64_t size) const
{
    PAPERVAULT_ASSERT(size <= this->size(), "the tree was never so large");
    return merkle_root(*this, size);
}

Digest MerkleTree::subtree(unsigned level, std::uint64_t index) const
{
    return levels_[level][index];
}

std::vector<Digest> MerkleTree::inclusion_proof(std::uint64_t index, std::uint64_t size) const
{
    PAPERVAULT_ASSERT(size <= this->size(), "there is no such leaf");
    return merkle_inclusion_proof(*this, index, size);
}

std::vector<Digest> MerkleTree::consistency_proof(std::uint64_t old_size, std::uint64_t new_size) const
{
    PAPERVAULT_ASSERT(new_size <= size(), "the tree was never so large");
    return merkle_consistency_proof(*this, old_size, new_size);
}

Digest merkle_root(const MerkleNodes& nodes, std::uint64_t size)
{
    return size == 0 ? sha256({}) : range_root(nodes, 0, size);
}

std::vector<Digest> merkle_inclusion_proof(const MerkleNodes& nodes, std::uint64_t index, std::uint64_t size)
{
    PAPERVAULT_ASSERT(index < size, "there is no such leaf");
    std::vector<Digest> from_top;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + left_part(end - begin);
        if (index < middle) {
            from_top.push_back(range_root(nodes, middle, end));
            end = middle;
        } else {
            from_top.push_back(range_root(nodes, begin, middle));
            begin = middle;
        }
    }
    return {from_top.rbegin(), from_top.rend()};
}

std::vector<Digest> merkle_consistency_proof(const MerkleNodes& nodes, std::uint64_t old_size, std::uint64_t new_size)
{
    PAPERVAULT_ASSERT(old_size <= new_size, "the old tree is larger than the new one");
    if (old_size == 0) { return {}; }
    std::vector<Digest> from_top;
    std::uint64_t begin = 0;
    std::uint64_t end = new_size;
    while (old_size != end) {
        const std::uint64_t middle = begin + left_part(end - begin);
        if (old_size <= middle) {
            from_top.push_back(range_root(nodes, middle, end));
            end = middle;
        } else {
            from_top.push_back(range_root(nodes, begin, middle));
            begin = middle;
        }
    }
    if (begin > 0) { from_top.push_back(range_root(nodes, begin, end)); } // the verifier does not know this subtree yet
    return {from_top.rbegin(), from_top.rend()};
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof,
                      const Digest& root)
{
    if (index >= size) { return false; }
    std::uint64_t place = index;
    std::uint64_t last = size - 1;
    Digest computed = leaf;
    for (const Digest& sibling : proof) {
        if (last == 0) { return false; }
        if ((place & 1) == 1 || place == last) {
            computed = merkle_node(sibling, computed);
            while ((place & 1) == 0 && place != 0) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            computed = merkle_node(computed, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    return last == 0 && computed == root;
}

// RFC 9162 section 2.1.4.2.
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size, const Digest& new_root,
                        std::span<const Digest> proof)
{
    if (old_size == 0 || old_size > new_size) { return false; }
    if (old_size == new_size) { return proof.empty() && old_root == new_root; }
    if (proof.empty()) { return false; }

    const bool old_is_complete = std::has_single_bit(old_size); // then the proof leaves out what the verifier has
    Digest old_computed = old_is_complete ? old_root : proof.front();
    Digest new_computed = old_computed;
    if (!old_is_complete) { proof = proof.subspan(1); }

    std::uint64_t place = old_size - 1;
    std::uint64_t last = new_size - 1;
    const int shift = std::countr_one(place);
    place >>= shift;
    last >>= shift;
    for (const Digest& sibling : proof) {
        if (last == 0) { return false; }
        if ((place & 1) == 1 || place == last) {
            old_computed = merkle_node(sibling, old_computed);
            new_computed = merkle_node(sibling, new_computed);
            while ((place & 1) == 0 && place != 0) {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_computed = merkle_node(new_computed, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    return last == 0 && old_computed == old_root && new_computed == new_root;
}

} // namespace papervault::crypto
