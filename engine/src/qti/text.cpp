#include "qti/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace papervault::engine::qti {
namespace {

/// Places a code point below U+10000 as UTF-8.
void append(std::string& text, char32_t character)
{
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (character < 0x80) {
        text += byte(character);
    } else if (character < 0x800) {
        text += byte(0xC0 | (character >> 6));
        text += byte(0x80 | (character & 0x3F));
    } else {
        text += byte(0xE0 | (character >> 12));
        text += byte(0x80 | ((character >> 6) & 0x3F));
        text += byte(0x80 | (character & 0x3F));
    }
}

/// Capitals that stand a fixed distance before their small letters, and blocks where they alternate.
char32_t lower(char32_t c)
{
    const auto in = [c](char32_t from, char32_t to) { return c >= from && c <= to; };
    if (in('A', 'Z') || (in(0xC0, 0xDE) && c != 0xD7) || in(0x391, 0x3AB) || in(0x410, 0x42F) || in(0xFF21, 0xFF3A)) {
        return c + 0x20;
    }
    if (in(0x400, 0x40F)) { return c + 0x50; }
    if (in(0x531, 0x556)) { return c + 0x30; }
    if (c == 0x178) { return 0xFF; }
    if (c == 0x386) { return 0x3AC; }
    if (in(0x388, 0x38A)) { return c + 0x25; }
    if (c == 0x38C) { return 0x3CC; }
    if (in(0x38E, 0x38F)) { return c + 0x3F; }
    const bool even_is_capital = (in(0x100, 0x137) && c != 0x130 && c != 0x131) || in(0x14A, 0x177) ||
                                 in(0x1DE, 0x1EF) || in(0x1F8, 0x21F) || in(0x222, 0x233) || in(0x460, 0x481) ||
                                 in(0x48A, 0x4BF) || in(0x4D0, 0x52F) || in(0x1E00, 0x1E95) || in(0x1EA0, 0x1EFF);
    if (even_is_capital) { return c | 1U; }
    const bool odd_is_capital = in(0x139, 0x148) || in(0x179, 0x17E) || in(0x1CD, 0x1DC) || in(0x4C1, 0x4CE);
    if (odd_is_capital && (c & 1U) != 0) { return c + 1; }
    return c;
}

} // namespace

std::string_view trimmed(std::string_view text) noexcept
{
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) { return {}; }
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

std::optional<std::int64_t> integer_from_text(std::string_view text) noexcept
{
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) { return std::nullopt; }
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return number;
}

std::optional<double> float_from_text(std::string_view text) noexcept
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "INF" || text == "+INF") { return infinity; }
    if (text == "-INF") { return -infinity; }
    if (text == "NaN") { return std::numeric_limits<double>::quiet_NaN(); }
    if (text.starts_with('+')) { text.remove_prefix(1); }
    // from_chars also reads "inf" and "nan", and not "+1".
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) { return std::nullopt; }
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) { return std::nullopt; }
    return number;
}

std::string float_text(double value)
{
    if (std::isnan(value)) { return "NaN"; }
    if (std::isinf(value)) { return value > 0 ? "INF" : "-INF"; }
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    std::string text{buffer.data(), end.ptr};
    if (text.find_first_of(".e") == std::string::npos) { text += ".0"; }
    return text;
}

std::string lower_case(std::string_view utf8)
{
    std::string text;
    text.reserve(utf8.size());
    for (std::size_t place = 0; place < utf8.size();) {
        const auto byte = [&](std::size_t offset) {
            return place + offset < utf8.size() ? static_cast<unsigned char>(utf8[place + offset]) : 0U;
        };
        const unsigned first = byte(0);
        if (first < 0x80) {
            append(text, lower(first));
            place += 1;
        } else if (first >= 0xC2 && first < 0xE0 && (byte(1) & 0xC0U) == 0x80) {
            append(text, lower(((first & 0x1FU) << 6) | (byte(1) & 0x3FU)));
            place += 2;
        } else if (first >= 0xE0 && first < 0xF0 && (byte(1) & 0xC0U) == 0x80 && (byte(2) & 0xC0U) == 0x80) {
            append(text, lower(((first & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU)));
            place += 3;
        } else {
            text += utf8[place++];
        }
    }
    return text;
}

} // namespace papervault::engine::qti
