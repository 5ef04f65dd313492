#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/merkle.hpp>
#include <papervault/crypto/sign.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/vault/database.hpp>
#include <papervault/vault/error.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Append-only record of what was done, by whom, when (rules B5, E14, G6). Entries are canonical JSON, chained by hash
/// and leaves of an RFC 9162 Merkle tree; docs/ledger-format.md.
namespace papervault::vault {

/// Who acts: the officer's card id and name.
struct Actor {
    std::string id;
    std::string name;
};

struct LedgerEntry {
    std::uint64_t index = 0; ///< From 0 without gaps.
    engine::Instant time;
    Actor actor;
    std::string action; ///< "bank.import", "draw.run", "package.seal" …
    boost::json::object subject;
    crypto::Digest previous; ///< BLAKE2b of the entry before; zero for the first.
};
/// The canonical bytes: what is hashed, chained and shown to a supervisor.
[[nodiscard]] std::string encode(const LedgerEntry& entry);
[[nodiscard]] Result<LedgerEntry> decode_ledger_entry(std::string_view text);

/// A signed statement of size and root, in the form of a C2SP checkpoint (signed note, Ed25519).
struct Checkpoint {
    std::string origin; ///< "papervault.vault/<vault id>": no scheme.
    std::uint64_t size = 0;
    crypto::Digest root;
    bool operator==(const Checkpoint&) const = default;
};
[[nodiscard]] std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key);
/// @return signature_invalid, malformed.
[[nodiscard]] Result<Checkpoint> verify_checkpoint(std::string_view note, const crypto::VerifyKey& key);

/// The ledger's tables in the office database. Used inside the caller's transaction: the change and the entry that
/// explains it are both stored, or neither. The roots of complete subtrees rest beside the entries, so that an append,
/// a root and a proof cost O(log n); they are compared with the last signed checkpoint before anything is built on
/// them.
class Ledger {
public:
    explicit Ledger(Database& database) : database_{&database} {}

    /// Appends within the open transaction. Time never goes back: an earlier clock is recorded as the last entry's
    /// time.
    /// @throws StorageUnavailable
    LedgerEntry append(const Actor& actor, std::string_view action, boost::json::object subject, engine::Instant now);
    /// Signs size and root as they stand in the open transaction and keeps the note there.
    std::string sign_head(std::string_view origin, const crypto::SigningKey& key);
    /// Compares size and stored subtrees with the note of sign_head(). A ledger of the time before there were stored
    /// subtrees gets them now, from its entries. Inside a transaction. @return chain_broken.
    [[nodiscard]] Result<void> verify_head(const crypto::VerifyKey& key);

    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] std::vector<std::string> texts(std::uint64_t from, std::uint64_t count) const;
    /// Root over the first entries. @param size At most size(). @return chain_broken when a stored subtree is missing.
    [[nodiscard]] Result<crypto::Digest> root_at(std::uint64_t size) const;
    /// Proofs are verified with `checkpoint` before they are given out: a stored subtree that was altered is found
    /// here, not by the reader. @param checkpoint  Of this ledger, its signature verified.
    /// @return not_found (no such entry under the checkpoint), chain_broken.
    [[nodiscard]] Result<std::vector<crypto::Digest>> inclusion_proof(std::uint64_t index,
                                                                      const Checkpoint& checkpoint) const;
    [[nodiscard]] Result<std::vector<crypto::Digest>> consistency_proof(const Checkpoint& old_checkpoint,
                                                                        const Checkpoint& checkpoint) const;
    /// Builds the tree from the entries and compares every stored subtree. @return What does not fit, or nothing.
    [[nodiscard]] std::optional<std::string> find_tree_damage() const;

private:
    Database* database_;
};

/// Checks texts as a chain from the first entry: form, index, order of time, previous hash. @return chain_broken naming
/// the first entry.
[[nodiscard]] Result<std::vector<LedgerEntry>> verify_chain(const std::vector<std::string>& texts);
/// A checkpoint kept by somebody else must be a prefix of this ledger. @return chain_broken.
[[nodiscard]] Result<void> verify_against_checkpoint(const std::vector<std::string>& texts, const Checkpoint& kept);

} // namespace papervault::vault
