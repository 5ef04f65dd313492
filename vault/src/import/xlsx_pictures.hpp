#pragma once

#include "import/xlsx_parts.hpp"

#include <string>

namespace papervault::vault::xlsx {

/// Finds the pictures of a sheet and names each behind the text of its cell. A picture that is neither PNG nor JPEG, or
/// whose part is missing, is named too, by a name that no picture has: its row is refused then, not stored without it.
/// @param sheet_part  "xl/worksheets/sheet1.xml"
[[nodiscard]] Result<void> add_pictures(ZipArchive& archive, const std::string& sheet_part, const XlsxLimits& limits,
                                        Sheet& sheet);

} // namespace papervault::vault::xlsx
