#pragma once

#include "assembly/mixed_word.hpp"

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
        for (std::byte& byte : out) { byte = static_cast<std::byte>(mixed_word(state_++) & 0xffU); }
    }

private:
    std::uint64_t state_ = 0;
};

} // namespace papervault::engine::assembly
