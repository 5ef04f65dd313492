#include "token/token_key.hpp"

#include "token/token_session.hpp"

#include <fmt/format.h>

namespace papervault::vault {

Result<std::vector<TokenInfo>> list_tokens(const std::filesystem::path& module)
{
    const auto loaded = token::Pkcs11Module::load(module);
    if (!loaded) { return std::unexpected{loaded.error()}; }
    auto found = token::tokens_in(*loaded);
    if (!found) { return std::unexpected{found.error()}; }
    std::vector<TokenInfo> tokens;
    for (token::Found& each : *found) { tokens.push_back(std::move(each.info)); }
    return tokens;
}

Result<TokenInfo> find_token(const std::filesystem::path& module, const std::optional<TokenHint>& wanted,
                             const std::string& label)
{
    const auto loaded = token::Pkcs11Module::load(module);
    if (!loaded) { return std::unexpected{loaded.error()}; }
    const auto found = token::tokens_in(*loaded);
    if (!found) { return std::unexpected{found.error()}; }
    auto chosen = token::choose(*found, wanted, label);
    if (!chosen) { return std::unexpected{chosen.error()}; }
    return std::move(chosen->info);
}

namespace token {

Result<Agreed> agree_anew(const Token& token)
{
    const auto module = Pkcs11Module::load(token.module);
    if (!module) { return std::unexpected{module.error()}; }
    const auto found = tokens_in(*module);
    if (!found) { return std::unexpected{found.error()}; }
    const auto chosen = choose(*found, std::nullopt, token.label);
    if (!chosen) { return std::unexpected{chosen.error()}; }
    if (!chosen->info.can_agree) {
        return refuse(VaultError::storage_failed,
                      fmt::format("token {} knows no ECDH, so it can't unlock identities", chosen->info.label));
    }
    const auto session = TokenSession::open(*module, *chosen, token.pin, token.key.empty());
    if (!session) { return std::unexpected{session.error()}; }
    const auto key = token.key.empty() ? session->make_key() : session->key_named(token.key);
    if (!key) { return std::unexpected{key.error()}; }
    const auto public_key = session->public_half(*key);
    if (!public_key) { return std::unexpected{public_key.error()}; }
    auto agreement = crypto::agree_once_with(*public_key);
    // Asked before anything is locked with it: a key that may sign only, or a broken token, would lock for ever.
    const auto shared = session->agree(*key, agreement.ephemeral);
    if (!shared) { return std::unexpected{shared.error()}; }
    if (!crypto::equal_in_constant_time(*shared, agreement.shared)) {
        return refuse(VaultError::storage_failed, "the token computes another secret than its public key promises");
    }
    return Agreed{.key = {.token = {.label = chosen->info.label, .serial = chosen->info.serial},
                          .key_id = key->id,
                          .public_key = *public_key},
                  .agreement = std::move(agreement)};
}

Result<crypto::SecretBuffer> agree_again(const Token& token, const KeyRecord& key,
                                         const crypto::P256PublicKey& ephemeral)
{
    const auto module = Pkcs11Module::load(token.module);
    if (!module) { return std::unexpected{module.error()}; }
    const auto found = tokens_in(*module);
    if (!found) { return std::unexpected{found.error()}; }
    const auto chosen = choose(*found, key.token, token.label);
    if (!chosen) { return std::unexpected{chosen.error()}; }
    const auto session = TokenSession::open(*module, *chosen, token.pin, false);
    if (!session) { return std::unexpected{session.error()}; }
    const auto there = session->key_with_id(key.key_id);
    if (!there) { return std::unexpected{there.error()}; }
    return session->agree(*there, ephemeral);
}

} // namespace token
} // namespace papervault::vault
