#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/preview.hpp>
#include <papervault/vault/proofs.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class ProofTest : public testing::Test {
protected:
    ProofTest()
    {
        office.import_items();
        id = office.draw(); // drawn by chen, proof-read by lin
        office.create_batch();
    }
    Result<ProofMark> mark(const Identity& who, const std::string& form, std::vector<ProofFinding> findings)
    {
        OfficeVault vault = office.as(who);
        return ProofRegister{vault}.mark(id, form, std::move(findings), at(morning));
    }
    Result<PackageHeader> seal()
    {
        OfficeVault vault = office.as(office.wang);
        return PackageRegister{vault}.seal(office.plan(id, "B-01", "p.draft"), office.wang, at(morning));
    }
    OfficeBench office;
    std::string id;
};

TEST_F(ProofTest, B7IsNotMadeByThePersonWhoDrew)
{
    EXPECT_THAT(mark(office.chen, "A", {}), RefusesNaming(VaultError::not_permitted, "B7"));
    EXPECT_THAT(mark(office.du, "A", {}), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(mark(office.grader, "A", {}), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(mark(office.zhao, "A", {}), Succeeds());
}

TEST_F(ProofTest, RefusesMarksOfWhatTheFormHasNot)
{
    EXPECT_THAT(mark(office.lin, "Z", {}), RefusesWith(VaultError::not_found));
    EXPECT_THAT(mark(office.lin, "A", {{"NO-SUCH-ITEM", "错字"}}), RefusesWith(VaultError::not_found));
    EXPECT_THAT(mark(office.lin, "A", {{"", ""}}), RefusesWith(VaultError::malformed));
    EXPECT_THAT(mark(office.lin, "A", {{"", std::string(1001, 'x')}}), RefusesWith(VaultError::malformed));
}

TEST_F(ProofTest, SealingWaitsForFindingsToBeCleared)
{
    ASSERT_THAT(mark(office.lin, "B", {{"", "标点有误"}}), Succeeds());
    EXPECT_THAT(seal(), RefusesNaming(VaultError::conflict, "标点有误"));
    const auto again = mark(office.zhao, "B", {});
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(again->number, 3);
    EXPECT_THAT(seal(), Succeeds());
    OfficeVault vault = office.as(office.chen);
    const auto marks = ProofRegister{vault}.marks(id).value();
    ASSERT_EQ(marks.size(), 5U);
    EXPECT_EQ(marks[2].findings, (std::vector<ProofFinding>{{"", "标点有误"}}));
}

TEST_F(ProofTest, SealingRefusesAFormThatNobodyHasRead)
{
    OfficeVault vault = office.as(office.chen);
    vault.database().execute("DELETE FROM draw_proofs WHERE form_id = 'S1'");
    EXPECT_THAT(seal(), RefusesNaming(VaultError::conflict, "S1"));
}

TEST_F(ProofTest, SealingRefusesAMarkThatIsNotForThisContentOrByTheDrawer)
{
    OfficeVault vault = office.as(office.chen);
    vault.database().execute("UPDATE draw_proofs SET form_digest = 'x' WHERE form_id = 'A'");
    EXPECT_THAT(seal(), RefusesNaming(VaultError::conflict, "form A"));
    ASSERT_THAT(mark(office.lin, "A", {}), Succeeds());
    vault.database().prepare("UPDATE draw_proofs SET officer_id = ?").bind(office.chen.card().id()).run();
    EXPECT_THAT(seal(), RefusesWith(VaultError::conflict));
}

TEST_F(ProofTest, ARehearsalMayBeUnreadButNotWithFindings)
{
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    const DrawRecord record = draws.find(id).value();
    const auto forms = draws.forms(record).value();
    vault.database().execute("DELETE FROM draw_proofs");
    ProofRegister proofs{vault};
    EXPECT_THAT(proofs.require_clean(record, forms, true), Succeeds());
    EXPECT_THAT(proofs.require_clean(record, forms, false), RefusesWith(VaultError::conflict));
    ASSERT_THAT(mark(office.lin, "A", {{"", "缺图"}}), Succeeds());
    EXPECT_THAT(proofs.require_clean(record, forms, true), RefusesNaming(VaultError::conflict, "缺图"));
}

TEST_F(ProofTest, B5PreviewIsForPapermakersAndIsInTheLedger)
{
    const PreviewRequest request{id, {"A"}, false, "校对"};
    {
        OfficeVault vault = office.as(office.grader);
        EXPECT_THAT(open_preview(vault, request, at(morning)), RefusesWith(VaultError::not_permitted));
    }
    {
        OfficeVault vault = office.as(office.fa);
        EXPECT_THAT(open_preview(vault, request, at(morning)), RefusesWith(VaultError::not_permitted));
    }
    OfficeVault vault = office.as(office.lin);
    const auto before = vault.ledger().size();
    const auto preview = open_preview(vault, request, at(morning));
    ASSERT_THAT(preview, Succeeds());
    EXPECT_TRUE(preview->keys.empty());
    EXPECT_EQ(preview->viewer, "林晓梅");
    ASSERT_EQ(vault.ledger().size(), before + 1);
    EXPECT_THAT(vault.ledger().texts(before, 1).front(), testing::HasSubstr("draw.preview"));
    EXPECT_THAT(open_preview(vault, {id, {"A"}, true, "校对"}, at(morning)), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(open_preview(vault, {id, {"A"}, false, ""}, at(morning)), RefusesWith(VaultError::malformed));
    EXPECT_THAT(open_preview(vault, {id, {"A", "B", "S1"}, false, "x"}, at(morning)),
                RefusesWith(VaultError::malformed));
    OfficeVault keeper = office.as(office.chen);
    EXPECT_EQ(open_preview(keeper, {id, {"A", "B"}, true, "对照"}, at(morning))->keys.size(), 10U);
}

TEST_F(ProofTest, V3NobodyReadsASealedPaper)
{
    ASSERT_THAT(seal(), Succeeds());
    for (const Identity* who : {&office.chen, &office.wang, &office.du}) {
        OfficeVault vault = office.as(*who);
        EXPECT_THAT(open_preview(vault, {id, {"A"}, false, "再看一眼"}, at(morning)),
                    RefusesNaming(VaultError::conflict, "V3"));
    }
}

} // namespace
} // namespace papervault::vault::test
