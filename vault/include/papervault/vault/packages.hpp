#pragma once

#include <papervault/engine/batch.hpp>
#include <papervault/engine/grading.hpp>
#include <papervault/vault/custody.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/inspection.hpp>
#include <papervault/vault/office.hpp>
#include <papervault/vault/package.hpp>
#include <papervault/vault/rewrap.hpp>
#include <papervault/vault/withdrawal.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// The office's register of batches and of the packages sealed for them: a paper is issued once, for one batch (rule
/// B2).
namespace papervault::vault {

struct BatchRecord {
    engine::Batch batch;
    std::vector<engine::Candidate> roster;
};

/// CSV: ticket,name,id_tail,seat (Chinese headings accepted). Form ids are given when the package is sealed.
[[nodiscard]] Result<std::vector<engine::Candidate>> read_roster(const std::filesystem::path& csv,
                                                                 const engine::ExamPolicy& policy);

struct SealPlan {
    std::string batch_id;
    std::string draw_id;
    IdentityCard hall;
    std::vector<IdentityCard> custodians;
    int custody_threshold = 2;
    std::vector<IdentityCard> graders;
    int graders_threshold = 2;
    IdentityCard second_sealer;
    std::filesystem::path draft; ///< Where the half-signed package is written.
};

struct PackageRecord {
    std::string id;
    std::string batch_id;
    std::string draw_id;
    std::string state;  ///< "draft", "sealed", "released", "answered", "graded", "withdrawing", "withdrawn".
    std::string digest; ///< Hex of PackageReader::digest(), once sealed.
};

class PackageRegister {
public:
    explicit PackageRegister(OfficeVault& vault) : vault_{&vault} {}

    [[nodiscard]] Result<void> create_batch(const engine::Batch& batch, const std::vector<engine::Candidate>& roster,
                                            engine::Instant now);
    [[nodiscard]] Result<BatchRecord> batch(std::string_view id);

    /// First sealer: gathers forms, keys, pictures and roster, seals them and signs. Needs sealer and key_keeper.
    /// @return already_used when one of the forms, or the batch, has had a package.
    [[nodiscard]] Result<PackageHeader> seal(const SealPlan& plan, const Identity& first_sealer, engine::Instant now);
    /// Second sealer: compares the draft with the register, signs; a copy stays in the vault's records.
    [[nodiscard]] Result<PackageRecord> countersign(const std::filesystem::path& draft, const Identity& second_sealer,
                                                    const std::filesystem::path& finished, engine::Instant now);
    /// The office's release, inside the window only. May be issued again to the same hall (a lost file is no lock-out);
    /// each issue is recorded.
    /// @return withdrawn, release_time_not_reached, expired.
    [[nodiscard]] Result<Release> release(std::string_view package_id, engine::Instant now);
    /// The same as a code to be read out, when the line is down. The ledger knows that it was given out, not the code.
    [[nodiscard]] Result<std::string> release_spoken(std::string_view package_id, engine::Instant now);
    /// Break-glass: enters a rewrap that both sealers have signed. From now on the release goes to the new holder.
    [[nodiscard]] Result<void> enter_rewrap(const Rewrap& rewrap, engine::Instant now);
    /// The first officer (manager or releaser) stops the release at once, which is told by quorum_incomplete; the
    /// second one, another person, makes it final. @return What the halls are told.
    [[nodiscard]] Result<Withdrawal> withdraw(std::string_view package_id, std::string reason, engine::Instant now);
    /// A spare, sealed for a batch of the same kind, takes the place of a withdrawn package; no form may be in both.
    /// The first officer (manager or releaser) proposes it, which is told by quorum_incomplete; the second one, another
    /// person, makes it final. One spare for one package, once.
    /// @return conflict (not withdrawn), wrong_batch (no spare for it), already_used.
    [[nodiscard]] Result<void> replace(std::string_view withdrawn_id, std::string_view spare_id, std::string reason,
                                       engine::Instant now);
    /// Enters an incident that the package's hall has signed. From now on nothing is released for it until it is
    /// cleared or the package is withdrawn. The same one twice is no error. For managers and releasers.
    [[nodiscard]] Result<void> enter_incident(const Incident& incident, engine::Instant now);
    /// The first officer (manager or releaser) proposes to let the hall go on, which is told by quorum_incomplete; the
    /// second one, another person, makes it final. @return What the hall is told. not_found for an incident that was
    /// not entered, conflict for one that is cleared.
    [[nodiscard]] Result<Clearance> clear_incident(std::string_view package_id, std::string_view incident_id,
                                                   std::string reason, engine::Instant now);
    /// Enters a hand-over that both sides have signed. @return already_used for one that is in already.
    [[nodiscard]] Result<void> enter_handover(const Handover& handover, engine::Instant now);

    [[nodiscard]] Result<PackageRecord> find(std::string_view package_id);
    [[nodiscard]] Result<std::vector<PackageRecord>> list();
    /// The vault's own copy of the finished package.
    [[nodiscard]] std::filesystem::path record_folder(std::string_view package_id) const;
    [[nodiscard]] Result<PackageReader> reader(std::string_view package_id) const;

private:
    /// Not of a withdrawn package. Needs the role of a releaser.
    [[nodiscard]] Result<crypto::SecretBuffer> release_share(std::string_view package_id);
    [[nodiscard]] Result<void> require_not_withdrawn(std::string_view package_id) const;
    [[nodiscard]] Result<void> check_spare(const PackageRecord& withdrawn, const PackageRecord& spare) const;
    [[nodiscard]] Result<void> require_no_incident(std::string_view package_id) const;
    [[nodiscard]] Result<void> require_manager_or_releaser() const;
    [[nodiscard]] Result<void> apply_rewraps(PackageReader& package) const;
    OfficeVault* vault_;
};

/// The key compartment: keys of every item of every form, and how they are scored.
struct KeyCompartment {
    engine::GradingPolicy policy;
    std::map<std::string, engine::AnswerKey, std::less<>> keys;
};
[[nodiscard]] std::string encode(const KeyCompartment& compartment);
[[nodiscard]] Result<KeyCompartment> decode_key_compartment(std::string_view text);

} // namespace papervault::vault
