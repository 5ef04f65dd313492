#include "support.hpp"

#include <papervault/crypto/random.hpp>

#include <algorithm>
#include <random>
#include <set>

namespace papervault::crypto {
namespace {

TEST(RandomTest, GivesTheSizeAskedForAndNeverTheSameTwice)
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) { seen.insert(to_hex(random_bytes(16))); }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_TRUE(random_bytes(0).empty());
    EXPECT_EQ(random_secret(33).size_bytes(), 33U);
    EXPECT_FALSE(equal_in_constant_time(random_secret(32), random_secret(32)));
}

TEST(RandomTest, SetsEveryBit)
{
    Bytes ones(64);
    Bytes zeros(64);
    for (int i = 0; i < 200; ++i) {
        const Bytes bytes = random_bytes(64);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            ones[at] |= bytes[at];
            zeros[at] |= ~bytes[at];
        }
    }
    EXPECT_EQ(ones, Bytes(64, std::byte{0xff})); // fails by chance once in 2^190
    EXPECT_EQ(zeros, Bytes(64, std::byte{0xff}));
}

class ChaCha20StreamTest : public testing::Test {
protected:
    static Bytes next(ChaCha20Stream& stream, std::size_t size)
    {
        Bytes bytes(size);
        stream.fill(bytes);
        return bytes;
    }
    const SecretBuffer seed = test_only_secret(32, 7);
};

TEST_F(ChaCha20StreamTest, IsContiguousWhateverSizesAreAskedFor)
{
    ChaCha20Stream whole_stream{seed, "draw"};
    const Bytes whole = next(whole_stream, 20'000);
    const unsigned generator_seed = std::random_device{}();
    SCOPED_TRACE(generator_seed);
    std::mt19937 generator{generator_seed};
    for (const unsigned size_max : {1U, 5U, 64U, 65U, 200U, 1000U}) {
        ChaCha20Stream stream{seed, "draw"};
        Bytes pieces;
        while (pieces.size() < whole.size()) {
            const std::size_t size = std::min<std::size_t>(generator() % (size_max + 1), whole.size() - pieces.size());
            const Bytes piece = next(stream, size);
            pieces.insert(pieces.end(), piece.begin(), piece.end());
        }
        EXPECT_EQ(pieces, whole) << size_max;
    }
}

TEST_F(ChaCha20StreamTest, IsTheSameForASecretAndAPublishedSeed)
{
    ChaCha20Stream secret{seed, "draw"};
    ChaCha20Stream published{Bytes(32, std::byte{7}), "draw"};
    EXPECT_EQ(next(secret, 100), next(published, 100));
}

TEST_F(ChaCha20StreamTest, DiffersByPurposeAndBySeed)
{
    ChaCha20Stream draw{seed, "draw"};
    ChaCha20Stream shuffle{seed, "shuffle"};
    ChaCha20Stream other{test_only_secret(32, 8), "draw"};
    const Bytes bytes = next(draw, 32);
    EXPECT_NE(bytes, next(shuffle, 32));
    EXPECT_NE(bytes, next(other, 32));
}

TEST_F(ChaCha20StreamTest, OverwritesWhatWasThere)
{
    ChaCha20Stream first{seed, "draw"};
    ChaCha20Stream second{seed, "draw"};
    Bytes bytes(200, std::byte{0xaa});
    second.fill(bytes);
    EXPECT_EQ(bytes, next(first, 200));
}

using ChaCha20StreamDeathTest = ChaCha20StreamTest;

TEST_F(ChaCha20StreamDeathTest, StopsTheProgramForASeedOfAnotherSize)
{
    EXPECT_DEATH((ChaCha20Stream{test_only_secret(31, 7), "draw"}), "32 bytes");
    EXPECT_DEATH((ChaCha20Stream{Bytes(33), "draw"}), "32 bytes");
    EXPECT_DEATH((ChaCha20Stream{Bytes{}, "draw"}), "32 bytes");
}

} // namespace
} // namespace papervault::crypto
