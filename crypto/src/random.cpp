#include <papervault/crypto/random.hpp>

#include <papervault/crypto/init.hpp>

#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>

namespace papervault::crypto {

namespace {

constexpr std::size_t block_bytes = 64;

SecretBuffer stream_key(ByteView seed, std::string_view purpose)
{
    PAPERVAULT_ASSERT(seed.size() == 32, "the seed of a stream has 32 bytes");
    SecretBuffer key{32};
    PiecewiseBlake2b hash{seed};
    hash.domain("papervault.stream.v1");
    hash.raw(bytes_of(purpose));
    hash.finish_into(key.expose().first<32>());
    return key;
}

} // namespace

void fill_random(std::span<std::byte> out)
{
    initialise();
    randombytes_buf(sodium_out(out), out.size());
}

Bytes random_bytes(std::size_t size_bytes)
{
    Bytes bytes(size_bytes);
    fill_random(bytes);
    return bytes;
}

SecretBuffer random_secret(std::size_t size_bytes)
{
    SecretBuffer secret{size_bytes};
    fill_random(secret.expose());
    return secret;
}

ChaCha20Stream::ChaCha20Stream(const SecretBuffer& seed32, std::string_view purpose)
    : ChaCha20Stream{seed32.expose(), purpose}
{
}

ChaCha20Stream::ChaCha20Stream(ByteView public_seed32, std::string_view purpose)
    : key_{stream_key(public_seed32, purpose)}, block_{block_bytes}, used_{block_bytes}
{
}

void ChaCha20Stream::fill(std::span<std::byte> out)
{
    const std::size_t kept = std::min(out.size(), block_bytes - used_);
    std::ranges::copy(block_.expose().subspan(used_, kept), out.begin());
    used_ += kept;
    out = out.subspan(kept);

    const std::size_t whole = out.size() / block_bytes * block_bytes;
    next_blocks(out.first(whole));
    out = out.subspan(whole);

    if (!out.empty()) {
        next_blocks(block_.expose());
        std::ranges::copy(block_.expose().first(out.size()), out.begin());
        used_ = out.size();
    }
}

void ChaCha20Stream::next_blocks(std::span<std::byte> out)
{
    if (out.empty()) { return; }
    constexpr std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> nonce{};
    std::ranges::fill(out, std::byte{0});
    crypto_stream_chacha20_xor_ic(sodium_out(out), sodium_in(out), out.size(), nonce.data(), next_block_,
                                  sodium_in(key_.expose()));
    next_block_ += out.size() / block_bytes;
}

} // namespace papervault::crypto
