#pragma once

#include <papervault/engine/qti/item.hpp>
#include <papervault/engine/qti/test.hpp>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Items and tests whose parts lie in several files: XInclude, sections, passages and response processing by name, and
/// the manifest of a content package (IMS CP 1.1 to 1.2, as QTI 2.0 to 3.0 use it).
namespace papervault::engine::qti {

/// The text of a file of a package. @param path  From the root of the package, with '/', as resolved_path() makes it.
using ReadPart = std::function<Result<std::string>(std::string_view path)>;

struct PartLimits {
    std::size_t depth_max = 10;      ///< Parts that name parts.
    std::size_t parts_max = 1000;    ///< Read for one item or test; what is named twice counts twice.
    std::size_t nodes_max = 200'000; ///< Of one item or test with all of its parts in it.
    XmlLimits part{};                ///< Of each file.
};

/// Where a reference leads that stands in a file of a package. Percent signs are resolved; what follows '#' or '?' is
/// left out; '\' is taken for '/'.
/// @param file  The file with the reference, from the root of the package.
/// @return inconsistent for what is not a file of the package: a scheme, a host, an absolute path, too many "..".
[[nodiscard]] Result<std::string> resolved_path(std::string_view file, std::string_view reference);
/// The same for a name that is a path already, not a reference: nothing in it is decoded.
[[nodiscard]] Result<std::string> checked_path(std::string_view name);

/// Puts items and tests together from their files. A part that leads back to itself, or deeper than the limits, is
/// refused; nothing is looked up on a network. Not to be shared by threads while it reads.
class PartReader {
public:
    explicit PartReader(ReadPart read, PartLimits limits = {}) : read_{std::move(read)}, limits_{limits} {}

    /// The document with everything in it that it includes (XInclude 1.0 without xpointer; parse="text" too; fallbacks)
    /// and with its sections (assessmentSectionRef). References of parts from other folders are rewritten, so that they
    /// lead where they did.
    /// @param unread  Gets one sentence for each include in the body that can't be read: it stays as it is. Anywhere
    /// else that is an error.
    [[nodiscard]] Result<XmlDocument> document(std::string_view path, std::vector<std::string>& unread);

    /// An item with its includes, its passages (AssessmentItem::stimuli) and the response processing that it names by
    /// templateLocation or a relative template. Passages and templates that can't be read are told in
    /// AssessmentItem::unread: scoring then does what it does for read_item().
    [[nodiscard]] Result<AssessmentItem> item(std::string_view path);
    /// A test with its includes and sections. The hrefs of its items are relative to `path`.
    [[nodiscard]] Result<AssessmentTest> test(std::string_view path);

private:
    ReadPart read_;
    PartLimits limits_;
};

enum class ResourceKind : std::uint8_t { item, test, section, stimulus, response_processing, other };
struct PackageResource {
    std::string identifier;
    std::string type; ///< As written: "imsqti_item_xmlv3p0".
    ResourceKind kind = ResourceKind::other;
    std::string path;               ///< Of its href; empty for none.
    std::vector<std::string> files; ///< Paths of all its files.
    std::vector<std::string> dependencies;
};
/// imsmanifest.xml. Paths are from the root of the package; xml:base of manifest, resources and resource counts.
struct PackageManifest {
    std::string identifier;
    std::vector<PackageResource> resources;
    /// What a careful sender would want to know: dependencies on nothing, identifiers twice, items without a file.
    std::vector<std::string> problems;

    /// The files of all resources, with what they name as href.
    [[nodiscard]] std::set<std::string, std::less<>> files() const;
};
inline constexpr std::string_view manifest_name = "imsmanifest.xml";
inline constexpr std::size_t package_files_max = 20'000;

/// @return malformed when it is no manifest, inconsistent for a path that leads out of the package, out_of_range beyond
/// package_files_max.
[[nodiscard]] Result<PackageManifest> read_manifest(std::string_view xml, XmlLimits limits = {});

} // namespace papervault::engine::qti
