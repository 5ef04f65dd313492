#include <papervault/vault/inspection.hpp>

#include "custody/share_part.hpp"
#include "json_codec.hpp"

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view inspection_format = "papervault-inspection";
constexpr std::string_view inspection_purpose = "papervault.inspection.v1";
constexpr std::size_t mismatch_bytes_max = 500;
constexpr std::size_t round_digits = 32;
constexpr int count_max = 1'000'000;

std::string who(const IdentityCard& card)
{
    return card.name + " (" + card.id() + ")";
}

bool is_round(std::string_view text) noexcept
{
    return text.size() == round_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

boost::json::object unsigned_json(const Inspection& inspection)
{
    auto json = document(inspection_format);
    json["facts"] = to_json(inspection.facts);
    json["round"] = inspection.round;
    json["witness"] = to_json(inspection.witness);
    json["seen_at"] = engine::to_text(inspection.seen_at);
    json["mismatch"] = inspection.mismatch;
    return json;
}

std::string signed_text(const Inspection& inspection)
{
    return engine::canonical_json(unsigned_json(inspection));
}

/// Everybody who has a part in the package.
std::vector<const IdentityCard*> people_of(const PackageHeader& header)
{
    std::vector<const IdentityCard*> people{&header.hall, &header.office};
    for (const IdentityCard& sealer : header.sealers) { people.push_back(&sealer); }
    for (const QuorumMember& member : header.custody.members) { people.push_back(&member.card); }
    for (const QuorumMember& member : header.graders.members) { people.push_back(&member.card); }
    return people;
}

bool share_a_key(const IdentityCard& one, const IdentityCard& other)
{
    return one.sign_key == other.sign_key || one.box_key == other.box_key;
}

} // namespace

SealFacts seal_facts(const PackageReader& package)
{
    const PackageHeader& header = package.header();
    SealFacts facts{.package_id = header.package_id,
                    .package_digest = package.digest(),
                    .batch_id = header.batch.id,
                    .title = header.batch.title,
                    .occupation = header.batch.occupation,
                    .level = header.batch.level,
                    .subject = header.batch.subject,
                    .site = header.batch.site,
                    .hall = header.batch.hall,
                    .machine = who(header.hall),
                    .sealers = {},
                    .sealed_at = header.sealed_at,
                    .rewraps = package.rewraps_applied(),
                    .forms = static_cast<int>(header.forms.size()),
                    .spare_forms = 0,
                    .items = 0,
                    .candidates = header.candidates};
    for (const IdentityCard& sealer : header.sealers) { facts.sealers.push_back(who(sealer)); }
    for (const FormSummary& form : header.forms) {
        facts.spare_forms += form.spare ? 1 : 0;
        facts.items += form.items;
    }
    return facts;
}

boost::json::object to_json(const SealFacts& facts)
{
    return {{"package_id", facts.package_id},
            {"package_digest", facts.package_digest.hex()},
            {"batch_id", facts.batch_id},
            {"title", facts.title},
            {"occupation", facts.occupation},
            {"level", facts.level},
            {"subject", facts.subject},
            {"site", facts.site},
            {"hall", facts.hall},
            {"machine", facts.machine},
            {"sealers", boost::json::array(facts.sealers.begin(), facts.sealers.end())},
            {"sealed_at", engine::to_text(facts.sealed_at)},
            {"rewraps", facts.rewraps},
            {"forms", facts.forms},
            {"spare_forms", facts.spare_forms},
            {"items", facts.items},
            {"candidates", facts.candidates}};
}

Result<SealFacts> seal_facts_from_json(const boost::json::value& value, std::string_view where)
{
    engine::JsonFields fields{value, where};
    SealFacts facts;
    facts.package_id = hex_field(fields, "package_id", 32);
    facts.package_digest = digest_field(fields, "package_digest");
    facts.batch_id = fields.text("batch_id", 64);
    facts.title = fields.text("title", 256);
    facts.occupation = fields.text("occupation", 256);
    facts.level = static_cast<int>(fields.integer("level", 1, 5));
    facts.subject = fields.text("subject", 256);
    facts.site = fields.text("site", 256);
    facts.hall = fields.text("hall", 256);
    facts.machine = fields.text("machine", 128);
    facts.sealers = fields.texts("sealers", 2, 128);
    facts.sealed_at = instant_field(fields, "sealed_at");
    facts.rewraps = static_cast<int>(fields.integer("rewraps", 0, count_max));
    facts.forms = static_cast<int>(fields.integer("forms", 0, count_max));
    facts.spare_forms = static_cast<int>(fields.integer("spare_forms", 0, count_max));
    facts.items = static_cast<int>(fields.integer("items", 0, INT32_MAX));
    facts.candidates = static_cast<int>(fields.integer("candidates", 0, count_max));
    if (auto finished = fields.finish(); !finished) { return malformed(finished.error(), "seal"); }
    return facts;
}

std::string encode(const Inspection& inspection)
{
    auto json = unsigned_json(inspection);
    json["signature"] = crypto::to_base64(inspection.signature);
    return engine::canonical_json(json);
}

Result<Inspection> decode_inspection(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, inspection_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, inspection_format);
    const boost::json::value& shown = fields.member("facts");
    auto facts = fields.good() ? seal_facts_from_json(shown, fields.path("facts")) : Result<SealFacts>{SealFacts{}};
    if (!facts) { return std::unexpected{facts.error()}; }
    auto round = hex_field(fields, "round", round_digits);
    auto witness = card_field(fields, "witness");
    const auto seen_at = instant_field(fields, "seen_at");
    auto mismatch = fields.text("mismatch", mismatch_bytes_max);
    const auto signature = signature_field(fields, "signature");
    if (auto finished = finish_document(fields, inspection_format); !finished) {
        return std::unexpected{finished.error()};
    }
    Inspection inspection{.facts = *std::move(facts),
                          .round = std::move(round),
                          .witness = *std::move(witness),
                          .seen_at = seen_at,
                          .mismatch = std::move(mismatch),
                          .signature = signature};
    if (auto same = require_same_spelling(text, encode(inspection), inspection_format); !same) {
        return std::unexpected{same.error()};
    }
    return inspection;
}

Result<Inspection> sign_inspection(const SealFacts& facts, std::string round, const Identity& witness,
                                   std::string mismatch, engine::Instant now)
{
    if (!is_round(round)) { return refuse(VaultError::malformed, "an inspection's number has 32 hex digits"); }
    if (mismatch.size() > mismatch_bytes_max) {
        return refuse(VaultError::malformed, "what does not agree is told in at most 500 bytes");
    }
    Inspection inspection{.facts = facts,
                          .round = std::move(round),
                          .witness = witness.card(),
                          .seen_at = now,
                          .mismatch = std::move(mismatch),
                          .signature = {}};
    inspection.signature = witness.signing_key().sign(inspection_purpose, crypto::bytes_of(signed_text(inspection)));
    return inspection;
}

Result<void> verify_inspection(const Inspection& inspection, const PackageReader& package, std::string_view round)
{
    SealFacts facts = seal_facts(package);
    facts.rewraps = inspection.facts.rewraps; // the office may know of one more than the hall was told of
    if (inspection.facts != facts) {
        return refuse(VaultError::wrong_batch, "the witness has signed for another package than the one at hand");
    }
    if (inspection.round != round) {
        return refuse(VaultError::conflict, "the witness has signed in another inspection than this one");
    }
    const IdentityCard& witness = inspection.witness;
    for (const IdentityCard* person : people_of(package.header())) {
        if (share_a_key(*person, witness)) {
            return refuse(VaultError::not_permitted,
                          person->name + " has a part in this package and can't witness that it is untouched");
        }
    }
    if (witness.suite() != package.header().suite) {
        return refuse(VaultError::suite_refused, witness.name + " has keys of another suite than the package");
    }
    if (!crypto::verify(witness.sign_key, inspection_purpose, crypto::bytes_of(signed_text(inspection)),
                        inspection.signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + witness.name + " does not fit");
    }
    return {};
}

Result<void> require_two_witnesses(const std::vector<Inspection>& inspections)
{
    if (std::ranges::any_of(inspections, [](const Inspection& each) { return !each.mismatch.empty(); })) {
        return refuse(VaultError::conflict, "a witness has found that something does not agree");
    }
    if (inspections.size() != inspection_witnesses) {
        return refuse(VaultError::quorum_incomplete, "a seal is inspected by two witnesses");
    }
    if (share_a_key(inspections[0].witness, inspections[1].witness)) {
        return refuse(VaultError::quorum_incomplete, inspections[0].witness.name + " is one witness, not two");
    }
    return {};
}

} // namespace papervault::vault
