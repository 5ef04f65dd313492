#pragma once

#include <papervault/engine/blueprint.hpp>
#include <papervault/vault/error.hpp>

#include <filesystem>

namespace papervault::vault::cli {

/// Reads and validates a blueprint, JSON or YAML (docs/blueprint-format.md). Failures name the file.
[[nodiscard]] Result<engine::Blueprint> read_blueprint(const std::filesystem::path& file);

} // namespace papervault::vault::cli
