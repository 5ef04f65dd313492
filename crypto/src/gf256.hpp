#pragma once

#include <cstdint>

/// The field of SLIP-39 (and AES): GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. No tables and no branches on secrets.
namespace papervault::crypto::gf256 {

/// Eight field elements, one per byte, each times x.
constexpr std::uint64_t times_x(std::uint64_t eight) noexcept
{
    const std::uint64_t high = (eight >> 7) & 0x0101'0101'0101'0101;
    return ((eight & 0x7f7f'7f7f'7f7f'7f7f) << 1) ^ (high * 0x1b);
}

/// Eight secret elements times one public factor: branches depend on the factor alone.
constexpr std::uint64_t times_public(std::uint64_t eight_secrets, std::uint8_t public_factor) noexcept
{
    std::uint64_t product = 0;
    for (; public_factor != 0; public_factor = static_cast<std::uint8_t>(public_factor >> 1)) {
        if ((public_factor & 1) != 0) { product ^= eight_secrets; }
        eight_secrets = times_x(eight_secrets);
    }
    return product;
}

/// Public elements only.
constexpr std::uint8_t multiply(std::uint8_t left, std::uint8_t right) noexcept
{
    return static_cast<std::uint8_t>(times_public(left, right));
}

/// Public elements only; a^254 = 1/a. @param element Not 0.
constexpr std::uint8_t inverse(std::uint8_t element) noexcept
{
    std::uint8_t power = element;
    for (int bit = 0; bit < 6; ++bit) { power = multiply(multiply(power, power), element); }
    return multiply(power, power);
}

static_assert(multiply(0x57, 0x83) == 0xc1 && multiply(0x57, 0x13) == 0xfe); // FIPS 197, sections 4.2 and 4.2.1
static_assert(inverse(0x53) == 0xca && multiply(0x53, 0xca) == 1);

} // namespace papervault::crypto::gf256
