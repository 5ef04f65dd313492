#include <papervault/vault/retention.hpp>

#include "json_codec.hpp"
#include "retention/retention_work.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/packages.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::string_view policy_format = "papervault-retention";
constexpr int months_max = 1200;
constexpr RetentionPolicy rule{}; // V9

struct CategoryName {
    RecordCategory category;
    std::string_view text;
};
constexpr std::array category_names{CategoryName{RecordCategory::paper, "paper"},
                                    CategoryName{RecordCategory::records, "records"},
                                    CategoryName{RecordCategory::certificates, "certificates"}};

/// Actions after which the results stand. The last one counts: a correction begins the period anew.
bool gives_results(std::string_view action)
{
    return action.starts_with("grade.run") || action.starts_with("grade.regrade") || action == "report.write" ||
           action.find("publish") != std::string_view::npos;
}

std::optional<engine::Instant> results_at(Database& database, std::string_view package_id)
{
    std::optional<engine::Instant> last;
    Statement rows = database.prepare("SELECT text FROM ledger WHERE instr(text, ?) > 0 ORDER BY entry_index");
    rows.bind(package_id);
    while (rows.step()) {
        const auto entry = decode_ledger_entry(rows.text(0));
        if (entry && gives_results(entry->action)) { last = entry->time; }
    }
    return last;
}

std::vector<Hold> holds_on(Database& database, std::string_view package_id)
{
    std::vector<Hold> found;
    Statement rows =
        database.prepare("SELECT id, package_id, reason, placed_by, placed_ms FROM holds WHERE lifted_ms IS "
                         "NULL AND package_id IN (?, '*') ORDER BY placed_ms, id");
    rows.bind(package_id);
    while (rows.step()) {
        found.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3),
                         engine::Instant{std::chrono::milliseconds{rows.integer(4)}}});
    }
    return found;
}

std::optional<DestructionRecord> destruction_of(Database& database, std::string_view package_id,
                                                RecordCategory category)
{
    Statement row = database.prepare(
        "SELECT document, state FROM destructions WHERE package_id = ? AND category = ? AND state <> 'withdrawn'");
    row.bind(package_id).bind(to_text(category));
    if (!row.step()) { return std::nullopt; }
    auto record = decode_destruction(row.text(0));
    if (!record) { throw StorageUnavailable{"destructions: " + record.error().detail, true}; }
    record->state = row.text(1);
    return std::move(*record);
}

} // namespace

std::string_view to_text(RecordCategory category) noexcept
{
    for (const CategoryName& each : category_names) {
        if (each.category == category) { return each.text; }
    }
    return "unknown";
}

Result<RecordCategory> destructible_category(std::string_view text)
{
    if (text == "certificates") {
        return refuse(VaultError::not_permitted, "the register of certificates is kept for ever (V9)");
    }
    for (const CategoryName& each : category_names) {
        if (each.text == text) { return each.category; }
    }
    return refuse(VaultError::malformed, "'" + std::string{text} + "' is no category; categories: paper, records");
}

Result<RetentionPolicy> decode_retention_policy(std::string_view text)
{
    const auto value = parse_document(text, 4096, policy_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, policy_format);
    RetentionPolicy policy;
    policy.paper_months = static_cast<int>(fields.integer("paper_months", 0, months_max));
    policy.records_months = static_cast<int>(fields.integer("records_months", 0, months_max));
    if (auto finished = finish_document(fields, policy_format); !finished) { return std::unexpected{finished.error()}; }
    if (policy.paper_months < rule.paper_months || policy.records_months < rule.records_months) {
        return refuse(VaultError::not_permitted, "papers are kept at least " + std::to_string(rule.paper_months) +
                                                     " months after the results and records " +
                                                     std::to_string(rule.records_months) +
                                                     " (V9); a policy can only lengthen that");
    }
    return policy;
}

Result<void> RetentionRegister::require_officer() const
{
    if (vault_->require(Role::supervisor)) {
        return refuse(VaultError::not_permitted, "a supervisor sees everything and changes nothing (A4)");
    }
    return {};
}

Result<RetentionPolicy> RetentionRegister::policy()
{
    return guarded([&]() -> Result<RetentionPolicy> {
        Statement row = vault_->database().prepare("SELECT value FROM meta WHERE name = 'retention_policy'");
        if (!row.step()) { return RetentionPolicy{}; }
        return decode_retention_policy(row.text(0));
    });
}

Result<void> RetentionRegister::set_policy(const RetentionPolicy& policy, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return allowed; }
    boost::json::object json = document(policy_format);
    json["paper_months"] = policy.paper_months;
    json["records_months"] = policy.records_months;
    const std::string text = engine::canonical_json(json);
    if (const auto valid = decode_retention_policy(text); !valid) { return std::unexpected{valid.error()}; }
    const auto recorded =
        vault_->record("retention.policy", now, [&](Database& database) -> Result<boost::json::object> {
            database
                .prepare("INSERT INTO meta(name, value) VALUES ('retention_policy', ?) ON CONFLICT(name) DO UPDATE SET "
                         "value = ?1")
                .bind(text)
                .run();
            return boost::json::object{{"paper_months", policy.paper_months},
                                       {"records_months", policy.records_months}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<RetentionStatus> RetentionRegister::status(std::string_view package_id, RecordCategory category)
{
    const auto periods = policy();
    if (!periods) { return std::unexpected{periods.error()}; }
    PackageRegister packages{*vault_};
    const auto package = packages.find(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto batch = packages.batch(package->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    return guarded([&]() -> Result<RetentionStatus> {
        Database& database = vault_->database();
        RetentionStatus status{.package_id = package->id,
                               .batch_id = package->batch_id,
                               .category = category,
                               .counted_from = results_at(database, package->id),
                               .due_at = {},
                               .holds = holds_on(database, package->id),
                               .destruction = destruction_of(database, package->id, category)};
        Statement answers = database.prepare("SELECT 1 FROM answers WHERE package_id = ?");
        answers.bind(package->id);
        if (!status.counted_from && !answers.step()) { status.counted_from = batch->batch.expires_at; }
        if (status.counted_from) {
            status.due_at =
                months_after(*status.counted_from,
                             category == RecordCategory::paper ? periods->paper_months : periods->records_months);
        }
        return status;
    });
}

Result<std::vector<RetentionStatus>> RetentionRegister::status()
{
    const auto packages = PackageRegister{*vault_}.list();
    if (!packages) { return std::unexpected{packages.error()}; }
    std::vector<RetentionStatus> all;
    for (const PackageRecord& package : *packages) {
        for (const RecordCategory category : {RecordCategory::paper, RecordCategory::records}) {
            auto one = status(package.id, category);
            if (!one) { return std::unexpected{one.error()}; }
            all.push_back(std::move(*one));
        }
    }
    return all;
}

Result<std::string> RetentionRegister::hold(std::string_view package_id, std::string_view reason, engine::Instant now)
{
    if (auto allowed = require_officer(); !allowed) { return std::unexpected{allowed.error()}; }
    if (reason.empty()) { return refuse(VaultError::malformed, "a hold needs a reason"); }
    if (package_id != "*") {
        if (const auto known = PackageRegister{*vault_}.find(package_id); !known) {
            return std::unexpected{known.error()};
        }
    }
    std::string id = crypto::to_hex(crypto::random_bytes(8));
    const auto recorded = vault_->record("retention.hold", now, [&](Database& database) -> Result<boost::json::object> {
        database.prepare("INSERT INTO holds(id, package_id, reason, placed_by, placed_ms) VALUES (?,?,?,?,?)")
            .bind(id)
            .bind(package_id)
            .bind(reason)
            .bind(vault_->actor().name)
            .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
            .run();
        return boost::json::object{{"hold", id}, {"package", std::string{package_id}}, {"reason", std::string{reason}}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return id;
}

Result<void> RetentionRegister::lift(std::string_view hold_id, std::string_view reason, engine::Instant now)
{
    if (auto allowed = require_officer(); !allowed) { return allowed; }
    if (reason.empty()) { return refuse(VaultError::malformed, "lifting a hold needs a reason"); }
    const auto recorded =
        vault_->record("retention.unhold", now, [&](Database& database) -> Result<boost::json::object> {
            Statement row = database.prepare("SELECT package_id FROM holds WHERE id = ? AND lifted_ms IS NULL");
            row.bind(hold_id);
            if (!row.step()) { return refuse(VaultError::not_found, "there is no hold " + std::string{hold_id}); }
            const std::string package_id = row.text(0);
            row.reset();
            database.prepare("UPDATE holds SET lifted_ms = ? WHERE id = ?")
                .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
                .bind(hold_id)
                .run();
            return boost::json::object{
                {"hold", std::string{hold_id}}, {"package", package_id}, {"reason", std::string{reason}}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<void> RetentionRegister::require_due(const RetentionStatus& status, engine::Instant now) const
{
    if (!status.holds.empty()) {
        const Hold& hold = status.holds.front();
        return refuse(VaultError::conflict, "hold " + hold.id + " by " + hold.placed_by + ": " + hold.reason +
                                                "; nothing under a hold is destroyed");
    }
    if (!status.due_at) {
        return refuse(VaultError::release_time_not_reached,
                      "the answers of package " + status.package_id + " are not graded: the period has not begun");
    }
    if (now < *status.due_at) {
        return refuse(VaultError::release_time_not_reached, std::string{to_text(status.category)} + " of package " +
                                                                status.package_id + " must be kept until " +
                                                                engine::to_text(*status.due_at) + " (V9)");
    }
    return {};
}

} // namespace papervault::vault
