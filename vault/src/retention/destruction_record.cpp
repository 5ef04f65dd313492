#include <papervault/vault/retention.hpp>

#include "json_codec.hpp"

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view format = "papervault-destruction";
constexpr std::string_view proposed_purpose = "papervault.destruction-proposed.v1";
constexpr std::string_view confirmed_purpose = "papervault.destruction-confirmed.v1";

boost::json::object proposed_fields(const DestructionRecord& record)
{
    boost::json::object json = document(format);
    json["id"] = record.id;
    json["package_id"] = record.package_id;
    json["package_digest"] = record.package_digest;
    json["batch_id"] = record.batch_id;
    json["category"] = to_text(record.category);
    json["name"] = record.name;
    json["occupation"] = record.occupation;
    json["level"] = record.level;
    json["reason"] = record.reason;
    json["method"] = record.method;
    json["proposed_at"] = engine::to_text(record.proposed_at);
    json["proposer_id"] = record.proposer_id;
    json["proposer"] = record.proposer;
    return json;
}

boost::json::object confirmed_fields(const DestructionRecord& record)
{
    boost::json::object json = proposed_fields(record);
    json["proposer_signature"] = crypto::to_base64(record.proposer_signature);
    if (record.confirmed_at) {
        json["confirmed_at"] = engine::to_text(*record.confirmed_at);
        json["confirmer_id"] = record.confirmer_id;
        json["confirmer"] = record.confirmer;
    }
    return json;
}

const IdentityCard* card_of(const std::vector<Officer>& officers, std::string_view id)
{
    const auto found = std::ranges::find_if(officers, [id](const Officer& officer) { return officer.card.id() == id; });
    return found == officers.end() ? nullptr : &found->card;
}

} // namespace

std::string encode(const DestructionRecord& record)
{
    boost::json::object json = confirmed_fields(record);
    if (record.confirmer_signature) { json["confirmer_signature"] = crypto::to_base64(*record.confirmer_signature); }
    return engine::canonical_json(json);
}

Result<DestructionRecord> decode_destruction(std::string_view text)
{
    const auto value = parse_document(text, 16 * 1024, format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, format);
    DestructionRecord record;
    record.id = hex_field(fields, "id", 16);
    record.package_id = hex_field(fields, "package_id", 32);
    record.package_digest = fields.text("package_digest", 64);
    record.batch_id = fields.text("batch_id", 64);
    const std::string category = fields.text("category", 32);
    record.name = fields.text("name", 512);
    record.occupation = fields.text("occupation", 512);
    record.level = static_cast<int>(fields.integer("level", 0, 9));
    record.reason = fields.text("reason", 1024);
    record.method = fields.text("method", 1024);
    record.proposed_at = instant_field(fields, "proposed_at");
    record.proposer_id = hex_field(fields, "proposer_id", 16);
    record.proposer = fields.text("proposer", 64);
    record.proposer_signature = signature_field(fields, "proposer_signature");
    if (fields.has("confirmed_at")) {
        record.confirmed_at = instant_field(fields, "confirmed_at");
        record.confirmer_id = hex_field(fields, "confirmer_id", 16);
        record.confirmer = fields.text("confirmer", 64);
        record.confirmer_signature = signature_field(fields, "confirmer_signature");
    }
    if (auto finished = finish_document(fields, format); !finished) { return std::unexpected{finished.error()}; }
    const auto known = destructible_category(category);
    if (!known) { return std::unexpected{known.error()}; }
    record.category = *known;
    if (auto same = require_same_spelling(text, encode(record), format); !same) {
        return std::unexpected{same.error()};
    }
    return record;
}

void sign_as_proposer(DestructionRecord& record, const Identity& who)
{
    const std::string text = engine::canonical_json(proposed_fields(record));
    record.proposer_signature = who.signing_key().sign(proposed_purpose, crypto::bytes_of(text));
}

void sign_as_confirmer(DestructionRecord& record, const Identity& who)
{
    const std::string text = engine::canonical_json(confirmed_fields(record));
    record.confirmer_signature = who.signing_key().sign(confirmed_purpose, crypto::bytes_of(text));
}

Result<void> verify_destruction(const DestructionRecord& record, const std::vector<Officer>& officers)
{
    const auto bad = [&record](const std::string& why) {
        return refuse(VaultError::signature_invalid, "destruction " + record.id + ": " + why);
    };
    const IdentityCard* proposer = card_of(officers, record.proposer_id);
    const std::string proposed = engine::canonical_json(proposed_fields(record));
    if (proposer == nullptr ||
        !crypto::verify(proposer->sign_key, proposed_purpose, crypto::bytes_of(proposed), record.proposer_signature)) {
        return bad("the signature of " + record.proposer + " does not fit");
    }
    if (!record.confirmed_at) { return {}; }
    if (record.confirmer_id == record.proposer_id) { return bad("one person has signed twice"); }
    const IdentityCard* confirmer = card_of(officers, record.confirmer_id);
    const std::string confirmed = engine::canonical_json(confirmed_fields(record));
    if (confirmer == nullptr || !record.confirmer_signature ||
        !crypto::verify(confirmer->sign_key, confirmed_purpose, crypto::bytes_of(confirmed),
                        *record.confirmer_signature)) {
        return bad("the signature of " + record.confirmer + " does not fit");
    }
    return {};
}

} // namespace papervault::vault
