#include "support.hpp"

#include <papervault/crypto/merkle.hpp>
#include <papervault/crypto/random.hpp>

#include <random>

namespace papervault::crypto {
namespace {

std::vector<Digest> numbered_leaves(std::uint64_t count)
{
    std::vector<Digest> leaves;
    for (std::uint64_t i = 0; i < count; ++i) { leaves.push_back(merkle_leaf(bytes_of("entry " + std::to_string(i)))); }
    return leaves;
}

MerkleTree tree_of(std::span<const Digest> leaves)
{
    MerkleTree tree;
    for (const Digest& leaf : leaves) { tree.append(leaf); }
    return tree;
}

/// The definition of RFC 9162, section 2.1.1, word for word.
Digest root_by_definition(std::span<const Digest> leaves)
{
    if (leaves.empty()) { return sha256({}); }
    if (leaves.size() == 1) { return leaves.front(); }
    std::size_t left = 1;
    while (left * 2 < leaves.size()) { left *= 2; }
    Bytes node{std::byte{1}};
    for (const Digest& half : {root_by_definition(leaves.first(left)), root_by_definition(leaves.subspan(left))}) {
        node.insert(node.end(), half.bytes.begin(), half.bytes.end());
    }
    return sha256(node);
}

// The tree of the Certificate Transparency test data: eight entries, known roots of every size.
TEST(MerkleTreeTest, GivesThePublishedRoots)
{
    const std::string_view entries[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::string_view roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    MerkleTree tree;
    EXPECT_EQ(tree.root().hex(), roots[0]);
    for (std::size_t i = 0; i < std::size(entries); ++i) {
        tree.append(merkle_leaf(unhex(entries[i])));
        EXPECT_EQ(tree.root().hex(), roots[i + 1]) << i;
    }
    for (std::size_t size = 0; size <= 8; ++size) { EXPECT_EQ(tree.root_at(size).hex(), roots[size]) << size; }
}

TEST(MerkleTreeTest, AgreesWithTheDefinitionForEverySizeAndEveryEarlierSize)
{
    const auto leaves = numbered_leaves(130);
    MerkleTree tree;
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        ASSERT_EQ(tree.size(), size);
        ASSERT_EQ(tree.root(), root_by_definition(std::span{leaves}.first(size))) << size;
        if (size < leaves.size()) { tree.append(leaves[size]); }
    }
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        ASSERT_EQ(tree.root_at(size), root_by_definition(std::span{leaves}.first(size))) << size;
    }
}

TEST(MerkleTreeTest, SeparatesLeavesFromNodes)
{
    const auto leaves = numbered_leaves(2);
    Bytes inner(leaves[0].bytes.begin(), leaves[0].bytes.end());
    inner.insert(inner.end(), leaves[1].bytes.begin(), leaves[1].bytes.end());
    EXPECT_NE(merkle_leaf(inner), tree_of(leaves).root());
}

TEST(InclusionProofTest, IsValidForItsLeafPlaceAndSizeOnly)
{
    const auto leaves = numbered_leaves(40);
    const MerkleTree tree = tree_of(leaves);
    for (std::uint64_t size = 1; size <= 40; ++size) {
        const Digest root = tree.root_at(size);
        for (std::uint64_t index = 0; index < size; ++index) {
            const auto proof = tree.inclusion_proof(index, size);
            ASSERT_TRUE(verify_inclusion(leaves[index], index, size, proof, root)) << index << " of " << size;
            ASSERT_LE(proof.size(), 6U);
            for (std::uint64_t other = 0; other < 42; ++other) {
                if (other != index) {
                    EXPECT_FALSE(verify_inclusion(leaves[index], other, size, proof, root)) << index << other << size;
                }
            }
            EXPECT_FALSE(verify_inclusion(leaves[(index + 1) % 40], index, size, proof, root));
            EXPECT_FALSE(verify_inclusion(leaves[index], index, size, proof, tree.root_at(size - 1)));
        }
    }
}

TEST(InclusionProofTest, IsRefusedWhenAnythingIsChanged)
{
    const auto leaves = numbered_leaves(100);
    const MerkleTree tree = tree_of(leaves);
    const std::uint64_t index = 77;
    const auto proof = tree.inclusion_proof(index, 100);
    for (std::size_t at = 0; at < proof.size(); ++at) {
        auto altered = proof;
        altered[at].bytes[3] ^= std::byte{1};
        EXPECT_FALSE(verify_inclusion(leaves[index], index, 100, altered, tree.root()));
        auto shortened = proof;
        shortened.erase(shortened.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(verify_inclusion(leaves[index], index, 100, shortened, tree.root()));
        auto doubled = proof;
        doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(at), proof[at]);
        EXPECT_FALSE(verify_inclusion(leaves[index], index, 100, doubled, tree.root()));
    }
    EXPECT_FALSE(verify_inclusion(leaves[index], index, 0, proof, tree.root()));
    EXPECT_FALSE(verify_inclusion(leaves[index], UINT64_MAX, UINT64_MAX, proof, tree.root()));
    EXPECT_FALSE(verify_inclusion(leaves[index], 0, UINT64_MAX, proof, tree.root()));
    EXPECT_FALSE(verify_inclusion(leaves[index], UINT64_MAX - 1, UINT64_MAX, proof, tree.root()));
}

TEST(InclusionProofTest, OfATreeOfOneLeafIsEmpty)
{
    const auto leaves = numbered_leaves(1);
    const MerkleTree tree = tree_of(leaves);
    EXPECT_TRUE(tree.inclusion_proof(0, 1).empty());
    EXPECT_TRUE(verify_inclusion(leaves[0], 0, 1, {}, leaves[0]));
    EXPECT_FALSE(verify_inclusion(leaves[0], 0, 0, {}, sha256({})));
}

TEST(ConsistencyProofTest, IsValidForEveryPairOfSizesAndNoOther)
{
    const auto leaves = numbered_leaves(34);
    const MerkleTree tree = tree_of(leaves);
    for (std::uint64_t new_size = 1; new_size <= 34; ++new_size) {
        for (std::uint64_t old_size = 1; old_size <= new_size; ++old_size) {
            const auto proof = tree.consistency_proof(old_size, new_size);
            ASSERT_TRUE(verify_consistency(old_size, tree.root_at(old_size), new_size, tree.root_at(new_size), proof))
                << old_size << " " << new_size;
            for (std::uint64_t other = 0; other <= 35; ++other) {
                const Digest other_root = tree.root_at(std::min<std::uint64_t>(other, 34));
                if (other != old_size && old_size != new_size) {
                    EXPECT_FALSE(
                        verify_consistency(other, tree.root_at(old_size), new_size, tree.root_at(new_size), proof));
                    EXPECT_FALSE(verify_consistency(old_size, other_root, new_size, tree.root_at(new_size), proof));
                }
                if (other != new_size && other <= 34) {
                    EXPECT_FALSE(verify_consistency(old_size, tree.root_at(old_size), new_size, other_root, proof));
                }
            }
        }
    }
}

// L1: history rewritten in any place is found with the checkpoint that a supervisor kept.
TEST(ConsistencyProofTest, DoesNotExistForARewrittenHistory)
{
    const auto leaves = numbered_leaves(50);
    const MerkleTree honest = tree_of(leaves);
    for (std::uint64_t kept = 1; kept <= 50; ++kept) {
        for (std::uint64_t changed = 0; changed < kept; ++changed) {
            auto forged_leaves = leaves;
            forged_leaves[changed] = merkle_leaf(bytes_of("forged"));
            const MerkleTree forged = tree_of(forged_leaves);
            EXPECT_FALSE(
                verify_consistency(kept, honest.root_at(kept), 50, forged.root(), forged.consistency_proof(kept, 50)));
        }
    }
}

TEST(ConsistencyProofTest, IsRefusedWhenAnythingIsChanged)
{
    const MerkleTree tree = tree_of(numbered_leaves(100));
    const auto proof = tree.consistency_proof(37, 100);
    ASSERT_GT(proof.size(), 3U);
    for (std::size_t at = 0; at < proof.size(); ++at) {
        auto altered = proof;
        altered[at].bytes[31] ^= std::byte{0x80};
        EXPECT_FALSE(verify_consistency(37, tree.root_at(37), 100, tree.root(), altered));
        auto shortened = proof;
        shortened.erase(shortened.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(verify_consistency(37, tree.root_at(37), 100, tree.root(), shortened));
    }
    auto longer = proof;
    longer.push_back(tree.root());
    EXPECT_FALSE(verify_consistency(37, tree.root_at(37), 100, tree.root(), longer));
    EXPECT_FALSE(verify_consistency(100, tree.root(), 37, tree.root_at(37), proof));
    EXPECT_FALSE(verify_consistency(37, tree.root_at(37), UINT64_MAX, tree.root(), proof));
    EXPECT_FALSE(verify_consistency(UINT64_MAX - 1, tree.root_at(37), UINT64_MAX, tree.root(), proof));
}

TEST(ConsistencyProofTest, DoesNotStartFromTheEmptyTree)
{
    const MerkleTree tree = tree_of(numbered_leaves(3));
    EXPECT_TRUE(tree.consistency_proof(0, 3).empty());
    EXPECT_FALSE(verify_consistency(0, sha256({}), 3, tree.root(), {}));
    EXPECT_FALSE(verify_consistency(0, sha256({}), 0, sha256({}), {}));
    EXPECT_FALSE(verify_consistency(0, tree.root(), 3, tree.root(), std::vector{tree.root()}));
}

TEST(ConsistencyProofTest, OfEqualSizesIsEmptyAndNeedsEqualRoots)
{
    const MerkleTree tree = tree_of(numbered_leaves(3));
    EXPECT_TRUE(verify_consistency(3, tree.root(), 3, tree.root(), {}));
    EXPECT_FALSE(verify_consistency(3, tree.root(), 3, tree.root_at(2), {}));
    EXPECT_FALSE(verify_consistency(3, tree.root(), 3, tree.root(), std::vector{tree.root()}));
}

TEST(MerkleTreeTest, ProvesInALargeTree)
{
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 generator{seed};
    const auto leaves = numbered_leaves(20'000);
    const MerkleTree tree = tree_of(leaves);
    for (int i = 0; i < 500; ++i) {
        const std::uint64_t size = generator() % leaves.size() + 1;
        const std::uint64_t index = generator() % size;
        const std::uint64_t old_size = generator() % size + 1;
        EXPECT_TRUE(
            verify_inclusion(leaves[index], index, size, tree.inclusion_proof(index, size), tree.root_at(size)));
        EXPECT_TRUE(verify_consistency(old_size, tree.root_at(old_size), size, tree.root_at(size),
                                       tree.consistency_proof(old_size, size)));
    }
}

TEST(MerkleTreeDeathTest, StopsTheProgramForLeavesThatDoNotExist)
{
    const MerkleTree tree = tree_of(numbered_leaves(3));
    EXPECT_DEATH(std::ignore = tree.root_at(4), "never so large");
    EXPECT_DEATH(std::ignore = tree.inclusion_proof(3, 3), "no such leaf");
    EXPECT_DEATH(std::ignore = tree.inclusion_proof(0, 4), "no such leaf");
    EXPECT_DEATH(std::ignore = tree.consistency_proof(3, 2), "larger than the new one");
    EXPECT_DEATH(std::ignore = tree.consistency_proof(1, 4), "never so large");
}

} // namespace
} // namespace papervault::crypto
