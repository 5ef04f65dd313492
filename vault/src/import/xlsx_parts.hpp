#pragma once

#include "import/xlsx.hpp"
#include "import/zip_archive.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <string>
#include <string_view>

/// The parts of a workbook: what cells and pictures share.
namespace papervault::vault::xlsx {

/// How files of the older format begin, and those behind a password.
inline constexpr std::string_view ole{"\xD0\xCF\x11\xE0", 4};

inline std::unexpected<VaultFailure> malformed(const std::string& why)
{
    return refuse(VaultError::malformed, "the workbook can't be read: " + why);
}

inline Result<ZipArchive> open_workbook(crypto::ByteView bytes, const XlsxLimits& limits)
{
    if (crypto::text_of(bytes.first(std::min(bytes.size(), ole.size()))) == ole) {
        return malformed("it is protected by a password, or an old .xls; save it as .xlsx without password");
    }
    auto archive = ZipArchive::open(bytes, limits.archive);
    if (!archive) { return malformed(archive.error().detail); }
    return archive;
}

inline Result<void> parse_part(ZipArchive& archive, const std::string& name, pugi::xml_document& document)
{
    auto text = archive.read(name);
    if (!text) { return malformed(text.error().detail); }
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
