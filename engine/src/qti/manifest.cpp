#include "qti/fields.hpp"
#include "qti/paths.hpp"
#include "utf8.hpp"

#include <papervault/engine/qti/package.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace papervault::engine::qti {
namespace {

/// What the types of all versions have in common: imsqti_item_xmlv2p0, imsqti_apipitem_xmlv2p1, imsqti_test_xmlv3p0 …
constexpr std::array<std::pair<std::string_view, ResourceKind>, 7> kinds{
    {{"item_xml", ResourceKind::item},
     {"test_xml", ResourceKind::test},
     {"section_xml", ResourceKind::section},
     {"stimulus_xml", ResourceKind::stimulus},
     {"rptemplate_xml", ResourceKind::response_processing},
     {"resprocessing_xml", ResourceKind::response_processing},
     {"responseprocessing_xml", ResourceKind::response_processing}}};

ResourceKind kind_of(std::string_view type)
{
    if (!type.starts_with("imsqti_")) { return ResourceKind::other; }
    const auto found =
        std::ranges::find_if(kinds, [&](const auto& row) { return type.find(row.first) != std::string_view::npos; });
    return found == kinds.end() ? ResourceKind::other : found->second;
}

class ManifestReader {
public:
    Result<PackageManifest> run(const XmlNode& root)
    {
        if (!root.is("manifest")) { return refuse(EngineError::malformed, "not a manifest: " + described(root)); }
        made_.identifier = Fields{root}.optional_text("identifier").value_or(std::string{});
        const std::string base = base_of(root, "");
        for (const XmlNode& child : root.children) {
            if (child.is("resources")) { read_resources(child, base); }
        }
        if (failure_) { return std::unexpected{*failure_}; }
        check_names();
        return std::move(made_);
    }

private:
    /// A made-up file in the folder that xml:base names, for resolved_path().
    std::string base_of(const XmlNode& element, const std::string& outer)
    {
        const auto attribute = std::ranges::find(element.attributes, "xml:base", &XmlAttribute::name);
        if (attribute == element.attributes.end()) { return outer; }
        const std::string inside = attribute->value + "-";
        const auto path = resolved_path(outer, inside);
        if (!path) { fail(path.error()); }
        return path.value_or(outer);
    }

    void fail(EngineFailure failure)
    {
        if (!failure_) { failure_ = std::move(failure); }
    }

    std::string path_of(const std::string& base, const std::string& href)
    {
        auto path = resolved_path(base, href);
        if (!path) {
            fail(path.error());
            return {};
        }
        if (++files_ > package_files_max) { fail({EngineError::out_of_range, "the package has too many files"}); }
        return std::move(*path);
    }

    void read_resources(const XmlNode& element, const std::string& outer)
    {
        const std::string base = base_of(element, outer);
        for (const XmlNode& child : element.children) {
            if (failure_) { return; }
            if (child.is("resource")) { read_resource(child, base); }
        }
    }

    void read_resource(const XmlNode& element, const std::string& outer)
    {
        Fields fields{element};
        PackageResource resource;
        resource.identifier = fields.optional_text("identifier").value_or(std::string{});
        resource.type = fields.optional_text("type").value_or(std::string{});
        resource.kind = kind_of(resource.type);
        const std::string base = base_of(element, outer);
        const auto href = fields.optional_text("href");
        const bool is_elsewhere = href && href->find("://") != std::string::npos; // a link on the web
        if (href && !(is_elsewhere && resource.kind == ResourceKind::other)) { resource.path = path_of(base, *href); }
        for (const XmlNode& child : element.children) {
            Fields inner{child};
            if (child.is("file")) {
                if (const auto file = inner.optional_text("href")) { resource.files.push_back(path_of(base, *file)); }
            } else if (child.is("dependency")) {
                resource.dependencies.push_back(inner.optional_text("identifierref").value_or(std::string{}));
            }
            if (failure_) { return; }
        }
        if (resource.path.empty() && resource.kind != ResourceKind::other) {
            // The first file stands for a reference that was forgotten.
            if (resource.files.empty()) {
                made_.problems.push_back("resource " + resource.identifier + ": no file");
            } else {
                resource.path = resource.files.front();
            }
        }
        made_.resources.push_back(std::move(resource));
    }

    void check_names()
    {
        std::set<std::string_view> known;
        for (const PackageResource& resource : made_.resources) {
            if (!known.insert(resource.identifier).second) {
                made_.problems.push_back("the resource " + resource.identifier + " is there twice");
            }
        }
        for (const PackageResource& resource : made_.resources) {
            for (const std::string& dependency : resource.dependencies) {
                if (known.contains(dependency)) { continue; }
                made_.problems.push_back("resource " + resource.identifier + ": it depends on " + dependency +
                                         ", which is not there");
            }
        }
    }

    PackageManifest made_;
    std::optional<EngineFailure> failure_;
    std::size_t files_ = 0;
};

} // namespace

std::set<std::string, std::less<>> PackageManifest::files() const
{
    std::set<std::string, std::less<>> all;
    for (const PackageResource& resource : resources) {
        if (!resource.path.empty()) { all.insert(resource.path); }
        all.insert(resource.files.begin(), resource.files.end());
    }
    return all;
}

Result<PackageManifest> read_manifest(std::string_view xml, XmlLimits limits)
{
    const auto document = read_xml(xml, limits);
    if (!document) { return std::unexpected{document.error()}; }
    return ManifestReader{}.run(document->root);
}

} // namespace papervault::engine::qti
