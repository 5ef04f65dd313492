#include "support.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>

#include <set>

namespace papervault::crypto {
namespace {

class EncryptTest : public testing::Test {
protected:
    const SecretBuffer key = test_only_secret(32, 1);
    const ByteView context = bytes_of("package P-1");
};

TEST_F(EncryptTest, GivesBackEveryLength)
{
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 63U, 64U, 65U, 1000U, 70'000U}) {
        const Bytes plaintext = random_bytes(size);
        const Bytes sealed = encrypt(key, plaintext, context);
        EXPECT_EQ(sealed.size(), size + aead_overhead_bytes);
        EXPECT_EQ(decrypt(key, sealed, context), plaintext);
        const auto secret = decrypt_secret(key, sealed, context);
        ASSERT_TRUE(secret);
        EXPECT_TRUE(equal_in_constant_time(secret->expose(), plaintext));
    }
}

TEST_F(EncryptTest, NeverUsesANonceTwice)
{
    std::set<std::string> nonces;
    for (int i = 0; i < 1000; ++i) { nonces.insert(to_hex(ByteView{encrypt(key, {}, context)}.first(24))); }
    EXPECT_EQ(nonces.size(), 1000U);
}

TEST_F(EncryptTest, RefusesEveryFlippedBit)
{
    Bytes sealed = encrypt(key, bytes_of("the paper"), context);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        sealed[bit / 8] ^= mask;
        EXPECT_THAT(decrypt(key, sealed, context), IsRefusedWith(CryptoError::authentication_failed)) << bit;
        EXPECT_THAT(decrypt_secret(key, sealed, context), IsRefusedWith(CryptoError::authentication_failed)) << bit;
        sealed[bit / 8] ^= mask;
    }
    EXPECT_TRUE(decrypt(key, sealed, context));
}

TEST_F(EncryptTest, RefusesEveryTruncationAndAppendedBytes)
{
    Bytes sealed = encrypt(key, bytes_of("the paper"), context);
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        const auto expected = size < aead_overhead_bytes ? CryptoError::malformed : CryptoError::authentication_failed;
        EXPECT_THAT(decrypt(key, ByteView{sealed}.first(size), context), IsRefusedWith(expected)) << size;
    }
    sealed.push_back(std::byte{0});
    EXPECT_THAT(decrypt(key, sealed, context), IsRefusedWith(CryptoError::authentication_failed));
}

TEST_F(EncryptTest, RefusesAnotherKeyOrContext)
{
    const Bytes sealed = encrypt(key, bytes_of("the paper"), context);
    EXPECT_THAT(decrypt(test_only_secret(32, 2), sealed, context), IsRefusedWith(CryptoError::authentication_failed));
    EXPECT_THAT(decrypt(key, sealed, bytes_of("package P-2")), IsRefusedWith(CryptoError::authentication_failed));
    EXPECT_THAT(decrypt(key, sealed, {}), IsRefusedWith(CryptoError::authentication_failed));
}

TEST_F(EncryptTest, TellsNothingOfTheReasonForARefusal)
{
    const Bytes sealed = encrypt(key, bytes_of("the paper"), context);
    EXPECT_EQ(decrypt(test_only_secret(32, 2), sealed, context), decrypt(key, sealed, {}));
}

using EncryptDeathTest = EncryptTest;

TEST_F(EncryptDeathTest, StopsTheProgramForAKeyOfAnotherSize)
{
    EXPECT_DEATH(std::ignore = encrypt(SecretBuffer{31}, {}, {}), "32 bytes");
    EXPECT_DEATH(std::ignore = decrypt(SecretBuffer{33}, Bytes(100), {}), "32 bytes");
}

class ChunkCipherTest : public testing::Test {
protected:
    static ChunkCipher cipher(unsigned char key = 1, std::string_view context = "stream")
    {
        const ByteView bytes = bytes_of(context);
        return ChunkCipher{test_only_secret(32, key), Bytes{bytes.begin(), bytes.end()}};
    }
    /// Chunks of 10 bytes with the values 0, 1, …; the last is marked.
    static std::vector<Bytes> sealed_stream(std::uint64_t count)
    {
        ChunkCipher with = cipher();
        std::vector<Bytes> chunks;
        for (std::uint64_t i = 0; i < count; ++i) {
            Bytes& chunk = chunks.emplace_back(10 + ChunkCipher::overhead_bytes);
            with.seal(i, i + 1 == count, Bytes(10, static_cast<std::byte>(i)), chunk);
        }
        return chunks;
    }
    static bool opens(const ChunkCipher& with, std::uint64_t index, bool last, ByteView sealed)
    {
        Bytes out(sealed.size() - ChunkCipher::overhead_bytes, std::byte{0xee});
        const bool opened = with.open(index, last, sealed, out);
        if (!opened) { EXPECT_EQ(out, Bytes(out.size())) << "plaintext of a refused chunk"; }
        return opened;
    }
};

TEST_F(ChunkCipherTest, OpensChunksInAnyOrder)
{
    const auto chunks = sealed_stream(5);
    const ChunkCipher with = cipher();
    for (const std::uint64_t index : {3U, 0U, 4U, 4U, 1U, 2U}) {
        Bytes out(10);
        ASSERT_TRUE(with.open(index, index == 4, chunks[index], out)) << index;
        EXPECT_EQ(out, Bytes(10, static_cast<std::byte>(index)));
    }
}

TEST_F(ChunkCipherTest, RefusesAChunkInEveryOtherPlace)
{
    const auto chunks = sealed_stream(5);
    const ChunkCipher with = cipher();
    for (std::uint64_t from = 0; from < 5; ++from) {
        for (std::uint64_t to = 0; to < 8; ++to) {
            for (const bool last : {false, true}) {
                EXPECT_EQ(opens(with, to, last, chunks[from]), from == to && last == (from == 4));
            }
        }
        EXPECT_FALSE(opens(with, from + (1ULL << 32), from == 4, chunks[from]));
        EXPECT_FALSE(opens(with, from + (1ULL << 63), from == 4, chunks[from]));
    }
}

TEST_F(ChunkCipherTest, RefusesEveryFlippedBitAndEveryTruncation)
{
    auto chunk = sealed_stream(1).front();
    const ChunkCipher with = cipher();
    for (std::size_t bit = 0; bit < chunk.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        chunk[bit / 8] ^= mask;
        EXPECT_FALSE(opens(with, 0, true, chunk)) << bit;
        chunk[bit / 8] ^= mask;
    }
    for (std::size_t size = ChunkCipher::overhead_bytes; size < chunk.size(); ++size) {
        EXPECT_FALSE(opens(with, 0, true, ByteView{chunk}.first(size)));
    }
    for (std::size_t size = 0; size < ChunkCipher::overhead_bytes; ++size) {
        EXPECT_FALSE(with.open(0, true, ByteView{chunk}.first(size), {}));
    }
    EXPECT_TRUE(opens(with, 0, true, chunk));
}

TEST_F(ChunkCipherTest, RefusesAnotherKeyOrContext)
{
    const auto chunk = sealed_stream(1).front();
    EXPECT_FALSE(opens(cipher(2), 0, true, chunk));
    EXPECT_FALSE(opens(cipher(1, "strean"), 0, true, chunk));
    EXPECT_FALSE(opens(cipher(1, ""), 0, true, chunk));
}

TEST_F(ChunkCipherTest, SealsAnEmptyStreamAsOneEmptyLastChunk)
{
    ChunkCipher with = cipher();
    Bytes chunk(ChunkCipher::overhead_bytes);
    with.seal(0, true, {}, chunk);
    EXPECT_TRUE(opens(with, 0, true, chunk));
    EXPECT_FALSE(opens(with, 0, false, chunk));
}

using ChunkCipherDeathTest = ChunkCipherTest;

TEST_F(ChunkCipherDeathTest, StopsTheProgramThatWouldUseANonceTwice)
{
    ChunkCipher with = cipher();
    Bytes out(ChunkCipher::overhead_bytes);
    EXPECT_DEATH(with.seal(1, false, {}, out), "in order");
    with.seal(0, false, {}, out);
    EXPECT_DEATH(with.seal(0, false, {}, out), "in order");
    EXPECT_DEATH(with.seal(0, true, {}, out), "in order");
    EXPECT_DEATH(with.seal(2, false, {}, out), "in order");
    with.seal(1, true, {}, out);
    EXPECT_DEATH(with.seal(1, true, {}, out), "last");
    EXPECT_DEATH(with.seal(2, false, {}, out), "last");
}

TEST_F(ChunkCipherDeathTest, StopsTheProgramForSpansThatDoNotFit)
{
    ChunkCipher with = cipher();
    Bytes out(ChunkCipher::overhead_bytes);
    EXPECT_DEATH(with.seal(0, true, Bytes(1), out), "longer by its tag");
    EXPECT_DEATH(std::ignore = with.open(0, true, Bytes(17), {}), "shorter by its tag");
    EXPECT_DEATH((ChunkCipher{SecretBuffer{16}, {}}), "32 bytes");
}

} // namespace
} // namespace papervault::crypto
