#include <papervault/engine/seeded_stream.hpp>

namespace papervault::engine {

namespace {

std::uint64_t next_word(std::uint64_t& state) noexcept
{
    std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

} // namespace

void SeededStream::fill(std::span<std::byte> out)
{
    for (std::byte& byte : out) {
        if (left_ == 0) {
            word_ = next_word(state_);
            left_ = 8;
        }
        byte = static_cast<std::byte>(word_ & 0xFFU);
        word_ >>= 8;
        --left_;
    }
}

} // namespace papervault::engine
