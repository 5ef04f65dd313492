#pragma once

#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

namespace papervault::engine::grading {

/// A whole number from 0 on of any size, so that typed numbers are compared exactly.
class Natural {
public:
    Natural() = default;
    explicit Natural(std::uint64_t value);
    /// @param digits  0 to 9 only.
    [[nodiscard]] static Natural from_digits(std::string_view digits);

    [[nodiscard]] Natural times(std::uint64_t factor) const;
    [[nodiscard]] Natural times_power_of_ten(int exponent) const;
    friend Natural operator+(const Natural& left, const Natural& right);
    friend std::strong_ordering operator<=>(const Natural& left, const Natural& right) noexcept;
    friend bool operator==(const Natural&, const Natural&) = default;

private:
    static constexpr std::uint32_t base = 1'000'000'000;
    [[nodiscard]] Natural times_small(std::uint32_t factor) const;
    std::vector<std::uint32_t> limbs_; ///< Below base each, the least first, no zeros on top.
};

} // namespace papervault::engine::grading
