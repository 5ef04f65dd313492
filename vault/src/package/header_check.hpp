#pragma once

#include <papervault/vault/package.hpp>

namespace papervault::vault {

/// What must hold in every package beyond the form of its header, whoever signed it.
/// @return not_permitted when one person or machine has two roles (K7, P10, V2), malformed otherwise.
[[nodiscard]] Result<void> check_header(const PackageHeader& header);

} // namespace papervault::vault
