#include "schema.hpp"

#include <papervault/vault/ledger.hpp>

#include <array>

namespace papervault::vault {
namespace {

/// Schema steps, applied in order; a step is never edited once released.
constexpr std::array steps{
    // 1: the first version.
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;"
    "CREATE TABLE officers (id TEXT PRIMARY KEY, name TEXT NOT NULL, card TEXT NOT NULL, roles TEXT NOT NULL,"
    "  sealed_answers_key BLOB, added_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE ledger (entry_index INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE knowledge_points (code TEXT PRIMARY KEY, name TEXT NOT NULL, weight_units INTEGER NOT NULL,"
    "  importance TEXT NOT NULL) STRICT;"
    "CREATE TABLE items (id TEXT NOT NULL, version INTEGER NOT NULL, newest INTEGER NOT NULL, type TEXT NOT NULL,"
    "  knowledge_point TEXT NOT NULL REFERENCES knowledge_points(code), difficulty_units INTEGER NOT NULL,"
    "  body TEXT NOT NULL, content_digest TEXT NOT NULL, row_digest TEXT NOT NULL, import_entry INTEGER NOT NULL,"
    "  PRIMARY KEY (id, version)) STRICT;"
    "CREATE INDEX items_newest ON items(newest, id);"
    "CREATE INDEX items_import ON items(import_entry, id, version);"
    "CREATE TABLE item_keys (id TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (id, "
    "version),"
    "  FOREIGN KEY (id, version) REFERENCES items(id, version)) STRICT;"
    "CREATE TABLE media (name TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL, digest TEXT NOT NULL) STRICT;"
    "CREATE TABLE draws (id TEXT PRIMARY KEY, state TEXT NOT NULL, blueprint TEXT NOT NULL, officers TEXT NOT NULL,"
    "  snapshot TEXT, seed TEXT, forms TEXT, digest TEXT, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE draw_contributions (draw_id TEXT NOT NULL REFERENCES draws(id), officer_id TEXT NOT NULL, commitment "
    "TEXT NOT NULL,"
    "  commit_signature TEXT NOT NULL, value TEXT, PRIMARY KEY (draw_id, officer_id)) STRICT;"
    "CREATE TABLE batches (id TEXT PRIMARY KEY, batch TEXT NOT NULL, roster TEXT NOT NULL, created_ms INTEGER NOT "
    "NULL) STRICT;"
    "CREATE TABLE packages (id TEXT PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, draw_id TEXT NOT NULL, state TEXT NOT "
    "NULL,"
    "  digest TEXT, release_share BLOB NOT NULL, sealed_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE issued_forms (digest TEXT PRIMARY KEY, package_id TEXT NOT NULL REFERENCES packages(id), form_id "
    "TEXT NOT NULL) STRICT;"
    "CREATE TABLE answers (package_id TEXT PRIMARY KEY REFERENCES packages(id), file_digest TEXT NOT NULL, imported_ms "
    "INTEGER NOT NULL)"
    "  STRICT;"
    "CREATE TABLE scores (package_id TEXT NOT NULL REFERENCES packages(id), ticket TEXT NOT NULL, result TEXT NOT NULL,"
    "  PRIMARY KEY (package_id, ticket)) STRICT;",
    // 2: how a draw was made, candidates' forms, proof-reading, what is known of items beside their content.
    "ALTER TABLE draws ADD COLUMN beacon_source TEXT;"
    "ALTER TABLE draws ADD COLUMN beacon TEXT;"
    "ALTER TABLE draws ADD COLUMN drawn_by TEXT;"
    "ALTER TABLE draws ADD COLUMN method TEXT;"
    "ALTER TABLE draws ADD COLUMN loft_forms INTEGER;"
    "ALTER TABLE draws ADD COLUMN loft_root TEXT;"
    "ALTER TABLE draws ADD COLUMN loft_digests BLOB;"
    "ALTER TABLE draws ADD COLUMN certificate_digest TEXT;"
    "CREATE TABLE draw_proofs (draw_id TEXT NOT NULL REFERENCES draws(id), form_id TEXT NOT NULL, number INTEGER NOT "
    "NULL,"
    "  officer_id TEXT NOT NULL, officer_name TEXT NOT NULL, findings TEXT NOT NULL, form_digest TEXT NOT NULL,"
    "  time_ms INTEGER NOT NULL, PRIMARY KEY (draw_id, form_id, number)) STRICT;"
    "CREATE TABLE item_facts (id TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT;",
    // 3: corrections of keys (rule G4): rows are added and approved, never changed otherwise.
    "CREATE TABLE key_corrections (number INTEGER PRIMARY KEY, package_id TEXT NOT NULL REFERENCES packages(id),"
    "  item_id TEXT NOT NULL, item_version INTEGER NOT NULL, reason TEXT NOT NULL, proposer_id TEXT NOT NULL,"
    "  proposer TEXT NOT NULL, approver_id TEXT, approver TEXT, sealed_before BLOB NOT NULL, sealed_after BLOB NOT "
    "NULL,"
    "  applied INTEGER NOT NULL) STRICT;",
    // 4: the ledger's Merkle tree beside its entries; holds and destruction; marked copies.
    "CREATE TABLE ledger_nodes (place INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT;"
    "CREATE TABLE ledger_head (only INTEGER PRIMARY KEY CHECK (only = 1), note TEXT NOT NULL) STRICT;"
    "CREATE TABLE holds (id TEXT PRIMARY KEY, package_id TEXT NOT NULL, reason TEXT NOT NULL, placed_by TEXT NOT NULL,"
    "  placed_ms INTEGER NOT NULL, lifted_ms INTEGER) STRICT;"
    "CREATE TABLE destructions (id TEXT PRIMARY KEY, package_id TEXT NOT NULL, category TEXT NOT NULL, state TEXT NOT "
    "NULL,"
    "  document TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX destructions_open ON destructions(package_id, category) WHERE state <> 'withdrawn';"
    "CREATE TABLE copies (id TEXT PRIMARY KEY, draw_id TEXT NOT NULL REFERENCES draws(id), form_id TEXT NOT NULL, kind "
    "TEXT NOT NULL,"
    "  holder TEXT NOT NULL, issued_ms INTEGER NOT NULL) STRICT;",
    // 5: how batches are scored and judged, until their papers are sealed.
    "CREATE TABLE batch_policies (batch_id TEXT PRIMARY KEY REFERENCES batches(id), policy TEXT NOT NULL,"
    "  proposer_id TEXT NOT NULL, proposer TEXT NOT NULL, approver_id TEXT, approver TEXT) STRICT;",
};

void apply_from(Database& database, std::size_t version)
{
    for (; version < steps.size(); ++version) { database.execute(steps[version]); }
    const std::string set = "PRAGMA user_version = " + std::to_string(steps.size());
    database.execute(set.c_str());
}

} // namespace

void create_schema(Database& database)
{
    apply_from(database, 0);
}

Result<void> upgrade_schema(Database& database)
{
    Statement row = database.prepare("PRAGMA user_version");
    row.step();
    const auto version = static_cast<std::size_t>(row.integer(0));
    row.reset();
    if (version > steps.size()) {
        return refuse(VaultError::conflict, "this vault was written by a newer program (schema " +
                                                std::to_string(version) + ", known up to " +
                                                std::to_string(steps.size()) + "); upgrade papervault");
    }
    if (version < steps.size()) {
        Transaction transaction{database};
        apply_from(database, version);
        transaction.commit();
    }
    return {};
}

} // namespace papervault::vault
