#pragma once

#include "import/zip_archive.hpp"

#include <papervault/engine/error.hpp>
#include <papervault/engine/qti/package.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace papervault::vault {

/// Files of a folder or of a zip archive, by paths from its root that come from foreign files. Nothing outside is read:
/// not by "..", not by an absolute path, not by a link.
class PartSource {
public:
    /// @param place  A folder, or a zip archive of at most 256 MiB. @return not_found, malformed.
    [[nodiscard]] static Result<PartSource> open(const std::filesystem::path& place);
    /// The folder of a package that the file belongs to: the next one above it with an imsmanifest.xml, at most eight
    /// folders up; the file's own without one.
    [[nodiscard]] static std::filesystem::path root_of(const std::filesystem::path& file);

    /// A text of at most engine::qti::XmlLimits{}.bytes_max bytes. @return inconsistent for what is not inside.
    [[nodiscard]] engine::Result<std::string> read(std::string_view path) const;
    [[nodiscard]] bool has(std::string_view path) const;
    /// read(), for as long as the source stays where it is.
    [[nodiscard]] engine::qti::ReadPart reader() const;

private:
    PartSource() = default;
    [[nodiscard]] engine::Result<std::filesystem::path> file_of(std::string_view path) const;

    std::filesystem::path root_; ///< Empty for an archive.
    crypto::Bytes bytes_;
    std::unique_ptr<ZipArchive> archive_;
};

} // namespace papervault::vault
