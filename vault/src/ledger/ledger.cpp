#include <papervault/vault/ledger.hpp>

#include "ledger/entry_digest.hpp"
#include "ledger/node_table.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t entry_bytes_max = 256 * 1024;

} // namespace

crypto::Digest entry_digest(std::string_view text)
{
    return crypto::blake2b("papervault.ledger.entry.v1", {crypto::bytes_of(text)});
}

std::string encode(const LedgerEntry& entry)
{
    return engine::canonical_json(boost::json::object{
        {"index", entry.index},
        {"time", engine::to_text(entry.time)},
        {"actor", {{"id", entry.actor.id}, {"name", entry.actor.name}}},
        {"action", entry.action},
        {"subject", entry.subject},
        {"previous", entry.previous.hex()},
    });
}

Result<LedgerEntry> decode_ledger_entry(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = entry_bytes_max, .depth_max = 16});
    if (!value) { return refuse(VaultError::malformed, value.error().detail); }
    engine::JsonFields fields{*value, "entry"};
    LedgerEntry entry;
    entry.index = static_cast<std::uint64_t>(fields.integer("index", 0, INT64_MAX));
    const auto time = engine::instant_from_text(fields.text("time", 40));
    engine::JsonFields actor{fields.member("actor"), "entry.actor"};
    entry.actor.id = actor.text("id", 64);
    entry.actor.name = actor.text("name", 256);
    entry.action = fields.text("action", 64);
    const auto& subject = fields.member("subject");
    const auto previous = crypto::Digest::from_hex(fields.text("previous", 64));
    if (const auto done = actor.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    if (const auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    if (!time || !previous || !subject.is_object()) {
        return refuse(VaultError::malformed, "entry: time, previous or subject");
    }
    entry.time = *time;
    entry.previous = *previous;
    entry.subject = subject.get_object();
    if (encode(entry) != text) { return refuse(VaultError::malformed, "entry: not in canonical form"); }
    return entry;
}

LedgerEntry Ledger::append(const Actor& actor, std::string_view action, boost::json::object subject,
                           engine::Instant now)
{
    LedgerEntry entry;
    entry.time = now;
    entry.actor = actor;
    entry.action = action;
    entry.subject = std::move(subject);
    Statement last =
        database_->prepare("SELECT entry_index, time_ms, text FROM ledger ORDER BY entry_index DESC LIMIT 1");
    if (last.step()) {
        entry.index = static_cast<std::uint64_t>(last.integer(0)) + 1;
        entry.time = std::max(now, engine::Instant{std::chrono::milliseconds{last.integer(1)}});
        entry.previous = entry_digest(last.text(2));
    }
    const std::string text = encode(entry);
    Statement insert = database_->prepare("INSERT INTO ledger(entry_index, time_ms, text) VALUES (?, ?, ?)");
    insert.bind(static_cast<std::int64_t>(entry.index))
        .bind(static_cast<std::int64_t>(entry.time.time_since_epoch().count()))
        .bind(text)
        .run();
    NodeTable{*database_}.append(entry.index, crypto::merkle_leaf(crypto::bytes_of(text)));
    return entry;
}

std::string Ledger::sign_head(std::string_view origin, const crypto::SigningKey& key)
{
    const std::uint64_t entries = size();
    const Checkpoint head{
        .origin = std::string{origin}, .size = entries, .root = crypto::merkle_root(NodeTable{*database_}, entries)};
    std::string note = sign_checkpoint(head, key);
    database_->prepare("INSERT INTO ledger_head(only, note) VALUES (1, ?) ON CONFLICT(only) DO UPDATE SET note = ?1")
        .bind(note)
        .run();
    return note;
}

Result<void> Ledger::verify_head(const crypto::VerifyKey& key)
{
    const std::uint64_t entries = size();
    Statement row = database_->prepare("SELECT note FROM ledger_head");
    if (!row.step()) { // written before schema 3
        if (NodeTable{*database_}.size() != 0) {
            return refuse(VaultError::chain_broken, "the ledger has a tree but no signed head: the head was removed");
        }
        NodeTable nodes{*database_};
        Statement rows = database_->prepare("SELECT text FROM ledger ORDER BY entry_index");
        for (std::uint64_t index = 0; rows.step(); ++index) {
            nodes.append(index, crypto::merkle_leaf(crypto::bytes_of(rows.text(0))));
        }
        return {};
    }
    const auto head = verify_checkpoint(row.text(0), key);
    if (!head) { return std::unexpected{head.error()}; }
    if (head->size != entries) {
        return refuse(VaultError::chain_broken, "the ledger has " + std::to_string(entries) +
                                                    " entries, its last signed head counts " +
                                                    std::to_string(head->size));
    }
    const auto root = root_at(entries);
    if (!root) { return std::unexpected{root.error()}; }
    if (*root != head->root) {
        return refuse(VaultError::chain_broken, "the ledger's stored tree is not the one that was signed at " +
                                                    std::to_string(head->size) +
                                                    " entries; 'papervault audit verify' says what was altered");
    }
    return {};
}

std::uint64_t Ledger::size() const
{
    Statement last = database_->prepare("SELECT entry_index FROM ledger ORDER BY entry_index DESC LIMIT 1");
    return last.step() ? static_cast<std::uint64_t>(last.integer(0)) + 1 : 0;
}

std::vector<std::string> Ledger::texts(std::uint64_t from, std::uint64_t count) const
{
    std::vector<std::string> found;
    Statement rows = database_->prepare("SELECT text FROM ledger WHERE entry_index >= ? ORDER BY entry_index LIMIT ?");
    rows.bind(static_cast<std::int64_t>(from))
        .bind(static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX)));
    while (rows.step()) { found.push_back(rows.text(0)); }
    return found;
}

Result<crypto::Digest> Ledger::root_at(std::uint64_t size) const
{
    try {
        return crypto::merkle_root(NodeTable{*database_}, size);
    } catch (const MissingNode& missing) {
        return refuse(VaultError::chain_broken, missing.what());
    }
}

Result<std::vector<crypto::Digest>> Ledger::inclusion_proof(std::uint64_t index, const Checkpoint& checkpoint) const
{
    if (index >= checkpoint.size || checkpoint.size > size()) {
        return refuse(VaultError::not_found, "entry " + std::to_string(index) + " is not under a checkpoint of " +
                                                 std::to_string(checkpoint.size) + " entries");
    }
    try {
        auto proof = crypto::merkle_inclusion_proof(NodeTable{*database_}, index, checkpoint.size);
        const auto text = texts(index, 1);
        const bool fits = !text.empty() && crypto::verify_inclusion(crypto::merkle_leaf(crypto::bytes_of(text.front())),
                                                                    index, checkpoint.size, proof, checkpoint.root);
        if (fits) { return proof; }
        return refuse(VaultError::chain_broken, "entry " + std::to_string(index) +
                                                    " and the stored tree do not lead to the signed root; "
                                                    "'papervault audit verify' says what was altered");
    } catch (const MissingNode& missing) {
        return refuse(VaultError::chain_broken, missing.what());
    }
}

Result<std::vector<crypto::Digest>> Ledger::consistency_proof(const Checkpoint& old_checkpoint,
                                                              const Checkpoint& checkpoint) const
{
    if (old_checkpoint.size > checkpoint.size || checkpoint.size > size()) {
        return refuse(VaultError::chain_broken, "the older checkpoint knows " + std::to_string(old_checkpoint.size) +
                                                    " entries, the newer one " + std::to_string(checkpoint.size));
    }
    try {
        auto proof = crypto::merkle_consistency_proof(NodeTable{*database_}, old_checkpoint.size, checkpoint.size);
        if (old_checkpoint.size == 0 || crypto::verify_consistency(old_checkpoint.size, old_checkpoint.root,
                                                                   checkpoint.size, checkpoint.root, proof)) {
            return proof;
        }
        return refuse(VaultError::chain_broken, "the ledger does not continue the checkpoint of " +
                                                    std::to_string(old_checkpoint.size) + " entries");
    } catch (const MissingNode& missing) {
        return refuse(VaultError::chain_broken, missing.what());
    }
}

std::optional<std::string> Ledger::find_tree_damage() const
{
    NodeWalk walk{*database_};
    Statement rows = database_->prepare("SELECT text FROM ledger ORDER BY entry_index");
    for (std::uint64_t index = 0; rows.step(); ++index) {
        if (!walk.next(crypto::merkle_leaf(crypto::bytes_of(rows.text(0))))) {
            return "the stored tree does not fit ledger entry " + std::to_string(index);
        }
    }
    if (!walk.at_end()) { return "the stored tree has more leaves than the ledger has entries"; }
    return std::nullopt;
}

Result<std::vector<LedgerEntry>> verify_chain(const std::vector<std::string>& texts)
{
    std::vector<LedgerEntry> entries;
    entries.reserve(texts.size());
    crypto::Digest previous{};
    for (std::size_t index = 0; index < texts.size(); ++index) {
        const std::string at = "ledger entry " + std::to_string(index) + ": ";
        auto entry = decode_ledger_entry(texts[index]);
        if (!entry) { return refuse(VaultError::chain_broken, at + entry.error().detail); }
        if (entry->index != index) {
            return refuse(VaultError::chain_broken, at + "carries number " + std::to_string(entry->index));
        }
        if (entry->previous != previous) {
            return refuse(VaultError::chain_broken, at + "does not follow from the entry before it");
        }
        if (!entries.empty() && entry->time < entries.back().time) {
            return refuse(VaultError::chain_broken, at + "is older than the entry before it");
        }
        previous = entry_digest(texts[index]);
        entries.push_back(std::move(*entry));
    }
    return entries;
}

Result<void> verify_against_checkpoint(const std::vector<std::string>& texts, const Checkpoint& kept)
{
    if (kept.size > texts.size()) {
        return refuse(VaultError::chain_broken, "the checkpoint knows " + std::to_string(kept.size) +
                                                    " entries, the ledger has only " + std::to_string(texts.size()) +
                                                    ": entries were cut off or an old copy was put back");
    }
    crypto::MerkleTree tree;
    for (std::uint64_t index = 0; index < kept.size; ++index) {
        tree.append(crypto::merkle_leaf(crypto::bytes_of(texts[index])));
    }
    if (tree.root() != kept.root) {
        return refuse(VaultError::chain_broken, "the first " + std::to_string(kept.size) +
                                                    " entries are not those that the checkpoint was signed over");
    }
    return {};
}

} // namespace papervault::vault
