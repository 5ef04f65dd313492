#pragma once

#include <papervault/vault/custody.hpp>

namespace papervault::vault {

[[nodiscard]] bool is_signed_by(const Release& release, const IdentityCard& office);
/// @return authentication_failed.
[[nodiscard]] Result<crypto::SecretBuffer> open_release(const Release& release, const crypto::BoxKeyPair& hall);

/// Whether the share may be given out now. @return release_time_not_reached, expired, share_invalid.
[[nodiscard]] Result<void> check_release(const PackageHeader& package, const crypto::SecretBuffer& release_share,
                                         engine::Instant now);

} // namespace papervault::vault
