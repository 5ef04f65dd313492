#include <papervault/vault/inspection.hpp>

#include "custody/share_part.hpp"
#include "json_codec.hpp"

namespace papervault::vault {
namespace {

constexpr std::string_view incident_format = "papervault-incident";
constexpr std::string_view incident_purpose = "papervault.incident.v1";
constexpr std::string_view clearance_format = "papervault-clearance";
constexpr std::string_view clearance_purpose = "papervault.clearance.v1";
constexpr std::size_t reason_bytes_max = 500;

bool is_kind(std::string_view kind) noexcept
{
    return kind == "seal_mismatch" || kind == "seal_broken";
}

bool is_id(std::string_view text) noexcept
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_reason(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= reason_bytes_max;
}

boost::json::object unsigned_json(const Incident& incident)
{
    auto json = document(incident_format);
    json["id"] = incident.id;
    json["package_id"] = incident.package_id;
    json["package_digest"] = incident.package_digest.hex();
    json["batch_id"] = incident.batch_id;
    json["kind"] = incident.kind;
    json["reason"] = incident.reason;
    json["reported_by"] = incident.reported_by;
    json["reported_at"] = engine::to_text(incident.reported_at);
    json["statement"] = incident.statement;
    return json;
}

boost::json::object unsigned_json(const Clearance& clearance)
{
    auto json = document(clearance_format);
    json["incident_id"] = clearance.incident_id;
    json["package_id"] = clearance.package_id;
    json["package_digest"] = clearance.package_digest.hex();
    json["batch_id"] = clearance.batch_id;
    json["reason"] = clearance.reason;
    json["cleared_at"] = engine::to_text(clearance.cleared_at);
    return json;
}

template <class Document>
Result<void> check_package(const Document& document, const PackageReader& package, std::string_view what)
{
    if (document.package_id != package.header().package_id || document.package_digest != package.digest() ||
        document.batch_id != package.header().batch.id) {
        return refuse(VaultError::wrong_batch, std::string{what} + " is of another package");
    }
    return {};
}

} // namespace

// ---- incident ----

std::string encode(const Incident& incident)
{
    auto json = unsigned_json(incident);
    json["signature"] = crypto::to_base64(incident.signature);
    return engine::canonical_json(json);
}

Result<Incident> decode_incident(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, incident_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, incident_format);
    Incident incident;
    incident.id = hex_field(fields, "id", 32);
    incident.package_id = hex_field(fields, "package_id", 32);
    incident.package_digest = digest_field(fields, "package_digest");
    incident.batch_id = fields.text("batch_id", 64);
    incident.kind = fields.text("kind", 32);
    incident.reason = fields.text("reason", reason_bytes_max);
    incident.reported_by = fields.text("reported_by", 128);
    incident.reported_at = instant_field(fields, "reported_at");
    incident.statement = fields.text("statement", document_bytes_max);
    incident.signature = signature_field(fields, "signature");
    if (fields.good() && !is_kind(incident.kind)) {
        fields.problem(engine::EngineError::malformed, "kind", "is not one that is known");
    }
    if (auto finished = finish_document(fields, incident_format); !finished) {
        return std::unexpected{finished.error()};
    }
    if (auto same = require_same_spelling(text, encode(incident), incident_format); !same) {
        return std::unexpected{same.error()};
    }
    return incident;
}

Result<Incident> sign_incident(Incident incident, const PackageReader& package, const Identity& hall)
{
    const PackageHeader& header = package.header();
    if (hall.card() != header.hall) {
        return refuse(VaultError::not_permitted, "only " + header.hall.name + " reports on this package");
    }
    if (!is_id(incident.id) || !is_kind(incident.kind) || !is_reason(incident.reason)) {
        return refuse(VaultError::malformed, "an incident needs an id, a kind and a reason of 1 to 500 bytes");
    }
    incident.package_id = header.package_id;
    incident.package_digest = package.digest();
    incident.batch_id = header.batch.id;
    const std::string text = engine::canonical_json(unsigned_json(incident));
    incident.signature = hall.signing_key().sign(incident_purpose, crypto::bytes_of(text));
    return incident;
}

Result<void> verify_incident(const Incident& incident, const PackageReader& package)
{
    if (auto ours = check_package(incident, package, "the incident"); !ours) { return ours; }
    const IdentityCard& hall = package.header().hall;
    const std::string text = engine::canonical_json(unsigned_json(incident));
    if (!crypto::verify(hall.sign_key, incident_purpose, crypto::bytes_of(text), incident.signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + hall.name + " does not fit");
    }
    return {};
}

// ---- clearance ----

std::string encode(const Clearance& clearance)
{
    auto json = unsigned_json(clearance);
    json["signature"] = crypto::to_base64(clearance.signature);
    return engine::canonical_json(json);
}

Result<Clearance> decode_clearance(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, clearance_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, clearance_format);
    Clearance clearance;
    clearance.incident_id = hex_field(fields, "incident_id", 32);
    clearance.package_id = hex_field(fields, "package_id", 32);
    clearance.package_digest = digest_field(fields, "package_digest");
    clearance.batch_id = fields.text("batch_id", 64);
    clearance.reason = fields.text("reason", reason_bytes_max);
    clearance.cleared_at = instant_field(fields, "cleared_at");
    clearance.signature = signature_field(fields, "signature");
    if (auto finished = finish_document(fields, clearance_format); !finished) {
        return std::unexpected{finished.error()};
    }
    if (auto same = require_same_spelling(text, encode(clearance), clearance_format); !same) {
        return std::unexpected{same.error()};
    }
    return clearance;
}

Result<Clearance> sign_clearance(const PackageReader& package, const Identity& office, std::string incident_id,
                                 std::string reason, engine::Instant now)
{
    const PackageHeader& header = package.header();
    if (office.card() != header.office) {
        return refuse(VaultError::not_permitted, "only " + header.office.name + " clears an incident of this package");
    }
    if (!is_id(incident_id) || !is_reason(reason)) {
        return refuse(VaultError::malformed, "a clearance needs an incident and a reason of 1 to 500 bytes");
    }
    Clearance clearance{.incident_id = std::move(incident_id),
                        .package_id = header.package_id,
                        .package_digest = package.digest(),
                        .batch_id = header.batch.id,
                        .reason = std::move(reason),
                        .cleared_at = now,
                        .signature = {}};
    const std::string text = engine::canonical_json(unsigned_json(clearance));
    clearance.signature = office.signing_key().sign(clearance_purpose, crypto::bytes_of(text));
    return clearance;
}

Result<void> verify_clearance(const Clearance& clearance, const PackageReader& package, std::string_view incident_id)
{
    if (auto ours = check_package(clearance, package, "the clearance"); !ours) { return ours; }
    if (clearance.incident_id != incident_id) {
        return refuse(VaultError::conflict, "the clearance is of another incident");
    }
    const IdentityCard& office = package.header().office;
    const std::string text = engine::canonical_json(unsigned_json(clearance));
    if (!crypto::verify(office.sign_key, clearance_purpose, crypto::bytes_of(text), clearance.signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + office.name + " does not fit");
    }
    return {};
}

} // namespace papervault::vault
