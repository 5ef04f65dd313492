#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace papervault::vault::test {
namespace {

using engine::Decimal;

/// A graded batch (first candidate answered A everywhere, the key; the second one B; the third one absent) with a
/// second grader who has an account.
class KeyCorrectionTest : public testing::Test {
protected:
    KeyCorrectionTest()
    {
        OfficeVault manager = office.as(office.chen);
        const Officer second{office.second_grader.card(), {Role::grader}};
        EXPECT_THAT(manager.add_officer(second, office.chen, at(afternoon)), Succeeds());
        shares.push_back(office.grader_share(package));
        item = results_by(office.grader).at(0).items.at(2).id;
    }
    [[nodiscard]] std::vector<CandidateResult> results_by(const Identity& who) const
    {
        OfficeVault vault = office.as(who);
        return ResultRegister{vault}.results(package).value();
    }
    [[nodiscard]] Result<KeyCorrection> propose(std::vector<std::string> right, std::string reason = "答案有误") const
    {
        OfficeVault vault = office.as(office.grader);
        return ResultRegister{vault}.propose_correction(
            package, item, office.grader, shares,
            [&](engine::AnswerKey key) -> Result<engine::AnswerKey> {
                key.correct_options = right;
                return key;
            },
            std::move(reason), at(afternoon));
    }
    [[nodiscard]] Result<KeyCorrection> approve(const Identity& who, std::int64_t number) const
    {
        OfficeVault vault = office.as(who);
        return ResultRegister{vault}.approve_correction(number, at(afternoon));
    }
    [[nodiscard]] Result<Regrading> regrade() const
    {
        OfficeVault vault = office.as(office.grader);
        return ResultRegister{vault}.regrade(package, office.grader, shares, at(afternoon));
    }

    OfficeBench office;
    std::string package = office.up_to_report();
    std::vector<SharePart> shares;
    std::string item;
};

TEST_F(KeyCorrectionTest, G4ChangesScoresOnlyWhenAnotherGraderApproves)
{
    const auto before = results_by(office.grader);
    const auto proposed = propose({"B"});
    ASSERT_THAT(proposed, Succeeds());
    EXPECT_EQ(proposed->before.correct_options, std::vector<std::string>{"A"});
    EXPECT_THAT(regrade(), RefusesWith(VaultError::conflict));
    EXPECT_THAT(approve(office.grader, proposed->number), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(approve(office.chen, proposed->number), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(approve(office.second_grader, 99), RefusesWith(VaultError::not_found));
    ASSERT_THAT(approve(office.second_grader, proposed->number), Succeeds());
    EXPECT_THAT(approve(office.second_grader, proposed->number), RefusesWith(VaultError::conflict));
    EXPECT_EQ(results_by(office.grader)[0].points, before[0].points) << "approval alone grades nothing";

    const auto regraded = regrade();
    ASSERT_THAT(regraded, Succeeds());
    EXPECT_EQ(regraded->changed, 2U);
    ASSERT_EQ(regraded->candidates.size(), 3U) << "before and after for everybody";
    EXPECT_EQ(regraded->candidates[0].before, Decimal::from_integer(10));
    EXPECT_EQ(regraded->candidates[0].after, Decimal::from_integer(8));
    EXPECT_EQ(regraded->candidates[1].after, Decimal::from_integer(2));
    EXPECT_EQ(regraded->candidates[2].after, Decimal{});
    const auto after = results_by(office.grader);
    for (std::size_t candidate = 0; candidate < after.size(); ++candidate) {
        EXPECT_EQ(after[candidate].points, regraded->candidates[candidate].after);
        for (std::size_t place = 0; place < after[candidate].items.size(); ++place) {
            if (after[candidate].items[place].id == item) { continue; }
            EXPECT_EQ(after[candidate].items[place].points, before[candidate].items[place].points);
        }
    }
    EXPECT_THAT(regrade(), RefusesWith(VaultError::conflict)) << "nothing waits any more";
}

TEST_F(KeyCorrectionTest, HoldsForGradingAndExplainingFromThenOn)
{
    const auto proposed = propose({"B"});
    ASSERT_THAT(proposed, Succeeds());
    ASSERT_THAT(approve(office.second_grader, proposed->number), Succeeds());
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.grade(package, office.grader, shares, {}, at(afternoon)), Succeeds());
    EXPECT_EQ(results.results(package).value()[0].points, Decimal::from_integer(8));
    EXPECT_THAT(results.regrade(package, office.grader, shares, at(afternoon)), RefusesWith(VaultError::conflict));
    const auto why =
        results.explain(package, office.grader, shares, "2026110001", item, engine::Language::chinese, at(afternoon));
    ASSERT_THAT(why, Succeeds());
    EXPECT_EQ(why->key, "B");
}

TEST_F(KeyCorrectionTest, RefusesKeysThatDoNotFitAndChangesThatAreNone)
{
    EXPECT_THAT(propose({"A"}), RefusesWith(VaultError::conflict));
    EXPECT_THAT(propose({"B"}, ""), RefusesWith(VaultError::conflict));
    EXPECT_THAT(propose({"Z"}), RefusesWith(VaultError::malformed));
    EXPECT_THAT(propose({"A", "B"}), RefusesWith(VaultError::malformed));
    item = "no-such-item";
    EXPECT_THAT(propose({"B"}), RefusesWith(VaultError::not_found));
}

TEST_F(KeyCorrectionTest, IsVerifiedByTheAudit)
{
    const auto proposed = propose({"B"});
    ASSERT_THAT(proposed, Succeeds());
    ASSERT_THAT(approve(office.second_grader, proposed->number), Succeeds());
    ASSERT_THAT(regrade(), Succeeds());
    OfficeVault vault = office.as(office.du);
    const auto sound = verify_vault(vault, {}, {});
    ASSERT_THAT(sound, Succeeds());
    for (const auto& finding : sound->findings) {
        EXPECT_TRUE(sound->good()) << finding.subject << ": " << finding.detail;
    }
    vault.database().execute("UPDATE key_corrections SET reason = 'another'");
    const auto altered = verify_vault(vault, {}, {});
    ASSERT_THAT(altered, Succeeds());
    EXPECT_FALSE(altered->good());
}

/// The look by columns has the totals that both gradings agree on, of approved keys, and stores nothing.
TEST_F(KeyCorrectionTest, IsSeenByALookBeforeGrading)
{
    const auto proposed = propose({"B"});
    ASSERT_THAT(proposed, Succeeds());
    ASSERT_THAT(approve(office.second_grader, proposed->number), Succeeds());
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    const auto before = results.results(package).value();
    const auto look = results.look(package, office.grader, shares, at(afternoon));
    ASSERT_THAT(look, Succeeds());
    EXPECT_EQ(results.results(package).value()[0].points, before[0].points) << "nothing was stored";
    ASSERT_THAT(results.grade(package, office.grader, shares, {}, at(afternoon)), Succeeds());
    const auto graded = results.results(package).value();
    EXPECT_EQ(look->candidates, graded.size());
    EXPECT_EQ(look->present, 2U) << "the third was absent";
    for (std::size_t candidate = 0; candidate < graded.size(); ++candidate) {
        EXPECT_EQ(look->tally.totals[candidate], graded[candidate].points) << "sheets are in the order of tickets";
    }
    EXPECT_THAT(results.look(package, office.grader, {}, at(afternoon)), RefusesWith(VaultError::quorum_incomplete));
    OfficeVault manager = office.as(office.chen);
    EXPECT_THAT(ResultRegister{manager}.look(package, office.grader, shares, at(afternoon)),
                RefusesWith(VaultError::not_permitted));
}

TEST_F(KeyCorrectionTest, RefusesAPersonsMarkOfAnItemThatTheKeyScores)
{
    OfficeVault vault = office.as(office.grader);
    const PersonMarks marks{{"2026110001", {{item, PersonMark{Decimal::from_integer(2), "李老师"}}}}};
    EXPECT_THAT(ResultRegister{vault}.grade(package, office.grader, shares, marks, at(afternoon)),
                RefusesWith(VaultError::conflict));
}

} // namespace
} // namespace papervault::vault::test
