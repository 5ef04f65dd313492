#include "xchacha.hpp"

#include "openssl_handles.hpp"
#include "sodium_bytes.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

namespace papervault::crypto::xchacha {
namespace {

static_assert(nonce_bytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(tag_bytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, openssl::Releaser<EVP_CIPHER_CTX_free>>;

/// Fetched once, since a fetch walks the providers; never freed. Null where OpenSSL's configuration forbids it.
const EVP_CIPHER* chacha20_poly1305()
{
    static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    return fetched;
}

/// Below this, making OpenSSL's context costs more than its cipher saves.
constexpr std::size_t worth_openssl_bytes = 4096;

/// The key of one chunk under what is left of the nonce; wiped when it goes.
class ChunkKey {
public:
    ChunkKey(const SecretBuffer& key, ByteView nonce)
    {
        crypto_core_hchacha20(bytes_.data(), sodium_in(nonce), sodium_in(key.expose()), nullptr);
        std::memcpy(nonce_.data() + 4, nonce.data() + 16, 8);
    }
    ChunkKey(const ChunkKey&) = delete;
    ChunkKey& operator=(const ChunkKey&) = delete;
    ~ChunkKey() { sodium_memzero(bytes_.data(), bytes_.size()); }
    [[nodiscard]] const unsigned char* key() const noexcept { return bytes_.data(); }
    [[nodiscard]] const unsigned char* nonce() const noexcept { return nonce_.data(); }

private:
    std::array<unsigned char, crypto_core_hchacha20_OUTPUTBYTES> bytes_{};
    std::array<unsigned char, 12> nonce_{};
};

bool update(EVP_CIPHER_CTX* context, unsigned char* out, ByteView in)
{
    int written = 0;
    return EVP_CipherUpdate(context, out, &written, sodium_in(in), static_cast<int>(in.size())) == 1 &&
           static_cast<std::size_t>(written) == in.size();
}

/// @return Nothing when OpenSSL can't; then libsodium does it.
CipherHandle start(const ChunkKey& key, ByteView context, std::size_t size, bool encrypting)
{
    if (size < worth_openssl_bytes || size > INT_MAX || context.size() > INT_MAX || chacha20_poly1305() == nullptr) {
        return nullptr;
    }
    CipherHandle handle{EVP_CIPHER_CTX_new()};
    if (!handle || EVP_CipherInit_ex2(handle.get(), chacha20_poly1305(), key.key(), key.nonce(), encrypting ? 1 : 0,
                                      nullptr) != 1) {
        return nullptr;
    }
    if (!context.empty() && !update(handle.get(), nullptr, context)) { return nullptr; }
    return handle;
}

} // namespace

void seal(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView plaintext, std::span<std::byte> out)
{
    const ChunkKey chunk{key, nonce};
    if (const CipherHandle handle = start(chunk, context, plaintext.size(), true)) {
        int rest = 0;
        const auto tag = out.last(tag_bytes);
        if (update(handle.get(), sodium_out(out), plaintext) &&
            EVP_CipherFinal_ex(handle.get(), sodium_out(tag), &rest) == 1 &&
            EVP_CIPHER_CTX_ctrl(handle.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes), sodium_out(tag)) ==
                1) {
            return;
        }
    }
    crypto_aead_chacha20poly1305_ietf_encrypt(sodium_out(out), nullptr, sodium_in(plaintext), plaintext.size(),
                                              sodium_in(context), context.size(), nullptr, chunk.nonce(), chunk.key());
}

bool open(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView sealed, std::span<std::byte> out)
{
    const ChunkKey chunk{key, nonce};
    if (const CipherHandle handle = start(chunk, context, out.size(), false)) {
        std::array<std::byte, tag_bytes> tag{};
        std::ranges::copy(sealed.last(tag_bytes), tag.begin());
        int rest = 0;
        return EVP_CIPHER_CTX_ctrl(handle.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1 &&
               update(handle.get(), sodium_out(out), sealed.first(out.size())) &&
               EVP_CipherFinal_ex(handle.get(), reinterpret_cast<unsigned char*>(tag.data()), &rest) == 1;
    }
    return crypto_aead_chacha20poly1305_ietf_decrypt(sodium_out(out), nullptr, nullptr, sodium_in(sealed),
                                                     sealed.size(), sodium_in(context), context.size(), chunk.nonce(),
                                                     chunk.key()) == 0;
}

bool is_authentic(const SecretBuffer& key, ByteView nonce, ByteView context, ByteView sealed)
{
    // Without a place for the plaintext libsodium computes the tag alone.
    return crypto_aead_xchacha20poly1305_ietf_decrypt(nullptr, nullptr, nullptr, sodium_in(sealed), sealed.size(),
                                                      sodium_in(context), context.size(), sodium_in(nonce),
                                                      sodium_in(key.expose())) == 0;
}

} // namespace papervault::crypto::xchacha
