#include <papervault/crypto/bytes.hpp>

#include "sodium_bytes.hpp"

namespace papervault::crypto {

namespace {

constexpr std::string_view crockford_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// @return 0 .. 31, or nothing.
std::optional<unsigned> crockford_value(char character)
{
    if (character >= 'a' && character <= 'z') { character = static_cast<char>(character - 'a' + 'A'); }
    if (character == 'O') { return 0; }
    if (character == 'I' || character == 'L') { return 1; }
    const auto value = crockford_alphabet.find(character);
    if (value == std::string_view::npos) { return std::nullopt; }
    return static_cast<unsigned>(value);
}

} // namespace

ByteView bytes_of(std::string_view text) noexcept
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

std::string text_of(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes)
{
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), sodium_in(bytes), bytes.size());
    text.pop_back();
    return text;
}

std::optional<Bytes> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0) { return std::nullopt; }
    Bytes bytes(text.size() / 2);
    std::size_t used = 0;
    if (sodium_hex2bin(sodium_out(bytes), bytes.size(), text.data(), text.size(), nullptr, &used, nullptr) != 0 ||
        used != bytes.size()) {
        return std::nullopt;
    }
    return bytes;
}

std::string to_base64(ByteView bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), sodium_in(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    return text;
}

std::optional<Bytes> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0) { return std::nullopt; }
    Bytes bytes(text.size() / 4 * 3);
    std::size_t used = 0;
    if (sodium_base642bin(sodium_out(bytes), bytes.size(), text.data(), text.size(), nullptr, &used, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        return std::nullopt;
    }
    bytes.resize(used);
    // libsodium 1.0.18 takes some bytes above 0x7f for digits: there is one text for one value.
    if (to_base64(bytes) != text) { return std::nullopt; }
    return bytes;
}

std::string to_base32(ByteView bytes)
{
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    unsigned pending = 0;
    unsigned pending_bits = 0;
    for (const std::byte byte : bytes) {
        pending = (pending << 8 | std::to_integer<unsigned>(byte)) & 0xfff;
        pending_bits += 8;
        while (pending_bits >= 5) {
            pending_bits -= 5;
            text.push_back(crockford_alphabet[pending >> pending_bits & 31]);
        }
    }
    if (pending_bits > 0) { text.push_back(crockford_alphabet[pending << (5 - pending_bits) & 31]); }
    return text;
}

std::optional<Bytes> from_base32(std::string_view text)
{
    Bytes bytes;
    bytes.reserve(text.size() * 5 / 8);
    unsigned pending = 0;
    unsigned pending_bits = 0;
    for (const char character : text) {
        if (character == '-' || character == ' ') { continue; }
        const auto value = crockford_value(character);
        if (!value) { return std::nullopt; }
        pending = (pending << 5 | *value) & 0xfff;
        pending_bits += 5;
        if (pending_bits >= 8) {
            pending_bits -= 8;
            bytes.push_back(static_cast<std::byte>(pending >> pending_bits & 0xff));
        }
    }
    // What is left must be padding that to_base32() wrote: fewer bits than a character has, all of them zero.
    const unsigned left_over = pending & ((1U << pending_bits) - 1);
    if (pending_bits >= 5 || left_over != 0) { return std::nullopt; }
    return bytes;
}

} // namespace papervault::crypto
