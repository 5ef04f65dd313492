#include "journal/sqlcipher_journal.hpp"
#include "server/support/exam_site.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/database.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <mutex>
#include <random>

namespace papervault::server::test {
namespace {

using vault::VaultError;

constexpr std::string_view package_id = "0123456789abcdef0123456789abcdef";
const auto keep_all = [](const JournalRecord&) -> vault::Result<void> { return {}; };

engine::Instant at(std::int64_t milliseconds)
{
    return engine::Instant{std::chrono::milliseconds{1'800'000'000'000 + milliseconds}};
}

class SqlcipherJournalTest : public testing::Test {
protected:
    void create() { ASSERT_TRUE(SqlcipherJournal::create(file, key, package_id, {})); }
    std::unique_ptr<SqlcipherJournal> open()
    {
        records.clear();
        auto journal =
            SqlcipherJournal::open(file, key, package_id, [this](const JournalRecord& record) -> vault::Result<void> {
                records.push_back(record);
                return {};
            });
        EXPECT_TRUE(journal) << journal.error().detail;
        return journal ? std::move(*journal) : nullptr;
    }
    /// Durable when it returns.
    static void append(SqlcipherJournal& journal, std::vector<JournalRecord> batch)
    {
        std::promise<bool> done;
        journal.append(std::move(batch),
                       [&done](const vault::Result<void>& stored) { done.set_value(stored.has_value()); });
        EXPECT_TRUE(done.get_future().get());
    }
    void write(int count)
    {
        create();
        const auto journal = open();
        JournalChain chain = journal->chain();
        for (int i = 1; i <= count; ++i) { append(*journal, {chain.extend(at(i), fmt::format(R"({{"n":{}}})", i))}); }
    }
    vault::Result<JournalChain> verify() { return SqlcipherJournal::verify(file, key, package_id, keep_all); }
    /// Changes what is stored, as somebody with the key could.
    void tamper(const char* sql)
    {
        auto database = vault::Database::open(file, key);
        ASSERT_TRUE(database);
        database->execute(sql);
    }

    TemporaryFolder folder;
    std::filesystem::path file = folder / "journal.db";
    crypto::SecretBuffer key = crypto::random_secret(32);
    std::vector<JournalRecord> records;
};

TEST_F(SqlcipherJournalTest, GivesBackWhatWasAppended)
{
    write(20);
    const auto journal = open();
    ASSERT_EQ(records.size(), 20U);
    EXPECT_EQ(records[6].payload, R"({"n":7})");
    EXPECT_EQ(records[6].number, 7U);
    EXPECT_EQ(records[6].time, at(7));
    EXPECT_EQ(journal->chain().records(), 20U);
    EXPECT_EQ(journal->chain().head(), records.back().hash);
}

TEST_F(SqlcipherJournalTest, GroupsWithoutLosingOrMixing)
{
    create();
    JournalChain chain{package_id};
    std::mutex mutex;
    std::vector<int> order;
    {
        const auto journal = open();
        for (int i = 0; i < 500; ++i) {
            std::vector<JournalRecord> batch;
            batch.push_back(chain.extend(at(i), fmt::format("[{}]", i)));
            if (i % 3 == 0) { batch.push_back(chain.extend(at(i), fmt::format("[{},2]", i))); }
            journal->append(std::move(batch), [&, i](const vault::Result<void>& stored) {
                const std::scoped_lock guard{mutex};
                EXPECT_TRUE(stored);
                order.push_back(i);
            });
        }
    } // waits for everything
    ASSERT_EQ(order.size(), 500U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    const auto journal = open();
    EXPECT_EQ(journal->chain().head(), chain.head());
}

TEST_F(SqlcipherJournalTest, IsOpenOnlyOnceAtATime)
{
    create();
    auto first = open();
    const auto second = SqlcipherJournal::open(file, key, package_id, keep_all);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, VaultError::conflict);
    first.reset();
    EXPECT_TRUE(open());
}

TEST_F(SqlcipherJournalTest, RefusesAnotherKeyAndAnotherPackage)
{
    write(3);
    const auto other_key = SqlcipherJournal::open(file, crypto::random_secret(32), package_id, keep_all);
    ASSERT_FALSE(other_key);
    EXPECT_EQ(other_key.error().code, VaultError::authentication_failed) << other_key.error().detail;
    const auto other_package = SqlcipherJournal::open(file, key, "ffffffffffffffffffffffffffffffff", keep_all);
    ASSERT_FALSE(other_package);
    EXPECT_EQ(other_package.error().code, VaultError::chain_broken);
    EXPECT_FALSE(SqlcipherJournal::open(folder / "nowhere.db", key, package_id, keep_all));
    EXPECT_FALSE(SqlcipherJournal::create(file, key, package_id, {}));
}

TEST_F(SqlcipherJournalTest, NamesTheRecordThatWasChangedL1)
{
    struct Attack {
        const char* sql;
        std::string_view named;
    };
    for (const auto& [sql, named] : {
             Attack{R"(UPDATE journal SET payload = '{"n":70}' WHERE number = 7)", "record 7"},
             Attack{"UPDATE journal SET time = time + 1 WHERE number = 5", "record 5"},
             Attack{"UPDATE journal SET hash = zeroblob(32) WHERE number = 9", "record 9"},
             Attack{"UPDATE journal SET hash = x'00' WHERE number = 3", "record 3"},
             Attack{"DELETE FROM journal WHERE number = 4", "record 4"},
             Attack{"DELETE FROM journal WHERE number = 1", "record 1"},
             Attack{"UPDATE journal SET number = number + 1000 WHERE number = 2", "record 2"},
             Attack{"INSERT INTO journal VALUES (11, 1900000000000, '{}', zeroblob(32))", "record 11"},
         }) {
        std::filesystem::remove(file);
        std::filesystem::remove(file.string() + "-wal");
        write(10);
        tamper(sql);
        const auto verified = verify();
        ASSERT_FALSE(verified) << sql;
        EXPECT_EQ(verified.error().code, VaultError::chain_broken) << sql;
        EXPECT_NE(verified.error().detail.find(named), std::string::npos) << sql << ": " << verified.error().detail;
    }
}

TEST_F(SqlcipherJournalTest, FindsAFlippedBitInAnyPageJ4)
{
    write(300);
    tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto bytes = vault::read_file(file, 1 << 24).value();
    ASSERT_GT(bytes.size(), 8U * 4096U);
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random{seed};
    for (std::size_t page = 0; page < bytes.size() / 4096; ++page) {
        const std::size_t offset = page * 4096 + random() % 4096;
        crypto::Bytes damaged = bytes;
        damaged[offset] ^= static_cast<std::byte>(1U << (random() % 8));
        ASSERT_TRUE(vault::write_file_durably(file, damaged, true));
        const auto verified = verify();
        ASSERT_FALSE(verified) << "byte " << offset;
        EXPECT_FALSE(verified.error().detail.empty());
    }
    ASSERT_TRUE(vault::write_file_durably(file, bytes, true));
    EXPECT_TRUE(verify());
}

TEST_F(SqlcipherJournalTest, KeepsWholeTransactionsWhenTheLogIsCutAnywhereJ3)
{
    write(40);
    // What a power cut leaves: the log without its end, at every 97th length.
    const auto wal_file = std::filesystem::path{file.string() + "-wal"};
    crypto::Bytes database;
    crypto::Bytes wal;
    {
        const auto journal = open(); // holds the log open, so that it isn't emptied
        JournalChain chain = journal->chain();
        for (int i = 41; i <= 60; ++i) { append(*journal, {chain.extend(at(i), "{}")}); }
        database = vault::read_file(file, 1 << 24).value();
        wal = vault::read_file(wal_file, 1 << 24).value();
    }
    ASSERT_GT(wal.size(), 4096U);
    std::uint64_t least = 60;
    for (std::size_t length = 0; length <= wal.size(); length += 4096 / 4 - 7) {
        ASSERT_TRUE(vault::write_file_durably(file, database, true));
        ASSERT_TRUE(vault::write_file_durably(wal_file, crypto::ByteView{wal}.first(length), true));
        std::filesystem::remove(file.string() + "-shm");
        const auto chain = verify();
        ASSERT_TRUE(chain) << "cut at " << length << ": " << chain.error().detail;
        least = std::min(least, chain->records());
        EXPECT_GE(chain->records(), 40U);
    }
    EXPECT_EQ(least, 40U);
}

TEST_F(SqlcipherJournalTest, SaysNoForEverAfterAFailedWriteJ2)
{
    create();
    const auto journal = open();
    JournalChain chain = journal->chain();
    append(*journal, {chain.extend(at(1), "{}")});
    const JournalRecord taken = chain.extend(at(2), "{}");
    append(*journal, {taken});
    const auto store = [&journal](JournalRecord record) {
        std::promise<bool> done;
        std::vector<JournalRecord> batch;
        batch.push_back(std::move(record));
        journal->append(std::move(batch),
                        [&done](const vault::Result<void>& stored) { done.set_value(stored.has_value()); });
        return done.get_future().get();
    };
    EXPECT_FALSE(store(taken)) << "the number is taken: the transaction fails";
    EXPECT_FALSE(store(chain.extend(at(3), "{}"))) << "and nothing is believed to be stored afterwards";
}

TEST_F(SqlcipherJournalTest, KeepsSealedSecretsUntilTheyAreDestroyed)
{
    write(1);
    const std::string secret = "SEALED-KEYS-CANARY";
    {
        const auto journal = open();
        ASSERT_TRUE(journal->keep("keys", crypto::bytes_of(secret)));
        EXPECT_EQ(crypto::text_of(journal->kept("keys").value().value()), secret);
        EXPECT_FALSE(journal->kept("other").value());
    }
    const auto journal = open();
    EXPECT_EQ(crypto::text_of(journal->kept("keys").value().value()), secret);
    ASSERT_TRUE(journal->destroy_kept());
    EXPECT_FALSE(journal->kept("keys").value());
    const auto wal = std::filesystem::path{file.string() + "-wal"};
    EXPECT_EQ(std::filesystem::exists(wal) ? std::filesystem::file_size(wal) : 0, 0U);
}

TEST_F(SqlcipherJournalTest, WritesNoWordInTheClear)
{
    create();
    {
        const auto journal = open();
        JournalChain chain = journal->chain();
        append(*journal, {chain.extend(at(1), R"({"answer":"CANARY-3141"})")});
        for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
            const auto bytes = crypto::text_of(vault::read_file(entry.path(), 1 << 24).value());
            EXPECT_EQ(bytes.find("CANARY-3141"), std::string::npos) << entry.path();
        }
    }
}

TEST(JournalChainTest, NeverGoesBackInTimeT3)
{
    JournalChain chain{package_id};
    EXPECT_EQ(chain.extend(at(1000), "{}").time, at(1000));
    EXPECT_EQ(chain.extend(at(10), "{}").time, at(1000));
    EXPECT_EQ(chain.last_time(), at(1000));

    JournalChain writer{package_id};
    const JournalRecord first = writer.extend(at(1000), "{}");
    JournalRecord second = writer.extend(at(1000), "{}");
    JournalChain reader{package_id};
    ASSERT_TRUE(reader.accept(first));
    second.time = at(999);
    EXPECT_FALSE(reader.accept(second));
}

TEST(JournalChainTest, RefusesRecordsOutOfOrderAndForeignOnes)
{
    JournalChain writer{package_id};
    const JournalRecord first = writer.extend(at(1), "{}");
    const JournalRecord second = writer.extend(at(2), "{}");
    JournalChain reader{package_id};
    EXPECT_FALSE(reader.accept(second));
    EXPECT_TRUE(reader.accept(first));
    EXPECT_FALSE(reader.accept(first));
    EXPECT_FALSE(JournalChain{"another"}.accept(first));
}

} // namespace
} // namespace papervault::server::test
