#pragma once

#include "assembly/wide_count.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// Seven counts and their sum, 15 bits each, side by side in one word: added, subtracted and compared all at once.
using Lanes = DoubleWord;
inline constexpr std::size_t sum_lane = 7;

namespace lanes {

inline constexpr unsigned bits_each = 16;

[[nodiscard]] constexpr Lanes make(std::size_t index, int value) noexcept
{
    return static_cast<Lanes>(static_cast<unsigned>(value)) << (bits_each * static_cast<unsigned>(index));
}
[[nodiscard]] constexpr int get(Lanes lanes, std::size_t index) noexcept
{
    return static_cast<int>(static_cast<unsigned>(lanes >> (bits_each * static_cast<unsigned>(index))) & 0x7fffU);
}
[[nodiscard]] constexpr Lanes every(int value) noexcept
{
    Lanes all = 0;
    for (std::size_t index = 0; index <= sum_lane; ++index) { all |= make(index, value); }
    return all;
}
inline constexpr Lanes top_bits = every(0x8000);

/// @return Whether each count of left is at least that of right; then difference is left − right.
[[nodiscard]] constexpr bool subtract(Lanes left, Lanes right, Lanes& difference) noexcept
{
    const Lanes raised = (left | top_bits) - right; // no lane borrows from the next
    difference = raised & ~top_bits;
    return (raised & top_bits) == top_bits;
}

} // namespace lanes

/// Lowest and highest count of each column and of their sum.
class CountBox {
public:
    CountBox() = default;
    CountBox(Lanes low, Lanes high) noexcept : low_{low}, high_{high}, room_{lanes::every(0x7fff) - high} {}

    [[nodiscard]] int low(std::size_t index) const noexcept { return lanes::get(low_, index); }
    [[nodiscard]] int high(std::size_t index) const noexcept { return lanes::get(high_, index); }
    [[nodiscard]] bool holds(Lanes counts) const noexcept
    {
        const Lanes above = counts + room_;                     // top bit set where a count is too large
        const Lanes enough = (counts | lanes::top_bits) - low_; // top bit kept where it is large enough
        return ((above | ~enough) & lanes::top_bits) == 0;
    }

private:
    Lanes low_ = 0;
    Lanes high_ = 0;
    Lanes room_ = lanes::every(0x7fff);
};

/// A number of ways for each count vector of a box; dense, each number of the same number of words.
class CountLayer {
public:
    struct Entry {
        Lanes counts;
        std::size_t place; ///< For number().
    };

    /// Places that a box takes, at most size_max + 1. @param columns The first lanes; the sum needs no places of its
    /// own.
    [[nodiscard]] static std::size_t size_of(const CountBox& box, std::size_t columns, std::size_t size_max) noexcept;

    CountLayer(const CountBox& box, std::size_t columns, std::size_t words_each);

    [[nodiscard]] const CountBox& box() const noexcept { return box_; }
    [[nodiscard]] std::size_t words_each() const noexcept { return words_each_; }
    [[nodiscard]] std::span<Word> number(std::size_t place) noexcept
    {
        return {words_.data() + place * words_each_, words_each_};
    }
    [[nodiscard]] std::span<const Word> number(std::size_t place) const noexcept
    {
        return {words_.data() + place * words_each_, words_each_};
    }
    /// place(a + b) = place(a) + step(b); place() is meant for counts inside the box only.
    [[nodiscard]] std::size_t place(Lanes counts) const noexcept { return origin_ + step(counts); }
    [[nodiscard]] std::size_t step(Lanes counts) const noexcept
    {
        std::size_t sum = 0;
        for (std::size_t column = 0; column < strides_.size(); ++column) {
            sum += static_cast<std::size_t>(lanes::get(counts, column)) * strides_[column];
        }
        return sum;
    }

    /// Call once when all numbers are in: lists the entries and gives back words that no number needs.
    void close();
    /// After close(): counts whose number is not 0, in the order of their places.
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
    /// After close(): sum of all numbers.
    [[nodiscard]] const WideCount& total() const noexcept { return total_; }

private:
    CountBox box_;
    std::vector<std::size_t> strides_; // by column
    std::size_t origin_ = 0;           // place of the counts 0, modulo 2^64: it may lie before the first place
    std::size_t size_ = 1;
    std::size_t words_each_;
    std::vector<Word> words_;
    std::vector<Entry> entries_;
    WideCount total_;
};

} // namespace papervault::engine::assembly
