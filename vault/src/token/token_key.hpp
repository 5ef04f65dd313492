#pragma once

#include <papervault/crypto/p256.hpp>
#include <papervault/vault/token.hpp>

#include <string>

/// The key of a token that an identity file is locked with.
namespace papervault::vault::token {

inline constexpr std::size_t label_bytes_max = 64;
inline constexpr std::size_t serial_bytes_max = 32;
inline constexpr std::size_t key_id_bytes_max = 64;

/// What an identity file says of it: enough to find token and key again.
struct KeyRecord {
    TokenHint token;
    crypto::Bytes key_id; ///< CKA_ID, 1 to 64 bytes.
    crypto::P256PublicKey public_key;
};

/// A fresh shared secret with the token's key, which the token has been asked for already: what is saved can be opened.
struct Agreed {
    KeyRecord key;
    crypto::P256Agreement agreement;
};
/// Makes a key on the token, or takes the one that is named.
/// @return token_not_found (module, token, key), pin_wrong, pin_locked, storage_failed (the token can't do it).
[[nodiscard]] Result<Agreed> agree_anew(const Token& token);

/// The shared secret again. @return As above; token_not_found also for a key that the token has no more.
[[nodiscard]] Result<crypto::SecretBuffer> agree_again(const Token& token, const KeyRecord& key,
                                                       const crypto::P256PublicKey& ephemeral);

} // namespace papervault::vault::token
