#include "custody/release.hpp"

#include "custody/share_part.hpp"
#include "json_codec.hpp"
#include "package/bindings.hpp"
#include "package/header_codec.hpp"

#include <papervault/crypto/box.hpp>

namespace papervault::vault {
namespace {

constexpr std::string_view release_format = "papervault-release";
constexpr std::string_view release_purpose = "papervault.release.v1";

boost::json::object unsigned_json(const Release& release)
{
    auto json = document(release_format);
    json["package_id"] = release.package_id;
    json["hall_id"] = release.hall_id;
    json["batch_id"] = release.batch_id;
    json["not_before"] = engine::to_text(release.not_before);
    json["not_after"] = engine::to_text(release.not_after);
    json["issued_at"] = engine::to_text(release.issued_at);
    json["sealed_share"] = crypto::to_base64(release.sealed_share);
    return json;
}

crypto::Digest release_context(crypto::Suite suite, const Release& release)
{
    return crypto::hash(suite, "papervault.release-share.v1",
                        {crypto::bytes_of(release.package_id), crypto::bytes_of(release.hall_id),
                         crypto::bytes_of(release.batch_id), crypto::bytes_of(engine::to_text(release.not_before)),
                         crypto::bytes_of(engine::to_text(release.not_after))});
}

} // namespace

bool is_signed_by(const Release& release, const IdentityCard& office)
{
    return crypto::verify(office.sign_key, release_purpose,
                          crypto::bytes_of(engine::canonical_json(unsigned_json(release))), release.signature);
}

Result<crypto::SecretBuffer> open_release(const Release& release, const crypto::BoxKeyPair& hall)
{
    auto share =
        crypto::open_sealed(hall, release.sealed_share, release_context(hall.public_key().suite(), release).view());
    if (!share) { return refuse(VaultError::authentication_failed, "the release does not open"); }
    return *std::move(share);
}

std::string encode(const Release& release)
{
    auto json = unsigned_json(release);
    json["signature"] = crypto::to_base64(release.signature);
    return engine::canonical_json(json);
}

Result<Release> decode_release(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, release_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, release_format);
    Release release;
    release.package_id = hex_field(fields, "package_id", 32);
    release.hall_id = hex_field(fields, "hall_id", 16);
    release.batch_id = fields.text("batch_id", 64);
    release.not_before = instant_field(fields, "not_before");
    release.not_after = instant_field(fields, "not_after");
    release.issued_at = instant_field(fields, "issued_at");
    release.sealed_share = base64_field(fields, "sealed_share", sealed_share_bytes_max);
    release.signature = signature_field(fields, "signature");
    if (!is_plain_name(release.batch_id, 64)) {
        fields.problem(engine::EngineError::malformed, "batch_id", "is not a batch's id");
    }
    if (auto finished = finish_document(fields, release_format); !finished) {
        return std::unexpected{finished.error()};
    }
    if (auto same = require_same_spelling(text, encode(release), release_format); !same) {
        return std::unexpected{same.error()};
    }
    return release;
}

Result<void> check_release(const PackageHeader& package, const crypto::SecretBuffer& release_share, engine::Instant now)
{
    if (now < package.batch.opens_at) {
        return refuse(VaultError::release_time_not_reached,
                      "batch " + package.batch.id + " is released from " + engine::to_text(package.batch.opens_at));
    }
    if (now > package.batch.expires_at) {
        return refuse(VaultError::expired, "the window of batch " + package.batch.id + " is over");
    }
    if (commitment_to_release(package.suite, release_share, package.package_id) != package.release_commitment) {
        return refuse(VaultError::share_invalid, "this is not the release share of the package");
    }
    return {};
}

Result<Release> issue_release(const PackageHeader& package, const crypto::SecretBuffer& release_share,
                              const Identity& office, engine::Instant now)
{
    if (office.card() != package.office) {
        return refuse(VaultError::not_permitted, "only " + package.office.name + " releases this package");
    }
    if (auto allowed = check_release(package, release_share, now); !allowed) {
        return std::unexpected{allowed.error()};
    }
    Release release{.package_id = package.package_id,
                    .hall_id = package.hall.id(),
                    .batch_id = package.batch.id,
                    .not_before = package.batch.opens_at,
                    .not_after = package.batch.expires_at,
                    .issued_at = now,
                    .sealed_share = {},
                    .signature = {}};
    release.sealed_share =
        crypto::seal_to(package.hall.box_key, release_share.expose(), release_context(package.suite, release).view());
    release.signature =
        office.signing_key().sign(release_purpose, crypto::bytes_of(engine::canonical_json(unsigned_json(release))));
    return release;
}

} // namespace papervault::vault
