#include "support.hpp"

#include <papervault/crypto/p256.hpp>

namespace papervault::crypto {
namespace {

// The base point G of FIPS 186-4: its secret key is 1, so whoever agrees with it gets the ephemeral point's own x.
constexpr std::string_view base_point = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                                        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

TEST(P256Test, AgreementWithTheSecretKeyOneIsTheEphemeralPointItself)
{
    const auto owner = P256PublicKey::from_bytes(unhex(base_point));
    ASSERT_TRUE(owner) << owner.error().detail;
    const P256Agreement agreement = agree_once_with(*owner);
    EXPECT_EQ(hex_of(agreement.shared), to_hex(agreement.ephemeral.view().subspan(1, 32)));
    EXPECT_NE(agree_once_with(*owner).ephemeral, agreement.ephemeral) << "fresh every time";
}

TEST(P256Test, RefusesWhatIsNoPointOfTheCurve)
{
    EXPECT_THAT(P256PublicKey::from_bytes({}), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(P256PublicKey::from_bytes(unhex("00")), IsRefusedWith(CryptoError::malformed)) << "infinity";
    EXPECT_THAT(P256PublicKey::from_bytes(unhex(base_point.substr(0, 66))), IsRefusedWith(CryptoError::malformed));
    Bytes compressed = unhex(base_point);
    compressed.front() = std::byte{0x03};
    EXPECT_THAT(P256PublicKey::from_bytes(compressed), IsRefusedWith(CryptoError::malformed));
    for (std::size_t at = 1; at < P256PublicKey::size_bytes; ++at) {
        Bytes altered = unhex(base_point);
        altered[at] ^= std::byte{1};
        EXPECT_THAT(P256PublicKey::from_bytes(altered), IsRefusedWith(CryptoError::unacceptable_key)) << at;
    }
    Bytes beyond(P256PublicKey::size_bytes, std::byte{0xff}); // coordinates that are not smaller than the prime
    beyond.front() = std::byte{0x04};
    EXPECT_THAT(P256PublicKey::from_bytes(beyond), IsRefusedWith(CryptoError::unacceptable_key));
    Bytes zero(P256PublicKey::size_bytes);
    zero.front() = std::byte{0x04};
    EXPECT_THAT(P256PublicKey::from_bytes(zero), IsRefusedWith(CryptoError::unacceptable_key));
}

} // namespace
} // namespace papervault::crypto
