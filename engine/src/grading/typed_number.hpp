#pragma once

#include <papervault/engine/item.hpp>

#include <string_view>

namespace papervault::engine::grading {

/// Whether a typed text is a number within the tolerance; exact, however many decimals were typed.
///
/// A number is an optional sign, digits, and an optional point with digits; digits before the point may be in groups of
/// three parted by commas ("12,000"); one of the two sides of the point may be missing. Nothing else may stand beside
/// it: no unit, exponent or fraction.
/// @param normal In normal form (normal_text), so that full-width digits and other minus signs are folded.
[[nodiscard]] bool is_number_within(std::string_view normal, const NumericAnswer& answer) noexcept;

} // namespace papervault::engine::grading
