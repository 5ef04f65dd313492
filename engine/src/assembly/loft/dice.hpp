#pragma once

#include <papervault/engine/random_stream.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace papervault::engine::assembly {

/// Unbiased small integers from one of many streams: Lemire's method on 32-bit words, little endian.
class Dice {
public:
    Dice(const RandomStreams& streams, std::uint64_t number) noexcept : streams_{&streams}, number_{number} {}

    [[nodiscard]] std::uint32_t word()
    {
        if (used_ == words_.size()) { refill(); }
        return words_[used_++];
    }
    [[nodiscard]] std::uint64_t wide_word()
    {
        const std::uint64_t low = word();
        return low | std::uint64_t{word()} << 32U;
    }
    /// Uniform over 0 .. bound-1. @param bound At least 1.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound)
    {
        std::uint64_t product = std::uint64_t{word()} * bound;
        if (static_cast<std::uint32_t>(product) < bound) [[unlikely]] {
            const std::uint32_t surplus = (0U - bound) % bound;
            while (static_cast<std::uint32_t>(product) < surplus) { product = std::uint64_t{word()} * bound; }
        }
        return static_cast<std::uint32_t>(product >> 32U);
    }

private:
    void refill()
    {
        streams_->fill(number_, offset_, std::as_writable_bytes(std::span{words_}));
        offset_ += sizeof words_;
        used_ = 0;
        if constexpr (std::endian::native == std::endian::big) {
            for (std::uint32_t& one : words_) { one = __builtin_bswap32(one); }
        }
    }

    const RandomStreams* streams_;
    std::uint64_t number_;
    std::uint64_t offset_ = 0;
    std::array<std::uint32_t, 256> words_;
    std::size_t used_ = words_.size();
};

} // namespace papervault::engine::assembly
