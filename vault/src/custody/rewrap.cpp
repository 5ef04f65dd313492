#include <papervault/vault/rewrap.hpp>

#include "custody/rewrapped.hpp"
#include "json_codec.hpp"
#include "package/bindings.hpp"
#include "package/header_check.hpp"
#include "package/header_codec.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/secret_sharing.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::string_view part_purpose = "papervault.recovery-part.v1";

/// Place of a sealer in the header, by his keys.
Result<std::size_t> place_of(const PackageHeader& header, const IdentityCard& card)
{
    const auto found = std::ranges::find(header.sealers, card);
    if (found == header.sealers.end()) {
        return refuse(VaultError::not_permitted, card.name + " is no sealer of this package");
    }
    return static_cast<std::size_t>(found - header.sealers.begin());
}

crypto::Digest part_context(crypto::Suite suite, const RecoveryPart& part)
{
    return crypto::hash(
        suite, part_purpose,
        {crypto::bytes_of(part.package_id), crypto::bytes_of(part.giver_id), crypto::bytes_of(part.receiver_id)});
}

crypto::Bytes signed_bytes_of(const RecoveryPart& part)
{
    RecoveryPart unsigned_part = part;
    unsigned_part.signature = {};
    const std::string text = encode(unsigned_part);
    const auto bytes = crypto::bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

/// A sealer's own half of the recovery key.
Result<crypto::Share> own_half(const PackageHeader& header, const Identity& sealer)
{
    const auto place = place_of(header, sealer.card());
    if (!place) { return std::unexpected{place.error()}; }
    if (header.recovery.sealed_halves.size() != 2) {
        return refuse(VaultError::conflict, "a package of version 1 has no recovery; seal the paper anew");
    }
    const auto index = static_cast<std::uint8_t>(*place);
    const auto context = recovery_half_context(header.suite, header.package_id, sealer.card().id(), index);
    auto half = crypto::open_sealed(sealer.box_keys(), header.recovery.sealed_halves[*place], context.view());
    if (!half) {
        return refuse(VaultError::authentication_failed,
                      "the recovery half of " + sealer.card().name + " does not open");
    }
    return crypto::Share{.index = index, .value = *std::move(half)};
}

Result<crypto::Share> other_half(const PackageHeader& header, const RecoveryPart& part, const Identity& receiver)
{
    if (part.package_id != header.package_id) {
        return refuse(VaultError::wrong_batch, "the recovery half is of another package");
    }
    const auto giver = std::ranges::find(header.sealers, part.giver_id, &IdentityCard::id);
    if (giver == header.sealers.end() || part.giver_id == receiver.card().id()) {
        return refuse(VaultError::not_permitted, "the recovery half is not from the other sealer");
    }
    if (part.receiver_id != receiver.card().id()) {
        return refuse(VaultError::wrong_host, "the recovery half is for somebody else");
    }
    if (!crypto::verify(giver->sign_key, part_purpose, signed_bytes_of(part), part.signature)) {
        return refuse(VaultError::signature_invalid, "the signature of " + giver->name + " does not fit");
    }
    auto half = crypto::open_sealed(receiver.box_keys(), part.sealed_half, part_context(header.suite, part).view());
    if (!half) { return refuse(VaultError::share_invalid, "the recovery half of " + giver->name + " does not open"); }
    return crypto::Share{.index = static_cast<std::uint8_t>(giver - header.sealers.begin()), .value = *std::move(half)};
}

/// Host share and custodians' shares, one after the other.
Result<crypto::SecretBuffer> open_recovery(const PackageHeader& header, crypto::Share own, crypto::Share other)
{
    const std::array halves{std::move(own), std::move(other)};
    const auto key = crypto::combine_shares(halves, 2);
    if (!key) { return refuse(VaultError::share_invalid, "the halves of the recovery key do not fit together"); }
    auto secrets =
        crypto::decrypt_secret(header.suite, *key, header.recovery.sealed_secrets,
                               recovery_secrets_context(header.suite, header.package_id, header.binding).view());
    if (!secrets) { return refuse(VaultError::authentication_failed, "the recovery does not open"); }
    return *std::move(secrets);
}

/// The header with the new holder in his place; whether it is sound, check_header() says.
Result<PackageHeader> with_holder(const PackageHeader& header, const NewHolder& holder, crypto::Bytes sealed_share)
{
    PackageHeader changed = header;
    if (const auto* host = std::get_if<NewHost>(&holder)) {
        changed.hall = host->card;
        changed.sealed_host_share = std::move(sealed_share);
    } else {
        const auto& custodian = std::get<NewCustodian>(holder);
        if (custodian.share_index >= changed.custody.members.size()) {
            return refuse(VaultError::malformed, "there is no custodian " + std::to_string(custodian.share_index));
        }
        QuorumMember& member = changed.custody.members[custodian.share_index];
        member.card = custodian.card;
        member.sealed_share = std::move(sealed_share);
    }
    // A release by voice that an earlier rewrap has ended is no fault of the header.
    PackageHeader whole = changed;
    if (whole.spoken_release.empty()) { whole.spoken_release.resize(spoken_release_bytes(header.suite)); }
    if (auto sound = check_header(whole); !sound) { return std::unexpected{sound.error()}; }
    return changed;
}

crypto::Digest share_context(const PackageHeader& header, const NewHolder& holder)
{
    if (const auto* host = std::get_if<NewHost>(&holder)) {
        return host_share_context(header.suite, header.package_id, host->card.id());
    }
    const auto& custodian = std::get<NewCustodian>(holder);
    return member_share_context(header.suite, header.package_id, LockSet::hall, custodian.card.id(),
                                custodian.share_index);
}

Result<void> check_names(const Rewrap& rewrap, const PackageHeader& header, const crypto::Digest& package_digest)
{
    if (rewrap.package_id != header.package_id || rewrap.package_digest != package_digest) {
        return refuse(VaultError::wrong_batch, "the rewrap is of another package");
    }
    return {};
}

bool is_signed_by(const Rewrap& rewrap, std::size_t place, const IdentityCard& sealer)
{
    return rewrap.signatures[place] &&
           crypto::verify(sealer.sign_key, rewrap_purpose, signed_bytes(rewrap), *rewrap.signatures[place]);
}

} // namespace

const IdentityCard& card_of(const NewHolder& holder) noexcept
{
    return std::visit([](const auto& one) -> const IdentityCard& { return one.card; }, holder);
}

Result<RecoveryPart> give_recovery_half(const PackageReader& package, const Identity& sealer, engine::Instant now)
{
    const PackageHeader& header = package.header();
    const auto half = own_half(header, sealer);
    if (!half) { return std::unexpected{half.error()}; }
    const IdentityCard& receiver = header.sealers[1U - half->index];
    RecoveryPart part{.package_id = header.package_id,
                      .giver_id = sealer.card().id(),
                      .receiver_id = receiver.id(),
                      .given_at = now,
                      .sealed_half = {},
                      .signature = {}};
    part.sealed_half = crypto::seal_to(receiver.box_key, half->value.expose(), part_context(header.suite, part).view());
    part.signature = sealer.signing_key().sign(part_purpose, signed_bytes_of(part));
    return part;
}

Result<Rewrap> make_rewrap(const PackageReader& package, const RecoveryPart& part, const Identity& sealer,
                           const NewHolder& holder, std::string reason, engine::Instant now)
{
    const PackageHeader& header = package.header();
    if (reason.empty() || reason.size() > 500) {
        return refuse(VaultError::malformed, "a rewrap needs a reason of 1 to 500 bytes");
    }
    if (card_of(holder).suite() != header.suite) {
        return refuse(VaultError::not_permitted, card_of(holder).name + " has keys of another suite");
    }
    auto own = own_half(header, sealer);
    if (!own) { return std::unexpected{own.error()}; }
    const auto place = own->index;
    auto other = other_half(header, part, sealer);
    if (!other) { return std::unexpected{other.error()}; }
    const auto secrets = open_recovery(header, *std::move(own), *std::move(other));
    if (!secrets) { return std::unexpected{secrets.error()}; }
    std::size_t at = 0;
    if (const auto* custodian = std::get_if<NewCustodian>(&holder)) { at = 1 + std::size_t{custodian->share_index}; }
    if ((at + 1) * share_bytes > secrets->size_bytes()) {
        return refuse(VaultError::malformed, "there is no such custodian");
    }
    Rewrap rewrap{.package_id = header.package_id,
                  .package_digest = package.digest(),
                  .number = package.rewraps_applied() + 1,
                  .reason = std::move(reason),
                  .authorised_at = now,
                  .holder = holder,
                  .sealed_share =
                      crypto::seal_to(card_of(holder).box_key, secrets->expose().subspan(at * share_bytes, share_bytes),
                                      share_context(header, holder).view()),
                  .signatures = {std::nullopt, std::nullopt}};
    if (auto sound = with_holder(header, holder, rewrap.sealed_share); !sound) {
        return std::unexpected{sound.error()};
    }
    rewrap.signatures[place] = sealer.signing_key().sign(rewrap_purpose, signed_bytes(rewrap));
    return rewrap;
}

Result<Rewrap> confirm_rewrap(const Rewrap& rewrap, const PackageReader& package, const Identity& sealer)
{
    const PackageHeader& header = package.header();
    if (auto named = check_names(rewrap, header, package.digest()); !named) { return std::unexpected{named.error()}; }
    const auto place = place_of(header, sealer.card());
    if (!place) { return std::unexpected{place.error()}; }
    if (rewrap.signatures[*place]) {
        return refuse(VaultError::conflict,
                      sealer.card().name + " has signed already; the other sealer has to confirm");
    }
    const std::size_t other = 1 - *place;
    if (!is_signed_by(rewrap, other, header.sealers[other])) {
        return refuse(VaultError::signature_invalid,
                      "the signature of " + header.sealers[other].name + " does not fit");
    }
    if (auto sound = with_holder(header, rewrap.holder, rewrap.sealed_share); !sound) {
        return std::unexpected{sound.error()};
    }
    Rewrap confirmed = rewrap;
    confirmed.signatures[*place] = sealer.signing_key().sign(rewrap_purpose, signed_bytes(rewrap));
    return confirmed;
}

Result<PackageHeader> rewrapped(const PackageHeader& header, const crypto::Digest& package_digest, int applied,
                                const Rewrap& rewrap)
{
    if (auto named = check_names(rewrap, header, package_digest); !named) { return std::unexpected{named.error()}; }
    for (std::size_t place = 0; place < 2; ++place) {
        if (!is_signed_by(rewrap, place, header.sealers[place])) {
            return refuse(VaultError::signature_invalid,
                          header.sealers[place].name + " has not signed the rewrap to " + card_of(rewrap.holder).name);
        }
    }
    if (rewrap.number != applied + 1) {
        return refuse(VaultError::conflict, "this is rewrap " + std::to_string(rewrap.number) + ", number " +
                                                std::to_string(applied + 1) + " is the next one");
    }
    auto changed = with_holder(header, rewrap.holder, rewrap.sealed_share);
    if (!changed) { return changed; }
    // The release by voice was sealed to the hall that is replaced: from now on the release comes as a file.
    if (std::holds_alternative<NewHost>(rewrap.holder)) { changed->spoken_release.clear(); }
    return changed;
}

} // namespace papervault::vault
