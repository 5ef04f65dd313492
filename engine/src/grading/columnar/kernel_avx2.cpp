#include "grading/columnar/kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define PAPERVAULT_AVX2 __attribute__((target("avx2,popcnt")))

namespace papervault::engine::columnar {
namespace {

PAPERVAULT_AVX2 inline void full_add(__m256i& sum, __m256i& carry, __m256i a, __m256i b, __m256i c)
{
    const __m256i either = _mm256_xor_si256(a, b);
    carry = _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(either, c));
    sum = _mm256_xor_si256(either, c);
}

struct Columns {
    const std::uint64_t* response;
    const std::uint64_t* key;
    const std::uint64_t* mask;
    const std::uint8_t* bits;
    std::uint64_t* right_by_column;
    __m256i present;
};

/// @tparam planes  Of every column of the group; 0 where they differ.
template <bool has_own_keys, std::size_t planes>
PAPERVAULT_AVX2 inline __m256i next_right(Columns& at)
{
    constexpr std::size_t words = ChoiceMatrix::plane_words;
    __m256i wrong = _mm256_setzero_si256();
    const auto take_plane = [&at, &wrong]() PAPERVAULT_AVX2 {
        const __m256i response = _mm256_load_si256(reinterpret_cast<const __m256i*>(at.response));
        at.response += words;
        __m256i key;
        if constexpr (has_own_keys) {
            key = _mm256_load_si256(reinterpret_cast<const __m256i*>(at.key));
            at.key += words;
        } else {
            key = _mm256_set1_epi64x(static_cast<long long>(*at.mask++));
        }
        wrong = _mm256_or_si256(wrong, _mm256_xor_si256(response, key));
    };
    if constexpr (planes == 0) {
        for (std::size_t left = *at.bits++; left > 0; --left) { take_plane(); }
    } else {
        for (std::size_t plane = 0; plane < planes; ++plane) { take_plane(); }
    }
    const __m256i right = _mm256_andnot_si256(wrong, at.present);
    // Counts of each byte by a table of its halves (Mula); four sums of eight bytes.
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1,
                                            2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0F);
    const __m256i of_low = _mm256_shuffle_epi8(counts, _mm256_and_si256(right, low));
    const __m256i of_high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(right, 4), low));
    const __m256i sums = _mm256_sad_epu8(_mm256_add_epi8(of_low, of_high), _mm256_setzero_si256());
    auto* column = reinterpret_cast<__m256i*>(at.right_by_column);
    _mm256_storeu_si256(column, _mm256_add_epi64(_mm256_loadu_si256(column), sums));
    at.right_by_column += lanes;
    return right;
}

PAPERVAULT_AVX2 inline void ripple(__m256i (&counters)[counter_planes], __m256i carry, int plane)
{
    for (; plane < counter_planes && _mm256_testz_si256(carry, carry) == 0; ++plane) {
        const __m256i next = _mm256_and_si256(counters[plane], carry);
        counters[plane] = _mm256_xor_si256(counters[plane], carry);
        carry = next;
    }
}

/// @param half  Which 256 candidates.
template <bool has_own_keys, std::size_t planes_each>
PAPERVAULT_AVX2 void grade_half(const KernelTask& task, std::size_t half)
{
    alignas(32) std::uint64_t present_words[4];
    for (std::size_t word = 0; word < 4; ++word) {
        const std::uint64_t first = half * 256 + word * 64;
        const std::uint64_t count = task.candidates > first ? task.candidates - first : 0;
        present_words[word] = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    }
    const std::size_t start = half / 2 * task.words_per_block + half % 2 * 4;
    Columns at{task.responses + start, task.keys == nullptr ? nullptr : task.keys + start,
               task.key_masks,         task.bits,
               task.right_by_column,   _mm256_load_si256(reinterpret_cast<const __m256i*>(present_words))};
    __m256i counters[counter_planes];
    for (__m256i& counter : counters) { counter = _mm256_setzero_si256(); }
    std::size_t column = 0;
    for (; column + 4 <= task.columns; column += 4) {
        __m256i twos_a, twos_b, fours;
        __m256i first = next_right<has_own_keys, planes_each>(at);
        __m256i second = next_right<has_own_keys, planes_each>(at);
        full_add(counters[0], twos_a, counters[0], first, second);
        first = next_right<has_own_keys, planes_each>(at);
        second = next_right<has_own_keys, planes_each>(at);
        full_add(counters[0], twos_b, counters[0], first, second);
        full_add(counters[1], fours, counters[1], twos_a, twos_b);
        ripple(counters, fours, 2);
    }
    for (; column < task.columns; ++column) { ripple(counters, next_right<has_own_keys, planes_each>(at), 0); }

    int planes = counter_planes;
    while (planes > 0 && _mm256_testz_si256(counters[planes - 1], counters[planes - 1]) != 0) { --planes; }
    const __m256i select = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
                                             static_cast<short>(32768U));
    for (std::size_t part = 0; part < 16; ++part) {
        __m256i totals = _mm256_setzero_si256();
        for (int plane = 0; plane < planes; ++plane) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, reinterpret_cast<const char*>(&counters[plane]) + part * 2, 2);
            const __m256i spread = _mm256_and_si256(_mm256_set1_epi16(static_cast<short>(bits)), select);
            const __m256i is_set = _mm256_cmpeq_epi16(spread, select);
            totals =
                _mm256_or_si256(totals, _mm256_and_si256(is_set, _mm256_set1_epi16(static_cast<short>(1U << plane))));
        }
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(task.right_by_candidate + half * 256 + part * 16), totals);
    }
}

template <bool has_own_keys>
PAPERVAULT_AVX2 void grade_half(const KernelTask& task, std::size_t half)
{
    switch (task.bits_of_all) {
    case 1: return grade_half<has_own_keys, 1>(task, half);
    case 2: return grade_half<has_own_keys, 2>(task, half);
    case 3: return grade_half<has_own_keys, 3>(task, half);
    default: return grade_half<has_own_keys, 0>(task, half);
    }
}

} // namespace

void grade_blocks_avx2(const KernelTask& task)
{
    for (std::size_t half = 0; half < 2 * task.blocks; ++half) {
        if (task.keys != nullptr) {
            grade_half<true>(task, half);
        } else {
            grade_half<false>(task, half);
        }
    }
}

} // namespace papervault::engine::columnar

#endif
