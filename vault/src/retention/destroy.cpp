#include <papervault/vault/retention.hpp>

#include "retention/retention_work.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/packages.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view paper_method =
    "开启份额擦除；封装文件覆写删除 / release share erased, sealed file overwritten and removed";
constexpr std::string_view records_method = "数据库行与文件覆写删除 / rows and files overwritten and removed";

void store(Database& database, const DestructionRecord& record, std::string_view state)
{
    database.prepare("UPDATE destructions SET document = ?, state = ? WHERE id = ?")
        .bind(encode(record))
        .bind(state)
        .bind(record.id)
        .run();
}

/// What the database holds of the category; digests and registers stay as tombstones.
void erase_rows(Database& database, const DestructionRecord& record)
{
    if (record.category == RecordCategory::paper) {
        database.prepare("UPDATE packages SET release_share = zeroblob(0), state = 'destroyed' WHERE id = ?")
            .bind(record.package_id)
            .run();
        return;
    }
    database.prepare("DELETE FROM scores WHERE package_id = ?").bind(record.package_id).run();
    database.prepare("UPDATE batches SET roster = '[]' WHERE id = ?").bind(record.batch_id).run();
}

} // namespace

Result<DestructionRecord> RetentionRegister::find(std::string_view destruction_id)
{
    return guarded([&]() -> Result<DestructionRecord> {
        Statement row = vault_->database().prepare("SELECT document, state FROM destructions WHERE id = ?");
        row.bind(destruction_id);
        if (!row.step()) {
            return refuse(VaultError::not_found, "there is no proposal " + std::string{destruction_id});
        }
        auto record = decode_destruction(row.text(0));
        if (!record) { return record; }
        record->state = row.text(1);
        return record;
    });
}

Result<std::vector<DestructionRecord>> RetentionRegister::destructions()
{
    return guarded([&]() -> Result<std::vector<DestructionRecord>> {
        std::vector<DestructionRecord> found;
        Statement rows =
            vault_->database().prepare("SELECT document, state FROM destructions WHERE state <> 'withdrawn'");
        while (rows.step()) {
            auto record = decode_destruction(rows.text(0));
            if (!record) { return std::unexpected{record.error()}; }
            record->state = rows.text(1);
            found.push_back(std::move(*record));
        }
        std::ranges::sort(found, {},
                          [](const DestructionRecord& each) { return std::pair{each.proposed_at, each.id}; });
        return found;
    });
}

Result<DestructionRecord> RetentionRegister::propose(std::string_view package_id, RecordCategory category,
                                                     std::string_view reason, const Identity& who, engine::Instant now)
{
    if (auto allowed = require_officer(); !allowed) { return std::unexpected{allowed.error()}; }
    if (who.card().id() != vault_->actor().id) {
        return refuse(VaultError::not_permitted, "the proposer must be the officer who has opened the vault");
    }
    if (reason.empty()) { return refuse(VaultError::malformed, "a destruction needs a reason"); }
    const auto state = status(package_id, category);
    if (!state) { return std::unexpected{state.error()}; }
    if (state->destruction) {
        const bool gone = state->destruction->state != "proposed";
        return refuse(gone ? VaultError::already_used : VaultError::conflict,
                      gone ? "it was destroyed already, by " + state->destruction->id
                           : "proposal " + state->destruction->id + " waits for a second person");
    }
    if (auto due = require_due(*state, now); !due) { return std::unexpected{due.error()}; }
    PackageRegister packages{*vault_};
    const auto package = packages.find(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto batch = packages.batch(package->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    DestructionRecord record{.id = crypto::to_hex(crypto::random_bytes(8)),
                             .package_id = package->id,
                             .package_digest = package->digest,
                             .batch_id = package->batch_id,
                             .category = category,
                             .name = batch->batch.title,
                             .occupation = batch->batch.occupation,
                             .level = batch->batch.level,
                             .reason = std::string{reason},
                             .method = std::string{category == RecordCategory::paper ? paper_method : records_method},
                             .proposed_at = now,
                             .proposer_id = who.card().id(),
                             .proposer = who.card().name,
                             .proposer_signature = {},
                             .confirmed_at = {},
                             .confirmer_id = {},
                             .confirmer = {},
                             .confirmer_signature = {},
                             .state = "proposed"};
    sign_as_proposer(record, who);
    const auto recorded =
        vault_->record("destruction.propose", now, [&](Database& database) -> Result<boost::json::object> {
            database.prepare("INSERT INTO destructions(id, package_id, category, state, document) VALUES (?,?,?,?,?)")
                .bind(record.id)
                .bind(record.package_id)
                .bind(to_text(category))
                .bind("proposed")
                .bind(encode(record))
                .run();
            return boost::json::object{{"destruction", record.id},
                                       {"package", record.package_id},
                                       {"batch", record.batch_id},
                                       {"category", to_text(category)},
                                       {"reason", record.reason}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return record;
}

Result<void> RetentionRegister::withdraw(std::string_view destruction_id, std::string_view reason, engine::Instant now)
{
    if (auto allowed = require_officer(); !allowed) { return allowed; }
    if (reason.empty()) { return refuse(VaultError::malformed, "taking a proposal back needs a reason"); }
    const auto record = find(destruction_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto recorded =
        vault_->record("destruction.withdraw", now, [&](Database& database) -> Result<boost::json::object> {
            database.prepare("UPDATE destructions SET state = 'withdrawn' WHERE id = ? AND state = 'proposed'")
                .bind(destruction_id)
                .run();
            if (database.changes() != 1) {
                return refuse(VaultError::conflict, "proposal " + record->id + " is not open any more");
            }
            return boost::json::object{{"destruction", record->id},
                                       {"package", record->package_id},
                                       {"batch", record->batch_id},
                                       {"category", to_text(record->category)},
                                       {"reason", std::string{reason}}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<DestructionRecord> RetentionRegister::destroy(std::string_view destruction_id, const Identity& who,
                                                     engine::Instant now)
{
    if (auto allowed = require_officer(); !allowed) { return std::unexpected{allowed.error()}; }
    if (who.card().id() != vault_->actor().id) {
        return refuse(VaultError::not_permitted, "the second person must be the officer who has opened the vault");
    }
    auto record = find(destruction_id);
    if (!record) { return record; }
    if (record->state == "destroying") { return carry_out(std::move(*record), now); }
    if (record->state != "proposed") {
        return refuse(VaultError::conflict, "proposal " + record->id + " is " + record->state);
    }
    if (record->proposer_id == who.card().id()) {
        return refuse(VaultError::not_permitted,
                      "the second person must be another one than " + record->proposer + ", who proposed it (V9)");
    }
    if (auto genuine = verify_destruction(*record, vault_->officers()); !genuine) {
        return std::unexpected{genuine.error()};
    }
    const auto state = status(record->package_id, record->category);
    if (!state) { return std::unexpected{state.error()}; }
    if (auto due = require_due(*state, now); !due) { return std::unexpected{due.error()}; }
    auto files = guarded(
        [&] { return list_files(PackageRegister{*vault_}.record_folder(record->package_id), record->category); });
    if (!files) { return std::unexpected{files.error()}; }
    record->confirmed_at = now;
    record->confirmer_id = who.card().id();
    record->confirmer = who.card().name;
    sign_as_confirmer(*record, who);
    // Pages that are given up are overwritten, not only forgotten.
    if (auto prepared = guarded([&]() -> Result<void> {
            vault_->database().prepare("PRAGMA secure_delete = ON").run();
            return {};
        });
        !prepared) {
        return std::unexpected{prepared.error()};
    }
    const auto recorded =
        vault_->record("destruction.confirm", now, [&](Database& database) -> Result<boost::json::object> {
            Statement row = database.prepare("SELECT state FROM destructions WHERE id = ?");
            row.bind(record->id);
            if (!row.step() || row.text(0) != "proposed") {
                return refuse(VaultError::conflict, "another process has closed this proposal");
            }
            row.reset();
            // A hold that was placed since, by another process.
            Statement hold =
                database.prepare("SELECT id FROM holds WHERE lifted_ms IS NULL AND package_id IN (?, '*')");
            hold.bind(record->package_id);
            if (hold.step()) { return refuse(VaultError::conflict, "hold " + hold.text(0) + " was placed"); }
            erase_rows(database, *record);
            store(database, *record, "destroying");
            const auto document = engine::parse_json(encode(*record), {});
            return boost::json::object{{"destruction", record->id},    {"package", record->package_id},
                                       {"batch", record->batch_id},    {"category", to_text(record->category)},
                                       {"proposer", record->proposer}, {"method", record->method},
                                       {"document", *document},        {"files", *files}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return carry_out(std::move(*record), now);
}

Result<DestructionRecord> RetentionRegister::carry_out(DestructionRecord record, engine::Instant now)
{
    const auto folder = PackageRegister{*vault_}.record_folder(record.package_id);
    if (auto erased = erase_files(folder, record.category); !erased) { return std::unexpected{erased.error()}; }
    // The write-ahead log still holds the pages as they were.
    if (auto emptied = guarded([&]() -> Result<void> {
            vault_->database().prepare("PRAGMA wal_checkpoint(TRUNCATE)").run();
            return {};
        });
        !emptied) {
        return std::unexpected{emptied.error()};
    }
    const auto left = list_files(folder, record.category);
    if (!left) { return std::unexpected{left.error()}; }
    if (!left->empty()) { return refuse(VaultError::conflict, "new files appeared in " + folder.string()); }
    const auto recorded =
        vault_->record("destruction.done", now, [&](Database& database) -> Result<boost::json::object> {
            Statement entry = database.prepare("SELECT text FROM ledger WHERE instr(text, ?) > 0 AND instr(text, "
                                               "'destruction.confirm') > 0 ORDER BY entry_index DESC LIMIT 1");
            entry.bind(record.id);
            std::size_t files = 0;
            if (entry.step()) {
                const auto confirmed = decode_ledger_entry(entry.text(0));
                const auto* listed = confirmed ? confirmed->subject.if_contains("files") : nullptr;
                if (listed != nullptr && listed->is_array()) { files = listed->get_array().size(); }
            }
            entry.reset();
            store(database, record, "destroyed");
            return boost::json::object{{"destruction", record.id},
                                       {"package", record.package_id},
                                       {"batch", record.batch_id},
                                       {"category", to_text(record.category)},
                                       {"files", files}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    record.state = "destroyed";
    return record;
}

} // namespace papervault::vault
