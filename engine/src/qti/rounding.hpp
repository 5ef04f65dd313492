#pragma once

#include <papervault/engine/qti/expression.hpp>

namespace papervault::engine::qti {

/// Rounds the decimal digits of a number as they are written (5.045 to two places is 5.05, though its binary value is a
/// little less): a digit of five or more behind the last one kept rounds its magnitude up.
/// @param figures  At least 1 for significant figures, at least 0 for decimal places.
[[nodiscard]] double round_decimal(double number, RoundingMode mode, int figures);
/// QTI's round: halves go up, so 6.5 is 7 and -6.5 is -6. @pre Finite.
[[nodiscard]] double round_half_up(double number) noexcept;

} // namespace papervault::engine::qti
