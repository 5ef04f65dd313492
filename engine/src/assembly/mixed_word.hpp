#pragma once

#include <cstdint>

namespace papervault::engine::assembly {

/// The number-th word of SplitMix64 (Steele, Lea, Flood 2014) from 0: the same everywhere, and far from its neighbours.
/// For order and trials that nobody keeps; forms are drawn from the caller's stream.
[[nodiscard]] constexpr std::uint64_t mixed_word(std::uint64_t number) noexcept
{
    std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

} // namespace papervault::engine::assembly
