#include "qti/rounding.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace papervault::engine::qti {
namespace {

/// The shortest digits that read back the same: 0.d1d2d3… × 10^exponent.
struct Digits {
    std::string digits;
    int exponent = 0;
};

Digits digits_of(double magnitude)
{
    std::array<char, 40> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, std::chars_format::scientific).ptr;
    const std::string text{buffer.data(), end};
    const std::size_t mark = text.find('e');
    Digits made;
    for (const char c : text.substr(0, mark)) {
        if (c != '.') { made.digits += c; }
    }
    made.exponent = std::atoi(text.c_str() + mark + 1) + 1;
    return made;
}

} // namespace

double round_decimal(double number, RoundingMode mode, int figures)
{
    if (number == 0.0 || !std::isfinite(number)) { return number; }
    Digits digits = digits_of(std::abs(number));
    const int kept = mode == RoundingMode::significant_figures ? figures : digits.exponent + figures;
    if (kept >= static_cast<int>(digits.digits.size())) { return number; }
    if (kept < 0) { return 0.0; }
    const auto end = static_cast<std::size_t>(kept);
    bool carry = digits.digits[end] >= '5';
    digits.digits.resize(end);
    for (std::size_t place = end; carry && place > 0; --place) {
        carry = digits.digits[place - 1] == '9';
        digits.digits[place - 1] = carry ? '0' : static_cast<char>(digits.digits[place - 1] + 1);
    }
    const std::string text =
        (carry ? "1." : "0.") + (digits.digits.empty() ? "0" : digits.digits) + "e" + std::to_string(digits.exponent);
    double rounded = 0.0;
    std::from_chars(text.data(), text.data() + text.size(), rounded);
    return number < 0 ? -rounded : rounded;
}

double round_half_up(double number) noexcept
{
    const double whole = std::floor(number);
    return number - whole >= 0.5 ? whole + 1.0 : whole;
}

} // namespace papervault::engine::qti
