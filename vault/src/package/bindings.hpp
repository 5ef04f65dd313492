#pragma once

#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/secret_sharing.hpp>
#include <papervault/vault/package.hpp>

#include <string_view>

/// What every sealed piece of a package is bound to, so that none can pass for another (docs/package-format.md,
/// "Bindings").
namespace papervault::vault {

/// "hall" or "graders", as in the header.
[[nodiscard]] std::string_view to_text(LockSet locks) noexcept;

/// Made once, when a header is written or read; afterwards header.binding has it.
/// Digest of package id, batch, forms, hall and office; in version 2 of suite and version, too.
[[nodiscard]] crypto::Digest binding_of(const PackageHeader& header);

[[nodiscard]] crypto::Digest compartment_context(crypto::Suite suite, std::string_view package_id,
                                                 const crypto::Digest& binding, std::string_view compartment,
                                                 std::uint64_t plaintext_length);
[[nodiscard]] crypto::Digest wrapped_key_context(crypto::Suite suite, std::string_view package_id, LockSet locks,
                                                 std::string_view compartment);
/// A quorum member's share, sealed to him.
[[nodiscard]] crypto::Digest member_share_context(crypto::Suite suite, std::string_view package_id, LockSet locks,
                                                  std::string_view member_id, std::uint8_t index);
[[nodiscard]] crypto::Digest host_share_context(crypto::Suite suite, std::string_view package_id,
                                                std::string_view hall_id);

/// Of one sealer's half of the recovery key, and of what that key protects.
[[nodiscard]] crypto::Digest recovery_half_context(crypto::Suite suite, std::string_view package_id,
                                                   std::string_view sealer_id, std::uint8_t index);
[[nodiscard]] crypto::Digest recovery_secrets_context(crypto::Suite suite, std::string_view package_id,
                                                      const crypto::Digest& binding);

[[nodiscard]] crypto::Digest commitment_to(crypto::Suite suite, const crypto::Share& share, std::string_view package_id,
                                           LockSet locks);
[[nodiscard]] crypto::Digest commitment_to_release(crypto::Suite suite, const crypto::SecretBuffer& release_share,
                                                   std::string_view package_id);

/// The key that the keys of the hall's compartments are wrapped under: it needs all three.
[[nodiscard]] crypto::SecretBuffer hall_key(crypto::Suite suite, const crypto::SecretBuffer& custody_secret,
                                            const crypto::SecretBuffer& release_share,
                                            const crypto::SecretBuffer& host_share, const crypto::Digest& binding);
/// The key that the key compartment's key is wrapped under.
[[nodiscard]] crypto::SecretBuffer graders_key(crypto::Suite suite, const crypto::SecretBuffer& graders_secret,
                                               const crypto::Digest& binding);

} // namespace papervault::vault
