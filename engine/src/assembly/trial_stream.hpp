#pragma once

#include <papervault/engine/random_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace papervault::engine::assembly {

/// SplitMix64 (Steele, Lea, Flood 2014), the same every time: for trials whose forms nobody keeps. Forms are drawn from
/// the caller's stream alone.
class TrialStream final : public RandomStream {
public:
    void fill(std::span<std::byte> out) override
    {
        for (std::byte& byte : out) {
            state_ += 0x9e3779b97f4a7c15U;
            std::uint64_t mixed = state_;
            mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
            mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
            byte = static_cast<std::byte>((mixed ^ (mixed >> 31U)) & 0xffU);
        }
    }

private:
    std::uint64_t state_ = 0;
};

} // namespace papervault::engine::assembly
