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
/// Removes what a power cut left in the folder of files that were being written durably (".name.<16 hex>.partial"):
/// nobody has said of them that they are there. Files that some process is still writing stay. Nothing else is touched.
/// @return How many were removed; storage_failed when the folder can't be read.
[[nodiscard]] Result<int> remove_abandoned_files(const std::filesystem::path& directory);
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);
/// Refuses anything but a regular file, and more than bytes_max.
[[nodiscard]] Result<crypto::Bytes> read_file(const std::filesystem::path& file, std::size_t bytes_max);
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max);

} // namespace papervault::vault
