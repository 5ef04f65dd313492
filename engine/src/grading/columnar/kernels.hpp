#pragma once

#include <papervault/engine/choice_matrix.hpp>

#include <cstdint>

/// The inner loops of grade_choices, one for each set of instructions.
namespace papervault::engine::columnar {

/// Counters of right responses hold up to 2^16 - 1.
inline constexpr int counter_planes = 16;

struct KernelTask {
    const std::uint64_t* responses;    ///< One block, aligned.
    const std::uint64_t* keys;         ///< The same place in the matrix of keys, or null.
    const std::uint64_t* key_masks;    ///< Without a matrix of keys: a word of 0 or ~0 for each plane of each column.
    const std::uint8_t* bits;          ///< Of each column of the group.
    std::size_t columns;               ///< Of the group.
    unsigned bits_of_all;              ///< Where every column of the group has as many; else 0.
    std::uint64_t present;             ///< Candidates of this block, 1 to 512.
    std::uint64_t* right_by_column;    ///< Of the group; added to. Eight lanes for each column.
    std::uint16_t* right_by_candidate; ///< 512 of them; written.
};
using Kernel = void (*)(const KernelTask&);

void grade_block_plain(const KernelTask& task);
#if defined(__x86_64__)
void grade_block_avx2(const KernelTask& task);
void grade_block_avx512(const KernelTask& task);
#endif

/// Lanes of right_by_column for each column.
inline constexpr std::size_t lanes = 8;

} // namespace papervault::engine::columnar
