#pragma once

#include <papervault/vault/rewrap.hpp>

namespace papervault::vault {

/// The header after a rewrap that both sealers have signed.
/// @param applied  How many were applied before.
/// @return as PackageReader::apply().
[[nodiscard]] Result<PackageHeader> rewrapped(const PackageHeader& header, const crypto::Digest& package_digest,
                                              int applied, const Rewrap& rewrap);
[[nodiscard]] const IdentityCard& card_of(const NewHolder& holder) noexcept;
/// What the sealers sign.
[[nodiscard]] crypto::Bytes signed_bytes(const Rewrap& rewrap);
inline constexpr std::string_view rewrap_purpose = "papervault.rewrap.v1";

} // namespace papervault::vault
