#include "grading/code_points.hpp"
#include "grading/unicode_form.hpp"

#include <papervault/engine/grading.hpp>

#include <algorithm>
#include <array>

namespace papervault::engine {

namespace {

struct Replacement {
    char32_t from;
    std::string_view to;
};

/// Punctuation as Chinese keyboards, word processors and authors write it, with what an English keyboard gives. Sorted.
/// The full-width forms U+FF01 to U+FF5E are not listed: they fold by rule.
constexpr std::array replacements{
    Replacement{0x2010, "-"},   // ‐ hyphen
    Replacement{0x2011, "-"},   // non-breaking hyphen
    Replacement{0x2012, "-"},   // ‒ figure dash
    Replacement{0x2013, "-"},   // – en dash
    Replacement{0x2014, "-"},   // — em dash
    Replacement{0x2015, "-"},   // ― horizontal bar
    Replacement{0x2018, "'"},   // ‘
    Replacement{0x2019, "'"},   // ’
    Replacement{0x201a, "'"},   // ‚
    Replacement{0x201b, "'"},   // ‛
    Replacement{0x201c, "\""},  // “
    Replacement{0x201d, "\""},  // ”
    Replacement{0x201e, "\""},  // „
    Replacement{0x201f, "\""},  // ‟
    Replacement{0x2026, "..."}, // …
    Replacement{0x2212, "-"},   // − minus sign
    Replacement{0x3001, ","},   // 、
    Replacement{0x3002, "."},   // 。
    Replacement{0x3008, "<"},   // 〈
    Replacement{0x3009, ">"},   // 〉
    Replacement{0x300a, "<"},   // 《
    Replacement{0x300b, ">"},   // 》
    Replacement{0x300c, "\""},  // 「
    Replacement{0x300d, "\""},  // 」
    Replacement{0x300e, "\""},  // 『
    Replacement{0x300f, "\""},  // 』
    Replacement{0x3010, "["},   // 【
    Replacement{0x3011, "]"},   // 】
    Replacement{0x3014, "["},   // 〔
    Replacement{0x3015, "]"},   // 〕
    Replacement{0x301c, "~"},   // 〜
    Replacement{0xfe63, "-"},   // ﹣ small hyphen-minus
    Replacement{0xff61, "."},   // ｡ half-width full stop
    Replacement{0xff62, "\""},  // ｢
    Replacement{0xff63, "\""},  // ｣
    Replacement{0xff64, ","},   // ､ half-width comma
};
static_assert(std::ranges::is_sorted(replacements, {}, &Replacement::from));

constexpr char fold_case(char32_t ascii, const TextRule& rule) noexcept
{
    return static_cast<char>(!rule.match_case && ascii >= U'A' && ascii <= U'Z' ? ascii - U'A' + U'a' : ascii);
}

void append_normal(std::string& normal, char32_t character, std::string_view bytes, const TextRule& rule)
{
    if (character < 0x80) {
        normal += fold_case(character, rule);
    } else if (rule.match_width) {
        normal += bytes;
    } else if (character >= 0xff01 && character <= 0xff5e) {
        normal += fold_case(character - 0xfee0, rule);
    } else if (const auto* found = std::ranges::lower_bound(replacements, character, {}, &Replacement::from);
               found != replacements.end() && found->from == character) {
        normal += found->to;
    } else {
        normal += bytes;
    }
}

} // namespace

std::string normal_text(std::string_view typed, const TextRule& rule)
{
    const std::string in_form = grading::in_unicode_form(typed, rule.form);
    std::string_view text = in_form;
    std::string normal;
    normal.reserve(text.size());
    bool space_is_due = false;
    while (!text.empty()) {
        const auto first = grading::first_code_point(text);
        const std::string_view bytes = text.substr(0, first ? first->bytes : 1);
        text.remove_prefix(bytes.size());
        if (first && grading::is_white_space(first->value) && rule.spaces != SpaceRule::exact) {
            space_is_due = !normal.empty() && rule.spaces == SpaceRule::collapse;
            continue;
        }
        if (space_is_due) { normal += ' '; }
        space_is_due = false;
        if (first && first->value == 0x3000 && !rule.match_width) {
            normal += ' ';
        } else if (first) {
            append_normal(normal, first->value, bytes, rule);
        } else {
            normal += bytes; // not UTF-8: stands for itself
        }
    }
    return normal;
}

} // namespace papervault::engine
