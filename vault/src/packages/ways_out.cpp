// What the register does when something breaks: releases by voice, locks for somebody else, withdrawal.
#include <papervault/vault/packages.hpp>

#include "packages/stored_texts.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

/// Entries of the table meta: small, few, and in the same encrypted file as everything else.
std::string rewrap_name(std::string_view package_id, int number)
{
    return "rewrap/" + std::string{package_id} + "/" + std::to_string(number);
}

std::string withdrawal_name(std::string_view package_id)
{
    return "withdrawal/" + std::string{package_id};
}

struct StoredWithdrawal {
    std::string reason;
    std::string first_officer;
    std::string document; ///< Empty while the second officer has not agreed.
};

Result<std::optional<StoredWithdrawal>> withdrawal_of(Database& database, std::string_view package_id)
{
    const std::string text = stored(database, withdrawal_name(package_id));
    if (text.empty()) { return std::optional<StoredWithdrawal>{}; }
    const auto value = engine::parse_json(text, {.bytes_max = 1 << 16, .depth_max = 4});
    if (!value) { return refuse(VaultError::malformed, "withdrawal: " + value.error().detail); }
    engine::JsonFields fields{*value, "withdrawal"};
    StoredWithdrawal found{.reason = fields.text("reason", 500),
                           .first_officer = fields.text("first_officer", 16),
                           .document = fields.text("document", 1 << 15)};
    if (auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    return std::optional{std::move(found)};
}

std::string replaced_name(std::string_view withdrawn_id)
{
    return "replaced/" + std::string{withdrawn_id};
}

std::string replacing_name(std::string_view spare_id)
{
    return "replacing/" + std::string{spare_id};
}

std::string proposal_name(std::string_view withdrawn_id, std::string_view spare_id)
{
    return "replacement/" + std::string{withdrawn_id} + "/" + std::string{spare_id};
}

struct StoredReplacement {
    std::string first_officer; ///< Empty while nobody has proposed it.
    std::string reason;
    bool final_for_either = false; ///< One of the two has its counterpart already.
};

Result<StoredReplacement> replacement_of(Database& database, std::string_view withdrawn_id, std::string_view spare_id)
{
    StoredReplacement found;
    found.final_for_either =
        !stored(database, replaced_name(withdrawn_id)).empty() || !stored(database, replacing_name(spare_id)).empty();
    const std::string text = stored(database, proposal_name(withdrawn_id, spare_id));
    if (text.empty()) { return found; }
    const auto value = engine::parse_json(text, {.bytes_max = 1 << 16, .depth_max = 4});
    if (!value) { return refuse(VaultError::malformed, "replacement: " + value.error().detail); }
    engine::JsonFields fields{*value, "replacement"};
    found.first_officer = fields.text("first_officer", 16);
    found.reason = fields.text("reason", 500);
    if (auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    return found;
}

void store_withdrawal(Database& database, std::string_view package_id, const StoredWithdrawal& withdrawal)
{
    const boost::json::object json{
        {"reason", withdrawal.reason}, {"first_officer", withdrawal.first_officer}, {"document", withdrawal.document}};
    store(database, withdrawal_name(package_id), engine::canonical_json(json));
}

} // namespace

Result<void> PackageRegister::apply_rewraps(PackageReader& package) const
{
    return guarded([&]() -> Result<void> {
        for (int number = 1;; ++number) {
            const std::string text = stored(vault_->database(), rewrap_name(package.header().package_id, number));
            if (text.empty()) { return {}; }
            const auto rewrap = decode_rewrap(text);
            if (!rewrap) { return std::unexpected{rewrap.error()}; }
            if (auto applied = package.apply(*rewrap); !applied) { return applied; }
        }
    });
}

Result<void> PackageRegister::enter_rewrap(const Rewrap& rewrap, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::sealer); !allowed) { return allowed; }
    auto package = reader(rewrap.package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (auto sound = package->apply(rewrap); !sound) { return sound; }
    const std::string text = encode(rewrap);
    const bool host = std::holds_alternative<NewHost>(rewrap.holder);
    const IdentityCard card = host ? std::get<NewHost>(rewrap.holder).card : std::get<NewCustodian>(rewrap.holder).card;
    const auto recorded = vault_->record("package.rewrap", now, [&](Database& database) -> Result<boost::json::object> {
        store(database, rewrap_name(rewrap.package_id, rewrap.number), text);
        return boost::json::object{{"package", rewrap.package_id},
                                   {"number", rewrap.number},
                                   {"lock", host ? "host" : "custody"},
                                   {"holder", to_json(card)},
                                   {"reason", rewrap.reason},
                                   {"authorised_at", engine::to_text(rewrap.authorised_at)},
                                   {"digest", crypto::blake2b("papervault.rewrap.v1", {crypto::bytes_of(text)}).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<void> PackageRegister::require_not_withdrawn(std::string_view package_id) const
{
    const auto withdrawal = guarded([&] { return withdrawal_of(vault_->database(), package_id); });
    if (!withdrawal) { return std::unexpected{withdrawal.error()}; }
    if (*withdrawal) {
        return refuse(VaultError::withdrawn,
                      "package " + std::string{package_id} + " was withdrawn: " + (*withdrawal)->reason);
    }
    return {};
}

Result<Withdrawal> PackageRegister::withdraw(std::string_view package_id, std::string reason, engine::Instant now)
{
    if (auto allowed = require_manager_or_releaser(); !allowed) { return std::unexpected{allowed.error()}; }
    if (reason.empty() || reason.size() > 500) {
        return refuse(VaultError::malformed, "a withdrawal needs a reason of 1 to 500 bytes");
    }
    const auto package = reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    const std::string& actor = vault_->actor().id;
    const auto before = guarded([&] { return withdrawal_of(vault_->database(), package_id); });
    if (!before) { return std::unexpected{before.error()}; }
    if (*before && !(*before)->document.empty()) { return decode_withdrawal((*before)->document); }
    if (!*before) {
        const auto recorded =
            vault_->record("package.withdraw.propose", now, [&](Database& database) -> Result<boost::json::object> {
                store_withdrawal(database, package_id, {.reason = reason, .first_officer = actor, .document = {}});
                database.prepare("UPDATE packages SET state = 'withdrawing' WHERE id = ?").bind(package_id).run();
                return boost::json::object{{"package", std::string{package_id}}, {"reason", reason}};
            });
        if (!recorded) { return std::unexpected{recorded.error()}; }
        return refuse(
            VaultError::quorum_incomplete,
            "the release is stopped from now on; a second officer has to agree before the withdrawal is final");
    }
    // It is final: whoever has lost the file gets the same word again, and the ledger no second entry.
    if (!(*before)->document.empty()) { return decode_withdrawal((*before)->document); }
    if ((*before)->first_officer == actor) {
        return refuse(VaultError::not_permitted, "the second officer has to be another person");
    }
    auto withdrawal = sign_withdrawal(*package, **office, (*before)->reason, now);
    if (!withdrawal) { return withdrawal; }
    const auto recorded =
        vault_->record("package.withdraw", now, [&](Database& database) -> Result<boost::json::object> {
            store_withdrawal(database, package_id,
                             {.reason = (*before)->reason,
                              .first_officer = (*before)->first_officer,
                              .document = encode(*withdrawal)});
            database.prepare("UPDATE packages SET state = 'withdrawn' WHERE id = ?").bind(package_id).run();
            return boost::json::object{{"package", std::string{package_id}},
                                       {"reason", withdrawal->reason},
                                       {"proposed_by", (*before)->first_officer}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return withdrawal;
}

Result<void> PackageRegister::check_spare(const PackageRecord& withdrawn, const PackageRecord& spare) const
{
    if (withdrawn.state != "withdrawn") {
        return refuse(VaultError::conflict, "package " + withdrawn.id + " is not withdrawn");
    }
    const auto before = reader(withdrawn.id);
    if (!before) { return std::unexpected{before.error()}; }
    const auto after = reader(spare.id);
    if (!after) { return std::unexpected{after.error()}; }
    const engine::Batch& out = before->header().batch;
    const engine::Batch& in = after->header().batch;
    if (spare.state != "sealed" || in.occupation_code != out.occupation_code || in.level != out.level ||
        in.subject != out.subject || in.hall != out.hall || before->header().candidates != after->header().candidates) {
        return refuse(VaultError::wrong_batch,
                      "the spare is not a sealed package for the same occupation, level, subject, hall and number of "
                      "candidates");
    }
    for (const FormSummary& form : before->header().forms) {
        if (std::ranges::find(after->header().forms, form.digest, &FormSummary::digest) !=
            after->header().forms.end()) {
            return refuse(VaultError::already_used,
                          "form " + form.id + " of the withdrawn package is in the spare, too");
        }
    }
    return {};
}

Result<void> PackageRegister::replace(std::string_view withdrawn_id, std::string_view spare_id, std::string reason,
                                      engine::Instant now)
{
    if (auto allowed = require_manager_or_releaser(); !allowed) { return allowed; }
    if (reason.empty() || reason.size() > 500) {
        return refuse(VaultError::malformed, "a replacement needs a reason of 1 to 500 bytes");
    }
    const auto withdrawn = find(withdrawn_id);
    if (!withdrawn) { return std::unexpected{withdrawn.error()}; }
    const auto spare = find(spare_id);
    if (!spare) { return std::unexpected{spare.error()}; }
    if (auto fits = check_spare(*withdrawn, *spare); !fits) { return fits; }
    const auto before = guarded([&] { return replacement_of(vault_->database(), withdrawn_id, spare_id); });
    if (!before) { return std::unexpected{before.error()}; }
    if (before->final_for_either) {
        return refuse(VaultError::already_used,
                      "the withdrawn package has its replacement, or the spare is one for another package");
    }
    const std::string& actor = vault_->actor().id;
    const bool proposed = !before->first_officer.empty();
    if (proposed && before->first_officer == actor) {
        return refuse(VaultError::not_permitted, "the second officer has to be another person");
    }
    const std::string_view action = proposed ? "package.replace" : "package.replace.propose";
    const auto recorded = vault_->record(action, now, [&](Database& database) -> Result<boost::json::object> {
        boost::json::object subject{
            {"package", std::string{withdrawn_id}}, {"spare", std::string{spare_id}}, {"batch", spare->batch_id}};
        if (proposed) {
            store(database, replaced_name(withdrawn_id), spare_id);
            store(database, replacing_name(spare_id), withdrawn_id);
            subject["proposed_by"] = before->first_officer;
            subject["reason"] = before->reason;
        } else {
            const boost::json::object proposal{{"first_officer", actor}, {"reason", reason}};
            store(database, proposal_name(withdrawn_id, spare_id), engine::canonical_json(proposal));
            subject["reason"] = reason;
        }
        return subject;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    if (proposed) { return {}; }
    return refuse(VaultError::quorum_incomplete, "a second officer has to agree before the spare takes the place");
}

Result<std::string> PackageRegister::release_spoken(std::string_view package_id, engine::Instant now)
{
    auto share = release_share(package_id);
    if (!share) { return std::unexpected{share.error()}; }
    const auto package = reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    auto code = issue_spoken_release(package->header(), *share, now);
    if (!code) { return code; }
    const auto recorded = vault_->record("release.speak", now, [&](Database& database) -> Result<boost::json::object> {
        database.prepare("UPDATE packages SET state = 'released' WHERE id = ? AND state = 'sealed'")
            .bind(package_id)
            .run();
        return boost::json::object{{"package", std::string{package_id}}, {"hall", package->header().hall.id()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return code;
}

} // namespace papervault::vault
