#include "analysis/agreement.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <bit>
#include <tuple>

#if defined(__x86_64__)
#include <immintrin.h>
#define PAPERVAULT_ANALYSIS_X86 1
#endif

namespace papervault::engine {
namespace analysis {
namespace {

/// Planes and words are constants of the two shapes that nearly every exam has; 0 reads them from the answers.
template <std::size_t Planes, std::size_t Words>
void scan_plain(const PackedAnswers& packed, const ScanTask& task, std::vector<std::uint32_t>& hits)
{
    const std::size_t planes = Planes != 0 ? Planes : packed.planes();
    const std::size_t words = Words != 0 ? Words : packed.words();
    for (std::size_t place = task.from; place < task.to; ++place) {
        std::uint32_t same = 0;
        std::uint32_t wrong = 0;
        for (std::size_t word = 0; word < words; ++word) {
            std::uint64_t differ = 0;
            for (std::size_t plane = 0; plane < planes; ++plane) {
                const std::uint64_t* const bits = packed.plane(plane, word);
                differ |= bits[task.row] ^ bits[place];
            }
            const std::uint64_t equal = packed.answered(word)[task.row] & ~differ;
            same += static_cast<std::uint32_t>(std::popcount(equal));
            wrong += static_cast<std::uint32_t>(std::popcount(equal & packed.wrong(word)[task.row]));
        }
        if (same >= task.same_min || wrong >= task.wrong_min) { hits.push_back(static_cast<std::uint32_t>(place)); }
    }
}

#if defined(PAPERVAULT_ANALYSIS_X86)

/// Bits set in each 64-bit lane: table of nibbles (Muła, Kurz & Lemire 2018).
__attribute__((target("avx2"))) inline __m256i popcount_lanes(__m256i value)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low_mask = _mm256_set1_epi8(0x0F);
    const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(value, low_mask));
    const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(value, 4), low_mask));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

__attribute__((target("avx2"))) inline __m256i load_four(const std::uint64_t* from)
{
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

__attribute__((target("avx2"))) inline __m256i repeat_four(std::uint64_t value)
{
    return _mm256_set1_epi64x(static_cast<long long>(value));
}

template <std::size_t Planes, std::size_t Words>
__attribute__((target("avx2"))) void scan_avx2(const PackedAnswers& packed, const ScanTask& task,
                                               std::vector<std::uint32_t>& hits)
{
    const std::size_t planes = Planes != 0 ? Planes : packed.planes();
    const std::size_t words = Words != 0 ? Words : packed.words();
    // A minimum beyond any count is never reached, also as a signed number.
    const __m256i same_below = repeat_four(std::uint64_t{task.same_min} - 1);
    const __m256i wrong_below = repeat_four(std::uint64_t{task.wrong_min} - 1);
    for (std::size_t place = task.from; place < task.to; place += 4) {
        __m256i same = _mm256_setzero_si256();
        __m256i wrong = _mm256_setzero_si256();
        for (std::size_t word = 0; word < words; ++word) {
            __m256i differ = _mm256_setzero_si256();
            for (std::size_t plane = 0; plane < planes; ++plane) {
                const std::uint64_t* const bits = packed.plane(plane, word);
                differ =
                    _mm256_or_si256(differ, _mm256_xor_si256(repeat_four(bits[task.row]), load_four(bits + place)));
            }
            const __m256i equal = _mm256_andnot_si256(differ, repeat_four(packed.answered(word)[task.row]));
            same = _mm256_add_epi64(same, popcount_lanes(equal));
            wrong = _mm256_add_epi64(
                wrong, popcount_lanes(_mm256_and_si256(equal, repeat_four(packed.wrong(word)[task.row]))));
        }
        const __m256i passed =
            _mm256_or_si256(_mm256_cmpgt_epi64(same, same_below), _mm256_cmpgt_epi64(wrong, wrong_below));
        auto lanes = static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(passed)));
        if (lanes == 0) { continue; }
        if (task.to - place < 4) { lanes &= (1U << (task.to - place)) - 1; }
        for (; lanes != 0; lanes &= lanes - 1) {
            hits.push_back(static_cast<std::uint32_t>(place + static_cast<unsigned>(std::countr_zero(lanes))));
        }
    }
}

__attribute__((target("avx512f"))) inline __m512i load_eight(const std::uint64_t* from)
{
    return _mm512_loadu_si512(from);
}

__attribute__((target("avx512f"))) inline __m512i repeat_eight(std::uint64_t value)
{
    return _mm512_set1_epi64(static_cast<long long>(value));
}

template <std::size_t Planes, std::size_t Words>
__attribute__((target("avx512f,avx512vpopcntdq"))) void scan_avx512(const PackedAnswers& packed, const ScanTask& task,
                                                                    std::vector<std::uint32_t>& hits)
{
    const std::size_t planes = Planes != 0 ? Planes : packed.planes();
    const std::size_t words = Words != 0 ? Words : packed.words();
    const __m512i same_min = repeat_eight(task.same_min);
    const __m512i wrong_min = repeat_eight(task.wrong_min);
    for (std::size_t place = task.from; place < task.to; place += 8) {
        __m512i same = _mm512_setzero_si512();
        __m512i wrong = _mm512_setzero_si512();
        for (std::size_t word = 0; word < words; ++word) {
            __m512i differ = _mm512_setzero_si512();
            for (std::size_t plane = 0; plane < planes; ++plane) {
                const std::uint64_t* const bits = packed.plane(plane, word);
                // differ | (row ^ place): 0xF6 is the truth table of a | (b ^ c).
                differ =
                    _mm512_ternarylogic_epi64(differ, repeat_eight(bits[task.row]), load_eight(bits + place), 0xF6);
            }
            const __m512i equal = _mm512_andnot_si512(differ, repeat_eight(packed.answered(word)[task.row]));
            same = _mm512_add_epi64(same, _mm512_popcnt_epi64(equal));
            wrong = _mm512_add_epi64(
                wrong, _mm512_popcnt_epi64(_mm512_and_si512(equal, repeat_eight(packed.wrong(word)[task.row]))));
        }
        unsigned lanes = static_cast<unsigned>(_mm512_cmpge_epu64_mask(same, same_min)) |
                         static_cast<unsigned>(_mm512_cmpge_epu64_mask(wrong, wrong_min));
        if (lanes == 0) { continue; }
        if (task.to - place < 8) { lanes &= (1U << (task.to - place)) - 1; }
        for (; lanes != 0; lanes &= lanes - 1) {
            hits.push_back(static_cast<std::uint32_t>(place + static_cast<unsigned>(std::countr_zero(lanes))));
        }
    }
}

#endif

template <std::size_t Planes, std::size_t Words>
Scan scan_of_shape(AgreementPath path)
{
#if defined(PAPERVAULT_ANALYSIS_X86)
    if (path == AgreementPath::avx512) { return scan_avx512<Planes, Words>; }
    if (path == AgreementPath::avx2) { return scan_avx2<Planes, Words>; }
#endif
    std::ignore = path;
    return scan_plain<Planes, Words>;
}

} // namespace

PackedAnswers::PackedAnswers(const AnswerTable& answers, std::span<const std::uint32_t> order)
    : words_{(answers.item_count() + 63) / 64}, stride_{(order.size() + 15) / 8 * 8}
{
    std::size_t options = 1;
    for (std::size_t item = 0; item < answers.item_count(); ++item) {
        options = std::max(options, answers.option_count(item));
    }
    planes_ = static_cast<std::size_t>(std::bit_width(options));
    bits_.assign((planes_ + 2) * words_ * stride_, 0);
    for (std::size_t place = 0; place < order.size(); ++place) {
        const auto given = answers.answers(order[place]);
        for (std::size_t item = 0; item < given.size(); ++item) {
            if (given[item] >= AnswerTable::other) { continue; }
            const std::size_t word = item / 64;
            const std::uint64_t bit = std::uint64_t{1} << (item % 64);
            const std::size_t number = given[item] + std::size_t{1};
            const auto set = [&](std::size_t plane) { bits_[(plane * words_ + word) * stride_ + place] |= bit; };
            for (std::size_t plane = 0; plane < planes_; ++plane) {
                if ((number >> plane & 1U) != 0) { set(plane); }
            }
            set(planes_);
            if (!answers.is_right(item, given[item])) { set(planes_ + 1); }
        }
    }
}

Scan scan_for(AgreementPath path, std::size_t planes, std::size_t words)
{
    if (path == AgreementPath::automatic) {
        path = is_supported(AgreementPath::avx512) ? AgreementPath::avx512
               : is_supported(AgreementPath::avx2) ? AgreementPath::avx2
                                                   : AgreementPath::plain;
    }
    PAPERVAULT_ASSERT(is_supported(path));
    if (planes == 3 && words == 1) { return scan_of_shape<3, 1>(path); }
    if (planes == 3 && words == 2) { return scan_of_shape<3, 2>(path); }
    return scan_of_shape<0, 0>(path);
}

} // namespace analysis

bool is_supported(AgreementPath path)
{
#if defined(PAPERVAULT_ANALYSIS_X86)
    if (path == AgreementPath::avx2) { return __builtin_cpu_supports("avx2") != 0; }
    if (path == AgreementPath::avx512) {
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vpopcntdq") != 0;
    }
#endif
    return path == AgreementPath::automatic || path == AgreementPath::plain;
}

} // namespace papervault::engine
