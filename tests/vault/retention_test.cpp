#include "retention/retention_work.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/retention.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

constexpr std::string_view a_day_early = "2027-11-20T15:00:00.000Z";
constexpr std::string_view after_a_year = "2027-11-21T15:00:00.000Z";
constexpr std::string_view after_five_years = "2031-11-21T15:00:00.000Z";

/// A paper whose results stand since `afternoon`, 21 November 2026.
class RetentionTest : public testing::Test {
protected:
    OfficeBench office;
    std::string package = office.up_to_report();

    [[nodiscard]] Result<DestructionRecord> propose(const Identity& who, std::string_view when,
                                                    RecordCategory category = RecordCategory::paper)
    {
        OfficeVault vault = office.as(who);
        return RetentionRegister{vault}.propose(package, category, "保存期满", who, at(when));
    }
    [[nodiscard]] Result<DestructionRecord> destroy(const Identity& who, const std::string& id, std::string_view when)
    {
        OfficeVault vault = office.as(who);
        return RetentionRegister{vault}.destroy(id, who, at(when));
    }
    [[nodiscard]] std::filesystem::path file(const char* name) const
    {
        return office.vault_folder() / "records" / package / name;
    }
    void expect_whole()
    {
        OfficeVault vault = office.as(office.du);
        const auto audit = verify_vault(vault, {}, {});
        ASSERT_THAT(audit, Succeeds());
        EXPECT_TRUE(audit->good()) << audit->findings.back().subject << ": " << audit->findings.back().detail;
    }
};

TEST(MonthsAfterTest, CountsCalendarMonthsAndStaysInTheMonth)
{
    EXPECT_EQ(months_after(at("2026-11-21T15:00:00.000Z"), 12), at("2027-11-21T15:00:00.000Z"));
    EXPECT_EQ(months_after(at("2028-02-29T01:02:03.004Z"), 12), at("2029-02-28T01:02:03.004Z"));
    EXPECT_EQ(months_after(at("2026-12-31T00:00:00.000Z"), 60), at("2031-12-31T00:00:00.000Z"));
}

TEST_F(RetentionTest, V9DestroysAPaperByTwoPersonsWhenItsYearIsOver)
{
    const auto proposed = propose(office.wang, after_a_year);
    ASSERT_THAT(proposed, Succeeds());
    ASSERT_TRUE(std::filesystem::exists(file("package.pvp")));
    const auto done = destroy(office.chen, proposed->id, after_a_year);
    ASSERT_THAT(done, Succeeds());
    EXPECT_EQ(done->state, "destroyed");
    EXPECT_FALSE(std::filesystem::exists(file("package.pvp")));
    EXPECT_TRUE(std::filesystem::exists(file("answers.pva"))) << "another category";
    OfficeVault vault = office.as(office.fa);
    Statement share = vault.database().prepare("SELECT length(release_share), state, digest FROM packages");
    ASSERT_TRUE(share.step());
    EXPECT_EQ(share.integer(0), 0);
    EXPECT_EQ(share.text(1), "destroyed");
    EXPECT_EQ(share.text(2).size(), 64U) << "the tombstone keeps the digest";
    EXPECT_FALSE(PackageRegister{vault}.release(package, at(in_window)).has_value());
    const auto all = RetentionRegister{vault}.destructions().value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].proposer, "王志强");
    EXPECT_EQ(all[0].confirmer, "陈建国");
    EXPECT_EQ(all[0].batch_id, "B-01");
    EXPECT_EQ(all[0].name, "理论知识考试");
    EXPECT_FALSE(all[0].reason.empty() || all[0].method.empty());
    EXPECT_THAT(verify_destruction(all[0], vault.officers()), Succeeds());
    expect_whole();
}

TEST_F(RetentionTest, V9RefusesADayEarlyAndRecordsBeforeFiveYears)
{
    EXPECT_THAT(propose(office.wang, a_day_early), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(propose(office.wang, after_a_year, RecordCategory::records),
                RefusesWith(VaultError::release_time_not_reached));
    const auto proposed = propose(office.wang, after_a_year);
    ASSERT_THAT(proposed, Succeeds());
    // A clock that goes back between the two persons.
    EXPECT_THAT(destroy(office.chen, proposed->id, a_day_early), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_TRUE(std::filesystem::exists(file("package.pvp")));
}

TEST_F(RetentionTest, V9NeedsASecondPersonAndNoSupervisor)
{
    const auto proposed = propose(office.wang, after_a_year);
    ASSERT_THAT(proposed, Succeeds());
    EXPECT_THAT(destroy(office.wang, proposed->id, after_a_year), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(destroy(office.du, proposed->id, after_a_year), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(propose(office.du, after_a_year), RefusesWith(VaultError::not_permitted));
    OfficeVault vault = office.as(office.chen);
    EXPECT_THAT(RetentionRegister{vault}.destroy(proposed->id, office.zhao, at(after_a_year)),
                RefusesWith(VaultError::not_permitted));
    // Somebody who can write the database puts another first person's name there.
    DestructionRecord forged = *proposed;
    forged.proposer_id = office.zhao.card().id();
    forged.proposer = office.zhao.card().name;
    vault.database().prepare("UPDATE destructions SET document = ?").bind(encode(forged)).run();
    EXPECT_THAT(destroy(office.wang, proposed->id, after_a_year), RefusesWith(VaultError::signature_invalid));
    EXPECT_TRUE(std::filesystem::exists(file("package.pvp")));
}

TEST_F(RetentionTest, V9DestroysNothingUnderAHold)
{
    std::string hold;
    {
        OfficeVault vault = office.as(office.lin);
        hold = RetentionRegister{vault}.hold("*", "投诉调查", at(afternoon)).value();
    }
    EXPECT_THAT(propose(office.wang, after_a_year), RefusesNaming(VaultError::conflict, "投诉调查"));
    {
        OfficeVault vault = office.as(office.lin);
        ASSERT_THAT(RetentionRegister{vault}.lift(hold, "已结案", at(after_a_year)), Succeeds());
        EXPECT_THAT(RetentionRegister{vault}.lift(hold, "again", at(after_a_year)), RefusesWith(VaultError::not_found));
    }
    const auto proposed = propose(office.wang, after_a_year);
    ASSERT_THAT(proposed, Succeeds());
    {
        OfficeVault vault = office.as(office.lin);
        ASSERT_THAT(RetentionRegister{vault}.hold(package, "复查", at(after_a_year)), Succeeds());
    }
    EXPECT_THAT(destroy(office.chen, proposed->id, after_a_year), RefusesNaming(VaultError::conflict, "复查"));
    EXPECT_TRUE(std::filesystem::exists(file("package.pvp")));
}

TEST_F(RetentionTest, TakesAProposalBackAndAllowsAnotherOne)
{
    const auto first = propose(office.wang, after_a_year);
    ASSERT_THAT(first, Succeeds());
    EXPECT_THAT(propose(office.zhao, after_a_year), RefusesWith(VaultError::conflict));
    {
        OfficeVault vault = office.as(office.wang);
        ASSERT_THAT(RetentionRegister{vault}.withdraw(first->id, "填错", at(after_a_year)), Succeeds());
        EXPECT_THAT(RetentionRegister{vault}.withdraw(first->id, "填错", at(after_a_year)),
                    RefusesWith(VaultError::conflict));
    }
    EXPECT_THAT(destroy(office.chen, first->id, after_a_year), RefusesWith(VaultError::conflict));
    const auto second = propose(office.zhao, after_a_year);
    ASSERT_THAT(second, Succeeds());
    ASSERT_THAT(destroy(office.chen, second->id, after_a_year), Succeeds());
    EXPECT_THAT(propose(office.zhao, after_a_year), RefusesWith(VaultError::already_used));
    expect_whole();
}

TEST_F(RetentionTest, V9DestroysRecordsAfterFiveYearsAndTheAuditStillStands)
{
    const auto paper = propose(office.wang, after_five_years);
    ASSERT_THAT(destroy(office.chen, paper.value().id, after_five_years), Succeeds());
    const auto records = propose(office.wang, after_five_years, RecordCategory::records);
    ASSERT_THAT(records, Succeeds());
    ASSERT_THAT(destroy(office.zhao, records->id, after_five_years), Succeeds());
    EXPECT_FALSE(std::filesystem::exists(file("answers.pva")));
    OfficeVault vault = office.as(office.chen);
    Statement scores = vault.database().prepare("SELECT count(*) FROM scores");
    ASSERT_TRUE(scores.step());
    EXPECT_EQ(scores.integer(0), 0);
    expect_whole();
}

TEST_F(RetentionTest, GoesOnWithADestructionThatWasCutShort)
{
    const auto proposed = propose(office.wang, after_a_year);
    ASSERT_THAT(proposed, Succeeds());
    const auto content = read_file(file("package.pvp"), 1 << 24).value();
    ASSERT_THAT(destroy(office.chen, proposed->id, after_a_year), Succeeds());
    // As if the power had failed after the decision was durable and before the file was gone.
    ASSERT_THAT(write_file_durably(file("package.pvp"), content, false), Succeeds());
    {
        OfficeVault vault = office.as(office.chen);
        vault.database().execute("UPDATE destructions SET state = 'destroying'");
    }
    const auto again = destroy(office.zhao, proposed->id, after_a_year);
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(again->confirmer, "陈建国") << "the decision is the one that was signed";
    EXPECT_FALSE(std::filesystem::exists(file("package.pvp")));
    expect_whole();
}

TEST_F(RetentionTest, LetsAPolicyOnlyLengthenThePeriods)
{
    OfficeVault vault = office.as(office.chen);
    RetentionRegister retention{vault};
    EXPECT_THAT(retention.set_policy({.paper_months = 11, .records_months = 60}, at(afternoon)),
                RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(retention.set_policy({.paper_months = 12, .records_months = 59}, at(afternoon)),
                RefusesWith(VaultError::not_permitted));
    ASSERT_THAT(retention.set_policy({.paper_months = 24, .records_months = 120}, at(afternoon)), Succeeds());
    EXPECT_THAT(propose(office.wang, after_a_year), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(propose(office.wang, "2028-11-21T15:00:00.000Z"), Succeeds());
    EXPECT_THAT(destructible_category("certificates"), RefusesWith(VaultError::not_permitted));
}

} // namespace
} // namespace papervault::vault::test
