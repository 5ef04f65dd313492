#pragma once

#include "import/zip_archive.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault {

struct SheetRow {
    std::size_t number = 0;         ///< As the spreadsheet shows it, from 1.
    std::vector<std::string> cells; ///< From column A; what is empty is "".
};
struct Sheet {
    std::string name;
    std::vector<SheetRow> rows; ///< Only rows with something in them, in order.
    /// By media name. The cell in which a picture's upper left corner lies names it: "![图](media/…)" behind its text.
    std::map<std::string, crypto::Bytes> pictures = {};
};

struct XlsxLimits {
    ZipLimits archive;
    std::size_t sheets_max = 100;
    std::size_t rows_max = 200'000;
    std::size_t columns_max = 256;
    std::size_t cells_max = 2'000'000;
    std::size_t pictures_max = 5'000; ///< Of one sheet.
};

/// Reads the cells' values of an Office Open XML workbook: texts (shared, inline, rich), numbers as written with at
/// most fifteen digits, truth values as "1" and "0", formulas by their stored value. Styles and dates are left
/// out; pictures that lie over cells or in them (WPS: DISPIMG) are read, PNG and JPEG. Nothing is unpacked to disk,
/// nothing outside the bytes is opened, no entity or document type is expanded.
/// @return malformed for what is not such a workbook, is encrypted, or goes beyond the limits.
[[nodiscard]] Result<std::vector<Sheet>> parse_xlsx(crypto::ByteView bytes, XlsxLimits limits = {});
/// Whether the bytes begin as a workbook does, of this or of the older format.
[[nodiscard]] bool looks_like_workbook(std::string_view bytes) noexcept;

} // namespace papervault::vault
