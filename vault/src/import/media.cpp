#include "media.hpp"

#include <papervault/engine/content.hpp>
#include <papervault/vault/files.hpp>

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace papervault::vault {
namespace {

constexpr std::array allowed_elements{
    "svg",     "g",       "defs",           "title",          "desc", "path",     "line", "polyline",
    "polygon", "rect",    "circle",         "ellipse",        "text", "tspan",    "use",  "symbol",
    "marker",  "pattern", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "style",
};
constexpr int depth_max = 32;

bool refers_outside(std::string_view value)
{
    // url(#id) and #id stay inside; everything else with a scheme, a path or an import could leave the file.
    std::string low{value};
    std::ranges::transform(low, low.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (low.find("javascript:") != std::string::npos || low.find("@import") != std::string::npos ||
        low.find('\\') != std::string::npos) {
        return true;
    }
    for (std::size_t at = low.find("url("); at != std::string::npos; at = low.find("url(", at + 1)) {
        const auto target = low.find_first_not_of(" \t\n\"'", at + 4);
        if (target == std::string::npos || low[target] != '#') { return true; }
    }
    return false;
}

std::optional<std::string> find_danger(const pugi::xml_node& node, int depth)
{
    if (depth > depth_max) { return "nested deeper than " + std::to_string(depth_max); }
    switch (node.type()) {
    case pugi::node_element: break;
    case pugi::node_pcdata:
    case pugi::node_cdata:
        if (std::string_view{node.parent().name()} == "style" && refers_outside(node.value())) {
            return "a style refers outside the file";
        }
        return std::nullopt;
    case pugi::node_comment:
    case pugi::node_declaration: return std::nullopt;
    case pugi::node_doctype: return "a document type declaration";
    case pugi::node_pi: return "a processing instruction";
    case pugi::node_null:
    case pugi::node_document: break;
    }
    const std::string_view name = node.name();
    if (std::ranges::find(allowed_elements, name) == allowed_elements.end()) {
        return "the element <" + std::string{name} + ">";
    }
    for (const pugi::xml_attribute& attribute : node.attributes()) {
        const std::string_view key = attribute.name();
        const std::string_view value = attribute.value();
        if (key.starts_with("on")) { return "the event handler " + std::string{key}; }
        if ((key == "href" || key.ends_with(":href") || key == "src") && !value.starts_with('#')) {
            return "a reference to '" + std::string{value.substr(0, 80)} + "'";
        }
        if (refers_outside(value)) { return "the attribute " + std::string{key} + " refers outside the file"; }
    }
    for (const pugi::xml_node& child : node.children()) {
        if (auto danger = find_danger(child, depth + 1)) { return danger; }
    }
    return std::nullopt;
}

bool starts_with(crypto::ByteView bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

} // namespace

Result<std::string> check_media(std::string_view name, crypto::ByteView bytes)
{
    const auto bad = [&](const std::string& why) {
        return refuse(VaultError::malformed, std::string{name} + ": " + why);
    };
    if (!engine::is_media_name(name)) { return bad("not a media name (media/ and letters, digits, . _ -)"); }
    if (bytes.empty() || bytes.size() > media_bytes_max) { return bad("empty or larger than 2 MiB"); }
    if (name.ends_with(".png")) {
        if (!starts_with(bytes, "\x89PNG\r\n\x1A\n")) { return bad("not a PNG file"); }
        return std::string{"image/png"};
    }
    if (name.ends_with(".jpg") || name.ends_with(".jpeg")) {
        if (!starts_with(bytes, "\xFF\xD8\xFF")) { return bad("not a JPEG file"); }
        return std::string{"image/jpeg"};
    }
    if (!name.ends_with(".svg")) { return bad("only .svg, .png, .jpg and .jpeg pictures are taken"); }
    pugi::xml_document document;
    const auto parsed = document.load_buffer(bytes.data(), bytes.size(), pugi::parse_full, pugi::encoding_utf8);
    if (!parsed) { return bad(std::string{"not well-formed SVG: "} + parsed.description()); }
    if (std::string_view{document.document_element().name()} != "svg") { return bad("the root element is not <svg>"); }
    for (const pugi::xml_node& node : document.children()) {
        if (const auto danger = find_danger(node, 0)) { return bad("refused because of " + *danger); }
    }
    return std::string{"image/svg+xml"};
}

Result<Media> read_media(const std::filesystem::path& folder, std::string_view name)
{
    if (!engine::is_media_name(name)) {
        return refuse(VaultError::malformed, std::string{name} + ": not a media name");
    }
    auto bytes = read_file(folder / name, media_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    return checked_media(name, std::move(*bytes));
}

Result<Media> checked_media(std::string_view name, crypto::Bytes bytes)
{
    auto type = check_media(name, bytes);
    if (!type) { return std::unexpected{type.error()}; }
    return Media{std::string{name}, std::move(*type), std::move(bytes)};
}

} // namespace papervault::vault
