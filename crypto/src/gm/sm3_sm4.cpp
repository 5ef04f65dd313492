#include "gm/sm3_sm4.hpp"

#include "openssl_handles.hpp"
#include "sodium_bytes.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <climits>
#include <stdexcept>

namespace papervault::crypto::gm {

namespace {

using DigestHandle = std::unique_ptr<EVP_MD_CTX, openssl::Releaser<EVP_MD_CTX_free>>;
using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, openssl::Releaser<EVP_CIPHER_CTX_free>>;
using MacHandle = std::unique_ptr<EVP_MAC_CTX, openssl::Releaser<EVP_MAC_CTX_free>>;

constexpr std::size_t sm4_key_bytes = 16;

void must(bool good, std::string_view what)
{
    if (!good) { throw std::runtime_error{openssl::failure_text(what)}; }
}

/// Fetched once, since a fetch walks the providers; never freed, since others' static objects may still hash at exit.
EVP_MAC* hmac()
{
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    must(fetched != nullptr, "HMAC is not there");
    return fetched;
}

const EVP_CIPHER* sm4()
{
    static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr);
    must(fetched != nullptr, "SM4-CTR is not there");
    return fetched;
}

const EVP_MD* sm3_digest()
{
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SM3", nullptr);
    must(fetched != nullptr, "SM3 is not there");
    return fetched;
}

/// HMAC-SM3 piece by piece.
class Mac {
public:
    explicit Mac(ByteView key) : context_{EVP_MAC_CTX_new(hmac())}
    {
        std::array<char, 4> name{"SM3"};
        const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                    OSSL_PARAM_construct_end()};
        must(context_ && EVP_MAC_init(context_.get(), sodium_in(key), key.size(), parameters.data()) == 1, "HMAC-SM3");
    }
    void raw(ByteView bytes) { must(EVP_MAC_update(context_.get(), sodium_in(bytes), bytes.size()) == 1, "HMAC-SM3"); }
    void part(ByteView bytes)
    {
        raw(little_endian(bytes.size()));
        raw(bytes);
    }
    void finish_into(std::span<std::byte> out)
    {
        std::size_t length = 0;
        must(EVP_MAC_final(context_.get(), sodium_out(out), &length, out.size()) == 1 && length == tag_bytes,
             "HMAC-SM3");
    }

private:
    MacHandle context_;
};

} // namespace

struct Sm3Hasher::State {
    DigestHandle context{EVP_MD_CTX_new()};
};

Sm3Hasher::Sm3Hasher() : state_{std::make_unique<State>()}
{
    must(state_->context && EVP_DigestInit_ex2(state_->context.get(), sm3_digest(), nullptr) == 1, "SM3");
}

Sm3Hasher::Sm3Hasher(Sm3Hasher&&) noexcept = default;
Sm3Hasher& Sm3Hasher::operator=(Sm3Hasher&&) noexcept = default;
Sm3Hasher::~Sm3Hasher() = default;

void Sm3Hasher::update(ByteView bytes)
{
    must(EVP_DigestUpdate(state_->context.get(), sodium_in(bytes), bytes.size()) == 1, "SM3");
}

Digest Sm3Hasher::finish()
{
    Digest digest;
    must(EVP_DigestFinal_ex(state_->context.get(), sodium_out(digest.bytes), nullptr) == 1, "SM3");
    return digest;
}

Digest sm3(std::initializer_list<ByteView> parts)
{
    Sm3Hasher hasher;
    for (const ByteView part : parts) { hasher.update(part); }
    return hasher.finish();
}

void hmac_sm3(ByteView key, std::initializer_list<ByteView> parts, std::span<std::byte> out)
{
    Mac mac{key};
    for (const ByteView part : parts) { mac.raw(part); }
    mac.finish_into(out);
}

void sm4_ctr(ByteView key, ByteView counter, ByteView in, std::span<std::byte> out)
{
    const CipherHandle context{EVP_CIPHER_CTX_new()};
    must(context && key.size() == sm4_key_bytes && counter.size() == nonce_bytes && in.size() <= INT_MAX &&
             EVP_EncryptInit_ex2(context.get(), sm4(), sodium_in(key), sodium_in(counter), nullptr) == 1,
         "SM4-CTR");
    int written = 0;
    must(EVP_EncryptUpdate(context.get(), sodium_out(out), &written, sodium_in(in), static_cast<int>(in.size())) == 1 &&
             static_cast<std::size_t>(written) == in.size(),
         "SM4-CTR");
}

Sealer::Sealer(const SecretBuffer& key, std::string_view purpose) : keys_{sm4_key_bytes + key_bytes}
{
    constexpr std::string_view domain{"papervault.gm1.aead\0", 20};
    constexpr std::array for_cipher{std::byte{1}};
    constexpr std::array for_mac{std::byte{2}};
    SecretBuffer cipher_key{key_bytes};
    hmac_sm3(key.expose(), {bytes_of(domain), for_cipher, bytes_of(purpose)}, cipher_key.expose());
    std::ranges::copy(cipher_key.expose().first(sm4_key_bytes), keys_.expose().begin());
    hmac_sm3(key.expose(), {bytes_of(domain), for_mac, bytes_of(purpose)}, keys_.expose().subspan(sm4_key_bytes));
}

void Sealer::tag(ByteView counter, std::initializer_list<ByteView> associated, ByteView ciphertext,
                 std::span<std::byte> out) const
{
    Mac mac{keys_.expose().subspan(sm4_key_bytes)};
    mac.part(counter);
    mac.raw(little_endian(associated.size()));
    for (const ByteView part : associated) { mac.part(part); }
    mac.part(ciphertext);
    mac.finish_into(out);
}

void Sealer::seal(ByteView counter, std::initializer_list<ByteView> associated, ByteView plaintext,
                  std::span<std::byte> out) const
{
    const auto ciphertext = out.first(plaintext.size());
    sm4_ctr(keys_.expose().first(sm4_key_bytes), counter, plaintext, ciphertext);
    tag(counter, associated, ciphertext, out.subspan(plaintext.size()));
}

bool Sealer::is_authentic(ByteView counter, std::initializer_list<ByteView> associated, ByteView sealed) const
{
    if (sealed.size() < tag_bytes) { return false; }
    std::array<std::byte, tag_bytes> expected{};
    tag(counter, associated, sealed.first(sealed.size() - tag_bytes), expected);
    return equal_in_constant_time(ByteView{expected}, sealed.last(tag_bytes));
}

bool Sealer::open(ByteView counter, std::initializer_list<ByteView> associated, ByteView sealed,
                  std::span<std::byte> out) const
{
    if (!is_authentic(counter, associated, sealed)) { return false; }
    sm4_ctr(keys_.expose().first(sm4_key_bytes), counter, sealed.first(sealed.size() - tag_bytes), out);
    return true;
}

SecretBuffer pbkdf2_sm3(const SecretBuffer& passphrase, ByteView salt, std::uint64_t iterations)
{
    SecretBuffer key{key_bytes};
    const ByteView text = passphrase.expose();
    must(text.size() <= INT_MAX && salt.size() <= INT_MAX && iterations <= INT_MAX &&
             PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(sodium_in(text)), static_cast<int>(text.size()),
                               sodium_in(salt), static_cast<int>(salt.size()), static_cast<int>(iterations),
                               sm3_digest(), static_cast<int>(key_bytes), sodium_out(key.expose())) == 1,
         "PBKDF2-HMAC-SM3");
    return key;
}

} // namespace papervault::crypto::gm
