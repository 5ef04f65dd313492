#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string_view>

/// libsodium speaks unsigned char; some of its parameters may not be null even when the length is 0.
namespace papervault::crypto {

inline constexpr unsigned char no_bytes = 0;

inline const unsigned char* sodium_in(ByteView bytes) noexcept
{
    return bytes.empty() ? &no_bytes : reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* sodium_out(std::span<std::byte> bytes) noexcept
{
    static thread_local unsigned char nowhere = 0;
    return bytes.empty() ? &nowhere : reinterpret_cast<unsigned char*>(bytes.data());
}

inline std::array<std::byte, 8> little_endian(std::uint64_t value) noexcept
{
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) { bytes[i] = static_cast<std::byte>((value >> (8 * i)) & 0xff); }
    return bytes;
}

/// BLAKE2b-256 over pieces, each with its length in front or as it stands. Wiped when it goes.
class PiecewiseBlake2b {
public:
    /// @param key  Empty or 16 to 64 bytes.
    explicit PiecewiseBlake2b(ByteView key = {})
    {
        crypto_generichash_init(&state_, key.empty() ? nullptr : sodium_in(key), key.size(), 32);
    }
    PiecewiseBlake2b(const PiecewiseBlake2b&) = delete;
    PiecewiseBlake2b& operator=(const PiecewiseBlake2b&) = delete;
    ~PiecewiseBlake2b() { sodium_memzero(&state_, sizeof state_); }

    void raw(ByteView bytes) { crypto_generichash_update(&state_, sodium_in(bytes), bytes.size()); }
    /// The name of a construction and the zero byte that ends it.
    void domain(std::string_view name)
    {
        constexpr std::array zero{std::byte{0}};
        raw(bytes_of(name));
        raw(zero);
    }
    void number(std::uint64_t value) { raw(little_endian(value)); }
    void part(ByteView bytes)
    {
        number(bytes.size());
        raw(bytes);
    }
    void finish_into(std::span<std::byte, 32> out) { crypto_generichash_final(&state_, sodium_out(out), 32); }
    [[nodiscard]] Digest finish()
    {
        Digest digest;
        finish_into(digest.bytes);
        return digest;
    }

private:
    crypto_generichash_state state_;
};

} // namespace papervault::crypto
