#include "engine/support.hpp"

#include <papervault/engine/grading.hpp>

namespace papervault::engine {
namespace {

TEST(NormalTextTest, FoldsWidthCaseSpaceAndPunctuation)
{
    EXPECT_EQ(normal_text("ＡＢＣ　１２３"), "abc 123");
    EXPECT_EQ(normal_text("  Three \t\n Phase  "), "three phase");
    EXPECT_EQ(normal_text("电阻，电容。"), "电阻,电容.");
    EXPECT_EQ(normal_text("“安全”；（第一）：！？"), "\"安全\";(第一):!?");
    EXPECT_EQ(normal_text("‘a’、【b】《c》"), "'a',[b]<c>");
    EXPECT_EQ(normal_text("50％"), "50%");
    EXPECT_EQ(normal_text("a\u00a0\u2003b"), "a b");
}

TEST(NormalTextTest, UnifiesMinusSigns)
{
    for (const char* minus : {"-", "\u2212", "\u2013", "\uff0d", "\u2010", "\u2014", "\ufe63"}) {
        EXPECT_EQ(normal_text(std::string{minus} + "5"), "-5");
    }
}

TEST(NormalTextTest, KeepsWhatHasAMeaningOfItsOwn)
{
    for (const char* text : {"3×4", "3✕4", "20℃", "½", "α", "é", "Ω", "你好", "😀", "10㎡", "·"}) {
        EXPECT_EQ(normal_text(text), text);
    }
}

TEST(NormalTextTest, KeepsBytesThatAreNotUtf8)
{
    for (const char* bytes :
         {"\xff", "\xe4\xbd", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "a\xe3\x80z"}) {
        EXPECT_EQ(normal_text(bytes), bytes);
    }
    EXPECT_EQ(normal_text("\xff A \xfe"), "\xff a \xfe");
    EXPECT_EQ(normal_text(std::string("a\0B", 3)), std::string("a\0b", 3));
}

TEST(NormalTextTest, OfNothingButSpaceIsEmpty)
{
    EXPECT_EQ(normal_text(""), "");
    EXPECT_EQ(normal_text(" \t\u3000\n"), "");
}

TEST(NormalTextTest, IsItsOwnNormalForm)
{
    constexpr std::uint64_t seed = 31;
    Chooser chooser{seed};
    constexpr std::array pieces{"Ａ", "　", " ", "。", "“",    "−",      "\xe3", "\x80", "\x82",
                                "汉", "z",  "Z", "…",  "\xff", "\u2028", "\t",   "，"};
    for (int round = 0; round < 5'000; ++round) {
        std::string text;
        for (auto left = chooser.between(0, 12); left > 0; --left) {
            if (chooser.one_in(3)) {
                text += static_cast<char>(chooser.below(256));
            } else {
                text += chooser.of(pieces);
            }
        }
        const std::string normal = normal_text(text);
        ASSERT_EQ(normal_text(normal), normal)
            << "seed " << seed << ", round " << round << ": " << testing::PrintToString(text);
    }
}

} // namespace
} // namespace papervault::engine
