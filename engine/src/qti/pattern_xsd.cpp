// Translates the regular expressions of XML Schema, which have anchors nowhere and classes of their own, for RE2.
#include "qti/pattern.hpp"
#include "qti/text.hpp"
#include "qti/unicode_blocks.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace papervault::engine::qti {
namespace {

using Range = CharacterRange;
using Ranges = std::vector<Range>;
constexpr char32_t last_character = 0x10FFFF;

/// XML 1.0, fifth edition: NameStartChar, and what NameChar adds.
const Ranges name_start{{':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
                        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
                        {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
                        {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
const Ranges name_more{{'-', '-'}, {'.', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};
const Ranges spaces{{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}};

Ranges sorted(Ranges ranges)
{
    std::ranges::sort(ranges, {}, &Range::first);
    Ranges joined;
    for (const Range& range : ranges) {
        if (!joined.empty() && range.first <= joined.back().last + 1) {
            joined.back().last = std::max(joined.back().last, range.last);
        } else {
            joined.push_back(range);
        }
    }
    return joined;
}

Ranges complement(const Ranges& ranges)
{
    Ranges others;
    char32_t next = 0;
    for (const Range& range : sorted(ranges)) {
        if (range.first > next) { others.push_back({next, range.first - 1}); }
        next = range.last + 1;
    }
    if (next <= last_character) { others.push_back({next, last_character}); }
    return others;
}

Ranges together(Ranges left, const Ranges& right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::string code(char32_t character)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "\\x{%X}", static_cast<unsigned>(character));
    return text.data();
}

std::string in_brackets(const Ranges& ranges)
{
    std::string text;
    for (const Range& range : ranges) {
        text += code(range.first);
        if (range.last != range.first) { text += "-" + code(range.last); }
    }
    return text;
}

/// What stands between the brackets of a class: plain ranges, and categories of Unicode that RE2 knows by name.
struct CharacterClass {
    Ranges ranges;
    std::string categories;
    bool is_negated = false;

    [[nodiscard]] std::string text() const
    {
        if (ranges.empty() && categories.empty()) { return is_negated ? "(?s:.)" : "[^\\x{0}-\\x{10FFFF}]"; }
        return (is_negated ? "[^" : "[") + in_brackets(sorted(ranges)) + categories + "]";
    }
};

constexpr std::string_view word_categories = "\\p{L}\\p{M}\\p{N}\\p{S}";
constexpr std::string_view other_categories = "\\p{P}\\p{Z}\\p{C}";

std::optional<CharacterClass> members_of(const CharacterClass& set)
{
    return CharacterClass{set.ranges, set.categories, false};
}

/// What stands between the brackets, as a class of everything else. @return Nothing where that is no union of ranges
/// and categories: several categories together, but for those of \w.
std::optional<CharacterClass> members_outside(const CharacterClass& set)
{
    if (set.categories.empty()) { return CharacterClass{complement(set.ranges), {}, false}; }
    if (!set.ranges.empty()) { return std::nullopt; }
    if (set.categories == word_categories) { return CharacterClass{{}, std::string{other_categories}, false}; }
    if (set.categories == other_categories) { return CharacterClass{{}, std::string{word_categories}, false}; }
    if (set.categories.find('\\', 1) != std::string::npos) { return std::nullopt; }
    std::string flipped = set.categories;
    flipped[1] = flipped[1] == 'p' ? 'P' : 'p';
    return CharacterClass{{}, std::move(flipped), false};
}

class Translator {
public:
    explicit Translator(std::string_view pattern) : rest_{pattern} {}

    Result<std::string> run()
    {
        std::string text = alternatives(0);
        if (problem_.empty() && !rest_.empty()) { fail("unexpected ')'"); }
        if (!problem_.empty()) { return refuse(EngineError::malformed, "pattern: " + problem_); }
        return text;
    }

private:
    void fail(std::string problem)
    {
        if (problem_.empty()) { problem_ = std::move(problem); }
        rest_ = {};
    }
    bool take(std::string_view text)
    {
        if (!rest_.starts_with(text)) { return false; }
        rest_.remove_prefix(text.size());
        return true;
    }
    /// The next character; 0 at the end.
    char32_t next()
    {
        if (rest_.empty()) {
            fail("it ends too soon");
            return 0;
        }
        const auto first = static_cast<unsigned char>(rest_.front());
        const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        char32_t character = bytes == 1 ? first : first & (0xFFU >> (bytes + 1));
        for (std::size_t at = 1; at < bytes && at < rest_.size(); ++at) {
            character = (character << 6) | (static_cast<unsigned char>(rest_[at]) & 0x3FU);
        }
        rest_.remove_prefix(std::min(bytes, rest_.size()));
        return character;
    }

    std::string alternatives(int depth) // NOLINT(misc-no-recursion): bounded below
    {
        if (depth > 50) {
            fail("groups too deep");
            return {};
        }
        std::string text;
        while (!rest_.empty() && rest_.front() != ')') {
            if (take("|")) {
                text += "|";
                continue;
            }
            text += atom(depth);
            text += quantifier();
        }
        return text;
    }

    std::string atom(int depth) // NOLINT(misc-no-recursion)
    {
        if (take("(")) {
            std::string group = "(?:" + alternatives(depth + 1) + ")";
            if (!take(")")) { fail("')' is missing"); }
            return group;
        }
        if (take("[")) { return char_class(0).text(); }
        if (take(".")) { return "[^\\n\\r]"; }
        if (take("\\")) { return escape().text(); }
        if (std::string_view{"?*+{}]"}.find(rest_.front()) != std::string_view::npos) {
            fail(std::string{"unexpected '"} + rest_.front() + "'");
            return {};
        }
        return code(next());
    }

    std::string quantifier()
    {
        for (const std::string_view sign : {"?", "*", "+"}) {
            if (take(sign)) { return std::string{sign}; }
        }
        if (!rest_.starts_with('{')) { return {}; }
        const std::size_t end = rest_.find('}');
        const std::string_view inside = end == std::string_view::npos ? std::string_view{} : rest_.substr(1, end - 1);
        const std::size_t comma = inside.find(',');
        const std::string_view low = inside.substr(0, comma);
        const std::string_view high = comma == std::string_view::npos ? low : inside.substr(comma + 1);
        const auto is_number = [](std::string_view digits) {
            return digits.size() <= 4 && digits.find_first_not_of("0123456789") == std::string_view::npos;
        };
        const bool runs_backwards = is_number(low) && is_number(high) && !high.empty() &&
                                    integer_from_text(low).value_or(0) > integer_from_text(high).value_or(0);
        if (low.empty() || !is_number(low) || !is_number(high) || runs_backwards) {
            fail("not a quantifier: {…}");
            return {};
        }
        rest_.remove_prefix(end + 1);
        return "{" + std::string{inside} + "}";
    }

    /// After a backslash.
    CharacterClass escape()
    {
        const char32_t letter = next();
        switch (letter) {
        case 'n': return {{{'\n', '\n'}}, {}, false};
        case 'r': return {{{'\r', '\r'}}, {}, false};
        case 't': return {{{'\t', '\t'}}, {}, false};
        case 's': return {spaces, {}, false};
        case 'S': return {complement(spaces), {}, false};
        case 'd': return {{}, "\\p{Nd}", false};
        case 'D': return {{}, "\\P{Nd}", false};
        case 'w': return {{}, std::string{word_categories}, false};
        case 'W': return {{}, std::string{other_categories}, false};
        case 'i': return {name_start, {}, false};
        case 'I': return {complement(name_start), {}, false};
        case 'c': return {together(name_start, name_more), {}, false};
        case 'C': return {complement(together(name_start, name_more)), {}, false};
        case 'p': return category("\\p");
        case 'P': return category("\\P");
        default: break;
        }
        // The standard lists \|.?*+(){}-[]^ ; '$', '/' and the like are common and can mean nothing else.
        if (letter >= 0x80 || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
            (letter >= 'A' && letter <= 'Z')) {
            fail("an escape that XML Schema does not have");
        }
        return {{{letter, letter}}, {}, false};
    }

    CharacterClass category(std::string_view sign)
    {
        const std::size_t end = rest_.find('}');
        if (!rest_.starts_with('{') || end == std::string_view::npos) {
            fail("not a category");
            return {};
        }
        const std::string_view name = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (name.starts_with("Is")) {
            const auto block = std::ranges::find(unicode_blocks, name.substr(2), &UnicodeBlock::name);
            if (block == unicode_blocks.end()) {
                fail("the block " + std::string{name} + " is not known here");
                return {};
            }
            return {sign == "\\p" ? Ranges{block->range} : complement({block->range}), {}, false};
        }
        static constexpr std::string_view letters = "LMNPZSC";
        if (name.empty() || name.size() > 2 || letters.find(name.front()) == std::string_view::npos) {
            fail("not a category of Unicode");
            return {};
        }
        return {{}, std::string{sign} + "{" + std::string{name} + "}", false};
    }

    /// After '['.
    CharacterClass char_class(int depth) // NOLINT(misc-no-recursion)
    {
        CharacterClass made;
        if (depth > 10) {
            fail("classes too deep");
            return made;
        }
        made.is_negated = take("^");
        bool is_first = true;
        while (problem_.empty()) {
            if (!is_first && take("]")) { return made; }
            if (!is_first && rest_.starts_with("-[")) {
                rest_.remove_prefix(2);
                made = without(made, char_class(depth + 1));
                if (!take("]")) { fail("']' is missing"); }
                return made;
            }
            if (rest_.starts_with("]") || rest_.starts_with("[")) {
                fail("an unescaped bracket in a class");
                return made;
            }
            add_member(made);
            is_first = false;
        }
        return made;
    }

    void add_member(CharacterClass& made)
    {
        CharacterClass member;
        if (take("\\")) {
            member = escape();
        } else {
            const char32_t character = next();
            member.ranges = {{character, character}};
        }
        made.categories += member.categories;
        const bool is_one = member.categories.empty() && member.ranges.size() == 1 &&
                            member.ranges.front().first == member.ranges.front().last;
        const bool is_range = rest_.size() > 1 && rest_.front() == '-' && rest_[1] != ']' && rest_[1] != '[';
        if (!is_one || !is_range) {
            made.ranges = together(std::move(made.ranges), member.ranges);
            return;
        }
        rest_.remove_prefix(1);
        char32_t last = 0;
        if (take("\\")) {
            const CharacterClass end = escape();
            if (!end.categories.empty() || end.ranges.size() != 1 || end.ranges[0].first != end.ranges[0].last) {
                return fail("a range that ends with a class");
            }
            last = end.ranges.front().first;
        } else {
            last = next();
        }
        if (last < member.ranges.front().first) { return fail("a range that runs backwards"); }
        made.ranges.push_back({member.ranges.front().first, last});
    }

    /// a without b = not (not a or b)
    CharacterClass without(const CharacterClass& from, const CharacterClass& taken)
    {
        const auto others = from.is_negated ? members_of(from) : members_outside(from);
        const auto gone = taken.is_negated ? members_outside(taken) : members_of(taken);
        if (!others || !gone) {
            fail("subtraction from several categories is not supported");
            return {};
        }
        return {together(others->ranges, gone->ranges), others->categories + gone->categories, true};
    }

    std::string_view rest_;
    std::string problem_;
};

} // namespace

Result<std::string> xsd_pattern_to_re2(std::string_view pattern)
{
    if (pattern.size() > pattern_bytes_max) {
        return refuse(EngineError::out_of_range, "pattern: more than " + std::to_string(pattern_bytes_max) + " bytes");
    }
    return Translator{pattern}.run();
}

} // namespace papervault::engine::qti
