#include <papervault/engine/assert.hpp>
#include <papervault/engine/random_stream.hpp>

namespace papervault::engine {
namespace {

__extension__ typedef unsigned __int128 WideProduct;

} // namespace

std::uint64_t RandomIntegers::bits()
{
    if (used_ == sizeof buffer_) {
        stream_.fill(buffer_);
        used_ = 0;
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < sizeof word; ++i) word |= std::to_integer<std::uint64_t>(buffer_[used_ + i]) << (8 * i);
    used_ += sizeof word;
    return word;
}

// D. Lemire, "Fast Random Integer Generation in an Interval", 2019: the upper half of word × bound, where the few
// words that would make some results likelier are drawn again.
std::uint64_t RandomIntegers::below(std::uint64_t bound)
{
    PAPERVAULT_ASSERT(bound >= 1);
    WideProduct product = WideProduct{bits()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
        const std::uint64_t surplus = (std::uint64_t{0} - bound) % bound;
        while (static_cast<std::uint64_t>(product) < surplus) product = WideProduct{bits()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

} // namespace papervault::engine
