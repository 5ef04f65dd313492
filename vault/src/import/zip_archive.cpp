#include "import/zip_archive.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace papervault::vault {
namespace {

std::unexpected<VaultFailure> malformed(const std::string& why)
{
    return refuse(VaultError::malformed, why);
}

struct FileClose {
    void operator()(zip_file_t* file) const noexcept { std::ignore = zip_fclose(file); }
};

} // namespace

void ZipArchive::Close::operator()(zip* archive) const noexcept
{
    zip_discard(archive);
}

bool looks_like_zip(std::string_view bytes) noexcept
{
    return bytes.starts_with(std::string_view{"PK\x03\x04", 4});
}

Result<ZipArchive> ZipArchive::open(crypto::ByteView bytes, const ZipLimits& limits)
{
    if (bytes.size() > limits.file_bytes_max) { return malformed("the file is too large"); }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) {
        zip_error_fini(&error);
        return malformed("no memory");
    }
    zip_t* opened = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    zip_error_fini(&error);
    if (opened == nullptr) {
        zip_source_free(source);
        return malformed("it is no sound zip archive");
    }
    ZipArchive archive{opened, limits};
    const zip_int64_t count = zip_get_num_entries(opened, 0);
    if (count < 0 || static_cast<std::size_t>(count) > limits.parts_max) { return malformed("too many parts"); }
    return archive;
}

bool ZipArchive::has(const std::string& name) const
{
    return zip_name_locate(archive_.get(), name.c_str(), 0) >= 0;
}

Result<std::string> ZipArchive::read(const std::string& name)
{
    const zip_int64_t index = zip_name_locate(archive_.get(), name.c_str(), 0);
    if (index < 0) { return malformed("the part " + name + " is missing"); }
    zip_stat_t stat;
    if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(index), 0, &stat) != 0 ||
        (stat.valid & ZIP_STAT_SIZE) == 0 || stat.encryption_method != ZIP_EM_NONE) {
        return malformed("the part " + name + " has no size or is encrypted");
    }
    const std::size_t allowed = std::min(limits_.part_bytes_max, limits_.total_bytes_max - total_);
    if (stat.size > allowed) { return malformed("the part " + name + " is too large"); }
    const std::unique_ptr<zip_file_t, FileClose> file{
        zip_fopen_index(archive_.get(), static_cast<zip_uint64_t>(index), 0)};
    if (!file) { return malformed("the part " + name + " is packed in an unknown way"); }
    // What the directory says may be a lie: never more than it said, and grown as bytes really come.
    std::string text;
    std::array<char, 16 * 1024> block{};
    for (;;) {
        const zip_int64_t got = zip_fread(file.get(), block.data(), block.size());
        if (got < 0) { return malformed("the part " + name + " is damaged"); }
        if (got == 0) { break; }
        if (text.size() + static_cast<std::size_t>(got) > stat.size) {
            return malformed("the part " + name + " is larger than it says");
        }
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    if (text.size() != stat.size) { return malformed("the part " + name + " is shorter than it says"); }
    total_ += text.size();
    return text;
}

} // namespace papervault::vault
