#pragma once

#include <papervault/crypto/mnemonic.hpp>

namespace papervault::crypto::slip39 {

/// Four Feistel rounds of PBKDF2-HMAC-SHA256 between master secret and shared secret, 2500 · 2^e iterations each.
/// @param secret      An even number of bytes.
/// @param passphrase  Printable ASCII, at most 1024 bytes (see is_passphrase()).
[[nodiscard]] SecretBuffer encrypt_master_secret(const SecretBuffer& secret, const SecretBuffer& passphrase,
                                                 const MnemonicSet& set);
[[nodiscard]] SecretBuffer decrypt_master_secret(const SecretBuffer& encrypted, const SecretBuffer& passphrase,
                                                 const MnemonicSet& set);

[[nodiscard]] bool is_passphrase(const SecretBuffer& passphrase) noexcept;

} // namespace papervault::crypto::slip39
