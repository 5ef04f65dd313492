#include "grading/columnar/kernels.hpp"

#include <array>
#include <bit>

namespace papervault::engine::columnar {
namespace {

/// Totals as bit planes too: the sum over some candidates is then a few counts of bits.
__attribute__((always_inline)) inline void add_totals(const TotalsTask& task)
{
    constexpr std::size_t words = ChoiceMatrix::plane_words;
    std::array<std::array<std::uint64_t, words>, counter_planes> planes{};
    std::array<std::uint64_t, words> present{};
    unsigned highest = 0;
    for (std::size_t candidate = 0; candidate < task.present; ++candidate) {
        const unsigned total = task.totals[candidate];
        highest |= total;
        present[candidate / 64] |= std::uint64_t{1} << (candidate % 64);
        for (std::size_t plane = 0; plane < planes.size(); ++plane) {
            planes[plane][candidate / 64] |= std::uint64_t{total >> plane & 1U} << (candidate % 64);
        }
    }
    const auto used = static_cast<std::size_t>(std::bit_width(highest));
    const std::uint64_t* at = task.responses;
    const std::uint64_t* mask = task.key_masks;
    for (std::size_t column = 0; column < task.columns; ++column) {
        std::array<std::uint64_t, words> right = present;
        for (std::size_t bit = 0; bit < task.bits[column]; ++bit, at += words, ++mask) {
            for (std::size_t word = 0; word < words; ++word) { right[word] &= ~(at[word] ^ *mask); }
        }
        std::uint64_t sum = 0;
        for (std::size_t plane = 0; plane < used; ++plane) {
            std::uint64_t count = 0;
            for (std::size_t word = 0; word < words; ++word) {
                count += static_cast<std::uint64_t>(std::popcount(right[word] & planes[plane][word]));
            }
            sum += count << plane;
        }
        task.sums[column] += sum;
    }
}

} // namespace

void add_totals_plain(const TotalsTask& task)
{
    add_totals(task);
}
#if defined(__x86_64__)
__attribute__((target("popcnt"))) void add_totals_popcnt(const TotalsTask& task)
{
    add_totals(task);
}
#endif

} // namespace papervault::engine::columnar
