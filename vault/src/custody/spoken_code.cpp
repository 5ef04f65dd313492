#include "custody/spoken_code.hpp"

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Times x in GF(32) with x^5 + x^2 + 1.
constexpr unsigned times_x(unsigned value) noexcept
{
    value <<= 1U;
    return (value & 0x20U) != 0 ? value ^ 0x25U : value;
}

/// Different powers of x for the places of a group, and the group's number on top: a wrong symbol changes it, and so do
/// two that changed places.
unsigned check_symbol(crypto::ByteView group, std::size_t number) noexcept
{
    unsigned sum = 0;
    for (const std::byte symbol : group) { sum = times_x(sum ^ std::to_integer<unsigned>(symbol)); }
    return sum ^ static_cast<unsigned>(number + 1);
}

/// What people read as a letter of the alphabet; nothing for any other character.
int symbol_of(char c) noexcept
{
    if (c >= 'a' && c <= 'z') { c = static_cast<char>(c - 'a' + 'A'); }
    if (c == 'O') { c = '0'; }
    if (c == 'I' || c == 'L') { c = '1'; }
    const auto at = alphabet.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

} // namespace

std::string write_spoken_code(const crypto::SecretBuffer& symbols)
{
    std::string text;
    for (std::size_t number = 0; number < spoken_groups; ++number) {
        const crypto::ByteView group =
            crypto::ByteView{symbols.expose()}.subspan(number * spoken_group_symbols, spoken_group_symbols);
        if (number > 0) { text += '-'; }
        for (const std::byte symbol : group) { text += alphabet[std::to_integer<std::size_t>(symbol) & 31U]; }
        text += alphabet[check_symbol(group, number)];
    }
    return text;
}

Result<crypto::SecretBuffer> read_spoken_code(std::string_view text)
{
    constexpr std::size_t typed = spoken_groups * (spoken_group_symbols + 1);
    crypto::SecretBuffer characters{typed};
    std::size_t count = 0;
    for (const char c : text) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') { continue; }
        const int symbol = symbol_of(c);
        if (symbol < 0) {
            return refuse(VaultError::malformed,
                          "the spoken code has a character that is neither letter nor digit of it, in group " +
                              std::to_string(count / (spoken_group_symbols + 1) + 1));
        }
        if (count == typed) { return refuse(VaultError::malformed, "the spoken code has more than 6 groups of 5"); }
        characters.expose()[count++] = static_cast<std::byte>(symbol);
    }
    if (count != typed) {
        return refuse(VaultError::malformed, "the spoken code has 6 groups of 5 characters; " + std::to_string(count) +
                                                 " characters were typed");
    }
    crypto::SecretBuffer symbols{spoken_symbols};
    for (std::size_t number = 0; number < spoken_groups; ++number) {
        const auto group = characters.expose().subspan(number * (spoken_group_symbols + 1), spoken_group_symbols + 1);
        const auto payload = group.first(spoken_group_symbols);
        if (check_symbol(payload, number) != std::to_integer<unsigned>(group.back())) {
            return refuse(VaultError::malformed, "group " + std::to_string(number + 1) +
                                                     " of the spoken code is not right; have it read again");
        }
        std::ranges::copy(payload, symbols.expose().subspan(number * spoken_group_symbols).begin());
    }
    return symbols;
}

} // namespace papervault::vault
