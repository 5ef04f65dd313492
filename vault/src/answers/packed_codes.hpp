#pragma once

#include <papervault/crypto/bytes.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

/// Numbers of a few bits each, one behind the other, least significant bit first; the last byte is filled with zeros.
namespace papervault::vault {

static_assert(std::endian::native == std::endian::little);
inline constexpr unsigned code_bits_max = 24;

[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t count, unsigned bits) noexcept
{
    return (count * bits + 7) / 8;
}

/// @param bits  Of each code; 1 to code_bits_max.
inline void append_codes(crypto::Bytes& out, std::span<const std::uint32_t> codes, unsigned bits)
{
    std::uint64_t window = 0;
    unsigned filled = 0;
    for (const std::uint32_t code : codes) {
        window |= std::uint64_t{code} << filled;
        for (filled += bits; filled >= 8; filled -= 8) {
            out.push_back(static_cast<std::byte>(window & 0xFFU));
            window >>= 8U;
        }
    }
    if (filled > 0) { out.push_back(static_cast<std::byte>(window)); }
}

/// @param packed  packed_bytes(codes.size(), bits) bytes. @return The greatest of the codes.
[[nodiscard]] inline std::uint32_t unpack_codes(crypto::ByteView packed, unsigned bits,
                                                std::span<std::uint32_t> codes) noexcept
{
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    std::uint32_t greatest = 0;
    const auto unpack = [&](crypto::ByteView from, std::size_t first, std::size_t last, std::size_t skipped_bits) {
        for (std::size_t n = first; n < last; ++n) {
            const std::size_t at = n * bits - skipped_bits;
            std::uint64_t window = 0;
            std::memcpy(&window, from.data() + at / 8, sizeof window);
            codes[n] = static_cast<std::uint32_t>((window >> (at % 8)) & mask);
            greatest = std::max(greatest, codes[n]);
        }
    };
    // Whole words can be read up to the last eight bytes, of which there is a copy with room behind it.
    const std::size_t whole = packed.size() < 8 ? 0 : std::min(codes.size(), (packed.size() - 8) * 8 / bits);
    unpack(packed, 0, whole, 0);
    const std::size_t rest = std::min(packed.size(), whole * bits / 8);
    std::array<std::byte, 24> tail{};
    std::ranges::copy(packed.subspan(rest), tail.begin());
    unpack(tail, whole, codes.size(), rest * 8);
    return greatest;
}

/// @return Code n of them. @param packed  Has it.
[[nodiscard]] inline std::uint32_t code_at(crypto::ByteView packed, unsigned bits, std::size_t n) noexcept
{
    const std::size_t at = n * bits;
    std::uint64_t window = 0;
    std::memcpy(&window, packed.data() + at / 8, std::min(sizeof window, packed.size() - at / 8));
    return static_cast<std::uint32_t>((window >> (at % 8)) & ((std::uint64_t{1} << bits) - 1));
}

} // namespace papervault::vault
