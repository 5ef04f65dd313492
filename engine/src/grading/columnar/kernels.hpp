#pragma once

#include <papervault/engine/choice_matrix.hpp>

#include <cstdint>

/// The inner loops of grade_choices and totals_of_the_right, one for each set of instructions.
namespace papervault::engine::columnar {

/// Counters of right responses hold up to 2^16 - 1.
inline constexpr int counter_planes = 16;
/// Lanes of right_by_column for each column; the kernel of AVX-512 adds up within itself and has one.
inline constexpr std::size_t lanes = 8;
inline constexpr std::size_t lanes_avx512 = 1;

/// A group of columns in all blocks.
struct KernelTask {
    const std::uint64_t* responses; ///< The group's first column in the first block, aligned.
    const std::uint64_t* keys;      ///< The same place in the matrix of keys, or null.
    const std::uint64_t* key_masks; ///< Without a matrix of keys: a word of 0 or ~0 for each plane of each column.
    const std::uint8_t* bits;       ///< Of each column of the group.
    std::size_t columns;            ///< Of the group; at least one.
    unsigned bits_of_all;           ///< Where every column of the group has as many; else 0.
    std::size_t words_per_block;    ///< From a column to the same one in the next block.
    std::size_t blocks;             ///< Every one has a candidate at least.
    std::uint64_t candidates;
    std::uint64_t* right_by_column;    ///< Of the group, aligned; added to. Lanes for each column.
    std::uint16_t* right_by_candidate; ///< 512 for each block, aligned; written.
    bool is_past_caches; ///< Whether right_by_candidate is too large to be found in a near cache afterwards.
};
using Kernel = void (*)(const KernelTask&);

void grade_blocks_plain(const KernelTask& task);
#if defined(__x86_64__)
void grade_blocks_avx2(const KernelTask& task);
void grade_blocks_avx512(const KernelTask& task);
#endif

[[nodiscard]] constexpr std::uint64_t present_in_block(const KernelTask& task, std::size_t block) noexcept
{
    const std::uint64_t left = task.candidates - block * ChoiceMatrix::block_candidates;
    return left < ChoiceMatrix::block_candidates ? left : ChoiceMatrix::block_candidates;
}

/// One block of totals_of_the_right.
struct TotalsTask {
    const std::uint64_t* responses; ///< The block's first column, aligned.
    const std::uint64_t* key_masks; ///< As above.
    const std::uint8_t* bits;
    std::size_t columns;
    const std::uint16_t* totals; ///< Of its candidates.
    std::size_t present;         ///< 1 to 512.
    std::uint64_t* sums;         ///< By column; added to.
};
using TotalsKernel = void (*)(const TotalsTask&);

void add_totals_plain(const TotalsTask& task);
#if defined(__x86_64__)
void add_totals_popcnt(const TotalsTask& task);
void add_totals_avx512(const TotalsTask& task);
#endif

} // namespace papervault::engine::columnar
