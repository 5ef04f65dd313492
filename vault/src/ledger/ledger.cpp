#include <papervault/vault/ledger.hpp>

#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t entry_bytes_max = 256 * 1024;

crypto::Digest entry_digest(std::string_view text)
{
    return crypto::blake2b("papervault.ledger.entry.v1", {crypto::bytes_of(text)});
}

} // namespace

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
    Statement insert = database_->prepare("INSERT INTO ledger(entry_index, time_ms, text) VALUES (?, ?, ?)");
    insert.bind(static_cast<std::int64_t>(entry.index))
        .bind(static_cast<std::int64_t>(entry.time.time_since_epoch().count()))
        .bind(encode(entry))
        .run();
    return entry;
}

std::uint64_t Ledger::size() const
{
    Statement count = database_->prepare("SELECT count(*) FROM ledger");
    count.step();
    return static_cast<std::uint64_t>(count.integer(0));
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

crypto::Digest Ledger::root() const
{
    crypto::MerkleTree tree;
    for (const std::string& text : texts(0, INT64_MAX)) { tree.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
    return tree.root();
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
