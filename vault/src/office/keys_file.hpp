#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault {

inline constexpr std::string_view keys_name = "vault.keys";

/// What stands in front of the encrypted database: its key, wrapped for each officer.
struct KeysFile {
    std::string vault_id;
    std::string name;
    struct Wrap {
        IdentityCard card;
        crypto::Bytes sealed_key;
    };
    std::vector<Wrap> wraps;
};

/// @param replace  False: an existing file is an error.
[[nodiscard]] Result<void> write_keys(const std::filesystem::path& directory, const KeysFile& keys, bool replace);
/// @return not_found where there is no vault, malformed for a damaged file.
[[nodiscard]] Result<KeysFile> read_keys(const std::filesystem::path& directory);

} // namespace papervault::vault
