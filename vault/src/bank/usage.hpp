#pragma once

#include <papervault/vault/database.hpp>
#include <papervault/vault/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace papervault::vault {

/// What earlier packages did with an item.
struct ItemUsage {
    int uses = 0;                          ///< Packages.
    int batches_since_use = 0;             ///< 0: the newest package has it.
    std::vector<std::uint32_t> past_forms; ///< Numbers of forms, in the order of their packages.
};
/// By item, of all packages in the register, drafts included: what left the vault may have been seen.
[[nodiscard]] Result<std::map<std::string, ItemUsage, std::less<>>> usage_of_items(Database& database);

} // namespace papervault::vault
