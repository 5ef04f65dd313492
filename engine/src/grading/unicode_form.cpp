#include "grading/unicode_form.hpp"

#include "grading/code_points.hpp"
#include "grading/unicode_data.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace papervault::engine::grading {
namespace {

using namespace unicode;
using Characters = std::vector<char32_t>;

template <class Table>
const Decomposition* decomposition_in(const Table& table, char32_t character)
{
    const auto* found = std::ranges::lower_bound(table, character, {}, &Decomposition::character);
    return found != table.end() && found->character == character ? found : nullptr;
}

int combining_class(char32_t character)
{
    const auto* found = std::ranges::lower_bound(combining_classes, character, {}, &CombiningClass::character);
    return found != combining_classes.end() && found->character == character ? found->value : 0;
}

void append_decomposed(Characters& out, char32_t character, UnicodeForm form)
{
    if (character >= hangul_base && character < hangul_base + hangul_leads * hangul_vowels * hangul_tails) {
        const char32_t index = character - hangul_base;
        out.push_back(hangul_lead + index / (hangul_vowels * hangul_tails));
        out.push_back(hangul_vowel + index / hangul_tails % hangul_vowels);
        if (index % hangul_tails != 0) out.push_back(hangul_tail + index % hangul_tails);
        return;
    }
    const Decomposition* found = nullptr;
    if (form == UnicodeForm::nfkc) found = decomposition_in(compatibility_decompositions, character);
    if (found == nullptr) found = decomposition_in(canonical_decompositions, character);
    if (found == nullptr) {
        out.push_back(character);
    } else {
        const auto parts = std::span{decomposed_characters}.subspan(found->first, found->count);
        out.insert(out.end(), parts.begin(), parts.end());
    }
}

/// Marks behind a base character in the order of their classes, those of one class as they stood.
void order_marks(Characters& characters)
{
    std::vector<std::pair<int, std::size_t>> marks; // class, place
    for (std::size_t place = 0; place <= characters.size(); ++place) {
        const int its_class = place < characters.size() ? combining_class(characters[place]) : 0;
        if (its_class != 0) {
            marks.emplace_back(its_class, place);
            continue;
        }
        std::ranges::sort(marks);
        Characters ordered;
        for (const auto& mark : marks) { ordered.push_back(characters[mark.second]); }
        std::ranges::copy(ordered, characters.begin() + static_cast<std::ptrdiff_t>(place - marks.size()));
        marks.clear();
    }
}

char32_t composed(char32_t first, char32_t second)
{
    if (first >= hangul_lead && first < hangul_lead + hangul_leads && second >= hangul_vowel &&
        second < hangul_vowel + hangul_vowels) {
        return hangul_base + ((first - hangul_lead) * hangul_vowels + (second - hangul_vowel)) * hangul_tails;
    }
    const bool is_open_syllable = first >= hangul_base &&
                                  first < hangul_base + hangul_leads * hangul_vowels * hangul_tails &&
                                  (first - hangul_base) % hangul_tails == 0;
    if (is_open_syllable && second > hangul_tail && second < hangul_tail + hangul_tails) {
        return first + (second - hangul_tail);
    }
    const auto* found =
        std::ranges::find_if(std::ranges::lower_bound(compositions, first, {}, &Composition::first), compositions.end(),
                             [&](const Composition& pair) { return pair.first != first || pair.second == second; });
    return found != compositions.end() && found->first == first ? found->composed : 0;
}

/// UAX #15, canonical composition: each character with the last starter, unless something blocks it.
Characters compose(const Characters& characters)
{
    Characters out;
    std::size_t starter = 0;
    bool has_starter = false;
    int class_before = 0;
    for (const char32_t character : characters) {
        const int its_class = combining_class(character);
        const bool follows_starter = has_starter && starter + 1 == out.size();
        const bool is_blocked = !follows_starter && (class_before == 0 || class_before >= its_class);
        const char32_t both = has_starter && !is_blocked ? composed(out[starter], character) : 0;
        if (both != 0) {
            out[starter] = both;
            continue;
        }
        if (its_class == 0) {
            starter = out.size();
            has_starter = true;
        }
        class_before = its_class;
        out.push_back(character);
    }
    return out;
}

void append_utf8(std::string& out, char32_t character)
{
    const auto byte = [&out](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
    if (character < 0x80) {
        byte(character);
    } else if (character < 0x800) {
        byte(0xC0 | character >> 6), byte(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        byte(0xE0 | character >> 12), byte(0x80 | (character >> 6 & 0x3F)), byte(0x80 | (character & 0x3F));
    } else {
        byte(0xF0 | character >> 18), byte(0x80 | (character >> 12 & 0x3F));
        byte(0x80 | (character >> 6 & 0x3F)), byte(0x80 | (character & 0x3F));
    }
}

} // namespace

std::string in_unicode_form(std::string_view text, UnicodeForm form)
{
    if (form == UnicodeForm::as_typed) return std::string{text};
    std::string out;
    Characters part;
    const auto finish_part = [&] {
        order_marks(part);
        for (const char32_t character : compose(part)) append_utf8(out, character);
        part.clear();
    };
    while (!text.empty()) {
        const auto first = first_code_point(text);
        if (first) {
            append_decomposed(part, first->value, form);
        } else {
            finish_part();
            out += text.front();
        }
        text.remove_prefix(first ? first->bytes : 1);
    }
    finish_part();
    return out;
}

} // namespace papervault::engine::grading
