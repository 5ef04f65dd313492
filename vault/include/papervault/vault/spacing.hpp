#pragma once

#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/form.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Marks in the spacing of a copy on paper: characters a little closer or wider in each line of a stem, an item a
/// little nearer to the one before it or farther. They survive where the order says nothing (a cut-out, items that
/// don't move), and nobody sees them who has one copy. The code is Tardos's with Nuida's two biases for up to four
/// holders who compare their copies: docs/adr/0019.
namespace papervault::vault {

enum class Spacing : std::uint8_t { narrow, wide };

/// One place of one copy.
struct SpacingMark {
    Spacing spacing = Spacing::narrow;
    bool mostly_wide = false; ///< The same in all copies of a form, and secret: how the place was drawn.
    bool operator==(const SpacingMark&) const = default;

    /// The chance that another copy has this spacing here.
    [[nodiscard]] double chance_of(Spacing spacing_seen) const noexcept;
};

struct ItemSpacing {
    static constexpr std::size_t lines_max = 12; ///< Of a stem; later ones carry none.
    SpacingMark gap;                             ///< Above the item.
    std::array<SpacingMark, lines_max> lines;
    bool operator==(const ItemSpacing&) const = default;
};
/// By item.
using CopySpacing = std::map<std::string, ItemSpacing, std::less<>>;

/// @param copy_key  32 bytes, the office's. The same for ever: a copy that is on paper can't be changed.
[[nodiscard]] CopySpacing spacing_of_copy(const engine::Form& form, const crypto::SecretBuffer& copy_key,
                                          std::string_view draw_id, std::string_view copy_id);

/// What was read off one item; nothing where it can't be read.
struct SpacingSeen {
    std::string item;
    std::optional<Spacing> gap;
    std::vector<std::optional<Spacing>> lines; ///< From the stem's first line on.
};

/// Lengths of the lines of a stem, measured in whatever unit, all of one group in the same: a part of a photograph in
/// which the scale does not change.
struct LengthsSeen {
    std::string item;
    std::vector<std::optional<double>> lines;
};
/// A line of a stem as it is without a mark.
struct LineLength {
    double length = 0; ///< Points.
    double gain = 0;   ///< What a wide mark adds and a narrow one takes.
};
using NominalLengths = std::map<std::string, std::vector<LineLength>, std::less<>>;
/// Finds the scale of the group from its lines alone and says of each line whether it is wider or narrower; nothing for
/// short lines, for those in between and, when no two lines differ, for all.
[[nodiscard]] std::vector<SpacingSeen> spacing_from_lengths(std::span<const LengthsSeen> group,
                                                            const NominalLengths& nominal);

} // namespace papervault::vault
