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
    const auto json = parse_header(frame->header());
    if (!json) { return std::unexpected{json.error()}; }
    // Signatures first: what nobody has signed is read no further than to the names of those who should have.
    const auto sealers = sealers_of(*json);
    if (!sealers) { return std::unexpected{sealers.error()}; }
    for (std::size_t i = 0; i < frame->signatures.size(); ++i) {
        if (!is_signed_by(*frame, package_container, i, (*sealers)[i])) {
            return refuse(VaultError::signature_invalid, "the signature of " + (*sealers)[i].name + " does not fit");
        }
    }
    auto header = decode_header(*json, frame->header());
    if (!header) { return std::unexpected{header.error()}; }
    if (body_length(header->compartments) != frame->body_length) {
        return refuse(VaultError::malformed, path.string() + " is not as long as its header says");
    }
    return PackageFile{.file = *std::move(file), .frame = *std::move(frame), .header = *std::move(header)};
}

bool is_draft(const PackageFile& package) noexcept
{
    return package.frame.signatures.size() == 1;
}

} // namespace papervault::vault
