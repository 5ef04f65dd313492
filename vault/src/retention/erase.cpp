#include "retention/retention_work.hpp"

#include "file_descriptor.hpp"

#include <papervault/crypto/hash.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace papervault::vault {
namespace {

constexpr std::size_t file_bytes_max = 4ULL << 30;

bool belongs(const std::filesystem::path& file, RecordCategory category)
{
    const bool paper = file.filename() == "package.pvp";
    return paper == (category == RecordCategory::paper);
}

Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& folder, RecordCategory category)
{
    std::vector<std::filesystem::path> found;
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) { return found; }
    for (auto at = std::filesystem::recursive_directory_iterator{folder, error};
         !error && at != std::filesystem::recursive_directory_iterator{}; at.increment(error)) {
        if (at->is_regular_file(error) && !at->is_symlink(error) && belongs(at->path(), category)) {
            found.push_back(at->path());
        }
    }
    if (error) { return refuse(VaultError::storage_failed, folder.string() + ": " + error.message()); }
    std::ranges::sort(found);
    return found;
}

/// One pass of zeros is what a disk that writes in place needs; one that does not keeps sealed bytes whose key is gone.
Result<void> overwrite(const std::filesystem::path& file)
{
    const auto failed = [&file] {
        return refuse(VaultError::storage_failed, "can't overwrite " + file.string() + ": " + std::strerror(errno));
    };
    const FileDescriptor descriptor{::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (descriptor.get() < 0) { return failed(); }
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    constexpr std::array<char, 1 << 16> zeros{};
    for (std::uintmax_t at = 0; !error && at < size;) {
        const auto count = static_cast<std::size_t>(std::min<std::uintmax_t>(zeros.size(), size - at));
        const auto written = ::pwrite(descriptor.get(), zeros.data(), count, static_cast<off_t>(at));
        if (written <= 0) { return failed(); }
        at += static_cast<std::uintmax_t>(written);
    }
    if (error || ::fsync(descriptor.get()) != 0) { return failed(); }
    return {};
}

} // namespace

engine::Instant months_after(engine::Instant from, int months)
{
    const auto day = std::chrono::floor<std::chrono::days>(from);
    std::chrono::year_month_day date{day};
    date += std::chrono::months{months};
    if (!date.ok()) { date = date.year() / date.month() / std::chrono::last; }
    return std::chrono::sys_days{date} + (from - day);
}

Result<boost::json::array> list_files(const std::filesystem::path& folder, RecordCategory category)
{
    const auto files = files_of(folder, category);
    if (!files) { return std::unexpected{files.error()}; }
    boost::json::array listed;
    for (const auto& file : *files) {
        const auto bytes = read_file(file, file_bytes_max);
        if (!bytes) { return std::unexpected{bytes.error()}; }
        listed.push_back({{"name", file.lexically_relative(folder).string()},
                          {"bytes", bytes->size()},
                          {"digest", crypto::blake2b(*bytes).hex()}});
    }
    return listed;
}

Result<void> erase_files(const std::filesystem::path& folder, RecordCategory category)
{
    const auto files = files_of(folder, category);
    if (!files) { return std::unexpected{files.error()}; }
    for (const auto& file : *files) {
        if (auto done = overwrite(file); !done) { return done; }
        std::error_code error;
        std::filesystem::remove(file, error);
        if (error) { return refuse(VaultError::storage_failed, file.string() + ": " + error.message()); }
        if (auto synced = sync_directory(file.parent_path()); !synced) { return synced; }
    }
    return {};
}

} // namespace papervault::vault
