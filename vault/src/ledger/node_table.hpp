#pragma once

#include <papervault/crypto/merkle.hpp>
#include <papervault/vault/database.hpp>

#include <string>
#include <vector>

/// The roots of the ledger's complete subtrees, in the order in which they became complete: an append only ever adds
/// rows at the end of the table, and the row of a subtree is found by counting.
namespace papervault::vault {

/// A row that must be there is not, or is no digest.
class MissingNode : public StorageUnavailable {
public:
    explicit MissingNode(const std::string& what) : StorageUnavailable{what, true} {}
};

/// Row of the subtree of 2^level leaves whose first leaf is index·2^level: the leaves before its last one have left
/// 2n - (number of one bits of n) rows, then it and the smaller ones that end with it follow by size.
[[nodiscard]] std::uint64_t node_place(unsigned level, std::uint64_t index) noexcept;

class NodeTable final : public crypto::MerkleNodes {
public:
    explicit NodeTable(Database& database);

    /// Adds a leaf and the subtrees that it completes. @param index  Equal to size().
    /// @throws StorageUnavailable, MissingNode
    void append(std::uint64_t index, const crypto::Digest& leaf);
    /// Leaves.
    [[nodiscard]] std::uint64_t size() const;
    /// @throws StorageUnavailable, MissingNode
    [[nodiscard]] crypto::Digest subtree(unsigned level, std::uint64_t index) const override;

private:
    Database* database_;
    mutable Statement read_;
    Statement write_;
};

/// Reads the table from its beginning beside leaves that are computed anew.
class NodeWalk {
public:
    explicit NodeWalk(Database& database);
    /// @return False when a row that this leaf gives is missing or another one.
    [[nodiscard]] bool next(const crypto::Digest& leaf);
    [[nodiscard]] bool at_end();

private:
    [[nodiscard]] bool row_is(const crypto::Digest& expected);
    Statement rows_;
    std::uint64_t place_ = 0;
    std::uint64_t leaves_ = 0;
    std::vector<crypto::Digest> peaks_; ///< Roots of the complete subtrees, the largest first.
};

} // namespace papervault::vault
