#include <papervault/vault/rewrap.hpp>

#include "custody/rewrapped.hpp"
#include "custody/share_part.hpp"
#include "json_codec.hpp"
#include "package/header_codec.hpp"

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view part_format = "papervault-recovery-part";
constexpr std::string_view rewrap_format = "papervault-rewrap";
constexpr std::size_t reason_bytes_max = 500;
constexpr int rewraps_max = 1000;

boost::json::object unsigned_json(const Rewrap& rewrap)
{
    auto json = document(rewrap_format);
    json["package_id"] = rewrap.package_id;
    json["package_digest"] = rewrap.package_digest.hex();
    json["number"] = rewrap.number;
    json["reason"] = rewrap.reason;
    json["authorised_at"] = engine::to_text(rewrap.authorised_at);
    json["holder"] = to_json(card_of(rewrap.holder));
    if (const auto* custodian = std::get_if<NewCustodian>(&rewrap.holder)) {
        json["lock"] = "custody";
        json["share_index"] = custodian->share_index;
    } else {
        json["lock"] = "host";
    }
    json["sealed_share"] = crypto::to_base64(rewrap.sealed_share);
    return json;
}

} // namespace

std::string encode(const RecoveryPart& part)
{
    auto json = document(part_format);
    json["package_id"] = part.package_id;
    json["giver_id"] = part.giver_id;
    json["receiver_id"] = part.receiver_id;
    json["given_at"] = engine::to_text(part.given_at);
    json["sealed_half"] = crypto::to_base64(part.sealed_half);
    if (part.signature != crypto::Signature{}) { json["signature"] = crypto::to_base64(part.signature); }
    return engine::canonical_json(json);
}

Result<RecoveryPart> decode_recovery_part(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, part_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, part_format);
    RecoveryPart part;
    part.package_id = hex_field(fields, "package_id", 32);
    part.giver_id = hex_field(fields, "giver_id", 16);
    part.receiver_id = hex_field(fields, "receiver_id", 16);
    part.given_at = instant_field(fields, "given_at");
    part.sealed_half = base64_field(fields, "sealed_half", sealed_share_bytes_max);
    part.signature = signature_field(fields, "signature");
    if (auto finished = finish_document(fields, part_format); !finished) { return std::unexpected{finished.error()}; }
    if (auto same = require_same_spelling(text, encode(part), part_format); !same) {
        return std::unexpected{same.error()};
    }
    return part;
}

crypto::Bytes signed_bytes(const Rewrap& rewrap)
{
    const std::string text = engine::canonical_json(unsigned_json(rewrap));
    const auto bytes = crypto::bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

std::string encode(const Rewrap& rewrap)
{
    auto json = unsigned_json(rewrap);
    boost::json::array signatures;
    for (const auto& signature : rewrap.signatures) {
        signatures.push_back(boost::json::string{signature ? crypto::to_base64(*signature) : std::string{}});
    }
    json["signatures"] = std::move(signatures);
    return engine::canonical_json(json);
}

Result<Rewrap> decode_rewrap(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, rewrap_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, rewrap_format);
    // A card has no empty value: it is read first, and what is read after a problem is thrown away.
    auto holder = card_field(fields, "holder");
    if (!holder) { return std::unexpected{finish_document(fields, rewrap_format).error()}; }
    Rewrap rewrap{.package_id = {},
                  .package_digest = {},
                  .reason = {},
                  .authorised_at = {},
                  .holder = NewHost{*holder},
                  .sealed_share = {},
                  .signatures = {}};
    rewrap.package_id = hex_field(fields, "package_id", 32);
    rewrap.package_digest = digest_field(fields, "package_digest");
    rewrap.number = static_cast<int>(fields.integer("number", 1, rewraps_max));
    rewrap.reason = fields.text("reason", reason_bytes_max);
    rewrap.authorised_at = instant_field(fields, "authorised_at");
    const std::string lock = fields.text("lock", 16);
    std::uint8_t index = 0;
    if (lock == "custody") {
        index = static_cast<std::uint8_t>(fields.integer("share_index", 0, crypto::share_count_max - 1));
    } else if (lock != "host") {
        fields.problem(engine::EngineError::malformed, "lock", "is not custody or host");
    }
    rewrap.sealed_share = base64_field(fields, "sealed_share", sealed_share_bytes_max);
    for (const std::string& encoded : fields.texts("signatures", 2, 88)) {
        std::optional<crypto::Signature> signature;
        if (!encoded.empty()) {
            const auto bytes = crypto::from_base64(encoded);
            if (!bytes || bytes->size() != sizeof(crypto::Signature)) {
                fields.problem(engine::EngineError::malformed, "signatures", "is not base64 of 64 bytes");
                break;
            }
            signature.emplace();
            std::ranges::copy(*bytes, signature->begin());
        }
        rewrap.signatures.push_back(signature);
    }
    if (rewrap.signatures.size() != 2) {
        fields.problem(engine::EngineError::malformed, "signatures", "does not have two places");
    }
    if (auto finished = finish_document(fields, rewrap_format); !finished) { return std::unexpected{finished.error()}; }
    if (lock == "custody") { rewrap.holder = NewCustodian{.share_index = index, .card = *std::move(holder)}; }
    if (auto same = require_same_spelling(text, encode(rewrap), rewrap_format); !same) {
        return std::unexpected{same.error()};
    }
    return rewrap;
}

} // namespace papervault::vault
