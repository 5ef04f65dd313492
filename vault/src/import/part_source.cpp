#include "import/part_source.hpp"

#include <papervault/vault/files.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t part_bytes_max = engine::qti::XmlLimits{}.bytes_max;
constexpr ZipLimits package_limits{.file_bytes_max = 256U << 20,
                                   .part_bytes_max = part_bytes_max,
                                   .total_bytes_max = 512U << 20,
                                   .parts_max = engine::qti::package_files_max};
constexpr int folders_up_max = 8;

std::unexpected<engine::EngineFailure> not_inside(std::string_view path)
{
    return engine::refuse(engine::EngineError::inconsistent,
                          "there is no file of this name in the folder or package: " + std::string{path});
}

bool is_inside(const fs::path& root, const fs::path& file)
{
    const auto [at_root, at_file] = std::ranges::mismatch(root, file);
    return at_root == root.end() && at_file != file.end();
}

} // namespace

Result<PartSource> PartSource::open(const fs::path& place)
{
    std::error_code error;
    PartSource source;
    auto whole = fs::canonical(place, error);
    if (error) { return refuse(VaultError::not_found, place.string() + " is not there"); }
    if (fs::is_directory(whole, error)) {
        source.root_ = std::move(whole);
        return source;
    }
    auto bytes = read_file(whole, package_limits.file_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    source.bytes_ = std::move(*bytes);
    auto archive = ZipArchive::open(source.bytes_, package_limits);
    if (!archive) {
        return refuse(archive.error().code, place.string() + ": no folder and no package: " + archive.error().detail);
    }
    source.archive_ = std::make_unique<ZipArchive>(std::move(*archive));
    return source;
}

fs::path PartSource::root_of(const fs::path& file)
{
    std::error_code error;
    const fs::path whole = fs::absolute(file, error).lexically_normal();
    fs::path folder = whole.parent_path();
    for (int up = 0; up < folders_up_max; ++up) {
        if (fs::is_regular_file(folder / engine::qti::manifest_name, error)) { return folder; }
        if (folder == folder.root_path()) { break; }
        folder = folder.parent_path();
    }
    return whole.parent_path();
}

engine::Result<fs::path> PartSource::file_of(std::string_view path) const
{
    std::error_code error;
    const fs::path inside = fs::path{path}.lexically_normal();
    if (inside.is_absolute() || inside.empty() || *inside.begin() == "..") { return not_inside(path); }
    auto file = fs::canonical(root_ / inside, error);
    if (error || !is_inside(root_, file)) { return not_inside(path); }
    return file;
}

engine::Result<std::string> PartSource::read(std::string_view path) const
{
    if (archive_) {
        const std::string name{path};
        if (!archive_->has(name)) { return not_inside(path); }
        auto text = archive_->read(name);
        if (!text) { return engine::refuse(engine::EngineError::malformed, text.error().detail); }
        return std::move(*text);
    }
    const auto file = file_of(path);
    if (!file) { return std::unexpected{file.error()}; }
    auto text = read_text_file(*file, part_bytes_max);
    if (!text) {
        return engine::refuse(engine::EngineError::malformed, std::string{path} + ": " + text.error().detail);
    }
    return std::move(*text);
}

bool PartSource::has(std::string_view path) const
{
    if (archive_) { return archive_->has(std::string{path}); }
    std::error_code error;
    const auto file = file_of(path);
    return file && fs::is_regular_file(*file, error);
}

engine::qti::ReadPart PartSource::reader() const
{
    return [this](std::string_view path) { return read(path); };
}

} // namespace papervault::vault
