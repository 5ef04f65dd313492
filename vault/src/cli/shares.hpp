#pragma once

#include "cli/commands.hpp"

#include <papervault/vault/custody.hpp>

#include <vector>

namespace papervault::vault::cli {

/// The shares that other graders gave, each from its file.
[[nodiscard]] Result<std::vector<SharePart>> read_shares(const std::vector<File>& files);

} // namespace papervault::vault::cli
