#pragma once

#include <papervault/crypto/secret_sharing.hpp>

/// The sharing behind split_secret() and combine_shares(), for values of any size from 16 bytes: what a package shares
/// has 16 or 32 bytes, what stands on paper may be longer.
namespace papervault::crypto::sharing {

/// @param secret  16 bytes or more. @param threshold  1 .. count. @param count  1 .. share_count_max.
[[nodiscard]] std::vector<Share> split(const SecretBuffer& secret, int threshold, int count);

/// @param threshold  1 .. share_count_max.
/// @return malformed (an index out of range, less than 16 bytes), share_mismatch, quorum_incomplete.
[[nodiscard]] Result<SecretBuffer> combine(std::span<const Share> shares, int threshold);

} // namespace papervault::crypto::sharing
