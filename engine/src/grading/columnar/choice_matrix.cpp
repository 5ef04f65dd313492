#include <papervault/engine/choice_matrix.hpp>

#include "grading/columnar/kernels.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>
#include <tuple>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace papervault::engine {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t large_page = std::size_t{2} << 20;
constexpr std::size_t bits_max = 16;
/// Counts of so many bytes would displace what a core's own caches hold.
constexpr std::size_t past_caches_bytes = std::size_t{1} << 20;

constexpr std::size_t alignment_of(std::size_t bytes)
{
    return bytes >= large_page ? large_page : cache_line;
}

columnar::Kernel kernel_of(Instructions instructions)
{
    PAPERVAULT_ASSERT(is_available(instructions));
#if defined(__x86_64__)
    switch (instructions) {
    case Instructions::plain: break;
    case Instructions::avx2: return columnar::grade_blocks_avx2;
    case Instructions::avx512: return columnar::grade_blocks_avx512;
    }
#endif
    return columnar::grade_blocks_plain;
}

columnar::TotalsKernel totals_kernel_of(Instructions instructions)
{
    PAPERVAULT_ASSERT(is_available(instructions));
#if defined(__x86_64__)
    switch (instructions) {
    case Instructions::plain: break;
    case Instructions::avx2: return columnar::add_totals_popcnt;
    case Instructions::avx512: return columnar::add_totals_avx512;
    }
#endif
    return columnar::add_totals_plain;
}

/// For each plane of each column a word of the key's bit.
void write_key_masks(const ChoiceMatrix& responses, const ChoiceKeys& keys, std::uint64_t* into)
{
    for (std::size_t column = 0; column < keys.size(); ++column) {
        for (std::size_t plane = 0; plane < responses.bits(column); ++plane) {
            *into++ = std::uint64_t{0} - (keys[column] >> plane & 1U);
        }
    }
}

unsigned common_bits(std::span<const std::uint8_t> bits)
{
    const bool are_equal = std::ranges::all_of(bits, [&](std::uint8_t each) { return each == bits.front(); });
    return !bits.empty() && are_equal ? bits.front() : 0U;
}

void grade_matrix(const ChoiceMatrix& responses, const ChoiceMatrix* key_matrix, const std::uint64_t* key_masks,
                  std::span<const ColumnGroup> groups, Instructions instructions, ChoiceTally& tally)
{
    constexpr std::size_t in_block = ChoiceMatrix::block_candidates;
    const columnar::Kernel kernel = kernel_of(instructions);
    const std::size_t lanes = instructions == Instructions::avx512 ? columnar::lanes_avx512 : columnar::lanes;
    const std::size_t blocks = responses.blocks();
    std::vector<std::uint64_t, LineAllocator<std::uint64_t>> counts(responses.columns() * lanes);
    tally.right_by_group.resize(groups.size());
    for (std::size_t index = 0; index < groups.size(); ++index) {
        const ColumnGroup& group = groups[index];
        PAPERVAULT_ASSERT(group.count <= 65'535 && group.first + group.count <= responses.columns());
        tally.right_by_group[index].resize(blocks * in_block);
        if (group.count == 0) { continue; }
        const std::size_t word = responses.first_word(group.first);
        kernel({.responses = responses.words().data() + word,
                .keys = key_matrix == nullptr ? nullptr : key_matrix->words().data() + word,
                .key_masks = key_masks == nullptr ? nullptr : key_masks + word / ChoiceMatrix::plane_words,
                .bits = responses.bits().data() + group.first,
                .columns = group.count,
                .bits_of_all = common_bits(responses.bits().subspan(group.first, group.count)),
                .words_per_block = responses.words_per_block(),
                .blocks = blocks,
                .candidates = responses.candidates(),
                .right_by_column = counts.data() + group.first * lanes,
                .right_by_candidate = tally.right_by_group[index].data(),
                .is_past_caches = blocks * in_block * sizeof(std::uint16_t) >= past_caches_bytes});
    }
    tally.right_by_column.resize(responses.columns());
    for (std::size_t column = 0; column < responses.columns(); ++column) {
        const std::uint64_t* const first = counts.data() + column * lanes;
        tally.right_by_column[column] = std::accumulate(first, first + lanes, std::uint64_t{0});
    }
}

} // namespace

std::string_view to_text(Instructions instructions) noexcept
{
    switch (instructions) {
    case Instructions::plain: return "plain";
    case Instructions::avx2: return "avx2";
    case Instructions::avx512: return "avx512";
    }
    return "unknown";
}

bool is_available(Instructions instructions) noexcept
{
    switch (instructions) {
    case Instructions::plain: return true;
#if defined(__x86_64__)
    case Instructions::avx2: return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("popcnt") != 0;
    case Instructions::avx512:
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
               __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
               __builtin_cpu_supports("avx512vpopcntdq") != 0;
#else
    case Instructions::avx2:
    case Instructions::avx512: break;
#endif
    }
    return false;
}

Instructions best_instructions() noexcept
{
    if (is_available(Instructions::avx512)) return Instructions::avx512;
    return is_available(Instructions::avx2) ? Instructions::avx2 : Instructions::plain;
}

void* allocate_lines(std::size_t bytes)
{
    const std::size_t alignment = alignment_of(bytes);
    void* const memory = ::operator new(std::max(bytes, cache_line), std::align_val_t{alignment});
#if defined(__linux__)
    // Pages of 2 MB, where the system has them: reading from front to back then misses few translations.
    if (alignment == large_page) { std::ignore = ::madvise(memory, bytes / large_page * large_page, MADV_HUGEPAGE); }
#endif
    return memory;
}

void free_lines(void* memory, std::size_t bytes) noexcept
{
    ::operator delete(memory, std::align_val_t{alignment_of(bytes)});
}

void ChoiceMatrix::Free::operator()(std::uint64_t* words) const noexcept
{
    free_lines(words, bytes);
}

ChoiceMatrix::ChoiceMatrix(std::vector<std::uint8_t> bits, std::size_t candidates)
    : bits_{std::move(bits)}, candidates_{candidates}
{
    for (const std::uint8_t count : bits_) {
        PAPERVAULT_ASSERT(count >= 1 && count <= bits_max);
        first_word_.push_back(words_per_block_);
        words_per_block_ += count * plane_words;
    }
    word_count_ = blocks() * words_per_block_;
    const std::size_t bytes = word_count_ * sizeof(std::uint64_t);
    words_.get_deleter().bytes = bytes;
    words_.reset(static_cast<std::uint64_t*>(allocate_lines(bytes)));
    if (bytes > 0) std::memset(words_.get(), 0, bytes);
}

void ChoiceMatrix::set(std::size_t candidate, std::size_t column, std::uint16_t code) noexcept
{
    const std::size_t within = candidate % block_candidates;
    std::uint64_t* word =
        words_.get() + candidate / block_candidates * words_per_block_ + first_word_[column] + within / 64;
    const std::uint64_t mask = std::uint64_t{1} << (within % 64);
    for (std::size_t plane = 0; plane < bits_[column]; ++plane, word += plane_words) {
        *word = (code >> plane & 1U) != 0 ? *word | mask : *word & ~mask;
    }
}

std::uint16_t ChoiceMatrix::code(std::size_t candidate, std::size_t column) const noexcept
{
    const std::size_t within = candidate % block_candidates;
    const std::uint64_t* word =
        words_.get() + candidate / block_candidates * words_per_block_ + first_word_[column] + within / 64;
    unsigned code = 0;
    for (std::size_t plane = 0; plane < bits_[column]; ++plane, word += plane_words) {
        code |= static_cast<unsigned>(*word >> (within % 64) & 1U) << plane;
    }
    return static_cast<std::uint16_t>(code);
}

void grade_choices(const ChoiceMatrix& responses, const ChoiceKeys& keys, std::span<const ColumnGroup> groups,
                   Instructions instructions, ChoiceTally& tally)
{
    PAPERVAULT_ASSERT(keys.size() == responses.columns());
    std::vector<std::uint64_t> masks(responses.words_per_block() / ChoiceMatrix::plane_words);
    write_key_masks(responses, keys, masks.data());
    grade_matrix(responses, nullptr, masks.data(), groups, instructions, tally);
}

void grade_choices(const ChoiceMatrix& responses, const ChoiceMatrix& keys, std::span<const ColumnGroup> groups,
                   Instructions instructions, ChoiceTally& tally)
{
    PAPERVAULT_ASSERT(keys.words_per_block() == responses.words_per_block() &&
                      keys.candidates() == responses.candidates());
    grade_matrix(responses, &keys, nullptr, groups, instructions, tally);
}

std::vector<std::uint64_t> totals_of_the_right(const ChoiceMatrix& responses, const ChoiceKeys& keys,
                                               std::span<const std::uint16_t> totals, Instructions instructions)
{
    PAPERVAULT_ASSERT(keys.size() == responses.columns() && totals.size() >= responses.candidates());
    std::vector<std::uint64_t> masks(responses.words_per_block() / ChoiceMatrix::plane_words);
    write_key_masks(responses, keys, masks.data());
    std::vector<std::uint64_t> sums(responses.columns());
    const columnar::TotalsKernel add_totals = totals_kernel_of(instructions);
    for (std::size_t block = 0; block < responses.blocks(); ++block) {
        const std::size_t first = block * ChoiceMatrix::block_candidates;
        add_totals({.responses = responses.words().data() + block * responses.words_per_block(),
                    .key_masks = masks.data(),
                    .bits = responses.bits().data(),
                    .columns = responses.columns(),
                    .totals = totals.data() + first,
                    .present = std::min(ChoiceMatrix::block_candidates, responses.candidates() - first),
                    .sums = sums.data()});
    }
    return sums;
}

} // namespace papervault::engine
