// What was good once is shown to the office again: hand-overs, rewraps, withdrawals, answers, an old vault. (P6, L1)
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace papervault::vault::test {
namespace {

class OfficeReplayTest : public testing::Test {
protected:
    OfficeReplayTest()
    {
        office.import_items();
        office.create_batch();
        package = office.seal(office.draw());
    }
    [[nodiscard]] std::int64_t entries(std::string_view action)
    {
        OfficeVault vault = office.as(office.du);
        const auto all = verify_chain(vault.ledger().texts(0, 10'000)).value();
        return std::ranges::count(all, action, &LedgerEntry::action);
    }
    OfficeBench office;
    std::string package;
};

TEST_F(OfficeReplayTest, V4_AnOldHandoverIsRefusedAndLeavesNoSecondEntry)
{
    OfficeVault vault = office.as(office.wang);
    PackageRegister packages{vault};
    const auto reader = packages.reader(package).value();
    const auto given = give_package(reader, office.wang, office.hall.card(), at(morning));
    const auto taken = take_package(given, reader, office.hall, at(morning)).value();
    ASSERT_THAT(packages.enter_handover(taken, at(morning)), Succeeds());
    EXPECT_THAT(packages.enter_handover(taken, at(in_window)), RefusesWith(VaultError::already_used));
    EXPECT_THAT(packages.enter_handover(given, at(in_window)), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(take_package(taken, reader, office.hall, at(in_window)), RefusesWith(VaultError::conflict));
    EXPECT_EQ(entries("package.handover"), 1);
}

TEST_F(OfficeReplayTest, P6_AnOldRewrapIsRefused)
{
    OfficeVault vault = office.as(office.wang);
    PackageRegister packages{vault};
    const auto rewrap_to = [&](std::string name) {
        const auto reader = packages.reader(package).value();
        const auto half = give_recovery_half(reader, office.zhao, at(morning)).value();
        const auto made = make_rewrap(reader, half, office.wang, NewHost{office.person(std::move(name)).card()},
                                      "机器损坏", at(morning))
                              .value();
        return confirm_rewrap(made, reader, office.zhao).value();
    };
    const Rewrap first = rewrap_to("hall-302");
    const Rewrap rival = rewrap_to("hall-303"); // number 1, too
    ASSERT_THAT(packages.enter_rewrap(first, at(morning)), Succeeds());
    EXPECT_THAT(packages.enter_rewrap(first, at(morning)), RefusesWith(VaultError::conflict));
    EXPECT_THAT(packages.enter_rewrap(rival, at(morning)), RefusesWith(VaultError::conflict));
    ASSERT_THAT(packages.enter_rewrap(rewrap_to("hall-304"), at(morning)), Succeeds());
    EXPECT_THAT(packages.enter_rewrap(first, at(morning)), RefusesWith(VaultError::conflict));
    EXPECT_EQ(packages.reader(package)->header().hall.name, "hall-304");
    EXPECT_EQ(entries("package.rewrap"), 2);
}

TEST_F(OfficeReplayTest, V8_AWithdrawalIsMadeOnceAndNothingIsReleasedAfterIt)
{
    {
        OfficeVault vault = office.as(office.chen);
        ASSERT_THAT(PackageRegister{vault}.withdraw(package, "失窃", at(in_window)),
                    RefusesWith(VaultError::quorum_incomplete));
    }
    OfficeVault vault = office.as(office.fa);
    PackageRegister packages{vault};
    const auto withdrawal = packages.withdraw(package, "同意", at(in_window));
    ASSERT_THAT(withdrawal, Succeeds());
    const auto again = packages.withdraw(package, "再来一次", at(afternoon));
    ASSERT_THAT(again, Succeeds()) << "whoever lost the file gets the same word";
    EXPECT_EQ(encode(*again), encode(*withdrawal));
    EXPECT_EQ(entries("package.withdraw"), 1);
    EXPECT_THAT(packages.release(package, at(in_window)), RefusesWith(VaultError::withdrawn));
    EXPECT_THAT(packages.release_spoken(package, at(in_window)), RefusesWith(VaultError::withdrawn));
    EXPECT_EQ(packages.find(package)->state, "withdrawn");
}

TEST_F(OfficeReplayTest, AnswersThatAreInAlreadyAreRefused)
{
    const auto file = office.answers(package);
    OfficeVault vault = office.as(office.grader);
    ResultRegister results{vault};
    ASSERT_THAT(results.import_answers(file, at(afternoon)), Succeeds());
    EXPECT_THAT(results.import_answers(file, at(afternoon)), RefusesWith(VaultError::already_used));
    EXPECT_EQ(entries("answers.import"), 1);
}

TEST_F(OfficeReplayTest, L1_AnOldVaultPutBackIsRefusedByACheckpointThatASupervisorKept)
{
    const auto old_folder = office.folder / "old";
    std::filesystem::copy(office.vault_folder(), old_folder, std::filesystem::copy_options::recursive);
    std::string kept;
    {
        OfficeVault vault = office.as(office.fa);
        ASSERT_THAT(PackageRegister{vault}.release(package, at(in_window)), Succeeds());
        kept = vault.write_checkpoint().value();
    }
    std::filesystem::remove_all(office.vault_folder());
    std::filesystem::copy(old_folder, office.vault_folder(), std::filesystem::copy_options::recursive);
    OfficeVault vault = office.as(office.du);
    const auto alone = verify_vault(vault, {}, {});
    ASSERT_THAT(alone, Succeeds());
    EXPECT_TRUE(alone->good()) << "by itself an old vault is a sound one";
    const auto audit = verify_vault(vault, {kept}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_FALSE(audit->good());
    EXPECT_THAT(audit->findings.back().detail, testing::HasSubstr("truncated"));
}

} // namespace
} // namespace papervault::vault::test
