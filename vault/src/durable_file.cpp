#include "durable_file.hpp"

#include "system_failure.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/files.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace papervault::vault {
namespace {

/// @return 0, or an error number; EEXIST when the name is taken.
int rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) { return 0; }
    if (errno != EINVAL && errno != ENOSYS) { return errno; }
    // A file system without that flag: a hard link never replaces either.
    if (::link(from.c_str(), to.c_str()) != 0) { return errno; }
    return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

} // namespace

std::filesystem::path folder_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

DurableFile::DurableFile(FileDescriptor descriptor, std::filesystem::path file,
                         std::filesystem::path temporary) noexcept
    : descriptor_{std::move(descriptor)}, file_{std::move(file)}, temporary_{std::move(temporary)}
{
}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : descriptor_{std::move(other.descriptor_)}, file_{std::move(other.file_)},
      temporary_{std::exchange(other.temporary_, {})}
{
}

DurableFile::~DurableFile()
{
    if (!temporary_.empty()) { ::unlink(temporary_.c_str()); }
}

Result<DurableFile> DurableFile::create(const std::filesystem::path& file)
{
    if (!file.has_filename()) { return refuse(VaultError::malformed, file.string() + " is not a file name"); }
    auto temporary =
        folder_of(file) / ("." + file.filename().string() + "." + crypto::to_hex(crypto::random_bytes(8)) + ".partial");
    FileDescriptor descriptor{::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!descriptor) { return system_failure(VaultError::storage_failed, "cannot create", file, errno); }
    return DurableFile{std::move(descriptor), file, std::move(temporary)};
}

Result<void> DurableFile::write_at(std::uint64_t offset, crypto::ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0) {
            if (errno == EINTR) { continue; }
            return system_failure(VaultError::storage_failed, "cannot write", file_, errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> DurableFile::commit(bool replace, unsigned mode)
{
    if (::fchmod(descriptor_.get(), static_cast<mode_t>(mode)) != 0 || ::fsync(descriptor_.get()) != 0) {
        return system_failure(VaultError::storage_failed, "cannot write", file_, errno);
    }
    int error = 0;
    if (!replace) {
        error = rename_without_replacing(temporary_, file_);
    } else if (::rename(temporary_.c_str(), file_.c_str()) != 0) {
        error = errno;
    }
    if (error == EEXIST) {
        return refuse(VaultError::already_exists, file_.string() + " exists already and was not touched");
    }
    if (error != 0) { return system_failure(VaultError::storage_failed, "cannot write", file_, error); }
    temporary_.clear();
    return sync_directory(folder_of(file_));
}

} // namespace papervault::vault
