#include "regular_file.hpp"

#include "system_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace papervault::vault {

Result<RegularFile> RegularFile::open(const std::filesystem::path& file)
{
    // O_NONBLOCK: opening a named pipe must not wait for a writer. It means nothing for a regular file.
    FileDescriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!descriptor) {
        const int error = errno;
        return system_failure(error == ENOENT ? VaultError::not_found : VaultError::storage_failed, "cannot open", file,
                              error);
    }
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) {
        return system_failure(VaultError::storage_failed, "cannot examine", file, errno);
    }
    if (!S_ISREG(status.st_mode)) { return refuse(VaultError::malformed, file.string() + " is not a regular file"); }
    return RegularFile{std::move(descriptor), file.string(), static_cast<std::uint64_t>(status.st_size),
                       static_cast<unsigned>(status.st_mode & 07777)};
}

Result<void> RegularFile::read_at(std::uint64_t offset, std::span<std::byte> out) const
{
    while (!out.empty()) {
        const ssize_t count = ::pread(descriptor_.get(), out.data(), out.size(), static_cast<off_t>(offset));
        if (count < 0) {
            if (errno == EINTR) { continue; }
            return system_failure(VaultError::storage_failed, "cannot read", name_, errno);
        }
        if (count == 0) { return refuse(VaultError::malformed, name_ + " ends too early"); }
        out = out.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> RegularFile::require_same_size() const
{
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) {
        return system_failure(VaultError::storage_failed, "cannot examine", name_, errno);
    }
    if (static_cast<std::uint64_t>(status.st_size) != size_) {
        return refuse(VaultError::malformed, name_ + " changed its size while it was read");
    }
    return {};
}

} // namespace papervault::vault
