#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/analysis.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/grading.hpp>
#include <papervault/vault/office.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

/// How a batch is scored and judged, beside what its keys say. Fixed before its paper is sealed; two officers.
namespace papervault::vault {

struct BatchPolicy {
    engine::GradingPolicy grading; ///< Sealed with the keys.
    engine::BandLimits bands;      ///< Rule G12; percent of the paper's points. `pass` is the pass mark.
    bool operator==(const BatchPolicy& other) const;
};
/// {"format": "papervault-batch-policy", "version": 1, …}; docs/scoring.md.
[[nodiscard]] boost::json::object to_json(const BatchPolicy& policy);
/// Members that are missing have their defaults.
/// @return malformed for a rule that does not fit its type, limits that do not fall from 100 to 0, or a penalty that
/// the floor of the item would undo.
[[nodiscard]] Result<BatchPolicy> batch_policy_from_json(const boost::json::value& value);
[[nodiscard]] crypto::Digest digest_of(const BatchPolicy& policy);
/// What it says, a sentence for each rule.
[[nodiscard]] std::vector<std::string> sentences(const BatchPolicy& policy, engine::Language language);

struct BatchPolicyRecord {
    BatchPolicy policy;
    std::string proposer; ///< Empty: nobody has proposed one, the defaults hold.
    std::string approver; ///< Empty: not approved yet, or nothing to approve.
    bool is_sealed = false;

    [[nodiscard]] bool holds() const noexcept { return proposer.empty() || !approver.empty(); }
};

class BatchPolicyRegister {
public:
    explicit BatchPolicyRegister(OfficeVault& vault) : vault_{&vault} {}

    /// For a manager. Takes the place of an earlier policy, which has to be approved again.
    /// @return already_used once a paper has been sealed for the batch; conflict without a reason.
    [[nodiscard]] Result<void> propose(std::string_view batch_id, const BatchPolicy& policy, std::string reason,
                                       engine::Instant now);
    /// For another officer, a manager or a grader.
    /// @param digest  Hex, or its beginning of at least eight: what the officer has read.
    /// @return conflict for another policy than that, and where nothing waits; not_permitted to who proposed it;
    /// already_used as for propose().
    [[nodiscard]] Result<BatchPolicy> approve(std::string_view batch_id, std::string_view digest, engine::Instant now);
    /// @return not_found without such a batch.
    [[nodiscard]] Result<BatchPolicyRecord> find(std::string_view batch_id);
    /// What is sealed and graded by. @return quorum_incomplete while a policy waits for its second officer.
    [[nodiscard]] Result<BatchPolicy> in_force(std::string_view batch_id);

private:
    OfficeVault* vault_;
};

} // namespace papervault::vault
