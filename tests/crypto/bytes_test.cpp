#include "support.hpp"

#include <papervault/crypto/random.hpp>

#include <string>

namespace papervault::crypto {
namespace {

// RFC 4648, section 10.
TEST(Base64Test, WritesAndReadsTheVectorsOfTheRfc)
{
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(to_base64(bytes_of(plain)), encoded);
        const auto decoded = from_base64(encoded);
        ASSERT_TRUE(decoded) << encoded;
        EXPECT_EQ(text_of(*decoded), plain);
    }
}

TEST(Base64Test, UsesTheAlphabetWithPlusAndSlash)
{
    EXPECT_EQ(to_base64(unhex("fbeffe")), "++/+");
    EXPECT_EQ(from_base64("++/+"), unhex("fbeffe"));
}

TEST(Base64Test, RefusesWhatIsNotExactlyItsOwnOutput)
{
    using namespace std::string_view_literals;
    for (const auto text : {"Z"sv, "Zg"sv, "Zg="sv, "Zg==="sv, "Zg==Zg=="sv, "Zh=="sv, "Zm9="sv, "Zm 9v"sv, "Zm9v\n"sv,
                            " Zm9v"sv, "Zm-v"sv, "Zm_v"sv, "===="sv, "Z==="sv, "=m9v"sv, "Zm9v\0\0\0\0"sv,
                            "Zm\xff"
                            "v"sv}) {
        EXPECT_FALSE(from_base64(text)) << text;
    }
}

TEST(HexTest, WritesLowerCaseAndReadsBoth)
{
    EXPECT_EQ(to_hex(unhex("00ff0aA5")), "00ff0aa5");
    EXPECT_EQ(to_hex({}), "");
    EXPECT_EQ(from_hex(""), Bytes{});
    EXPECT_EQ(from_hex("DEADbeef"), from_hex("deadBEEF"));
}

TEST(HexTest, RefusesOddLengthAndForeignCharacters)
{
    using namespace std::string_view_literals;
    for (const auto text :
         {"0"sv, "000"sv, "0g"sv, "0x"sv, " 00"sv, "00 "sv, "0\n"sv, "00:1"sv, "\0\0"sv, "0\0"sv, "\xc3\xa4"sv}) {
        EXPECT_FALSE(from_hex(text)) << text;
    }
}

TEST(Base32Test, WritesCrockfordsAlphabet)
{
    // 0, 1, … 31 as five-bit groups are the alphabet itself.
    EXPECT_EQ(to_base32(unhex("00443214c74254b635cf84653a56d7c675be77df")), "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    EXPECT_EQ(to_base32({}), "");
    EXPECT_EQ(to_base32(unhex("ff")), "ZW");
    EXPECT_EQ(to_base32(unhex("0000")), "0000");
}

TEST(Base32Test, ReadsWhatPeopleTypeInsteadOfADigit)
{
    EXPECT_EQ(from_base32("0123456789abcdefghjkmnpqrstvwxyz"), unhex("00443214c74254b635cf84653a56d7c675be77df"));
    EXPECT_EQ(from_base32("1OiL-oO10"), from_base32("10110010"));
    EXPECT_EQ(from_base32(" Z - W "), unhex("ff"));
    EXPECT_EQ(from_base32("- -"), Bytes{});
}

TEST(Base32Test, RefusesForeignCharactersImpossibleLengthsAndStrayBits)
{
    using namespace std::string_view_literals;
    for (const auto text :
         {"U0"sv, "u0"sv, "0!"sv, "0="sv, "0"sv, "000"sv, "000000"sv, "ZZ"sv, "01"sv, "0001"sv, "00\0"sv,
          "\xff"
          "0"sv,
          "0_0"sv, "0\t0"sv}) {
        EXPECT_FALSE(from_base32(text)) << text;
    }
}

TEST(CodecsTest, GiveBackEveryLengthOfRandomBytes)
{
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes bytes = random_bytes(size);
        EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        EXPECT_EQ(from_base32(to_base32(bytes)), bytes) << to_hex(bytes);
    }
}

/// Every one of the 256 characters in every place of the text.
template <class Decode>
void expect_alphabet(std::string text, std::string_view alphabet, Decode decode)
{
    ASSERT_TRUE(decode(text));
    for (char& place : text) {
        const char kept = place;
        for (int value = 0; value < 256; ++value) {
            place = static_cast<char>(value);
            EXPECT_EQ(decode(text).has_value(), alphabet.find(place) != std::string_view::npos) << value;
        }
        place = kept;
    }
}

TEST(CodecsTest, AcceptTheirAlphabetAndNothingElse)
{
    expect_alphabet("0123456789ab", "0123456789abcdefABCDEF", from_hex);
    expect_alphabet("ABCDabcd", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                    [](const std::string& text) { return from_base64(text + "AAAA"); });
    expect_alphabet("ABCDEFHH", "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyzILOilo",
                    [](const std::string& text) { return from_base32(text); });
}

TEST(TextTest, KeepsZeroBytes)
{
    const std::string text{"a\0b", 3};
    EXPECT_EQ(text_of(bytes_of(text)), text);
    EXPECT_TRUE(bytes_of("").empty());
}

} // namespace
} // namespace papervault::crypto
