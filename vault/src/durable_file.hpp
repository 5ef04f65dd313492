#pragma once

#include "file_descriptor.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <filesystem>

namespace papervault::vault {

/// A file in the making: written under a temporary name in the folder of its final one, which it takes when it is
/// complete and on disk. Dropped before that, it leaves nothing; after a power cut it may leave
/// ".<name>.<hex>.partial", which remove_abandoned_files() removes.
class DurableFile {
public:
    /// @return storage_failed.
    [[nodiscard]] static Result<DurableFile> create(const std::filesystem::path& file);
    DurableFile(DurableFile&& other) noexcept;
    DurableFile& operator=(DurableFile&&) = delete;
    ~DurableFile();

    [[nodiscard]] Result<void> write_at(std::uint64_t offset, crypto::ByteView bytes);
    /// fsync, rename, fsync of the folder. Once.
    /// @param replace  False: already_exists when the name is taken, also when it was taken just now.
    [[nodiscard]] Result<void> commit(bool replace, unsigned mode);

private:
    DurableFile(FileDescriptor descriptor, std::filesystem::path file, std::filesystem::path temporary) noexcept;

    FileDescriptor descriptor_;
    std::filesystem::path file_;
    std::filesystem::path temporary_; ///< Empty when there is nothing to remove.
};

/// The folder a file is in; "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

} // namespace papervault::vault
