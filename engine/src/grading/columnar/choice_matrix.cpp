#include <papervault/engine/choice_matrix.hpp>

#include "grading/columnar/kernels.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>

namespace papervault::engine {
namespace {

constexpr std::align_val_t alignment{64};
constexpr std::size_t bits_max = 16;

columnar::Kernel kernel_of(Instructions instructions)
{
    PAPERVAULT_ASSERT(is_available(instructions));
#if defined(__x86_64__)
    switch (instructions) {
    case Instructions::plain: break;
    case Instructions::avx2: return columnar::grade_block_avx2;
    case Instructions::avx512: return columnar::grade_block_avx512;
    }
#endif
    return columnar::grade_block_plain;
}

void grade_matrix(const ChoiceMatrix& responses, const ChoiceMatrix* key_matrix,
                  const std::vector<std::uint64_t>& key_masks, std::span<const ColumnGroup> groups,
                  Instructions instructions, ChoiceTally& tally)
{
    const columnar::Kernel kernel = kernel_of(instructions);
    const std::size_t blocks = responses.blocks();
    std::vector<std::uint64_t> lanes(responses.columns() * columnar::lanes);
    std::vector<std::uint8_t> bits;
    for (std::size_t column = 0; column < responses.columns(); ++column) {
        bits.push_back(static_cast<std::uint8_t>(responses.bits(column)));
    }
    tally.right_by_group.resize(groups.size());
    std::vector<unsigned> bits_of_all;
    for (std::size_t index = 0; index < groups.size(); ++index) {
        const ColumnGroup& group = groups[index];
        PAPERVAULT_ASSERT(group.count <= 65'535 && group.first + group.count <= responses.columns());
        tally.right_by_group[index].resize(blocks * ChoiceMatrix::block_candidates);
        const auto of_group = std::span{bits}.subspan(group.first, group.count);
        const bool are_equal = !of_group.empty() && std::ranges::count(of_group, of_group.front()) ==
                                                        static_cast<std::ptrdiff_t>(of_group.size());
        bits_of_all.push_back(are_equal ? of_group.front() : 0U);
    }
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::size_t start = block * responses.words_per_block();
        for (std::size_t index = 0; index < groups.size(); ++index) {
            const ColumnGroup& group = groups[index];
            if (group.count == 0) continue;
            const std::size_t word = start + responses.first_word(group.first);
            kernel({.responses = responses.words().data() + word,
                    .keys = key_matrix == nullptr ? nullptr : key_matrix->words().data() + word,
                    .key_masks = key_matrix != nullptr
                                     ? nullptr
                                     : key_masks.data() + responses.first_word(group.first) / ChoiceMatrix::plane_words,
                    .bits = bits.data() + group.first,
                    .columns = group.count,
                    .bits_of_all = bits_of_all[index],
                    .present = std::min<std::uint64_t>(ChoiceMatrix::block_candidates,
                                                       responses.candidates() - block * ChoiceMatrix::block_candidates),
                    .right_by_column = lanes.data() + group.first * columnar::lanes,
                    .right_by_candidate = tally.right_by_group[index].data() + block * ChoiceMatrix::block_candidates});
        }
    }
    tally.right_by_column.clear();
    for (std::size_t column = 0; column < responses.columns(); ++column) {
        const auto first = lanes.begin() + static_cast<std::ptrdiff_t>(column * columnar::lanes);
        tally.right_by_column.push_back(
            std::accumulate(first, first + static_cast<std::ptrdiff_t>(columnar::lanes), std::uint64_t{0}));
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

void ChoiceMatrix::Free::operator()(std::uint64_t* words) const noexcept
{
    ::operator delete(words, alignment);
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
    words_.reset(static_cast<std::uint64_t*>(::operator new(std::max<std::size_t>(bytes, 64), alignment)));
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
    std::vector<std::uint64_t> masks;
    for (std::size_t column = 0; column < keys.size(); ++column) {
        for (std::size_t plane = 0; plane < responses.bits(column); ++plane) {
            masks.push_back((keys[column] >> plane & 1U) != 0 ? ~std::uint64_t{0} : 0);
        }
    }
    grade_matrix(responses, nullptr, masks, groups, instructions, tally);
}

void grade_choices(const ChoiceMatrix& responses, const ChoiceMatrix& keys, std::span<const ColumnGroup> groups,
                   Instructions instructions, ChoiceTally& tally)
{
    PAPERVAULT_ASSERT(keys.words_per_block() == responses.words_per_block() &&
                      keys.candidates() == responses.candidates());
    grade_matrix(responses, &keys, {}, groups, instructions, tally);
}

} // namespace papervault::engine
