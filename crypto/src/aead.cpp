#include <papervault/crypto/aead.hpp>

#include <papervault/crypto/random.hpp>

#include "gm/sm3_sm4.hpp"
#include "invariant.hpp"
#include "sodium_bytes.hpp"
#include "xchacha.hpp"

#include <algorithm>
#include <array>

namespace papervault::crypto {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(nonce_bytes + tag_bytes == aead_overhead_bytes);
static_assert(xchacha::tag_bytes == ChunkCipher::overhead_bytes);
static_assert(message_overhead_bytes(Suite::pv1) == aead_overhead_bytes);
static_assert(message_overhead_bytes(Suite::gm1) == gm::nonce_bytes + gm::tag_bytes);
static_assert(chunk_overhead_bytes(Suite::pv1) == ChunkCipher::overhead_bytes);
static_assert(chunk_overhead_bytes(Suite::gm1) == gm::tag_bytes);
static_assert(aead_key_bytes == gm::key_bytes);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == aead_key_bytes);

struct Sealing {
    const SecretBuffer& key;
    ByteView nonce;
    ByteView context;
};

void seal_into(const Sealing& with, ByteView plaintext, std::span<std::byte> out)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(sodium_out(out), nullptr, sodium_in(plaintext), plaintext.size(),
                                               sodium_in(with.context), with.context.size(), nullptr,
                                               sodium_in(with.nonce), sodium_in(with.key.expose()));
}

bool open_into(const Sealing& with, ByteView ciphertext, std::span<std::byte> out)
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(sodium_out(out), nullptr, nullptr, sodium_in(ciphertext),
                                                      ciphertext.size(), sodium_in(with.context), with.context.size(),
                                                      sodium_in(with.nonce), sodium_in(with.key.expose())) == 0;
}

template <class Buffer>
Result<Buffer> decrypt_as(const SecretBuffer& key, ByteView sealed, ByteView context)
{
    PAPERVAULT_ASSERT(key.size_bytes() == aead_key_bytes, "a key to decrypt with has 32 bytes");
    if (sealed.size() < aead_overhead_bytes) {
        return refuse(CryptoError::malformed, "too short to be something encrypted");
    }
    Buffer plaintext(sealed.size() - aead_overhead_bytes);
    std::span<std::byte> out;
    if constexpr (requires { plaintext.expose(); }) {
        out = plaintext.expose();
    } else {
        out = plaintext;
    }
    if (!open_into({key, sealed.first(nonce_bytes), context}, sealed.subspan(nonce_bytes), out)) {
        return refuse(CryptoError::authentication_failed, "wrong key, wrong place, or altered bytes");
    }
    return plaintext;
}

std::array<std::byte, nonce_bytes> chunk_nonce(std::uint64_t index, bool last)
{
    std::array<std::byte, nonce_bytes> nonce{};
    const auto number = little_endian(index);
    std::ranges::copy(number, nonce.begin());
    nonce[number.size()] = std::byte{last};
    return nonce;
}

} // namespace

Bytes encrypt(const SecretBuffer& key, ByteView plaintext, ByteView context)
{
    PAPERVAULT_ASSERT(key.size_bytes() == aead_key_bytes, "a key to encrypt with has 32 bytes");
    Bytes sealed(plaintext.size() + aead_overhead_bytes);
    const std::span out{sealed};
    fill_random(out.first(nonce_bytes));
    seal_into({key, out.first(nonce_bytes), context}, plaintext, out.subspan(nonce_bytes));
    return sealed;
}

Result<Bytes> decrypt(const SecretBuffer& key, ByteView sealed, ByteView context)
{
    return decrypt_as<Bytes>(key, sealed, context);
}

Result<SecretBuffer> decrypt_secret(const SecretBuffer& key, ByteView sealed, ByteView context)
{
    return decrypt_as<SecretBuffer>(key, sealed, context);
}

Bytes encrypt(Suite suite, const SecretBuffer& key, ByteView plaintext, ByteView context)
{
    if (suite == Suite::pv1) { return encrypt(key, plaintext, context); }
    PAPERVAULT_ASSERT(key.size_bytes() == aead_key_bytes, "a key to encrypt with has 32 bytes");
    Bytes sealed(plaintext.size() + message_overhead_bytes(suite));
    const std::span out{sealed};
    const auto nonce = out.first(gm::nonce_bytes);
    fill_random(nonce);
    gm::Sealer{key, "message"}.seal(nonce, {context}, plaintext, out.subspan(gm::nonce_bytes));
    return sealed;
}

Result<SecretBuffer> decrypt_secret(Suite suite, const SecretBuffer& key, ByteView sealed, ByteView context)
{
    if (suite == Suite::pv1) { return decrypt_secret(key, sealed, context); }
    PAPERVAULT_ASSERT(key.size_bytes() == aead_key_bytes, "a key to decrypt with has 32 bytes");
    if (sealed.size() < message_overhead_bytes(suite)) {
        return refuse(CryptoError::malformed, "too short to be something encrypted");
    }
    SecretBuffer plaintext{sealed.size() - message_overhead_bytes(suite)};
    if (!gm::Sealer{key, "message"}.open(sealed.first(gm::nonce_bytes), {context}, sealed.subspan(gm::nonce_bytes),
                                         plaintext.expose())) {
        return refuse(CryptoError::authentication_failed, "wrong key, wrong place, or altered bytes");
    }
    return plaintext;
}

struct ChunkCipher::National {
    gm::Sealer sealer;

    /// The index is the upper half: every chunk has 2^64 blocks of its own.
    static std::array<std::byte, gm::nonce_bytes> counter(std::uint64_t index)
    {
        std::array<std::byte, gm::nonce_bytes> bytes{};
        std::ranges::reverse_copy(little_endian(index), bytes.begin());
        return bytes;
    }
};

ChunkCipher::ChunkCipher(SecretBuffer key, Bytes context, Suite suite)
    : key_{std::move(key)}, context_{std::move(context)}, suite_{suite}
{
    PAPERVAULT_ASSERT(key_.size_bytes() == aead_key_bytes, "a key to encrypt with has 32 bytes");
    if (suite_ == Suite::gm1) { national_.reset(new National{gm::Sealer{key_, "chunks"}}); }
}

ChunkCipher::ChunkCipher(ChunkCipher&&) noexcept = default;
ChunkCipher& ChunkCipher::operator=(ChunkCipher&&) noexcept = default;
ChunkCipher::~ChunkCipher() = default;

void ChunkCipher::seal(std::uint64_t index, bool last, ByteView plaintext, std::span<std::byte> out)
{
    PAPERVAULT_ASSERT(!ended_, "nothing follows the last chunk");
    PAPERVAULT_ASSERT(index == next_index_, "chunks are sealed once and in order");
    PAPERVAULT_ASSERT(out.size() == plaintext.size() + chunk_overhead_bytes(suite_),
                      "a sealed chunk is longer by its tag");
    ++next_index_;
    ended_ = last;
    if (national_) {
        const std::array last_flag{std::byte{last}};
        national_->sealer.seal(National::counter(index), {last_flag, context_}, plaintext, out);
        return;
    }
    xchacha::seal(key_, chunk_nonce(index, last), context_, plaintext, out);
}

bool ChunkCipher::open(std::uint64_t index, bool last, ByteView sealed, std::span<std::byte> out) const
{
    if (sealed.size() < chunk_overhead_bytes(suite_)) { return false; }
    PAPERVAULT_ASSERT(out.size() == sealed.size() - chunk_overhead_bytes(suite_),
                      "an opened chunk is shorter by its tag");
    const std::array last_flag{std::byte{last}};
    const bool opened = national_ ? national_->sealer.open(National::counter(index), {last_flag, context_}, sealed, out)
                                  : xchacha::open(key_, chunk_nonce(index, last), context_, sealed, out);
    if (!opened) { wipe(out); }
    return opened;
}

bool ChunkCipher::is_authentic(std::uint64_t index, bool last, ByteView sealed) const
{
    if (sealed.size() < chunk_overhead_bytes(suite_)) { return false; }
    const std::array last_flag{std::byte{last}};
    return national_ ? national_->sealer.is_authentic(National::counter(index), {last_flag, context_}, sealed)
                     : xchacha::is_authentic(key_, chunk_nonce(index, last), context_, sealed);
}

} // namespace papervault::crypto
