#include "print/printed_form.hpp"
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"

#include <papervault/vault/files.hpp>
#include <papervault/vault/paper_backup.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

using testing::HasSubstr;

const crypto::SecretBuffer& no_passphrase()
{
    static const crypto::SecretBuffer none{0};
    return none;
}

class PaperBackupTest : public testing::TestWithParam<crypto::Suite> {
protected:
    const Identity identity = Identity::generate("保管人甲", GetParam());
    const std::vector<PaperSheet> sheets = write_on_paper(identity, 2, 3, no_passphrase()).value();

    [[nodiscard]] Result<Identity> recover(std::initializer_list<std::size_t> chosen,
                                           const ExpectedIdentity& expected) const
    {
        PaperRecovery recovery;
        for (const std::size_t i : chosen) {
            if (auto added = recovery.add(sheets.at(i).words.expose()); !added) {
                return std::unexpected{added.error()};
            }
        }
        return recovery.recover(expected, no_passphrase());
    }
};

TEST_P(PaperBackupTest, AnyTwoOfThreeSheetsGiveTheIdentityBack)
{
    ASSERT_EQ(sheets.size(), 3U);
    for (const auto& chosen : {std::initializer_list<std::size_t>{0, 1}, {2, 0}, {1, 2}, {0, 1, 2}}) {
        const auto back = recover(chosen, expect_card(identity.card()));
        ASSERT_THAT(back, Succeeds());
        EXPECT_EQ(back->card(), identity.card());
        EXPECT_TRUE(crypto::equal_in_constant_time(back->secret(), identity.secret()));
    }
    for (const std::size_t one : {0U, 1U, 2U}) {
        EXPECT_THAT(recover({one}, expect_card(identity.card())), RefusesWith(VaultError::quorum_incomplete));
        EXPECT_EQ(sheets[one].number, static_cast<int>(one) + 1);
    }
}

TEST_P(PaperBackupTest, NobodyElsesIdentityComesOut)
{
    const Identity other = Identity::generate("保管人乙", GetParam());
    EXPECT_THAT(recover({0, 1}, expect_card(other.card())),
                RefusesNaming(VaultError::wrong_passphrase_or_key, "保管人乙"));
    EXPECT_THAT(recover({0, 0}, expect_card(identity.card())), RefusesWith(VaultError::share_invalid));
    const auto others = write_on_paper(other, 2, 3, no_passphrase()).value();
    PaperRecovery mixed;
    ASSERT_THAT(mixed.add(sheets[0].words.expose()), Succeeds());
    EXPECT_THAT(mixed.add(others[1].words.expose()), RefusesNaming(VaultError::share_invalid, "another backup"));
    EXPECT_EQ(mixed.given(), 1);
    EXPECT_EQ(mixed.needed(), 2);
}

INSTANTIATE_TEST_SUITE_P(Suites, PaperBackupTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1),
                         [](const auto& suite) { return std::string{crypto::to_text(suite.param)}; });

TEST(PaperBackupPassphraseTest, IsNeededBesideTheSheets)
{
    const Identity identity = Identity::generate("保管人甲");
    const auto passphrase = crypto::SecretBuffer::copy_of(crypto::bytes_of("paper is not enough"));
    const auto sheets = write_on_paper(identity, 1, 1, passphrase).value();
    PaperRecovery recovery;
    ASSERT_THAT(recovery.add(sheets[0].words.expose()), Succeeds());
    EXPECT_THAT(recovery.recover(expect_card(identity.card()), no_passphrase()),
                RefusesNaming(VaultError::wrong_passphrase_or_key, "another passphrase"));
    EXPECT_THAT(recovery.recover(expect_card(identity.card()), passphrase), Succeeds());
}

TEST(PaperBackupPlanTest, RefusesImpossibleNumbers)
{
    const Identity identity = Identity::generate("保管人甲");
    for (const auto& [needed, sheets] : {std::pair{0, 3}, {4, 3}, {1, 3}, {2, 17}}) {
        EXPECT_THAT(write_on_paper(identity, needed, sheets, no_passphrase()), RefusesWith(VaultError::malformed))
            << needed << " of " << sheets;
    }
}

TEST(IdentitySheetTest, PrintsEveryWordWithItsNumberAndForgetsThemAfterwards)
{
    const Identity identity = Identity::generate("保管人甲");
    const auto sheets = write_on_paper(identity, 2, 3, no_passphrase()).value();
    auto form = print::identity_sheet_form(identity.card(), {.number = 1, .of = 3, .needed = 2},
                                           sheets[0].words.expose(), time_of(when_sealed));
    std::vector<std::string> words(59);
    std::size_t cells = 0;
    for (const auto& row : form.tables.front().rows) {
        for (const std::string& cell : row) {
            if (cell.empty()) { continue; }
            ++cells;
            const auto gap = cell.find("　");
            words.at(static_cast<std::size_t>(std::stoi(cell)) - 1) = cell.substr(gap + std::string_view{"　"}.size());
        }
    }
    EXPECT_EQ(cells, 59U);
    std::string text;
    for (const std::string& word : words) { text += (text.empty() ? "" : " ") + word; }
    EXPECT_EQ(text, crypto::text_of(sheets[0].words.expose()));
    EXPECT_THAT(form.subtitle, HasSubstr("2 张"));

    const auto pdf = print::to_pdf(form);
    ASSERT_THAT(pdf, Succeeds());
    EXPECT_TRUE(crypto::text_of(*pdf).starts_with("%PDF-"));
    if (const char* folder = std::getenv("PAPERVAULT_PRINTS")) {
        ASSERT_THAT(write_file_durably(std::filesystem::path{folder} / "identity-sheet.pdf", *pdf, true), Succeeds());
    }
    print::wipe(form);
    for (const auto& row : form.tables.front().rows) {
        for (const std::string& cell : row) { EXPECT_EQ(cell.find_first_not_of('\0'), std::string::npos); }
    }
}

} // namespace
} // namespace papervault::vault::test
