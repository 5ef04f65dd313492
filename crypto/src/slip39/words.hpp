#pragma once

#include <papervault/crypto/bytes.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace papervault::crypto::slip39 {

/// A word of up to eight letters, the first one in the lowest byte, zeros behind.
using PackedWord = std::uint64_t;

inline constexpr unsigned bits_per_word = 10;
inline constexpr std::size_t list_size = 1U << bits_per_word;

/// Reads the whole list for every word, so that no address depends on the index. @param index 0 .. 1023, secret.
[[nodiscard]] PackedWord word_at(std::uint16_t index) noexcept;
/// The same the other way round. @return list_size for a word that is not in the list.
[[nodiscard]] std::uint16_t index_of(PackedWord word) noexcept;

/// In lower case. @return 0 for more than eight characters.
[[nodiscard]] PackedWord pack(ByteView word) noexcept;

/// The words of a text between its white space (space, tab, line ends). The views die with the text.
[[nodiscard]] std::vector<ByteView> split_words(ByteView text);

/// Words of the list that differ from this one in at most two letters (one wrong, missing, added, or two that changed
/// places), the nearest first, at most three. Not in constant time.
[[nodiscard]] std::vector<std::string_view> nearest_words(ByteView word);

} // namespace papervault::crypto::slip39
