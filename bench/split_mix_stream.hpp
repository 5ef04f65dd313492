#pragma once

#include <papervault/engine/random_stream.hpp>

#include <cstdint>

/// SplitMix64: benchmarks measure our code, not a cipher.
class SplitMixStream final : public papervault::engine::RandomStream {
public:
    explicit SplitMixStream(std::uint64_t seed) noexcept : state_{seed} {}
    void fill(std::span<std::byte> out) override
    {
        for (std::size_t at = 0; at < out.size(); at += 8) {
            std::uint64_t word = (state_ += 0x9e3779b97f4a7c15U);
            word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
            word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
            word ^= word >> 31U;
            for (std::size_t byte = at; byte < out.size() && byte < at + 8; ++byte, word >>= 8U) {
                out[byte] = static_cast<std::byte>(word & 0xffU);
            }
        }
    }

private:
    std::uint64_t state_;
};
