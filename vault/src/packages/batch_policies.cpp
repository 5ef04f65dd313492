#include <papervault/engine/json.hpp>
#include <papervault/vault/batch_policies.hpp>

namespace papervault::vault {
namespace {

constexpr std::size_t reason_bytes_max = 2000;
constexpr std::size_t digest_characters_min = 8;

Result<void> require_unsealed(Database& database, std::string_view batch_id)
{
    Statement known = database.prepare("SELECT 1 FROM batches WHERE id = ?");
    known.bind(batch_id);
    if (!known.step()) { return refuse(VaultError::not_found, "there is no batch '" + std::string{batch_id} + "'"); }
    Statement sealed = database.prepare("SELECT id FROM packages WHERE batch_id = ?");
    sealed.bind(batch_id);
    if (!sealed.step()) { return {}; }
    return refuse(VaultError::already_used, "batch " + std::string{batch_id} + " has the package " + sealed.text(0) +
                                                "; its policy is sealed and does not change any more");
}

Result<BatchPolicyRecord> record_of(Database& database, std::string_view batch_id)
{
    BatchPolicyRecord record;
    if (const auto unsealed = require_unsealed(database, batch_id); !unsealed) {
        if (unsealed.error().code != VaultError::already_used) { return std::unexpected{unsealed.error()}; }
        record.is_sealed = true;
    }
    Statement row = database.prepare("SELECT policy, proposer, approver FROM batch_policies WHERE batch_id = ?");
    row.bind(batch_id);
    if (!row.step()) { return record; }
    const auto value = engine::parse_json(row.text(0), {});
    if (!value) { return refuse(VaultError::chain_broken, "the stored policy of the batch is damaged"); }
    auto policy = batch_policy_from_json(*value);
    if (!policy) { return std::unexpected{policy.error()}; }
    record.policy = std::move(*policy);
    record.proposer = row.text(1);
    if (!row.is_null(2)) { record.approver = row.text(2); }
    return record;
}

std::string proposer_id(Database& database, std::string_view batch_id)
{
    Statement row = database.prepare("SELECT proposer_id FROM batch_policies WHERE batch_id = ?");
    row.bind(batch_id);
    return row.step() ? row.text(0) : std::string{};
}

} // namespace

Result<void> BatchPolicyRegister::propose(std::string_view batch_id, const BatchPolicy& policy, std::string reason,
                                          engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return allowed; }
    if (reason.empty() || reason.size() > reason_bytes_max) {
        return refuse(VaultError::conflict, "a policy needs its reason, 1 to 2000 bytes");
    }
    // What was made by hand is checked like what comes from a file.
    const auto checked = batch_policy_from_json(to_json(policy));
    if (!checked) { return std::unexpected{checked.error()}; }
    const auto recorded =
        vault_->record("batch.policy.propose", now, [&](Database& database) -> Result<boost::json::object> {
            if (auto unsealed = require_unsealed(database, batch_id); !unsealed) {
                return std::unexpected{unsealed.error()};
            }
            database
                .prepare("INSERT INTO batch_policies(batch_id, policy, proposer_id, proposer, approver_id, approver) "
                         "VALUES (?,?,?,?,NULL,NULL) ON CONFLICT(batch_id) DO UPDATE SET policy = excluded.policy, "
                         "proposer_id = excluded.proposer_id, proposer = excluded.proposer, approver_id = NULL, "
                         "approver = NULL")
                .bind(batch_id)
                .bind(engine::canonical_json(to_json(policy)))
                .bind(vault_->actor().id)
                .bind(vault_->actor().name)
                .run();
            return boost::json::object{{"batch", std::string{batch_id}},
                                       {"policy", to_json(policy)},
                                       {"digest", digest_of(policy).hex()},
                                       {"reason", reason}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<BatchPolicy> BatchPolicyRegister::approve(std::string_view batch_id, std::string_view digest,
                                                 engine::Instant now)
{
    if (!vault_->require(Role::manager) && !vault_->require(Role::grader)) {
        return refuse(VaultError::not_permitted, "a manager or a grader approves a policy");
    }
    BatchPolicy approved;
    const auto recorded =
        vault_->record("batch.policy.approve", now, [&](Database& database) -> Result<boost::json::object> {
            if (auto unsealed = require_unsealed(database, batch_id); !unsealed) {
                return std::unexpected{unsealed.error()};
            }
            const auto waiting = record_of(database, batch_id);
            if (!waiting) { return std::unexpected{waiting.error()}; }
            if (waiting->holds()) { return refuse(VaultError::conflict, "no policy of the batch waits for approval"); }
            if (proposer_id(database, batch_id) == vault_->actor().id) {
                return refuse(VaultError::not_permitted, "another officer than who proposed it approves a policy");
            }
            const std::string whole = digest_of(waiting->policy).hex();
            if (digest.size() < digest_characters_min || !whole.starts_with(digest)) {
                return refuse(VaultError::conflict, "this is not the policy that waits; read it again");
            }
            database.prepare("UPDATE batch_policies SET approver_id = ?, approver = ? WHERE batch_id = ?")
                .bind(vault_->actor().id)
                .bind(vault_->actor().name)
                .bind(batch_id)
                .run();
            approved = waiting->policy;
            return boost::json::object{{"batch", std::string{batch_id}}, {"digest", whole}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return approved;
}

Result<BatchPolicyRecord> BatchPolicyRegister::find(std::string_view batch_id)
{
    return guarded([&] { return record_of(vault_->database(), batch_id); });
}

Result<BatchPolicy> BatchPolicyRegister::in_force(std::string_view batch_id)
{
    auto record = find(batch_id);
    if (!record) { return std::unexpected{record.error()}; }
    if (!record->holds()) {
        return refuse(VaultError::quorum_incomplete, "the policy that " + record->proposer + " proposed for batch " +
                                                         std::string{batch_id} + " waits for a second officer");
    }
    return std::move(record->policy);
}

} // namespace papervault::vault
