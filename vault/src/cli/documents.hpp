#pragma once

#include "cli/commands.hpp"

#include <papervault/crypto/suite.hpp>
#include <papervault/vault/files.hpp>

#include <string>

/// Signed documents that people carry: files of at most a mebibyte.
namespace papervault::vault::cli {

inline constexpr std::size_t document_bytes_max = 1 << 20;
/// People's own commands: whoever has keys of a suite uses it. What a site accepts, hall and office decide.
inline constexpr crypto::SuiteSet every_suite{crypto::Suite::pv1, crypto::Suite::gm1};

[[nodiscard]] inline Result<void> write_document(const File& file, const std::string& text)
{
    return write_file_durably(file, crypto::bytes_of(text), false, 0644);
}

} // namespace papervault::vault::cli
