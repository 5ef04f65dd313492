#include "support.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>

namespace papervault::crypto {
namespace {

class SealToTest : public testing::Test {
protected:
    const BoxKeyPair custodian = BoxKeyPair::generate();
    const ByteView context = bytes_of("share 3 of P-1");
};

TEST_F(SealToTest, IsOpenedByTheRecipient)
{
    for (const std::size_t size : {0U, 1U, 32U, 1000U}) {
        const Bytes plaintext = random_bytes(size);
        const Bytes sealed = seal_to(custodian.public_key(), plaintext, context);
        EXPECT_EQ(sealed.size(), size + box_overhead_bytes);
        const auto opened = open_sealed(custodian, sealed, context);
        ASSERT_TRUE(opened);
        EXPECT_TRUE(equal_in_constant_time(opened->expose(), plaintext));
    }
}

TEST_F(SealToTest, IsDifferentEachTime)
{
    EXPECT_NE(seal_to(custodian.public_key(), {}, context), seal_to(custodian.public_key(), {}, context));
}

TEST_F(SealToTest, RefusesAnotherRecipientOrContextAlike)
{
    const Bytes sealed = seal_to(custodian.public_key(), bytes_of("share"), context);
    const auto other_recipient = open_sealed(BoxKeyPair::generate(), sealed, context);
    EXPECT_THAT(other_recipient, IsRefusedWith(CryptoError::authentication_failed));
    const auto other_context = open_sealed(custodian, sealed, bytes_of("share 3 of P-2"));
    EXPECT_THAT(other_context, IsRefusedWith(CryptoError::authentication_failed));
    EXPECT_EQ(other_recipient.error(), other_context.error());
    EXPECT_THAT(open_sealed(custodian, sealed, {}), IsRefusedWith(CryptoError::authentication_failed));
}

TEST_F(SealToTest, RefusesEveryFlippedBitAndEveryOtherLength)
{
    Bytes sealed = seal_to(custodian.public_key(), bytes_of("share"), context);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        sealed[bit / 8] ^= mask;
        EXPECT_THAT(open_sealed(custodian, sealed, context), IsRefusedWith(CryptoError::authentication_failed)) << bit;
        sealed[bit / 8] ^= mask;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        const auto expected = size < box_overhead_bytes ? CryptoError::malformed : CryptoError::authentication_failed;
        EXPECT_THAT(open_sealed(custodian, ByteView{sealed}.first(size), context), IsRefusedWith(expected)) << size;
    }
    sealed.push_back(std::byte{0});
    EXPECT_THAT(open_sealed(custodian, sealed, context), IsRefusedWith(CryptoError::authentication_failed));
}

TEST(BoxKeyPairTest, IsTheSameAgainFromItsSeed)
{
    const BoxKeyPair keys = BoxKeyPair::generate();
    const auto again = BoxKeyPair::from_seed(keys.seed());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), keys.public_key());
    EXPECT_TRUE(open_sealed(*again, seal_to(keys.public_key(), {}, {}), {}));
    EXPECT_NE(BoxKeyPair::generate().public_key(), keys.public_key());
}

TEST(BoxKeyPairTest, RefusesASeedOfAnotherSize)
{
    for (const std::size_t size : {0U, 31U, 33U}) {
        EXPECT_THAT(BoxKeyPair::from_seed(SecretBuffer{size}), IsRefusedWith(CryptoError::malformed));
    }
}

TEST(BoxPublicKeyTest, IsReadFromItsTextAndBytes)
{
    for (int i = 0; i < 50; ++i) {
        const BoxPublicKey key = BoxKeyPair::generate().public_key();
        EXPECT_EQ(BoxPublicKey::from_text(key.to_text()), key);
        EXPECT_EQ(BoxPublicKey::from_bytes(key.view()), key);
    }
}

TEST(BoxPublicKeyTest, RefusesTextsAndSizesThatAreNoKey)
{
    EXPECT_THAT(BoxPublicKey::from_text(""), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(BoxPublicKey::from_text(std::string(44, '!')), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(BoxPublicKey::from_text(std::string(44, 'A')), IsRefusedWith(CryptoError::malformed)); // 33 bytes
    for (const std::size_t size : {0U, 31U, 33U}) {
        EXPECT_THAT(BoxPublicKey::from_bytes(Bytes(size)), IsRefusedWith(CryptoError::malformed));
    }
}

// The points of order 1, 2, 4 and 8 on the curve and on its twist, https://cr.yp.to/ecdh.html#validate.
TEST(BoxPublicKeyTest, RefusesPointsOfLowOrder)
{
    for (const std::string_view point : {"0000000000000000000000000000000000000000000000000000000000000000",
                                         "0100000000000000000000000000000000000000000000000000000000000000",
                                         "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                         "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        EXPECT_THAT(BoxPublicKey::from_bytes(unhex(point)), IsRefusedWith(CryptoError::unacceptable_key)) << point;
    }
}

TEST(BoxPublicKeyTest, RefusesEncodingsThatAreNotCanonical)
{
    for (unsigned low = 0xed; low <= 0xff; ++low) { // p to 2^255 - 1
        Bytes point(32, std::byte{0xff});
        point.front() = static_cast<std::byte>(low);
        point.back() = std::byte{0x7f};
        EXPECT_THAT(BoxPublicKey::from_bytes(point), IsRefusedWith(CryptoError::unacceptable_key)) << low;
    }
    const BoxPublicKey key = BoxKeyPair::generate().public_key();
    Bytes with_top_bit{key.view().begin(), key.view().end()};
    with_top_bit.back() |= std::byte{0x80};
    EXPECT_THAT(BoxPublicKey::from_bytes(with_top_bit), IsRefusedWith(CryptoError::unacceptable_key));
}

TEST(BoxPublicKeyTest, AcceptsTheLargestCanonicalOrdinaryPoint)
{
    EXPECT_TRUE(BoxPublicKey::from_bytes(unhex("ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
    EXPECT_TRUE(BoxPublicKey::from_bytes(unhex("0900000000000000000000000000000000000000000000000000000000000000")));
}

} // namespace
} // namespace papervault::crypto
