#include <papervault/vault/custody.hpp>

#include "custody/share_part.hpp"
#include "json_codec.hpp"
#include "package/bindings.hpp"
#include "package/header_codec.hpp"

#include <papervault/crypto/box.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::string_view share_format = "papervault-share";
constexpr std::string_view share_purpose = "papervault.share-part.v1";

boost::json::object unsigned_json(const SharePart& part)
{
    auto json = document(share_format);
    json["package_id"] = part.package_id;
    json["locks"] = to_text(part.locks);
    json["member_id"] = part.member_id;
    json["share_index"] = part.share_index;
    json["opener_id"] = part.opener_id;
    json["given_at"] = engine::to_text(part.given_at);
    json["sealed_share"] = crypto::to_base64(part.sealed_share);
    return json;
}

/// What a share is sealed for on its way from a member to the opener.
crypto::Digest part_context(crypto::Suite suite, const SharePart& part)
{
    const std::array index_byte{std::byte{part.share_index}};
    return crypto::hash(suite, "papervault.share-part.v1",
                        {crypto::bytes_of(part.package_id), crypto::bytes_of(to_text(part.locks)),
                         crypto::bytes_of(part.member_id), index_byte, crypto::bytes_of(part.opener_id)});
}

} // namespace

const Quorum& quorum_of(const PackageHeader& header, LockSet locks) noexcept
{
    return locks == LockSet::hall ? header.custody : header.graders;
}

bool is_signed_by(const SharePart& part, const IdentityCard& member)
{
    return crypto::verify(member.sign_key, share_purpose, crypto::bytes_of(engine::canonical_json(unsigned_json(part))),
                          part.signature);
}

Result<crypto::SecretBuffer> open_part(const SharePart& part, const crypto::BoxKeyPair& opener)
{
    auto value = crypto::open_sealed(opener, part.sealed_share, part_context(opener.public_key().suite(), part).view());
    if (!value) { return refuse(VaultError::authentication_failed, "the share does not open"); }
    return *std::move(value);
}

std::string encode(const SharePart& part)
{
    auto json = unsigned_json(part);
    json["signature"] = crypto::to_base64(part.signature);
    return engine::canonical_json(json);
}

Result<SharePart> decode_share_part(std::string_view text)
{
    const auto value = parse_document(text, document_bytes_max, share_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, share_format);
    SharePart part;
    part.package_id = hex_field(fields, "package_id", 32);
    part.locks = lock_set_field(fields, "locks");
    part.member_id = hex_field(fields, "member_id", 16);
    part.share_index = static_cast<std::uint8_t>(fields.integer("share_index", 0, crypto::share_count_max - 1));
    part.opener_id = hex_field(fields, "opener_id", 16);
    part.given_at = instant_field(fields, "given_at");
    part.sealed_share = base64_field(fields, "sealed_share", sealed_share_bytes_max);
    part.signature = signature_field(fields, "signature");
    if (auto finished = finish_document(fields, share_format); !finished) { return std::unexpected{finished.error()}; }
    if (auto same = require_same_spelling(text, encode(part), share_format); !same) {
        return std::unexpected{same.error()};
    }
    return part;
}

Result<SharePart> give_share(const PackageReader& package, LockSet locks, const Identity& member,
                             const IdentityCard& opener, engine::Instant now)
{
    const PackageHeader& header = package.header();
    const auto& members = quorum_of(header, locks).members;
    const auto found = std::ranges::find(members, member.card(), &QuorumMember::card);
    if (found == members.end()) {
        return refuse(VaultError::not_permitted, member.card().name + " holds no share of this package's " +
                                                     std::string{to_text(locks)} + " quorum");
    }
    const IdentityCard& expected = locks == LockSet::hall ? header.hall : header.office;
    if (opener != expected) {
        return refuse(VaultError::wrong_host, "the share goes to " + expected.name + " and nobody else");
    }
    SharePart part{.package_id = header.package_id,
                   .locks = locks,
                   .member_id = member.card().id(),
                   .share_index = found->share_index,
                   .opener_id = opener.id(),
                   .given_at = now,
                   .sealed_share = {},
                   .signature = {}};
    const auto context = member_share_context(header.suite, part.package_id, locks, part.member_id, part.share_index);
    auto value = crypto::open_sealed(member.box_keys(), found->sealed_share, context.view());
    if (!value) {
        return refuse(VaultError::authentication_failed, "the share of " + member.card().name + " does not open");
    }
    const crypto::Share share{.index = part.share_index, .value = *std::move(value)};
    if (commitment_to(header.suite, share, part.package_id, locks) != found->share_commitment) {
        return refuse(VaultError::share_invalid,
                      "the share of " + member.card().name + " is not the one that was sealed");
    }
    part.sealed_share = crypto::seal_to(opener.box_key, share.value.expose(), part_context(header.suite, part).view());
    part.signature =
        member.signing_key().sign(share_purpose, crypto::bytes_of(engine::canonical_json(unsigned_json(part))));
    return part;
}

} // namespace papervault::vault
