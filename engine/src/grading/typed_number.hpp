#pragma once

#include <papervault/engine/item.hpp>

#include <string_view>

namespace papervault::engine::grading {

/// Whether a typed text is the number of a key, within its tolerance and in any unit of its dimension; exact, however
/// many decimals were typed.
///
/// A number is an optional sign, digits, and an optional point with digits; digits before the point may be in groups of
/// three parted by commas ("12,000"); one of the two sides of the point may be missing. With NumericAnswer's
/// decimal_comma the two signs change places. Where the key has a unit, a unit stands behind the number, with or
/// without space. Nothing else may stand beside it: no exponent or fraction. More than 60 digits are no number.
/// @param normal  In normal form (normal_text) with match_case, so that full-width digits and other minus signs are
///                folded and mW stays apart from MW.
[[nodiscard]] bool is_number_of(std::string_view normal, const NumericAnswer& answer);

} // namespace papervault::engine::grading
