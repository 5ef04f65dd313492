#pragma once

#include <papervault/vault/database.hpp>
#include <papervault/vault/error.hpp>

namespace papervault::vault {

/// Makes every table of the newest schema version in an empty database, inside the caller's transaction.
void create_schema(Database& database);
/// Applies the steps that an older file lacks; refuses a file of a newer program.
[[nodiscard]] Result<void> upgrade_schema(Database& database);

} // namespace papervault::vault
