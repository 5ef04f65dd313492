#include <papervault/crypto/sign.hpp>

#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>

#include "gm/sm2.hpp"
#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>

namespace papervault::crypto {

namespace {

using Point = std::array<std::byte, crypto_core_ed25519_BYTES>;
static_assert(public_key_bytes(Suite::pv1) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature) == crypto_sign_BYTES);

/// The order of the prime-order group less one, little endian.
constexpr std::array<unsigned char, 32> group_order_minus_one{
    0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10};

/// Order × point = 0, asked as (order - 1) × point = -point. libsodium's own check lets points with a part of order 2
/// pass in releases before 30 December 2025 (CVE-2025-69277), and distributions patch it at their own pace.
bool is_in_prime_order_group(const Point& point)
{
    Point product{};
    if (crypto_scalarmult_ed25519_noclamp(sodium_out(product), group_order_minus_one.data(), sodium_in(point)) != 0) {
        return false;
    }
    Point negated = point;
    negated.back() ^= std::byte{0x80};
    return product == negated;
}

Bytes purpose_separated(std::string_view purpose, ByteView message)
{
    PAPERVAULT_ASSERT(!purpose.empty() && purpose.find('\0') == std::string_view::npos,
                      "the purpose of a signature is a text without zero bytes");
    constexpr std::string_view domain{"papervault.sign.v1\0", 19};
    Bytes bytes;
    bytes.reserve(domain.size() + purpose.size() + 1 + message.size());
    const auto append = [&bytes](ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    append(bytes_of(domain));
    append(bytes_of(purpose));
    bytes.push_back(std::byte{0});
    append(message);
    return bytes;
}

} // namespace

VerifyKey::VerifyKey(Suite suite, ByteView bytes) noexcept : suite_{suite}
{
    std::ranges::copy(bytes, bytes_.begin());
}

Result<VerifyKey> VerifyKey::from_bytes(ByteView bytes)
{
    initialise();
    if (bytes.size() == public_key_bytes(Suite::gm1)) {
        sm2::Point point{};
        std::ranges::copy(bytes, point.begin());
        if (auto good = sm2::check_point(point); !good) { return std::unexpected{good.error()}; }
        return VerifyKey{Suite::gm1, point};
    }
    if (bytes.size() != public_key_bytes(Suite::pv1)) {
        return refuse(CryptoError::malformed, "a signature key has 32 or 64 bytes");
    }
    Point point{};
    std::ranges::copy(bytes, point.begin());
    if (crypto_core_ed25519_is_valid_point(sodium_in(point)) != 1 || !is_in_prime_order_group(point)) {
        return refuse(CryptoError::unacceptable_key, "the signature key is not a point of the prime-order group");
    }
    return VerifyKey{Suite::pv1, point};
}

Result<VerifyKey> VerifyKey::from_text(std::string_view text)
{
    if (text.size() != 44 && text.size() != 88) {
        return refuse(CryptoError::malformed, "a signature key has 44 or 88 characters of base64");
    }
    const auto bytes = from_base64(text);
    if (!bytes) { return refuse(CryptoError::malformed, "the signature key is not base64"); }
    return from_bytes(*bytes);
}

std::string VerifyKey::to_text() const
{
    return to_base64(view());
}

SigningKey::SigningKey(SecretBuffer seed, SecretBuffer expanded, VerifyKey verify_key) noexcept
    : seed_{std::move(seed)}, expanded_{std::move(expanded)}, verify_key_{verify_key}
{
}

SigningKey SigningKey::generate(Suite suite)
{
    const SecretBuffer seed = suite == Suite::gm1 ? sm2::random_scalar() : random_secret(crypto_sign_SEEDBYTES);
    return std::move(*from_seed(seed, suite));
}

Result<SigningKey> SigningKey::from_seed(const SecretBuffer& seed32, Suite suite)
{
    if (suite == Suite::gm1) {
        const auto point = sm2::public_point(seed32);
        if (!point) { return std::unexpected{point.error()}; }
        return SigningKey{seed32.clone(), SecretBuffer{0}, VerifyKey{suite, *point}};
    }
    if (seed32.size_bytes() != crypto_sign_SEEDBYTES) {
        return refuse(CryptoError::malformed, "the seed of a signing key has 32 bytes");
    }
    SecretBuffer expanded{crypto_sign_SECRETKEYBYTES};
    Point point{};
    crypto_sign_seed_keypair(sodium_out(point), sodium_out(expanded.expose()), sodium_in(seed32.expose()));
    return SigningKey{seed32.clone(), std::move(expanded), VerifyKey{suite, point}};
}

Signature SigningKey::sign(std::string_view purpose, ByteView message) const
{
    return sign_raw(purpose_separated(purpose, message));
}

Signature SigningKey::sign_raw(ByteView message) const
{
    if (verify_key_.suite() == Suite::gm1) { return sm2::sign(seed_, verify_key_.view(), message); }
    Signature signature{};
    crypto_sign_detached(sodium_out(signature), nullptr, sodium_in(message), message.size(),
                         sodium_in(expanded_.expose()));
    return signature;
}

bool verify(const VerifyKey& key, std::string_view purpose, ByteView message, const Signature& signature)
{
    return verify_raw(key, purpose_separated(purpose, message), signature);
}

bool verify_raw(const VerifyKey& key, ByteView message, const Signature& signature)
{
    if (key.suite() == Suite::gm1) { return sm2::verify(key.view(), message, signature); }
    return crypto_sign_verify_detached(sodium_in(signature), sodium_in(message), message.size(),
                                       sodium_in(key.view())) == 0;
}

} // namespace papervault::crypto
