#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

/// Files that are there after a power cut, or not at all.
namespace papervault::vault {

/// Writes to a temporary name in the same folder, fsyncs, renames, fsyncs the folder.
/// @param replace  False: an existing file is an error (already_exists) and stays as it is.
[[nodiscard]] Result<void> write_file_durably(const std::filesystem::path& file, crypto::ByteView bytes, bool replace,
                                              unsigned mode = 0600);
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);
/// Refuses anything but a regular file, and more than bytes_max.
[[nodiscard]] Result<crypto::Bytes> read_file(const std::filesystem::path& file, std::size_t bytes_max);
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max);

} // namespace papervault::vault
