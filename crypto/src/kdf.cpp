#include <papervault/crypto/kdf.hpp>

#include "invariant.hpp"
#include "sodium_bytes.hpp"

namespace papervault::crypto {

namespace {

constexpr std::size_t key_bytes_min = 16;

} // namespace

SecretBuffer derive_key(const SecretBuffer& key, std::string_view purpose, ByteView context)
{
    PAPERVAULT_ASSERT(key.size_bytes() >= key_bytes_min && key.size_bytes() <= crypto_generichash_KEYBYTES_MAX,
                      "a key to derive from has 16 to 64 bytes");
    SecretBuffer derived{32};
    PiecewiseBlake2b hash{key.expose()};
    hash.domain("papervault.derive.v1");
    hash.part(bytes_of(purpose));
    hash.part(context);
    hash.finish_into(derived.expose().first<32>());
    return derived;
}

SecretBuffer combine_keys(std::initializer_list<const SecretBuffer*> keys, std::string_view purpose, ByteView context)
{
    PAPERVAULT_ASSERT(keys.size() > 0, "there is at least one key to combine");
    SecretBuffer combined{32};
    PiecewiseBlake2b hash;
    hash.domain("papervault.combine.v1");
    hash.part(bytes_of(purpose));
    hash.part(context);
    hash.number(keys.size());
    for (const SecretBuffer* const key : keys) {
        PAPERVAULT_ASSERT(key != nullptr && key->size_bytes() >= key_bytes_min,
                          "a key to combine has 16 bytes or more");
        hash.part(key->expose());
    }
    hash.finish_into(combined.expose().first<32>());
    return combined;
}

Result<SecretBuffer> derive_from_passphrase(const SecretBuffer& passphrase, ByteView salt16, PassphraseCost cost)
{
    if (!cost.within_limits()) {
        return refuse(CryptoError::too_large,
                      "the cost of the passphrase is outside 1 to 16 passes over 8 MiB to 1 GiB");
    }
    if (salt16.size() != crypto_pwhash_argon2id_SALTBYTES) {
        return refuse(CryptoError::malformed, "the salt of a passphrase has 16 bytes");
    }
    SecretBuffer key{32};
    const ByteView text = passphrase.expose();
    if (crypto_pwhash_argon2id(sodium_out(key.expose()), key.size_bytes(),
                               reinterpret_cast<const char*>(sodium_in(text)), text.size(), sodium_in(salt16),
                               cost.operations, static_cast<std::size_t>(cost.memory_kib) * 1024,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
        return refuse(CryptoError::unavailable, "there is not enough memory to check the passphrase");
    }
    return key;
}

} // namespace papervault::crypto
