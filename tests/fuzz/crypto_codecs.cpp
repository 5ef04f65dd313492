// Whatever is accepted is what our own encoder writes for the same bytes, up to the freedoms that bytes.hpp gives.
#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

using namespace papervault::crypto;

namespace {

void require(bool holds)
{
    if (!holds) { std::abort(); }
}

std::string lower_case(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView bytes = std::as_bytes(std::span{data, size});
    const std::string text = text_of(bytes);

    if (const auto decoded = from_hex(text)) { require(to_hex(*decoded) == lower_case(text)); }
    if (const auto decoded = from_base64(text)) { require(to_base64(*decoded) == text); }
    if (const auto decoded = from_base32(text)) { require(from_base32(to_base32(*decoded)) == decoded); }
    if (const auto digest = Digest::from_hex(text)) { require(digest->hex() == lower_case(text)); }

    const Bytes original{bytes.begin(), bytes.end()};
    require(from_hex(to_hex(bytes)) == original);
    require(from_base64(to_base64(bytes)) == original);
    require(from_base32(to_base32(bytes)) == original);
    return 0;
}
