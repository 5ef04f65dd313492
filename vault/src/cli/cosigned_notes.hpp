#pragma once

#include "cli/commands.hpp"

#include <string>
#include <vector>

namespace papervault::vault::cli {

/// The checkpoints that witnesses have signed, as the vault keeps them: <vault>/witnessed/<size>.note.
[[nodiscard]] Result<std::vector<std::string>> kept_notes(const File& vault);

} // namespace papervault::vault::cli
