#include "gm/sm2.hpp"

#include <papervault/crypto/random.hpp>

#include "openssl_handles.hpp"
#include "sodium_bytes.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace papervault::crypto::sm2 {

namespace {

using GroupHandle = std::unique_ptr<EC_GROUP, openssl::Releaser<EC_GROUP_free>>;
using PointHandle = std::unique_ptr<EC_POINT, openssl::Releaser<EC_POINT_free>>;
using SecretNumberHandle = std::unique_ptr<BIGNUM, openssl::Releaser<BN_clear_free>>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, openssl::Releaser<EVP_PKEY_CTX_free>>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, openssl::Releaser<EVP_MD_CTX_free>>;
using SignatureHandle = std::unique_ptr<ECDSA_SIG, openssl::Releaser<ECDSA_SIG_free>>;
using BuilderHandle = std::unique_ptr<OSSL_PARAM_BLD, openssl::Releaser<OSSL_PARAM_BLD_free>>;
using ParametersHandle = std::unique_ptr<OSSL_PARAM, openssl::Releaser<OSSL_PARAM_free>>;

constexpr std::size_t coordinate_bytes = 32;
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t encoded_point_bytes = 1 + 2 * coordinate_bytes;
constexpr std::string_view default_identity = "1234567812345678";

void must(bool good, std::string_view what)
{
    if (!good) { throw std::runtime_error{openssl::failure_text(what)}; }
}

const EC_GROUP* curve()
{
    static const EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_sm2);
    must(group != nullptr, "the curve of SM2 is not there");
    return group;
}

SecretNumberHandle number_of(ByteView bytes)
{
    SecretNumberHandle number{BN_secure_new()};
    must(number && BN_bin2bn(sodium_in(bytes), static_cast<int>(bytes.size()), number.get()) != nullptr, "a number");
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

/// 1 .. order - 2: for order - 1 the signature's inverse of 1 + d would not exist.
bool is_in_range(const BIGNUM* scalar)
{
    const SecretNumberHandle next{BN_dup(scalar)};
    must(next && BN_add_word(next.get(), 1) == 1, "a number");
    return BN_is_zero(scalar) == 0 && BN_cmp(next.get(), EC_GROUP_get0_order(curve())) < 0;
}

std::array<std::byte, encoded_point_bytes> encoded(ByteView point)
{
    std::array<std::byte, encoded_point_bytes> bytes{std::byte{4}};
    std::ranges::copy(point, bytes.begin() + 1);
    return bytes;
}

/// @param scalar  Null for the public half alone.
openssl::KeyHandle key_of(ByteView point, const SecretBuffer* scalar)
{
    const auto octets = encoded(point);
    const BuilderHandle builder{OSSL_PARAM_BLD_new()};
    must(builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
             OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size()) ==
                 1,
         "an SM2 key");
    SecretNumberHandle number;
    if (scalar != nullptr) {
        number = number_of(scalar->expose());
        must(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1, "an SM2 key");
    }
    const ParametersHandle parameters{OSSL_PARAM_BLD_to_param(builder.get())};
    const KeyContextHandle context{EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr)};
    EVP_PKEY* made = nullptr;
    must(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
             EVP_PKEY_fromdata(context.get(), &made, scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                               parameters.get()) == 1,
         "an SM2 key");
    return openssl::KeyHandle{made};
}

/// A digest context that hashes the signer's identity in front of the message.
struct SigningContext {
    KeyContextHandle key;
    DigestHandle digest;
};
SigningContext signing_context(EVP_PKEY* key)
{
    SigningContext context{.key = KeyContextHandle{EVP_PKEY_CTX_new(key, nullptr)},
                           .digest = DigestHandle{EVP_MD_CTX_new()}};
    must(context.key && context.digest &&
             EVP_PKEY_CTX_set1_id(context.key.get(), default_identity.data(), default_identity.size()) == 1,
         "an SM2 signature");
    EVP_MD_CTX_set_pkey_ctx(context.digest.get(), context.key.get());
    return context;
}

// ---- the DER that OpenSSL wants around a signature, SEQUENCE { r, s }, and a ciphertext, SEQUENCE { x, y, C3, C2 }
// ----

void append(Bytes& to, ByteView bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_der(Bytes& to, std::byte tag, ByteView content)
{
    to.push_back(tag);
    const std::size_t length = content.size();
    if (length >= 0x80) {
        std::size_t count = 1;
        while (length >> (8 * count) != 0) { ++count; }
        to.push_back(static_cast<std::byte>(0x80 | count));
        for (std::size_t i = count; i > 0; --i) { to.push_back(static_cast<std::byte>(length >> (8 * (i - 1)))); }
    } else {
        to.push_back(static_cast<std::byte>(length));
    }
    append(to, content);
}

void append_der_number(Bytes& to, ByteView big_endian)
{
    while (big_endian.size() > 1 && big_endian.front() == std::byte{0}) { big_endian = big_endian.subspan(1); }
    Bytes content;
    if ((big_endian.front() & std::byte{0x80}) != std::byte{0}) { content.push_back(std::byte{0}); }
    append(content, big_endian);
    append_der(to, std::byte{0x02}, content);
}

/// Takes one element off the front. OpenSSL has written it, so only the bounds are checked.
ByteView take_der(ByteView& rest)
{
    must(rest.size() >= 2, "an SM2 ciphertext");
    std::size_t length = std::to_integer<std::size_t>(rest[1]);
    std::size_t head = 2;
    if (length >= 0x80) {
        const std::size_t count = length - 0x80;
        must(count <= 4 && rest.size() >= 2 + count, "an SM2 ciphertext");
        length = 0;
        for (std::size_t i = 0; i < count; ++i) { length = length << 8U | std::to_integer<std::size_t>(rest[2 + i]); }
        head += count;
    }
    must(rest.size() - head >= length, "an SM2 ciphertext");
    const ByteView content = rest.subspan(head, length);
    rest = rest.subspan(head + length);
    return content;
}

void put_coordinate(ByteView number, std::span<std::byte> out)
{
    while (number.size() > coordinate_bytes) { number = number.subspan(1); }
    std::ranges::copy(number, out.last(number.size()).begin());
}

} // namespace

Result<void> check_point(const Point& point)
{
    const PointHandle parsed{EC_POINT_new(curve())};
    const auto octets = encoded(point);
    // Checks that both coordinates are below the prime and that the point is on the curve.
    const bool good =
        parsed && EC_POINT_oct2point(curve(), parsed.get(), sodium_in(octets), octets.size(), nullptr) == 1;
    ERR_clear_error();
    if (!good) { return refuse(CryptoError::unacceptable_key, "the key is not a point of the SM2 curve"); }
    return {};
}

SecretBuffer random_scalar()
{
    for (;;) {
        SecretBuffer scalar = random_secret(scalar_bytes);
        if (is_in_range(number_of(scalar.expose()).get())) { return scalar; }
    }
}

Result<Point> public_point(const SecretBuffer& scalar)
{
    if (scalar.size_bytes() != scalar_bytes) {
        return refuse(CryptoError::malformed, "the secret of an SM2 key has 32 bytes");
    }
    const auto number = number_of(scalar.expose());
    if (!is_in_range(number.get())) {
        return refuse(CryptoError::malformed, "the secret of an SM2 key is out of range");
    }
    const PointHandle point{EC_POINT_new(curve())};
    std::array<std::byte, encoded_point_bytes> octets{};
    must(point && EC_POINT_mul(curve(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
             EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED, sodium_out(octets), octets.size(),
                                nullptr) == octets.size(),
         "an SM2 key");
    Point made{};
    std::copy(octets.begin() + 1, octets.end(), made.begin());
    return made;
}

std::array<std::byte, 64> sign(const SecretBuffer& scalar, ByteView point, ByteView message)
{
    const auto key = key_of(point, &scalar);
    const SigningContext context = signing_context(key.get());
    std::array<unsigned char, 80> der{};
    std::size_t length = der.size();
    must(EVP_DigestSignInit(context.digest.get(), nullptr, EVP_sm3(), nullptr, key.get()) == 1 &&
             EVP_DigestSign(context.digest.get(), der.data(), &length, sodium_in(message), message.size()) == 1,
         "an SM2 signature");
    const unsigned char* at = der.data();
    const SignatureHandle parsed{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length))};
    std::array<std::byte, 64> signature{};
    const auto halves = std::span{signature};
    must(parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), sodium_out(halves.first(32)), 32) == 32 &&
             BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), sodium_out(halves.last(32)), 32) == 32,
         "an SM2 signature");
    return signature;
}

bool verify(ByteView point, ByteView message, const std::array<std::byte, 64>& signature)
{
    const auto key = key_of(point, nullptr);
    const SigningContext context = signing_context(key.get());
    Bytes numbers;
    append_der_number(numbers, ByteView{signature}.first(32));
    append_der_number(numbers, ByteView{signature}.last(32));
    Bytes der;
    append_der(der, std::byte{0x30}, numbers);
    const bool good =
        EVP_DigestVerifyInit(context.digest.get(), nullptr, EVP_sm3(), nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.digest.get(), sodium_in(der), der.size(), sodium_in(message), message.size()) == 1;
    ERR_clear_error();
    return good;
}

Bytes encrypt(ByteView point, ByteView plaintext)
{
    const auto key = key_of(point, nullptr);
    const KeyContextHandle context{EVP_PKEY_CTX_new(key.get(), nullptr)};
    std::size_t length = 0;
    must(context && EVP_PKEY_encrypt_init(context.get()) == 1 &&
             EVP_PKEY_encrypt(context.get(), nullptr, &length, sodium_in(plaintext), plaintext.size()) == 1,
         "SM2 encryption");
    Bytes der(length);
    must(EVP_PKEY_encrypt(context.get(), sodium_out(der), &length, sodium_in(plaintext), plaintext.size()) == 1,
         "SM2 encryption");
    ByteView whole = ByteView{der}.first(length);
    ByteView inside = take_der(whole);
    Bytes sealed(encryption_overhead_bytes + plaintext.size());
    const std::span out{sealed};
    put_coordinate(take_der(inside), out.first(coordinate_bytes));
    put_coordinate(take_der(inside), out.subspan(coordinate_bytes, coordinate_bytes));
    const ByteView c3 = take_der(inside);
    const ByteView c2 = take_der(inside);
    must(c3.size() == digest_bytes && c2.size() == plaintext.size(), "SM2 encryption");
    std::ranges::copy(c3, out.subspan(2 * coordinate_bytes).begin());
    std::ranges::copy(c2, out.subspan(encryption_overhead_bytes).begin());
    return sealed;
}

Result<SecretBuffer> decrypt(const SecretBuffer& scalar, ByteView point, ByteView sealed)
{
    const auto failed = refuse(CryptoError::authentication_failed, "sealed to another key, or altered");
    if (sealed.size() <= encryption_overhead_bytes) { return failed; }
    Bytes parts;
    append_der_number(parts, sealed.first(coordinate_bytes));
    append_der_number(parts, sealed.subspan(coordinate_bytes, coordinate_bytes));
    append_der(parts, std::byte{0x04}, sealed.subspan(2 * coordinate_bytes, digest_bytes));
    append_der(parts, std::byte{0x04}, sealed.subspan(encryption_overhead_bytes));
    Bytes der;
    append_der(der, std::byte{0x30}, parts);
    const auto key = key_of(point, &scalar);
    const KeyContextHandle context{EVP_PKEY_CTX_new(key.get(), nullptr)};
    must(context && EVP_PKEY_decrypt_init(context.get()) == 1, "SM2 decryption");
    SecretBuffer room{der.size()};
    std::size_t length = room.size_bytes();
    const bool opened =
        EVP_PKEY_decrypt(context.get(), sodium_out(room.expose()), &length, sodium_in(der), der.size()) == 1;
    ERR_clear_error();
    if (!opened || length != sealed.size() - encryption_overhead_bytes) { return failed; }
    return SecretBuffer::copy_of(room.expose().first(length));
}

} // namespace papervault::crypto::sm2
