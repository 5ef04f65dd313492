// Suite gm1: the published examples of the national standards, and our constructions against their second computation
// (tests/crypto/vectors/make_gm.py).
#include "gm/sm2.hpp"
#include "gm/sm3_sm4.hpp"
#include "test_data.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/sign.hpp>

#include <algorithm>

namespace papervault::crypto {
namespace {

const boost::json::value& vectors()
{
    static const auto json = read_json(std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "tests/crypto/vectors/gm.json");
    return json;
}

Signature signature_of(const Bytes& r, const Bytes& s)
{
    Signature signature{};
    std::ranges::copy(r, signature.begin());
    std::ranges::copy(s, signature.begin() + 32);
    return signature;
}

TEST(GmVectorsTest, Sm3GivesThePublishedDigests)
{
    for (const auto& one : vectors().at("sm3").at("cases").as_array()) {
        EXPECT_EQ(hash(Suite::gm1, bytes_at(one, "message")).hex(), text_at(one, "digest"));
    }
}

TEST(GmVectorsTest, Sm4GivesThePublishedBlock)
{
    const auto& sm4 = vectors().at("sm4");
    Bytes out(16);
    gm::sm4_ctr(bytes_at(sm4, "key"), bytes_at(sm4, "block"), Bytes(16), out);
    EXPECT_EQ(to_hex(out), text_at(sm4, "ciphertext"));
}

TEST(GmVectorsTest, Sm4CounterModeGivesThePublishedStream)
{
    const auto& ctr = vectors().at("sm4_ctr");
    Bytes out(64);
    gm::sm4_ctr(bytes_at(ctr, "key"), bytes_at(ctr, "counter"), bytes_at(ctr, "plaintext"), out);
    EXPECT_EQ(to_hex(out), text_at(ctr, "ciphertext"));
}

TEST(GmVectorsTest, Sm2MakesThePublishedPublicKey)
{
    const auto& sm2 = vectors().at("sm2");
    const auto key = SigningKey::from_seed(secret_at(sm2, "secret"), Suite::gm1);
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->verify_key().view()), text_at(sm2, "public"));
}

TEST(GmVectorsTest, Sm2AcceptsThePublishedSignatureAndNoOther)
{
    const auto& sm2 = vectors().at("sm2");
    const auto& example = sm2.at("signed");
    const auto key = VerifyKey::from_bytes(bytes_at(sm2, "public"));
    ASSERT_TRUE(key);
    const Bytes message = bytes_at(example, "message");
    const Signature good = signature_of(bytes_at(example, "r"), bytes_at(example, "s"));
    EXPECT_TRUE(verify_raw(*key, message, good));
    for (std::size_t bit = 0; bit < 8 * good.size(); bit += 7) {
        Signature bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_FALSE(verify_raw(*key, message, bad)) << bit;
    }
    EXPECT_FALSE(verify_raw(*key, bytes_of("message digesu"), good));
    EXPECT_FALSE(verify_raw(*key, message, Signature{}));
}

TEST(GmVectorsTest, Sm2OpensThePublishedCiphertextAndNoOther)
{
    const auto& sm2 = vectors().at("sm2");
    const auto& example = sm2.at("sealed");
    const auto secret = secret_at(sm2, "secret");
    const Bytes point = bytes_at(sm2, "public");
    Bytes sealed = bytes_at(example, "c1");
    for (const std::string_view part : {"c3", "c2"}) {
        const Bytes bytes = bytes_at(example, part);
        sealed.insert(sealed.end(), bytes.begin(), bytes.end());
    }
    const auto opened = sm2::decrypt(secret, point, sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(hex_of(*opened), text_at(example, "message"));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        Bytes bad = sealed;
        bad[at] ^= std::byte{1};
        EXPECT_THAT(sm2::decrypt(secret, point, bad), IsRefusedWith(CryptoError::authentication_failed)) << at;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(sm2::decrypt(secret, point, ByteView{sealed}.first(size))) << size;
    }
}

TEST(GmVectorsTest, HmacSm3AgreesWithWycheproof)
{
    const auto file = shared_data_folder() / "security/wycheproof/hmac_sm3_test.json";
    SKIP_UNLESS_PRESENT(file);
    int count = 0;
    const auto vectors_of_others = read_json(file);
    for (const auto& group : vectors_of_others.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            Bytes tag(32);
            gm::hmac_sm3(bytes_at(test, "key"), {bytes_at(test, "msg")}, tag);
            const std::string expected = text_at(test, "tag");
            EXPECT_EQ(to_hex(tag).starts_with(expected), text_at(test, "result") == "valid")
                << boost::json::serialize(test.at("tcId"));
            ++count;
        }
    }
    EXPECT_GE(count, 170);
}

TEST(GmFormatsTest, HashAndCombinedKeyAreAsComputedElsewhere)
{
    const auto& hashed = vectors().at("ours").at("hash").at(0);
    const auto& parts = hashed.at("parts").as_array();
    const auto part = [&parts](std::size_t i) { return unhex(boost::json::value_to<std::string>(parts.at(i))); };
    EXPECT_EQ(hash(Suite::gm1, text_at(hashed, "purpose"), {part(0), part(1)}).hex(), text_at(hashed, "digest"));
    const auto& combined = vectors().at("ours").at("combine").at(0);
    const auto& keys = combined.at("keys").as_array();
    const auto key = [&keys](std::size_t i) {
        return test_only_secret(boost::json::value_to<std::string>(keys.at(i)));
    };
    const auto first = key(0);
    const auto second = key(1);
    EXPECT_EQ(hex_of(combine_keys(Suite::gm1, {&first, &second}, text_at(combined, "purpose"),
                                  bytes_at(combined, "context"))),
              text_at(combined, "key"));
}

TEST(GmFormatsTest, MessagesSealedElsewhereOpenHereAndAlteredOnesDoNot)
{
    for (const auto& one : vectors().at("ours").at("message").as_array()) {
        const auto key = secret_at(one, "key");
        const Bytes sealed = bytes_at(one, "sealed");
        const Bytes context = bytes_at(one, "context");
        const auto opened = decrypt_secret(Suite::gm1, key, sealed, context);
        ASSERT_TRUE(opened);
        EXPECT_EQ(hex_of(*opened), text_at(one, "plaintext"));
        for (std::size_t at = 0; at < sealed.size(); ++at) {
            Bytes bad = sealed;
            bad[at] ^= std::byte{0x80};
            EXPECT_THAT(decrypt_secret(Suite::gm1, key, bad, context),
                        IsRefusedWith(CryptoError::authentication_failed));
        }
        EXPECT_FALSE(decrypt_secret(Suite::gm1, key, sealed, bytes_of("another context")));
        EXPECT_FALSE(decrypt_secret(Suite::gm1, test_only_secret(32, 9), sealed, context));
        EXPECT_THAT(decrypt_secret(Suite::gm1, key, ByteView{sealed}.first(47), context),
                    IsRefusedWith(CryptoError::malformed));
    }
}

TEST(GmFormatsTest, ChunksSealedElsewhereOpenInTheirPlaceOnly)
{
    for (const auto& one : vectors().at("ours").at("chunk").as_array()) {
        const ChunkCipher cipher{secret_at(one, "key"), bytes_at(one, "context"), Suite::gm1};
        const Bytes sealed = bytes_at(one, "sealed");
        const auto index = boost::json::value_to<std::uint64_t>(one.at("index"));
        const bool last = one.at("last").as_int64() != 0;
        Bytes out(sealed.size() - chunk_overhead_bytes(Suite::gm1), std::byte{0xEE});
        ASSERT_TRUE(cipher.open(index, last, sealed, out));
        EXPECT_EQ(to_hex(out), text_at(one, "plaintext"));
        EXPECT_FALSE(cipher.open(index + 1, last, sealed, out));
        EXPECT_TRUE(std::ranges::all_of(out, [](std::byte b) { return b == std::byte{0}; }));
        EXPECT_FALSE(cipher.open(index, !last, sealed, out));
        Bytes bad = sealed;
        bad.back() ^= std::byte{1};
        EXPECT_FALSE(cipher.open(index, last, bad, out));
        EXPECT_FALSE((ChunkCipher{secret_at(one, "key"), bytes_at(one, "context")}.open(
            index, last, sealed, std::span{bad}.first(sealed.size() - ChunkCipher::overhead_bytes))))
            << "the other suite";
    }
}

TEST(GmFormatsTest, SealedChunksComeBackAsTheyWere)
{
    const SecretBuffer key = test_only_secret(32, 3);
    ChunkCipher cipher{key.clone(), Bytes{std::byte{1}}, Suite::gm1};
    const Bytes plain(65536, std::byte{7});
    Bytes sealed(plain.size() + 32);
    cipher.seal(0, false, plain, sealed);
    Bytes second(32);
    cipher.seal(1, true, {}, second);
    Bytes opened(plain.size());
    ASSERT_TRUE(cipher.open(0, false, sealed, opened));
    EXPECT_EQ(opened, plain);
    EXPECT_TRUE(cipher.open(1, true, second, {}));
}

TEST(GmKeysTest, SignedHereIsVerifiedHereForItsPurposeOnly)
{
    const auto key = SigningKey::generate(Suite::gm1);
    const auto signature = key.sign("papervault.test", bytes_of("text"));
    EXPECT_TRUE(verify(key.verify_key(), "papervault.test", bytes_of("text"), signature));
    EXPECT_FALSE(verify(key.verify_key(), "papervault.tesu", bytes_of("text"), signature));
    EXPECT_FALSE(verify(key.verify_key(), "papervault.test", bytes_of("texu"), signature));
    EXPECT_FALSE(verify(SigningKey::generate(Suite::gm1).verify_key(), "papervault.test", bytes_of("text"), signature));
    EXPECT_FALSE(verify(SigningKey::generate().verify_key(), "papervault.test", bytes_of("text"), signature));
    const auto again = VerifyKey::from_text(key.verify_key().to_text());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, key.verify_key());
    EXPECT_EQ(again->suite(), Suite::gm1);
}

TEST(GmKeysTest, SealedToAPersonOpensForHimInItsContextOnly)
{
    const auto keys = BoxKeyPair::generate(Suite::gm1);
    const auto sealed = seal_to(keys.public_key(), bytes_of("share"), bytes_of("context"));
    EXPECT_EQ(sealed.size(), 5 + sealed_overhead_bytes(Suite::gm1));
    const auto opened = open_sealed(keys, sealed, bytes_of("context"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(text_of(opened->expose()), "share");
    EXPECT_FALSE(open_sealed(keys, sealed, bytes_of("contexu")));
    EXPECT_FALSE(open_sealed(BoxKeyPair::generate(Suite::gm1), sealed, bytes_of("context")));
    EXPECT_THAT(open_sealed(keys, ByteView{sealed}.first(127), bytes_of("context")),
                IsRefusedWith(CryptoError::malformed));
    const auto nothing = seal_to(keys.public_key(), {}, {});
    ASSERT_TRUE(open_sealed(keys, nothing, {}));
}

TEST(GmKeysTest, KeysThatAreNoPointsAndSecretsOutOfRangeAreRefused)
{
    Bytes point(64, std::byte{0});
    EXPECT_THAT(VerifyKey::from_bytes(point), IsRefusedWith(CryptoError::unacceptable_key)) << "zero";
    point = Bytes(64, std::byte{0xff});
    EXPECT_THAT(BoxPublicKey::from_bytes(point), IsRefusedWith(CryptoError::unacceptable_key)) << "beyond the prime";
    point = bytes_at(vectors().at("sm2"), "public");
    point.back() ^= std::byte{1};
    EXPECT_THAT(VerifyKey::from_bytes(point), IsRefusedWith(CryptoError::unacceptable_key)) << "off the curve";
    EXPECT_THAT(VerifyKey::from_bytes(Bytes(63)), IsRefusedWith(CryptoError::malformed));
    constexpr std::string_view order = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
    constexpr std::string_view order_minus_1 = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122";
    constexpr std::string_view order_minus_2 = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121";
    for (const std::string& bad :
         {std::string(64, '0'), std::string{order}, std::string{order_minus_1}, std::string(64, 'f')}) {
        EXPECT_THAT(SigningKey::from_seed(test_only_secret(bad), Suite::gm1), IsRefusedWith(CryptoError::malformed));
        EXPECT_THAT(BoxKeyPair::from_seed(test_only_secret(bad), Suite::gm1), IsRefusedWith(CryptoError::malformed));
    }
    EXPECT_TRUE(SigningKey::from_seed(test_only_secret(order_minus_2), Suite::gm1));
    EXPECT_TRUE(SigningKey::from_seed(test_only_secret(std::string(63, '0') + "1"), Suite::gm1));
}

TEST(GmKeysTest, PassphraseWithSm3IsBoundedAndRepeatable)
{
    const auto passphrase = SecretBuffer::copy_of(bytes_of("passphrase"));
    const Bytes salt(16, std::byte{1});
    const auto key = derive_from_passphrase_sm3(passphrase, salt, pbkdf2_iterations_min);
    ASSERT_TRUE(key);
    EXPECT_EQ(hex_of(*key), hex_of(*derive_from_passphrase_sm3(passphrase, salt, pbkdf2_iterations_min)));
    EXPECT_NE(hex_of(*key), hex_of(*derive_from_passphrase_sm3(passphrase, salt, pbkdf2_iterations_min + 1)));
    EXPECT_THAT(derive_from_passphrase_sm3(passphrase, salt, 1), IsRefusedWith(CryptoError::too_large));
    EXPECT_THAT(derive_from_passphrase_sm3(passphrase, salt, pbkdf2_iterations_max + 1),
                IsRefusedWith(CryptoError::too_large));
    EXPECT_THAT(derive_from_passphrase_sm3(passphrase, Bytes(15), pbkdf2_iterations_min),
                IsRefusedWith(CryptoError::malformed));
}

} // namespace
} // namespace papervault::crypto
