// The published vectors of SLIP-39, from words to master secret and back to words.
#include "test_data.hpp"

#include <papervault/crypto/mnemonic.hpp>

#include <map>

namespace papervault::crypto {
namespace {

const SecretBuffer& passphrase()
{
    static const SecretBuffer text = SecretBuffer::copy_of(bytes_of("TREZOR"));
    return text;
}

struct Outcome {
    Result<SecretBuffer> secret = refuse(CryptoError::malformed, "not read");
    std::string refused_by; ///< "words", "collector", "recovery"
};

Outcome recover(const std::vector<std::string>& mnemonics)
{
    MnemonicCollector collector;
    for (const std::string& mnemonic : mnemonics) {
        auto share = mnemonic_share(bytes_of(mnemonic));
        if (!share) { return {std::unexpected{share.error()}, "words"}; }
        EXPECT_EQ(text_of(mnemonic_words(*share).expose()), mnemonic) << "written again, it is the same";
        if (auto added = collector.add(std::move(*share)); !added) {
            return {std::unexpected{added.error()}, "collector"};
        }
    }
    auto secret = collector.recover(passphrase());
    const bool refused = !secret;
    return {std::move(secret), refused ? "recovery" : ""};
}

TEST(Slip39VectorsTest, All45GiveTheirSecretFromWordsOrAreRefused)
{
    const auto vectors =
        read_json(std::filesystem::path{PAPERVAULT_SOURCE_DIR} / "tests/crypto/vectors/slip39/vectors.json");
    EXPECT_EQ(vectors.as_array().size(), 45U);
    int recovered = 0;
    std::map<std::string, int> refused;
    for (const auto& vector : vectors.as_array()) {
        const auto& fields = vector.as_array();
        SCOPED_TRACE(boost::json::value_to<std::string>(fields.at(0)));
        const auto expected = boost::json::value_to<std::string>(fields.at(2));
        const Outcome outcome = recover(boost::json::value_to<std::vector<std::string>>(fields.at(1)));
        EXPECT_EQ(outcome.secret.has_value(), !expected.empty());
        if (outcome.secret) {
            ++recovered;
            EXPECT_EQ(hex_of(*outcome.secret), expected);
        } else {
            ++refused[outcome.refused_by];
        }
    }
    EXPECT_EQ(recovered, 15);
    // Each layer refuses its own: a layer that let all pass would be masked by the next one otherwise.
    EXPECT_EQ(refused["words"], 8);
    EXPECT_EQ(refused["collector"], 12);
    EXPECT_EQ(refused["recovery"], 10);
}

} // namespace
} // namespace papervault::crypto
