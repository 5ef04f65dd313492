#include <papervault/vault/audit.hpp>

#include "bank/item_key_box.hpp"
#include "packages/stored_texts.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/ledger_check.hpp>
#include <papervault/vault/packages.hpp>
#include <papervault/vault/results.hpp>
#include <papervault/vault/retention.hpp>
#include <papervault/vault/signed_note.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace papervault::vault {
namespace {

constexpr std::size_t record_bytes_max = 1ULL << 30;

std::string text_member(const boost::json::object& subject, std::string_view name)
{
    const auto* value = subject.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::unexpected<VaultFailure> broken(std::string detail)
{
    return refuse(VaultError::chain_broken, std::move(detail));
}

/// What one kind of ledger entry promises about the vault's contents. @return What was compared.
class EntryChecks {
public:
    EntryChecks(OfficeVault& vault, const std::vector<LedgerEntry>& entries) : vault_{&vault}, entries_{&entries}
    {
        for (const LedgerEntry& entry : entries) {
            if (entry.action != "destruction.confirm") { continue; }
            const std::string category = text_member(entry.subject, "category");
            tombstones_.try_emplace(category + "|" + text_member(entry.subject, "package"), entry.index);
            tombstones_.try_emplace(category + "|" + text_member(entry.subject, "batch"), entry.index);
        }
    }

    Result<std::string> check(const LedgerEntry& entry)
    {
        const std::string& action = entry.action;
        if (action == "vault.init") { return init(entry); }
        if (action == "bank.import") { return import(entry); }
        if (action == "draw.run" || action == "draw.loft") { return draw(entry); }
        if (action == "draw.commit") { return commitment(entry); }
        if (action == "batch.create") { return batch(entry); }
        if (action == "batch.policy.approve") { return policy(entry); }
        if (action == "package.countersign") { return package(entry); }
        if (action == "package.handover") { return handover(entry); }
        if (action == "answers.import") { return answers(entry); }
        if (action == "grade.run" || action == "grade.regrade") { return grading(entry); }
        if (action == "grade.correction.propose") { return correction(entry); }
        if (action == "report.write") { return report(entry); }
        if (action == "destruction.confirm") { return destruction(entry); }
        return std::string{"recorded"};
    }

private:
    /// What was lawfully destroyed cannot be compared any more: the tombstone stands for it.
    [[nodiscard]] std::optional<std::string> tombstone(std::string_view category, std::string_view id) const
    {
        const auto found = tombstones_.find(std::string{category} + "|" + std::string{id});
        if (found == tombstones_.end()) { return std::nullopt; }
        return "destroyed by entry " + std::to_string(found->second);
    }

    Result<std::string> destruction(const LedgerEntry& entry)
    {
        const auto* document = entry.subject.if_contains("document");
        const auto record = document == nullptr ? Result<DestructionRecord>{broken("the entry carries no document")}
                                                : decode_destruction(engine::canonical_json(*document));
        if (!record) { return std::unexpected{record.error()}; }
        if (auto valid = verify_destruction(*record, vault_->officers()); !valid) {
            return std::unexpected{valid.error()};
        }
        if (!record->confirmed_at || record->package_id != text_member(entry.subject, "package")) {
            return broken("the document is another package's, or one person's alone");
        }
        return record->proposer + " and " + record->confirmer + ", both signatures";
    }

    Result<std::string> init(const LedgerEntry& entry)
    {
        if (entry.index != 0) { return broken("a vault is made once, and first"); }
        if (text_member(entry.subject, "vault_id") != vault_->vault_id()) { return broken("another vault's ledger"); }
        return std::string{"the vault's id"};
    }

    Result<std::string> import(const LedgerEntry& entry)
    {
        std::size_t versions = 0;
        Statement rows = vault_->database().prepare(
            "SELECT i.id, i.version, i.body, i.row_digest, k.sealed FROM items i LEFT JOIN item_keys k"
            " ON k.id = i.id AND k.version = i.version WHERE i.import_entry = ? ORDER BY i.id, i.version");
        rows.bind(static_cast<std::int64_t>(entry.index));
        while (rows.step()) {
            ++versions;
            if (item_row_digest(rows.text(2), rows.bytes(4)).hex() != rows.text(3)) {
                return broken("item " + rows.text(0) + " version " + std::to_string(rows.integer(1)) +
                              " was altered after the import");
            }
        }
        if (import_digest(vault_->database(), entry.index).hex() != text_member(entry.subject, "digest")) {
            return broken("the items stored by this import are not those that were recorded");
        }
        return std::to_string(versions) + " item versions";
    }

    Result<std::string> commitment(const LedgerEntry& entry)
    {
        Statement row = vault_->database().prepare(
            "SELECT commitment FROM draw_contributions WHERE draw_id = ? AND officer_id = ?");
        row.bind(text_member(entry.subject, "draw")).bind(entry.actor.id);
        if (!row.step() || row.text(0) != text_member(entry.subject, "commitment")) {
            return broken("the commitment was altered");
        }
        return std::string{"the commitment"};
    }

    Result<std::string> draw(const LedgerEntry& entry)
    {
        const std::string id = text_member(entry.subject, "draw");
        DrawRegister draws{*vault_};
        auto record = draws.verify(id);
        // Made by another method: everything but the drawing itself has been compared.
        const bool repeated = record.has_value();
        const bool lacks_keys = !record && record.error().code == VaultError::not_permitted;
        if (!record && (lacks_keys || record.error().code == VaultError::conflict)) { record = draws.find(id); }
        if (!record) { return std::unexpected{record.error()}; }
        if (record->digest != text_member(entry.subject, "digest") ||
            record->seed != text_member(entry.subject, "seed")) {
            return broken("draw " + id + " is not the one that was recorded");
        }
        if (lacks_keys) { return "draw " + id + ": the record; it counts answers, which an auditor has no right to"; }
        if (!repeated) { return "draw " + id + ": the record; made by " + record->method + ", not repeated here"; }
        const std::size_t forms = record->loft.forms > 0 ? record->loft.forms : record->forms.size();
        return "draw " + id + " repeated: " + std::to_string(forms) + " forms, the same";
    }

    Result<std::string> batch(const LedgerEntry& entry)
    {
        const auto* recorded = entry.subject.if_contains("batch");
        const std::string id =
            recorded != nullptr && recorded->is_object() ? text_member(recorded->get_object(), "id") : "";
        const auto stored = PackageRegister{*vault_}.batch(id);
        if (!stored) { return std::unexpected{stored.error()}; }
        if (to_json(stored->batch) != *recorded) { return broken("batch " + id + " was altered"); }
        Statement row = vault_->database().prepare("SELECT roster FROM batches WHERE id = ?");
        row.bind(id);
        row.step();
        const std::string roster = row.text(0);
        if (const auto gone = tombstone("records", id)) { return "the roster: " + *gone; }
        if (crypto::blake2b("papervault.roster.v1", {crypto::bytes_of(roster)}).hex() !=
            text_member(entry.subject, "roster_digest")) {
            return broken("the roster of batch " + id + " was altered");
        }
        return std::to_string(stored->roster.size()) + " candidates";
    }

    Result<std::string> package(const LedgerEntry& entry)
    {
        const std::string id = text_member(entry.subject, "package");
        if (const auto gone = tombstone("paper", id)) { return *gone; }
        const auto reader = PackageRegister{*vault_}.reader(id);
        if (!reader) { return std::unexpected{reader.error()}; }
        if (reader->digest().hex() != text_member(entry.subject, "digest")) {
            return broken("package " + id + " is another file");
        }
        if (auto intact = reader->verify_digests(); !intact) { return std::unexpected{intact.error()}; }
        const auto record = PackageRegister{*vault_}.find(id);
        if (!record) { return std::unexpected{record.error()}; }
        const auto draw = DrawRegister{*vault_}.find(record->draw_id);
        if (!draw) { return std::unexpected{draw.error()}; }
        if (draw->digest != reader->header().draw_digest.hex()) {
            return broken("package " + id + " was not made from draw " + record->draw_id);
        }
        return std::string{"both seals, every byte, the draw"};
    }

    Result<std::string> handover(const LedgerEntry& entry)
    {
        const std::string id = text_member(entry.subject, "package");
        const std::string digest = text_member(entry.subject, "digest");
        if (const auto gone = tombstone("records", id)) { return *gone; }
        PackageRegister packages{*vault_};
        const auto text =
            read_text_file(packages.record_folder(id) / ("handover-" + digest.substr(0, 16) + ".json"), 1 << 20);
        if (!text) { return std::unexpected{text.error()}; }
        if (crypto::blake2b("papervault.handover.v1", {crypto::bytes_of(*text)}).hex() != digest) {
            return broken("the handover was altered");
        }
        const auto document = decode_handover(*text);
        if (!document) { return std::unexpected{document.error()}; }
        if (const auto gone = tombstone("paper", id)) { return "the document; the package was " + *gone; }
        const auto reader = packages.reader(id);
        if (!reader) { return std::unexpected{reader.error()}; }
        if (auto valid = verify_handover(*document, *reader); !valid) { return std::unexpected{valid.error()}; }
        return document->giver.name + " → " + document->taker.name + ", both signatures";
    }

    Result<std::string> answers(const LedgerEntry& entry)
    {
        const std::string id = text_member(entry.subject, "package");
        if (const auto gone = tombstone("records", id)) { return *gone; }
        const auto bytes = read_file(PackageRegister{*vault_}.record_folder(id) / "answers.pva", record_bytes_max);
        if (!bytes) { return std::unexpected{bytes.error()}; }
        if (crypto::blake2b(*bytes).hex() != text_member(entry.subject, "digest")) {
            return broken("the answers file was altered");
        }
        if (const auto gone = tombstone("paper", id)) { return "the sealed file; the package was " + *gone; }
        const auto answers = ResultRegister{*vault_}.answers(id);
        if (!answers) { return std::unexpected{answers.error()}; }
        if (const std::string front = text_member(entry.subject, "front"); !front.empty()) {
            if (front != answers->front.hex() || front != stored(vault_->database(), front_name(id))) {
                return broken("the record of which answers were taken in was altered");
            }
        }
        const auto receipts =
            std::ranges::count_if(answers->sheets, [](const AnswerSheet& sheet) { return !sheet.receipt.empty(); });
        return "the hall's signature, " + std::to_string(answers->sheets.size()) + " sheets, " +
               std::to_string(receipts) + " receipts that fit their answers";
    }

    Result<std::string> grading(const LedgerEntry& entry)
    {
        const std::string id = text_member(entry.subject, "package");
        const bool superseded = std::ranges::any_of(*entries_, [&](const LedgerEntry& later) {
            return later.index > entry.index && (later.action == "grade.run" || later.action == "grade.regrade") &&
                   text_member(later.subject, "package") == id;
        });
        if (superseded) { return std::string{"superseded by a later grading"}; }
        if (const auto gone = tombstone("records", id)) { return *gone; }
        if (results_digest(vault_->database(), id).hex() != text_member(entry.subject, "digest")) {
            return broken("the stored scores of package " + id + " were altered");
        }
        if (const auto gone = tombstone("paper", id)) { return "the stored scores; the package was " + *gone; }
        const auto results = ResultRegister{*vault_}.results(id);
        if (!results) { return std::unexpected{results.error()}; }
        const auto answers = ResultRegister{*vault_}.answers(id);
        if (!answers) { return std::unexpected{answers.error()}; }
        for (const CandidateResult& result : *results) {
            engine::Decimal sum;
            const auto sheet = std::ranges::find(answers->sheets, result.ticket, &AnswerSheet::ticket);
            if (sheet == answers->sheets.end()) { return broken("scores of " + result.ticket + " without a sheet"); }
            for (const CandidateResult::Item& item : result.items) {
                sum += item.points;
                const auto given = sheet->responses.find(item.id);
                if (item.response != (given == sheet->responses.end() ? engine::Response{} : given->second)) {
                    return broken("item " + item.id + " of " + result.ticket +
                                  " was graded on another answer than the one given");
                }
            }
            if (engine::paper_total(sum, {.floor = result.floor, .rounding = result.rounding}) != result.points) {
                return broken("the points of " + result.ticket + " are not the sum over the items");
            }
        }
        return std::to_string(results->size()) + " results: answers graded are the answers given, sums";
    }

    Result<std::string> correction(const LedgerEntry& entry)
    {
        const auto* number = entry.subject.if_contains("correction");
        if (number == nullptr || !number->is_int64()) { return broken("the entry names no correction"); }
        Statement row = vault_->database().prepare(
            "SELECT sealed_before, sealed_after, reason, approver FROM key_corrections WHERE number = ?");
        row.bind(number->get_int64());
        if (!row.step() || crypto::blake2b(row.bytes(0)).hex() != text_member(entry.subject, "before") ||
            crypto::blake2b(row.bytes(1)).hex() != text_member(entry.subject, "after") ||
            row.text(2) != text_member(entry.subject, "reason")) {
            return broken("a correction of a key was altered");
        }
        const bool has_approval = std::ranges::any_of(*entries_, [&](const LedgerEntry& later) {
            const auto* approved = later.subject.if_contains("correction");
            return later.action == "grade.correction.approve" && approved != nullptr && *approved == *number;
        });
        if (has_approval == row.is_null(3)) { return broken("the approval of a correction was altered"); }
        return std::string{"old and new key, reason, approval"};
    }

    Result<std::string> policy(const LedgerEntry& entry)
    {
        const std::string batch_id = text_member(entry.subject, "batch");
        const bool superseded = std::ranges::any_of(*entries_, [&](const LedgerEntry& later) {
            return later.index > entry.index && later.action.starts_with("batch.policy.") &&
                   text_member(later.subject, "batch") == batch_id;
        });
        if (superseded) { return std::string{"superseded by a later policy"}; }
        const auto record = BatchPolicyRegister{*vault_}.find(batch_id);
        if (!record) { return std::unexpected{record.error()}; }
        if (digest_of(record->policy).hex() != text_member(entry.subject, "digest") || record->approver.empty()) {
            return broken("the policy of a batch was altered");
        }
        return std::string{"the policy that was approved"};
    }

    Result<std::string> report(const LedgerEntry& entry)
    {
        const auto folder = PackageRegister{*vault_}.record_folder(text_member(entry.subject, "package")) / "report";
        const auto* files = entry.subject.if_contains("files");
        if (files == nullptr || !files->is_object()) { return broken("the entry names no files"); }
        const bool superseded = std::ranges::any_of(*entries_, [&](const LedgerEntry& later) {
            return later.index > entry.index && later.action == "report.write" &&
                   text_member(later.subject, "package") == text_member(entry.subject, "package");
        });
        if (superseded) { return std::string{"superseded by a later report"}; }
        if (const auto gone = tombstone("records", text_member(entry.subject, "package"))) { return *gone; }
        for (const auto& [name, digest] : files->get_object()) {
            const auto bytes = read_file(folder / std::string{name}, record_bytes_max);
            if (!bytes) { return std::unexpected{bytes.error()}; }
            if (!digest.is_string() || crypto::blake2b(*bytes).hex() != std::string_view{digest.get_string()}) {
                return broken("report file " + std::string{name} + " was altered");
            }
        }
        return std::to_string(files->get_object().size()) + " files";
    }

    OfficeVault* vault_;
    const std::vector<LedgerEntry>* entries_;
    std::map<std::string, std::uint64_t> tombstones_; ///< "category|package or batch" to the entry.
};

/// Everything that the database holds must have an entry: rows that nobody recorded are as bad as altered ones.
Result<std::string> find_unrecorded(Database& database, const std::vector<LedgerEntry>& entries)
{
    std::map<std::string, std::size_t> recorded;
    for (const LedgerEntry& entry : entries) { ++recorded[entry.action]; }
    struct Expectation {
        const char* sql;
        std::string_view action;
        std::string_view what;
    };
    constexpr std::array expectations{
        Expectation{"SELECT count(DISTINCT import_entry) FROM items", "bank.import", "imports"},
        Expectation{"SELECT count(*) FROM draws", "draw.open", "draws"},
        Expectation{"SELECT count(*) FROM draw_proofs", "draw.proof", "proof-reading marks"},
        Expectation{"SELECT count(*) FROM batches", "batch.create", "batches"},
        Expectation{"SELECT count(*) FROM batch_policies", "batch.policy.propose", "policies of batches"},
        Expectation{"SELECT count(*) FROM packages", "package.seal", "packages"},
        Expectation{"SELECT count(*) FROM answers", "answers.import", "answers"},
        Expectation{"SELECT count(DISTINCT package_id) FROM scores", "grade.run", "graded packages"},
        Expectation{"SELECT count(*) FROM key_corrections", "grade.correction.propose", "corrections of keys"},
    };
    for (const Expectation& each : expectations) {
        Statement row = database.prepare(each.sql);
        row.step();
        if (static_cast<std::size_t>(row.integer(0)) > recorded[std::string{each.action}]) {
            return broken("the database holds more " + std::string{each.what} + " than the ledger has entries '" +
                          std::string{each.action} + "'");
        }
    }
    return std::string{"nothing is stored that no entry explains"};
}

} // namespace

Result<AuditReport> verify_vault(OfficeVault& vault, const std::vector<std::string>& kept_checkpoints,
                                 const std::function<void(const AuditFinding&)>& progress)
{
    AuditReport report;
    const auto note = [&](std::string subject, const Result<std::string>& outcome) {
        report.findings.push_back(
            {std::move(subject), outcome.has_value(), outcome ? *outcome : outcome.error().detail});
        if (progress) { progress(report.findings.back()); }
        return outcome.has_value();
    };
    return guarded([&]() -> Result<AuditReport> {
        const auto damage = vault.database().find_damage();
        if (!note("database", damage ? Result<std::string>{broken(*damage)}
                                     : Result<std::string>{"every page's HMAC, structure"})) {
            return report;
        }

        const crypto::VerifyKey& key = vault.office_identity().card().sign_key;
        const auto own_note = read_text_file(vault.directory() / "ledger.checkpoint", note_bytes_max);
        const auto own =
            own_note ? verify_checkpoint(*own_note, key) : Result<Checkpoint>{std::unexpected{own_note.error()}};
        KeptEvidence kept;
        for (const std::string& text : kept_checkpoints) {
            const auto checkpoint = verify_checkpoint(text, key);
            if (!checkpoint) {
                note("checkpoint", std::unexpected{checkpoint.error()});
                return report;
            }
            kept.checkpoints.push_back(*checkpoint);
        }
        if (own) { kept.checkpoints.push_back(*own); }
        // The file follows the transaction: after a power cut it may be behind, and that is no replay.
        std::optional<Checkpoint> head;
        Statement signed_head = vault.database().prepare("SELECT note FROM ledger_head");
        if (signed_head.step()) {
            const auto checkpoint = verify_checkpoint(signed_head.text(0), key);
            if (!checkpoint) {
                note("ledger head", std::unexpected{checkpoint.error()});
                return report;
            }
            head = *checkpoint;
        }
        const std::vector<std::string> texts = vault.ledger().texts(0, INT64_MAX);
        if (const auto damaged = find_ledger_damage(texts, head, kept)) {
            note("ledger", broken(damaged->detail));
            return report;
        }
        const auto entries = verify_chain(texts);
        if (!note("ledger", entries ? Result<std::string>{std::to_string(texts.size()) + " entries, chain of hashes"}
                                    : Result<std::string>{std::unexpected{entries.error()}})) {
            return report;
        }
        report.entries = entries->size();
        const auto tree = vault.ledger().find_tree_damage();
        if (!note("ledger tree", tree ? Result<std::string>{broken(*tree)}
                                      : Result<std::string>{"every stored subtree computed anew"})) {
            return report;
        }
        if (!own) {
            note("checkpoint", std::unexpected{own.error()});
            return report;
        }
        for (const Checkpoint& checkpoint : kept.checkpoints) {
            note("checkpoint of " + std::to_string(checkpoint.size) + " entries", "signature, Merkle root");
        }
        EntryChecks checks{vault, *entries};
        for (const LedgerEntry& entry : *entries) {
            if (!note("entry " + std::to_string(entry.index) + " " + entry.action + " (" + entry.actor.name + ")",
                      checks.check(entry))) {
                return report;
            }
        }
        note("stored rows", find_unrecorded(vault.database(), *entries));
        return report;
    });
}

} // namespace papervault::vault
