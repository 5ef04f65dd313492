#include "grading/columnar/typed_text.hpp"

#include "grading/unicode_data.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace papervault::engine::columnar {
namespace {

namespace unicode = grading::unicode;

constexpr char32_t broken = 0x110000;

/// The Unicode tables as hash maps, made at first use.
struct Tables {
    std::unordered_map<char32_t, Characters> canonical, compatible;
    std::unordered_map<char32_t, int> classes;
    std::unordered_map<std::uint64_t, char32_t> pairs;

    static std::uint64_t pair(char32_t first, char32_t second) { return std::uint64_t{first} << 32U | second; }

    Tables()
    {
        const auto read = [](const auto& rows, auto& into) {
            for (const auto& row : rows) {
                into.emplace(row.character, Characters(unicode::decomposed_characters.data() + row.first, row.count));
            }
        };
        read(unicode::canonical_decompositions, canonical);
        compatible = canonical;
        for (const auto& row : unicode::compatibility_decompositions) {
            compatible[row.character] = Characters(unicode::decomposed_characters.data() + row.first, row.count);
        }
        for (const auto& row : unicode::combining_classes) { classes.emplace(row.character, row.value); }
        for (const auto& row : unicode::compositions) { pairs.emplace(pair(row.first, row.second), row.composed); }
    }
    [[nodiscard]] int class_of(char32_t character) const
    {
        const auto found = classes.find(character);
        return found == classes.end() ? 0 : found->second;
    }
};

const Tables& tables()
{
    static const Tables made;
    return made;
}

bool is_syllable(char32_t c)
{
    return c >= 0xAC00 && c <= 0xD7A3;
}

Characters decomposed(const Characters& text, bool by_compatibility)
{
    const auto& map = by_compatibility ? tables().compatible : tables().canonical;
    Characters out;
    for (const char32_t c : text) {
        if (is_syllable(c)) {
            const char32_t s = c - 0xAC00;
            out += static_cast<char32_t>(0x1100 + s / 588);
            out += static_cast<char32_t>(0x1161 + s % 588 / 28);
            if (s % 28 > 0) { out += static_cast<char32_t>(0x11A7 + s % 28); }
        } else if (const auto found = map.find(c); found != map.end()) {
            out += found->second;
        } else {
            out += c;
        }
    }
    // Each run of marks in the order of (class, place).
    std::vector<std::uint64_t> run;
    for (std::size_t i = 0; i < out.size();) {
        if (tables().class_of(out[i]) == 0) {
            ++i;
            continue;
        }
        run.clear();
        const std::size_t first = i;
        for (; i < out.size() && tables().class_of(out[i]) != 0; ++i) {
            run.push_back(static_cast<std::uint64_t>(tables().class_of(out[i])) << 32U | (i - first));
        }
        std::sort(run.begin(), run.end());
        const Characters marks = out.substr(first, i - first);
        for (std::size_t k = 0; k < run.size(); ++k) { out[first + k] = marks[run[k] & 0xFFFFFFFFU]; }
    }
    return out;
}

char32_t joined(char32_t first, char32_t second)
{
    if (first - 0x1100U < 19 && second - 0x1161U < 21) {
        return 0xAC00 + (first - 0x1100) * 588 + (second - 0x1161) * 28;
    }
    if (is_syllable(first) && (first - 0xAC00) % 28 == 0 && second - 0x11A8U < 27) { return first + (second - 0x11A7); }
    const auto found = tables().pairs.find(Tables::pair(first, second));
    return found == tables().pairs.end() ? 0 : found->second;
}

/// Starter by starter: what follows is tried in turn, and stays where a character of its class or a starter that stayed
/// stands between.
Characters recomposed(const Characters& text)
{
    Characters out;
    std::size_t i = 0;
    while (i < text.size()) {
        if (tables().class_of(text[i]) != 0) {
            out += text[i++];
            continue;
        }
        char32_t starter = text[i++];
        Characters stayed;
        int highest = 0; // of the marks that stayed
        for (; i < text.size(); ++i) {
            const int its_class = tables().class_of(text[i]);
            const bool can_join = stayed.empty() || (its_class != 0 && its_class > highest);
            const char32_t both = can_join ? joined(starter, text[i]) : 0;
            if (both != 0) {
                starter = both;
            } else if (its_class == 0) {
                break;
            } else {
                stayed += text[i];
                highest = its_class;
            }
        }
        out += starter;
        out += stayed;
    }
    return out;
}

bool is_space(char32_t c)
{
    switch (c) {
    case U' ':
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000: return true;
    default: return (c >= U'\t' && c <= U'\r') || (c >= 0x2000 && c <= 0x200A);
    }
}

/// Half-width spelling of what a Chinese keyboard gives; 0 where there is none, U'…' (three points) by itself.
char32_t half_width(char32_t c)
{
    if (c > 0xFF00 && c < 0xFF5F) { return c - 0xFF00 + 0x20; }
    if (c >= 0x2010 && c <= 0x2015) { return U'-'; }
    if (c >= 0x2018 && c <= 0x201B) { return U'\''; }
    if ((c >= 0x201C && c <= 0x201F) || (c >= 0x300C && c <= 0x300F) || c == 0xFF62 || c == 0xFF63) { return U'"'; }
    switch (c) {
    case 0x2212:
    case 0xFE63: return U'-';
    case 0x3001:
    case 0xFF64: return U',';
    case 0x3002:
    case 0xFF61: return U'.';
    case 0x3008:
    case 0x300A: return U'<';
    case 0x3009:
    case 0x300B: return U'>';
    case 0x3010:
    case 0x3014: return U'[';
    case 0x3011:
    case 0x3015: return U']';
    case 0x301C: return U'~';
    case 0x3000: return U' ';
    default: return 0;
    }
}

} // namespace

Characters characters_of(std::string_view text)
{
    Characters out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto at = [&](std::size_t k) -> unsigned {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
        };
        const auto tail = [&](std::size_t k) { return (at(k) & 0xC0U) == 0x80U; };
        const unsigned lead = at(0);
        char32_t value = broken + lead;
        std::size_t length = 1;
        if (lead < 0x80) {
            value = lead;
        } else if (lead >= 0xC2 && lead <= 0xDF && tail(1)) {
            value = (lead & 0x1FU) << 6U | (at(1) & 0x3FU);
            length = 2;
        } else if ((lead & 0xF0U) == 0xE0U && tail(1) && tail(2)) {
            const char32_t three = (lead & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
            if (three >= 0x800 && (three < 0xD800 || three > 0xDFFF)) {
                value = three;
                length = 3;
            }
        } else if (lead >= 0xF0 && lead <= 0xF4 && tail(1) && tail(2) && tail(3)) {
            const char32_t four =
                (lead & 0x07U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U | (at(3) & 0x3FU);
            if (four >= 0x10000 && four <= 0x10FFFF) {
                value = four;
                length = 4;
            }
        }
        out += value;
        i += length;
    }
    return out;
}

bool has_no_mark(const Characters& text)
{
    return std::all_of(text.begin(), text.end(), is_space);
}

Characters folded(const Characters& typed, const TextRule& rule)
{
    Characters text = typed;
    if (rule.form != UnicodeForm::as_typed) { text = recomposed(decomposed(typed, rule.form == UnicodeForm::nfkc)); }
    Characters out;
    bool space_before = false;
    for (char32_t c : text) {
        if (rule.spaces != SpaceRule::exact && is_space(c)) {
            space_before = true;
            continue;
        }
        if (space_before && rule.spaces == SpaceRule::collapse && !out.empty()) { out += U' '; }
        space_before = false;
        if (!rule.match_width && c == 0x2026) {
            out += U"...";
            continue;
        }
        if (const char32_t half = rule.match_width ? 0 : half_width(c); half != 0) { c = half; }
        out += !rule.match_case && c >= U'A' && c <= U'Z' ? static_cast<char32_t>(c + 32) : c;
    }
    return out;
}

} // namespace papervault::engine::columnar
