// The office's register when something breaks: spoken releases, break-glass, withdrawal, suites.
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/golden.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class WaysOutTest : public testing::Test {
protected:
    OfficeBench bench;
    std::string package;

    WaysOutTest()
    {
        bench.import_items();
        bench.create_batch();
        package = bench.seal(bench.draw());
    }
};

TEST_F(WaysOutTest, PackagesOfTheOfficeCarryVectorsThatThisProgramReproduces)
{
    OfficeVault vault = bench.as(bench.chen);
    const auto reader = PackageRegister{vault}.reader(package);
    ASSERT_THAT(reader, Succeeds());
    EXPECT_THAT(rehearse(*reader), Succeeds());
    std::set<std::string> names;
    for (const Compartment& compartment : reader->header().compartments) { names.insert(compartment.name); }
    EXPECT_THAT(names, testing::IsSupersetOf({"vectors", "key-vectors"}));
}

TEST_F(WaysOutTest, SpokenReleaseIsGivenInsideTheWindowByAReleaserAndItsCodeIsNotInTheLedger)
{
    {
        OfficeVault vault = bench.as(bench.chen);
        EXPECT_THAT(PackageRegister{vault}.release_spoken(package, at(in_window)),
                    RefusesWith(VaultError::not_permitted));
    }
    OfficeVault vault = bench.as(bench.fa);
    PackageRegister packages{vault};
    EXPECT_THAT(packages.release_spoken(package, at(morning)), RefusesWith(VaultError::release_time_not_reached));
    EXPECT_THAT(packages.release_spoken(package, at(afternoon)), RefusesWith(VaultError::expired));
    const auto code = packages.release_spoken(package, at(in_window));
    ASSERT_THAT(code, Succeeds());
    const auto reader = packages.reader(package).value();
    auto opening = HallOpening::begin(reader, bench.hall).value();
    EXPECT_THAT(opening.add_spoken_release(*code), Succeeds());
    Statement rows = vault.database().prepare("SELECT text FROM ledger");
    while (rows.step()) { EXPECT_THAT(rows.text(0), testing::Not(testing::HasSubstr(code->substr(0, 5)))); }
    EXPECT_EQ(packages.find(package)->state, "released");
}

TEST_F(WaysOutTest, BreakGlassLeadsFromADeadMachineToAnOpenPaper)
{
    const Identity spare_machine = Identity::generate("hall-302");
    const auto now = at(in_window);
    Result<PackageReader> reader = [&] {
        OfficeVault vault = bench.as(bench.wang);
        return PackageRegister{vault}.reader(package);
    }();
    ASSERT_THAT(reader, Succeeds());
    const auto half = give_recovery_half(*reader, bench.zhao, now).value();
    const auto made = make_rewrap(*reader, half, bench.wang, NewHost{spare_machine.card()}, "服务器损坏", now).value();
    {
        OfficeVault vault = bench.as(bench.wang);
        EXPECT_THAT(PackageRegister{vault}.enter_rewrap(made, now), RefusesWith(VaultError::signature_invalid));
    }
    const auto rewrap = confirm_rewrap(made, *reader, bench.zhao).value();
    {
        OfficeVault vault = bench.as(bench.fa);
        EXPECT_THAT(PackageRegister{vault}.enter_rewrap(rewrap, now), RefusesWith(VaultError::not_permitted));
    }
    {
        OfficeVault vault = bench.as(bench.zhao);
        PackageRegister packages{vault};
        ASSERT_THAT(packages.enter_rewrap(rewrap, now), Succeeds());
        EXPECT_THAT(packages.enter_rewrap(rewrap, now), RefusesWith(VaultError::conflict)) << "the same one again";
    }
    OfficeVault vault = bench.as(bench.fa);
    const auto release = PackageRegister{vault}.release(package, now);
    ASSERT_THAT(release, Succeeds());
    EXPECT_EQ(release->hall_id, spare_machine.card().id());

    // At the spare machine: the package as it was handed out, and the rewrap.
    ASSERT_THAT(reader->apply(rewrap), Succeeds());
    auto opening = HallOpening::begin(*reader, spare_machine).value();
    for (const Identity* custodian : {&bench.first_custodian, &bench.second_custodian}) {
        ASSERT_THAT(
            opening.add_share(give_share(*reader, LockSet::hall, *custodian, spare_machine.card(), now).value()),
            Succeeds());
    }
    ASSERT_THAT(opening.add_release(*release), Succeeds());
    const auto keys = opening.open(now);
    ASSERT_THAT(keys, Succeeds());
    EXPECT_THAT(reader->read("paper", *keys), Succeeds());
    Statement row = vault.database().prepare("SELECT count(*) FROM ledger WHERE text LIKE '%package.rewrap%'");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 1);
}

TEST_F(WaysOutTest, V8_WithdrawalStopsTheReleaseAtOnceAndIsFinalWithASecondOfficer)
{
    {
        OfficeVault vault = bench.as(bench.grader);
        EXPECT_THAT(PackageRegister{vault}.withdraw(package, "x", at(morning)), RefusesWith(VaultError::not_permitted));
    }
    {
        OfficeVault vault = bench.as(bench.chen);
        PackageRegister packages{vault};
        EXPECT_THAT(packages.withdraw(package, "", at(morning)), RefusesWith(VaultError::malformed));
        EXPECT_THAT(packages.withdraw(package, "保密室失窃", at(morning)), RefusesWith(VaultError::quorum_incomplete));
        EXPECT_THAT(packages.withdraw(package, "again", at(morning)), RefusesWith(VaultError::not_permitted))
            << "one person is not two";
    }
    OfficeVault vault = bench.as(bench.fa);
    PackageRegister packages{vault};
    EXPECT_THAT(packages.release(package, at(in_window)), RefusesWith(VaultError::withdrawn)) << "stopped by one";
    EXPECT_THAT(packages.release_spoken(package, at(in_window)), RefusesWith(VaultError::withdrawn));
    const auto withdrawal = packages.withdraw(package, "agreed", at(morning));
    ASSERT_THAT(withdrawal, Succeeds());
    EXPECT_EQ(withdrawal->reason, "保密室失窃");
    EXPECT_THAT(verify_withdrawal(*withdrawal, packages.reader(package).value()), Succeeds());
    EXPECT_EQ(packages.find(package)->state, "withdrawn");
    EXPECT_THAT(packages.release(package, at(in_window)), RefusesWith(VaultError::withdrawn));

    EXPECT_THAT(packages.replace(package, package, "x", at(morning)), RefusesWith(VaultError::wrong_batch));
}

TEST_F(WaysOutTest, SuitesAreAcceptedByAManagerAndNoPackageOfAnotherOneIsSealedOrRead)
{
    {
        OfficeVault vault = bench.as(bench.fa);
        EXPECT_THAT(vault.accept_suites({crypto::Suite::gm1}, at(morning)), RefusesWith(VaultError::not_permitted));
    }
    OfficeVault vault = bench.as(bench.chen);
    EXPECT_EQ(vault.accepted_suites(), crypto::SuiteSet{crypto::Suite::pv1});
    EXPECT_THAT(vault.office_identity(crypto::Suite::gm1), RefusesWith(VaultError::suite_refused));
    EXPECT_THAT(vault.accept_suites({}, at(morning)), RefusesWith(VaultError::malformed));
    ASSERT_THAT(vault.accept_suites({crypto::Suite::gm1}, at(morning)), Succeeds());
    EXPECT_EQ((*vault.office_identity(crypto::Suite::gm1))->card().suite(), crypto::Suite::gm1);
    EXPECT_THAT(PackageRegister{vault}.reader(package), RefusesWith(VaultError::suite_refused));
    OfficeVault again = bench.as(bench.chen);
    EXPECT_EQ((*again.office_identity(crypto::Suite::gm1))->card(),
              (*vault.office_identity(crypto::Suite::gm1))->card());
}

} // namespace
} // namespace papervault::vault::test
