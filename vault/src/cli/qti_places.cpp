#include "cli/qti_places.hpp"
#include "cli/qti_lines.hpp"

#include <papervault/vault/files.hpp>

#include <fstream>

namespace papervault::vault::cli {
namespace {

bool is_zip(const File& file)
{
    std::string begin(4, ' ');
    std::ifstream{file, std::ios::binary}.read(begin.data(), 4);
    return looks_like_zip(begin);
}

Result<QtiPlace> open_package(const File& typed, const File& place)
{
    auto source = PartSource::open(place);
    if (!source) { return std::unexpected{source.error()}; }
    const auto text = source->read(engine::qti::manifest_name);
    if (!text) { return refuse(VaultError::malformed, typed.string() + ": there is no imsmanifest.xml"); }
    auto manifest = engine::qti::read_manifest(*text);
    if (!manifest) { return refuse(VaultError::malformed, typed.string() + ": " + manifest.error().detail); }
    return QtiPlace{typed.string(), std::move(*source), {}, std::move(*manifest)};
}

} // namespace

std::vector<std::string> QtiPlace::paths(engine::qti::ResourceKind kind) const
{
    if (!manifest) { return {path}; }
    std::vector<std::string> all;
    for (const auto& resource : manifest->resources) {
        if (resource.kind == kind && !resource.path.empty()) { all.push_back(resource.path); }
    }
    return all;
}

std::string QtiPlace::name_of(const std::string& part) const
{
    return manifest ? name + "/" + part : name;
}

Result<QtiPlace> open_qti_place(const File& place)
{
    std::error_code error;
    const File file = std::filesystem::canonical(place, error);
    if (error) { return refuse(VaultError::not_found, place.string() + " is not there"); }
    if (std::filesystem::is_directory(file, error) || is_zip(file)) { return open_package(place, file); }
    if (file.filename() == engine::qti::manifest_name) { return open_package(place, file.parent_path()); }
    const File root = PartSource::root_of(file);
    auto source = PartSource::open(root);
    if (!source) { return std::unexpected{source.error()}; }
    return QtiPlace{place.string(), std::move(*source), file.lexically_relative(root).generic_string(), std::nullopt};
}

} // namespace papervault::vault::cli
