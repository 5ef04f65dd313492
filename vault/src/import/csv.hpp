#pragma once

#include <papervault/vault/error.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault {

struct CsvRow {
    std::size_t line = 0; ///< Where the row begins, from 1.
    std::vector<std::string> cells;
};

/// RFC 4180 with CRLF or LF; quoted cells may hold line feeds. Accepts UTF-8 (with or without BOM) and GB18030, as
/// Excel saves it in China. Blank lines are rows of one empty cell.
/// @param take  Called for each row; the row is used again afterwards. A failure of its own stops the reading.
/// @return malformed for an unclosed quote, text after a closing quote, bytes that are neither encoding, or too many
/// cells.
[[nodiscard]] Result<void> read_csv(std::string_view bytes, std::size_t cells_max,
                                    const std::function<Result<void>(const CsvRow&)>& take);
/// The same, all rows at once without the blank lines.
/// @return malformed as well for too many rows.
[[nodiscard]] Result<std::vector<CsvRow>> parse_csv(std::string_view bytes, std::size_t rows_max = 1'000'000,
                                                    std::size_t cells_max = 200);
/// The text as UTF-8 without BOM, whatever of the two encodings it came in.
[[nodiscard]] Result<std::string> to_utf8(std::string_view bytes);
/// One cell for writing; a cell that a spreadsheet would take for a formula gets an apostrophe in front.
[[nodiscard]] std::string csv_cell(std::string_view text);

} // namespace papervault::vault
