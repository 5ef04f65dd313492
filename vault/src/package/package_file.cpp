#include "package/package_file.hpp"

#include "package/header_codec.hpp"
#include "package/layout.hpp"

namespace papervault::vault {

Result<PackageFile> open_package_file(const std::filesystem::path& path)
{
    auto file = RegularFile::open(path);
    if (!file) { return std::unexpected{file.error()}; }
    auto frame = read_frame(*file, package_container);
    if (!frame) { return std::unexpected{frame.error()}; }
    auto header = decode_header(frame->header());
    if (!header) { return std::unexpected{header.error()}; }
    if (body_length(header->compartments) != frame->body_length) {
        return refuse(VaultError::malformed, path.string() + " is not as long as its header says");
    }
    if (!is_signed_by(*frame, package_container, 0, header->sealers[0])) {
        return refuse(VaultError::signature_invalid, "the signature of the first sealer does not fit");
    }
    return PackageFile{.file = *std::move(file), .frame = *std::move(frame), .header = *std::move(header)};
}

bool is_draft(const PackageFile& package) noexcept
{
    return package.frame.signatures.size() == 1;
}

} // namespace papervault::vault
