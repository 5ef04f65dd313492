#pragma once

#include "cli/commands.hpp"
#include "import/part_source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace papervault::vault::cli {

/// What a name on the command line leads to: one file of QTI with the folder that it may read from, or a package.
struct QtiPlace {
    std::string name; ///< As it was typed.
    PartSource source;
    std::string path;                                     ///< Of the file; empty for a package.
    std::optional<engine::qti::PackageManifest> manifest; ///< Of a package.

    /// The files of that kind: the one file, or those of the manifest.
    [[nodiscard]] std::vector<std::string> paths(engine::qti::ResourceKind kind) const;
    /// "package.zip/items/a.xml"; the name alone for a file.
    [[nodiscard]] std::string name_of(const std::string& part) const;
};

/// @param place  A file of XML; a folder or zip archive with an imsmanifest.xml; or that imsmanifest.xml itself.
[[nodiscard]] Result<QtiPlace> open_qti_place(const File& place);

} // namespace papervault::vault::cli
