#include "support.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/crypto/sign.hpp>

#include <algorithm>

namespace papervault::crypto {
namespace {

Signature signature_of(std::string_view hex)
{
    Signature signature{};
    std::ranges::copy(unhex(hex), signature.begin());
    return signature;
}

struct Rfc8032Vector {
    std::string_view seed;
    std::string_view verify_key;
    std::string_view message;
    std::string_view signature;
};

// RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
constexpr Rfc8032Vector rfc8032_vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55"
     "141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00"
     "d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "02"
     "7beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2"
     "a9"
     "ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad"
     "9b"
     "ef1177331a704"},
};

TEST(SigningKeyTest, GivesTheSignaturesOfTheRfc)
{
    for (const Rfc8032Vector& vector : rfc8032_vectors) {
        const auto key = SigningKey::from_seed(test_only_secret(vector.seed));
        ASSERT_TRUE(key);
        EXPECT_EQ(to_hex(key->verify_key().view()), vector.verify_key);
        EXPECT_EQ(to_hex(key->sign_raw(unhex(vector.message))), vector.signature);
        const auto verify_key = VerifyKey::from_bytes(unhex(vector.verify_key));
        ASSERT_TRUE(verify_key);
        EXPECT_TRUE(verify_raw(*verify_key, unhex(vector.message), signature_of(vector.signature)));
    }
}

TEST(SigningKeyTest, IsTheSameAgainFromItsSeed)
{
    const SigningKey key = SigningKey::generate();
    const auto again = SigningKey::from_seed(key.seed());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->verify_key(), key.verify_key());
    EXPECT_EQ(again->sign("p", bytes_of("m")), key.sign("p", bytes_of("m")));
    EXPECT_NE(SigningKey::generate().verify_key(), key.verify_key());
}

TEST(SigningKeyTest, RefusesASeedOfAnotherSize)
{
    for (const std::size_t size : {0U, 31U, 33U, 64U}) {
        EXPECT_THAT(SigningKey::from_seed(SecretBuffer{size}), IsRefusedWith(CryptoError::malformed));
    }
}

class SignatureTest : public testing::Test {
protected:
    const SigningKey key = SigningKey::generate();
    const Bytes message = random_bytes(100);
};

TEST_F(SignatureTest, IsValidForItsKeyPurposeAndMessageOnly)
{
    const Signature signature = key.sign("package-header", message);
    EXPECT_TRUE(verify(key.verify_key(), "package-header", message, signature));
    EXPECT_FALSE(verify(key.verify_key(), "package", message, signature));
    EXPECT_FALSE(verify(key.verify_key(), "ledger", message, signature));
    EXPECT_FALSE(verify(SigningKey::generate().verify_key(), "package-header", message, signature));
    EXPECT_FALSE(verify(key.verify_key(), "package-header", ByteView{message}.first(99), signature));
}

TEST_F(SignatureTest, IsNoneForTheBareMessageAndTheReverse)
{
    EXPECT_FALSE(verify_raw(key.verify_key(), message, key.sign("p", message)));
    EXPECT_FALSE(verify(key.verify_key(), "p", message, key.sign_raw(message)));
}

TEST_F(SignatureTest, DoesNotMoveBytesBetweenPurposeAndMessage)
{
    const Signature signature = key.sign("ab", bytes_of("c"));
    EXPECT_FALSE(verify(key.verify_key(), "a", bytes_of("bc"), signature));
    EXPECT_FALSE(verify(key.verify_key(), "a", bytes_of(std::string_view{"b\0c", 3}), signature));
}

TEST_F(SignatureTest, IsRefusedWithAnyBitFlipped)
{
    Signature signature = key.sign("p", message);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        signature[bit / 8] ^= mask;
        EXPECT_FALSE(verify(key.verify_key(), "p", message, signature)) << bit;
        signature[bit / 8] ^= mask;
    }
    Bytes altered = message;
    for (std::size_t at = 0; at < altered.size(); ++at) {
        altered[at] ^= std::byte{1};
        EXPECT_FALSE(verify(key.verify_key(), "p", altered, signature)) << at;
        altered[at] ^= std::byte{1};
    }
}

using SignatureDeathTest = SignatureTest;

TEST_F(SignatureDeathTest, StopsTheProgramForAPurposeThatCouldBeConfused)
{
    EXPECT_DEATH(std::ignore = key.sign("", message), "purpose");
    EXPECT_DEATH(std::ignore = key.sign(std::string_view{"a\0b", 3}, message), "purpose");
    EXPECT_DEATH(std::ignore = verify(key.verify_key(), "", message, Signature{}), "purpose");
}

TEST(VerifyKeyTest, IsReadFromItsText)
{
    const VerifyKey key = SigningKey::generate().verify_key();
    EXPECT_EQ(key.to_text().size(), 44U);
    EXPECT_EQ(VerifyKey::from_text(key.to_text()), key);
}

TEST(VerifyKeyTest, RefusesTextsAndSizesThatAreNoKey)
{
    const std::string text = SigningKey::generate().verify_key().to_text();
    EXPECT_THAT(VerifyKey::from_text(""), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(VerifyKey::from_text(text.substr(0, 43)), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(VerifyKey::from_text(text + "AAAA"), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(VerifyKey::from_text(std::string(44, '!')), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(VerifyKey::from_text(std::string(44, 'A')), IsRefusedWith(CryptoError::malformed)); // 33 bytes
    for (const std::size_t size : {0U, 31U, 33U, 63U, 65U}) {
        EXPECT_THAT(VerifyKey::from_bytes(Bytes(size)), IsRefusedWith(CryptoError::malformed));
    }
}

// All 14 encodings of the 8 points of low order, C2SP CCTV ed25519/README.md.
TEST(VerifyKeyTest, RefusesEveryPointOfLowOrder)
{
    for (const std::string_view point : {"0000000000000000000000000000000000000000000000000000000000000000",
                                         "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                         "0000000000000000000000000000000000000000000000000000000000000080",
                                         "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                                         "0100000000000000000000000000000000000000000000000000000000000000",
                                         "0100000000000000000000000000000000000000000000000000000000000080",
                                         "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                         "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                                         "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                                         "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                                         "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                                         "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
        EXPECT_THAT(VerifyKey::from_bytes(unhex(point)), IsRefusedWith(CryptoError::unacceptable_key)) << point;
    }
}

TEST(VerifyKeyTest, RefusesEncodingsThatAreNotCanonical)
{
    // Every y from p to 2^255 - 1, with either sign.
    for (unsigned low = 0xed; low <= 0xff; ++low) {
        for (const unsigned high : {0x7fU, 0xffU}) {
            Bytes point(32, std::byte{0xff});
            point.front() = static_cast<std::byte>(low);
            point.back() = static_cast<std::byte>(high);
            EXPECT_THAT(VerifyKey::from_bytes(point), IsRefusedWith(CryptoError::unacceptable_key)) << to_hex(point);
        }
    }
}

TEST(VerifyKeyTest, RefusesPointsThatAreNotOnTheCurve)
{
    int refused = 0;
    Bytes point(32);
    for (unsigned y = 2; y < 200; ++y) { // about half of all y belong to no point, another 7/16 to a mixed order
        point.front() = static_cast<std::byte>(y);
        refused += VerifyKey::from_bytes(point) ? 0 : 1;
    }
    EXPECT_GT(refused, 150);
    EXPECT_LT(refused, 198);
}

// C2SP CCTV ed25519vectors.json and ed25519-speccheck: points of a prime-order part plus a part of order 2, 4 or 8.
TEST(VerifyKeyTest, RefusesPointsWithALowOrderPart)
{
    for (const std::string_view point : {"f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
                                         "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"}) {
        EXPECT_THAT(VerifyKey::from_bytes(unhex(point)), IsRefusedWith(CryptoError::unacceptable_key)) << point;
    }
}

// The points of CVE-2025-69277: a good key plus the point (0, -1), which is (-x, -y).
TEST(VerifyKeyTest, RefusesEveryGoodKeyPlusThePointOfOrderTwo)
{
    for (int i = 0; i < 50; ++i) {
        const VerifyKey key = SigningKey::generate().verify_key();
        Bytes twisted{key.view().begin(), key.view().end()};
        const std::byte sign = twisted.back() & std::byte{0x80};
        twisted.back() &= std::byte{0x7f};
        unsigned borrow = 0; // p - y, with p = 2^255 - 19
        for (std::size_t at = 0; at < twisted.size(); ++at) {
            const unsigned minuend = at == 0 ? 0xed : at == 31 ? 0x7f : 0xff;
            const unsigned difference = minuend - std::to_integer<unsigned>(twisted[at]) - borrow;
            twisted[at] = static_cast<std::byte>(difference & 0xff);
            borrow = difference >> 31;
        }
        twisted.back() |= sign ^ std::byte{0x80};
        EXPECT_THAT(VerifyKey::from_bytes(twisted), IsRefusedWith(CryptoError::unacceptable_key)) << to_hex(twisted);
    }
}

} // namespace
} // namespace papervault::crypto
