#pragma once

#include <papervault/vault/package.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Before a package is opened its seal is inspected in public: two witnesses see what it says of itself and sign, or
/// say what does not agree (rule V6; docs/custody-formats.md, "Inspection", "Incident" and "Clearance").
namespace papervault::vault {

inline constexpr std::size_t inspection_witnesses = 2;

/// What is read out at an inspection. All of it is in the header that both sealers have signed.
struct SealFacts {
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string title;
    std::string occupation;
    int level = 0;
    std::string subject;
    std::string site;
    std::string hall;                 ///< As the batch names it.
    std::string machine;              ///< Name and id of the hall's machine: "hall-301 (0123456789abcdef)".
    std::vector<std::string> sealers; ///< The two, names and ids.
    engine::Instant sealed_at;
    int rewraps = 0;     ///< How often a lock was given to somebody else.
    int forms = 0;       ///< Spare ones included.
    int spare_forms = 0; ///< Among them.
    int items = 0;       ///< Of all forms together.
    int candidates = 0;
    bool operator==(const SealFacts&) const = default;
};
[[nodiscard]] SealFacts seal_facts(const PackageReader& package);
[[nodiscard]] boost::json::object to_json(const SealFacts& facts);
[[nodiscard]] Result<SealFacts> seal_facts_from_json(const boost::json::value& value, std::string_view where);

/// One witness's word. It says again everything that he was shown, so it stands by itself.
struct Inspection {
    SealFacts facts;
    std::string round; ///< 32 hex digits that the hall has drawn for this inspection: the word counts in no other one.
    IdentityCard witness;
    engine::Instant seen_at; ///< By the clock of the machine that he signs at.
    std::string mismatch;    ///< What does not agree, at most 500 bytes; empty: everything agrees.
    crypto::Signature signature;
};
[[nodiscard]] std::string encode(const Inspection& inspection);
[[nodiscard]] Result<Inspection> decode_inspection(std::string_view text);
/// @return malformed for a round that is none, and for a mismatch of more than 500 bytes.
[[nodiscard]] Result<Inspection> sign_inspection(const SealFacts& facts, std::string round, const Identity& witness,
                                                 std::string mismatch, engine::Instant now);
/// Whether the word is of this package and round and of somebody without a part in it: the people who have sealed it,
/// keep it, open it or grade it do not witness that it is untouched. Whom a site lets witness, the site says.
/// @return wrong_batch (another package, or other facts), conflict (another inspection), not_permitted (he has a role
/// in the package), suite_refused (keys of another suite than the package's), signature_invalid.
[[nodiscard]] Result<void> verify_inspection(const Inspection& inspection, const PackageReader& package,
                                             std::string_view round);
/// Two words, each verified, of two persons with different keys, and both say that everything agrees.
/// @return quorum_incomplete (fewer than two, or one person twice), conflict (one of them is a mismatch).
[[nodiscard]] Result<void> require_two_witnesses(const std::vector<Inspection>& inspections);

/// What a hall found on a package before it was opened; it opens nothing until the office has cleared it.
struct Incident {
    std::string id; ///< 32 hex digits.
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string kind;   ///< "seal_mismatch" (a witness's word), "seal_broken" (the bytes do not have their digest).
    std::string reason; ///< 1 to 500 bytes.
    std::string reported_by; ///< Name and id of the witness; of the machine itself for seal_broken.
    engine::Instant reported_at;
    std::string statement;       ///< The witness's inspection as he signed it; empty for seal_broken.
    crypto::Signature signature; ///< By the hall's machine.
};
[[nodiscard]] std::string encode(const Incident& incident);
[[nodiscard]] Result<Incident> decode_incident(std::string_view text);
/// What is not filled in by the caller: package, batch, signature. @return not_permitted (not the package's hall),
/// malformed (no reason, no kind).
[[nodiscard]] Result<Incident> sign_incident(Incident incident, const PackageReader& package, const Identity& hall);
/// @return wrong_batch (another package), signature_invalid.
[[nodiscard]] Result<void> verify_incident(const Incident& incident, const PackageReader& package);

/// The office's word that a hall may go on after an incident: with a new inspection, from its beginning.
struct Clearance {
    std::string incident_id;
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string reason; ///< 1 to 500 bytes.
    engine::Instant cleared_at;
    crypto::Signature signature; ///< By the office.
};
[[nodiscard]] std::string encode(const Clearance& clearance);
[[nodiscard]] Result<Clearance> decode_clearance(std::string_view text);
/// @return not_permitted (not the package's office), malformed (no reason).
[[nodiscard]] Result<Clearance> sign_clearance(const PackageReader& package, const Identity& office,
                                               std::string incident_id, std::string reason, engine::Instant now);
/// @return wrong_batch (another package), conflict (another incident), signature_invalid.
[[nodiscard]] Result<void> verify_clearance(const Clearance& clearance, const PackageReader& package,
                                            std::string_view incident_id);

} // namespace papervault::vault
