#include "database/locked_heap.hpp"
#include "vault/expect.hpp"
#include "vault/temporary_folder.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/database.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <thread>
#include <vector>

namespace papervault::vault::test {
namespace {

std::span<std::byte> bytes_at(void* block, std::size_t size)
{
    return {static_cast<std::byte*>(block), size};
}

TEST(LockedHeapTest, GivesBlocksThatAreAlignedLargeEnoughAndApart)
{
    struct Block {
        void* at;
        std::size_t size;
        std::byte mark;
    };
    std::vector<Block> blocks;
    std::mt19937 random{20261121};
    for (int step = 0; step < 800; ++step) {
        if (blocks.size() > 200 || (!blocks.empty() && random() % 3 == 0)) {
            std::swap(blocks[random() % blocks.size()], blocks.back());
            Block& leaving = blocks.back();
            const auto kept = bytes_at(leaving.at, leaving.size);
            ASSERT_TRUE(std::ranges::all_of(kept, [&](std::byte b) { return b == leaving.mark; })) << "step " << step;
            if (random() % 2 == 0) {
                const std::size_t size = 1 + random() % 2'000;
                void* const moved = locked_heap::reallocate(leaving.at, size);
                ASSERT_NE(moved, nullptr);
                const auto same = bytes_at(moved, std::min(size, leaving.size));
                ASSERT_TRUE(std::ranges::all_of(same, [&](std::byte b) { return b == leaving.mark; }));
                leaving.at = moved;
            }
            locked_heap::release(leaving.at);
            blocks.pop_back();
            continue;
        }
        const std::size_t size = 1 + random() % (random() % 16 == 0 ? 140'000 : 600);
        Block made{.at = locked_heap::allocate(size), .size = size, .mark = static_cast<std::byte>(step)};
        ASSERT_NE(made.at, nullptr);
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(made.at) % 16, 0U);
        ASSERT_GE(locked_heap::usable_bytes(made.at), size);
        ASSERT_GE(locked_heap::usable_bytes(made.at), locked_heap::rounded_bytes(size)) << size;
        std::ranges::fill(bytes_at(made.at, size), made.mark);
        blocks.push_back(made);
    }
    for (const Block& each : blocks) { locked_heap::release(each.at); }
}

TEST(LockedHeapTest, OverwritesWhatIsGivenBack)
{
    void* const block = locked_heap::allocate(1000);
    std::memset(block, 0x5a, 1000);
    locked_heap::release(block);
    void* const again = locked_heap::allocate(1000);
    ASSERT_EQ(again, block) << "the next one of its size";
    const auto rest = bytes_at(again, 1000).subspan(sizeof(void*)); // the list of free blocks runs through them
    EXPECT_TRUE(std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{}; }));
    locked_heap::release(again);
    locked_heap::release(nullptr);
}

TEST(LockedHeapTest, GivesLargeMemoryBackToTheSystemAndKeepsCountOfIt)
{
    const auto before = locked_heap::use();
    void* const block = locked_heap::allocate(3 << 20);
    EXPECT_GE(locked_heap::use().mapped_bytes, before.mapped_bytes + (3 << 20));
    locked_heap::release(block);
    EXPECT_EQ(locked_heap::use().mapped_bytes, before.mapped_bytes);
    EXPECT_EQ(locked_heap::use().locked_bytes, before.locked_bytes);
    EXPECT_EQ(locked_heap::allocate(SIZE_MAX), nullptr);
    EXPECT_EQ(locked_heap::allocate(SIZE_MAX / 4), nullptr);
}

TEST(LockedHeapTest, ServesSeveralThreads)
{
    const auto work = [] {
        for (int n = 0; n < 500; ++n) {
            void* const block = locked_heap::allocate(static_cast<std::size_t>(16 + n % 700));
            std::memset(block, n & 0xff, 16);
            locked_heap::release(block);
        }
    };
    std::thread one{work};
    std::thread two{work};
    one.join();
    two.join();
}

TEST(LockedHeapTest, IsWhatTheDatabaseLivesIn)
{
    const TemporaryFolder folder;
    auto database = Database::create(folder / "test.db", crypto::random_secret(32));
    ASSERT_THAT(database, Succeeds());
    EXPECT_TRUE(locked_heap::give_to_sqlite());
    database->execute("CREATE TABLE t(x)");
    Statement insert = database->prepare("INSERT INTO t(x) VALUES (?)");
    const auto before = locked_heap::use().mapped_bytes;
    insert.bind(std::string(2 << 20, 'x')); // the library keeps a copy until the statement is reset
    EXPECT_GT(locked_heap::use().mapped_bytes, before + (2 << 20));
}

} // namespace
} // namespace papervault::vault::test
