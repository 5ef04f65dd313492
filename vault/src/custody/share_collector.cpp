#include "custody/share_collector.hpp"

#include "custody/share_part.hpp"
#include "package/bindings.hpp"

#include <papervault/crypto/aead.hpp>

#include <algorithm>

namespace papervault::vault {

ShareCollector::ShareCollector(const PackageHeader& header, LockSet locks, const Identity& opener)
    : suite_{header.suite}, package_id_{header.package_id}, locks_{locks}, quorum_{quorum_of(header, locks)},
      opener_id_{opener.card().id()}, opener_keys_{opener.box_keys().clone()}
{
}

Result<void> ShareCollector::add(const SharePart& part)
{
    if (part.package_id != package_id_) { return refuse(VaultError::wrong_batch, "the share is of another package"); }
    if (part.locks != locks_) { return refuse(VaultError::not_permitted, "the share is for other locks"); }
    if (part.opener_id != opener_id_) {
        return refuse(VaultError::wrong_host, "the share is for somebody else to open");
    }
    const auto member = std::ranges::find(quorum_.members, part.member_id,
                                          [](const QuorumMember& candidate) { return candidate.card.id(); });
    if (member == quorum_.members.end()) {
        return refuse(VaultError::not_permitted, "the giver is no member of the quorum");
    }
    const std::string& name = member->card.name;
    if (!is_signed_by(part, member->card)) {
        return refuse(VaultError::signature_invalid, "the signature of " + name + " does not fit");
    }
    const auto wrong_share =
        refuse(VaultError::share_invalid, "the share of " + name + " is not the one that was sealed");
    if (part.share_index != member->share_index) { return wrong_share; }
    if (std::ranges::find(shares_, part.share_index, &crypto::Share::index) != shares_.end()) { return {}; }
    auto value = open_part(part, opener_keys_);
    if (!value) { return wrong_share; }
    crypto::Share share{.index = part.share_index, .value = *std::move(value)};
    if (commitment_to(suite_, share, package_id_, locks_) != member->share_commitment) { return wrong_share; }
    shares_.push_back(std::move(share));
    givers_.push_back(name);
    return {};
}

Result<void> ShareCollector::require_quorum() const
{
    if (given() < needed()) {
        return refuse(VaultError::quorum_incomplete,
                      std::to_string(given()) + " of " + std::to_string(needed()) + " shares are there");
    }
    return {};
}

Result<crypto::SecretBuffer> ShareCollector::combine() const
{
    if (auto quorum = require_quorum(); !quorum) { return std::unexpected{quorum.error()}; }
    auto secret = crypto::combine_shares(shares_, quorum_.threshold);
    if (!secret) { return refuse(VaultError::share_invalid, "the shares do not fit together"); }
    return *std::move(secret);
}

Result<CompartmentKeys> unlock_compartments(const PackageHeader& header, LockSet locks, const crypto::SecretBuffer& key)
{
    CompartmentKeys keys;
    for (const Compartment& compartment : header.compartments) {
        if (compartment.locks != locks) { continue; }
        const auto context = wrapped_key_context(header.suite, header.package_id, locks, compartment.name);
        auto unwrapped = crypto::decrypt_secret(header.suite, key, compartment.wrapped_key, context.view());
        if (!unwrapped) { return refuse(VaultError::authentication_failed, "the package does not open"); }
        keys.put(compartment.name, *std::move(unwrapped));
    }
    return keys;
}

} // namespace papervault::vault
