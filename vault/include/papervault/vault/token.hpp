#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Tokens and smart cards through PKCS#11 (version 2.40): a key that never leaves the token unlocks an identity file
/// (docs/adr/0017). Texts of refusals are Chinese and English: the person with the token in his hand reads them.
/// One thread at a time: PKCS#11 modules are global to a process.
namespace papervault::vault {

struct TokenInfo {
    std::string label, manufacturer, model, serial; ///< As the token says them, without the spaces behind.
    bool has_pin = false;                           ///< Initialised, and the user has a PIN.
    bool pin_pad = false;                           ///< The PIN is typed on the token's own pad.
    bool pin_count_low = false;                     ///< A wrong PIN was given; the token does not say how often.
    bool pin_final_try = false;                     ///< One more wrong PIN locks it.
    bool pin_locked = false;
    bool can_agree = false; ///< Knows ECDH, which is what an identity needs.
};
/// @param module  The PKCS#11 library of the token's maker: it is loaded into this program.
/// @return token_not_found (no such module, or not a PKCS#11 one). An empty list when no token is plugged in.
[[nodiscard]] Result<std::vector<TokenInfo>> list_tokens(const std::filesystem::path& module);

/// A protection of identity files: what is needed to have the token agree on a key.
struct Token {
    std::filesystem::path module;
    std::string label; ///< Of the token; empty: the file's when opening, the only one when saving.
    std::string key;   ///< When saving: label or hexadecimal id of a P-256 key; empty makes one.
    std::optional<crypto::SecretBuffer> pin; ///< None for a token with a PIN pad of its own.
};

/// Which token an identity file needs.
struct TokenHint {
    std::string label, serial;
};
/// What is plugged in and what is asked for, before a PIN is asked for: the token that open() would use.
/// @param wanted  Of the identity file (Identity::token_of_file()); nothing for a new identity.
/// @param label   As Token::label.
/// @return token_not_found (not plugged in, or several to choose from), pin_locked.
[[nodiscard]] Result<TokenInfo> find_token(const std::filesystem::path& module, const std::optional<TokenHint>& wanted,
                                           const std::string& label);

} // namespace papervault::vault
