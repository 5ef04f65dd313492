#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/files.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

std::string content(const std::filesystem::path& file)
{
    return read_text_file(file, 64 << 20).value();
}

TEST(OfficeVaultTest, OpensForEachOfItsOfficers)
{
    const OfficeBench office;
    for (const Identity* who : {&office.chen, &office.lin, &office.wang, &office.du}) {
        const auto vault = OfficeVault::open(office.vault_folder(), *who);
        ASSERT_THAT(vault, Succeeds());
        EXPECT_EQ(vault->actor().name, who->card().name);
    }
}

TEST(OfficeVaultTest, RefusesAStrangerAndSomebodyOfTheSameName)
{
    const OfficeBench office;
    EXPECT_THAT(OfficeVault::open(office.vault_folder(), Identity::generate("生人")),
                RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(OfficeVault::open(office.vault_folder(), Identity::generate("陈建国")),
                RefusesWith(VaultError::not_permitted));
}

TEST(OfficeVaultTest, RefusesAFolderThatIsThereAndLeavesItAlone)
{
    const OfficeBench office;
    const std::string before = content(office.vault_folder() / "vault.keys");
    EXPECT_THAT(OfficeVault::create(office.vault_folder(), "x", {{office.chen.card(), {Role::manager}}}, office.chen,
                                    at(morning)),
                RefusesWith(VaultError::already_exists));
    EXPECT_EQ(content(office.vault_folder() / "vault.keys"), before);
}

TEST(OfficeVaultTest, LeavesNothingBehindWhenItCannotBeMade)
{
    const OfficeBench office;
    EXPECT_THAT(OfficeVault::create(office.folder / "other", "x", {{office.lin.card(), {Role::manager}}}, office.chen,
                                    at(morning)),
                RefusesWith(VaultError::not_permitted));
    EXPECT_FALSE(std::filesystem::exists(office.folder / "other"));
}

TEST(OfficeVaultTest, NamesADamagedKeyFile)
{
    const OfficeBench office;
    std::string keys = content(office.vault_folder() / "vault.keys");
    keys[keys.find("sealed_key") + 20] ^= 1;
    std::ignore = office.write("vault/vault.keys", keys);
    EXPECT_THAT(OfficeVault::open(office.vault_folder(), office.chen),
                RefusesNaming(VaultError::malformed, "vault.keys"));
}

TEST(OfficeVaultTest, RefusesADamagedDatabase)
{
    const OfficeBench office;
    std::string database = content(office.vault_folder() / "vault.db");
    database[100] = static_cast<char>(database[100] ^ 0x40);
    std::ignore = office.write("vault/vault.db", database);
    EXPECT_THAT(OfficeVault::open(office.vault_folder(), office.chen), RefusesWith(VaultError::authentication_failed));
    EXPECT_EQ(content(office.vault_folder() / "vault.db"), database);
}

TEST(OfficeVaultTest, RestsEncryptedOnDisk)
{
    const OfficeBench office;
    office.import_items();
    for (const auto& entry : std::filesystem::directory_iterator{office.vault_folder()}) {
        if (!entry.is_regular_file() || entry.path().filename() == "vault.keys") { continue; }
        const std::string bytes = content(entry.path());
        EXPECT_EQ(bytes.find("题干"), std::string::npos) << entry.path();
        EXPECT_FALSE(bytes.starts_with("SQLite format 3")) << entry.path();
    }
}

TEST(OfficeVaultTest, TakesANewOfficerWhoThenOpensIt)
{
    const OfficeBench office;
    const Identity sun = Identity::generate("孙工");
    {
        OfficeVault vault = office.as(office.chen);
        ASSERT_THAT(vault.add_officer({sun.card(), {Role::key_keeper}}, office.chen, at(morning)), Succeeds());
        EXPECT_THAT(vault.add_officer({sun.card(), {Role::manager}}, office.chen, at(morning)),
                    RefusesWith(VaultError::already_exists));
    }
    const OfficeVault vault = office.as(sun);
    EXPECT_THAT(vault.answers_key(), Succeeds());
    EXPECT_THAT(vault.require(Role::manager), RefusesWith(VaultError::not_permitted));
}

TEST(OfficeVaultTest, LetsOnlyAManagerAddOfficersAndOnlyAKeyHolderPassTheAnswersKey)
{
    const OfficeBench office;
    const Identity sun = Identity::generate("孙工");
    OfficeVault supervisor = office.as(office.du);
    EXPECT_THAT(supervisor.add_officer({sun.card(), {Role::manager}}, office.du, at(morning)),
                RefusesWith(VaultError::not_permitted));
    OfficeVault manager = office.as(office.lin);
    EXPECT_THAT(manager.add_officer({sun.card(), {Role::grader}}, office.lin, at(morning)),
                RefusesWith(VaultError::not_permitted));
}

TEST(OfficeVaultTest, A4KeepsSupervisorsApartFromEveryOtherRole)
{
    EXPECT_THAT(roles_from_text("supervisor,manager"), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(roles_from_text("janitor"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(roles_from_text(""), RefusesWith(VaultError::malformed));
}

TEST(OfficeVaultTest, RollsBackAChangeThatFails)
{
    const OfficeBench office;
    OfficeVault vault = office.as(office.chen);
    const std::uint64_t before = vault.ledger().size();
    const auto outcome = vault.record("test", at(morning), [](Database& database) -> Result<boost::json::object> {
        database.execute("INSERT INTO meta(name, value) VALUES ('left', 'over')");
        return refuse(VaultError::conflict, "no");
    });
    EXPECT_THAT(outcome, RefusesWith(VaultError::conflict));
    EXPECT_EQ(vault.ledger().size(), before);
    Statement row = vault.database().prepare("SELECT count(*) FROM meta WHERE name = 'left'");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 0);
}

TEST(DatabaseTest, RefusesAnotherKeyAndKeepsTheFile)
{
    const TemporaryFolder folder;
    crypto::SecretBuffer key{32};
    key.expose()[0] = std::byte{1};
    {
        auto database = Database::create(folder / "a.db", key);
        ASSERT_THAT(database, Succeeds());
        database->execute("CREATE TABLE t (x INTEGER) STRICT");
    }
    EXPECT_THAT(Database::open(folder / "a.db", crypto::SecretBuffer{32}),
                RefusesWith(VaultError::authentication_failed));
    EXPECT_THAT(Database::open(folder / "a.db", key), Succeeds());
    EXPECT_THAT(Database::create(folder / "a.db", key), RefusesWith(VaultError::already_exists));
    EXPECT_THAT(Database::open(folder / "b.db", key), RefusesWith(VaultError::not_found));
}

TEST(DatabaseTest, FindsAFlippedBitInAnyPage)
{
    const TemporaryFolder folder;
    const crypto::SecretBuffer key{32};
    {
        auto database = Database::create(folder / "a.db", key);
        ASSERT_THAT(database, Succeeds());
        database->execute("CREATE TABLE t (x TEXT) STRICT");
        Statement insert = database->prepare("INSERT INTO t VALUES (?)");
        for (int n = 0; n < 50; ++n) { insert.bind(std::string(500, 'x')).run(); }
        database->execute("PRAGMA wal_checkpoint(TRUNCATE)");
        EXPECT_EQ(database->find_damage(), std::nullopt);
    }
    const auto whole = read_file(folder / "a.db", 1 << 20).value();
    ASSERT_GE(whole.size(), 4096U * 4);
    for (std::size_t page = 1; page < whole.size() / 4096; ++page) {
        crypto::Bytes flipped = whole;
        flipped[page * 4096 + 1000] ^= std::byte{4};
        ASSERT_THAT(write_file_durably(folder / "a.db", flipped, true), Succeeds());
        auto database = Database::open(folder / "a.db", key);
        if (!database) { continue; }
        std::optional<std::string> damage;
        try {
            damage = database->find_damage();
        } catch (const StorageUnavailable& failure) {
            damage = failure.what();
        }
        EXPECT_NE(damage, std::nullopt) << "page " << page;
    }
}

} // namespace
} // namespace papervault::vault::test
