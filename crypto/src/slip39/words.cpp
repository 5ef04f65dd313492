#include "slip39/words.hpp"

#include "slip39/word_list.hpp"

#include <papervault/crypto/secret_buffer.hpp>

#include <algorithm>
#include <array>
#include <numeric>

namespace papervault::crypto::slip39 {

namespace {

constexpr std::size_t letters_max = 8;

constexpr PackedWord packed(std::string_view word)
{
    PackedWord value = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
        value |= PackedWord{static_cast<unsigned char>(word[i])} << (8 * i);
    }
    return value;
}

constexpr std::array<PackedWord, list_size> packed_list = [] {
    std::array<PackedWord, list_size> list{};
    for (std::size_t i = 0; i < list_size; ++i) { list[i] = packed(word_list[i]); }
    return list;
}();

/// All bits set when the value is zero, none otherwise, without a branch.
constexpr std::uint64_t mask_of_zero(std::uint64_t value) noexcept
{
    return ((value | (0 - value)) >> 63) - 1;
}
static_assert(mask_of_zero(0) == ~std::uint64_t{0} && mask_of_zero(1) == 0 && mask_of_zero(~std::uint64_t{0}) == 0);

bool is_space(std::byte c) noexcept
{
    return c == std::byte{' '} || (c >= std::byte{'\t'} && c <= std::byte{'\r'});
}

/// Optimal string alignment: insertions, deletions, replacements, neighbours that changed places.
std::size_t distance(std::string_view left, std::string_view right)
{
    std::vector<std::vector<std::size_t>> table(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
    for (std::size_t i = 0; i <= left.size(); ++i) { table[i][0] = i; }
    std::iota(table[0].begin(), table[0].end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = table[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
            }
        }
    }
    return table[left.size()][right.size()];
}

} // namespace

PackedWord word_at(std::uint16_t index) noexcept
{
    PackedWord word = 0;
    for (std::size_t i = 0; i < list_size; ++i) { word |= packed_list[i] & mask_of_zero(i ^ index); }
    return word;
}

std::uint16_t index_of(PackedWord word) noexcept
{
    std::uint64_t index = 0;
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < list_size; ++i) {
        const std::uint64_t here = mask_of_zero(packed_list[i] ^ word);
        index |= i & here;
        found |= here;
    }
    return static_cast<std::uint16_t>((index & found) | (list_size & ~found));
}

PackedWord pack(ByteView word) noexcept
{
    if (word.size() > letters_max) { return 0; }
    PackedWord value = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
        // Only letters become letters of the list by this bit, so nothing else is taken for one.
        value |= (std::to_integer<PackedWord>(word[i]) | 0x20U) << (8 * i);
    }
    return value;
}

std::vector<ByteView> split_words(ByteView text)
{
    std::vector<ByteView> words;
    while (true) {
        const auto begin = std::ranges::find_if_not(text, is_space);
        text = text.subspan(static_cast<std::size_t>(begin - text.begin()));
        if (text.empty()) { return words; }
        const auto end = std::ranges::find_if(text, is_space);
        const auto length = static_cast<std::size_t>(end - text.begin());
        words.push_back(text.first(length));
        text = text.subspan(length);
    }
}

std::vector<std::string_view> nearest_words(ByteView word)
{
    constexpr std::size_t distance_max = 2;
    constexpr std::size_t shown_max = 3;
    if (word.empty() || word.size() > letters_max + distance_max) { return {}; }
    std::string typed;
    for (const std::byte c : word) { typed.push_back(static_cast<char>(std::to_integer<unsigned char>(c) | 0x20U)); }
    std::vector<std::pair<std::size_t, std::string_view>> candidates;
    for (const std::string_view each : word_list) {
        // Somebody who wrote only the beginning meant this word: no two begin with the same four letters.
        const bool begins = typed.size() >= 4 && (each.starts_with(typed) || typed.starts_with(each));
        const std::size_t far = begins ? 0 : distance(typed, each);
        if (far <= distance_max) { candidates.emplace_back(far, each); }
    }
    std::ranges::sort(candidates);
    std::vector<std::string_view> nearest;
    for (const auto& [far, each] : candidates) {
        const std::size_t farthest = candidates.front().first == 0 ? 0 : candidates.front().first + 1;
        if (nearest.size() < shown_max && far <= farthest) { nearest.push_back(each); }
    }
    wipe(std::as_writable_bytes(std::span{typed}));
    return nearest;
}

} // namespace papervault::crypto::slip39
