#include "grading/columnar/kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <vector>

#define PAPERVAULT_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")))
#define PAPERVAULT_AVX512_INLINE inline PAPERVAULT_AVX512 __attribute__((always_inline))

namespace papervault::engine::columnar {
namespace {

constexpr int add_xor = 0x96;      // a ^ b ^ c
constexpr int add_majority = 0xE8; // at least two of a, b, c
constexpr int or_xor = 0xF6;       // a | (b ^ c)
constexpr int nor_xor = 0x09;      // ~(a | (b ^ c))

PAPERVAULT_AVX512_INLINE void full_add(__m512i& sum, __m512i& carry, __m512i a, __m512i b)
{
    carry = _mm512_ternarylogic_epi64(sum, a, b, add_majority);
    sum = _mm512_ternarylogic_epi64(sum, a, b, add_xor);
}

PAPERVAULT_AVX512_INLINE void half_add(__m512i& counter, __m512i& carry)
{
    const __m512i next = _mm512_and_si512(counter, carry);
    counter = _mm512_xor_si512(counter, carry);
    carry = next;
}

/// Counts of one block, until they have been written: bit c of plane p is bit p of the count of candidate c.
struct Counts {
    __m512i planes[counter_planes];
    std::uint16_t* into = nullptr;
    std::size_t written = ChoiceMatrix::plane_words; ///< Parts of 64 candidates.
};

PAPERVAULT_AVX512_INLINE __m512i where(std::uint64_t bits, int plane)
{
    return _mm512_maskz_mov_epi8(bits, _mm512_set1_epi8(static_cast<char>(1 << plane)));
}

/// From planes to numbers: of the eight planes from `words` on, for 64 candidates, a byte each.
PAPERVAULT_AVX512_INLINE __m512i bytes_of(const std::uint64_t* words)
{
    constexpr int any = 0xFE;
    const __m512i low = _mm512_ternarylogic_epi64(where(words[0], 0), where(words[8], 1), where(words[16], 2), any);
    const __m512i middle =
        _mm512_ternarylogic_epi64(where(words[24], 3), where(words[32], 4), where(words[40], 5), any);
    const __m512i high = _mm512_or_si512(where(words[48], 6), where(words[56], 7));
    return _mm512_ternarylogic_epi64(low, middle, high, any);
}

/// Writes the counts of 64 candidates more, if there are any left.
template <bool is_past_caches>
PAPERVAULT_AVX512_INLINE void write_part(Counts& counts, bool is_wide)
{
    if (counts.written == ChoiceMatrix::plane_words) { return; }
    const std::uint64_t* const words = reinterpret_cast<const std::uint64_t*>(counts.planes) + counts.written;
    std::uint16_t* const into = counts.into + counts.written * 64;
    const __m512i bytes = bytes_of(words);
    __m512i first = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(bytes));
    __m512i second = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(bytes, 1));
    if (is_wide) {
        const __m512i upper = bytes_of(words + 64);
        const __m512i first_upper = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(upper));
        const __m512i second_upper = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(upper, 1));
        first = _mm512_or_si512(first, _mm512_slli_epi16(first_upper, 8));
        second = _mm512_or_si512(second, _mm512_slli_epi16(second_upper, 8));
    }
    if constexpr (is_past_caches) {
        // Whole lines, and nobody needs to read them first.
        _mm512_stream_si512(reinterpret_cast<__m512i*>(into), first);
        _mm512_stream_si512(reinterpret_cast<__m512i*>(into + 32), second);
    } else {
        _mm512_store_si512(into, first);
        _mm512_store_si512(into + 32, second);
    }
    ++counts.written;
}

/// Right responses of four columns, side by side so that all columns' counts stay in the first-level cache beside what
/// streams through it: of each 8 words, two a column.
constexpr std::size_t words_by_four = 32;
/// A word takes 64 a block at most.
constexpr std::size_t blocks_by_four = 65'535 / 64;

/// Adds them to the counts by column, and begins anew.
PAPERVAULT_AVX512 void take_out(std::uint16_t* right_by_four, std::size_t columns, std::uint64_t* right_by_column)
{
    for (std::size_t column = 0; column + 4 <= columns; column += 4, right_by_four += words_by_four) {
        const __m512i pairs = _mm512_load_si512(right_by_four);
        _mm512_store_si512(right_by_four, _mm512_setzero_si512());
        const __m512i sums =
            _mm512_add_epi32(_mm512_and_si512(pairs, _mm512_set1_epi32(0xFFFF)), _mm512_srli_epi32(pairs, 16));
        const __m256i halves = _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
        const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
        auto* const into = reinterpret_cast<__m256i*>(right_by_column + column * lanes_avx512);
        _mm256_storeu_si256(into, _mm256_add_epi64(_mm256_loadu_si256(into), _mm256_cvtepu32_epi64(four)));
    }
}

/// Reads column after column of a block and counts.
///
/// What makes it keep up with memory (bench/README.md): memory is read in one stream from front to back by one small
/// loop, so that each of its loads goes on in equal steps and the processor's own prefetching follows; nothing is
/// asked for ahead by hand; and no work stands between two blocks, in which nothing would be read.
/// @tparam planes  Of every column of the group; 0 where they differ.
/// @tparam is_whole  The block has all its candidates.
template <bool has_own_keys, std::size_t planes, bool is_whole>
struct Columns {
    const std::uint64_t* response;
    const std::uint64_t* key;
    const std::uint64_t* mask;
    const std::uint8_t* bits;
    std::uint16_t* right_by_four;
    __m512i present;
    /// Bit-sliced counters up to 255, in registers.
    __m512i ones, twos, p2, p3, p4, p5, p6, p7;
    bool is_wide; ///< Whether there are more columns than that.

    /// @tparam operation  Of what was wrong before, response and key.
    template <int operation>
    PAPERVAULT_AVX512_INLINE __m512i take_plane(__m512i wrong)
    {
        __m512i right = _mm512_setzero_si512();
        if constexpr (has_own_keys) {
            right = _mm512_load_si512(key);
            key += ChoiceMatrix::plane_words;
        } else {
            right = _mm512_set1_epi64(static_cast<long long>(*mask++));
        }
        const __m512i given = _mm512_load_si512(response);
        response += ChoiceMatrix::plane_words;
        return _mm512_ternarylogic_epi64(wrong, given, right, operation);
    }

    PAPERVAULT_AVX512_INLINE __m512i next_right()
    {
        static_assert(planes <= 3);
        __m512i right = _mm512_setzero_si512();
        if constexpr (planes == 0) {
            for (std::size_t left = *bits++; left > 0; --left) { right = take_plane<or_xor>(right); }
            right = _mm512_andnot_si512(right, present);
        } else {
            if constexpr (planes > 1) { right = take_plane<or_xor>(right); }
            if constexpr (planes > 2) { right = take_plane<or_xor>(right); }
            right = take_plane<nor_xor>(right);
            if constexpr (!is_whole) { right = _mm512_and_si512(right, present); }
        }
        return right;
    }

    /// Reads four columns through full adders (Harley, Seal). @return What they carry out of the twos.
    PAPERVAULT_AVX512_INLINE __m512i carry_of_four()
    {
        const __m512i first = next_right();
        const __m512i second = next_right();
        const __m512i third = next_right();
        const __m512i fourth = next_right();
        const __m512i pair = _mm512_packus_epi32(_mm512_popcnt_epi64(first), _mm512_popcnt_epi64(second));
        const __m512i other = _mm512_packus_epi32(_mm512_popcnt_epi64(third), _mm512_popcnt_epi64(fourth));
        const __m512i before = _mm512_load_si512(right_by_four);
        _mm512_store_si512(right_by_four, _mm512_add_epi16(before, _mm512_packus_epi32(pair, other)));
        right_by_four += words_by_four;
        __m512i low_carry;
        full_add(ones, low_carry, first, second);
        __m512i high_carry;
        full_add(ones, high_carry, third, fourth);
        __m512i carry;
        full_add(twos, carry, low_carry, high_carry);
        return carry;
    }

    /// Adds a carry that is worth 8. @param high  Planes from 8 on.
    PAPERVAULT_AVX512_INLINE void add_eight(__m512i carry, __m512i* high)
    {
        half_add(p3, carry);
        half_add(p4, carry);
        half_add(p5, carry);
        half_add(p6, carry);
        half_add(p7, carry);
        if (!is_wide) { return; }
        for (int plane = 0; plane < counter_planes - 8; ++plane) { half_add(high[plane], carry); }
    }
};

PAPERVAULT_AVX512 __m512i first_bits(std::uint64_t count)
{
    if (count >= ChoiceMatrix::block_candidates) { return _mm512_set1_epi64(-1); }
    alignas(64) std::uint64_t words[ChoiceMatrix::plane_words];
    for (std::size_t word = 0; word < ChoiceMatrix::plane_words; ++word) {
        const std::uint64_t left = count > word * 64 ? count - word * 64 : 0;
        words[word] = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    }
    return _mm512_load_si512(words);
}

/// @param counts  Of the block before, written on the way; then those of this one.
template <bool has_own_keys, std::size_t planes, bool is_whole, bool is_past_caches>
PAPERVAULT_AVX512_INLINE void grade_block(const KernelTask& task, std::size_t block, std::uint16_t* right_by_four,
                                          Counts& counts)
{
    const __m512i zero = _mm512_setzero_si512();
    const std::size_t start = block * task.words_per_block;
    Columns<has_own_keys, planes, is_whole> at{.response = task.responses + start,
                                               .key = has_own_keys ? task.keys + start : nullptr,
                                               .mask = task.key_masks,
                                               .bits = task.bits,
                                               .right_by_four = right_by_four,
                                               .present = first_bits(present_in_block(task, block)),
                                               .ones = zero,
                                               .twos = zero,
                                               .p2 = zero,
                                               .p3 = zero,
                                               .p4 = zero,
                                               .p5 = zero,
                                               .p6 = zero,
                                               .p7 = zero,
                                               .is_wide = task.columns > 255};
    __m512i high[counter_planes - 8];
    if (at.is_wide) {
        for (__m512i& plane : high) { plane = zero; }
    }
    __m512i waiting = zero;
    bool is_waiting = false;
    std::size_t column = 0;
    for (; column + 4 <= task.columns; column += 4) {
        const __m512i four = at.carry_of_four();
        write_part<is_past_caches>(counts, at.is_wide);
        if (is_waiting) {
            __m512i carry;
            full_add(at.p2, carry, waiting, four);
            at.add_eight(carry, high);
        }
        waiting = four;
        is_waiting = !is_waiting;
    }
    if (is_waiting) {
        half_add(at.p2, waiting);
        at.add_eight(waiting, high);
    }
    for (; column < task.columns; ++column) {
        __m512i carry = at.next_right();
        task.right_by_column[column * lanes_avx512] +=
            static_cast<std::uint64_t>(_mm512_reduce_add_epi64(_mm512_popcnt_epi64(carry)));
        half_add(at.ones, carry);
        half_add(at.twos, carry);
        half_add(at.p2, carry);
        at.add_eight(carry, high);
    }
    while (counts.written < ChoiceMatrix::plane_words) { write_part<is_past_caches>(counts, at.is_wide); }
    counts.planes[0] = at.ones;
    counts.planes[1] = at.twos;
    counts.planes[2] = at.p2;
    counts.planes[3] = at.p3;
    counts.planes[4] = at.p4;
    counts.planes[5] = at.p5;
    counts.planes[6] = at.p6;
    counts.planes[7] = at.p7;
    if (at.is_wide) {
        for (int plane = 8; plane < counter_planes; ++plane) { counts.planes[plane] = high[plane - 8]; }
    }
    counts.into = task.right_by_candidate + block * ChoiceMatrix::block_candidates;
    counts.written = 0;
}

template <bool has_own_keys, std::size_t planes, bool is_past_caches>
PAPERVAULT_AVX512 void grade_blocks(const KernelTask& task)
{
    Counts counts{};
    counts.written = ChoiceMatrix::plane_words;
    struct alignas(64) FourColumns {
        std::uint16_t words[words_by_four];
    };
    std::vector<FourColumns> right_by_four(task.columns / 4 + 1); // zeros
    for (std::size_t block = 0; block < task.blocks; ++block) {
        if (present_in_block(task, block) == ChoiceMatrix::block_candidates) {
            grade_block<has_own_keys, planes, true, is_past_caches>(task, block, right_by_four.front().words, counts);
        } else {
            grade_block<has_own_keys, planes, false, is_past_caches>(task, block, right_by_four.front().words, counts);
        }
        if ((block + 1) % blocks_by_four == 0 || block + 1 == task.blocks) {
            take_out(right_by_four.front().words, task.columns, task.right_by_column);
        }
    }
    while (counts.written < ChoiceMatrix::plane_words) { write_part<is_past_caches>(counts, task.columns > 255); }
    if constexpr (is_past_caches) { _mm_sfence(); }
}

template <bool has_own_keys, bool is_past_caches>
PAPERVAULT_AVX512 void grade_blocks(const KernelTask& task)
{
    switch (task.bits_of_all) {
    case 1: return grade_blocks<has_own_keys, 1, is_past_caches>(task);
    case 2: return grade_blocks<has_own_keys, 2, is_past_caches>(task);
    case 3: return grade_blocks<has_own_keys, 3, is_past_caches>(task);
    default: return grade_blocks<has_own_keys, 0, is_past_caches>(task);
    }
}

template <bool has_own_keys>
PAPERVAULT_AVX512 void grade_blocks(const KernelTask& task)
{
    return task.is_past_caches ? grade_blocks<has_own_keys, true>(task) : grade_blocks<has_own_keys, false>(task);
}

} // namespace

void grade_blocks_avx512(const KernelTask& task)
{
    if (task.keys != nullptr) {
        grade_blocks<true>(task);
    } else {
        grade_blocks<false>(task);
    }
}

PAPERVAULT_AVX512 void add_totals_avx512(const TotalsTask& task)
{
    constexpr std::size_t parts = ChoiceMatrix::block_candidates / 32;
    alignas(64) std::uint32_t planes[counter_planes][parts];
    alignas(64) std::uint32_t present[parts];
    __m512i any = _mm512_setzero_si512();
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t left = task.present > part * 32 ? task.present - part * 32 : 0;
        present[part] = left >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << left) - 1;
        const __m512i totals = _mm512_maskz_loadu_epi16(present[part], task.totals + part * 32);
        any = _mm512_or_si512(any, totals);
        for (int plane = 0; plane < counter_planes; ++plane) {
            planes[plane][part] = _mm512_test_epi16_mask(totals, _mm512_set1_epi16(static_cast<short>(1U << plane)));
        }
    }
    const auto either = static_cast<unsigned>(_mm512_reduce_or_epi32(any));
    const auto used = static_cast<int>(std::bit_width((either | either >> 16U) & 0xFFFFU));
    const __m512i all = _mm512_load_si512(present);
    const std::uint64_t* response = task.responses;
    const std::uint64_t* mask = task.key_masks;
    for (std::size_t column = 0; column < task.columns; ++column) {
        __m512i wrong = _mm512_setzero_si512();
        for (std::size_t bit = 0; bit < task.bits[column]; ++bit, response += ChoiceMatrix::plane_words) {
            wrong = _mm512_ternarylogic_epi64(wrong, _mm512_load_si512(response),
                                              _mm512_set1_epi64(static_cast<long long>(*mask++)), or_xor);
        }
        const __m512i right = _mm512_andnot_si512(wrong, all);
        __m512i sum = _mm512_setzero_si512();
        for (int plane = used - 1; plane >= 0; --plane) {
            const __m512i those = _mm512_and_si512(right, _mm512_load_si512(planes[plane]));
            sum = _mm512_add_epi64(_mm512_add_epi64(sum, sum), _mm512_popcnt_epi64(those));
        }
        task.sums[column] += static_cast<std::uint64_t>(_mm512_reduce_add_epi64(sum));
    }
}

} // namespace papervault::engine::columnar

#endif
