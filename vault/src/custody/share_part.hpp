#pragma once

#include <papervault/vault/custody.hpp>

namespace papervault::vault {

/// Enough for every custody document.
inline constexpr std::size_t document_bytes_max = 16 * 1024;

[[nodiscard]] const Quorum& quorum_of(const PackageHeader& header, LockSet locks) noexcept;
[[nodiscard]] bool is_signed_by(const SharePart& part, const IdentityCard& member);
/// @return authentication_failed.
[[nodiscard]] Result<crypto::SecretBuffer> open_part(const SharePart& part, const crypto::BoxKeyPair& opener);

} // namespace papervault::vault
