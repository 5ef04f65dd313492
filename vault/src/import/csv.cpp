#include "csv.hpp"

#include <iconv.h>

#include <cerrno>
#include <optional>

namespace papervault::vault {
namespace {

/// Converts strictly; nothing for a byte sequence that is not of the encoding.
/// @param growth  UTF-8 bytes that one byte of `from` may become, at most.
std::optional<std::string> convert(std::string_view bytes, const char* from, std::size_t growth)
{
    iconv_t converter = iconv_open("UTF-8", from);
    if (converter == reinterpret_cast<iconv_t>(-1)) { return std::nullopt; }
    struct Close {
        iconv_t handle;
        ~Close() { iconv_close(handle); }
    } close{converter};
    std::string text;
    text.resize(bytes.size() * growth + 16);
    char* in = const_cast<char*>(bytes.data()); // iconv's signature lacks const; it only reads
    std::size_t in_left = bytes.size();
    char* out = text.data();
    std::size_t out_left = text.size();
    if (iconv(converter, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1) || in_left != 0) {
        return std::nullopt;
    }
    text.resize(text.size() - out_left);
    return text;
}

} // namespace

Result<std::string> to_utf8(std::string_view bytes)
{
    if (bytes.starts_with("\xEF\xBB\xBF")) { bytes.remove_prefix(3); }
    if (auto text = convert(bytes, "UTF-8", 1)) { return *std::move(text); }
    if (auto text = convert(bytes, "GB18030", 2)) { return *std::move(text); }
    return refuse(VaultError::malformed, "the file is neither UTF-8 nor GB18030 text");
}

Result<void> read_csv(std::string_view bytes, std::size_t cells_max,
                      const std::function<Result<void>(const CsvRow&)>& take)
{
    const auto utf8 = to_utf8(bytes);
    if (!utf8) { return std::unexpected{utf8.error()}; }
    const std::string_view text = *utf8;
    std::size_t line = 1;
    std::size_t at = 0;
    const auto fail = [&](std::string_view why) {
        return refuse(VaultError::malformed, "line " + std::to_string(line) + ": " + std::string{why});
    };
    CsvRow row;
    while (at < text.size()) {
        row.line = line;
        std::size_t count = 0; // cells so far: those of the last row are used again
        for (bool more = true; more;) {
            if (count == cells_max) { return fail("more than " + std::to_string(cells_max) + " cells"); }
            if (count == row.cells.size()) { row.cells.emplace_back(); }
            std::string& cell = row.cells[count++];
            cell.clear();
            if (at < text.size() && text[at] == '"') {
                ++at;
                for (;;) {
                    if (at >= text.size()) { return fail("a quoted cell is not closed"); }
                    const char c = text[at++];
                    if (c == '\n') { ++line; }
                    if (c != '"') {
                        cell.push_back(c);
                    } else if (at < text.size() && text[at] == '"') {
                        cell.push_back('"');
                        ++at;
                    } else {
                        break;
                    }
                }
                if (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') {
                    return fail("text after a closing quote");
                }
            } else {
                while (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') {
                    cell.push_back(text[at++]);
                }
            }
            more = at < text.size() && text[at] == ',';
            if (more) { ++at; }
        }
        row.cells.resize(count);
        if (at < text.size() && text[at] == '\r') { ++at; }
        if (at < text.size() && text[at] == '\n') { ++at; }
        ++line;
        if (auto taken = take(row); !taken) { return taken; }
    }
    return {};
}

Result<std::vector<CsvRow>> parse_csv(std::string_view bytes, std::size_t rows_max, std::size_t cells_max)
{
    std::vector<CsvRow> rows;
    const auto read = read_csv(bytes, cells_max, [&](const CsvRow& row) -> Result<void> {
        const bool empty = row.cells.size() == 1 && row.cells.front().empty();
        if (!empty) { rows.push_back(row); }
        if (rows.size() > rows_max) {
            return refuse(VaultError::malformed,
                          "line " + std::to_string(row.line + 1) + ": more than " + std::to_string(rows_max) + " rows");
        }
        return {};
    });
    if (!read) { return std::unexpected{read.error()}; }
    return rows;
}

std::string csv_cell(std::string_view text)
{
    std::string cell;
    if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) {
        // A plain number may keep its sign.
        const bool number = text.find_first_not_of("+-0123456789.") == std::string_view::npos && text.size() > 1;
        if (!number) { cell.push_back('\''); }
    }
    cell += text;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) { return cell; }
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') { quoted.push_back('"'); }
        quoted.push_back(c);
    }
    return quoted + "\"";
}

} // namespace papervault::vault
