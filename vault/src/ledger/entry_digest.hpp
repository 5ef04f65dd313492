#pragma once

#include <papervault/crypto/hash.hpp>

#include <string_view>

namespace papervault::vault {

/// What the next entry carries as `previous`.
[[nodiscard]] crypto::Digest entry_digest(std::string_view text);

} // namespace papervault::vault
