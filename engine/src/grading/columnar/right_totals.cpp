#include <papervault/engine/choice_matrix.hpp>

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace papervault::engine {
namespace {

constexpr std::size_t total_bits = 16;

struct Block {
    const ChoiceMatrix& responses;
    const ChoiceKeys& keys;
    std::span<const std::uint16_t> totals; ///< Of its candidates.
    std::size_t first_word;
    std::vector<std::uint64_t>& sums;
};

/// Totals as bit planes too: the sum over some candidates is then a few counts of bits.
__attribute__((always_inline)) inline void add_block_inline(const Block& block)
{
    constexpr std::size_t words = ChoiceMatrix::plane_words;
    std::array<std::array<std::uint64_t, words>, total_bits> planes{};
    std::array<std::uint64_t, words> present{};
    unsigned highest = 0;
    for (std::size_t candidate = 0; candidate < block.totals.size(); ++candidate) {
        const unsigned total = block.totals[candidate];
        highest |= total;
        present[candidate / 64] |= std::uint64_t{1} << (candidate % 64);
        for (std::size_t plane = 0; plane < total_bits; ++plane) {
            planes[plane][candidate / 64] |= std::uint64_t{total >> plane & 1U} << (candidate % 64);
        }
    }
    const auto used = static_cast<std::size_t>(std::bit_width(highest));
    for (std::size_t column = 0; column < block.responses.columns(); ++column) {
        const std::uint64_t* at =
            block.responses.words().data() + block.first_word + block.responses.first_word(column);
        std::array<std::uint64_t, words> right = present;
        for (std::size_t bit = 0; bit < block.responses.bits(column); ++bit, at += words) {
            const std::uint64_t key = (block.keys[column] >> bit & 1U) != 0 ? ~std::uint64_t{0} : 0;
            for (std::size_t word = 0; word < words; ++word) { right[word] &= ~(at[word] ^ key); }
        }
        std::uint64_t sum = 0;
        for (std::size_t plane = 0; plane < used; ++plane) {
            std::uint64_t count = 0;
            for (std::size_t word = 0; word < words; ++word) {
                count += static_cast<std::uint64_t>(std::popcount(right[word] & planes[plane][word]));
            }
            sum += count << plane;
        }
        block.sums[column] += sum;
    }
}

void add_block_plain(const Block& block)
{
    add_block_inline(block);
}
#if defined(__x86_64__)
__attribute__((target("popcnt"))) void add_block_popcnt(const Block& block)
{
    add_block_inline(block);
}
#endif

void (*best_add_block())(const Block&)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt") != 0) { return add_block_popcnt; }
#endif
    return add_block_plain;
}

} // namespace

std::vector<std::uint64_t> totals_of_the_right(const ChoiceMatrix& responses, const ChoiceKeys& keys,
                                               std::span<const std::uint16_t> totals)
{
    PAPERVAULT_ASSERT(keys.size() == responses.columns() && totals.size() >= responses.candidates());
    std::vector<std::uint64_t> sums(responses.columns());
    const auto add_block = best_add_block();
    for (std::size_t block = 0; block < responses.blocks(); ++block) {
        const std::size_t first = block * ChoiceMatrix::block_candidates;
        const std::size_t count = std::min(ChoiceMatrix::block_candidates, responses.candidates() - first);
        add_block({responses, keys, totals.subspan(first, count), block * responses.words_per_block(), sums});
    }
    return sums;
}

} // namespace papervault::engine
