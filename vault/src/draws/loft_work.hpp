#pragma once

#include <papervault/vault/draws.hpp>

#include <cstdint>
#include <functional>
#include <span>

namespace papervault::vault {

/// Runs `work` for 1 … count, each once, on as many threads as the machine has; the order is free. Stops at the first
/// refusal; of several the one with the lowest number is returned.
/// @param work  Called from several threads at a time.
[[nodiscard]] Result<void> for_each_form(std::uint32_t count, const std::function<Result<void>(std::uint32_t)>& work,
                                         const Progress& progress);
/// RFC 9162 over the digests as entries.
[[nodiscard]] crypto::Digest merkle_root(std::span<const crypto::Digest> digests);

} // namespace papervault::vault
