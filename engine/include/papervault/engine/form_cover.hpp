#pragma once

#include <papervault/engine/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What stands in front of a candidate's sealed form in the clear (docs/protocol.md, "The sealed form"): which sealed
/// pictures belong to it, so that they can be fetched before the key is there. It is bound to the form as associated
/// data and covered by the form's digest.
namespace papervault::engine {

inline constexpr std::size_t form_pictures_max = 1000;
/// Of one form, all its sealed pictures together; as much as a package's compartment may hold.
inline constexpr std::uint64_t form_pictures_bytes_max = 256ULL << 20;

struct SealedPicture {
    std::array<std::byte, 32> digest{}; ///< BLAKE2b-256 of the sealed bytes, and their name: `GET /v1/pictures/<hex>`.
    std::uint64_t bytes = 0;            ///< At least 1.
    auto operator<=>(const SealedPicture&) const = default;
};

struct FormCover {
    std::vector<SealedPicture> pictures; ///< By rising digest, each once.
    std::size_t cover_bytes = 0;         ///< The sealed form begins behind so many.
};

/// "PVF2", count (u32), then for each picture digest (32 bytes) and bytes (u64), by rising digest; numbers little
/// endian. @return out_of_range when they are too many or too large.
[[nodiscard]] Result<std::string> encode_form_cover(std::vector<SealedPicture> pictures);
/// @param bytes  Begins with a cover; what follows is let alone.
/// @return malformed or out_of_range. One spelling only.
[[nodiscard]] Result<FormCover> read_form_cover(std::span<const std::byte> bytes);

} // namespace papervault::engine
