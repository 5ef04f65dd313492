#pragma once

#include <papervault/vault/package.hpp>

#include <string>

/// The word that a package must never be opened (rule V8; docs/custody-formats.md, "Withdrawal").
namespace papervault::vault {

struct Withdrawal {
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string reason; ///< 1 to 500 bytes.
    engine::Instant withdrawn_at;
    crypto::Signature signature; ///< By the office.
};
[[nodiscard]] std::string encode(const Withdrawal& withdrawal);
[[nodiscard]] Result<Withdrawal> decode_withdrawal(std::string_view text);
/// @return not_permitted (not the package's office), malformed (no reason).
[[nodiscard]] Result<Withdrawal> sign_withdrawal(const PackageReader& package, const Identity& office,
                                                 std::string reason, engine::Instant now);
/// @return wrong_batch (another package), signature_invalid.
[[nodiscard]] Result<void> verify_withdrawal(const Withdrawal& withdrawal, const PackageReader& package);

} // namespace papervault::vault
