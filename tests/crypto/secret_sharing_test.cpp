#include "support.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/crypto/secret_sharing.hpp>

#include "../../crypto/src/gf256.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

namespace papervault::crypto {
namespace {

std::vector<Share> copies(std::span<const Share> shares)
{
    std::vector<Share> copied;
    for (const Share& share : shares) { copied.push_back({share.index, share.value.clone()}); }
    return copied;
}

/// The shares whose bit is set.
std::vector<Share> subset(std::span<const Share> shares, unsigned chosen)
{
    std::vector<Share> some;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if ((chosen >> i & 1) != 0) { some.push_back({shares[i].index, shares[i].value.clone()}); }
    }
    return some;
}

std::vector<Share> shares_of(const SecretBuffer& secret, int threshold, int count)
{
    auto shares = split_secret(secret, threshold, count);
    if (!shares) { throw std::runtime_error{shares.error().detail}; }
    return std::move(*shares);
}

// Exhaustive against logarithm tables of the generator 3, as SLIP-39 describes the field.
TEST(Gf256Test, AgreesWithLogarithmTables)
{
    std::array<unsigned, 255> exponents{};
    std::array<unsigned, 256> logarithms{};
    unsigned power = 1;
    for (unsigned i = 0; i < exponents.size(); ++i) {
        exponents[i] = power;
        logarithms[power] = i;
        power ^= power << 1;
        if ((power & 0x100) != 0) { power ^= 0x11b; }
    }
    for (unsigned a = 0; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            const unsigned expected = a == 0 || b == 0 ? 0 : exponents[(logarithms[a] + logarithms[b]) % 255];
            ASSERT_EQ(gf256::multiply(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)), expected) << a << b;
        }
        if (a != 0) {
            ASSERT_EQ(gf256::inverse(static_cast<std::uint8_t>(a)), exponents[(255 - logarithms[a]) % 255]) << a;
        }
    }
}

TEST(Gf256Test, MultipliesEightBytesAtOnceWithoutMixingThem)
{
    const std::uint64_t eight = 0x00'01'7f'80'81'fe'ff'53;
    for (unsigned factor = 0; factor < 256; ++factor) {
        const auto product = gf256::times_public(eight, static_cast<std::uint8_t>(factor));
        for (unsigned at = 0; at < 8; ++at) {
            const auto byte = static_cast<std::uint8_t>(eight >> (8 * at));
            EXPECT_EQ(static_cast<std::uint8_t>(product >> (8 * at)),
                      gf256::multiply(byte, static_cast<std::uint8_t>(factor)));
        }
    }
}

// K1: exhaustive for every threshold and count up to 7, both secret sizes.
class SharingTest : public testing::TestWithParam<std::tuple<int, int, std::size_t>> {
protected:
    const int threshold = std::get<0>(GetParam());
    const int count = std::get<1>(GetParam());
    const SecretBuffer secret = random_secret(std::get<2>(GetParam()));
    const std::vector<Share> shares = shares_of(secret, threshold, count);
};

TEST_P(SharingTest, EverySetOfThresholdOrMoreGivesTheSecret)
{
    for (unsigned chosen = 0; chosen < 1U << count; ++chosen) {
        if (std::popcount(chosen) < threshold) { continue; }
        auto some = subset(shares, chosen);
        std::ranges::reverse(some); // the order does not matter
        const auto combined = combine_shares(some, threshold);
        ASSERT_TRUE(combined) << chosen << ": " << combined.error().detail;
        EXPECT_TRUE(equal_in_constant_time(*combined, secret)) << chosen;
    }
}

TEST_P(SharingTest, EverySetBelowTheThresholdIsRefused)
{
    for (unsigned chosen = 0; chosen < 1U << count; ++chosen) {
        const int size = std::popcount(chosen);
        if (size >= threshold) { continue; }
        const auto some = subset(shares, chosen);
        EXPECT_THAT(combine_shares(some, threshold), IsRefusedWith(CryptoError::quorum_incomplete)) << chosen;
        // Somebody who claims a lower threshold gets nothing either.
        if (size >= 2) {
            EXPECT_THAT(combine_shares(some, size), IsRefusedWith(CryptoError::share_mismatch)) << chosen;
        } else if (size == 1) {
            EXPECT_FALSE(equal_in_constant_time(*combine_shares(some, 1), secret)) << chosen;
        }
    }
}

TEST_P(SharingTest, AHigherThresholdThanTheRealOneGivesTheSecretOrNothing)
{
    // With more points than needed the polynomial is the same; only the quorum counts.
    for (int claimed = threshold + 1; claimed <= count && threshold > 1; ++claimed) {
        const auto combined = combine_shares(shares, claimed);
        ASSERT_TRUE(combined);
        EXPECT_TRUE(equal_in_constant_time(*combined, secret));
    }
}

std::vector<std::tuple<int, int, std::size_t>> all_sizes()
{
    std::vector<std::tuple<int, int, std::size_t>> all;
    for (int count = 1; count <= 7; ++count) {
        for (int threshold = 1; threshold <= count; ++threshold) {
            all.emplace_back(threshold, count, 16);
            all.emplace_back(threshold, count, 32);
        }
    }
    return all;
}

std::string name_of_sharing(const testing::TestParamInfo<std::tuple<int, int, std::size_t>>& sharing)
{
    const auto [threshold, count, size] = sharing.param;
    return std::to_string(threshold) + "Of" + std::to_string(count) + "With" + std::to_string(size) + "Bytes";
}

INSTANTIATE_TEST_SUITE_P(UpToSeven, SharingTest, testing::ValuesIn(all_sizes()), name_of_sharing);

TEST(SplitSecretTest, ReachesTheLargestSharing)
{
    const SecretBuffer secret = random_secret(32);
    const auto shares = shares_of(secret, 16, 16);
    EXPECT_TRUE(equal_in_constant_time(*combine_shares(shares, 16), secret));
    EXPECT_THAT(combine_shares(std::span{shares}.first(15), 16), IsRefusedWith(CryptoError::quorum_incomplete));
    const auto two_of_sixteen = shares_of(secret, 2, 16);
    EXPECT_TRUE(equal_in_constant_time(*combine_shares(std::span{two_of_sixteen}.last(2), 2), secret));
}

TEST(SplitSecretTest, NumbersSharesFromZeroAndMakesThemDifferentEachTime)
{
    const SecretBuffer secret = random_secret(16);
    std::set<std::string> values;
    for (int again = 0; again < 3; ++again) {
        const auto shares = shares_of(secret, 3, 5);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            EXPECT_EQ(shares[i].index, i);
            values.insert(hex_of(shares[i].value));
        }
    }
    EXPECT_EQ(values.size(), 15U);
    EXPECT_FALSE(values.contains(hex_of(secret)));
}

TEST(SplitSecretTest, SharesBelowTheThresholdFitEverySecretEquallyWell)
{
    // One byte of one share of 2-of-2, over many splits of an all-zero secret: every value appears.
    const SecretBuffer secret{16};
    std::set<std::byte> seen;
    for (int i = 0; i < 400; ++i) {
        const auto shares = shares_of(secret, 2, 2);
        for (std::size_t at = 4; at < 16; ++at) { seen.insert(shares[0].value.expose()[at]); }
    }
    EXPECT_EQ(seen.size(), 256U); // 4800 draws of 256: one missing by chance once in 10^5
}

TEST(SplitSecretTest, RefusesImpossibleSharings)
{
    const SecretBuffer secret = random_secret(32);
    for (const auto& [threshold, count] :
         {std::pair{0, 1}, {-1, 3}, {1, 0}, {2, 1}, {4, 3}, {1, 17}, {17, 17}, {2, 255}, {1, -1}, {256, 512}}) {
        EXPECT_THAT(split_secret(secret, threshold, count), IsRefusedWith(CryptoError::malformed))
            << threshold << " of " << count;
    }
    for (const std::size_t size : {0U, 1U, 15U, 17U, 24U, 31U, 33U, 64U}) {
        EXPECT_THAT(split_secret(SecretBuffer{size}, 2, 3), IsRefusedWith(CryptoError::malformed)) << size;
    }
}

class CombineSharesTest : public testing::Test {
protected:
    const SecretBuffer secret = random_secret(32);
    const std::vector<Share> shares = shares_of(secret, 3, 5);
};

// K2, exhaustive over the bits of one share.
TEST_F(CombineSharesTest, RefusesAShareWithAnyBitFlipped)
{
    auto altered = copies(std::span{shares}.first(3));
    int noticed = 0;
    for (std::size_t bit = 0; bit < 256; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        altered[1].value.expose()[bit / 8] ^= mask;
        noticed += combine_shares(altered, 3) ? 0 : 1;
        altered[1].value.expose()[bit / 8] ^= mask;
    }
    EXPECT_EQ(noticed, 256); // four bytes of digest: one passes by chance once in 10^7 runs
    EXPECT_TRUE(combine_shares(altered, 3));
}

TEST_F(CombineSharesTest, RefusesAnAlteredShareBeyondTheThreshold)
{
    auto altered = copies(shares);
    altered[4].value.expose()[31] ^= std::byte{1};
    EXPECT_THAT(combine_shares(altered, 3), IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_TRUE(combine_shares(std::span{altered}.first(4), 3));
}

TEST_F(CombineSharesTest, RefusesAShareUnderAnotherIndex)
{
    auto altered = copies(std::span{shares}.first(3));
    altered[2].index = 7;
    EXPECT_THAT(combine_shares(altered, 3), IsRefusedWith(CryptoError::share_mismatch));
    std::swap(altered[0].index, altered[1].index);
    EXPECT_THAT(combine_shares(altered, 3), IsRefusedWith(CryptoError::share_mismatch));
}

// K3, K4.
TEST_F(CombineSharesTest, RefusesSharesOfTwoSplitsOfTheSameSecret)
{
    const auto other = shares_of(secret, 3, 5);
    for (unsigned from_other = 1; from_other < 7; ++from_other) {
        std::vector<Share> mixed;
        for (std::size_t i = 0; i < 3; ++i) {
            const Share& share = (from_other >> i & 1) != 0 ? other[i] : shares[i];
            mixed.push_back({share.index, share.value.clone()});
        }
        EXPECT_THAT(combine_shares(mixed, 3), IsRefusedWith(CryptoError::share_mismatch)) << from_other;
    }
}

TEST_F(CombineSharesTest, RefusesADoubledShareEvenWithAQuorum)
{
    auto doubled = copies(std::span{shares}.first(3));
    doubled.push_back({shares[1].index, shares[1].value.clone()});
    EXPECT_THAT(combine_shares(doubled, 3), IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_THAT(combine_shares(std::span{doubled}.last(2), 2), IsRefusedWith(CryptoError::share_mismatch));
}

TEST_F(CombineSharesTest, RefusesSharesOfSecretsOfDifferentSizes)
{
    auto mixed = copies(std::span{shares}.first(2));
    mixed.push_back({2, random_secret(16)});
    EXPECT_THAT(combine_shares(mixed, 3), IsRefusedWith(CryptoError::share_mismatch));
}

TEST_F(CombineSharesTest, RefusesValuesOutOfRange)
{
    auto some = copies(std::span{shares}.first(3));
    for (const int threshold : {0, -1, 17, 1000}) {
        EXPECT_THAT(combine_shares(some, threshold), IsRefusedWith(CryptoError::malformed)) << threshold;
    }
    for (const int index : {16, 254, 255}) {
        some[0].index = static_cast<std::uint8_t>(index);
        EXPECT_THAT(combine_shares(some, 3), IsRefusedWith(CryptoError::malformed)) << index;
    }
    some[0] = {0, random_secret(24)};
    EXPECT_THAT(combine_shares(some, 3), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(combine_shares({}, 1), IsRefusedWith(CryptoError::quorum_incomplete));
    EXPECT_THAT(combine_shares({}, 0), IsRefusedWith(CryptoError::malformed));
}

TEST_F(CombineSharesTest, RefusesDifferentSharesOfThresholdOne)
{
    auto one = shares_of(secret, 1, 3);
    EXPECT_TRUE(combine_shares(one, 1));
    one[2].value.expose()[0] ^= std::byte{1};
    EXPECT_THAT(combine_shares(one, 1), IsRefusedWith(CryptoError::share_mismatch));
}

TEST_F(CombineSharesTest, CommitmentsNameTheAlteredShare)
{
    const ByteView context = bytes_of("P-1/paper");
    std::vector<Digest> published;
    for (const Share& share : shares) { published.push_back(share_commitment(share, context)); }
    auto altered = copies(shares);
    altered[2].value.expose()[5] ^= std::byte{1};
    for (std::size_t i = 0; i < altered.size(); ++i) {
        EXPECT_EQ(share_commitment(altered[i], context) == published[i], i != 2) << i;
    }
    EXPECT_NE(share_commitment(shares[0], bytes_of("P-2/paper")), published[0]);
    const Share renamed{1, shares[0].value.clone()};
    EXPECT_NE(share_commitment(renamed, context), published[0]);
}

} // namespace
} // namespace papervault::crypto
