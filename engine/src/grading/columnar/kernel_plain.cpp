#include "grading/columnar/kernels.hpp"

#include <array>
#include <bit>

namespace papervault::engine::columnar {

namespace {

void grade_block(const KernelTask& task, std::size_t block)
{
    constexpr std::size_t words = ChoiceMatrix::plane_words;
    const std::uint64_t of_block = present_in_block(task, block);
    const std::size_t start = block * task.words_per_block;
    std::uint16_t* const right_by_candidate = task.right_by_candidate + block * ChoiceMatrix::block_candidates;
    for (std::size_t word = 0; word < words; ++word) {
        const std::uint64_t first = word * 64;
        const std::uint64_t count = of_block > first ? of_block - first : 0;
        const std::uint64_t present = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        // Bit-sliced: bit c of counters[p] is bit p of candidate c's count.
        std::array<std::uint64_t, counter_planes> counters{};
        const std::uint64_t* response = task.responses + start + word;
        const std::uint64_t* key = task.keys == nullptr ? nullptr : task.keys + start + word;
        const std::uint64_t* mask = task.key_masks;
        for (std::size_t column = 0; column < task.columns; ++column) {
            std::uint64_t wrong = 0;
            for (std::size_t plane = 0; plane < task.bits[column]; ++plane, response += words) {
                wrong |= *response ^ (key == nullptr ? *mask++ : *key);
                if (key != nullptr) { key += words; }
            }
            const std::uint64_t right = ~wrong & present;
            task.right_by_column[column * lanes + word] += static_cast<std::uint64_t>(std::popcount(right));
            std::uint64_t carry = right;
            for (std::size_t plane = 0; carry != 0; ++plane) {
                const std::uint64_t next = counters[plane] & carry;
                counters[plane] ^= carry;
                carry = next;
            }
        }
        for (std::size_t candidate = 0; candidate < 64; ++candidate) {
            unsigned total = 0;
            for (std::size_t plane = 0; plane < counters.size(); ++plane) {
                total |= static_cast<unsigned>(counters[plane] >> candidate & 1U) << plane;
            }
            right_by_candidate[word * 64 + candidate] = static_cast<std::uint16_t>(total);
        }
    }
}

} // namespace

void grade_blocks_plain(const KernelTask& task)
{
    for (std::size_t block = 0; block < task.blocks; ++block) { grade_block(task, block); }
}

} // namespace papervault::engine::columnar
