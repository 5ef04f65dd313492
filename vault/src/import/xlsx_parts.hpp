#pragma once

#include "import/xlsx.hpp"

#include <pugixml.hpp>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

/// The parts of a workbook, read within the limits: what cells and pictures share.
namespace papervault::vault::xlsx {

inline std::unexpected<VaultFailure> malformed(const std::string& why)
{
    return refuse(VaultError::malformed, "the workbook can't be read: " + why);
}

struct ArchiveClose {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
struct FileClose {
    void operator()(zip_file_t* file) const noexcept { std::ignore = zip_fclose(file); }
};

class Archive {
public:
    static Result<Archive> open(crypto::ByteView bytes, const XlsxLimits& limits)
    {
        if (bytes.size() > limits.file_bytes_max) { return malformed("the file is too large"); }
        static constexpr std::string_view ole{"\xD0\xCF\x11\xE0", 4};
        if (bytes.size() >= ole.size() && std::memcmp(bytes.data(), ole.data(), ole.size()) == 0) {
            return malformed("it is protected by a password, or an old .xls; save it as .xlsx without password");
        }
        zip_error_t error;
        zip_error_init(&error);
        zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
        if (source == nullptr) {
            zip_error_fini(&error);
            return malformed("no memory");
        }
        zip_t* opened = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
        zip_error_fini(&error);
        if (opened == nullptr) {
            zip_source_free(source);
            return malformed("it is no sound zip archive");
        }
        Archive archive{opened, limits};
        const zip_int64_t count = zip_get_num_entries(opened, 0);
        if (count < 0 || static_cast<std::size_t>(count) > limits.parts_max) { return malformed("too many parts"); }
        return archive;
    }

    [[nodiscard]] bool has(const std::string& name) const
    {
        return zip_name_locate(archive_.get(), name.c_str(), 0) >= 0;
    }

    Result<std::string> read(const std::string& name)
    {
        const zip_int64_t index = zip_name_locate(archive_.get(), name.c_str(), 0);
        if (index < 0) { return malformed("the part " + name + " is missing"); }
        zip_stat_t stat;
        if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(index), 0, &stat) != 0 ||
            (stat.valid & ZIP_STAT_SIZE) == 0 || stat.encryption_method != ZIP_EM_NONE) {
            return malformed("the part " + name + " has no size or is encrypted");
        }
        const std::size_t allowed = std::min(limits_.part_bytes_max, limits_.total_bytes_max - total_);
        if (stat.size > allowed) { return malformed("the part " + name + " is too large"); }
        const std::unique_ptr<zip_file_t, FileClose> file{
            zip_fopen_index(archive_.get(), static_cast<zip_uint64_t>(index), 0)};
        if (!file) { return malformed("the part " + name + " is packed in an unknown way"); }
        // What the directory says may be a lie: never more than it said, and grown as bytes really come.
        std::string text;
        char block[16 * 1024];
        for (;;) {
            const zip_int64_t got = zip_fread(file.get(), block, sizeof block);
            if (got < 0) { return malformed("the part " + name + " is damaged"); }
            if (got == 0) { break; }
            if (text.size() + static_cast<std::size_t>(got) > stat.size) {
                return malformed("the part " + name + " is larger than it says");
            }
            text.append(block, static_cast<std::size_t>(got));
        }
        if (text.size() != stat.size) { return malformed("the part " + name + " is shorter than it says"); }
        total_ += text.size();
        return text;
    }

private:
    Archive(zip_t* archive, const XlsxLimits& limits) : archive_{archive}, limits_{limits} {}
    std::unique_ptr<zip_t, ArchiveClose> archive_;
    XlsxLimits limits_;
    std::size_t total_ = 0;
};

inline Result<void> parse_part(Archive& archive, const std::string& name, pugi::xml_document& document)
{
    auto text = archive.read(name);
    if (!text) { return std::unexpected{text.error()}; }
    if (text->find("<!DOCTYPE") != std::string::npos || text->find("<!ENTITY") != std::string::npos) {
        return malformed("the part " + name + " brings a document type");
    }
    const auto parsed = document.load_buffer(text->data(), text->size(), pugi::parse_default | pugi::parse_ws_pcdata);
    if (!parsed) { return malformed("the part " + name + " is no sound XML"); }
    return {};
}

/// The name without its namespace prefix.
inline std::string_view local(const char* name)
{
    const std::string_view whole{name};
    const std::size_t colon = whole.find(':');
    return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

inline pugi::xml_node child(const pugi::xml_node& node, std::string_view name)
{
    for (const pugi::xml_node& each : node.children()) {
        if (local(each.name()) == name) { return each; }
    }
    return {};
}

} // namespace papervault::vault::xlsx
