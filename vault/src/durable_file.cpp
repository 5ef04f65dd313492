#include "durable_file.hpp"

#include "system_failure.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/files.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <vector>

namespace papervault::vault {
namespace {

constexpr mode_t mode_at_creation = 0600;
constexpr std::size_t name_random_bytes = 8;
constexpr std::string_view partial_ending = ".partial";
/// Then without the lock: some file systems have none, and there nothing is ever swept.
constexpr int attempts_max = 3;

/// @return 0, or an error number; EEXIST when the name is taken.
int rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) { return 0; }
    if (errno != EINVAL && errno != ENOSYS) { return errno; }
    // A file system without that flag: a hard link never replaces either.
    if (::link(from.c_str(), to.c_str()) != 0) { return errno; }
    return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

/// ".name.0123456789abcdef.partial"
bool is_partial_name(std::string_view name)
{
    constexpr std::size_t random_digits = 2 * name_random_bytes;
    if (!name.starts_with('.') || !name.ends_with(partial_ending)) { return false; }
    name.remove_suffix(partial_ending.size());
    return name.size() > random_digits + 2 && name[name.size() - random_digits - 1] == '.' &&
           name.substr(name.size() - random_digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// @return Whether it was abandoned and is gone.
bool remove_if_abandoned(const std::filesystem::path& file)
{
    const FileDescriptor descriptor{::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    struct stat status{};
    return descriptor && ::fstat(descriptor.get(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0 && ::unlink(file.c_str()) == 0;
}

} // namespace

Result<int> remove_abandoned_files(const std::filesystem::path& directory)
{
    std::error_code error;
    std::vector<std::filesystem::path> found;
    for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
         entry.increment(error)) {
        if (is_partial_name(entry->path().filename().string())) { found.push_back(entry->path()); }
    }
    if (error) { return system_failure(VaultError::storage_failed, "cannot open", directory, error.value()); }
    return static_cast<int>(std::ranges::count_if(found, remove_if_abandoned));
}

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
    for (int attempt = 0;; ++attempt) {
        auto temporary =
            folder_of(file) / ("." + file.filename().string() + "." +
                               crypto::to_hex(crypto::random_bytes(name_random_bytes)) + std::string{partial_ending});
        FileDescriptor descriptor{
            ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_at_creation)};
        if (!descriptor) { return system_failure(VaultError::storage_failed, "cannot create", file, errno); }
        // The lock says that somebody is writing. A sweep may have come between the two calls and taken it for
        // abandoned.
        struct stat status{};
        const bool locked = ::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0;
        const bool swept = ::fstat(descriptor.get(), &status) == 0 && status.st_nlink == 0;
        if ((locked && !swept) || attempt == attempts_max) {
            return DurableFile{std::move(descriptor), file, std::move(temporary)};
        }
        ::unlink(temporary.c_str());
    }
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
    // Not when the file has that mode from its creation: the file systems of memory sticks know no modes and refuse.
    const bool moded = mode == mode_at_creation || ::fchmod(descriptor_.get(), static_cast<mode_t>(mode)) == 0;
    if (!moded || ::fsync(descriptor_.get()) != 0) {
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
