#include "support.hpp"

#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/random.hpp>

#include <string>
#include <unordered_set>

namespace papervault::crypto {
namespace {

// FIPS 180-4 examples.
TEST(Sha256Test, GivesThePublishedDigests)
{
    EXPECT_EQ(sha256(bytes_of("abc")).hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).hex(),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Blake2bHasherTest, DoesNotCareHowTheDataIsCut)
{
    const Bytes data = random_bytes(5000);
    for (const std::string_view purpose : {"", "journal"}) {
        Blake2bHasher whole{purpose};
        whole.update(data);
        const Digest expected = whole.finish();
        for (const std::size_t size : {1U, 7U, 127U, 128U, 129U, 4999U}) {
            Blake2bHasher pieces{purpose};
            for (std::size_t at = 0; at < data.size(); at += size) {
                pieces.update(ByteView{data}.subspan(at, std::min(size, data.size() - at)));
            }
            EXPECT_EQ(pieces.finish(), expected) << size;
        }
    }
}

TEST(Blake2bHasherTest, IsPlainBlake2bWithoutAPurposeAndNotWithOne)
{
    const Bytes data = random_bytes(300);
    Blake2bHasher plain;
    plain.update(data);
    EXPECT_EQ(plain.finish(), blake2b(data));
    Blake2bHasher journal{"journal"};
    journal.update(data);
    Blake2bHasher ledger{"ledger"};
    ledger.update(data);
    const Digest journal_digest = journal.finish();
    EXPECT_NE(journal_digest, blake2b(data));
    EXPECT_NE(journal_digest, ledger.finish());
    EXPECT_NE(journal_digest, blake2b("journal", {data}));
}

TEST(Blake2bHasherTest, MovesWithItsState)
{
    Blake2bHasher first;
    first.update(bytes_of("ab"));
    Blake2bHasher second{std::move(first)};
    second.update(bytes_of("c"));
    EXPECT_EQ(second.finish(), blake2b(bytes_of("abc")));
}

TEST(Blake2bHasherDeathTest, IsFinishedOnce)
{
    Blake2bHasher hasher;
    std::ignore = hasher.finish();
    EXPECT_DEATH(std::ignore = hasher.finish(), "once");
    EXPECT_DEATH(hasher.update({}), "no more");
}

TEST(HashOfPartsTest, NeverConfusesPartsOrPurposes)
{
    const auto a = bytes_of("a");
    const auto b = bytes_of("b");
    const auto ab = bytes_of("ab");
    const Digest all[] = {blake2b("p", {}),
                          blake2b("p", {{}}),
                          blake2b("p", {{}, {}}),
                          blake2b("p", {ab}),
                          blake2b("p", {a, b}),
                          blake2b("p", {b, a}),
                          blake2b("p", {ab, {}}),
                          blake2b("p", {{}, ab}),
                          blake2b("pa", {b}),
                          blake2b("", {bytes_of("p"), a, b}),
                          blake2b("q", {a, b}),
                          blake2b("p", {a, b, {}}),
                          blake2b(ab)};
    for (const Digest& one : all) { EXPECT_EQ(std::ranges::count(all, one), 1) << one.hex(); }
}

TEST(DigestTest, IsReadFromExactly64HexadecimalDigits)
{
    const Digest digest = blake2b(bytes_of("x"));
    EXPECT_EQ(Digest::from_hex(digest.hex()), digest);
    EXPECT_FALSE(Digest::from_hex(""));
    EXPECT_FALSE(Digest::from_hex(digest.hex() + "00"));
    EXPECT_FALSE(Digest::from_hex(digest.hex().substr(2)));
    EXPECT_FALSE(Digest::from_hex(digest.hex().substr(1) + "g"));
    EXPECT_FALSE(Digest::from_hex(digest.hex().substr(1) + " "));
}

TEST(DigestTest, IsOrderedByItsBytesAndCanBeAKey)
{
    Digest low;
    Digest high;
    high.bytes[0] = std::byte{0x80};
    low.bytes[31] = std::byte{0xff};
    EXPECT_LT(low, high);
    EXPECT_EQ(low.view().size(), 32U);
    EXPECT_EQ((std::unordered_set<Digest>{low, high, low}.size()), 2U);
}

TEST(DeriveKeyTest, DependsOnKeyPurposeAndContext)
{
    const SecretBuffer key = test_only_secret(32, 1);
    const std::string derived = hex_of(derive_key(key, "paper", bytes_of("P-1")));
    EXPECT_EQ(hex_of(derive_key(key, "paper", bytes_of("P-1"))), derived);
    EXPECT_NE(hex_of(derive_key(key, "key", bytes_of("P-1"))), derived);
    EXPECT_NE(hex_of(derive_key(key, "paper", bytes_of("P-2"))), derived);
    EXPECT_NE(hex_of(derive_key(key, "paperP", bytes_of("-1"))), derived);
    EXPECT_NE(hex_of(derive_key(test_only_secret(32, 2), "paper", bytes_of("P-1"))), derived);
    EXPECT_NE(hex_of(derive_key(test_only_secret(33, 1), "paper", bytes_of("P-1"))), derived);
}

TEST(DeriveKeyDeathTest, StopsTheProgramForWeakKeys)
{
    EXPECT_DEATH(std::ignore = derive_key(test_only_secret(15, 1), "p", {}), "16 to 64");
    EXPECT_DEATH(std::ignore = derive_key(test_only_secret(65, 1), "p", {}), "16 to 64");
}

TEST(CombineKeysTest, NeedsEveryKeyInItsPlace)
{
    const SecretBuffer a = test_only_secret(32, 1);
    const SecretBuffer b = test_only_secret(32, 2);
    const SecretBuffer wrong = test_only_secret(32, 3);
    const std::string both = hex_of(combine_keys({&a, &b}, "lock", bytes_of("c")));
    EXPECT_EQ(hex_of(combine_keys({&a, &b}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&b, &a}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&a}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&b}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&a, &wrong}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&wrong, &b}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&a, &b, &b}, "lock", bytes_of("c"))), both);
    EXPECT_NE(hex_of(combine_keys({&a, &b}, "lock", bytes_of("d"))), both);
    EXPECT_NE(hex_of(combine_keys({&a, &b}, "lockc", {})), both);
}

TEST(CombineKeysTest, DoesNotRunKeysTogether)
{
    const SecretBuffer long_one = test_only_secret(48, 1);
    const SecretBuffer short_one = test_only_secret(16, 1);
    EXPECT_NE(hex_of(combine_keys({&long_one, &short_one}, "lock", {})),
              hex_of(combine_keys({&short_one, &long_one}, "lock", {})));
}

TEST(CombineKeysDeathTest, StopsTheProgramForNoKeyOrAWeakOne)
{
    const SecretBuffer weak = test_only_secret(15, 1);
    EXPECT_DEATH(std::ignore = combine_keys({}, "p", {}), "at least one");
    EXPECT_DEATH(std::ignore = combine_keys({&weak}, "p", {}), "16 bytes");
    EXPECT_DEATH(std::ignore = combine_keys({nullptr}, "p", {}), "16 bytes");
}

constexpr PassphraseCost least{.operations = PassphraseCost::operations_min,
                               .memory_kib = PassphraseCost::memory_kib_min};

TEST(PassphraseTest, DependsOnPassphraseSaltAndCost)
{
    const SecretBuffer passphrase = test_only_secret("70617373");
    const Bytes salt(16, std::byte{1});
    const auto key = derive_from_passphrase(passphrase, salt, least);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->size_bytes(), 32U);
    EXPECT_TRUE(equal_in_constant_time(*derive_from_passphrase(passphrase, salt, least), *key));
    EXPECT_FALSE(equal_in_constant_time(*derive_from_passphrase(test_only_secret("7061737300"), salt, least), *key));
    EXPECT_FALSE(equal_in_constant_time(*derive_from_passphrase(passphrase, Bytes(16, std::byte{2}), least), *key));
    EXPECT_FALSE(equal_in_constant_time(*derive_from_passphrase(passphrase, salt, {2, least.memory_kib}), *key));
    EXPECT_FALSE(equal_in_constant_time(*derive_from_passphrase(passphrase, salt, {1, least.memory_kib + 1024}), *key));
}

TEST(PassphraseTest, HasDefaultsWithinTheLimits)
{
    EXPECT_TRUE(PassphraseCost{}.within_limits());
    EXPECT_TRUE(PassphraseCost::interactive().within_limits());
    EXPECT_TRUE(PassphraseCost::sensitive().within_limits());
    EXPECT_EQ(PassphraseCost{}, (PassphraseCost{3, 256 * 1024}));
}

TEST(PassphraseTest, RefusesACostThatAFileMayNotChoose)
{
    const SecretBuffer passphrase{4};
    const Bytes salt(16);
    for (const PassphraseCost cost :
         {PassphraseCost{0, 65536}, PassphraseCost{17, 65536}, PassphraseCost{UINT64_MAX, 65536}, PassphraseCost{1, 0},
          PassphraseCost{1, 8 * 1024 - 1}, PassphraseCost{1, 1024 * 1024 + 1}, PassphraseCost{1, UINT64_MAX},
          PassphraseCost{1, UINT64_MAX / 1024 + 2}}) {
        EXPECT_THAT(derive_from_passphrase(passphrase, salt, cost), IsRefusedWith(CryptoError::too_large))
            << cost.operations << " " << cost.memory_kib;
    }
}

TEST(PassphraseTest, RefusesASaltOfAnotherSize)
{
    for (const std::size_t size : {0U, 8U, 15U, 17U, 32U}) {
        EXPECT_THAT(derive_from_passphrase(SecretBuffer{4}, Bytes(size), least), IsRefusedWith(CryptoError::malformed));
    }
}

} // namespace
} // namespace papervault::crypto
