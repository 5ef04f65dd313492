#include "answers/compact_sheets.hpp"
#include "answers/seal_contents.hpp"
#include "vault/ceremony.hpp"
#include "vault/expect.hpp"
#include "vault/journal_of.hpp"
#include "vault/sample_answers.hpp"
#include "vault/surgery.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/engine/sitting.hpp>
#include <papervault/vault/answers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

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
        return receipt_of_sheet(sheet, package.header().package_id);
    }

    /// One candidate handed in, one was absent.
    [[nodiscard]] AnswersFile sample() const
    {
        AnswersFile answers =
            sample_answers(package, people.hall, {{"item-1", {"A", "C"}}, {"item-2", {"三角函数\n\"π\""}}});
        write_journal(answers);
        return answers;
    }
    /// Of version 1, whose journal only its import follows.
    [[nodiscard]] AnswersFile first_version() const
    {
        AnswersFile answers = sample();
        answers.version = 1;
        answers.journal = "{\"n\":1}\n{\"n\":2}\n";
        answers.journal_records = 2;
        return answers;
    }
    /// As a hall that lies: nothing is looked at before it is signed.
    [[nodiscard]] Result<AnswersFile> lie_and_open(const AnswersFile& answers) const
    {
        std::filesystem::remove(file);
        const std::string sheets = crypto::text_of(encode_compact_sheets(answers));
        auto sealed_answers = seal_contents(answers, sheets, people.hall, people.office.card(), file);
        if (!sealed_answers) { return std::unexpected{sealed_answers.error()}; }
        return open_answers(file, package, people.office);
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
    EXPECT_EQ(opened->version, 2);
    EXPECT_EQ(opened->journal_records, answers.journal_records);
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
    for (const auto* canary : {"T0001", "item-1", "三角函数", "answered"}) {
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

/// Of every thirteenth byte one bit, and of a short file of version 1 every bit.
TEST_F(AnswersTest, P1_EveryFlippedBitIsRefused)
{
    ASSERT_THAT(seal_answers(sample(), people.hall, people.office.card(), file), Succeeds());
    auto bytes = content_of(file);
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
        const std::byte before = bytes[at];
        bytes[at] ^= std::byte{static_cast<unsigned char>(1U << (at % 8))};
        overwrite(file, bytes);
        ASSERT_FALSE(open_answers(file, package, people.office).has_value()) << "byte " << at;
        bytes[at] = before;
    }
    std::filesystem::remove(file);
    ASSERT_THAT(seal_answers(first_version(), people.hall, people.office.card(), file), Succeeds());
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
    second.started_at -= std::chrono::seconds{1};
    write_journal(second);
    ASSERT_EQ(second.journal.size(), first.journal.size());
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
        [](AnswersFile& answers) { answers.version = 0; },
        [](AnswersFile& answers) { answers.version = 3; },
        [](AnswersFile& answers) { answers.journal += "{}\n"; },
        [](AnswersFile& answers) { answers.ended_at = answers.started_at - std::chrono::seconds{1}; },
        [](AnswersFile& answers) { answers.sealed_at = answers.started_at; },
        [](AnswersFile& answers) {
            answers.package_id = "x";
            answers.version = 1;
        },
        [](AnswersFile& answers) { answers.sheets[1].seat = 0; },
        [](AnswersFile& answers) { answers.sheets[1].ticket = std::string(33, 'T'); },
        [](AnswersFile& answers) { answers.sheets[1].ticket = "\xFF\xFF\xFF\xFF"; },
        [this](AnswersFile& answers) {
            answers.sheets[0].responses["item-1"] = engine::Response(engine::response_parts_max + 1, "A");
            answers.sheets[0].receipt = receipt(answers.sheets[0]);
        },
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

/// Both versions of the same answers.
TEST_F(AnswersTest, VersionOneIsReadAsVersionTwo)
{
    AnswersFile answers = sample();
    const auto second = seal_and_open(answers, file);
    answers.version = 1;
    const auto first = seal_and_open(answers, folder / "first");
    ASSERT_THAT(first, Succeeds());
    ASSERT_THAT(second, Succeeds());
    EXPECT_EQ(first->version, 1);
    EXPECT_EQ(first->sheets, second->sheets);
    EXPECT_EQ(first->journal, second->journal);
    const std::vector<std::string> items{"item-1", "item-2", "item-3"};
    const auto one = open_answer_columns(folder / "first", package, people.office, items, {});
    const auto two = open_answer_columns(file, package, people.office, items, second->front);
    ASSERT_THAT(one, Succeeds());
    ASSERT_THAT(two, Succeeds());
    EXPECT_EQ(one->tickets, two->tickets);
    EXPECT_EQ(one->form_of, two->form_of);
    for (std::size_t n = 0; n < items.size(); ++n) {
        EXPECT_EQ(one->responses.columns.at(n).distinct, two->responses.columns.at(n).distinct);
        EXPECT_EQ(one->responses.columns.at(n).code, two->responses.columns.at(n).code);
    }
}

TEST_F(AnswersTest, SheetsAreReadAloneOnlyOfTheFileThatWasTakenIn)
{
    const auto taken_in = seal_and_open(sample(), file);
    ASSERT_THAT(taken_in, Succeeds());
    const auto sheets = open_answer_sheets(file, package, people.office, taken_in->front);
    ASSERT_THAT(sheets, Succeeds());
    EXPECT_EQ(sheets->sheets, taken_in->sheets);
    EXPECT_TRUE(sheets->journal.empty());
    // Another file of the same hall, as sound as the first.
    const auto other = seal_and_open(sample(), folder / "other");
    ASSERT_THAT(other, Succeeds());
    EXPECT_THAT(open_answer_sheets(file, package, people.office, other->front), RefusesWith(VaultError::chain_broken));
    EXPECT_THAT(open_answer_sheets(file, package, people.office, {}), RefusesWith(VaultError::chain_broken));
    EXPECT_THAT(open_answer_columns(file, package, people.office, {}, other->front),
                RefusesWith(VaultError::chain_broken));
}

/// "The answer graded is the answer given": a hall that lies signs sheets, receipts and all.
TEST_F(AnswersTest, J9_AnAnswerThatTheJournalDoesNotTellOfIsRefusedByCandidateAndItem)
{
    struct Lie {
        std::function<void(AnswersFile&)> tell;
        std::string named;
    };
    const std::vector<Lie> lies{
        {[](AnswersFile& answers) { answers.sheets[0].responses["item-1"] = {"A"}; },
         "ticket T0001: item item-1: not the answer of journal record 4"},
        {[](AnswersFile& answers) { answers.sheets[0].responses["item-0"] = {"A"}; },
         "ticket T0001: item item-0: the journal knows no such answer"},
        {[](AnswersFile& answers) { answers.sheets[0].responses["item-9"] = {"A"}; },
         "ticket T0001: item item-9: the journal knows no such answer"},
        {[](AnswersFile& answers) { answers.sheets[0].responses.erase("item-2"); },
         "ticket T0001: item item-2: the answer of journal record 5 is missing"},
        {[](AnswersFile& answers) { answers.sheets[0].responses.erase("item-1"); },
         "ticket T0001: item item-1: the answer of journal record 4 is missing"},
        {[](AnswersFile& answers) { answers.sheets[0].seat = 9; }, "ticket T0001: the journal knows another seat"},
        {[](AnswersFile& answers) { answers.sheets[0].ticket = "T0009"; }, "ticket T0001 has no sheet"},
        {[](AnswersFile& answers) { answers.sheets[1].phase = engine::CandidatePhase::handed_in; },
         "ticket T0002: handed in by the sheet, not by the journal"},
        {[](AnswersFile& answers) {
             answers.sheets[0].phase = engine::CandidatePhase::absent;
             answers.sheets[0].responses.clear();
         },
         "ticket T0001: handed in by the journal, absent by the sheet"},
    };
    for (const auto& [tell, named] : lies) {
        AnswersFile answers = sample();
        tell(answers);
        for (AnswerSheet& sheet : answers.sheets) {
            sheet.receipt = sheet.phase == engine::CandidatePhase::absent ? "" : receipt(sheet);
        }
        const auto opened = lie_and_open(answers);
        ASSERT_THAT(opened, RefusesWith(VaultError::malformed)) << named;
        EXPECT_THAT(opened.error().detail, testing::HasSubstr(named));
        EXPECT_THAT(seal_answers(answers, people.hall, people.office.card(), folder / "honest"),
                    RefusesWith(VaultError::malformed));
    }
    AnswersFile answers = sample();
    answers.sheets[0].receipt = "0000-0000-0001";
    const auto opened = lie_and_open(answers);
    ASSERT_THAT(opened, RefusesWith(VaultError::malformed)) << "the receipt alone";
    EXPECT_THAT(opened.error().detail, testing::HasSubstr("T0001"));
    EXPECT_THAT(lie_and_open(sample()), Succeeds()) << "and an honest one is taken";
}

/// Entries of the hall's journal that were changed, cut, exchanged or doubled.
TEST_F(AnswersTest, J4_TheChainOfTheJournalIsFollowed)
{
    using Lines = std::vector<std::string>;
    struct Damage {
        std::function<void(Lines&)> make;
        std::string named;
        VaultError code = VaultError::chain_broken;
    };
    const auto replace = [](std::string& text, std::string_view before, std::string_view after) {
        text.replace(text.find(before), before.size(), after);
    };
    const std::vector<Damage> damages{
        {[&](Lines& lines) { replace(lines[3], "\\\"A\\\"", "\\\"B\\\""); }, "journal record 4: its hash doesn't fit"},
        {[&](Lines& lines) { replace(lines[3], "09:00:00.000Z", "09:00:00.001Z"); },
         "journal record 4: its hash doesn't fit"},
        {[](Lines& lines) { lines[2].replace(9, 4, "0000"); }, "journal record 3: its hash doesn't fit"},
        {[](Lines& lines) { lines.erase(lines.begin() + 3); }, "journal record 4: missing; 5 stands there"},
        {[](Lines& lines) { std::swap(lines[3], lines[4]); }, "journal record 4: missing; 5 stands there"},
        {[](Lines& lines) { lines.insert(lines.begin() + 3, lines[3]); }, "journal record 5: missing; 4 stands there"},
        {[](Lines& lines) { lines.erase(lines.begin()); }, "journal record 1: missing; 2 stands there"},
        {[](Lines& lines) { lines.pop_back(); }, "journal record 6: not the last one that the sheets name"},
        {[](Lines& lines) { lines.clear(); }, "journal record 0: not the last one that the sheets name"},
        {[&](Lines& lines) { replace(lines[0], "\"number\":1", "\"number\": 1"); },
         "journal record 1: not a record in canonical form", VaultError::malformed},
        {[](Lines& lines) { lines[5] += ' '; }, "journal record 6: not a record in canonical form",
         VaultError::malformed},
        {[](Lines& lines) { lines.insert(lines.begin() + 2, ""); }, "journal record 3: not a record in canonical form",
         VaultError::malformed},
    };
    for (const Damage& damage : damages) {
        AnswersFile answers = sample();
        Lines lines;
        for (std::size_t at = 0; at < answers.journal.size(); at = answers.journal.find('\n', at) + 1) {
            lines.push_back(answers.journal.substr(at, answers.journal.find('\n', at) - at));
        }
        ASSERT_EQ(lines.size(), 7U);
        damage.make(lines);
        answers.journal.clear();
        for (const std::string& line : lines) { answers.journal += line + '\n'; }
        const auto opened = lie_and_open(answers);
        ASSERT_THAT(opened, RefusesWith(damage.code)) << damage.named;
        EXPECT_EQ(opened.error().detail, damage.named);
    }
    // A chain that fits itself and not this package, or of events that no sitting has.
    AnswersFile foreign = sample();
    foreign.package_id[0] = foreign.package_id[0] == '0' ? '1' : '0';
    write_journal(foreign);
    foreign.package_id = sample().package_id;
    EXPECT_THAT(lie_and_open(foreign), RefusesWith(VaultError::chain_broken)) << "another package's origin";
    const auto with_event = [this](engine::Event event) {
        AnswersFile answers = sample();
        auto events = events_of(answers);
        events.insert(events.end() - 1, std::move(event));
        write_journal(answers, events);
        return lie_and_open(answers);
    };
    const auto late = with_event(
        engine::Answered{.ticket = "T0001", .sequence = 9, .item = "item-1", .response = {"B"}, .marked = false});
    ASSERT_THAT(late, RefusesWith(VaultError::malformed)) << "J7: an answer after the hand-in";
    EXPECT_THAT(late.error().detail, testing::HasSubstr("journal record 7: ticket T0001 answers before signing in"));
    EXPECT_THAT(with_event(engine::HandedIn{.ticket = "T0001", .sequence = 9, .by_end_of_time = true}),
                RefusesWith(VaultError::malformed))
        << "handed in twice";
    EXPECT_THAT(with_event(engine::Reminded{.before_end = std::chrono::seconds{600}}), Succeeds())
        << "what says nothing of answers";
}

/// J6: the last answer by sequence number counts, and one taken back is kept as such.
TEST_F(AnswersTest, TheLastAnswerOfTheJournalIsTheOneGraded)
{
    AnswersFile answers = sample();
    const auto answered = [](std::uint64_t sequence, engine::Response response) {
        return engine::Answered{.ticket = "T0001",
                                .sequence = sequence,
                                .item = "item-1",
                                .response = std::move(response),
                                .marked = false};
    };
    auto events = events_of(answers);
    const auto first = events.begin() + 3;
    ASSERT_TRUE(std::holds_alternative<engine::Answered>(*first));
    *first = answered(1, {"B"});
    events.insert(events.begin() + 5, answered(3, {}));
    write_journal(answers, events);
    EXPECT_THAT(lie_and_open(answers), RefusesWith(VaultError::malformed)) << "it was taken back";
    events.insert(events.begin() + 6, answered(4, {"A", "C"}));
    write_journal(answers, events);
    EXPECT_THAT(lie_and_open(answers), Succeeds());
    events.insert(events.begin() + 7, answered(4, {"A", "C"}));
    write_journal(answers, events);
    EXPECT_THAT(lie_and_open(answers), RefusesWith(VaultError::malformed)) << "doubled, in a chain that fits";
}

TEST_F(AnswersTest, JournalMayLackItsLastLineFeed)
{
    auto answers = sample();
    answers.journal.pop_back();
    EXPECT_THAT(seal_and_open(answers, file), Succeeds());
}

} // namespace
} // namespace papervault::vault::test
