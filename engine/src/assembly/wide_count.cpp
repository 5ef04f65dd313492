#include "assembly/wide_count.hpp"

#include <algorithm>
#include <bit>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t word_bits = 64;

constexpr Word low(DoubleWord value) noexcept
{
    return static_cast<Word>(value);
}
constexpr Word high(DoubleWord value) noexcept
{
    return static_cast<Word>(value >> word_bits);
}

} // namespace

WideCount::WideCount(Word value)
{
    if (value != 0) { words_.push_back(value); }
}

WideCount::WideCount(std::span<const Word> words) : words_{words.begin(), words.end()}
{
    trim();
}

std::size_t WideCount::bits() const noexcept
{
    if (words_.empty()) { return 0; }
    return (words_.size() - 1) * word_bits + static_cast<std::size_t>(std::bit_width(words_.back()));
}

WideCount& WideCount::operator+=(std::span<const Word> other)
{
    words_.resize(std::max(words_.size(), other.size()) + 1);
    Word carry = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const DoubleWord sum = DoubleWord{words_[i]} + (i < other.size() ? other[i] : 0) + carry;
        words_[i] = low(sum);
        carry = high(sum);
    }
    trim();
    return *this;
}

WideCount& WideCount::operator*=(Word factor)
{
    Word carry = 0;
    for (Word& word : words_) {
        const DoubleWord product = DoubleWord{word} * factor + carry;
        word = low(product);
        carry = high(product);
    }
    if (carry != 0) { words_.push_back(carry); }
    trim();
    return *this;
}

WideCount& WideCount::operator/=(Word divisor)
{
    Word remainder = 0;
    for (std::size_t i = words_.size(); i > 0; --i) {
        const DoubleWord part = (DoubleWord{remainder} << word_bits) | words_[i - 1];
        words_[i - 1] = low(part / divisor);
        remainder = low(part % divisor);
    }
    trim();
    return *this;
}

WideCount WideCount::times(const WideCount& other) const
{
    WideCount product;
    product.words_.resize(words_.size() + other.words_.size());
    add_product(product.words_, words_, other.words_);
    product.trim();
    return product;
}

WideCount WideCount::shifted_left(std::size_t bits) const
{
    WideCount shifted;
    if (is_zero()) { return shifted; }
    const std::size_t whole = bits / word_bits;
    const std::size_t part = bits % word_bits;
    shifted.words_.resize(words_.size() + whole + 1);
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const DoubleWord moved = DoubleWord{words_[i]} << part;
        shifted.words_[i + whole] |= low(moved);
        shifted.words_[i + whole + 1] |= high(moved);
    }
    shifted.trim();
    return shifted;
}

void WideCount::trim()
{
    while (!words_.empty() && words_.back() == 0) { words_.pop_back(); }
}

void draw_below(std::span<const Word> bound, std::span<Word> out, RandomIntegers& random)
{
    std::ranges::fill(out, Word{0});
    std::size_t used = bound.size();
    while (used > 1 && bound[used - 1] == 0) { --used; }
    if (used == 1) {
        out[0] = random.below(bound[0]);
        return;
    }
    // Numbers of as many bits as the bound, until one is below it: fewer than two tries on average.
    const Word top_mask = ~Word{0} >> std::countl_zero(bound[used - 1]);
    do {
        for (std::size_t i = 0; i < used; ++i) { out[i] = random.bits(); }
        out[used - 1] &= top_mask;
    } while (!is_less(out.first(used), bound.first(used)));
}

const WideCount& Binomials::choose(std::size_t n, std::size_t k)
{
    if (k > n) { return zero_; }
    if (rows_.size() <= n) { rows_.resize(n + 1); }
    auto& row = rows_[n];
    if (row.empty()) { row.emplace_back(Word{1}); }
    while (row.size() <= k) {
        WideCount next = row.back();
        const std::size_t chosen = row.size();
        next *= n - chosen + 1;
        next /= chosen;
        row.push_back(std::move(next));
    }
    return row[k];
}

} // namespace papervault::engine::assembly
