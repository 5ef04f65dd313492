#include <papervault/vault/custody.hpp>

#include "custody/share_part.hpp"
#include "json_codec.hpp"

namespace papervault::vault {
namespace {

constexpr std::string_view handover_format = "papervault-handover";
constexpr std::string_view given_purpose = "papervault.handover-given.v1";
constexpr std::string_view taken_purpose = "papervault.handover-taken.v1";

/// What the giver signs.
boost::json::object given_json(const Handover& handover)
{
    auto json = document(handover_format);
    json["package_id"] = handover.package_id;
    json["package_digest"] = handover.package_digest.hex();
    json["batch_id"] = handover.batch_id;
    json["occupation"] = handover.occupation;
    json["level"] = handover.level;
    json["forms"] = handover.forms;
    json["candidates"] = handover.candidates;
    json["giver"] = to_json(handover.giver);
    json["taker"] = to_json(handover.taker);
    json["given_at"] = engine::to_text(handover.given_at);
    return json;
}

/// What the taker signs: all that the giver has signed, his signature, and when it was taken.
boost::json::object taken_json(const Handover& handover)
{
    auto json = given_json(handover);
    json["giver_signature"] = crypto::to_base64(handover.giver_signature);
    if (handover.taken_at) { json["taken_at"] = engine::to_text(*handover.taken_at); }
    return json;
}

Handover describe(const PackageReader& package, const IdentityCard& giver, const IdentityCard& taker,
                  engine::Instant given_at)
{
    const PackageHeader& header = package.header();
    return {.package_id = header.package_id,
            .package_digest = package.digest(),
            .batch_id = header.batch.id,
            .occupation = header.batch.occupation,
            .level = header.batch.level,
            .forms = static_cast<int>(header.forms.size()),
            .candidates = header.candidates,
            .giver = giver,
            .taker = taker,
            .given_at = given_at,
            .giver_signature = {},
            .taken_at = std::nullopt,
            .taker_signature = std::nullopt};
}

/// The paper says of the package what the package says of itself, and the giver signed it for somebody else.
Result<void> check_given(const Handover& handover, const PackageReader& package)
{
    const Handover expected = describe(package, handover.giver, handover.taker, handover.given_at);
    if (given_json(handover) != given_json(expected)) {
        return refuse(VaultError::wrong_batch, "the hand-over describes another package than the one at hand");
    }
    if (handover.giver.sign_key == handover.taker.sign_key) {
        return refuse(VaultError::not_permitted, "giver and taker are the same person");
    }
    if (!crypto::verify(handover.giver.sign_key, given_purpose,
                        crypto::bytes_of(engine::canonical_json(given_json(handover))), handover.giver_signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + handover.giver.name + " does not fit");
    }
    return {};
}

} // namespace

std::string encode(const Handover& handover)
{
    auto json = taken_json(handover);
    if (handover.taker_signature) { json["taker_signature"] = crypto::to_base64(*handover.taker_signature); }
    return engine::canonical_json(json);
}

Result<Handover> decode_handover(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, handover_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, handover_format);
    auto package_id = hex_field(fields, "package_id", 32);
    const auto package_digest = digest_field(fields, "package_digest");
    auto batch_id = fields.text("batch_id", 64);
    auto occupation = fields.text("occupation", 256);
    const auto level = static_cast<int>(fields.integer("level", 1, 5));
    const auto forms = static_cast<int>(fields.integer("forms", 0, 1000));
    const auto candidates = static_cast<int>(fields.integer("candidates", 0, 10'000));
    auto giver = card_field(fields, "giver");
    auto taker = card_field(fields, "taker");
    const auto given_at = instant_field(fields, "given_at");
    const auto giver_signature = signature_field(fields, "giver_signature");
    std::optional<engine::Instant> taken_at;
    std::optional<crypto::Signature> taker_signature;
    if (fields.has("taken_at") || fields.has("taker_signature")) {
        taken_at = instant_field(fields, "taken_at");
        taker_signature = signature_field(fields, "taker_signature");
    }
    if (auto finished = finish_document(fields, handover_format); !finished) {
        return std::unexpected{finished.error()};
    }
    Handover handover{.package_id = std::move(package_id),
                      .package_digest = package_digest,
                      .batch_id = std::move(batch_id),
                      .occupation = std::move(occupation),
                      .level = level,
                      .forms = forms,
                      .candidates = candidates,
                      .giver = *std::move(giver),
                      .taker = *std::move(taker),
                      .given_at = given_at,
                      .giver_signature = giver_signature,
                      .taken_at = taken_at,
                      .taker_signature = taker_signature};
    if (auto same = require_same_spelling(text, encode(handover), handover_format); !same) {
        return std::unexpected{same.error()};
    }
    return handover;
}

Handover give_package(const PackageReader& package, const Identity& giver, const IdentityCard& taker,
                      engine::Instant now)
{
    Handover handover = describe(package, giver.card(), taker, now);
    handover.giver_signature =
        giver.signing_key().sign(given_purpose, crypto::bytes_of(engine::canonical_json(given_json(handover))));
    return handover;
}

Result<Handover> take_package(const Handover& handover, const PackageReader& package, const Identity& taker,
                              engine::Instant now)
{
    if (handover.taken_at || handover.taker_signature) {
        return refuse(VaultError::conflict, "the package was taken already");
    }
    if (taker.card() != handover.taker) {
        return refuse(VaultError::not_permitted, "the package is handed to " + handover.taker.name);
    }
    if (auto given = check_given(handover, package); !given) { return std::unexpected{given.error()}; }
    if (auto intact = package.verify_digests(); !intact) { return std::unexpected{intact.error()}; }
    Handover taken = handover;
    taken.taken_at = now;
    taken.taker_signature =
        taker.signing_key().sign(taken_purpose, crypto::bytes_of(engine::canonical_json(taken_json(taken))));
    return taken;
}

Result<void> verify_handover(const Handover& handover, const PackageReader& package)
{
    if (auto given = check_given(handover, package); !given) { return given; }
    if (!handover.taken_at || !handover.taker_signature) {
        return refuse(VaultError::signature_invalid, handover.taker.name + " has not signed");
    }
    if (!crypto::verify(handover.taker.sign_key, taken_purpose,
                        crypto::bytes_of(engine::canonical_json(taken_json(handover))), *handover.taker_signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + handover.taker.name + " does not fit");
    }
    return {};
}

} // namespace papervault::vault
