#include <papervault/vault/custody.hpp>

#include "custody/release.hpp"
#include "custody/share_collector.hpp"
#include "custody/spoken_release.hpp"
#include "package/bindings.hpp"

#include <algorithm>
#include <optional>

namespace papervault::vault {

struct HallOpening::State {
    PackageHeader header;
    ShareCollector shares;
    std::optional<crypto::SecretBuffer> release_share;
    std::optional<engine::Instant> released_at; ///< As the office signed it; a release by voice has no time.
};

HallOpening::HallOpening(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<HallOpening> HallOpening::begin(const PackageReader& package, const Identity& hall)
{
    const PackageHeader& header = package.header();
    if (hall.card() != header.hall) {
        return refuse(VaultError::wrong_host, "the package is sealed for " + header.hall.name);
    }
    return HallOpening{std::make_shared<State>(State{.header = header,
                                                     .shares = {header, LockSet::hall, hall},
                                                     .release_share = std::nullopt,
                                                     .released_at = std::nullopt})};
}

Result<void> HallOpening::add_share(const SharePart& part)
{
    return state_->shares.add(part);
}

Result<void> HallOpening::add_release(const Release& release)
{
    const PackageHeader& header = state_->header;
    if (release.package_id != header.package_id || release.batch_id != header.batch.id ||
        release.not_before != header.batch.opens_at || release.not_after != header.batch.expires_at) {
        return refuse(VaultError::wrong_batch, "the release is for another package, batch or window");
    }
    if (release.hall_id != header.hall.id()) {
        return refuse(VaultError::wrong_host, "the release is for another hall");
    }
    if (!is_signed_by(release, header.office)) {
        return refuse(VaultError::signature_invalid, "the signature of " + header.office.name + " does not fit");
    }
    auto share = open_release(release, state_->shares.opener_keys());
    if (!share || commitment_to_release(header.suite, *share, header.package_id) != header.release_commitment) {
        return refuse(VaultError::share_invalid,
                      "the share of " + header.office.name + " is not the one that was sealed");
    }
    state_->release_share = *std::move(share);
    state_->released_at = std::max(release.issued_at, state_->released_at.value_or(release.issued_at));
    return {};
}

Result<void> HallOpening::add_spoken_release(std::string_view code)
{
    auto share = open_spoken_release(state_->header, state_->shares.opener_keys(), code);
    if (!share) { return std::unexpected{share.error()}; }
    state_->release_share = *std::move(share);
    return {};
}

int HallOpening::shares_given() const noexcept
{
    return state_->shares.given();
}

int HallOpening::shares_needed() const noexcept
{
    return state_->shares.needed();
}

bool HallOpening::has_release() const noexcept
{
    return state_->release_share.has_value();
}

std::vector<std::string> HallOpening::givers() const
{
    return state_->shares.givers();
}

Result<CompartmentKeys> HallOpening::open(engine::Instant now) const
{
    const PackageHeader& header = state_->header;
    if (auto quorum = state_->shares.require_quorum(); !quorum) { return std::unexpected{quorum.error()}; }
    if (!state_->release_share) {
        return refuse(VaultError::release_time_not_reached, header.office.name + " has not released the package");
    }
    if (now < header.batch.opens_at) {
        return refuse(VaultError::release_time_not_reached,
                      "the package opens from " + engine::to_text(header.batch.opens_at));
    }
    if (now > header.batch.expires_at) {
        return refuse(VaultError::expired, "the package opened until " + engine::to_text(header.batch.expires_at));
    }
    if (state_->released_at && now + release_clock_tolerance < *state_->released_at) {
        return refuse(VaultError::release_time_not_reached,
                      "the hall's clock says " + engine::to_text(now) + ", but " + header.office.name +
                          " signed the release at " + engine::to_text(*state_->released_at) +
                          "; set the machine's clock right and start the hall again");
    }
    // Only now, when nothing is missing and it is time, the secrets are put together.
    const auto custody_secret = state_->shares.combine();
    if (!custody_secret) { return std::unexpected{custody_secret.error()}; }
    const auto host_share =
        crypto::open_sealed(state_->shares.opener_keys(), header.sealed_host_share,
                            host_share_context(header.suite, header.package_id, header.hall.id()).view());
    if (!host_share) { return refuse(VaultError::authentication_failed, "the package does not open"); }
    const auto key = hall_key(header.suite, *custody_secret, *state_->release_share, *host_share, header.binding);
    return unlock_compartments(header, LockSet::hall, key);
}

} // namespace papervault::vault
