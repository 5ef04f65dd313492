// Our formats against a second implementation: vectors/make_formats.py, which shares no code with the module.
#include "test_data.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/crypto/secret_sharing.hpp>
#include <papervault/crypto/sign.hpp>

#include <algorithm>

namespace papervault::crypto {
namespace {

class FormatsTest : public testing::Test {
protected:
    static const boost::json::array& vectors(std::string_view kind)
    {
        static const boost::json::value all =
            read_json(std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "tests/crypto/vectors/formats.json");
        const boost::json::array& found = all.at(kind).as_array();
        EXPECT_FALSE(found.empty());
        return found;
    }
};

TEST_F(FormatsTest, PlainDigestsAgree)
{
    for (const auto& vector : vectors("plain_hash")) {
        const Bytes data = bytes_at(vector, "data");
        EXPECT_EQ(blake2b(data).hex(), text_at(vector, "blake2b"));
        EXPECT_EQ(sha256(data).hex(), text_at(vector, "sha256"));
        Blake2bHasher hasher{text_at(vector, "purpose")};
        hasher.update(data);
        EXPECT_EQ(hasher.finish().hex(), text_at(vector, "blake2b_stream"));
    }
}

/// A list of any length in place of an initializer list.
Digest blake2b_of(std::string_view purpose, const std::vector<Bytes>& parts)
{
    switch (parts.size()) {
    case 0: return blake2b(purpose, {});
    case 1: return blake2b(purpose, {parts[0]});
    case 2: return blake2b(purpose, {parts[0], parts[1]});
    default: throw std::invalid_argument{"more parts than the test knows"};
    }
}

TEST_F(FormatsTest, DigestsOfPartsAgree)
{
    for (const auto& vector : vectors("hash")) {
        std::vector<Bytes> parts;
        for (const auto& part : vector.at("parts").as_array()) {
            parts.push_back(unhex(boost::json::value_to<std::string>(part)));
        }
        EXPECT_EQ(blake2b_of(text_at(vector, "purpose"), parts).hex(), text_at(vector, "digest"));
    }
}

TEST_F(FormatsTest, DerivedKeysAgree)
{
    for (const auto& vector : vectors("derive")) {
        EXPECT_EQ(hex_of(derive_key(secret_at(vector, "key"), text_at(vector, "purpose"), bytes_at(vector, "context"))),
                  text_at(vector, "derived"));
    }
}

SecretBuffer combination_of(const std::vector<SecretBuffer>& keys, std::string_view purpose, ByteView context)
{
    switch (keys.size()) {
    case 1: return combine_keys({&keys[0]}, purpose, context);
    case 2: return combine_keys({&keys[0], &keys[1]}, purpose, context);
    case 3: return combine_keys({&keys[0], &keys[1], &keys[2]}, purpose, context);
    default: throw std::invalid_argument{"another number of keys than the test knows"};
    }
}

TEST_F(FormatsTest, CombinedKeysAgree)
{
    for (const auto& vector : vectors("combine")) {
        std::vector<SecretBuffer> keys;
        for (const auto& key : vector.at("keys").as_array()) {
            keys.push_back(test_only_secret(boost::json::value_to<std::string>(key)));
        }
        EXPECT_EQ(hex_of(combination_of(keys, text_at(vector, "purpose"), bytes_at(vector, "context"))),
                  text_at(vector, "combined"));
    }
}

TEST_F(FormatsTest, StreamsAgree)
{
    for (const auto& vector : vectors("stream")) {
        ChaCha20Stream stream{secret_at(vector, "seed"), text_at(vector, "purpose")};
        const Bytes expected = bytes_at(vector, "bytes");
        Bytes bytes(expected.size());
        stream.fill(bytes);
        EXPECT_EQ(to_hex(bytes), to_hex(expected));
    }
}

TEST_F(FormatsTest, Argon2idAgrees)
{
    for (const auto& vector : vectors("argon2id")) {
        const PassphraseCost cost{vector.at("operations").to_number<std::uint64_t>(),
                                  vector.at("memory_kib").to_number<std::uint64_t>()};
        const auto key = derive_from_passphrase(secret_at(vector, "passphrase"), bytes_at(vector, "salt"), cost);
        ASSERT_TRUE(key);
        EXPECT_EQ(hex_of(*key), text_at(vector, "key"));
    }
}

TEST_F(FormatsTest, SealedBytesOpen)
{
    for (const auto& vector : vectors("encrypt")) {
        const auto plaintext =
            decrypt(secret_at(vector, "key"), bytes_at(vector, "sealed"), bytes_at(vector, "context"));
        ASSERT_TRUE(plaintext);
        EXPECT_EQ(to_hex(*plaintext), text_at(vector, "plaintext"));
    }
}

TEST_F(FormatsTest, ChunksAgree)
{
    for (const auto& vector : vectors("chunk")) {
        ChunkCipher cipher{secret_at(vector, "key"), bytes_at(vector, "context")};
        const auto& chunks = vector.at("chunks").as_array();
        for (std::uint64_t i = 0; i < chunks.size(); ++i) {
            const Bytes plaintext = bytes_at(chunks[i], "plaintext");
            Bytes sealed(plaintext.size() + ChunkCipher::overhead_bytes);
            cipher.seal(i, i + 1 == chunks.size(), plaintext, sealed);
            EXPECT_EQ(to_hex(sealed), text_at(chunks[i], "sealed")) << i;
        }
    }
}

TEST_F(FormatsTest, SignaturesAgree)
{
    for (const auto& vector : vectors("sign")) {
        const auto key = SigningKey::from_seed(secret_at(vector, "seed"));
        ASSERT_TRUE(key);
        EXPECT_EQ(to_hex(key->verify_key().view()), text_at(vector, "verify_key"));
        EXPECT_EQ(to_hex(key->sign(text_at(vector, "purpose"), bytes_at(vector, "message"))),
                  text_at(vector, "signature"));
    }
}

TEST_F(FormatsTest, BoxesOpen)
{
    for (const auto& vector : vectors("box")) {
        const auto keys = BoxKeyPair::from_seed(secret_at(vector, "seed"));
        ASSERT_TRUE(keys);
        EXPECT_EQ(to_hex(keys->public_key().view()), text_at(vector, "public_key"));
        const auto opened = open_sealed(*keys, bytes_at(vector, "sealed"), bytes_at(vector, "context"));
        ASSERT_TRUE(opened);
        EXPECT_EQ(hex_of(*opened), text_at(vector, "plaintext"));
    }
}

TEST_F(FormatsTest, SharesCombineAndCommitmentsAgree)
{
    for (const auto& vector : vectors("sharing")) {
        std::vector<Share> shares;
        for (const auto& value : vector.at("shares").as_array()) {
            shares.push_back({static_cast<std::uint8_t>(shares.size()),
                              test_only_secret(boost::json::value_to<std::string>(value))});
        }
        for (std::size_t i = 0; i < shares.size(); ++i) {
            EXPECT_EQ(share_commitment(shares[i], bytes_at(vector, "context")).hex(),
                      boost::json::value_to<std::string>(vector.at("commitments").as_array()[i]));
        }
        const int threshold = vector.at("threshold").to_number<int>();
        const auto combined = combine_shares(std::span{shares}.last(static_cast<std::size_t>(threshold)), threshold);
        ASSERT_TRUE(combined) << combined.error().detail;
        EXPECT_EQ(hex_of(*combined), text_at(vector, "secret"));
    }
}

} // namespace
} // namespace papervault::crypto
