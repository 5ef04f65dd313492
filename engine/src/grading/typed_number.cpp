#include "grading/typed_number.hpp"

#include "grading/code_points.hpp"
#include "grading/natural.hpp"
#include "units.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

namespace papervault::engine::grading {

namespace {

constexpr std::size_t digits_max = 60;
constexpr int decimal_places = 6; // of Decimal

struct Number {
    bool is_negative = false;
    std::string digits; ///< Before and after the point.
    int decimals = 0;   ///< How many of them are after it.
};

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// Appends the digits of "12000" or "12,000". @return False for other characters or other groups.
bool read_whole(std::string_view text, char group_sign, std::string& digits)
{
    const bool is_grouped = text.find(group_sign) != std::string_view::npos;
    std::size_t in_group = 0;
    bool is_first_group = true;
    for (const char c : text) {
        if (c == group_sign) {
            if (in_group == 0 || in_group > 3 || (!is_first_group && in_group != 3)) { return false; }
            is_first_group = false;
            in_group = 0;
            continue;
        }
        if (!is_digit(c)) { return false; }
        ++in_group;
        digits += c;
    }
    return !is_grouped || in_group == 3;
}

std::optional<Number> read_number(std::string_view text, bool decimal_comma)
{
    const char point_sign = decimal_comma ? ',' : '.';
    const char group_sign = decimal_comma ? '.' : ',';
    Number number;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        number.is_negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t point = text.find(point_sign);
    const std::string_view whole = text.substr(0, point);
    const std::string_view decimals = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (whole.empty() && decimals.empty()) { return std::nullopt; }
    if (!read_whole(whole, group_sign, number.digits) || !std::ranges::all_of(decimals, is_digit)) {
        return std::nullopt;
    }
    number.digits += decimals;
    number.decimals = static_cast<int>(decimals.size());
    if (number.digits.size() > digits_max) { return std::nullopt; }
    return number;
}

std::string without_spaces(std::string_view text)
{
    std::string out{text};
    std::erase(out, ' ');
    return out;
}

/// Where a number stands on the line: within [middle - below, middle + above], or without the upper end.
struct Window {
    Natural middle, below, above;
    bool has_upper_end = true;
};

bool is_within(const Natural& value, const Window& window)
{
    const Natural upper = window.middle + window.above;
    return value + window.below >= window.middle && (window.has_upper_end ? value <= upper : value < upper);
}

/// All numbers that round to what the key rounds to, in twentieths of 10^-22.
constexpr int figures_scale = 16;
Window window_of_figures(std::uint64_t units, int figures)
{
    std::string digits = std::to_string(units);
    if (const int cut = static_cast<int>(digits.size()) - figures; cut > 0) {
        std::uint64_t place = 1;
        for (int i = 0; i < cut; ++i) { place *= 10; }
        const std::uint64_t rest = units % place;
        units -= rest;
        if (rest >= place - rest) { units += place; } // half away from zero
        digits = std::to_string(units);
    }
    const int last_place = static_cast<int>(digits.size()) - figures + figures_scale;
    // Below 1.00 the figures lie ten times as close as above.
    const bool is_power_of_ten = digits.find_first_not_of('0', 1) == std::string::npos && digits.front() == '1';
    return {Natural{units}.times(20).times_power_of_ten(figures_scale),
            Natural{is_power_of_ten ? 1U : 10U}.times_power_of_ten(last_place),
            Natural{10}.times_power_of_ten(last_place), false};
}

} // namespace

bool is_number_of(std::string_view normal, const NumericAnswer& answer)
{
    std::string_view number_text = normal;
    UnitFactor typed_unit;
    UnitFactor key_unit;
    if (!answer.unit.empty()) {
        const auto known = unit_named(answer.unit);
        if (!known) { return false; }
        key_unit = known->factor;
        number_text = normal.substr(0, std::min(normal.find_first_not_of("0123456789+-.,"), normal.size()));
        const std::string unit_text = without_spaces(normal.substr(number_text.size()));
        const auto typed = unit_named(unit_text);
        if (unit_text.empty() ? !answer.unit_may_be_left_out : !typed || typed->dimension != known->dimension) {
            return false;
        }
        typed_unit = typed ? typed->factor : key_unit;
    }
    const auto number = read_number(number_text, answer.decimal_comma);
    if (!number) { return false; }

    // Both sides in the base unit, times every denominator and a power of ten that leaves whole numbers.
    const bool by_figures = answer.significant_figures > 0;
    const std::int64_t key_units = answer.value.units();
    const auto key_magnitude = static_cast<std::uint64_t>(std::abs(key_units));
    const int key_scale = by_figures ? decimal_places + figures_scale : 2 * decimal_places;
    const int scale = std::max({number->decimals - typed_unit.exponent, key_scale - key_unit.exponent, 0});
    const auto of_key = [&](const Natural& value) {
        return value.times(key_unit.numerator)
            .times(typed_unit.denominator)
            .times_power_of_ten(scale - key_scale + key_unit.exponent);
    };
    Natural value = Natural::from_digits(number->digits)
                        .times(typed_unit.numerator)
                        .times(key_unit.denominator)
                        .times_power_of_ten(scale - number->decimals + typed_unit.exponent);
    const bool is_zero = value == Natural{};
    if (by_figures) {
        const Window window = window_of_figures(key_magnitude, answer.significant_figures);
        if (key_units == 0 || is_zero) { return key_units == 0 && is_zero; }
        return number->is_negative == (key_units < 0) &&
               is_within(value.times(20), {of_key(window.middle), of_key(window.below), of_key(window.above), false});
    }
    const auto absolute = static_cast<std::uint64_t>(std::max<std::int64_t>(answer.tolerance.units(), 0));
    const auto relative = static_cast<std::uint64_t>(std::max<std::int64_t>(answer.relative_tolerance.units(), 0));
    constexpr auto per_one = static_cast<std::uint64_t>(Decimal::units_per_one);
    const Natural reach = of_key(std::max(Natural{absolute}.times(per_one), Natural{key_magnitude}.times(relative)));
    const Natural middle = of_key(Natural{key_magnitude}.times(per_one));
    if (is_zero || number->is_negative == (key_units < 0)) { return is_within(value, {middle, reach, reach, true}); }
    return value + middle <= reach;
}

} // namespace papervault::engine::grading
