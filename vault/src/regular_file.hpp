#pragma once

#include "file_descriptor.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace papervault::vault {

/// A file that is read by offset. Plain reads, not a mapping: a file that another process cuts short is a refusal here
/// and not a signal. Reading changes nothing, so threads may share it.
class RegularFile {
public:
    /// @return not_found, malformed (a folder, pipe, socket or device: it is never read from), storage_failed.
    [[nodiscard]] static Result<RegularFile> open(const std::filesystem::path& file);

    /// As it was when the file was opened.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Permission bits, as they were when the file was opened.
    [[nodiscard]] unsigned mode() const noexcept { return mode_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Fills `out` whole. @return malformed when the file ends before, storage_failed.
    [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) const;
    /// @return malformed when the file has grown or shrunk since it was opened.
    [[nodiscard]] Result<void> require_same_size() const;

private:
    RegularFile(FileDescriptor descriptor, std::string name, std::uint64_t size, unsigned mode) noexcept
        : descriptor_{std::move(descriptor)}, name_{std::move(name)}, size_{size}, mode_{mode}
    {
    }

    FileDescriptor descriptor_;
    std::string name_;
    std::uint64_t size_;
    unsigned mode_;
};

/// The whole file, as std::string or crypto::Bytes. @return malformed for more than bytes_max, or a file that changes.
template <class Container>
[[nodiscard]] Result<Container> read_whole(const RegularFile& file, std::size_t bytes_max)
{
    if (file.size() > bytes_max) {
        return refuse(VaultError::malformed, file.name() + " is larger than " + std::to_string(bytes_max) + " bytes");
    }
    Container content;
    content.resize(static_cast<std::size_t>(file.size()));
    if (auto read = file.read_at(0, std::as_writable_bytes(std::span{content})); !read) {
        return std::unexpected{read.error()};
    }
    if (auto same = file.require_same_size(); !same) { return std::unexpected{same.error()}; }
    return content;
}

} // namespace papervault::vault
