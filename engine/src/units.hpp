#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Units behind numbers in answers. The names are data of the item model: they stand in keys and are read by both ways
/// of grading, each by its own code. Source: GB 3100/3101/3102-1993, legal units of measurement, and what authors
/// write.
namespace papervault::engine {

/// A measure of 1 unit in the base unit of its dimension: numerator / denominator × 10^exponent.
struct UnitFactor {
    std::uint32_t numerator = 1;
    std::uint32_t denominator = 1;
    int exponent = 0;
};
struct BaseUnit {
    std::string_view dimension;
    std::array<std::string_view, 6> names; ///< Symbols and Chinese names; the rest are empty.
    UnitFactor factor;
    bool takes_prefixes;
};
struct UnitPrefix {
    std::string_view name;
    int exponent;
};
[[nodiscard]] std::span<const BaseUnit> base_units() noexcept;
/// "K" stands for kilo too, as "KV" is written everywhere; all else is as in GB 3100.
[[nodiscard]] std::span<const UnitPrefix> unit_prefixes() noexcept;

struct Unit {
    std::string dimension; ///< "length", or "mass/volume".
    UnitFactor factor;
};
/// Reads "kPa", "千帕", "kg/m3": a name, a prefix before a name, or two of them parted by '/' or 每. Letter case
/// counts: mW is not MW. @param text  Without white space, half width.
[[nodiscard]] std::optional<Unit> unit_named(std::string_view text);
[[nodiscard]] bool is_unit(std::string_view text);

} // namespace papervault::engine
