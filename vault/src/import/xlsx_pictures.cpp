#include "import/xlsx_pictures.hpp"

#include <papervault/crypto/hash.hpp>

#include <algorithm>
#include <map>

namespace papervault::vault::xlsx {
namespace {

constexpr std::string_view wps_mark = "DISPIMG(\"";

/// "xl/drawings/drawing1.xml" for "../drawings/drawing1.xml" in "xl/worksheets"; "" for what leaves the archive.
std::string resolved(std::string folder, std::string_view target)
{
    if (target.find(':') != std::string_view::npos || target.find('\\') != std::string_view::npos) { return {}; }
    if (target.starts_with('/')) { return std::string{target.substr(1)}; }
    while (target.starts_with("../")) {
        if (folder.empty()) { return {}; }
        const auto slash = folder.rfind('/');
        folder = slash == std::string::npos ? std::string{} : folder.substr(0, slash);
        target.remove_prefix(3);
    }
    if (target.find("..") != std::string_view::npos) { return {}; }
    return folder.empty() ? std::string{target} : folder + '/' + std::string{target};
}

struct Relation {
    std::string type;
    std::string part;
};

/// The relations of a part, by id; none where it has no such list.
Result<std::map<std::string, Relation>> relations_of(ZipArchive& archive, const std::string& part)
{
    std::map<std::string, Relation> relations;
    const auto slash = part.rfind('/');
    const std::string folder = slash == std::string::npos ? std::string{} : part.substr(0, slash);
    const std::string file = slash == std::string::npos ? part : part.substr(slash + 1);
    const std::string list = (folder.empty() ? "" : folder + '/') + "_rels/" + file + ".rels";
    if (!archive.has(list)) { return relations; }
    pugi::xml_document document;
    if (auto parsed = parse_part(archive, list, document); !parsed) { return std::unexpected{parsed.error()}; }
    for (const pugi::xml_node& each : document.document_element().children()) {
        relations[each.attribute("Id").as_string()] = {each.attribute("Type").as_string(),
                                                       resolved(folder, each.attribute("Target").as_string())};
    }
    return relations;
}

pugi::xml_node descendant(const pugi::xml_node& node, std::string_view name)
{
    return node.find_node([&](const pugi::xml_node& each) { return local(each.name()) == name; });
}

/// Of <a:blip r:embed="rId1"/> somewhere below.
std::string embedded(const pugi::xml_node& node)
{
    for (const pugi::xml_attribute& attribute : descendant(node, "blip").attributes()) {
        if (local(attribute.name()) == "embed") { return attribute.value(); }
    }
    return {};
}

class Pictures {
public:
    Pictures(ZipArchive& archive, const XlsxLimits& limits, Sheet& sheet)
        : archive_{archive}, limits_{limits}, sheet_{sheet}
    {
    }

    Result<void> over_cells(const std::string& drawing)
    {
        const auto relations = relations_of(archive_, drawing);
        if (!relations) { return std::unexpected{relations.error()}; }
        pugi::xml_document document;
        if (auto parsed = parse_part(archive_, drawing, document); !parsed) { return parsed; }
        for (const pugi::xml_node& anchor : document.document_element().children()) {
            const pugi::xml_node from = child(anchor, "from");
            const std::string relation = embedded(anchor);
            if (!from || relation.empty()) { continue; } // a shape without a picture, or not at a cell
            const std::size_t row = child(from, "row").text().as_ullong() + 1;
            const std::size_t column = child(from, "col").text().as_ullong();
            if (column >= limits_.columns_max) { return malformed("a picture beyond the columns"); }
            const auto place = std::ranges::find(sheet_.rows, row, &SheetRow::number);
            if (place == sheet_.rows.end()) { continue; } // beside the table
            if (place->cells.size() <= column) { place->cells.resize(column + 1); }
            auto named = name_of(*relations, relation);
            if (!named) { return std::unexpected{named.error()}; }
            append(place->cells[column], *named);
        }
        return {};
    }

    /// WPS keeps pictures in cells: the cell shows =DISPIMG("ID_…",1), a list of its own has the pictures.
    Result<void> in_cells()
    {
        constexpr const char* list = "xl/cellimages.xml";
        if (!archive_.has(list)) { return {}; }
        const auto relations = relations_of(archive_, list);
        if (!relations) { return std::unexpected{relations.error()}; }
        pugi::xml_document document;
        if (auto parsed = parse_part(archive_, list, document); !parsed) { return parsed; }
        std::map<std::string, std::string, std::less<>> relation_of;
        for (const pugi::xml_node& each : document.document_element().children()) {
            relation_of[descendant(each, "cNvPr").attribute("name").as_string()] = embedded(each);
        }
        for (SheetRow& row : sheet_.rows) {
            for (std::string& cell : row.cells) {
                const auto mark = cell.find(wps_mark);
                if (mark == std::string::npos) { continue; }
                const auto begin = mark + wps_mark.size();
                const auto known = relation_of.find(cell.substr(begin, cell.find('"', begin) - begin));
                auto named = name_of(*relations, known == relation_of.end() ? "" : known->second);
                if (!named) { return std::unexpected{named.error()}; }
                cell.clear();
                append(cell, *named);
            }
        }
        return {};
    }

private:
    /// Reads the picture once. Its name comes from its content: the same picture has one name in every file.
    Result<std::string> name_of(const std::map<std::string, Relation>& relations, const std::string& relation)
    {
        if (++seen_ > limits_.pictures_max) { return malformed("too many pictures"); }
        const std::string missing = "media/xlsx-unreadable.png";
        const auto found = relations.find(relation);
        if (found == relations.end() || found->second.part.empty() || !archive_.has(found->second.part)) {
            return missing;
        }
        if (const auto known = names_.find(found->second.part); known != names_.end()) { return known->second; }
        const auto bytes = archive_.read(found->second.part);
        if (!bytes) { return std::unexpected{bytes.error()}; }
        const bool png = bytes->starts_with("\x89PNG");
        std::string name = missing;
        if (png || bytes->starts_with("\xFF\xD8\xFF")) {
            const crypto::ByteView view = crypto::bytes_of(*bytes);
            name = "media/xlsx-" + crypto::blake2b(view).hex().substr(0, 24) + (png ? ".png" : ".jpg");
            sheet_.pictures.emplace(name, crypto::Bytes(view.begin(), view.end()));
        }
        names_.emplace(found->second.part, name);
        return name;
    }
    static void append(std::string& cell, const std::string& name)
    {
        cell += (cell.empty() ? "![图](" : "\n\n![图](") + name + ")";
    }

    ZipArchive& archive_;
    const XlsxLimits& limits_;
    Sheet& sheet_;
    std::map<std::string, std::string> names_; // by part
    std::size_t seen_ = 0;
};

} // namespace

Result<void> add_pictures(ZipArchive& archive, const std::string& sheet_part, const XlsxLimits& limits, Sheet& sheet)
{
    Pictures pictures{archive, limits, sheet};
    const auto relations = relations_of(archive, sheet_part);
    if (!relations) { return std::unexpected{relations.error()}; }
    for (const auto& [id, relation] : *relations) {
        if (!relation.type.ends_with("/drawing") || relation.part.empty() || !archive.has(relation.part)) { continue; }
        if (auto added = pictures.over_cells(relation.part); !added) { return added; }
    }
    return pictures.in_cells();
}

} // namespace papervault::vault::xlsx
