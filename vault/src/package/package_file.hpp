#pragma once

#include "package/container.hpp"

#include <papervault/vault/package.hpp>

namespace papervault::vault {

/// A package or draft whose form is right and whose signatures fit: the first sealer's, and the second's unless it is a
/// draft.
struct PackageFile {
    RegularFile file;
    ContainerFrame frame;
    PackageHeader header;
};
[[nodiscard]] Result<PackageFile> open_package_file(const std::filesystem::path& path);
/// A draft still waits for its second signature.
[[nodiscard]] bool is_draft(const PackageFile& package) noexcept;

} // namespace papervault::vault
