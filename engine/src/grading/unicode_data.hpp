#pragma once

#include <array>
#include <cstdint>

/// Tables of the Unicode Character Database that normalization needs (UAX #15). Data alone: each way of grading has its
/// own code for them.
namespace papervault::engine::grading::unicode {

/// The full decomposition of a character: `count` characters from `first` on in decomposed_characters.
struct Decomposition {
    char32_t character;
    std::uint16_t first;
    std::uint16_t count;
};
struct CombiningClass {
    char32_t character;
    std::uint8_t value; ///< Not 0.
};
/// Two characters that NFC writes as one.
struct Composition {
    char32_t first, second, composed;
};

// Each table is sorted by character (compositions: by first, then second). compatibility_decompositions has only the
// characters whose compatibility decomposition differs from the canonical one.
// clang-format off
#include "grading/unicode_tables.inc"
// clang-format on

/// Hangul syllables are composed by rule: S = base + (L × 21 + V) × 28 + T.
inline constexpr char32_t hangul_base = 0xAC00, hangul_lead = 0x1100, hangul_vowel = 0x1161, hangul_tail = 0x11A7;
inline constexpr char32_t hangul_leads = 19, hangul_vowels = 21, hangul_tails = 28;

} // namespace papervault::engine::grading::unicode
