#include "import/xlsx.hpp"

#include "import/xlsx_parts.hpp"
#include "import/xlsx_pictures.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>

namespace papervault::vault {
namespace {

using namespace xlsx;

/// <t> directly and in rich runs; phonetic readings are left out.
std::string text_of(const pugi::xml_node& node)
{
    std::string text;
    for (const pugi::xml_node& part : node.children()) {
        if (local(part.name()) == "t") { text += part.text().get(); }
        if (local(part.name()) == "r") { text += child(part, "t").text().get(); }
    }
    return text;
}

/// A=1 … ; nothing for what is no cell reference.
std::optional<std::size_t> column_of(std::string_view reference)
{
    std::size_t column = 0;
    std::size_t letters = 0;
    for (const char c : reference) {
        if (c < 'A' || c > 'Z') { break; }
        if (++letters > 3) { return std::nullopt; }
        column = column * 26 + static_cast<std::size_t>(c - 'A') + 1;
    }
    return letters == 0 ? std::nullopt : std::optional{column};
}

/// "0.5679999999999999" as a spreadsheet shows it, "0.568"; what is no number stays.
std::string shown_number(const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) { return text; }
    char shown[40];
    const int length = std::snprintf(shown, sizeof shown, "%.15g", value);
    return {shown, static_cast<std::size_t>(length)};
}

class SheetReader {
public:
    SheetReader(const std::vector<std::string>& shared, const XlsxLimits& limits) : shared_{shared}, limits_{limits} {}

    Result<std::vector<SheetRow>> read(const pugi::xml_node& worksheet)
    {
        std::vector<SheetRow> rows;
        std::size_t number = 0;
        for (const pugi::xml_node& node : child(worksheet, "sheetData").children()) {
            if (local(node.name()) != "row") { continue; }
            number = node.attribute("r") ? node.attribute("r").as_ullong() : number + 1;
            SheetRow row{number, {}};
            if (auto read = read_row(node, row); !read) { return std::unexpected{read.error()}; }
            const bool is_empty = std::ranges::all_of(row.cells, [](const std::string& cell) { return cell.empty(); });
            if (is_empty) { continue; }
            if (rows.size() == limits_.rows_max) { return malformed("too many rows"); }
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    Result<void> read_row(const pugi::xml_node& node, SheetRow& row)
    {
        std::size_t column = 0;
        for (const pugi::xml_node& cell : node.children()) {
            if (local(cell.name()) != "c") { continue; }
            column = column_of(cell.attribute("r").as_string()).value_or(column + 1);
            std::string value = value_of(cell);
            if (value.empty()) { continue; }
            if (column > limits_.columns_max) { return malformed("too many columns"); }
            if (++cells_ > limits_.cells_max) { return malformed("too many cells"); }
            if (row.cells.size() < column) { row.cells.resize(column); }
            row.cells[column - 1] = std::move(value);
        }
        return {};
    }

    [[nodiscard]] std::string value_of(const pugi::xml_node& cell) const
    {
        const std::string_view type = cell.attribute("t").as_string("n");
        if (type == "inlineStr") { return text_of(child(cell, "is")); }
        std::string value = child(cell, "v").text().get();
        if (type == "s") {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), index);
            const bool known = error == std::errc{} && end == value.data() + value.size() && index < shared_.size();
            return known ? shared_[index] : std::string{};
        }
        if (type == "n") { return shown_number(value); }
        return type == "e" ? std::string{} : value; // an error such as #N/A is no value
    }

    const std::vector<std::string>& shared_;
    const XlsxLimits& limits_;
    std::size_t cells_ = 0;
};

/// "xl/worksheets/sheet1.xml" for a relationship's target; empty for what points out of the workbook.
std::string part_name(std::string target)
{
    if (target.find("..") != std::string::npos || target.find(':') != std::string::npos ||
        target.find('\\') != std::string::npos) {
        return {};
    }
    if (target.starts_with('/')) { return target.substr(1); }
    return "xl/" + target;
}

Result<std::vector<std::string>> read_shared(ZipArchive& archive)
{
    std::vector<std::string> shared;
    if (!archive.has("xl/sharedStrings.xml")) { return shared; }
    pugi::xml_document document;
    if (auto parsed = parse_part(archive, "xl/sharedStrings.xml", document); !parsed) {
        return std::unexpected{parsed.error()};
    }
    for (const pugi::xml_node& node : document.document_element().children()) {
        if (local(node.name()) == "si") { shared.push_back(text_of(node)); }
    }
    return shared;
}

} // namespace

bool looks_like_workbook(std::string_view bytes) noexcept
{
    return looks_like_zip(bytes) || bytes.starts_with(ole);
}

Result<std::vector<Sheet>> parse_xlsx(crypto::ByteView bytes, XlsxLimits limits)
{
    auto archive = open_workbook(bytes, limits);
    if (!archive) { return std::unexpected{archive.error()}; }
    pugi::xml_document workbook;
    if (auto parsed = parse_part(*archive, "xl/workbook.xml", workbook); !parsed) {
        return std::unexpected{parsed.error()};
    }
    pugi::xml_document relations;
    if (auto parsed = parse_part(*archive, "xl/_rels/workbook.xml.rels", relations); !parsed) {
        return std::unexpected{parsed.error()};
    }
    std::map<std::string, std::string> targets;
    for (const pugi::xml_node& relation : relations.document_element().children()) {
        targets[relation.attribute("Id").as_string()] = part_name(relation.attribute("Target").as_string());
    }
    const auto shared = read_shared(*archive);
    if (!shared) { return std::unexpected{shared.error()}; }
    SheetReader reader{*shared, limits};
    std::vector<Sheet> sheets;
    for (const pugi::xml_node& node : child(workbook.document_element(), "sheets").children()) {
        if (local(node.name()) != "sheet") { continue; }
        if (sheets.size() == limits.sheets_max) { return malformed("too many sheets"); }
        Sheet sheet;
        sheet.name = node.attribute("name").as_string();
        std::string relation;
        for (const pugi::xml_attribute& attribute : node.attributes()) {
            if (local(attribute.name()) == "id" && std::string_view{attribute.name()} != "id") {
                relation = attribute.value();
            }
        }
        const auto target = targets.find(relation);
        if (target == targets.end() || target->second.empty()) { return malformed("a sheet without a part"); }
        pugi::xml_document document;
        if (auto parsed = parse_part(*archive, target->second, document); !parsed) {
            return std::unexpected{parsed.error()};
        }
        auto rows = reader.read(document.document_element());
        if (!rows) { return std::unexpected{rows.error()}; }
        sheet.rows = std::move(*rows);
        if (auto added = add_pictures(*archive, target->second, limits, sheet); !added) {
            return std::unexpected{added.error()};
        }
        sheets.push_back(std::move(sheet));
    }
    if (sheets.empty()) { return malformed("it has no sheet"); }
    return sheets;
}

} // namespace papervault::vault
