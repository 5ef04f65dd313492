#pragma once

#include "token/token_key.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/identity.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace papervault::vault {

/// How an identity file says that it is protected. What a kind does not use is empty.
struct StoredProtection {
    ProtectionKind kind{};
    crypto::Bytes salt;
    crypto::PassphraseCost cost;
    std::uint64_t sm3_iterations = 0; ///< Not 0: PBKDF2-HMAC-SM3, and the cost is not used.
    struct TokenLock {
        token::KeyRecord key;
        crypto::P256PublicKey ephemeral;
    };
    std::optional<TokenLock> token; ///< There exactly for kind token.
    std::string device;             ///< Of kind machine: MachineSealer::device().
    crypto::Bytes machine_sealed;   ///< Of kind machine.
};

[[nodiscard]] std::string_view to_text(ProtectionKind kind) noexcept;
[[nodiscard]] ProtectionKind kind_of(const Protection& protection) noexcept;
[[nodiscard]] boost::json::value to_json(const StoredProtection& protection);
/// A neutral value after a problem.
[[nodiscard]] StoredProtection protection_field(engine::JsonFields& outer, std::string_view name);

/// A protection with its key, for a new file: salts, keys and seals are fresh.
struct NewLock {
    StoredProtection stored;
    crypto::SecretBuffer key;
};
[[nodiscard]] Result<NewLock> lock_anew(crypto::Suite suite, const Protection& protection, crypto::PassphraseCost cost);

/// The key that the seeds are encrypted under. @param protection  Of the stored kind.
[[nodiscard]] Result<crypto::SecretBuffer> unlocking_key(crypto::Suite suite, const StoredProtection& stored,
                                                         const Protection& protection);

} // namespace papervault::vault
