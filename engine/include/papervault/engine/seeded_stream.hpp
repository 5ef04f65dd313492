#pragma once

#include <papervault/engine/random_stream.hpp>

#include <cstdint>

namespace papervault::engine {

/// SplitMix64 (Steele, Lea, Flood 2014), little endian: a stream that any language repeats in five lines. For what is
/// to be repeatable, as the random parts of QTI items and trials; keeps no secret.
class SeededStream final : public RandomStream {
public:
    explicit SeededStream(std::uint64_t seed) noexcept : state_{seed} {}
    void fill(std::span<std::byte> out) override;

private:
    std::uint64_t state_;
    std::uint64_t word_ = 0;
    int left_ = 0;
};

} // namespace papervault::engine
