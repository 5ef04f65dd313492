#include "grading/code_points.hpp"

namespace papervault::engine::grading {

std::optional<CodePoint> first_code_point(std::string_view text) noexcept
{
    if (text.empty()) { return std::nullopt; }
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) { return CodePoint{lead, 1}; }
    std::size_t bytes = 0;
    char32_t value = 0;
    char32_t lowest = 0; // longer forms of smaller values are not UTF-8
    if (lead >= 0xc0 && lead < 0xe0) {
        bytes = 2, value = lead & 0x1fU, lowest = 0x80;
    } else if (lead >= 0xe0 && lead < 0xf0) {
        bytes = 3, value = lead & 0x0fU, lowest = 0x800;
    } else if (lead >= 0xf0 && lead < 0xf8) {
        bytes = 4, value = lead & 0x07U, lowest = 0x10000;
    }
    if (bytes == 0 || text.size() < bytes) { return std::nullopt; }
    for (std::size_t index = 1; index < bytes; ++index) {
        if ((byte(index) & 0xc0U) != 0x80U) { return std::nullopt; }
        value = (value << 6U) | (byte(index) & 0x3fU);
    }
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < lowest || value > 0x10ffff || is_surrogate) { return std::nullopt; }
    return CodePoint{value, bytes};
}

bool is_white_space(char32_t character) noexcept
{
    return (character >= 0x09 && character <= 0x0d) || character == 0x20 || character == 0x85 || character == 0xa0 ||
           character == 0x1680 || (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
           character == 0x2029 || character == 0x202f || character == 0x205f || character == 0x3000;
}

} // namespace papervault::engine::grading
