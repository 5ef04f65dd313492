#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/sitting.hpp>
#include <papervault/vault/answers.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace papervault::vault::test {
namespace {

class AnswersTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const People people{2, 2};
    const SealedPackage sealed = seal(people, small_contents(), folder.path());
    const PackageReader package = open_package(sealed.file);
    const std::filesystem::path file = folder / "answers.pva";

    [[nodiscard]] std::string receipt(const AnswerSheet& sheet) const
    {
        engine::CandidateState state;
        state.candidate.ticket = sheet.ticket;
        state.candidate.form_id = sheet.form_id;
        for (const auto& [item, response] : sheet.responses) { state.answers[item].response = response; }
        return receipt_of(engine::sheet_text(state, package.header().package_id));
    }

    /// One candidate handed in, one was absent.
    [[nodiscard]] AnswersFile sample() const
    {
        AnswersFile answers{.package_id = package.header().package_id,
                            .package_digest = package.digest(),
                            .batch_id = package.header().batch.id,
                            .hall_id = people.hall.card().id(),
                            .started_at = time_of("2026-11-21T09:00:00.000Z"),
                            .ended_at = time_of("2026-11-21T11:00:00.000Z"),
                            .sealed_at = time_of("2026-11-21T11:05:00.000Z"),
                            .journal_records = 2,
                            .journal_head = crypto::blake2b(crypto::bytes_of("last record")),
                            .sheets = {},
                            .journal = "{\"n\":1}\n{\"n\":2}\n"};
        AnswerSheet present{.ticket = "T0001",
                            .form_id = "A",
                            .seat = 7,
                            .phase = engine::CandidatePhase::handed_in,
                            .responses = {{"item-1", {"A", "C"}}, {"item-2", {"三角函数\n\"π\""}}},
                            .receipt = {}};
        present.receipt = receipt(present);
        answers.sheets = {present,
                          {.ticket = "T0002",
                           .form_id = "S1",
                           .seat = 8,
                           .phase = engine::CandidatePhase::absent,
                           .responses = {},
                           .receipt = {}}};
        return answers;
    }
    [[nodiscard]] Result<AnswersFile> seal_and_open(const AnswersFile& answers,
                                                    const std::filesystem::path& place) const
    {
        auto sealed_answers = seal_answers(answers, people.hall, people.office.card(), place);
        if (!sealed_answers) { return std::unexpected{sealed_answers.error()}; }
        return open_answers(place, package, people.office);
    }
};

TEST_F(AnswersTest, RoundTrip)
{
    const AnswersFile answers = sample();
    const auto opened = seal_and_open(answers, file);
    ASSERT_THAT(opened, Succeeds());
    EXPECT_EQ(opened->package_id, answers.package_id);
    EXPECT_EQ(opened->package_digest, answers.package_digest);
    EXPECT_EQ(opened->batch_id, answers.batch_id);
    EXPECT_EQ(opened->hall_id, answers.hall_id);
    EXPECT_EQ(opened->started_at, answers.started_at);
    EXPECT_EQ(opened->ended_at, answers.ended_at);
    EXPECT_EQ(opened->sealed_at, answers.sealed_at);
    EXPECT_EQ(opened->journal_records, 2U);
    EXPECT_EQ(opened->journal_head, answers.journal_head);
    EXPECT_EQ(opened->journal, answers.journal);
    ASSERT_EQ(opened->sheets.size(), 2U);
    EXPECT_EQ(opened->sheets[0].ticket, "T0001");
    EXPECT_EQ(opened->sheets[0].form_id, "A");
    EXPECT_EQ(opened->sheets[0].seat, 7);
    EXPECT_EQ(opened->sheets[0].phase, engine::CandidatePhase::handed_in);
    EXPECT_EQ(opened->sheets[0].responses, answers.sheets[0].responses);
    EXPECT_EQ(opened->sheets[0].receipt, answers.sheets[0].receipt);
    EXPECT_EQ(opened->sheets[1].phase, engine::CandidatePhase::absent);
}

TEST_F(AnswersTest, ReceiptIsTwelveLettersInGroupsOfFour)
{
    const auto text = receipt_of("sheet");
    EXPECT_THAT(text, testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"));
    EXPECT_NE(text, receipt_of("sheet "));
}

TEST_F(AnswersTest, NothingOfTheAnswersIsInTheClear)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    const std::string bytes = crypto::text_of(content_of(file));
    for (const auto* canary : {"T0001", "item-1", "三角函数", "\"n\":1"}) {
        EXPECT_EQ(bytes.find(canary), std::string::npos) << canary;
    }
}

TEST_F(AnswersTest, NeverOverwrites)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    const auto before = content_of(file);
    EXPECT_THAT(seal_answers(sample(), people.hall, people.office.card(), file),
                RefusesWith(VaultError::already_exists));
    EXPECT_EQ(content_of(file), before);
}

TEST_F(AnswersTest, OnlyThePackagesOfficeOpens)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    const Identity other = Identity::generate("office");
    EXPECT_THAT(open_answers(file, package, other), RefusesWith(VaultError::wrong_host));
    EXPECT_THAT(open_answers(file, package, people.hall), RefusesWith(VaultError::wrong_host));
    ASSERT_THAT(seal_answers(sample(), people.hall, other.card(), folder / "elsewhere"), Succeeds());
    EXPECT_THAT(open_answers(folder / "elsewhere", package, people.office), RefusesWith(VaultError::wrong_host));
}

TEST_F(AnswersTest, AnswersOfAnotherPackageAreRefused)
{
    const auto other = open_package(seal(people, small_contents(), folder.path(), "other.pvp").file);
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    EXPECT_THAT(open_answers(file, other, people.office), RefusesWith(VaultError::wrong_batch));
    auto answers = sample();
    answers.package_digest = other.digest();
    EXPECT_THAT(seal_and_open(answers, folder / "digest"), RefusesWith(VaultError::wrong_batch));
    answers = sample();
    answers.batch_id = "2026-12-HG4-01";
    EXPECT_THAT(seal_and_open(answers, folder / "batch"), RefusesWith(VaultError::wrong_batch));
}

TEST_F(AnswersTest, OnlyThePackagesHallSeals)
{
    const Identity other = Identity::generate("hall-302");
    EXPECT_THAT(seal_answers(sample(), other, people.office.card(), file), RefusesWith(VaultError::wrong_host));
    auto answers = sample();
    answers.hall_id = other.card().id();
    ASSERT_THAT(seal_answers(answers, other, people.office.card(), file), Succeeds());
    EXPECT_THAT(open_answers(file, package, people.office), RefusesWith(VaultError::wrong_host));

    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), folder / "forged"), Succeeds());
    auto anatomy = take_apart(content_of(folder / "forged"));
    sign_again(anatomy, {{people.hall.card().id(), &other}}, "papervault.answers.v1");
    overwrite(folder / "forged", put_together(anatomy));
    EXPECT_THAT(open_answers(folder / "forged", package, people.office), RefusesWith(VaultError::signature_invalid));
    sign_again(anatomy, {{people.hall.card().id(), &people.hall}}, "papervault.package.v1");
    overwrite(folder / "forged", put_together(anatomy));
    EXPECT_THAT(open_answers(folder / "forged", package, people.office), RefusesWith(VaultError::signature_invalid));
    sign_again(anatomy, {{people.hall.card().id(), &people.hall}, {people.hall.card().id(), &people.hall}},
               "papervault.answers.v1");
    overwrite(folder / "forged", put_together(anatomy));
    EXPECT_THAT(open_answers(folder / "forged", package, people.office), RefusesWith(VaultError::signature_invalid));
    sign_again(anatomy, {{people.hall.card().id(), &people.hall}}, "papervault.answers.v1");
    overwrite(folder / "forged", put_together(anatomy));
    EXPECT_THAT(open_answers(folder / "forged", package, people.office), Succeeds());
}

TEST_F(AnswersTest, P1_EveryFlippedBitIsRefused)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    const auto sound = content_of(file);
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    const auto put = [&stream](std::size_t at, std::byte value) {
        stream.seekp(static_cast<std::streamoff>(at));
        stream.put(static_cast<char>(value));
        stream.flush();
    };
    for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
        put(bit / 8, sound[bit / 8] ^ std::byte{static_cast<unsigned char>(1U << (bit % 8))});
        ASSERT_FALSE(open_answers(file, package, people.office).has_value()) << "bit " << bit;
        put(bit / 8, sound[bit / 8]);
    }
    EXPECT_THAT(open_answers(file, package, people.office), Succeeds());
}

TEST_F(AnswersTest, P2_EveryTruncationAndAppendedByteIsRefused)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    const auto size = std::filesystem::file_size(file);
    std::filesystem::resize_file(file, size + 1);
    EXPECT_THAT(open_answers(file, package, people.office), RefusesWith(VaultError::malformed));
    for (auto length = size; length-- > 0;) {
        std::filesystem::resize_file(file, length);
        ASSERT_THAT(open_answers(file, package, people.office), RefusesWith(VaultError::malformed)) << length;
    }
}

TEST_F(AnswersTest, P3_CompartmentsOfTwoFilesDoNotMix)
{
    const auto first = sample();
    auto second = sample();
    second.journal = "{\"n\":1}\n{\"n\":9}\n";
    ASSERT_THAT(seal_answers(first, people.hall, people.office.card(), file), Succeeds());
    ASSERT_THAT(seal_answers(second, people.hall, people.office.card(), folder / "second"), Succeeds());
    auto mixed = take_apart(content_of(file));
    const auto other = take_apart(content_of(folder / "second"));
    const auto journal = static_cast<std::ptrdiff_t>(second.journal.size() + 16);
    std::copy(other.body.end() - journal, other.body.end(), mixed.body.end() - journal);
    overwrite(file, put_together(mixed));
    EXPECT_THAT(open_answers(file, package, people.office), RefusesWith(VaultError::authentication_failed));
}

TEST_F(AnswersTest, SheetsThatContradictThemselvesAreNotSealed)
{
    const std::vector<std::function<void(AnswersFile&)>> mistakes{
        [](AnswersFile& answers) { answers.sheets[1].ticket = answers.sheets[0].ticket; },
        [](AnswersFile& answers) { answers.sheets[0].phase = engine::CandidatePhase::working; },
        [](AnswersFile& answers) { answers.sheets[0].responses["item-1"] = {"B"}; },
        [](AnswersFile& answers) { answers.sheets[0].receipt = "0000-0000-0000"; },
        [](AnswersFile& answers) { answers.sheets[0].receipt.clear(); },
        [](AnswersFile& answers) { answers.sheets[1].receipt = "0000-0000-0000"; },
        [](AnswersFile& answers) { answers.sheets[1].responses["item-1"] = {"A"}; },
        [](AnswersFile& answers) { answers.journal_records = 3; },
        [](AnswersFile& answers) { answers.journal += "{}\n"; },
        [](AnswersFile& answers) { answers.ended_at = answers.started_at - std::chrono::seconds{1}; },
        [](AnswersFile& answers) { answers.sealed_at = answers.started_at; },
        [](AnswersFile& answers) { answers.package_id = "x"; },
    };
    for (std::size_t i = 0; i < mistakes.size(); ++i) {
        auto answers = sample();
        mistakes[i](answers);
        EXPECT_THAT(seal_answers(answers, people.hall, people.office.card(), file), RefusesWith(VaultError::malformed))
            << "mistake " << i;
    }
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(AnswersTest, SheetsThatDoNotFitThePackageAreRefused)
{
    auto answers = sample();
    answers.sheets.pop_back();
    EXPECT_THAT(seal_and_open(answers, folder / "one missing"), RefusesWith(VaultError::malformed));
    answers = sample();
    answers.sheets[1].form_id = "Z";
    EXPECT_THAT(seal_and_open(answers, folder / "foreign form"), RefusesWith(VaultError::malformed));
}

TEST_F(AnswersTest, JournalMayLackItsLastLineFeed)
{
    auto answers = sample();
    answers.journal.pop_back();
    EXPECT_THAT(seal_and_open(answers, file), Succeeds());
}

} // namespace
} // namespace papervault::vault::test
