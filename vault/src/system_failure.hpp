#pragma once

#include <papervault/vault/error.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace papervault::vault {

/// "cannot open /srv/a.pvp: No such file or directory"
[[nodiscard]] inline std::unexpected<VaultFailure> system_failure(VaultError code, std::string_view action,
                                                                  const std::filesystem::path& file, int error_number)
{
    return refuse(code,
                  std::string{action} + " " + file.string() + ": " + std::generic_category().message(error_number));
}

} // namespace papervault::vault
