#include <papervault/engine/form_cover.hpp>

#include <algorithm>

namespace papervault::engine {
namespace {

constexpr std::string_view magic = "PVF2";
constexpr std::size_t head_bytes = 8;
constexpr std::size_t entry_bytes = 40;

void put(std::string& out, std::uint64_t number, std::size_t bytes)
{
    for (std::size_t n = 0; n < bytes; ++n) { out.push_back(static_cast<char>((number >> (8 * n)) & 0xff)); }
}

std::uint64_t take(std::span<const std::byte> from)
{
    std::uint64_t number = 0;
    for (std::size_t n = from.size(); n-- > 0;) { number = number << 8 | std::to_integer<std::uint64_t>(from[n]); }
    return number;
}

/// Digests rise, sizes are possible.
Result<void> check(const std::vector<SealedPicture>& pictures)
{
    if (pictures.size() > form_pictures_max) { return refuse(EngineError::out_of_range, "form: too many pictures"); }
    std::uint64_t total = 0;
    for (std::size_t n = 0; n < pictures.size(); ++n) {
        if (n > 0 && pictures[n - 1].digest >= pictures[n].digest) {
            return refuse(EngineError::malformed, "form: pictures out of order");
        }
        if (pictures[n].bytes == 0 || pictures[n].bytes > form_pictures_bytes_max - total) {
            return refuse(EngineError::out_of_range, "form: a picture's size");
        }
        total += pictures[n].bytes;
    }
    return {};
}

} // namespace

Result<std::string> encode_form_cover(std::vector<SealedPicture> pictures)
{
    std::ranges::sort(pictures);
    if (const auto good = check(pictures); !good) { return std::unexpected{good.error()}; }
    std::string out{magic};
    out.reserve(head_bytes + pictures.size() * entry_bytes);
    put(out, pictures.size(), 4);
    for (const SealedPicture& picture : pictures) {
        for (const std::byte b : picture.digest) { out.push_back(static_cast<char>(b)); }
        put(out, picture.bytes, 8);
    }
    return out;
}

Result<FormCover> read_form_cover(std::span<const std::byte> bytes)
{
    const bool begins = bytes.size() >= head_bytes && std::ranges::equal(bytes.first(magic.size()), magic, {}, {},
                                                                         [](char c) { return std::byte(c); });
    if (!begins) { return refuse(EngineError::malformed, "form: no sealed form of version 2"); }
    const std::uint64_t count = take(bytes.subspan(magic.size(), 4));
    if (count > form_pictures_max) { return refuse(EngineError::out_of_range, "form: too many pictures"); }
    FormCover cover{.pictures = {}, .cover_bytes = head_bytes + static_cast<std::size_t>(count) * entry_bytes};
    if (bytes.size() < cover.cover_bytes) { return refuse(EngineError::malformed, "form: cut short"); }
    for (std::uint64_t n = 0; n < count; ++n) {
        const auto entry = bytes.subspan(head_bytes + static_cast<std::size_t>(n) * entry_bytes, entry_bytes);
        SealedPicture& picture = cover.pictures.emplace_back();
        std::ranges::copy(entry.first(picture.digest.size()), picture.digest.begin());
        picture.bytes = take(entry.subspan(picture.digest.size()));
    }
    if (const auto good = check(cover.pictures); !good) { return std::unexpected{good.error()}; }
    return cover;
}

} // namespace papervault::engine
