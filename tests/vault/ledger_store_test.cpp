#include "ledger/node_table.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/ledger.hpp>

#include <gtest/gtest.h>

#include <set>

namespace papervault::vault::test {
namespace {

Result<boost::json::object> nothing(Database&)
{
    return boost::json::object{};
}

TEST(NodeTableTest, GivesEverySubtreeARowOfItsOwnInTheOrderOfCompletion)
{
    std::set<std::uint64_t> places;
    std::uint64_t expected = 0;
    for (std::uint64_t leaf = 0; leaf < 1000; ++leaf) {
        for (unsigned level = 0; ((leaf + 1) & ((1ULL << level) - 1)) == 0; ++level) {
            const std::uint64_t place = node_place(level, leaf >> level);
            EXPECT_EQ(place, expected++);
            EXPECT_TRUE(places.insert(place).second);
        }
    }
}

class LedgerStoreTest : public testing::Test {
protected:
    OfficeBench office;
    OfficeVault vault = office.as(office.chen);

    [[nodiscard]] Checkpoint head() const
    {
        return verify_checkpoint(read_text_file(office.vault_folder() / "ledger.checkpoint", 64 * 1024).value(),
                                 vault.office_identity().card().sign_key)
            .value();
    }
    void grow(int entries)
    {
        for (int n = 0; n < entries; ++n) { ASSERT_THAT(vault.record("test", at(morning), nothing), Succeeds()); }
    }
};

TEST_F(LedgerStoreTest, KeepsTheTreeThatIsComputedFromTheEntries)
{
    for (int n = 0; n < 40; ++n) {
        grow(1);
        crypto::MerkleTree tree;
        const auto texts = vault.ledger().texts(0, 1000);
        for (const std::string& text : texts) { tree.append(crypto::merkle_leaf(crypto::bytes_of(text))); }
        EXPECT_EQ(head().root, tree.root());
        EXPECT_EQ(head().size, texts.size());
        EXPECT_EQ(vault.ledger().root_at(texts.size() / 2).value(), tree.root_at(texts.size() / 2));
        EXPECT_EQ(NodeTable{vault.database()}.size(), texts.size());
    }
    EXPECT_EQ(vault.ledger().find_tree_damage(), std::nullopt);
}

TEST_F(LedgerStoreTest, ProvesEveryEntryAndEveryEarlierState)
{
    grow(30);
    const Checkpoint now = head();
    crypto::MerkleTree tree;
    for (const std::string& text : vault.ledger().texts(0, 100)) {
        tree.append(crypto::merkle_leaf(crypto::bytes_of(text)));
    }
    for (std::uint64_t n = 0; n < now.size; ++n) {
        EXPECT_EQ(vault.ledger().inclusion_proof(n, now).value(), tree.inclusion_proof(n, now.size));
        const Checkpoint then{.origin = now.origin, .size = n + 1, .root = tree.root_at(n + 1)};
        EXPECT_EQ(vault.ledger().consistency_proof(then, now).value(), tree.consistency_proof(n + 1, now.size));
        const Checkpoint never{.origin = now.origin, .size = n + 1, .root = crypto::sha256({})};
        EXPECT_THAT(vault.ledger().consistency_proof(never, now), RefusesWith(VaultError::chain_broken));
    }
    EXPECT_THAT(vault.ledger().inclusion_proof(now.size, now), RefusesWith(VaultError::not_found));
}

TEST_F(LedgerStoreTest, FindsAnyStoredSubtreeThatWasAltered)
{
    grow(20);
    const Checkpoint now = head();
    const auto rows = NodeTable{vault.database()}.size() * 2;
    for (std::uint64_t place = 0; place < rows; ++place) {
        Transaction change{vault.database()};
        vault.database()
            .prepare("UPDATE ledger_nodes SET digest = zeroblob(32) WHERE place = ?")
            .bind(static_cast<std::int64_t>(place))
            .run();
        if (vault.database().changes() == 0) { continue; }
        EXPECT_NE(vault.ledger().find_tree_damage(), std::nullopt) << place;
        bool proof_refused = false;
        for (std::uint64_t n = 0; n < now.size; ++n) {
            proof_refused |= !vault.ledger().inclusion_proof(n, now).has_value();
        }
        EXPECT_TRUE(proof_refused) << place;
    }
    // What an append builds on is compared with the signed head first.
    vault.database().execute(
        "UPDATE ledger_nodes SET digest = zeroblob(32) WHERE place = 0 + (SELECT max(place) FROM ledger_nodes)");
    EXPECT_THAT(vault.record("test", at(morning), nothing), RefusesWith(VaultError::chain_broken));
    vault.database().execute("DELETE FROM ledger_nodes WHERE place = (SELECT max(place) FROM ledger_nodes)");
    EXPECT_FALSE(vault.record("test", at(morning), nothing).has_value());
}

TEST_F(LedgerStoreTest, RefusesToGoOnFromAnOlderDatabase)
{
    grow(3);
    const auto old_root = head();
    vault.database().execute("CREATE TEMP TABLE kept AS SELECT * FROM ledger; CREATE TEMP TABLE kept_nodes AS SELECT * "
                             "FROM ledger_nodes; CREATE TEMP TABLE kept_head AS SELECT * FROM ledger_head");
    grow(2);
    vault.database().execute("DELETE FROM ledger; INSERT INTO ledger SELECT * FROM kept; DELETE FROM ledger_nodes;"
                             "INSERT INTO ledger_nodes SELECT * FROM kept_nodes; DELETE FROM ledger_head; INSERT INTO "
                             "ledger_head SELECT * FROM kept_head");
    EXPECT_THAT(vault.record("test", at(morning), nothing), RefusesNaming(VaultError::chain_broken, "truncated"));
    EXPECT_EQ(head().size, old_root.size + 2) << "the newer checkpoint must stay as the proof";
}

TEST_F(LedgerStoreTest, TakesACheckpointFileThatIsBehindForWhatItIs)
{
    const auto file = office.vault_folder() / "ledger.checkpoint";
    const auto old_note = read_file(file, 64 * 1024).value();
    grow(2);
    ASSERT_THAT(write_file_durably(file, old_note, true), Succeeds());
    const auto audit = verify_vault(vault, {}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_TRUE(audit->good()) << audit->findings.back().detail;
    grow(1);
    EXPECT_EQ(head().size, vault.ledger().size());
}

TEST_F(LedgerStoreTest, BuildsTheTreeOfALedgerThatWasWrittenBeforeThereWasOne)
{
    grow(11);
    vault.database().execute("DELETE FROM ledger_nodes; DELETE FROM ledger_head");
    grow(1);
    EXPECT_EQ(vault.ledger().find_tree_damage(), std::nullopt);
    EXPECT_EQ(head().size, vault.ledger().size());
    const auto audit = verify_vault(vault, {}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_TRUE(audit->good()) << audit->findings.back().detail;
}

} // namespace
} // namespace papervault::vault::test
