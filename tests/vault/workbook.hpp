#pragma once

#include <papervault/crypto/bytes.hpp>

#include <zip.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

/// Workbooks made for tests.
namespace papervault::vault::test {

/// A zip archive of these parts.
inline crypto::Bytes archive_of(const std::map<std::string, std::string>& parts)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_source_keep(target);
    zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
    for (const auto& [name, text] : parts) {
        zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
        if (zip_file_add(archive, name.c_str(), source, 0) < 0) { throw std::runtime_error{"zip"}; }
    }
    if (zip_close(archive) != 0) { throw std::runtime_error{"zip"}; }
    zip_stat_t stat;
    zip_source_stat(target, &stat);
    crypto::Bytes bytes(stat.size);
    zip_source_open(target);
    zip_source_read(target, bytes.data(), bytes.size());
    zip_source_close(target);
    zip_source_free(target);
    return bytes;
}

using Rows = std::vector<std::vector<std::string>>;

/// The parts of a workbook with inline texts.
inline std::map<std::string, std::string> parts_of(const std::vector<std::pair<std::string, Rows>>& sheets)
{
    std::map<std::string, std::string> parts;
    std::string list;
    std::string relations;
    for (std::size_t n = 0; n < sheets.size(); ++n) {
        const std::string id = std::to_string(n + 1);
        list += "<sheet name=\"" + sheets[n].first + "\" sheetId=\"" + id + "\" r:id=\"rId" + id + "\"/>";
        relations += "<Relationship Id=\"rId" + id + "\" Target=\"worksheets/sheet" + id + ".xml\"/>";
        std::string rows;
        for (const auto& cells : sheets[n].second) {
            rows += "<row>";
            for (const std::string& cell : cells) { rows += "<c t=\"inlineStr\"><is><t>" + cell + "</t></is></c>"; }
            rows += "</row>";
        }
        parts["xl/worksheets/sheet" + id + ".xml"] = "<worksheet><sheetData>" + rows + "</sheetData></worksheet>";
    }
    parts["xl/workbook.xml"] = "<workbook xmlns:r=\"r\"><sheets>" + list + "</sheets></workbook>";
    parts["xl/_rels/workbook.xml.rels"] = "<Relationships>" + relations + "</Relationships>";
    return parts;
}

inline crypto::Bytes workbook_of(const std::vector<std::pair<std::string, Rows>>& sheets)
{
    return archive_of(parts_of(sheets));
}

} // namespace papervault::vault::test
