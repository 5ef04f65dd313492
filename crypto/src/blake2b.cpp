#include "blake2b.hpp"

#include <papervault/crypto/secret_buffer.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace papervault::crypto {
namespace {

// RFC 7693 section 2.6.
constexpr std::array<std::uint64_t, 8> initial{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                               0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                               0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
// Section 2.7; rounds 10 and 11 are 0 and 1 again.
constexpr std::array<std::array<std::uint8_t, 16>, 10> order{{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                                              {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                                              {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                                              {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                                              {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                                              {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                                              {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                                              {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                                              {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                                              {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}}};
constexpr std::size_t rounds = 12;

using Words = std::array<std::uint64_t, 16>;

template <std::size_t a, std::size_t b, std::size_t c, std::size_t d>
[[gnu::always_inline]] inline void mix(Words& v, std::uint64_t x, std::uint64_t y) noexcept
{
    // The message first: it does not wait for the half before.
    v[a] = (v[a] + x) + v[b];
    v[d] = std::rotr(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 24);
    v[a] = (v[a] + y) + v[b];
    v[d] = std::rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 63);
}

template <std::size_t round>
[[gnu::always_inline]] inline void mix_all(Words& v, const Words& m) noexcept
{
    constexpr const auto& s = order[round % order.size()];
    mix<0, 4, 8, 12>(v, m[s[0]], m[s[1]]);
    mix<1, 5, 9, 13>(v, m[s[2]], m[s[3]]);
    mix<2, 6, 10, 14>(v, m[s[4]], m[s[5]]);
    mix<3, 7, 11, 15>(v, m[s[6]], m[s[7]]);
    mix<0, 5, 10, 15>(v, m[s[8]], m[s[9]]);
    mix<1, 6, 11, 12>(v, m[s[10]], m[s[11]]);
    mix<2, 7, 8, 13>(v, m[s[12]], m[s[13]]);
    mix<3, 4, 9, 14>(v, m[s[14]], m[s[15]]);
}

/// Words lie little endian.
std::uint64_t word_at(const std::byte* bytes) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    if constexpr (std::endian::native == std::endian::big) { word = __builtin_bswap64(word); }
    return word;
}

void compress(std::array<std::uint64_t, 8>& state, const std::byte* block, std::uint64_t counted_bytes,
              bool last) noexcept
{
    Words m;
    for (std::size_t n = 0; n < m.size(); ++n) { m[n] = word_at(block + n * sizeof(std::uint64_t)); }
    Words v;
    std::ranges::copy(state, v.begin());
    std::ranges::copy(initial, v.begin() + 8);
    v[12] ^= counted_bytes; // fewer than 2^64 bytes, so the upper half of the counter stays 0
    if (last) { v[14] = ~v[14]; }
    [&]<std::size_t... round>(std::index_sequence<round...>) {
        (mix_all<round>(v, m), ...);
    }(std::make_index_sequence<rounds>{});
    for (std::size_t n = 0; n < state.size(); ++n) { state[n] ^= v[n] ^ v[n + 8]; }
}

} // namespace

BulkBlake2b::BulkBlake2b() noexcept : state_{initial}
{
    state_[0] ^= 0x01010000 ^ 32; // no key, 32 bytes come out
}

BulkBlake2b::~BulkBlake2b()
{
    wipe(waiting_);
    wipe(std::as_writable_bytes(std::span{state_}));
}

void BulkBlake2b::update(ByteView bytes) noexcept
{
    if (waiting_bytes_ + bytes.size() > block_bytes && waiting_bytes_ > 0) {
        const std::size_t missing = block_bytes - waiting_bytes_;
        std::ranges::copy(bytes.first(missing), waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_bytes_));
        bytes = bytes.subspan(missing);
        taken_bytes_ += block_bytes;
        compress(state_, waiting_.data(), taken_bytes_, false);
        waiting_bytes_ = 0;
    }
    if (waiting_bytes_ == 0) {
        while (bytes.size() > block_bytes) {
            taken_bytes_ += block_bytes;
            compress(state_, bytes.data(), taken_bytes_, false);
            bytes = bytes.subspan(block_bytes);
        }
    }
    std::ranges::copy(bytes, waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_bytes_));
    waiting_bytes_ += bytes.size();
}

Digest BulkBlake2b::finish() noexcept
{
    std::fill(waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_bytes_), waiting_.end(), std::byte{0});
    taken_bytes_ += waiting_bytes_;
    compress(state_, waiting_.data(), taken_bytes_, true);
    Digest digest;
    for (std::size_t n = 0; n < digest.bytes.size(); ++n) {
        digest.bytes[n] = static_cast<std::byte>((state_[n / 8] >> (8 * (n % 8))) & 0xFFU);
    }
    return digest;
}

} // namespace papervault::crypto
