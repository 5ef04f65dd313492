#include <papervault/engine/assert.hpp>
#include <papervault/engine/decimal.hpp>

#include "identifier.hpp"

#include <limits>

namespace papervault::engine {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::size_t decimals_max = 6;

bool fits(Wide units) noexcept
{
    return units >= std::numeric_limits<std::int64_t>::min() && units <= std::numeric_limits<std::int64_t>::max();
}

std::int64_t narrowed(Wide units)
{
    PAPERVAULT_ASSERT(fits(units));
    return static_cast<std::int64_t>(units);
}

std::size_t count_digits(std::string_view text) noexcept
{
    std::size_t count = 0;
    while (count < text.size() && is_ascii_digit(text[count])) ++count;
    return count;
}

} // namespace

Result<Decimal> Decimal::parse(std::string_view text)
{
    const auto malformed = [] { return refuse(EngineError::malformed, "a number such as 12.5 was expected"); };
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);

    const std::string_view whole = rest.substr(0, count_digits(rest));
    rest.remove_prefix(whole.size());
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return malformed();
    std::string_view decimals;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        decimals = rest.substr(0, count_digits(rest));
        rest.remove_prefix(decimals.size());
        if (decimals.empty()) return malformed();
    }
    if (!rest.empty()) return malformed();
    if (decimals.size() > decimals_max) return refuse(EngineError::out_of_range, "a number has at most six decimals");
    if (whole.size() > 13) return refuse(EngineError::out_of_range, "the number is too large");

    Wide units = 0;
    for (const char digit : whole) units = units * 10 + (digit - '0');
    for (std::size_t i = 0; i < decimals_max; ++i) {
        units = units * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
    }
    if (negative) units = -units;
    if (!fits(units)) return refuse(EngineError::out_of_range, "the number is too large");
    return Decimal{static_cast<std::int64_t>(units)};
}

std::string Decimal::to_string() const
{
    // Unsigned, so that the lowest value has a magnitude too.
    const std::uint64_t magnitude =
        units_ < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(units_) : static_cast<std::uint64_t>(units_);
    constexpr auto per_one = static_cast<std::uint64_t>(units_per_one);
    std::string text = units_ < 0 ? "-" : "";
    text += std::to_string(magnitude / per_one);
    std::string decimals = std::to_string(magnitude % per_one);
    decimals.insert(0, decimals_max - decimals.size(), '0');
    decimals.erase(decimals.find_last_not_of('0') + 1);
    if (!decimals.empty()) text += "." + decimals;
    return text;
}

Decimal operator+(Decimal left, Decimal right)
{
    return Decimal{narrowed(Wide{left.units_} + right.units_)};
}

Decimal operator-(Decimal left, Decimal right)
{
    return Decimal{narrowed(Wide{left.units_} - right.units_)};
}

Decimal Decimal::times(std::int64_t count) const
{
    return Decimal{narrowed(Wide{units_} * count)};
}

Decimal Decimal::scaled(std::int64_t numerator, std::int64_t denominator) const
{
    PAPERVAULT_ASSERT(denominator != 0);
    Wide dividend = Wide{units_} * numerator;
    Wide divisor = denominator;
    if (divisor < 0) {
        dividend = -dividend;
        divisor = -divisor;
    }
    const Wide half = divisor / 2;
    // With an odd divisor no remainder lies on the half, so flooring the half rounds right in both cases.
    const Wide magnitude = ((dividend < 0 ? -dividend : dividend) + half) / divisor;
    return Decimal{narrowed(dividend < 0 ? -magnitude : magnitude)};
}

} // namespace papervault::engine
