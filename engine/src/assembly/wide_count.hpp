#pragma once

#include <papervault/engine/random_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Exact numbers of forms: they pass 2^200 for an ordinary paper, so they are kept as little-endian 64-bit words.
namespace papervault::engine::assembly {

using Word = std::uint64_t;
__extension__ using DoubleWord = unsigned __int128;

/// A natural number of any size, without leading zero words; 0 has no words.
class WideCount {
public:
    WideCount() = default;
    explicit WideCount(Word value);
    explicit WideCount(std::span<const Word> words);

    [[nodiscard]] std::span<const Word> words() const noexcept { return words_; }
    [[nodiscard]] bool is_zero() const noexcept { return words_.empty(); }
    [[nodiscard]] std::size_t bits() const noexcept;

    WideCount& operator+=(std::span<const Word> other);
    WideCount& operator*=(Word factor);
    /// @param divisor Not 0; the remainder is dropped.
    WideCount& operator/=(Word divisor);
    [[nodiscard]] WideCount times(const WideCount& other) const;
    [[nodiscard]] WideCount shifted_left(std::size_t bits) const;
    bool operator==(const WideCount&) const = default;

private:
    void trim();
    std::vector<Word> words_;
};

/// sum += left × right. The result must fit into sum.
inline void add_product(std::span<Word> sum, std::span<const Word> left, std::span<const Word> right) noexcept
{
    Word* from = sum.data();
    Word* const end = from + sum.size();
    for (const Word factor : right) {
        Word carry = 0;
        Word* at = from++;
        for (const Word word : left) {
            if (at == end) { break; } // what is left of a number that fits is 0
            const DoubleWord part = DoubleWord{word} * factor + *at + carry;
            *at++ = static_cast<Word>(part);
            carry = static_cast<Word>(part >> 64U);
        }
        for (; carry != 0 && at != end; ++at) {
            *at += carry;
            carry = *at < carry ? 1 : 0;
        }
    }
}
/// Both have the same number of words.
[[nodiscard]] inline bool is_less(std::span<const Word> left, std::span<const Word> right) noexcept
{
    for (std::size_t i = left.size(); i > 0; --i) {
        if (left[i - 1] != right[i - 1]) { return left[i - 1] < right[i - 1]; }
    }
    return false;
}
/// left -= right; left is not less than right, and both have the same number of words.
inline void subtract(std::span<Word> left, std::span<const Word> right) noexcept
{
    Word borrow = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const DoubleWord difference = DoubleWord{left[i]} - right[i] - borrow;
        left[i] = static_cast<Word>(difference);
        borrow = static_cast<Word>(difference >> 64U) & 1U;
    }
}
/// Fills out with a number uniform over 0 .. bound-1. @param bound Not zero; as many words as out.
void draw_below(std::span<const Word> bound, std::span<Word> out, RandomIntegers& random);

/// Rows of Pascal's triangle, kept once computed.
class Binomials {
public:
    /// n over k; 0 when k > n.
    [[nodiscard]] const WideCount& choose(std::size_t n, std::size_t k);

private:
    std::vector<std::vector<WideCount>> rows_;
    WideCount zero_;
};

} // namespace papervault::engine::assembly
