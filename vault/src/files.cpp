#include <papervault/vault/files.hpp>

#include "durable_file.hpp"
#include "regular_file.hpp"
#include "system_failure.hpp"

#include <fcntl.h>

#include <cerrno>

namespace papervault::vault {

Result<void> write_file_durably(const std::filesystem::path& file, crypto::ByteView bytes, bool replace, unsigned mode)
{
    auto durable = DurableFile::create(file);
    if (!durable) { return std::unexpected{durable.error()}; }
    if (auto written = durable->write_at(0, bytes); !written) { return written; }
    return durable->commit(replace, mode);
}

Result<void> sync_directory(const std::filesystem::path& directory)
{
    const FileDescriptor descriptor{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!descriptor || ::fsync(descriptor.get()) != 0) {
        return system_failure(VaultError::storage_failed, "cannot sync the folder", directory, errno);
    }
    return {};
}

Result<crypto::Bytes> read_file(const std::filesystem::path& file, std::size_t bytes_max)
{
    const auto opened = RegularFile::open(file);
    if (!opened) { return std::unexpected{opened.error()}; }
    return read_whole<crypto::Bytes>(*opened, bytes_max);
}

Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max)
{
    const auto opened = RegularFile::open(file);
    if (!opened) { return std::unexpected{opened.error()}; }
    return read_whole<std::string>(*opened, bytes_max);
}

} // namespace papervault::vault
