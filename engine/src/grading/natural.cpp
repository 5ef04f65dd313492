#include "grading/natural.hpp"

#include <algorithm>

namespace papervault::engine::grading {

Natural::Natural(std::uint64_t value)
{
    for (; value != 0; value /= base) limbs_.push_back(static_cast<std::uint32_t>(value % base));
}

Natural Natural::from_digits(std::string_view digits)
{
    Natural number;
    for (const char digit : digits) {
        number = number.times_small(10) + Natural{static_cast<std::uint64_t>(digit - '0')};
    }
    return number;
}

Natural Natural::times_small(std::uint32_t factor) const
{
    Natural product;
    std::uint64_t carry = 0;
    for (const std::uint32_t limb : limbs_) {
        carry += std::uint64_t{limb} * factor;
        product.limbs_.push_back(static_cast<std::uint32_t>(carry % base));
        carry /= base;
    }
    for (; carry != 0; carry /= base) product.limbs_.push_back(static_cast<std::uint32_t>(carry % base));
    while (!product.limbs_.empty() && product.limbs_.back() == 0) product.limbs_.pop_back();
    return product;
}

Natural Natural::times(std::uint64_t factor) const
{
    constexpr std::uint64_t half = std::uint64_t{1} << 32U;
    const Natural upper = times_small(static_cast<std::uint32_t>(factor / half));
    return upper.times_small(1U << 16U).times_small(1U << 16U) + times_small(static_cast<std::uint32_t>(factor % half));
}

Natural Natural::times_power_of_ten(int exponent) const
{
    Natural product = *this;
    for (; exponent > 0; --exponent) product = product.times_small(10);
    return product;
}

Natural operator+(const Natural& left, const Natural& right)
{
    Natural sum;
    std::uint32_t carry = 0;
    for (std::size_t place = 0; place < std::max(left.limbs_.size(), right.limbs_.size()) || carry != 0; ++place) {
        if (place < left.limbs_.size()) carry += left.limbs_[place];
        if (place < right.limbs_.size()) carry += right.limbs_[place];
        sum.limbs_.push_back(carry % Natural::base);
        carry /= Natural::base;
    }
    return sum;
}

std::strong_ordering operator<=>(const Natural& left, const Natural& right) noexcept
{
    if (left.limbs_.size() != right.limbs_.size()) return left.limbs_.size() <=> right.limbs_.size();
    return std::lexicographical_compare_three_way(left.limbs_.rbegin(), left.limbs_.rend(), right.limbs_.rbegin(),
                                                  right.limbs_.rend());
}

} // namespace papervault::engine::grading
