#pragma once

#include <papervault/engine/error.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace papervault::engine {

/// An exact decimal number with six places after the point, for points and scores: 0.1 + 0.2 is 0.3.
/// Range ±9.2e12; sums that leave it stop the program (an exam has no such score).
class Decimal {
public:
    static constexpr std::int64_t units_per_one = 1'000'000;

    constexpr Decimal() noexcept = default;
    static constexpr Decimal from_units(std::int64_t units) noexcept { return Decimal{units}; }
    static constexpr Decimal from_integer(std::int64_t whole) noexcept { return Decimal{whole * units_per_one}; }
    /// Reads "-12.5"; at most six decimals, no exponent, no spaces, no plus sign.
    [[nodiscard]] static Result<Decimal> parse(std::string_view text);

    [[nodiscard]] constexpr std::int64_t units() const noexcept { return units_; }
    /// Shortest form without trailing zeros: "12.5", "3", "-0.25".
    [[nodiscard]] std::string to_string() const;
    /// Only for statistics and display; never for a score.
    [[nodiscard]] constexpr double to_double() const noexcept { return static_cast<double>(units_) / units_per_one; }

    friend constexpr auto operator<=>(Decimal, Decimal) noexcept = default;
    friend Decimal operator+(Decimal left, Decimal right);
    friend Decimal operator-(Decimal left, Decimal right);
    Decimal& operator+=(Decimal right) { return *this = *this + right; }
    /// this × count, exact.
    [[nodiscard]] Decimal times(std::int64_t count) const;
    /// this × numerator / denominator, rounded half away from zero to six decimals.
    [[nodiscard]] Decimal scaled(std::int64_t numerator, std::int64_t denominator) const;

private:
    constexpr explicit Decimal(std::int64_t units) noexcept : units_{units} {}
    std::int64_t units_ = 0;
};

} // namespace papervault::engine
