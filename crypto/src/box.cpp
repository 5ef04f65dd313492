#include <papervault/crypto/box.hpp>

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>

#include "sodium_bytes.hpp"

#include <algorithm>

namespace papervault::crypto {

namespace {

static_assert(BoxPublicKey::size_bytes == crypto_box_PUBLICKEYBYTES);
constexpr std::size_t context_bytes = sizeof(Digest::bytes);
static_assert(box_overhead_bytes == crypto_box_SEALBYTES + context_bytes);

using Point = std::array<std::byte, BoxPublicKey::size_bytes>;

/// Below 2^255 - 19: one encoding for one key, so that keys can be compared as bytes.
bool is_canonical(const Point& point)
{
    if (point.back() > std::byte{0x7f}) { return false; }
    const bool all_ones =
        point.back() == std::byte{0x7f} &&
        std::all_of(point.begin() + 1, point.end() - 1, [](std::byte b) { return b == std::byte{0xff}; });
    return !all_ones || point.front() < std::byte{0xed};
}

/// Whatever scalar a clamped key has, the product with a low-order point is zero; libsodium then refuses.
bool is_low_order(const Point& point)
{
    constexpr std::array<unsigned char, crypto_scalarmult_SCALARBYTES> scalar{1};
    std::array<unsigned char, crypto_scalarmult_BYTES> product{};
    return crypto_scalarmult(product.data(), scalar.data(), sodium_in(point)) != 0;
}

Digest context_digest(ByteView context)
{
    return blake2b("papervault.box-context", {context});
}

} // namespace

Result<BoxPublicKey> BoxPublicKey::from_bytes(ByteView bytes32)
{
    initialise();
    if (bytes32.size() != size_bytes) { return refuse(CryptoError::malformed, "an encryption key has 32 bytes"); }
    Point point{};
    std::ranges::copy(bytes32, point.begin());
    if (!is_canonical(point) || is_low_order(point)) {
        return refuse(CryptoError::unacceptable_key, "the encryption key is of low order or not canonical");
    }
    return BoxPublicKey{point};
}

Result<BoxPublicKey> BoxPublicKey::from_text(std::string_view text)
{
    if (text.size() != 44) { return refuse(CryptoError::malformed, "an encryption key has 44 characters of base64"); }
    const auto bytes = from_base64(text);
    if (!bytes) { return refuse(CryptoError::malformed, "the encryption key is not base64"); }
    return from_bytes(*bytes);
}

std::string BoxPublicKey::to_text() const
{
    return to_base64(bytes_);
}

BoxKeyPair::BoxKeyPair(SecretBuffer seed, SecretBuffer secret_key, BoxPublicKey public_key) noexcept
    : seed_{std::move(seed)}, secret_key_{std::move(secret_key)}, public_key_{public_key}
{
}

BoxKeyPair BoxKeyPair::generate()
{
    return std::move(*from_seed(random_secret(crypto_box_SEEDBYTES)));
}

Result<BoxKeyPair> BoxKeyPair::from_seed(const SecretBuffer& seed32)
{
    if (seed32.size_bytes() != crypto_box_SEEDBYTES) {
        return refuse(CryptoError::malformed, "the seed of an encryption key has 32 bytes");
    }
    SecretBuffer secret_key{crypto_box_SECRETKEYBYTES};
    Point point{};
    crypto_box_seed_keypair(sodium_out(point), sodium_out(secret_key.expose()), sodium_in(seed32.expose()));
    return BoxKeyPair{seed32.clone(), std::move(secret_key), BoxPublicKey{point}};
}

Bytes seal_to(const BoxPublicKey& recipient, ByteView plaintext, ByteView context)
{
    initialise();
    SecretBuffer inside{context_bytes + plaintext.size()};
    std::ranges::copy(context_digest(context).bytes, inside.expose().begin());
    std::ranges::copy(plaintext, inside.expose().begin() + context_bytes);
    Bytes sealed(plaintext.size() + box_overhead_bytes);
    crypto_box_seal(sodium_out(sealed), sodium_in(inside.expose()), inside.size_bytes(), sodium_in(recipient.view()));
    return sealed;
}

Result<SecretBuffer> open_sealed(const BoxKeyPair& recipient, ByteView sealed, ByteView context)
{
    if (sealed.size() < box_overhead_bytes) {
        return refuse(CryptoError::malformed, "too short to be something sealed to a person");
    }
    SecretBuffer inside{sealed.size() - crypto_box_SEALBYTES};
    const bool opened =
        crypto_box_seal_open(sodium_out(inside.expose()), sodium_in(sealed), sealed.size(),
                             sodium_in(recipient.public_key_.view()), sodium_in(recipient.secret_key_.expose())) == 0;
    const ByteView content = inside.expose();
    if (!opened || !equal_in_constant_time(content.first(context_bytes), context_digest(context).view())) {
        return refuse(CryptoError::authentication_failed, "sealed to another key, for another place, or altered");
    }
    return SecretBuffer::copy_of(content.subspan(context_bytes));
}

} // namespace papervault::crypto
