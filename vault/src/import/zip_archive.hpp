#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct zip;

namespace papervault::vault {

struct ZipLimits {
    std::size_t file_bytes_max = 64 << 20;
    std::size_t part_bytes_max = 64 << 20;   ///< Of one unpacked part.
    std::size_t total_bytes_max = 192 << 20; ///< Of all parts that are read.
    std::size_t parts_max = 5'000;
};

/// Whether the bytes begin as a zip archive does.
[[nodiscard]] bool looks_like_zip(std::string_view bytes) noexcept;

/// Parts of a zip archive in memory. Nothing is unpacked to disk, nothing outside the bytes is opened; a part is what
/// the archive says, in size and checksum, or an error.
class ZipArchive {
public:
    /// @param bytes  Outlive the archive. @return malformed for what is no sound archive or goes beyond a limit.
    [[nodiscard]] static Result<ZipArchive> open(crypto::ByteView bytes, const ZipLimits& limits);

    [[nodiscard]] bool has(const std::string& name) const;
    /// @return malformed for a part that is missing, encrypted, damaged or too large.
    [[nodiscard]] Result<std::string> read(const std::string& name);

private:
    struct Close {
        void operator()(zip* archive) const noexcept;
    };
    ZipArchive(zip* archive, const ZipLimits& limits) : archive_{archive}, limits_{limits} {}

    std::unique_ptr<zip, Close> archive_;
    ZipLimits limits_;
    std::size_t total_ = 0;
};

} // namespace papervault::vault
