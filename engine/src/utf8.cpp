#include "utf8.hpp"

#include <cstdint>

namespace papervault::engine {
namespace {

constexpr bool is_continuation(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

struct LeadByte {
    std::size_t length;         ///< 0: no character begins with it.
    std::uint32_t bits;         ///< Its share of the code point.
    std::uint32_t lowest_point; ///< Below it a shorter form exists.
};

constexpr LeadByte lead_byte(unsigned char c) noexcept
{
    if (c < 0x80U) return {1, c, 0};
    if (c >= 0xC2U && c <= 0xDFU) return {2, c & 0x1FU, 0x80};
    if (c >= 0xE0U && c <= 0xEFU) return {3, c & 0x0FU, 0x800};
    if (c >= 0xF0U && c <= 0xF4U) return {4, c & 0x07U, 0x10000};
    return {0, 0, 0};
}

} // namespace

bool is_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        const LeadByte lead = lead_byte(static_cast<unsigned char>(text[at]));
        if (lead.length == 0 || text.size() - at < lead.length) return false;
        std::uint32_t point = lead.bits;
        for (std::size_t i = 1; i < lead.length; ++i) {
            if (!is_continuation(text[at + i])) return false;
            point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
        }
        const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (point < lead.lowest_point || is_surrogate || point > 0x10FFFF) return false;
        at += lead.length;
    }
    return true;
}

std::size_t utf16_length(std::string_view text) noexcept
{
    std::size_t units = 0;
    for (const char c : text) {
        if (is_continuation(c)) continue;
        units += static_cast<unsigned char>(c) >= 0xF0U ? 2 : 1;
    }
    return units;
}

std::string_view clipped(std::string_view text, std::size_t bytes_max) noexcept
{
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && is_continuation(text[end])) --end;
    return text.substr(0, end);
}

} // namespace papervault::engine
