#include <papervault/vault/packages.hpp>

#include "packages/compartments.hpp"
#include "packages/stored_texts.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/certificate.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/proofs.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

std::int64_t milliseconds(engine::Instant now)
{
    return now.time_since_epoch().count();
}

Result<void> refuse_used_forms(Database& database, const std::vector<FormSummary>& forms)
{
    Statement used = database.prepare("SELECT package_id FROM issued_forms WHERE digest = ?");
    for (const FormSummary& form : forms) {
        used.bind(form.digest.hex());
        if (used.step()) {
            return refuse(VaultError::already_used, "form " + form.id + " was issued in package " + used.text(0) +
                                                        " before; a paper serves one batch only (B2). Draw a new one.");
        }
        used.reset();
    }
    return {};
}

/// The newest certificate of the draw, where one was made.
Result<void> add_certificate(OfficeVault& vault, std::string_view draw_id, PackageContents& contents)
{
    return guarded([&]() -> Result<void> {
        Statement row = vault.database().prepare("SELECT value FROM meta WHERE name = ?");
        row.bind(packed_certificate_name(draw_id));
        if (!row.step()) { return {}; }
        contents.hall.emplace("certificate", crypto::SecretBuffer::copy_of(crypto::bytes_of(row.text(0))));
        return {};
    });
}

} // namespace

Result<void> PackageRegister::create_batch(const engine::Batch& batch, const std::vector<engine::Candidate>& roster,
                                           engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return allowed; }
    if (const auto valid = engine::validate_roster(roster, batch.policy); !valid) {
        return refuse(VaultError::malformed, valid.error().detail);
    }
    boost::json::array list;
    for (const engine::Candidate& candidate : roster) { list.push_back(to_json(candidate)); }
    const std::string batch_text = engine::canonical_json(to_json(batch));
    const std::string roster_text = engine::canonical_json(list);
    const auto recorded = vault_->record("batch.create", now, [&](Database& database) -> Result<boost::json::object> {
        Statement known = database.prepare("SELECT 1 FROM batches WHERE id = ?");
        known.bind(batch.id);
        if (known.step()) { return refuse(VaultError::already_exists, "there is a batch '" + batch.id + "' already"); }
        database.prepare("INSERT INTO batches(id, batch, roster, created_ms) VALUES (?,?,?,?)")
            .bind(batch.id)
            .bind(batch_text)
            .bind(roster_text)
            .bind(milliseconds(now))
            .run();
        return boost::json::object{
            {"batch", to_json(batch)},
            {"candidates", roster.size()},
            {"roster_digest", crypto::blake2b("papervault.roster.v1", {crypto::bytes_of(roster_text)}).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<BatchRecord> PackageRegister::batch(std::string_view id)
{
    return guarded([&]() -> Result<BatchRecord> {
        Statement row = vault_->database().prepare("SELECT batch, roster FROM batches WHERE id = ?");
        row.bind(id);
        if (!row.step()) {
            return refuse(VaultError::not_found,
                          "there is no batch '" + std::string{id} + "'; 'papervault batch create' makes one");
        }
        const auto batch_value = engine::parse_json(row.text(0), {});
        if (!batch_value) { return refuse(VaultError::malformed, "batch"); }
        auto batch = engine::batch_from_json(*batch_value, "batch");
        if (!batch) { return refuse(VaultError::malformed, batch.error().detail); }
        auto roster = decode_roster(row.text(1));
        if (!roster) { return std::unexpected{roster.error()}; }
        return BatchRecord{std::move(*batch), std::move(*roster)};
    });
}

Result<PackageHeader> PackageRegister::seal(const SealPlan& plan, const Identity& first_sealer, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::sealer); !allowed) { return std::unexpected{allowed.error()}; }
    if (first_sealer.card().id() != vault_->actor().id) {
        return refuse(VaultError::not_permitted, "the first sealer must be the officer who has opened the vault");
    }
    const std::vector<Officer> officers = vault_->officers();
    if (std::ranges::none_of(officers, [&](const Officer& o) {
            return o.card == plan.second_sealer && o.roles.contains(Role::sealer);
        })) {
        return refuse(VaultError::not_permitted, plan.second_sealer.name + " is no sealer of this office");
    }
    const crypto::Suite suite = first_sealer.card().suite();
    if (!vault_->accepted_suites().contains(suite)) {
        return refuse(VaultError::suite_refused,
                      "packages of suite " + std::string{crypto::to_text(suite)} + " are not accepted at this office");
    }
    const auto office = vault_->office_identity(suite);
    if (!office) { return std::unexpected{office.error()}; }
    auto batch = this->batch(plan.batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    DrawRegister draws{*vault_};
    auto draw = draws.find(plan.draw_id);
    // Of candidates' forms those that are sealed are drawn again and checked, not the other hundred thousand.
    if (draw && draw->loft.forms == 0) { draw = draws.verify(plan.draw_id); }
    if (!draw) { return std::unexpected{draw.error()}; }
    const auto forms = forms_to_seal(*vault_, *draw, batch->roster.size());
    if (!forms) { return std::unexpected{forms.error()}; }
    if (auto clean = ProofRegister{*vault_}.require_clean(*draw, forms->forms, batch->batch.rehearsal); !clean) {
        return std::unexpected{clean.error()};
    }
    assign_forms(batch->roster, std::span{forms->forms}.first(forms->parallel), draw->digest);
    const auto policy = BatchPolicyRegister{*vault_}.in_force(plan.batch_id);
    if (!policy) { return std::unexpected{policy.error()}; }
    auto contents = gather_compartments(*vault_, *forms, batch->roster, policy->grading);
    if (!contents) { return std::unexpected{contents.error()}; }
    if (auto added = add_certificate(*vault_, plan.draw_id, *contents); !added) {
        return std::unexpected{added.error()};
    }
    const auto snapshot = crypto::Digest::from_hex(draw->snapshot_digest);
    const auto drawn = crypto::Digest::from_hex(draw->digest);
    if (!snapshot || !drawn) { return refuse(VaultError::malformed, "the draw's digests"); }

    SealRequest request{.batch = batch->batch,
                        .snapshot_digest = *snapshot,
                        .draw_digest = *drawn,
                        .forms = contents->forms,
                        .candidates = static_cast<int>(batch->roster.size()),
                        .hall = plan.hall,
                        .office = (*office)->card(),
                        .custodians = plan.custodians,
                        .custody_threshold = plan.custody_threshold,
                        .graders = plan.graders,
                        .graders_threshold = plan.graders_threshold,
                        .second_sealer = plan.second_sealer,
                        .compartments = {},
                        .now = now};
    for (const auto& [name, plaintext] : contents->hall) {
        request.compartments.push_back({name, LockSet::hall, plaintext.expose()});
    }
    request.compartments.push_back({"key", LockSet::graders, contents->key.expose()});
    request.compartments.push_back({"key-vectors", LockSet::graders, contents->key_vectors.expose()});

    if (const auto unused = guarded([&] { return refuse_used_forms(vault_->database(), contents->forms); }); !unused) {
        return std::unexpected{unused.error()};
    }
    auto sealed = seal_package(request, first_sealer, plan.draft);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    const auto recorded = vault_->record("package.seal", now, [&](Database& database) -> Result<boost::json::object> {
        if (const auto unused = refuse_used_forms(database, contents->forms); !unused) {
            return std::unexpected{unused.error()};
        }
        Statement same_batch = database.prepare("SELECT id FROM packages WHERE batch_id = ?");
        same_batch.bind(plan.batch_id);
        if (same_batch.step()) {
            return refuse(VaultError::already_used,
                          "batch " + plan.batch_id + " has the package " + same_batch.text(0) + " already");
        }
        const auto policy_now = BatchPolicyRegister{*vault_}.in_force(plan.batch_id);
        if (!policy_now || *policy_now != *policy) {
            return refuse(VaultError::conflict, "the policy of the batch was changed meanwhile; seal again");
        }
        database
            .prepare("INSERT INTO packages(id, batch_id, draw_id, state, release_share, sealed_ms) VALUES "
                     "(?,?,?,'draft',?,?)")
            .bind(sealed->header.package_id)
            .bind(plan.batch_id)
            .bind(plan.draw_id)
            .bind(crypto::ByteView{sealed->release_share.expose()})
            .bind(milliseconds(now))
            .run();
        if (!forms->lists.empty()) {
            database.prepare("INSERT INTO meta(name, value) VALUES (?,?)")
                .bind(candidates_forms_name(sealed->header.package_id))
                .bind(forms->lists)
                .run();
        }
        Statement issue = database.prepare("INSERT INTO issued_forms(digest, package_id, form_id) VALUES (?,?,?)");
        boost::json::array listed;
        for (const FormSummary& form : contents->forms) {
            issue.bind(form.digest.hex()).bind(sealed->header.package_id).bind(form.id).run();
            listed.push_back({{"form", form.id}, {"digest", form.digest.hex()}, {"spare", form.spare}});
        }
        return boost::json::object{{"package", sealed->header.package_id},
                                   {"batch", plan.batch_id},
                                   {"draw", plan.draw_id},
                                   {"draw_digest", draw->digest},
                                   {"policy", digest_of(*policy).hex()},
                                   {"forms", listed},
                                   {"second_sealer", to_json(plan.second_sealer)}};
    });
    if (!recorded) {
        std::error_code ignored;
        std::filesystem::remove(plan.draft, ignored); // without its register entry it could never be released
        return std::unexpected{recorded.error()};
    }
    return std::move(sealed->header);
}

Result<PackageRecord> PackageRegister::countersign(const std::filesystem::path& draft, const Identity& second_sealer,
                                                   const std::filesystem::path& finished, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::sealer); !allowed) { return std::unexpected{allowed.error()}; }
    if (second_sealer.card().id() != vault_->actor().id) {
        return refuse(VaultError::not_permitted, "the second sealer must be the officer who has opened the vault");
    }
    if (auto signed_ = countersign_package(draft, second_sealer, finished); !signed_) {
        return std::unexpected{signed_.error()};
    }
    const auto reader = PackageReader::open(finished, vault_->accepted_suites());
    if (!reader) { return std::unexpected{reader.error()}; }
    auto record = find(reader->header().package_id);
    if (!record) {
        std::error_code ignored;
        std::filesystem::remove(finished, ignored);
        return std::unexpected{record.error()};
    }
    const std::filesystem::path folder = record_folder(record->id);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    auto bytes = read_file(finished, package_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    if (auto kept = write_file_durably(folder / "package.pvp", *bytes, true); !kept) {
        return std::unexpected{kept.error()};
    }
    const auto recorded =
        vault_->record("package.countersign", now, [&](Database& database) -> Result<boost::json::object> {
            database.prepare("UPDATE packages SET state = 'sealed', digest = ? WHERE id = ? AND state = 'draft'")
                .bind(reader->digest().hex())
                .bind(record->id)
                .run();
            if (database.changes() != 1) {
                return refuse(VaultError::conflict, "package " + record->id + " is not a draft any more");
            }
            return boost::json::object{
                {"package", record->id}, {"digest", reader->digest().hex()}, {"bytes", bytes->size()}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return find(record->id);
}

Result<crypto::SecretBuffer> PackageRegister::release_share(std::string_view package_id)
{
    if (auto allowed = vault_->require(Role::releaser); !allowed) { return std::unexpected{allowed.error()}; }
    if (auto still_good = require_not_withdrawn(package_id); !still_good) {
        return std::unexpected{still_good.error()};
    }
    if (auto calm = require_no_incident(package_id); !calm) { return std::unexpected{calm.error()}; }
    return guarded([&]() -> Result<crypto::SecretBuffer> {
        Statement row = vault_->database().prepare("SELECT release_share FROM packages WHERE id = ?");
        row.bind(package_id);
        if (!row.step()) { return refuse(VaultError::not_found, "there is no package " + std::string{package_id}); }
        crypto::Bytes bytes = row.bytes(0);
        crypto::SecretBuffer share = crypto::SecretBuffer::copy_of(bytes);
        crypto::wipe(bytes);
        return share;
    });
}

Result<Release> PackageRegister::release(std::string_view package_id, engine::Instant now)
{
    const auto share = release_share(package_id);
    if (!share) { return std::unexpected{share.error()}; }
    const auto package = reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    auto release = issue_release(package->header(), *share, **office, now);
    if (!release) { return release; }
    const auto recorded = vault_->record("release.issue", now, [&](Database& database) -> Result<boost::json::object> {
        database.prepare("UPDATE packages SET state = 'released' WHERE id = ? AND state = 'sealed'")
            .bind(package_id)
            .run();
        return boost::json::object{{"package", std::string{package_id}},
                                   {"hall", package->header().hall.id()},
                                   {"not_before", engine::to_text(release->not_before)},
                                   {"not_after", engine::to_text(release->not_after)}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return release;
}

Result<void> PackageRegister::enter_handover(const Handover& handover, engine::Instant now)
{
    const auto package = reader(handover.package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (auto valid = verify_handover(handover, *package); !valid) { return valid; }
    const std::string text = encode(handover);
    const crypto::Digest digest = crypto::blake2b("papervault.handover.v1", {crypto::bytes_of(text)});
    const std::string name = "handover/" + handover.package_id + "/" + digest.hex();
    const auto before = guarded([&]() -> Result<std::string> { return stored(vault_->database(), name); });
    if (!before) { return std::unexpected{before.error()}; }
    if (!before->empty()) { return refuse(VaultError::already_used, "this hand-over is in already"); }
    const auto file = record_folder(handover.package_id) / ("handover-" + digest.hex().substr(0, 16) + ".json");
    if (auto kept = write_file_durably(file, crypto::bytes_of(text), true); !kept) { return kept; }
    const auto recorded =
        vault_->record("package.handover", now, [&](Database& database) -> Result<boost::json::object> {
            store(database, name, engine::to_text(now));
            return boost::json::object{{"package", handover.package_id},
                                       {"giver", to_json(handover.giver)},
                                       {"taker", to_json(handover.taker)},
                                       {"digest", digest.hex()}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<PackageRecord> PackageRegister::find(std::string_view package_id)
{
    return guarded([&]() -> Result<PackageRecord> {
        Statement row =
            vault_->database().prepare("SELECT id, batch_id, draw_id, state, digest FROM packages WHERE id = ?");
        row.bind(package_id);
        if (!row.step()) {
            return refuse(VaultError::not_found, "the register has no package " + std::string{package_id});
        }
        return PackageRecord{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)};
    });
}

Result<std::vector<PackageRecord>> PackageRegister::list()
{
    return guarded([&]() -> Result<std::vector<PackageRecord>> {
        std::vector<PackageRecord> found;
        Statement rows = vault_->database().prepare(
            "SELECT id, batch_id, draw_id, state, digest FROM packages ORDER BY sealed_ms, id");
        while (rows.step()) { found.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)}); }
        return found;
    });
}

std::filesystem::path PackageRegister::record_folder(std::string_view package_id) const
{
    return vault_->directory() / "records" / package_id;
}

Result<PackageReader> PackageRegister::reader(std::string_view package_id) const
{
    if (package_id.size() != 32 || package_id.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        return refuse(VaultError::malformed, "'" + std::string{package_id} + "' is no package id");
    }
    auto package = PackageReader::open(record_folder(package_id) / "package.pvp", vault_->accepted_suites());
    if (!package) { return package; }
    // A file put into the folder by a stranger is no package of this office, however well he signed it.
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    std::vector<IdentityCard> known{(*office)->card()};
    for (const Officer& officer : vault_->officers()) { known.push_back(officer.card); }
    if (auto ours = package->require_known(known); !ours) { return std::unexpected{ours.error()}; }
    if (auto applied = apply_rewraps(*package); !applied) { return std::unexpected{applied.error()}; }
    return package;
}

} // namespace papervault::vault
