// What is quick must give what libsodium gives, byte for byte: the format knows no implementation.
#include "support.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/random.hpp>

#include <sodium.h>

#include <random>

namespace papervault::crypto {
namespace {

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Digest libsodium_blake2b(ByteView bytes)
{
    Digest digest;
    crypto_generichash(reinterpret_cast<unsigned char*>(digest.bytes.data()), digest.bytes.size(), raw(bytes),
                       bytes.size(), nullptr, 0);
    return digest;
}

class BulkTest : public testing::Test {
protected:
    const std::uint64_t seed = std::random_device{}();
    std::mt19937_64 random{seed};
};

TEST_F(BulkTest, Blake2bGivesThePublishedDigests)
{
    EXPECT_EQ(blake2b(ByteView{}).hex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    EXPECT_EQ(blake2b(bytes_of("abc")).hex(), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_F(BulkTest, Blake2bGivesLibsodiumsDigestForEveryLengthAndEveryCut)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Bytes data = random_bytes(200'000);
    for (std::size_t size = 0; size <= 520; ++size) {
        ASSERT_EQ(blake2b(ByteView{data}.first(size)), libsodium_blake2b(ByteView{data}.first(size))) << size;
    }
    for (int round = 0; round < 200; ++round) {
        const ByteView part = ByteView{data}.first(random() % data.size());
        Blake2bHasher pieces;
        for (std::size_t at = 0; at < part.size();) {
            const std::size_t size = std::min<std::size_t>(part.size() - at, random() % 3 == 0 ? 128 : random() % 700);
            pieces.update(part.subspan(at, size));
            at += size;
        }
        ASSERT_EQ(pieces.finish(), libsodium_blake2b(part)) << part.size();
    }
}

TEST_F(BulkTest, ChunksAreLibsodiumsAndOpenEachOther)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const SecretBuffer key = random_secret(aead_key_bytes);
    for (const std::size_t size : {0U, 1U, 63U, 64U, 4095U, 4096U, 4097U, 65'535U, 65'536U, 300'001U}) {
        const Bytes plaintext = random_bytes(size);
        const Bytes context = random_bytes(random() % 70);
        ChunkCipher cipher{key.clone(), context};
        Bytes sealed(size + ChunkCipher::overhead_bytes);
        for (const std::uint64_t index : {0U, 1U, 2U}) {
            const bool last = index == 2;
            cipher.seal(index, last, plaintext, sealed);
            std::array<unsigned char, 24> nonce{};
            nonce[0] = static_cast<unsigned char>(index);
            nonce[8] = last ? 1 : 0;
            std::vector<unsigned char> expected(sealed.size());
            crypto_aead_xchacha20poly1305_ietf_encrypt(expected.data(), nullptr, raw(plaintext), plaintext.size(),
                                                       raw(context), context.size(), nullptr, nonce.data(),
                                                       raw(key.expose()));
            ASSERT_TRUE(std::ranges::equal(std::as_bytes(std::span{expected}), sealed)) << size;
            Bytes opened(size);
            ASSERT_TRUE(cipher.open(index, last, sealed, opened)) << size;
            ASSERT_EQ(opened, plaintext) << size;
        }
    }
}

class IsAuthenticTest : public BulkTest, public testing::WithParamInterface<Suite> {};

TEST_P(IsAuthenticTest, SaysWhatOpenWouldSay)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::size_t overhead = chunk_overhead_bytes(GetParam());
    for (const std::size_t size : {0U, 5U, 5000U, 65'536U}) {
        ChunkCipher cipher{random_secret(aead_key_bytes), random_bytes(32), GetParam()};
        const Bytes plaintext = random_bytes(size);
        Bytes sealed(size + overhead);
        cipher.seal(0, true, plaintext, sealed);
        EXPECT_TRUE(cipher.is_authentic(0, true, sealed));
        EXPECT_FALSE(cipher.is_authentic(0, false, sealed));
        EXPECT_FALSE(cipher.is_authentic(1, true, sealed));
        EXPECT_FALSE(cipher.is_authentic(0, true, ByteView{sealed}.first(overhead - 1)));
        Bytes opened(size);
        for (int round = 0; round < 20; ++round) {
            Bytes altered = sealed;
            altered[random() % altered.size()] ^= static_cast<std::byte>(1U << (random() % 8));
            EXPECT_FALSE(cipher.is_authentic(0, true, altered));
            std::ranges::fill(opened, std::byte{7});
            EXPECT_FALSE(cipher.open(0, true, altered, opened));
            EXPECT_EQ(opened, Bytes(size)) << "no byte of plaintext is left behind";
        }
    }
}
INSTANTIATE_TEST_SUITE_P(EverySuite, IsAuthenticTest, testing::ValuesIn(all_suites),
                         [](const auto& suite) { return std::string{to_text(suite.param)}; });

} // namespace
} // namespace papervault::crypto
