#pragma once

#include <papervault/crypto/box.hpp>
#include <papervault/vault/custody.hpp>

#include <vector>

namespace papervault::vault {

/// Takes the shares of one quorum of one package, each once, each checked before it counts.
class ShareCollector {
public:
    ShareCollector(const PackageHeader& header, LockSet locks, const Identity& opener);

    /// @return wrong_batch (another package), not_permitted (other locks, no member), wrong_host (another opener),
    ///         signature_invalid, share_invalid. A member who gives again is counted once.
    [[nodiscard]] Result<void> add(const SharePart& part);
    [[nodiscard]] int given() const noexcept { return static_cast<int>(shares_.size()); }
    [[nodiscard]] int needed() const noexcept { return quorum_.threshold; }
    [[nodiscard]] const std::vector<std::string>& givers() const noexcept { return givers_; }
    /// @return quorum_incomplete.
    [[nodiscard]] Result<void> require_quorum() const;
    /// @return quorum_incomplete, share_invalid.
    [[nodiscard]] Result<crypto::SecretBuffer> combine() const;
    [[nodiscard]] const crypto::BoxKeyPair& opener_keys() const noexcept { return opener_keys_; }

private:
    crypto::Suite suite_;
    std::string package_id_;
    LockSet locks_;
    Quorum quorum_;
    std::string opener_id_;
    crypto::BoxKeyPair opener_keys_;
    std::vector<crypto::Share> shares_;
    std::vector<std::string> givers_;
};

/// The keys of every compartment behind these locks. @return authentication_failed.
[[nodiscard]] Result<CompartmentKeys> unlock_compartments(const PackageHeader& header, LockSet locks,
                                                          const crypto::SecretBuffer& key);

} // namespace papervault::vault
