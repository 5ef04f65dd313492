#pragma once

#include <papervault/engine/random_stream.hpp>

#include <cstdint>

namespace papervault::engine {

/// SplitMix64 (Steele, Lea, Flood 2014), little endian: a stream that any language repeats in five lines. For what is
/// to be repeatable, as the random parts of QTI items and trials; keeps no secret.
class SeededStream final : public RandomStream {
public:
    explicit SeededStream(std::uint64_t seed) noexcept : state_{seed} {}
    void fill(std::span<std::byte> out) override
    {
        for (std::byte& byte : out) {
            if (left_ == 0) {
                word_ = next();
                left_ = 8;
            }
            byte = static_cast<std::byte>(word_ & 0xFFU);
            word_ >>= 8;
            --left_;
        }
    }

private:
    std::uint64_t next() noexcept
    {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
    std::uint64_t word_ = 0;
    int left_ = 0;
};

} // namespace papervault::engine
