#include <papervault/vault/custody.hpp>

#include "custody/share_collector.hpp"
#include "package/bindings.hpp"

namespace papervault::vault {

struct KeyOpening::State {
    PackageHeader header;
    ShareCollector shares;
};

KeyOpening::KeyOpening(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<KeyOpening> KeyOpening::begin(const PackageReader& package, const Identity& office)
{
    const PackageHeader& header = package.header();
    if (office.card() != header.office) {
        return refuse(VaultError::wrong_host, "the answer keys are opened at " + header.office.name);
    }
    return KeyOpening{std::make_shared<State>(State{.header = header, .shares = {header, LockSet::graders, office}})};
}

Result<void> KeyOpening::add_share(const SharePart& part)
{
    return state_->shares.add(part);
}

std::vector<std::string> KeyOpening::givers() const
{
    return state_->shares.givers();
}

Result<CompartmentKeys> KeyOpening::open() const
{
    const auto secret = state_->shares.combine();
    if (!secret) { return std::unexpected{secret.error()}; }
    return unlock_compartments(state_->header, LockSet::graders,
                               graders_key(state_->header.suite, *secret, state_->header.binding));
}

} // namespace papervault::vault
