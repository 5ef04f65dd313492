#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

namespace papervault::vault::test {
namespace {

TEST(DrawRegisterTest, NeedsEveryCommitmentBeforeTheFirstReveal)
{
    const OfficeBench office;
    office.import_items();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    const auto id =
        draws.open(OfficeBench::blueprint(), {office.chen.card().id(), office.lin.card().id()}, at(morning));
    ASSERT_THAT(id, Succeeds());
    const auto secret = office.folder / "secret";
    EXPECT_THAT(draws.reveal(*id, office.chen, secret, at(morning)), RefusesWith(VaultError::conflict));
    ASSERT_THAT(draws.commit(*id, office.chen, secret, at(morning)), Succeeds());
    EXPECT_THAT(draws.commit(*id, office.chen, office.folder / "again", at(morning)),
                RefusesWith(VaultError::conflict));
    EXPECT_THAT(draws.reveal(*id, office.chen, secret, at(morning)), RefusesWith(VaultError::conflict));
    EXPECT_THAT(draws.run(*id, at(morning)), RefusesWith(VaultError::conflict));
}

TEST(DrawRegisterTest, NeedsTwoDifferentOfficers)
{
    const OfficeBench office;
    office.import_items();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    const std::string chen = office.chen.card().id();
    EXPECT_THAT(draws.open(OfficeBench::blueprint(), {chen}, at(morning)), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(draws.open(OfficeBench::blueprint(), {chen, chen}, at(morning)),
                RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(draws.open(OfficeBench::blueprint(), {chen, "0000000000000000"}, at(morning)),
                RefusesWith(VaultError::not_found));
}

TEST(DrawRegisterTest, RefusesAnotherValueThanTheOneCommittedTo)
{
    const OfficeBench office;
    office.import_items();
    std::string id;
    std::string other;
    const std::vector<std::string> officers{office.chen.card().id(), office.lin.card().id()};
    {
        OfficeVault vault = office.as(office.chen);
        DrawRegister draws{vault};
        id = draws.open(OfficeBench::blueprint(), officers, at(morning)).value();
        other = draws.open(OfficeBench::blueprint(), officers, at(morning)).value();
        ASSERT_THAT(draws.commit(id, office.chen, office.folder / "one", at(morning)), Succeeds());
        ASSERT_THAT(draws.commit(other, office.chen, office.folder / "two", at(morning)), Succeeds());
    }
    OfficeVault lin = office.as(office.lin);
    ASSERT_THAT(DrawRegister{lin}.commit(id, office.lin, office.folder / "three", at(morning)), Succeeds());
    OfficeVault vault = office.as(office.chen);
    EXPECT_THAT(DrawRegister{vault}.reveal(id, office.chen, office.folder / "two", at(morning)),
                RefusesWith(VaultError::authentication_failed));
    EXPECT_THAT(DrawRegister{vault}.reveal(id, office.chen, office.folder / "one", at(morning)), Succeeds());
}

TEST(DrawRegisterTest, SaysWhatIsMissingWhenTheBankIsTooSmall)
{
    const OfficeBench office;
    office.import_items();
    engine::Blueprint blueprint = OfficeBench::blueprint();
    blueprint.sections[0].count = 50;
    blueprint.sections[0].scopes.clear();
    blueprint.total_points = engine::Decimal::from_integer(100);
    OfficeVault vault = office.as(office.chen);
    EXPECT_THAT(DrawRegister{vault}.open(blueprint, {office.chen.card().id(), office.lin.card().id()}, at(morning)),
                RefusesWith(VaultError::infeasible));
}

TEST(DrawRegisterTest, RepeatsADrawAndNamesAChangedSeed)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    OfficeVault vault = office.as(office.lin);
    DrawRegister draws{vault};
    EXPECT_THAT(draws.verify(id), Succeeds());
    EXPECT_THAT(draws.run(id, at(morning)), RefusesWith(VaultError::already_used));
    vault.database().execute(
        "UPDATE draw_contributions SET value = replace(value, substr(value, 1, 1), 'e') WHERE rowid = 1");
    vault.database().execute("UPDATE draw_contributions SET value = 'ff' || substr(value, 3)");
    EXPECT_THAT(draws.verify(id), RefusesWith(VaultError::chain_broken));
}

TEST(PackageRegisterTest, B2IssuesAFormAndABatchOnce)
{
    const OfficeBench office;
    office.import_items();
    const std::string first = office.draw();
    const std::string second = office.draw();
    office.create_batch("B-01");
    office.create_batch("B-02");
    std::ignore = office.seal(first, "B-01");
    OfficeVault vault = office.as(office.wang);
    PackageRegister packages{vault};
    EXPECT_THAT(packages.seal(office.plan(first, "B-02", "x.draft"), office.wang, at(morning)),
                RefusesNaming(VaultError::already_used, "form"));
    EXPECT_FALSE(std::filesystem::exists(office.folder / "x.draft"));
    EXPECT_THAT(packages.seal(office.plan(second, "B-01", "y.draft"), office.wang, at(morning)),
                RefusesWith(VaultError::already_used));
    EXPECT_FALSE(std::filesystem::exists(office.folder / "y.draft"));
}

TEST(PackageRegisterTest, V2NeedsTwoSealers)
{
    const OfficeBench office;
    office.import_items();
    const std::string draw = office.draw();
    office.create_batch();
    SealPlan alone = office.plan(draw, "B-01", "a.draft");
    alone.second_sealer = office.wang.card();
    OfficeVault vault = office.as(office.wang);
    EXPECT_FALSE(PackageRegister{vault}.seal(alone, office.wang, at(morning)).has_value());
    alone.second_sealer = office.du.card();
    EXPECT_THAT(PackageRegister{vault}.seal(alone, office.wang, at(morning)), RefusesWith(VaultError::not_permitted));
    OfficeVault manager = office.as(office.chen);
    EXPECT_THAT(PackageRegister{manager}.seal(office.plan(draw, "B-01", "b.draft"), office.chen, at(morning)),
                RefusesWith(VaultError::not_permitted));
}

TEST(PackageRegisterTest, V5ReleasesInsideTheWindowOnly)
{
    const OfficeBench office;
    office.import_items();
    office.create_batch();
    const std::string id = office.seal(office.draw());
    OfficeVault vault = office.as(office.fa);
    PackageRegister packages{vault};
    EXPECT_THAT(packages.release(id, at("2026-11-21T08:59:59.999Z")),
                RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(packages.release(id, at("2026-11-21T14:00:00.001Z")), RefusesWith(VaultError::expired));
    EXPECT_THAT(packages.release(id, at(in_window)), Succeeds());
    OfficeVault manager = office.as(office.chen);
    EXPECT_THAT(PackageRegister{manager}.release(id, at(in_window)), RefusesWith(VaultError::not_permitted));
}

TEST(ResultRegisterTest, GradesEverySheetByTheQuorumsKey)
{
    const OfficeBench office;
    const std::string id = office.up_to_report();
    OfficeVault vault = office.as(office.grader);
    const auto results = ResultRegister{vault}.results(id);
    ASSERT_THAT(results, Succeeds());
    ASSERT_EQ(results->size(), 3U);
    EXPECT_EQ((*results)[0].points, engine::Decimal::from_integer(10));
    EXPECT_EQ((*results)[1].points, engine::Decimal{});
    EXPECT_FALSE((*results)[2].present);
    for (const char* name :
         {"report.html", "scores.csv", "items.csv", "result.json", "similarity.html", "similarity.json"}) {
        EXPECT_TRUE(std::filesystem::exists(office.folder / "report" / name)) << name;
    }
}

TEST(ResultRegisterTest, RefusesOneGraderAloneAndAnswersTwice)
{
    const OfficeBench office;
    office.import_items();
    office.create_batch();
    const std::string id = office.seal(office.draw());
    const auto file = office.answers(id);
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.import_answers(file, at(afternoon)), Succeeds());
    EXPECT_THAT(results.import_answers(file, at(afternoon)), RefusesWith(VaultError::already_used));
    EXPECT_THAT(results.grade(id, office.grader, {}, {}, at(afternoon)), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(results.results(id), RefusesWith(VaultError::conflict));
}

/// What the office finds in a hall's answers.
AnswersFile opened_answers(OfficeVault& vault, const std::string& id, const std::filesystem::path& file)
{
    const auto reader = PackageRegister{vault}.reader(id).value();
    return open_answers(file, reader, *vault.office_identity(reader.header().suite).value()).value();
}

/// Files of version 1 have no journal by their format; taking them in asks for it all the same.
TEST(ResultRegisterTest, J4_TheJournalOfAFirstVersionIsFollowedWhenItIsTakenIn)
{
    const OfficeBench office;
    office.import_items();
    office.create_batch();
    const std::string id = office.seal(office.draw());
    const auto file = office.answers(id);
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    const IdentityCard card = PackageRegister{vault}.reader(id)->header().office;
    const auto seal_first_version = [&](const char* name, const std::function<void(AnswersFile&)>& change) {
        AnswersFile answers = opened_answers(vault, id, file);
        answers.version = 1;
        change(answers);
        EXPECT_THAT(seal_answers(answers, office.hall, card, office.folder / name), Succeeds());
        return office.folder / name;
    };
    const auto altered = seal_first_version("altered", [](AnswersFile& answers) {
        const auto answer = answers.journal.find("[\\\"A\\\"]");
        ASSERT_NE(answer, std::string::npos);
        answers.journal[answer + 3] = 'B';
    });
    const auto refused = results.import_answers(altered, at(afternoon));
    ASSERT_THAT(refused, RefusesWith(VaultError::chain_broken));
    EXPECT_NE(refused.error().detail.find("journal record 4: its hash"), std::string::npos) << refused.error().detail;
    const auto cut = seal_first_version("cut", [](AnswersFile& answers) {
        answers.journal.erase(answers.journal.rfind('\n', answers.journal.size() - 2) + 1);
        --answers.journal_records;
    });
    EXPECT_THAT(results.import_answers(cut, at(afternoon)), RefusesWith(VaultError::chain_broken));
    const auto sound = seal_first_version("sound", [](AnswersFile&) {});
    ASSERT_THAT(results.import_answers(sound, at(afternoon)), Succeeds());
    const std::vector<SharePart> shares{office.grader_share(id)};
    const auto look = results.look(id, office.grader, shares, at(afternoon));
    ASSERT_THAT(look, Succeeds());
    EXPECT_EQ(look->tally.totals[0], engine::Decimal::from_integer(10));
    const auto graded = results.grade(id, office.grader, shares, {}, at(afternoon));
    ASSERT_THAT(graded, Succeeds());
    EXPECT_EQ((*graded)[0].points, engine::Decimal::from_integer(10));
}

/// Another file of the same hall, as sound as the one that was taken in.
TEST(ResultRegisterTest, G1_OnlyTheAnswersThatWereTakenInAreGraded)
{
    const OfficeBench office;
    office.import_items();
    office.create_batch();
    const std::string id = office.seal(office.draw());
    const auto file = office.answers(id);
    const std::vector<SharePart> shares{office.grader_share(id)};
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.import_answers(file, at(afternoon)), Succeeds());
    const auto look = results.look(id, office.grader, shares, at(afternoon));
    ASSERT_THAT(look, Succeeds());
    EXPECT_EQ(look->present, 2U);
    AnswersFile answers = opened_answers(vault, id, file);
    answers.sealed_at += std::chrono::seconds{1};
    const auto kept = PackageRegister{vault}.record_folder(id) / "answers.pva";
    std::filesystem::remove(kept);
    const auto card = PackageRegister{vault}.reader(id)->header().office;
    ASSERT_THAT(seal_answers(answers, office.hall, card, kept), Succeeds());
    EXPECT_THAT(results.look(id, office.grader, shares, at(afternoon)), RefusesWith(VaultError::chain_broken));
    EXPECT_THAT(results.grade(id, office.grader, shares, {}, at(afternoon)), RefusesWith(VaultError::chain_broken));
}

TEST(ResultRegisterTest, ExplainsAScoreInWords)
{
    const OfficeBench office;
    const std::string id = office.up_to_report();
    const std::vector<SharePart> shares{office.grader_share(id)};
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    const std::string item = results.results(id).value()[1].items[0].id;
    const auto why =
        results.explain(id, office.grader, shares, "2026110002", item, engine::Language::english, at(afternoon));
    ASSERT_THAT(why, Succeeds());
    EXPECT_EQ(why->score.points, engine::Decimal{});
    EXPECT_EQ(why->response, "B");
    EXPECT_EQ(why->key, "A");
    EXPECT_EQ(why->rule, "one best answer: all right or no points; full marks 2 points");
    EXPECT_NE(why->score.reason.find('B'), std::string::npos) << why->score.reason;
}

TEST(AuditTest, AcceptsTheWholeChainFromImportToReport)
{
    const OfficeBench office;
    std::ignore = office.up_to_report();
    OfficeVault vault = office.as(office.du);
    const auto report = verify_vault(vault, {}, {});
    ASSERT_THAT(report, Succeeds());
    EXPECT_TRUE(report->good()) << report->findings.back().subject << ": " << report->findings.back().detail;
    EXPECT_GE(report->entries, 12U);
}

/// G1: one value changed by SQL in every table that matters; the audit names where.
struct Tampering {
    const char* sql;
    const char* named;
};
void PrintTo(const Tampering& each, std::ostream* out)
{
    *out << each.sql;
}
class TamperedVaultTest : public testing::TestWithParam<Tampering> {};
TEST_P(TamperedVaultTest, G1IsNamedByTheAudit)
{
    const OfficeBench office;
    std::ignore = office.up_to_report();
    OfficeVault vault = office.as(office.du);
    vault.database().execute("PRAGMA foreign_keys = OFF");
    vault.database().execute(GetParam().sql);
    const auto report = verify_vault(vault, {}, {});
    ASSERT_THAT(report, Succeeds());
    ASSERT_FALSE(report->good()) << "the audit did not see: " << GetParam().sql;
    const AuditFinding& first = report->findings.back();
    EXPECT_NE((first.subject + ": " + first.detail).find(GetParam().named), std::string::npos)
        << first.subject << ": " << first.detail;
}
INSTANTIATE_TEST_SUITE_P(
    Tables, TamperedVaultTest,
    testing::Values(
        Tampering{"UPDATE items SET body = replace(body, '题干', '题目') WHERE id = 'I-3'", "I-3"},
        Tampering{"UPDATE item_keys SET sealed = zeroblob(80) WHERE id = 'I-4'", "I-4"},
        Tampering{"DELETE FROM items WHERE id = 'I-5'", "bank.import"},
        Tampering{"UPDATE meta SET value = lower(hex(zeroblob(32))) WHERE name LIKE 'answers-front/%'", "answers"},
        Tampering{"UPDATE items SET import_entry = 99 WHERE id = 'I-6'", "bank.import"},
        Tampering{"UPDATE draws SET seed = replace(seed, substr(seed, 1, 1), 'g')", "draw"},
        Tampering{"UPDATE draws SET forms = replace(forms, 'I-', 'J-')", "draw"},
        Tampering{"UPDATE draw_contributions SET commitment = 'aa'", "draw"},
        Tampering{"UPDATE batches SET roster = replace(roster, '张三', '张四')", "roster"},
        Tampering{"UPDATE batches SET batch = replace(batch, '11:30', '12:30')", "batch"},
        Tampering{"UPDATE scores SET result = replace(result, '\"points\":\"0\"', '\"points\":\"2\"')", "grade.run"},
        Tampering{"DELETE FROM scores WHERE ticket = '2026110002'", "grade.run"},
        Tampering{"UPDATE ledger SET text = replace(text, 'grade.run', 'grade.ran')", "ledger"},
        Tampering{"DELETE FROM ledger WHERE entry_index = (SELECT max(entry_index) FROM ledger)", "checkpoint"},
        Tampering{"INSERT INTO batches SELECT 'X', batch, roster, 0 FROM batches", "batches"}));

TEST(AuditTest, NamesAnAlteredReportAndAnAlteredPackage)
{
    const OfficeBench office;
    const std::string id = office.up_to_report();
    OfficeVault vault = office.as(office.du);
    const auto records = PackageRegister{vault}.record_folder(id);
    const auto flip = [&](const std::filesystem::path& file) {
        auto bytes = read_file(file, 64 << 20).value();
        bytes[bytes.size() / 2] ^= std::byte{1};
        ASSERT_THAT(write_file_durably(file, bytes, true), Succeeds());
    };
    flip(records / "report" / "scores.csv");
    auto report = verify_vault(vault, {}, {});
    ASSERT_THAT(report, Succeeds());
    EXPECT_FALSE(report->good());
    EXPECT_NE(report->findings.back().detail.find("scores.csv"), std::string::npos);
    flip(records / "package.pvp");
    report = verify_vault(vault, {}, {});
    ASSERT_THAT(report, Succeeds());
    EXPECT_FALSE(report->good());
    EXPECT_NE(report->findings.back().subject.find("package.countersign"), std::string::npos);
}

TEST(AuditTest, L1FindsAnOldVaultPutBackByAKeptCheckpoint)
{
    const OfficeBench office;
    office.import_items();
    std::filesystem::copy(office.vault_folder(), office.folder / "old", std::filesystem::copy_options::recursive);
    std::string kept;
    {
        OfficeVault vault = office.as(office.chen);
        office.create_batch();
        kept = vault.write_checkpoint().value();
    }
    std::filesystem::remove_all(office.vault_folder());
    std::filesystem::rename(office.folder / "old", office.vault_folder());
    OfficeVault vault = office.as(office.du);
    const auto report = verify_vault(vault, {kept}, {});
    ASSERT_THAT(report, Succeeds());
    EXPECT_FALSE(report->good());
    EXPECT_NE(report->findings.back().detail.find("truncated"), std::string::npos);
}

} // namespace
} // namespace papervault::vault::test
