#pragma once

#include <papervault/vault/office.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How long what is kept, and how it is destroyed (rule V9): papers at least 1 year after the results, electronic
/// records at least 5 years, the register of certificates for ever. Two persons, nothing before its time, nothing under
/// a hold, and a tombstone of everything. docs/supervisors.md says what is erased and what cannot be.
namespace papervault::vault {

enum class RecordCategory {
    paper,        ///< 试卷: the office's copy of the sealed package and its release share.
    records,      ///< 电子记录: answers, scores, hand-overs, reports, the roster.
    certificates, ///< 证书名册: never.
};
[[nodiscard]] std::string_view to_text(RecordCategory category) noexcept;
/// @return not_permitted for certificates, which have no period; malformed.
[[nodiscard]] Result<RecordCategory> destructible_category(std::string_view text);

struct RetentionPolicy {
    int paper_months = 12;   ///< 12 to 1200 after the results.
    int records_months = 60; ///< 60 to 1200 after the results.
    bool operator==(const RetentionPolicy&) const = default;
};
/// {"format":"papervault-retention","version":1,"paper_months":24,"records_months":120}
/// @return not_permitted when a period is shorter than the rule's.
[[nodiscard]] Result<RetentionPolicy> decode_retention_policy(std::string_view text);

struct Hold {
    std::string id;
    std::string package_id; ///< "*": everything.
    std::string reason;
    std::string placed_by; ///< Name.
    engine::Instant placed_at;
};

/// What both persons sign and what the destruction ledger (销毁台账) shows. Canonical JSON.
struct DestructionRecord {
    std::string id;
    std::string package_id;
    std::string package_digest;
    std::string batch_id;
    RecordCategory category{};
    std::string name; ///< Of the examination.
    std::string occupation;
    int level = 0;
    std::string reason;
    std::string method;
    engine::Instant proposed_at;
    std::string proposer_id, proposer;
    crypto::Signature proposer_signature{}; ///< Purpose "papervault.destruction-proposed.v1", over all of the above.
    std::optional<engine::Instant> confirmed_at;
    std::string confirmer_id, confirmer;
    std::optional<crypto::Signature> confirmer_signature; ///< Purpose "papervault.destruction-confirmed.v1", over all.
    std::string state; ///< "proposed", "destroying" (cut short: destroy() goes on), "destroyed"; not signed.
};

struct RetentionStatus {
    std::string package_id;
    std::string batch_id;
    RecordCategory category{};
    std::optional<engine::Instant> counted_from; ///< The results; for a paper that nobody sat, the end of its window.
    std::optional<engine::Instant> due_at;       ///< Not before.
    std::vector<Hold> holds;
    std::optional<DestructionRecord> destruction;
};

class RetentionRegister {
public:
    explicit RetentionRegister(OfficeVault& vault) : vault_{&vault} {}

    [[nodiscard]] Result<RetentionPolicy> policy();
    /// Lengthens or shortens down to the rule, never below it. Needs manager.
    [[nodiscard]] Result<void> set_policy(const RetentionPolicy& policy, engine::Instant now);

    /// Every package, both categories that have a period.
    [[nodiscard]] Result<std::vector<RetentionStatus>> status();
    [[nodiscard]] Result<RetentionStatus> status(std::string_view package_id, RecordCategory category);

    /// @param package_id  "*" holds everything. @return The hold's id. Any officer but a supervisor.
    [[nodiscard]] Result<std::string> hold(std::string_view package_id, std::string_view reason, engine::Instant now);
    [[nodiscard]] Result<void> lift(std::string_view hold_id, std::string_view reason, engine::Instant now);

    /// The first person. Any officer but a supervisor.
    /// @return release_time_not_reached (the period runs or has not begun), conflict (a hold, or proposed already),
    /// already_used (destroyed already).
    [[nodiscard]] Result<DestructionRecord> propose(std::string_view package_id, RecordCategory category,
                                                    std::string_view reason, const Identity& who, engine::Instant now);
    /// Takes a proposal back; the proposer or anybody who could confirm.
    [[nodiscard]] Result<void> withdraw(std::string_view destruction_id, std::string_view reason, engine::Instant now);
    /// The second person: signs, then the keys and files are erased. Checks everything again. When it was cut short,
    /// the same call goes on, by any officer who could have confirmed.
    /// @return not_permitted when the second person is the first one.
    [[nodiscard]] Result<DestructionRecord> destroy(std::string_view destruction_id, const Identity& who,
                                                    engine::Instant now);
    /// Withdrawn proposals left out; in the order of proposing.
    [[nodiscard]] Result<std::vector<DestructionRecord>> destructions();

private:
    [[nodiscard]] Result<void> require_officer() const;
    [[nodiscard]] Result<DestructionRecord> find(std::string_view destruction_id);
    [[nodiscard]] Result<void> require_due(const RetentionStatus& status, engine::Instant now) const;
    [[nodiscard]] Result<DestructionRecord> carry_out(DestructionRecord record, engine::Instant now);
    OfficeVault* vault_;
};

/// Both signatures. @param officers  Cards of the two are looked up here.
[[nodiscard]] Result<void> verify_destruction(const DestructionRecord& record, const std::vector<Officer>& officers);
[[nodiscard]] std::string encode(const DestructionRecord& record);
[[nodiscard]] Result<DestructionRecord> decode_destruction(std::string_view text);

} // namespace papervault::vault
