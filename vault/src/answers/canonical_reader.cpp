#include "answers/canonical_reader.hpp"

#include <limits>

namespace papervault::vault {
namespace {

constexpr unsigned char byte(char c) noexcept
{
    return static_cast<unsigned char>(c);
}

/// Eight characters at once: none that ends a text, begins an escape, is a control or not ASCII.
bool are_plain(const char* at) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const auto has_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t backslash = word ^ (ones * '\\');
    const std::uint64_t control = (word - ones * 0x20) & ~word;
    return ((word | has_zero(quote) | has_zero(backslash) | control) & tops) == 0;
}

} // namespace

/// Table 3-7 of the Unicode standard.
bool CanonicalReader::skip_character() noexcept
{
    const unsigned char lead = byte(*at_);
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    std::size_t more = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        if (lead == 0xE0) { low = 0xA0; }
        if (lead == 0xED) { high = 0x9F; }
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        if (lead == 0xF0) { low = 0x90; }
        if (lead == 0xF4) { high = 0x8F; }
    } else {
        return false;
    }
    if (left() <= more) { return false; }
    for (std::size_t n = 1; n <= more; ++n) {
        const unsigned char next = byte(at_[n]);
        if (next < (n == 1 ? low : 0x80) || next > (n == 1 ? high : 0xBF)) { return false; }
    }
    at_ += more + 1;
    return true;
}

/// Behind the backslash.
std::optional<char> CanonicalReader::escape() noexcept
{
    if (at_ == end_) { return std::nullopt; }
    switch (*at_++) {
    case '"': return '"';
    case '\\': return '\\';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return std::nullopt;
    }
    if (left() < 4 || at_[0] != '0' || at_[1] != '0' || (at_[2] != '0' && at_[2] != '1')) { return std::nullopt; }
    const char last = at_[3];
    int value = (at_[2] - '0') * 16;
    if (last >= '0' && last <= '9') {
        value += last - '0';
    } else if (last >= 'a' && last <= 'f') {
        value += last - 'a' + 10;
    } else {
        return std::nullopt;
    }
    at_ += 4;
    const auto control = static_cast<char>(value);
    // These have shorter spellings.
    if (control == '\b' || control == '\f' || control == '\n' || control == '\r' || control == '\t') {
        return std::nullopt;
    }
    return control;
}

std::optional<std::string_view> CanonicalReader::text(std::string& scratch)
{
    if (!take('"')) { return std::nullopt; }
    bool is_copied = false;
    const char* run = at_; // what has not been copied yet
    for (;;) {
        while (left() >= 8 && are_plain(at_)) { at_ += 8; }
        if (at_ == end_) { return std::nullopt; }
        const char c = *at_;
        if (c == '"') { break; }
        if (byte(c) >= 0x80) {
            if (!skip_character()) { return std::nullopt; }
        } else if (byte(c) < 0x20) {
            return std::nullopt;
        } else if (c == '\\') {
            if (!is_copied) { scratch.clear(); }
            is_copied = true;
            scratch += since(run);
            ++at_;
            const auto escaped = escape();
            if (!escaped) { return std::nullopt; }
            scratch += *escaped;
            run = at_;
        } else {
            ++at_;
        }
    }
    const std::string_view rest = since(run);
    ++at_;
    if (!is_copied) { return rest; }
    scratch += rest;
    return std::string_view{scratch};
}

std::optional<std::int64_t> CanonicalReader::number() noexcept
{
    const char* const first = at_;
    std::int64_t value = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') {
        const int digit = *at_ - '0';
        if (value > (std::numeric_limits<std::int64_t>::max() - digit) / 10) { return std::nullopt; }
        value = value * 10 + digit;
        ++at_;
    }
    const std::size_t digits = since(first).size();
    if (digits == 0 || (digits > 1 && *first == '0')) { return std::nullopt; }
    return value;
}

} // namespace papervault::vault
