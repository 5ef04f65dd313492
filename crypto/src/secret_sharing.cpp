#include <papervault/crypto/secret_sharing.hpp>

#include <papervault/crypto/random.hpp>

#include "gf256.hpp"
#include "sharing.hpp"
#include "sodium_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace papervault::crypto {

namespace {

constexpr std::uint8_t digest_x = 254;
constexpr std::uint8_t secret_x = 255;
constexpr std::size_t digest_bytes = 4;
constexpr std::size_t value_bytes_min = 16;

bool is_possible_size(std::size_t bytes)
{
    return bytes == 16 || bytes == 32;
}

/// Value at x of the polynomial through the given points (Lagrange). The x are public and differ, the values are
/// secret.
SecretBuffer interpolate(std::span<const Share> points, std::uint8_t x)
{
    SecretBuffer result{points.front().value.size_bytes()};
    const auto sum = result.expose();
    for (const Share& point : points) {
        std::uint8_t numerator = 1;
        std::uint8_t denominator = 1;
        for (const Share& other : points) {
            if (&other == &point) { continue; }
            numerator = gf256::multiply(numerator, x ^ other.index);
            denominator = gf256::multiply(denominator, point.index ^ other.index);
        }
        const std::uint8_t factor = gf256::multiply(numerator, gf256::inverse(denominator));
        for (std::size_t at = 0; at < sum.size(); at += sizeof(std::uint64_t)) {
            const std::size_t size = std::min(sizeof(std::uint64_t), sum.size() - at);
            std::uint64_t eight = 0;
            std::uint64_t total = 0;
            std::memcpy(&eight, point.value.expose().data() + at, size);
            std::memcpy(&total, sum.data() + at, size);
            total ^= gf256::times_public(eight, factor);
            std::memcpy(sum.data() + at, &total, size);
        }
    }
    return result;
}

/// The first bytes of HMAC-SHA256(key = random, message = secret).
void write_secret_digest(ByteView random, const SecretBuffer& secret, std::span<std::byte> out)
{
    SecretBuffer mac{crypto_auth_hmacsha256_BYTES};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, sodium_in(random), random.size());
    crypto_auth_hmacsha256_update(&state, sodium_in(secret.expose()), secret.size_bytes());
    crypto_auth_hmacsha256_final(&state, sodium_out(mac.expose()));
    sodium_memzero(&state, sizeof state);
    std::ranges::copy(mac.expose().first(out.size()), out.begin());
}

SecretBuffer make_digest_share(const SecretBuffer& secret)
{
    SecretBuffer share = random_secret(secret.size_bytes());
    const auto [digest, random] = std::pair{share.expose().first(digest_bytes), share.expose().subspan(digest_bytes)};
    write_secret_digest(random, secret, digest);
    return share;
}

bool digest_share_fits(const SecretBuffer& share, const SecretBuffer& secret)
{
    SecretBuffer expected{digest_bytes};
    write_secret_digest(share.expose().subspan(digest_bytes), secret, expected.expose());
    return equal_in_constant_time(expected.expose(), share.expose().first(digest_bytes));
}

Result<void> check_shares(std::span<const Share> shares, int threshold)
{
    bool seen[share_count_max]{};
    for (const Share& share : shares) {
        if (share.index >= share_count_max || share.value.size_bytes() < value_bytes_min) {
            return refuse(CryptoError::malformed, "a share has an index of 0 to 15 and 16 bytes or more");
        }
        if (share.value.size_bytes() != shares.front().value.size_bytes()) {
            return refuse(CryptoError::share_mismatch, "the shares are of different secrets");
        }
        if (std::exchange(seen[share.index], true)) {
            return refuse(CryptoError::share_mismatch, "a share was given twice");
        }
    }
    if (shares.size() < static_cast<std::size_t>(threshold)) {
        return refuse(CryptoError::quorum_incomplete, "too few shares");
    }
    return {};
}

} // namespace

namespace sharing {

std::vector<Share> split(const SecretBuffer& secret, int threshold, int count)
{
    std::vector<Share> shares;
    shares.reserve(static_cast<std::size_t>(count));
    const auto index = [](int number) { return static_cast<std::uint8_t>(number); };
    if (threshold == 1) {
        for (int i = 0; i < count; ++i) { shares.push_back({index(i), secret.clone()}); }
        return shares;
    }
    for (int i = 0; i < threshold - 2; ++i) { shares.push_back({index(i), random_secret(secret.size_bytes())}); }
    std::vector<Share> points;
    points.reserve(static_cast<std::size_t>(threshold));
    for (const Share& share : shares) { points.push_back({share.index, share.value.clone()}); }
    points.push_back({digest_x, make_digest_share(secret)});
    points.push_back({secret_x, secret.clone()});
    for (int i = threshold - 2; i < count; ++i) { shares.push_back({index(i), interpolate(points, index(i))}); }
    return shares;
}

Result<SecretBuffer> combine(std::span<const Share> shares, int threshold)
{
    if (auto checked = check_shares(shares, threshold); !checked) { return std::unexpected{checked.error()}; }
    const auto quorum = shares.first(static_cast<std::size_t>(threshold));
    for (const Share& extra : shares.subspan(quorum.size())) {
        if (!equal_in_constant_time(interpolate(quorum, extra.index), extra.value)) {
            return refuse(CryptoError::share_mismatch, "the shares do not belong together");
        }
    }
    SecretBuffer secret = interpolate(quorum, secret_x);
    if (threshold > 1 && !digest_share_fits(interpolate(quorum, digest_x), secret)) {
        return refuse(CryptoError::share_mismatch, "the shares do not belong together");
    }
    return secret;
}

} // namespace sharing

Result<std::vector<Share>> split_secret(const SecretBuffer& secret, int threshold, int count)
{
    if (!is_possible_size(secret.size_bytes())) {
        return refuse(CryptoError::malformed, "a secret to share has 16 or 32 bytes");
    }
    if (threshold < 1 || threshold > count || count > share_count_max) {
        return refuse(CryptoError::malformed, "a secret is shared among 1 to 16 people, and at most all are needed");
    }
    return sharing::split(secret, threshold, count);
}

Result<SecretBuffer> combine_shares(std::span<const Share> shares, int threshold)
{
    if (threshold < 1 || threshold > share_count_max) {
        return refuse(CryptoError::malformed, "the threshold of a shared secret is 1 to 16");
    }
    for (const Share& share : shares) {
        if (share.index >= share_count_max || !is_possible_size(share.value.size_bytes())) {
            return refuse(CryptoError::malformed, "a share has an index of 0 to 15 and 16 or 32 bytes");
        }
    }
    return sharing::combine(shares, threshold);
}

Digest share_commitment(const Share& share, ByteView context)
{
    const std::array index{std::byte{share.index}};
    return blake2b("papervault.share-commitment", {context, index, share.value.expose()});
}

} // namespace papervault::crypto
