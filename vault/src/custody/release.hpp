#pragma once

#include <papervault/vault/custody.hpp>

namespace papervault::vault {

[[nodiscard]] bool is_signed_by(const Release& release, const IdentityCard& office);
/// @return authentication_failed.
[[nodiscard]] Result<crypto::SecretBuffer> open_release(const Release& release, const crypto::BoxKeyPair& hall);

} // namespace papervault::vault
