#pragma once

#include <compare>
#include <cstdint>

namespace papervault::engine::assembly {

/// A number with 36 binary places behind the point, for linear programs whose answer must be the same on every machine,
/// compiler and flag. What leaves ± 2^26 is cut to it: the caller's last word is always a check in whole numbers.
class Fixed {
public:
    static constexpr unsigned places = 36;

    constexpr Fixed() noexcept = default;
    static constexpr Fixed from_raw(std::int64_t raw) noexcept { return Fixed{raw}; }
    static constexpr Fixed from_integer(std::int64_t value) noexcept { return cut(Wide{value} << places); }
    /// @param divisor Above 0.
    static constexpr Fixed ratio(std::int64_t value, std::int64_t divisor) noexcept
    {
        return cut((Wide{value} << places) / divisor);
    }

    [[nodiscard]] constexpr std::int64_t raw() const noexcept { return raw_; }
    [[nodiscard]] constexpr Fixed magnitude() const noexcept { return Fixed{raw_ < 0 ? -raw_ : raw_}; }
    [[nodiscard]] constexpr bool is_zero() const noexcept { return raw_ == 0; }

    friend constexpr auto operator<=>(Fixed, Fixed) noexcept = default;
    friend constexpr Fixed operator+(Fixed left, Fixed right) noexcept { return cut(Wide{left.raw_} + right.raw_); }
    friend constexpr Fixed operator-(Fixed left, Fixed right) noexcept { return cut(Wide{left.raw_} - right.raw_); }
    constexpr Fixed operator-() const noexcept { return Fixed{-raw_}; }
    friend constexpr Fixed operator*(Fixed left, Fixed right) noexcept
    {
        return cut((Wide{left.raw_} * right.raw_) >> places);
    }
    /// 0 for a divisor of 0.
    friend constexpr Fixed operator/(Fixed left, Fixed right) noexcept
    {
        return right.raw_ == 0 ? Fixed{} : cut((Wide{left.raw_} << places) / right.raw_);
    }
    constexpr Fixed& operator+=(Fixed other) noexcept { return *this = *this + other; }
    constexpr Fixed& operator-=(Fixed other) noexcept { return *this = *this - other; }

private:
    __extension__ using Wide = __int128;
    constexpr explicit Fixed(std::int64_t raw) noexcept : raw_{raw} {}
    static constexpr Fixed cut(Wide value) noexcept
    {
        constexpr Wide most = Wide{1} << 62U;
        return Fixed{static_cast<std::int64_t>(value > most ? most : value < -most ? -most : value)};
    }
    std::int64_t raw_ = 0;
};

} // namespace papervault::engine::assembly
