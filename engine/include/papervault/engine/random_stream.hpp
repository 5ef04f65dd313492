#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace papervault::engine {

/// Where random bits come from: the engine has no source of its own. For a draw it is ChaCha20 under the seed of
/// the officers, so that the same seed gives the same forms on any machine.
class RandomStream {
public:
    virtual ~RandomStream() = default;
    /// Fills the whole span with the next bytes of the stream.
    virtual void fill(std::span<std::byte> out) = 0;
};

/// As many independent streams as there are numbers, so that form 70,000 of a batch can be drawn again alone. For a
/// draw they are ChaCha20 under one key, with the number as nonce. Threads may share them.
class RandomStreams {
public:
    virtual ~RandomStreams() = default;
    /// Fills the span with the bytes of stream `number` from `offset` on. @param offset A multiple of 64.
    virtual void fill(std::uint64_t number, std::uint64_t offset, std::span<std::byte> out) const = 0;
};

/// Unbiased integers from a stream, the same on every compiler: Lemire's method on 64-bit words, little endian.
/// Buffers; one per stream, not shared between threads.
class RandomIntegers {
public:
    explicit RandomIntegers(RandomStream& stream) noexcept : stream_{stream} {}

    /// The next 64 bits.
    [[nodiscard]] std::uint64_t bits();
    /// Uniform over 0 .. bound-1. @param bound At least 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// Fisher-Yates, from the last place to the first.
    template <class T>
    void shuffle(std::span<T> values)
    {
        for (std::size_t left = values.size(); left > 1; --left) {
            using std::swap;
            swap(values[left - 1], values[below(left)]);
        }
    }

private:
    RandomStream& stream_;
    std::byte buffer_[512]{};
    std::size_t used_ = sizeof buffer_;
};

} // namespace papervault::engine
