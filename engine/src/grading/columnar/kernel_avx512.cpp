#include "grading/columnar/kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define PAPERVAULT_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")))

namespace papervault::engine::columnar {
namespace {

constexpr int add_xor = 0x96;      // a ^ b ^ c
constexpr int add_majority = 0xE8; // at least two of a, b, c
constexpr int or_xor = 0xF6;       // a | (b ^ c)

PAPERVAULT_AVX512 inline void full_add(__m512i& sum, __m512i& carry, __m512i a, __m512i b, __m512i c)
{
    sum = _mm512_ternarylogic_epi64(a, b, c, add_xor);
    carry = _mm512_ternarylogic_epi64(a, b, c, add_majority);
}

/// Reads column after column.
struct Columns {
    const std::uint64_t* response;
    const std::uint64_t* key;
    const std::uint64_t* mask;
    const std::uint8_t* bits;
    std::uint64_t* right_by_column;
    __m512i present;
};

/// How far ahead memory is asked for: the processor's own prefetcher stops at the end of a page.
constexpr std::size_t words_ahead = 1024;

/// @tparam planes  Of every column of the group; 0 where they differ.
template <bool has_own_keys, std::size_t planes>
PAPERVAULT_AVX512 inline __m512i next_right(Columns& at)
{
    constexpr std::size_t words = ChoiceMatrix::plane_words;
    __m512i wrong = _mm512_setzero_si512();
    const auto take_plane = [&at, &wrong]() PAPERVAULT_AVX512 {
        const __m512i response = _mm512_load_si512(at.response);
        _mm_prefetch(reinterpret_cast<const char*>(at.response + words_ahead), _MM_HINT_T0);
        at.response += words;
        __m512i key;
        if constexpr (has_own_keys) {
            key = _mm512_load_si512(at.key);
            _mm_prefetch(reinterpret_cast<const char*>(at.key + words_ahead), _MM_HINT_T0);
            at.key += words;
        } else {
            key = _mm512_set1_epi64(static_cast<long long>(*at.mask++));
        }
        wrong = _mm512_ternarylogic_epi64(wrong, response, key, or_xor);
    };
    if constexpr (planes == 0) {
        for (std::size_t left = *at.bits++; left > 0; --left) { take_plane(); }
    } else {
        for (std::size_t plane = 0; plane < planes; ++plane) { take_plane(); }
    }
    const __m512i right = _mm512_andnot_si512(wrong, at.present);
    const __m512i before = _mm512_loadu_si512(at.right_by_column);
    _mm512_storeu_si512(at.right_by_column, _mm512_add_epi64(before, _mm512_popcnt_epi64(right)));
    at.right_by_column += lanes;
    return right;
}

/// Adds `carry`, worth 2^plane, to the bit-sliced counters.
PAPERVAULT_AVX512 inline void ripple(__m512i (&counters)[counter_planes], __m512i carry, int plane)
{
    for (; plane < counter_planes && _mm512_test_epi64_mask(carry, carry) != 0; ++plane) {
        const __m512i next = _mm512_and_si512(counters[plane], carry);
        counters[plane] = _mm512_xor_si512(counters[plane], carry);
        carry = next;
    }
}

template <bool has_own_keys, std::size_t planes_each>
PAPERVAULT_AVX512 void grade_block(const KernelTask& task)
{
    alignas(64) std::uint64_t present_words[ChoiceMatrix::plane_words];
    for (std::size_t word = 0; word < ChoiceMatrix::plane_words; ++word) {
        const std::uint64_t count = task.present > word * 64 ? task.present - word * 64 : 0;
        present_words[word] = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    }
    Columns at{
        task.responses, task.keys, task.key_masks, task.bits, task.right_by_column, _mm512_load_si512(present_words)};
    __m512i counters[counter_planes];
    for (__m512i& counter : counters) { counter = _mm512_setzero_si512(); }

    // Eight columns at a time through a tree of full adders (Harley, Seal): about two operations a column.
    __m512i ones = counters[0];
    __m512i twos = counters[1];
    __m512i fours = counters[2];
    std::size_t column = 0;
    for (; column + 8 <= task.columns; column += 8) {
        __m512i twos_a, twos_b, fours_a, fours_b, eights;
        __m512i first = next_right<has_own_keys, planes_each>(at);
        __m512i second = next_right<has_own_keys, planes_each>(at);
        full_add(ones, twos_a, ones, first, second);
        first = next_right<has_own_keys, planes_each>(at);
        second = next_right<has_own_keys, planes_each>(at);
        full_add(ones, twos_b, ones, first, second);
        full_add(twos, fours_a, twos, twos_a, twos_b);
        first = next_right<has_own_keys, planes_each>(at);
        second = next_right<has_own_keys, planes_each>(at);
        full_add(ones, twos_a, ones, first, second);
        first = next_right<has_own_keys, planes_each>(at);
        second = next_right<has_own_keys, planes_each>(at);
        full_add(ones, twos_b, ones, first, second);
        full_add(twos, fours_b, twos, twos_a, twos_b);
        full_add(fours, eights, fours, fours_a, fours_b);
        ripple(counters, eights, 3);
    }
    counters[0] = ones;
    counters[1] = twos;
    counters[2] = fours;
    for (; column < task.columns; ++column) { ripple(counters, next_right<has_own_keys, planes_each>(at), 0); }

    int planes = counter_planes;
    while (planes > 0 && _mm512_test_epi64_mask(counters[planes - 1], counters[planes - 1]) == 0) { --planes; }
    for (std::size_t part = 0; part < ChoiceMatrix::block_candidates / 32; ++part) {
        __m512i totals = _mm512_setzero_si512();
        for (int plane = 0; plane < planes; ++plane) {
            const auto bits = reinterpret_cast<const std::uint32_t*>(&counters[plane])[part];
            totals = _mm512_or_si512(totals, _mm512_maskz_set1_epi16(bits, static_cast<short>(1U << plane)));
        }
        _mm512_storeu_si512(task.right_by_candidate + part * 32, totals);
    }
}

template <bool has_own_keys>
PAPERVAULT_AVX512 void grade_block(const KernelTask& task)
{
    switch (task.bits_of_all) {
    case 1: return grade_block<has_own_keys, 1>(task);
    case 2: return grade_block<has_own_keys, 2>(task);
    case 3: return grade_block<has_own_keys, 3>(task);
    default: return grade_block<has_own_keys, 0>(task);
    }
}

} // namespace

void grade_block_avx512(const KernelTask& task)
{
    if (task.keys != nullptr) {
        grade_block<true>(task);
    } else {
        grade_block<false>(task);
    }
}

} // namespace papervault::engine::columnar

#endif
