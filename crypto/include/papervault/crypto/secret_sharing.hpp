#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/secret_buffer.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// Shamir's sharing as SLIP-39 does it (docs/adr/0001): GF(256) with x^8+x^4+x^3+x+1, the secret at x = 255, at x = 254
/// four bytes of HMAC-SHA256(random, secret) and the random, so that wrong shares are noticed. With threshold 1 every
/// share is the secret itself. Time does not depend on the values of secret and shares.
namespace papervault::crypto {

inline constexpr int share_count_max = 16;

struct Share {
    std::uint8_t index; ///< 0 .. 15, the x coordinate; not secret.
    SecretBuffer value; ///< As long as the secret.
};

/// @param secret     16 or 32 bytes.
/// @param threshold  1 .. count. Fewer shares than this tell nothing of the secret.
/// @param count      1 .. 16; the indices are 0 .. count-1.
/// @return malformed for values outside these ranges.
[[nodiscard]] Result<std::vector<Share>> split_secret(const SecretBuffer& secret, int threshold, int count);

/// @param shares  At least `threshold` shares with different indices; if there are more, all must agree.
/// @return malformed (threshold, index or size out of range), quorum_incomplete, or share_mismatch (one is altered,
///         doubled, or from another split; which one, tells share_commitment()). Four bytes guard against chance and
///         mistakes; against a custodian who forges his share, compare commitments first.
[[nodiscard]] Result<SecretBuffer> combine_shares(std::span<const Share> shares, int threshold);

/// Published when the secret is split, so that a wrong share can be named before the shares are combined:
/// blake2b("papervault.share-commitment", {context, index (1 byte), value}). Tells nothing of a random share.
/// @param context  Names the split: package id, compartment.
[[nodiscard]] Digest share_commitment(const Share& share, ByteView context);
/// The same with the suite's hash.
[[nodiscard]] Digest share_commitment(Suite suite, const Share& share, ByteView context);

} // namespace papervault::crypto
