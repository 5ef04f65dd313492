#include "support.hpp"

#include <papervault/crypto/mnemonic.hpp>
#include <papervault/crypto/random.hpp>

#include "../../crypto/src/slip39/word_list.hpp"
#include "../../crypto/src/slip39/words.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace papervault::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SecretBuffer secret_text(std::string_view text)
{
    return SecretBuffer::copy_of(bytes_of(text));
}

/// No rounds to speak of: these tests are not about the cost of guessing.
MnemonicPlan quick(std::vector<MnemonicGroup> groups, int group_threshold = 1)
{
    return {
        .groups = std::move(groups), .group_threshold = group_threshold, .iteration_exponent = 0, .extendable = true};
}

std::vector<std::string> sheets_of(const SecretBuffer& secret, const MnemonicPlan& plan,
                                   std::string_view passphrase = "")
{
    const auto shares = split_into_mnemonics(secret, secret_text(passphrase), plan);
    if (!shares) { throw std::runtime_error{shares.error().detail}; }
    std::vector<std::string> sheets;
    for (const MnemonicShare& share : *shares) { sheets.push_back(text_of(mnemonic_words(share).expose())); }
    return sheets;
}

Result<void> give(MnemonicCollector& collector, std::string_view sheet)
{
    auto share = mnemonic_share(bytes_of(sheet));
    if (!share) { return std::unexpected{share.error()}; }
    return collector.add(std::move(*share));
}

Result<SecretBuffer> recover(const std::vector<std::string>& sheets, std::string_view passphrase = "")
{
    MnemonicCollector collector;
    for (const std::string& sheet : sheets) {
        if (auto given = give(collector, sheet); !given) { return std::unexpected{given.error()}; }
    }
    return collector.recover(secret_text(passphrase));
}

std::vector<std::string> words_of(const std::string& sheet)
{
    std::vector<std::string> words;
    for (const ByteView word : slip39::split_words(bytes_of(sheet))) { words.push_back(text_of(word)); }
    return words;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) { text += (text.empty() ? "" : " ") + word; }
    return text;
}

TEST(MnemonicWordListTest, IsTheOneOfTheStandard)
{
    std::string all;
    std::set<std::string_view> beginnings;
    for (const std::string_view word : slip39::word_list) {
        all += std::string{word} + "\n";
        beginnings.insert(word.substr(0, 4));
    }
    EXPECT_EQ(beginnings.size(), 1024U);
    EXPECT_TRUE(std::ranges::is_sorted(slip39::word_list));
    // SHA-256 of wordlist.txt as it is published in satoshilabs/slips.
    EXPECT_EQ(sha256(bytes_of(all)).hex(), "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3");
}

TEST(MnemonicWordListTest, EveryWordIsFoundUnderItsNumberAndNoOther)
{
    for (std::uint16_t i = 0; i < slip39::list_size; ++i) {
        const auto word = slip39::word_list.at(i);
        EXPECT_EQ(slip39::index_of(slip39::word_at(i)), i);
        EXPECT_EQ(slip39::index_of(slip39::pack(bytes_of(word))), i);
    }
    for (const char* none : {"", "aca", "academi", "academicc", "acadamic", "academic1", "zzzz",
                             "\xc3\xa4"
                             "cid"}) {
        EXPECT_EQ(slip39::index_of(slip39::pack(bytes_of(none))), slip39::list_size) << none;
    }
}

class MnemonicSizeTest : public testing::TestWithParam<std::size_t> {};

TEST_P(MnemonicSizeTest, AnyTwoOfThreeSheetsGiveTheSecret)
{
    const SecretBuffer secret = random_secret(GetParam());
    const auto sheets = sheets_of(secret, quick({{2, 3}}), "correct horse");
    ASSERT_EQ(sheets.size(), 3U);
    EXPECT_EQ(words_of(sheets[0]).size(), 7 + (GetParam() * 8 + 9) / 10);
    for (const auto& [one, other] : {std::pair{0, 1}, {0, 2}, {2, 1}}) {
        const auto back =
            recover({sheets[static_cast<std::size_t>(one)], sheets[static_cast<std::size_t>(other)]}, "correct horse");
        ASSERT_TRUE(back) << back.error().detail;
        EXPECT_TRUE(equal_in_constant_time(*back, secret));
    }
    EXPECT_TRUE(equal_in_constant_time(recover(sheets, "correct horse").value(), secret)) << "all three agree";
    for (const std::string& sheet : sheets) {
        EXPECT_THAT(recover({sheet}, "correct horse"), IsRefusedWith(CryptoError::quorum_incomplete));
    }
}

TEST_P(MnemonicSizeTest, AWrongPassphraseGivesAnotherSecret)
{
    const SecretBuffer secret = random_secret(GetParam());
    const auto sheets = sheets_of(secret, quick({{1, 1}}), "right");
    for (const char* wrong : {"", "Right", "right ", "wrong"}) {
        const auto other = recover(sheets, wrong);
        ASSERT_TRUE(other);
        EXPECT_FALSE(equal_in_constant_time(*other, secret)) << wrong;
    }
}

INSTANTIATE_TEST_SUITE_P(Bytes, MnemonicSizeTest, testing::Values(16, 18, 26, 32, 50, 62, 64),
                         testing::PrintToStringParamName());

TEST(MnemonicTest, RefusesSecretsPlansAndPassphrasesOutOfRange)
{
    const SecretBuffer none = secret_text("");
    for (const std::size_t size : {0U, 14U, 15U, 17U, 63U, 65U, 66U}) {
        EXPECT_THAT(split_into_mnemonics(SecretBuffer{size}, none, quick({{2, 3}})),
                    IsRefusedWith(CryptoError::malformed))
            << size;
    }
    const SecretBuffer secret = random_secret(32);
    for (const auto& groups : {std::vector<MnemonicGroup>{},
                               {{0, 3}},
                               {{4, 3}},
                               {{2, 17}},
                               {{1, 2}},
                               {{-1, 2}},
                               std::vector<MnemonicGroup>(17, MnemonicGroup{1, 1})}) {
        EXPECT_THAT(split_into_mnemonics(secret, none, quick(groups)), IsRefusedWith(CryptoError::malformed));
    }
    for (const int group_threshold : {-1, 0, 3}) {
        EXPECT_THAT(split_into_mnemonics(secret, none, quick({{2, 3}, {1, 1}}, group_threshold)),
                    IsRefusedWith(CryptoError::malformed));
    }
    for (const int exponent : {-1, 16}) {
        auto plan = quick({{2, 3}});
        plan.iteration_exponent = exponent;
        EXPECT_THAT(split_into_mnemonics(secret, none, plan), IsRefusedWith(CryptoError::malformed));
    }
    for (const std::string& text : {std::string{"密码"}, std::string{"a\nb"}, std::string(1025, 'x')}) {
        EXPECT_THAT(split_into_mnemonics(secret, secret_text(text), quick({{2, 3}})),
                    IsRefusedWith(CryptoError::malformed));
    }
}

TEST(MnemonicTest, SheetsMayNotChooseHowLongWeWork)
{
    auto plan = quick({{1, 1}});
    plan.iteration_exponent = 2;
    const auto sheet = sheets_of(random_secret(16), plan);
    MnemonicCollector collector;
    ASSERT_TRUE(give(collector, sheet.front()));
    EXPECT_THAT(collector.recover(secret_text(""), 1), IsRefusedWith(CryptoError::too_large));
    EXPECT_TRUE(collector.recover(secret_text(""), 2));
}

TEST(MnemonicTest, CaseAndWhiteSpaceDoNotMatter)
{
    const SecretBuffer secret = random_secret(32);
    std::string sheet = sheets_of(secret, quick({{1, 1}})).front();
    std::ranges::transform(sheet, sheet.begin(), [](char c) { return c == ' ' ? '\n' : static_cast<char>(c & ~0x20); });
    const auto back = recover({"\r\n\t " + sheet + "\v\f "});
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_TRUE(equal_in_constant_time(*back, secret));
}

TEST(MnemonicTest, NamesTheWordThatIsUnknownAndWhatItLooksLike)
{
    auto words = words_of(sheets_of(random_secret(32), quick({{1, 1}})).front());
    words[6] = "acadmeic";
    words[11] = "drgaon";
    words[20] = "zzzzzz";
    const std::string sheet = joined(words);
    const auto refused = mnemonic_share(bytes_of(sheet));
    ASSERT_THAT(refused, IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(refused.error().detail, HasSubstr("word 7 "));
    EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("acadmeic"))) << "no word in an error";
    const auto unknown = unknown_mnemonic_words(bytes_of(sheet));
    ASSERT_EQ(unknown.size(), 3U);
    EXPECT_EQ(unknown[0].number, 7U);
    EXPECT_EQ(unknown[0].nearest.front(), "academic");
    EXPECT_EQ(unknown[1].number, 12U);
    EXPECT_EQ(unknown[1].nearest.front(), "dragon");
    EXPECT_TRUE(unknown[2].nearest.empty());
    EXPECT_THAT(slip39::nearest_words(bytes_of("acad")), ElementsAre("academic")) << "four letters are enough";
    EXPECT_TRUE(slip39::nearest_words(bytes_of(std::string(4000, 'a'))).empty());
    EXPECT_TRUE(suspicious_mnemonic_word(bytes_of(sheet)) == std::nullopt);
}

// The code finds every error in up to three words: each single wrong word of a sheet is refused, and its place is told.
TEST(MnemonicTest, TellsWhichOneWordIsWrong)
{
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random{seed};
    const auto right = words_of(sheets_of(random_secret(64), quick({{1, 1}})).front());
    for (std::size_t at = 0; at < right.size(); ++at) {
        auto words = right;
        while (words[at] == right[at]) { words[at] = slip39::word_list.at(random() % slip39::list_size); }
        const std::string sheet = joined(words);
        ASSERT_THAT(mnemonic_share(bytes_of(sheet)), IsRefusedWith(CryptoError::malformed)) << at;
        EXPECT_EQ(suspicious_mnemonic_word(bytes_of(sheet)), at + 1);
    }
    EXPECT_EQ(suspicious_mnemonic_word(bytes_of(joined(right))), std::nullopt) << "nothing is wrong";
}

TEST(MnemonicTest, RefusesWordsThatChangedPlacesAndMissingOrDoubledOnes)
{
    const auto right = words_of(sheets_of(random_secret(32), quick({{1, 1}})).front());
    for (std::size_t at = 0; at + 1 < right.size(); ++at) {
        auto words = right;
        std::swap(words[at], words[at + 1]);
        if (words != right) { EXPECT_FALSE(mnemonic_share(bytes_of(joined(words)))) << at; }
        words = right;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(mnemonic_share(bytes_of(joined(words)))) << at;
        words = right;
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), right[at]);
        EXPECT_FALSE(mnemonic_share(bytes_of(joined(words)))) << at;
    }
    EXPECT_THAT(mnemonic_share(bytes_of("")), IsRefusedWith(CryptoError::malformed));
    EXPECT_THAT(mnemonic_share(bytes_of(joined(std::vector<std::string>(60, "academic")))),
                IsRefusedWith(CryptoError::too_large));
    EXPECT_THAT(mnemonic_share(bytes_of(std::string(mnemonic_text_bytes_max + 1, ' '))),
                IsRefusedWith(CryptoError::too_large));
}

TEST(MnemonicCollectorTest, CountsGroupsAndSaysWhatIsMissing)
{
    const SecretBuffer secret = random_secret(64);
    const auto sheets = sheets_of(secret, quick({{1, 1}, {2, 3}, {3, 5}}, 2)); // 0 | 1 2 3 | 4 5 6 7 8
    MnemonicCollector collector;
    EXPECT_EQ(collector.groups_needed(), 0);
    EXPECT_FALSE(collector.complete());
    ASSERT_TRUE(give(collector, sheets[5]));
    ASSERT_TRUE(give(collector, sheets[3]));
    EXPECT_EQ(collector.groups_needed(), 2);
    const auto groups = collector.groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].index, 1);
    EXPECT_EQ(groups[0].given, 1);
    EXPECT_EQ(groups[0].needed, 2);
    EXPECT_EQ(groups[1].needed, 3);
    ASSERT_TRUE(give(collector, sheets[1]));
    EXPECT_FALSE(collector.complete());
    EXPECT_THAT(collector.recover(secret_text("")), IsRefusedWith(CryptoError::quorum_incomplete));
    ASSERT_TRUE(give(collector, sheets[0]));
    EXPECT_TRUE(collector.complete()) << "two groups are whole; a third one is begun and does no harm";
    EXPECT_TRUE(equal_in_constant_time(collector.recover(secret_text("")).value(), secret));
}

TEST(MnemonicCollectorTest, RefusesDoubledForeignAndContradictingSheetsAndKeepsTheOthers)
{
    const SecretBuffer secret = random_secret(32);
    const auto sheets = sheets_of(secret, quick({{2, 3}}));
    const auto foreign = sheets_of(secret, quick({{2, 3}}));
    MnemonicCollector collector;
    ASSERT_TRUE(give(collector, sheets[0]));
    EXPECT_THAT(give(collector, sheets[0]), IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_THAT(give(collector, sheets[0]).error().detail, HasSubstr("sheet 1 was given already"));
    EXPECT_THAT(give(collector, foreign[1]), IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_THAT(give(collector, foreign[1]).error().detail, HasSubstr("another backup"));

    auto contradicting = mnemonic_share(bytes_of(sheets[1])).value();
    contradicting.member_threshold = 3;
    EXPECT_THAT(collector.add(std::move(contradicting)), IsRefusedWith(CryptoError::share_mismatch));
    auto impostor = mnemonic_share(bytes_of(sheets[0])).value();
    impostor.share.value.expose()[0] ^= std::byte{1};
    const auto refused = collector.add(std::move(impostor));
    EXPECT_THAT(refused, IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_THAT(refused.error().detail, HasSubstr("other words"));

    ASSERT_TRUE(give(collector, sheets[2]));
    EXPECT_TRUE(equal_in_constant_time(collector.recover(secret_text("")).value(), secret));
}

TEST(MnemonicCollectorTest, NoticesAnAlteredSheetAndNamesItsGroup)
{
    const auto sheets = sheets_of(random_secret(32), quick({{1, 1}, {2, 2}}, 2));
    MnemonicCollector collector;
    ASSERT_TRUE(give(collector, sheets[0]));
    ASSERT_TRUE(give(collector, sheets[1]));
    auto altered = mnemonic_share(bytes_of(sheets[2])).value();
    altered.share.value.expose()[7] ^= std::byte{0x40};
    ASSERT_TRUE(collector.add(std::move(altered)));
    const auto refused = collector.recover(secret_text(""));
    EXPECT_THAT(refused, IsRefusedWith(CryptoError::share_mismatch));
    EXPECT_THAT(refused.error().detail, HasSubstr("group 2"));
}

// K1 on paper: one sheet of two says nothing. Each of 40 splits of one secret has its own sheets.
TEST(MnemonicCollectorTest, OneSheetOfTwoIsDifferentEveryTime)
{
    const SecretBuffer secret = test_only_secret(16, 0x5a);
    std::set<std::string> values;
    for (int i = 0; i < 40; ++i) {
        values.insert(hex_of(mnemonic_share(bytes_of(sheets_of(secret, quick({{2, 2}}))[1])).value().share.value));
    }
    EXPECT_EQ(values.size(), 40U);
}

} // namespace
} // namespace papervault::crypto
