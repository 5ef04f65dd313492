#include <papervault/crypto/aead.hpp>

#include <papervault/crypto/random.hpp>

#include "invariant.hpp"
#include "sodium_bytes.hpp"

namespace papervault::crypto {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(nonce_bytes + tag_bytes == aead_overhead_bytes);
static_assert(tag_bytes == ChunkCipher::overhead_bytes);
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

ChunkCipher::ChunkCipher(SecretBuffer key, Bytes context) : key_{std::move(key)}, context_{std::move(context)}
{
    PAPERVAULT_ASSERT(key_.size_bytes() == aead_key_bytes, "a key to encrypt with has 32 bytes");
}

void ChunkCipher::seal(std::uint64_t index, bool last, ByteView plaintext, std::span<std::byte> out)
{
    PAPERVAULT_ASSERT(!ended_, "nothing follows the last chunk");
    PAPERVAULT_ASSERT(index == next_index_, "chunks are sealed once and in order");
    PAPERVAULT_ASSERT(out.size() == plaintext.size() + overhead_bytes, "a sealed chunk is 16 bytes longer");
    ++next_index_;
    ended_ = last;
    seal_into({key_, chunk_nonce(index, last), context_}, plaintext, out);
}

bool ChunkCipher::open(std::uint64_t index, bool last, ByteView sealed, std::span<std::byte> out) const
{
    if (sealed.size() < overhead_bytes) { return false; }
    PAPERVAULT_ASSERT(out.size() == sealed.size() - overhead_bytes, "an opened chunk is 16 bytes shorter");
    const auto nonce = chunk_nonce(index, last);
    const bool opened = open_into({key_, nonce, context_}, sealed, out);
    if (!opened) { wipe(out); }
    return opened;
}

} // namespace papervault::crypto
