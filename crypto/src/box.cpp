#include <papervault/crypto/box.hpp>

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/init.hpp>
#include <papervault/crypto/random.hpp>

#include "gm/sm2.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>

namespace papervault::crypto {

namespace {

static_assert(public_key_bytes(Suite::pv1) == crypto_box_PUBLICKEYBYTES);
constexpr std::size_t context_bytes = sizeof(Digest::bytes);
static_assert(box_overhead_bytes == crypto_box_SEALBYTES + context_bytes);
static_assert(sealed_overhead_bytes(Suite::pv1) == box_overhead_bytes);
static_assert(sealed_overhead_bytes(Suite::gm1) == sm2::encryption_overhead_bytes + context_bytes);

using Point = std::array<std::byte, crypto_box_PUBLICKEYBYTES>;

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

Digest context_digest(Suite suite, ByteView context)
{
    return hash(suite, "papervault.box-context", {context});
}

} // namespace

BoxPublicKey::BoxPublicKey(Suite suite, ByteView bytes) noexcept : suite_{suite}
{
    std::ranges::copy(bytes, bytes_.begin());
}

Result<BoxPublicKey> BoxPublicKey::from_bytes(ByteView bytes)
{
    initialise();
    if (bytes.size() == public_key_bytes(Suite::gm1)) {
        sm2::Point point{};
        std::ranges::copy(bytes, point.begin());
        if (auto good = sm2::check_point(point); !good) { return std::unexpected{good.error()}; }
        return BoxPublicKey{Suite::gm1, point};
    }
    if (bytes.size() != public_key_bytes(Suite::pv1)) {
        return refuse(CryptoError::malformed, "an encryption key has 32 or 64 bytes");
    }
    Point point{};
    std::ranges::copy(bytes, point.begin());
    if (!is_canonical(point) || is_low_order(point)) {
        return refuse(CryptoError::unacceptable_key, "the encryption key is of low order or not canonical");
    }
    return BoxPublicKey{Suite::pv1, point};
}

Result<BoxPublicKey> BoxPublicKey::from_text(std::string_view text)
{
    if (text.size() != 44 && text.size() != 88) {
        return refuse(CryptoError::malformed, "an encryption key has 44 or 88 characters of base64");
    }
    const auto bytes = from_base64(text);
    if (!bytes) { return refuse(CryptoError::malformed, "the encryption key is not base64"); }
    return from_bytes(*bytes);
}

std::string BoxPublicKey::to_text() const
{
    return to_base64(view());
}

BoxKeyPair::BoxKeyPair(SecretBuffer seed, SecretBuffer secret_key, BoxPublicKey public_key) noexcept
    : seed_{std::move(seed)}, secret_key_{std::move(secret_key)}, public_key_{public_key}
{
}

BoxKeyPair BoxKeyPair::generate(Suite suite)
{
    const SecretBuffer seed = suite == Suite::gm1 ? sm2::random_scalar() : random_secret(crypto_box_SEEDBYTES);
    return std::move(*from_seed(seed, suite));
}

Result<BoxKeyPair> BoxKeyPair::from_seed(const SecretBuffer& seed32, Suite suite)
{
    if (suite == Suite::gm1) {
        const auto point = sm2::public_point(seed32);
        if (!point) { return std::unexpected{point.error()}; }
        return BoxKeyPair{seed32.clone(), SecretBuffer{0}, BoxPublicKey{suite, *point}};
    }
    if (seed32.size_bytes() != crypto_box_SEEDBYTES) {
        return refuse(CryptoError::malformed, "the seed of an encryption key has 32 bytes");
    }
    SecretBuffer secret_key{crypto_box_SECRETKEYBYTES};
    Point point{};
    crypto_box_seed_keypair(sodium_out(point), sodium_out(secret_key.expose()), sodium_in(seed32.expose()));
    return BoxKeyPair{seed32.clone(), std::move(secret_key), BoxPublicKey{suite, point}};
}

BoxKeyPair BoxKeyPair::clone() const
{
    return BoxKeyPair{seed_.clone(), secret_key_.clone(), public_key_};
}

Bytes seal_to(const BoxPublicKey& recipient, ByteView plaintext, ByteView context)
{
    initialise();
    const Suite suite = recipient.suite();
    SecretBuffer inside{context_bytes + plaintext.size()};
    std::ranges::copy(context_digest(suite, context).bytes, inside.expose().begin());
    std::ranges::copy(plaintext, inside.expose().begin() + context_bytes);
    if (suite == Suite::gm1) { return sm2::encrypt(recipient.view(), inside.expose()); }
    Bytes sealed(plaintext.size() + box_overhead_bytes);
    crypto_box_seal(sodium_out(sealed), sodium_in(inside.expose()), inside.size_bytes(), sodium_in(recipient.view()));
    return sealed;
}

Result<SecretBuffer> open_sealed(const BoxKeyPair& recipient, ByteView sealed, ByteView context)
{
    const Suite suite = recipient.public_key_.suite();
    if (sealed.size() < sealed_overhead_bytes(suite)) {
        return refuse(CryptoError::malformed, "too short to be something sealed to a person");
    }
    SecretBuffer inside{sealed.size() - sealed_overhead_bytes(suite) + context_bytes};
    bool opened = false;
    if (suite == Suite::gm1) {
        auto decrypted = sm2::decrypt(recipient.seed_, recipient.public_key_.view(), sealed);
        opened = decrypted.has_value();
        if (opened) { inside = *std::move(decrypted); }
    } else {
        opened = crypto_box_seal_open(sodium_out(inside.expose()), sodium_in(sealed), sealed.size(),
                                      sodium_in(recipient.public_key_.view()),
                                      sodium_in(recipient.secret_key_.expose())) == 0;
    }
    const ByteView content = inside.expose();
    if (!opened || !equal_in_constant_time(content.first(context_bytes), context_digest(suite, context).view())) {
        return refuse(CryptoError::authentication_failed, "sealed to another key, for another place, or altered");
    }
    return SecretBuffer::copy_of(content.subspan(context_bytes));
}

} // namespace papervault::crypto
