#include "ledger/note_lines.hpp"

#include <papervault/crypto/bytes.hpp>

#include <algorithm>
#include <charconv>

namespace papervault::vault {

bool is_note_text(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t n) {
            return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0U;
        };
        const unsigned lead = byte(0);
        if (lead < 0x20 && lead != '\n') { return false; }
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length == 0 || lead > 0xF4) { return false; }
        for (std::size_t n = 1; n < length; ++n) {
            if ((byte(n) & 0xC0U) != 0x80U) { return false; }
        }
        // Longer than needed, surrogates, beyond U+10FFFF: all told by the second byte.
        const unsigned second = byte(1);
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F)) {
            return false;
        }
        at += length;
    }
    return true;
}

std::optional<std::string_view> take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    if (end == std::string_view::npos) { return std::nullopt; }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<std::uint64_t> decimal_line(std::string_view line)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    const bool whole = error == std::errc{} && end == line.data() + line.size() && number <= INT64_MAX;
    if (!whole || std::to_string(number) != line) { return std::nullopt; }
    return number;
}

std::optional<crypto::Digest> digest_line(std::string_view line)
{
    const auto bytes = crypto::from_base64(line);
    crypto::Digest digest;
    if (!bytes || bytes->size() != digest.bytes.size()) { return std::nullopt; }
    std::ranges::copy(*bytes, digest.bytes.begin());
    return digest;
}

} // namespace papervault::vault
