#include <papervault/crypto/hash.hpp>

#include "invariant.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace papervault::crypto {

std::string Digest::hex() const
{
    return to_hex(bytes);
}

std::optional<Digest> Digest::from_hex(std::string_view text)
{
    Digest digest;
    if (text.size() != 2 * digest.bytes.size()) { return std::nullopt; }
    const auto bytes = crypto::from_hex(text);
    if (!bytes) { return std::nullopt; }
    std::ranges::copy(*bytes, digest.bytes.begin());
    return digest;
}

Digest blake2b(ByteView message)
{
    PiecewiseBlake2b hash;
    hash.raw(message);
    return hash.finish();
}

Digest blake2b(std::string_view purpose, std::initializer_list<ByteView> parts)
{
    PiecewiseBlake2b hash;
    hash.domain("papervault.hash.v1");
    hash.part(bytes_of(purpose));
    for (const ByteView part : parts) { hash.part(part); }
    return hash.finish();
}

struct Blake2bHasher::State {
    PiecewiseBlake2b hash;
};

Blake2bHasher::Blake2bHasher(std::string_view purpose) : state_{std::make_unique<State>()}
{
    if (purpose.empty()) { return; }
    state_->hash.domain("papervault.hash-stream.v1");
    state_->hash.part(bytes_of(purpose));
}

Blake2bHasher::Blake2bHasher(Blake2bHasher&&) noexcept = default;
Blake2bHasher& Blake2bHasher::operator=(Blake2bHasher&&) noexcept = default;
Blake2bHasher::~Blake2bHasher() = default;

void Blake2bHasher::update(ByteView bytes)
{
    PAPERVAULT_ASSERT(state_ != nullptr, "a finished hasher takes no more bytes");
    state_->hash.raw(bytes);
}

Digest Blake2bHasher::finish()
{
    PAPERVAULT_ASSERT(state_ != nullptr, "a hasher is finished once");
    const Digest digest = state_->hash.finish();
    state_.reset();
    return digest;
}

Digest sha256(ByteView message)
{
    Digest digest;
    crypto_hash_sha256(sodium_out(digest.bytes), sodium_in(message), message.size());
    return digest;
}

} // namespace papervault::crypto

std::size_t std::hash<papervault::crypto::Digest>::operator()(const papervault::crypto::Digest& digest) const noexcept
{
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}
