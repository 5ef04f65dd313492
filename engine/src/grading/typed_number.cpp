#include "grading/typed_number.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace papervault::engine::grading {

namespace {

__extension__ using Wide = __int128;

/// Decimal has at most 13 digits before the point; a longer number equals no key.
constexpr std::size_t whole_digits_max = 13;
constexpr std::size_t decimals_max = 6;

struct Number {
    bool is_negative = false;
    Wide units = 0;        ///< Of the magnitude, cut after six decimals.
    bool has_rest = false; ///< Something other than zeros was cut.
};

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// Appends the digits of "12000" or "12,000". @return False for other characters or other groups.
bool read_whole(std::string_view text, Wide& whole) noexcept
{
    const bool is_grouped = text.find(',') != std::string_view::npos;
    std::size_t digits = 0;
    std::size_t in_group = 0;
    bool is_first_group = true;
    for (const char c : text) {
        if (c == ',') {
            if (in_group == 0 || in_group > 3 || (!is_first_group && in_group != 3)) { return false; }
            is_first_group = false;
            in_group = 0;
            continue;
        }
        if (!is_digit(c)) { return false; }
        ++in_group;
        if (digits > 0 || c != '0') { ++digits; }
        if (digits > whole_digits_max) { return false; }
        whole = whole * 10 + (c - '0');
    }
    return !is_grouped || in_group == 3;
}

std::optional<Number> read_number(std::string_view text) noexcept
{
    Number number;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        number.is_negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view decimals = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (whole.empty() && decimals.empty()) { return std::nullopt; }
    if (!read_whole(whole, number.units) || !std::ranges::all_of(decimals, is_digit)) { return std::nullopt; }
    for (std::size_t place = 0; place < decimals_max; ++place) {
        number.units = number.units * 10 + (place < decimals.size() ? decimals[place] - '0' : 0);
    }
    number.has_rest =
        decimals.size() > decimals_max && decimals.find_first_not_of('0', decimals_max) != std::string_view::npos;
    return number;
}

} // namespace

bool is_number_within(std::string_view normal, const NumericAnswer& answer) noexcept
{
    const auto number = read_number(normal);
    if (!number) { return false; }
    // In magnitudes from here on: a negative number is compared with the mirrored window.
    const Wide value = number->is_negative ? -Wide{answer.value.units()} : Wide{answer.value.units()};
    const Wide tolerance = std::max<std::int64_t>(answer.tolerance.units(), 0);
    const Wide distance = number->units - value;
    // A rest lies between this unit and the next one up: it takes the number away from a lower end and past an upper
    // one.
    return distance >= -tolerance && (number->has_rest ? distance < tolerance : distance <= tolerance);
}

} // namespace papervault::engine::grading
