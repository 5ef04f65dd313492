// Statements rest prepared between uses: nothing of one use may be seen in the next.
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/database.hpp>

#include <gtest/gtest.h>

namespace papervault::vault::test {
namespace {

class DatabaseTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const crypto::SecretBuffer key = crypto::random_secret(32);
    Database database = [this] {
        Database made = Database::create(folder / "a.db", key).value();
        made.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT) STRICT");
        for (const char* word : {"one", "two", "three"}) {
            made.prepare("INSERT INTO t(word) VALUES (?)").bind(std::string_view{word}).run();
        }
        return made;
    }();
    [[nodiscard]] Statement words() { return database.prepare("SELECT word FROM t WHERE n >= ? ORDER BY n"); }
};

TEST_F(DatabaseTest, StatementsOfTheSameTextAreReadSideBySide)
{
    Statement outer = words();
    outer.bind(std::int64_t{1});
    ASSERT_TRUE(outer.step());
    {
        Statement inner = words();
        inner.bind(std::int64_t{3});
        ASSERT_TRUE(inner.step());
        EXPECT_EQ(inner.text(0), "three");
    }
    ASSERT_TRUE(outer.step());
    EXPECT_EQ(outer.text(0), "two");
}

TEST_F(DatabaseTest, AStatementForgetsItsValuesAndItsRows)
{
    {
        Statement half_read = words();
        half_read.bind(std::int64_t{1});
        ASSERT_TRUE(half_read.step());
    }
    Statement fresh = words();
    EXPECT_FALSE(fresh.step()) << "nothing is bound, so nothing is at least it";
    // A read that was left half done holds no lock.
    database.execute("DROP TABLE t");
    EXPECT_THROW(std::ignore = words(), StorageUnavailable);
}

TEST_F(DatabaseTest, AChangeOfTheTableIsSeenByWhatWasPreparedBefore)
{
    {
        Statement before = words();
    }
    database.execute("ALTER TABLE t RENAME COLUMN word TO other");
    EXPECT_THROW(
        {
            Statement after = words();
            after.bind(std::int64_t{1}).step();
        },
        StorageUnavailable);
    database.execute("ALTER TABLE t RENAME COLUMN other TO word");
    Statement again = words();
    EXPECT_TRUE(again.bind(std::int64_t{2}).step());
    EXPECT_EQ(again.text(0), "two");
}

TEST_F(DatabaseTest, MoreTextsThanMayRestAreFine)
{
    for (int round = 0; round < 2; ++round) {
        for (int n = 0; n < 100; ++n) {
            Statement sum = database.prepare("SELECT count(*) + " + std::to_string(n) + " FROM t");
            ASSERT_TRUE(sum.step());
            EXPECT_EQ(sum.integer(0), 3 + n);
        }
    }
}

TEST_F(DatabaseTest, AStatementMayOutliveItsDatabase)
{
    Statement rows = words();
    rows.bind(std::int64_t{1});
    ASSERT_TRUE(rows.step());
    {
        const Database gone = std::move(database);
    }
    EXPECT_EQ(rows.text(0), "one");
    database = Database::create(folder / "b.db", key).value();
}

} // namespace
} // namespace papervault::vault::test
