#include <papervault/crypto/p256.hpp>

#include "openssl_handles.hpp"
#include "sodium_bytes.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <stdexcept>

namespace papervault::crypto {

namespace {

using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, openssl::Releaser<EVP_PKEY_CTX_free>>;
constexpr std::size_t shared_bytes = 32;
constexpr std::byte uncompressed{0x04};

/// Nothing for a point that is not on the curve.
openssl::KeyHandle key_of(ByteView point)
{
    // The prefix ends with the byte that a point in uncompressed form begins with.
    Bytes der;
    for (const unsigned char each : openssl::p256_public_key_prefix) { der.push_back(static_cast<std::byte>(each)); }
    der.insert(der.end(), point.begin() + 1, point.end());
    const unsigned char* at = sodium_in(der);
    openssl::KeyHandle key{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
    const KeyContextHandle context{key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr};
    if (!context || EVP_PKEY_public_check(context.get()) != 1) { key.reset(); }
    ERR_clear_error();
    return key;
}

Bytes point_of(const EVP_PKEY& key)
{
    Bytes der(openssl::p256_public_key_bytes);
    unsigned char* at = sodium_out(der);
    if (i2d_PUBKEY(&key, nullptr) != static_cast<int>(der.size()) || i2d_PUBKEY(&key, &at) <= 0) {
        throw std::runtime_error{openssl::failure_text("a P-256 key")};
    }
    return {der.end() - P256PublicKey::size_bytes, der.end()};
}

} // namespace

P256PublicKey::P256PublicKey(ByteView point) noexcept
{
    std::ranges::copy(point, point_.begin());
}

Result<P256PublicKey> P256PublicKey::from_bytes(ByteView point)
{
    if (point.size() != size_bytes || point.front() != uncompressed) {
        return refuse(CryptoError::malformed, "a P-256 key is a point of 65 bytes");
    }
    if (!key_of(point)) { return refuse(CryptoError::unacceptable_key, "the point is not on P-256"); }
    return P256PublicKey{point};
}

P256Agreement agree_once_with(const P256PublicKey& owner)
{
    const openssl::KeyHandle ephemeral = openssl::make_p256_key();
    const openssl::KeyHandle peer = key_of(owner.view());
    const KeyContextHandle context{EVP_PKEY_CTX_new_from_pkey(nullptr, ephemeral.get(), nullptr)};
    SecretBuffer shared{shared_bytes};
    std::size_t length = shared.size_bytes();
    if (!peer || !context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(context.get(), sodium_out(shared.expose()), &length) != 1 || length != shared_bytes) {
        throw std::runtime_error{openssl::failure_text("key agreement on P-256")};
    }
    auto point = P256PublicKey::from_bytes(point_of(*ephemeral));
    if (!point) { throw std::runtime_error{point.error().detail}; }
    return {.ephemeral = *point, .shared = std::move(shared)};
}

} // namespace papervault::crypto
