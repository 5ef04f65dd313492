// Project Wycheproof's attacks on the primitives that we use, through our own functions.
#include "test_data.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/sign.hpp>

#include <algorithm>

namespace papervault::crypto {
namespace {

std::filesystem::path wycheproof(std::string_view file)
{
    return shared_data_folder() / "security/wycheproof" / file;
}

bool has_flag(const boost::json::value& test, std::string_view flag)
{
    return std::ranges::any_of(test.at("flags").as_array(), [&](const auto& one) { return one.as_string() == flag; });
}

template <class Check>
int for_each_test(const boost::json::value& file, Check check)
{
    int count = 0;
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            SCOPED_TRACE(boost::json::serialize(test.at("tcId")) + " " + text_at(test, "comment"));
            check(group, test);
            ++count;
        }
    }
    return count;
}

TEST(WycheproofTest, XChaCha20Poly1305DecryptsValidMessagesAndRefusesTheRest)
{
    const auto file = wycheproof("xchacha20_poly1305_test.json");
    SKIP_UNLESS_PRESENT(file);
    const int count = for_each_test(read_json(file), [](const auto&, const auto& test) {
        Bytes sealed = bytes_at(test, "iv");
        for (const std::string_view part : {"ct", "tag"}) {
            const Bytes bytes = bytes_at(test, part);
            sealed.insert(sealed.end(), bytes.begin(), bytes.end());
        }
        const auto plaintext = decrypt(secret_at(test, "key"), sealed, bytes_at(test, "aad"));
        ASSERT_EQ(plaintext.has_value(), text_at(test, "result") == "valid");
        if (plaintext) { EXPECT_EQ(to_hex(*plaintext), text_at(test, "msg")); }
    });
    EXPECT_GE(count, 300);
}

TEST(WycheproofTest, Ed25519AcceptsValidSignaturesAndRefusesTheRest)
{
    const auto file = wycheproof("ed25519_test.json");
    SKIP_UNLESS_PRESENT(file);
    const int count = for_each_test(read_json(file), [](const auto& group, const auto& test) {
        const auto key = VerifyKey::from_bytes(bytes_at(group.at("publicKey"), "pk"));
        ASSERT_TRUE(key);
        const Bytes bytes = bytes_at(test, "sig");
        Signature signature{};
        bool accepted = bytes.size() == signature.size(); // other lengths are no Signature at all
        if (accepted) {
            std::ranges::copy(bytes, signature.begin());
            accepted = verify_raw(*key, bytes_at(test, "msg"), signature);
        }
        EXPECT_EQ(accepted, text_at(test, "result") == "valid");
    });
    EXPECT_GE(count, 140);
}

/// The policy: what is not canonical or of low order is no key; ordinary points of the curve and its twist are.
TEST(WycheproofTest, X25519KeysThatGiveNoSecretAreRefused)
{
    const auto file = wycheproof("x25519_test.json");
    SKIP_UNLESS_PRESENT(file);
    int refused = 0;
    const int count = for_each_test(read_json(file), [&refused](const auto&, const auto& test) {
        const auto key = BoxPublicKey::from_bytes(bytes_at(test, "public"));
        const bool must_be_refused = has_flag(test, "LowOrderPublic") || has_flag(test, "ZeroSharedSecret") ||
                                     has_flag(test, "NonCanonicalPublic");
        EXPECT_EQ(!key.has_value(), must_be_refused) << boost::json::serialize(test.at("flags"));
        refused += key ? 0 : 1;
    });
    EXPECT_GE(count, 500);
    EXPECT_GE(refused, 30);
}

} // namespace
} // namespace papervault::crypto
