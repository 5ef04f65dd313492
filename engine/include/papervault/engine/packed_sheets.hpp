#pragma once

#include <papervault/engine/choice_matrix.hpp>
#include <papervault/engine/error.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// Choice responses of many candidates as bytes, row by row: what travels between machines that grade large batches.
namespace papervault::engine {

inline constexpr std::size_t packed_candidates_max = 10'000'000;
inline constexpr std::size_t packed_columns_max = 1000;

/// "PVR1", the number of candidates (4 bytes), of columns (2 bytes), the bits of each column (1 byte each); then for
/// each candidate the codes of all columns, bit by bit from the lowest, without gaps; a row is filled up with zeros to
/// a byte. Numbers are little endian.
[[nodiscard]] std::vector<std::byte> pack(const ChoiceMatrix& responses);
/// The matrix again. One matrix has one spelling.
/// @return malformed for any other text; out_of_range beyond the limits above or for bits outside 1 to 16.
[[nodiscard]] Result<ChoiceMatrix> unpack(std::span<const std::byte> bytes);

} // namespace papervault::engine
