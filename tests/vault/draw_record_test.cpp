#include "draws/draw_text.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

#include <set>

namespace papervault::vault::test {
namespace {

void execute(OfficeVault& vault, const std::string& sql)
{
    vault.database().execute(sql.c_str());
}

/// The digest that a program which wrote this record would have written.
void give_fitting_digest(OfficeVault& vault, const std::string& id)
{
    const DrawRecord record = DrawRegister{vault}.find(id).value();
    Statement row = vault.database().prepare("SELECT forms FROM draws WHERE id = ?");
    row.bind(id);
    row.step();
    const std::string digest = draw_digest(record, row.text(0)).hex();
    row.reset();
    vault.database().prepare("UPDATE draws SET digest = ? WHERE id = ?").bind(digest).bind(id).run();
}

TEST(DrawRecordTest, NamesTheMethodAndTheDrawer)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    OfficeVault vault = office.as(office.lin);
    const DrawRecord record = DrawRegister{vault}.find(id).value();
    EXPECT_EQ(record.method, engine::draw_method);
    EXPECT_EQ(record.drawn_by, office.chen.card().id());
}

TEST(DrawRecordTest, RefusesToRepeatAnUnknownMethod)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    execute(vault, "UPDATE draws SET method = 'papervault-draw-0'");
    // The method is part of the digest: it can't be changed alone to escape the repetition.
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::chain_broken, "digest"));
    give_fitting_digest(vault, id);
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::conflict, "papervault-draw-0"));
    EXPECT_THAT(draws.verify_form(id, "A"), RefusesNaming(VaultError::conflict, "papervault-draw-0"));
}

TEST(DrawRecordTest, ReadsARecordFromBeforeTheMethodWasStored)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    execute(vault, "UPDATE draws SET method = NULL, drawn_by = NULL, beacon = NULL, beacon_source = NULL");
    const auto record = draws.find(id);
    ASSERT_THAT(record, Succeeds());
    EXPECT_EQ(record->method, "papervault-draw-1");
    // Its digest was taken in the old way, which leaves the method out.
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::chain_broken, "digest"));
    give_fitting_digest(vault, id);
    EXPECT_THAT(draws.verify(id), Succeeds());
}

TEST(DrawRecordTest, UpgradesAVaultOfTheFirstSchema)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    {
        OfficeVault vault = office.as(office.chen);
        for (const char* column : {"beacon_source", "beacon", "drawn_by", "method", "loft_forms", "loft_root",
                                   "loft_digests", "certificate_digest"}) {
            execute(vault, std::string{"ALTER TABLE draws DROP COLUMN "} + column);
        }
        for (const char* table : {"draw_proofs", "item_facts", "key_corrections", "ledger_nodes", "ledger_head",
                                  "holds", "destructions", "copies", "batch_policies"}) {
            execute(vault, std::string{"DROP TABLE "} + table);
        }
        execute(vault, "PRAGMA user_version = 1");
    }
    OfficeVault vault = office.as(office.chen);
    const auto record = DrawRegister{vault}.find(id);
    ASSERT_THAT(record, Succeeds());
    EXPECT_EQ(record->forms.size(), 3U);
    EXPECT_EQ(record->method, "papervault-draw-1");
}

TEST(DrawRecordTest, MixesAPublicValueIntoTheSeedThatWasNamedBefore)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.ready_draw(OfficeBench::blueprint(), "drand 4711");
    const std::string without = office.ready_draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    EXPECT_THAT(draws.run(id, at(morning)), RefusesNaming(VaultError::conflict, "drand 4711"));
    EXPECT_THAT(draws.run(without, at(morning), "chosen late"), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(draws.run(id, at(morning), "two\nlines"), RefusesWith(VaultError::malformed));
    ASSERT_THAT(draws.run(id, at(morning), "9f86d081"), Succeeds());
    ASSERT_THAT(draws.verify(id), Succeeds());
    EXPECT_EQ(draws.find(id)->beacon, "9f86d081");
    execute(vault, "UPDATE draws SET beacon = '9f86d082' WHERE id = '" + id + "'");
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::chain_broken, "seed"));
}

TEST(DrawRecordTest, ChecksOneFormOfASet)
{
    const OfficeBench office;
    office.import_items();
    const std::string id = office.draw();
    OfficeVault vault = office.as(office.lin);
    DrawRegister draws{vault};
    EXPECT_THAT(draws.verify_form(id, "B"), Succeeds());
    EXPECT_THAT(draws.verify_form(id, "C"), RefusesWith(VaultError::not_found));
    EXPECT_EQ(draws.form(*draws.find(id), "B")->item_count(), 5U);
}

class LoftTest : public testing::Test {
protected:
    LoftTest() { office.import_items(); }
    OfficeBench office;
};

TEST_F(LoftTest, DrawsAFormForEachCandidateAndAnyOneAgainAlone)
{
    const std::string id = office.ready_draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    std::size_t last = 0;
    ASSERT_THAT(draws.run_loft(id, 700, at(morning), {}, [&](std::size_t done, std::size_t) { last = done; }),
                Succeeds());
    EXPECT_EQ(last, 700U);
    const DrawRecord record = draws.find(id).value();
    EXPECT_EQ(record.loft.forms, 700U);
    EXPECT_TRUE(record.forms.empty());
    ASSERT_THAT(draws.verify(id), Succeeds());
    ASSERT_THAT(draws.verify_form(id, "513"), Succeeds());
    std::set<std::string> papers;
    for (const char* number : {"1", "2", "699", "700"}) {
        const auto form = draws.form(record, number);
        ASSERT_THAT(form, Succeeds());
        EXPECT_EQ(form->id, number);
        EXPECT_EQ(form->item_count(), 5U);
        papers.insert(engine::form_identity_text(*form));
    }
    EXPECT_EQ(papers.size(), 4U);
    EXPECT_EQ(engine::form_identity_text(*draws.form(record, "699")),
              engine::form_identity_text(*draws.form(record, "699")));
    EXPECT_THAT(draws.run(id, at(morning)), RefusesWith(VaultError::already_used));
    EXPECT_THAT(draws.forms(record), RefusesWith(VaultError::conflict));
    const auto audit = verify_vault(vault, {}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_TRUE(audit->findings.back().good) << audit->findings.back().detail;
}

TEST_F(LoftTest, FormNDoesNotDependOnHowManyThereAre)
{
    const std::string id = office.ready_draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    const DrawRecord few = draws.run_loft(id, 3, at(morning)).value();
    const auto digest = [&] {
        Statement row = vault.database().prepare("SELECT hex(substr(loft_digests, 33, 32)) FROM draws WHERE id = ?");
        row.bind(id);
        row.step();
        return row.text(0);
    };
    const std::string second = digest();
    execute(vault, "UPDATE draws SET state = 'ready', loft_forms = NULL WHERE id = '" + id + "'");
    const DrawRecord many = draws.run_loft(id, 300, at(morning)).value();
    EXPECT_EQ(digest(), second);
    EXPECT_NE(few.loft.root, many.loft.root);
}

TEST_F(LoftTest, RefusesNumbersItHasNotAndDigestsThatWereChanged)
{
    const std::string id = office.ready_draw();
    OfficeVault vault = office.as(office.chen);
    DrawRegister draws{vault};
    EXPECT_THAT(draws.run_loft(id, 0, at(morning)), RefusesWith(VaultError::malformed));
    EXPECT_THAT(draws.run_loft(id, 100'001, at(morning)), RefusesWith(VaultError::malformed));
    ASSERT_THAT(draws.run_loft(id, 20, at(morning)), Succeeds());
    for (const char* wrong : {"0", "21", "A", "01", "-1", "", "1 ", "99999999999"}) {
        EXPECT_THAT(draws.verify_form(id, wrong), RefusesWith(VaultError::not_found)) << wrong;
    }
    execute(vault, "UPDATE draws SET loft_digests = CAST(zeroblob(32) || substr(loft_digests, 33) AS BLOB)");
    EXPECT_THAT(draws.verify_form(id, "2"), RefusesNaming(VaultError::chain_broken, "root"));
    EXPECT_THAT(draws.verify(id), RefusesWith(VaultError::chain_broken));
    execute(vault, "UPDATE draws SET loft_digests = substr(loft_digests, 33)");
    EXPECT_THAT(draws.verify(id), RefusesNaming(VaultError::chain_broken, "length"));
}

TEST_F(LoftTest, RefusesToDrawForSomebodyWithoutTheRight)
{
    const std::string id = office.ready_draw();
    OfficeVault vault = office.as(office.wang);
    EXPECT_THAT(DrawRegister{vault}.run_loft(id, 5, at(morning)), RefusesWith(VaultError::not_permitted));
}

} // namespace
} // namespace papervault::vault::test
