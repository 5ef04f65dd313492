#include "texts/sentences.hpp"

#include <papervault/vault/texts.hpp>

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace papervault::vault {
namespace {

std::vector<Translation> every_sentence()
{
    std::vector<Translation> all;
    for (const auto table : {sentences_of_identities(), sentences_of_files(), sentences_of_draws(),
                             sentences_of_packages(), sentences_of_records()}) {
        all.insert(all.end(), table.begin(), table.end());
    }
    return all;
}

std::string chinese(std::string_view detail)
{
    return detail_text(detail, Language::chinese);
}

TEST(DetailTextTest, TellsASentenceWithItsValues)
{
    EXPECT_EQ(chinese("1 of 2 shares are there"), "已到 1 份，需要 2 份");
    EXPECT_EQ(chinese("form A was issued in package 80d9 before; a paper serves one batch only (B2). Draw a new one."),
              "卷 A 曾随试卷包 80d9 发出；一卷只用于一批（B2）。请重新抽卷。");
}

TEST(DetailTextTest, PutsValuesInTheOrderOfTheChinese)
{
    EXPECT_EQ(chinese("form A of draw D0 has not been proof-read: 'papervault draw proof' (B7)"),
              "抽卷 D0 的卷 A 尚未校对：请执行 papervault draw proof（B7）");
}

TEST(DetailTextTest, TellsWhatIsWrongInsideAPlace)
{
    EXPECT_EQ(chinese("answers: 考场301 does not open"), "答卷：考场301 打不开");
    EXPECT_EQ(chinese("/a/b.csv: line 7: the file is empty"), "/a/b.csv：第 7 行：文件是空的");
}

TEST(DetailTextTest, TellsWhatTheSystemSays)
{
    EXPECT_EQ(chinese("cannot open /x: No such file or directory"), "无法打开 /x：没有这个文件或文件夹");
}

TEST(DetailTextTest, PrefersTheSentenceWithMostWordsOfItsOwn)
{
    EXPECT_EQ(chinese("the package is sealed for 甲, this is 乙"), "试卷包是为 甲 封装的，这里是 乙");
}

TEST(DetailTextTest, LeavesWhatNobodyTranslatedAndEveryEnglishTextAlone)
{
    EXPECT_EQ(chinese("colourless green ideas"), "colourless green ideas");
    EXPECT_EQ(chinese(""), "");
    EXPECT_EQ(chinese("{}"), "{}");
    EXPECT_EQ(detail_text("1 of 2 shares are there", Language::english), "1 of 2 shares are there");
}

TEST(DetailTextTest, TellsInstantsInTheZoneOfTheMachine)
{
    ASSERT_EQ(::setenv("TZ", "Asia/Shanghai", 1), 0); // NOLINT(concurrency-mt-unsafe): one thread
    ::tzset();
    EXPECT_EQ(chinese("the package opens from 2026-11-21T18:45:18.000Z"), "试卷包自 2026-11-22 02:45:18 起方可开启");
    EXPECT_EQ(detail_text("until 2026-11-21T18:45:18Z.", Language::english), "until 2026-11-22 02:45:18.");
    EXPECT_EQ(detail_text("2026-99-21T18:45:18Z", Language::english), "2026-99-21T18:45:18Z");
    EXPECT_EQ(detail_text("2026-11-21T18:45:18", Language::english), "2026-11-21T18:45:18");
    ASSERT_EQ(::unsetenv("TZ"), 0); // NOLINT(concurrency-mt-unsafe): one thread
    ::tzset();
}

TEST(DetailTextTest, EndsOnTextsMadeToTakeLong)
{
    std::string hostile;
    for (int i = 0; i < 38; ++i) { hostile += ": , of  (\'\'): line "; }
    EXPECT_FALSE(chinese(hostile).empty());
}

TEST(FailureTextTest, PutsTheHeadlineBeforeTheDetail)
{
    const VaultFailure failure{VaultError::quorum_incomplete, "1 of 2 shares are there"};
    EXPECT_EQ(failure_text(failure, Language::chinese), "人数不足，不能开启：已到 1 份，需要 2 份");
    EXPECT_EQ(failure_text(failure, Language::english), "quorum incomplete: 1 of 2 shares are there");
}

TEST(HeadlineTest, ExistsForEveryCodeAndCodesComeBackFromTheirTexts)
{
    for (int i = 0; i <= static_cast<int>(VaultError::pin_locked); ++i) {
        const auto code = static_cast<VaultError>(i);
        EXPECT_NE(headline(code, Language::chinese), to_text(code)) << to_text(code);
        EXPECT_EQ(error_from_text(to_text(code)), code);
    }
    EXPECT_EQ(error_from_text("unknown"), std::nullopt);
}

TEST(SentencesTest, EachStandsOnceAndHasAsManyValuesInBothLanguages)
{
    std::set<std::string_view> seen;
    for (const Translation& sentence : every_sentence()) {
        EXPECT_TRUE(seen.insert(sentence.english).second) << sentence.english;
        const std::string english{sentence.english}, text{sentence.chinese};
        const std::regex hole{R"(\{\d?\})"};
        const auto holes = [&](const std::string& s) {
            return std::distance(std::sregex_iterator{s.begin(), s.end(), hole}, std::sregex_iterator{});
        };
        EXPECT_EQ(holes(english), holes(text)) << english;
    }
}

/// All string literals of the programs' sources, those that stand side by side joined.
std::string literals_of_the_sources()
{
    std::string all;
    for (const char* module : {"engine/src", "vault/src", "server/src"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator{std::filesystem::path{PAPERVAULT_SOURCE_DIR} / module}) {
            if (!entry.is_regular_file() || entry.path().parent_path().filename() == "texts" ||
                entry.path().filename() == "texts.cpp") {
                continue;
            }
            std::ifstream file{entry.path()};
            std::string text{std::istreambuf_iterator<char>{file}, {}};
            bool inside = false;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (inside && text[i] == '\\' && i + 1 < text.size()) {
                    all += text[++i];
                } else if (text[i] == '"' && !inside && i > 0 && text[i - 1] == '\'') {
                    continue; // the character '"'
                } else if (text[i] == '"') {
                    inside = !inside;
                    if (!inside) {
                        std::size_t next = i + 1;
                        while (next < text.size() && std::isspace(static_cast<unsigned char>(text[next])) != 0) {
                            ++next;
                        }
                        if (next < text.size() && text[next] == '"') {
                            i = next;
                            inside = true;
                        } else {
                            all += '\n';
                        }
                    }
                } else if (inside) {
                    all += text[i];
                }
            }
        }
    }
    return all;
}

TEST(SentencesTest, TranslateWhatTheProgramsReallySay)
{
    const std::string literals = literals_of_the_sources();
    ASSERT_GT(literals.size(), 50'000U);
    for (const Translation& sentence : every_sentence()) {
        std::string_view rest = sentence.english;
        while (!rest.empty()) {
            const std::size_t at = rest.find("{}");
            std::string_view words = rest.substr(0, at);
            while (words.ends_with(' ')) { words.remove_suffix(1); } // "cannot read" and the name it is given
            EXPECT_NE(literals.find(words), std::string::npos)
                << "no source says '" << words << "' of '" << sentence.english << "'";
            rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 2);
        }
    }
}

} // namespace
} // namespace papervault::vault
