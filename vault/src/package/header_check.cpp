#include "package/header_check.hpp"

#include "package/header_codec.hpp"
#include "package/layout.hpp"

#include <papervault/crypto/secret_sharing.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace papervault::vault {
namespace {

/// The compartments that no hall may ever open.
bool is_for_graders(const PackageHeader& header, std::string_view compartment) noexcept
{
    return compartment == "key" || (header.version > 1 && compartment == "key-vectors");
}

std::unexpected<VaultFailure> unsound(std::string_view reason)
{
    return refuse(VaultError::malformed, "package: " + std::string{reason});
}

/// Everybody has one role and nobody else's key: two persons are two persons.
Result<void> check_roles(const PackageHeader& header)
{
    std::vector<const IdentityCard*> cards{&header.hall, &header.office};
    for (const IdentityCard& sealer : header.sealers) { cards.push_back(&sealer); }
    for (const QuorumMember& member : header.custody.members) { cards.push_back(&member.card); }
    for (const QuorumMember& member : header.graders.members) { cards.push_back(&member.card); }
    std::set<crypto::VerifyKey> sign_keys;
    std::set<crypto::BoxPublicKey> box_keys;
    std::set<std::string> ids;
    for (const IdentityCard* card : cards) {
        if (!is_identity_name(card->name)) { return unsound("a name is not printable"); }
        if (card->suite() != header.suite) { return unsound("the keys of " + card->name + " are of another suite"); }
        const bool new_person = sign_keys.insert(card->sign_key).second && box_keys.insert(card->box_key).second &&
                                ids.insert(card->id()).second;
        if (!new_person) { return refuse(VaultError::not_permitted, card->name + " has two roles in one package"); }
    }
    return {};
}

Result<void> check_quorum(crypto::Suite suite, const Quorum& quorum)
{
    const std::size_t count = quorum.members.size();
    if (count < 2 || count > static_cast<std::size_t>(crypto::share_count_max) || quorum.threshold < 2 ||
        static_cast<std::size_t>(quorum.threshold) > count) {
        return unsound("a quorum is at least 2 of 2 and at most 16 of 16");
    }
    for (std::size_t i = 0; i < count; ++i) {
        const QuorumMember& member = quorum.members[i];
        if (member.share_index != i || member.sealed_share.size() != sealed_share_bytes(suite)) {
            return unsound("the share of " + member.card.name + " is not in its place");
        }
    }
    return {};
}

/// What lets somebody else take a lock over, and the way of the release by voice.
Result<void> check_ways_out(const PackageHeader& header)
{
    const Recovery& recovery = header.recovery;
    if (header.version < 2) { return {}; }
    if (header.spoken_release.size() != spoken_release_bytes(header.suite)) {
        return unsound("it has no sound spoken release");
    }
    if (recovery.sealed_halves.size() != 2 || recovery.sealed_halves[0].size() != sealed_share_bytes(header.suite) ||
        recovery.sealed_halves[1].size() != sealed_share_bytes(header.suite) ||
        recovery.sealed_secrets.size() != recovery_bytes(header.suite, header.custody.members.size())) {
        return unsound("it has no sound recovery");
    }
    return {};
}

Result<void> check_forms(const PackageHeader& header)
{
    std::set<std::string> ids;
    for (const FormSummary& form : header.forms) {
        if (!ids.insert(form.id).second) { return unsound("form " + form.id + " is there twice"); }
    }
    return {};
}

Result<void> check_compartments(const PackageHeader& header)
{
    if (header.compartments.empty()) { return unsound("there is no compartment"); }
    std::set<std::string> names;
    for (const Compartment& compartment : header.compartments) {
        if (!names.insert(compartment.name).second) {
            return unsound("compartment " + compartment.name + " is there twice");
        }
        if (is_for_graders(header, compartment.name) != (compartment.locks == LockSet::graders)) {
            return unsound("compartment " + compartment.name + " is behind the wrong locks");
        }
        if (compartment.wrapped_key.size() != wrapped_key_bytes(header.suite)) {
            return unsound("compartment " + compartment.name + " has no sound key");
        }
    }
    return check_layout(header.suite, header.compartments);
}

} // namespace

Result<void> check_header(const PackageHeader& header)
{
    if (header.sealers.size() != 2) { return unsound("it does not have two sealers"); }
    if (header.sealed_host_share.size() != sealed_share_bytes(header.suite)) {
        return unsound("it has no sound host share");
    }
    if (auto roles = check_roles(header); !roles) { return roles; }
    if (auto custody = check_quorum(header.suite, header.custody); !custody) { return custody; }
    if (auto graders = check_quorum(header.suite, header.graders); !graders) { return graders; }
    if (auto ways = check_ways_out(header); !ways) { return ways; }
    if (auto forms = check_forms(header); !forms) { return forms; }
    return check_compartments(header);
}

} // namespace papervault::vault
