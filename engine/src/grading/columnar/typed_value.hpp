#pragma once

#include "grading/columnar/typed_text.hpp"

#include "units.hpp"

#include <map>
#include <optional>
#include <string>

/// Typed numbers as the compiled way of grading reads them. Written apart from grading/typed_number.cpp.
namespace papervault::engine::columnar {

__extension__ using Wide = __int128;

/// A number of a key, compiled to the ends of what it accepts and to every spelling of a unit that fits.
class NumberKey {
public:
    explicit NumberKey(const NumericAnswer& answer);
    /// @param typed  Folded with spaces collapsed and case kept.
    [[nodiscard]] bool accepts(const Characters& typed) const;

private:
    /// A unit as a ratio to the key's own unit: (numerator / denominator) × 10^exponent.
    struct Ratio {
        std::uint64_t numerator = 1;
        std::uint64_t denominator = 1;
        int exponent = 0;
    };
    [[nodiscard]] std::optional<Ratio> ratio_of(const Characters& unit) const;

    bool has_unit_ = false;
    bool unit_may_be_left_out_ = false;
    bool by_figures_ = false;
    bool is_zero_only_ = false;
    char32_t point_ = U'.';
    char32_t separator_ = U',';
    int places_ = 0;                ///< Decimals of the ends.
    std::uint64_t factor_ = 1;      ///< That both sides are multiplied by.
    Wide lowest_ = 0, highest_ = 0; ///< Ends; by figures of the magnitude, the highest left out.
    bool key_is_negative_ = false;
    UnitFactor own_;
    std::map<Characters, UnitFactor> above_, below_; ///< Spellings without spaces; below: what stands behind '/' or 每.
};

} // namespace papervault::engine::columnar
