#include "support.hpp"

#include <papervault/crypto/init.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <vector>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

namespace papervault::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBuffer> && !std::is_copy_assignable_v<SecretBuffer>);
static_assert(std::is_nothrow_move_constructible_v<SecretBuffer> && std::is_nothrow_move_assignable_v<SecretBuffer>);
template <class T>
concept Comparable = requires(const T& value) { value == value; };
static_assert(!Comparable<SecretBuffer>, "secrets are compared in constant time only");

TEST(SecretBufferTest, StartsZeroed)
{
    const SecretBuffer secret{1000};
    EXPECT_EQ(secret.size_bytes(), 1000U);
    EXPECT_TRUE(std::ranges::all_of(secret.expose(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(SecretBufferTest, MayBeEmpty)
{
    const SecretBuffer empty{0};
    EXPECT_TRUE(empty.expose().empty());
    EXPECT_EQ(empty.clone().size_bytes(), 0U);
    EXPECT_TRUE(equal_in_constant_time(empty, SecretBuffer::copy_of({})));
}

TEST(SecretBufferTest, MovesItsBytesAndLeavesNothingBehind)
{
    SecretBuffer first = test_only_secret("010203");
    const std::byte* const address = first.expose().data();
    SecretBuffer second{std::move(first)};
    EXPECT_EQ(second.expose().data(), address);
    EXPECT_EQ(first.size_bytes(), 0U); // NOLINT(bugprone-use-after-move): this is what is claimed
    EXPECT_TRUE(first.expose().empty());

    SecretBuffer third{8};
    third = std::move(second);
    EXPECT_EQ(hex_of(third), "010203");
    EXPECT_EQ(second.size_bytes(), 0U); // NOLINT(bugprone-use-after-move)
}

TEST(SecretBufferTest, ClonesIntoMemoryOfItsOwn)
{
    SecretBuffer original = test_only_secret("010203");
    const SecretBuffer copy = original.clone();
    original.expose()[0] = std::byte{9};
    EXPECT_EQ(hex_of(copy), "010203");
}

TEST(SecretBufferTest, ComparesLengthAndEveryByte)
{
    const SecretBuffer secret = test_only_secret("00112233445566778899aabbccddeeff");
    EXPECT_TRUE(equal_in_constant_time(secret, secret.clone()));
    EXPECT_FALSE(equal_in_constant_time(secret.expose(), ByteView{secret.expose()}.first(15)));
    for (std::size_t at = 0; at < secret.size_bytes(); ++at) {
        SecretBuffer other = secret.clone();
        other.expose()[at] ^= std::byte{0x10};
        EXPECT_FALSE(equal_in_constant_time(secret, other)) << at;
    }
}

TEST(SecretBufferTest, WipeOverwrites)
{
    Bytes bytes(100, std::byte{0x55});
    wipe(bytes);
    EXPECT_EQ(bytes, Bytes(100));
    wipe({});
}

/// What the kernel notes on the mapping of this address: "lo" locked, "dd" not in core files. Empty if it does not say.
std::string kernel_flags_of(const void* address)
{
    std::ifstream maps{"/proc/self/smaps"};
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream text{line};
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (text >> std::hex >> begin >> dash >> end && dash == '-') {
            const auto place = reinterpret_cast<std::uintptr_t>(address);
            inside = begin <= place && place < end;
        } else if (inside && line.starts_with("VmFlags:")) {
            return line + " ";
        }
    }
    return {};
}

TEST(SecretBufferTest, IsKeptOutOfCoreFilesAndSwap)
{
    const SecretBuffer secret{100};
    const std::string flags = kernel_flags_of(secret.expose().data());
    if (flags.empty()) { GTEST_SKIP() << "NOT TESTED: this kernel does not show VmFlags"; }
    EXPECT_THAT(flags, testing::HasSubstr(" dd "));
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) // it turns mlock() off
    if (memory_can_be_locked(1 << 16)) { EXPECT_THAT(flags, testing::HasSubstr(" lo ")); }
#endif
    EXPECT_THAT(kernel_flags_of(&flags), testing::Not(testing::HasSubstr(" dd ")));
}

TEST(SecretBufferDeathTest, StopsTheProgramThatReadsBeyondTheEnd)
{
    EXPECT_EXIT(
        {
            const SecretBuffer secret{64};
            const volatile std::byte* const beyond = secret.expose().data() + 64;
            std::_Exit(static_cast<int>(*beyond) == 0 ? 0 : 0);
        },
        [](int status) { return !WIFEXITED(status) || WEXITSTATUS(status) != 0; }, "");
}

TEST(SecretBufferDeathTest, StopsTheProgramThatWroteBeforeTheStart)
{
    EXPECT_EXIT(
        {
            {
                SecretBuffer secret{64};
                volatile std::byte* const before = secret.expose().data() - 1;
                *before = static_cast<std::byte>(~static_cast<unsigned>(*before));
            }
            std::_Exit(0);
        },
        [](int status) { return !WIFEXITED(status) || WEXITSTATUS(status) != 0; }, "");
}

TEST(SecretBufferTest, RefusesImpossibleSizes)
{
    EXPECT_THROW(SecretBuffer{SIZE_MAX}, std::bad_alloc);
    EXPECT_THROW(SecretBuffer{SIZE_MAX / 2}, std::bad_alloc);
}

TEST(InitialiseTest, MayBeCalledByManyThreadsManyTimes)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([] {
            for (int again = 0; again < 100; ++again) { initialise(); }
        });
    }
    for (std::thread& thread : threads) { thread.join(); }
}

/// Runs in a child: limits cannot be raised again.
void give_up_privileges_and_limit_locked_memory(rlim_t bytes)
{
    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) { std::_Exit(98); }
    const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) { std::_Exit(99); }
}

TEST(MemoryLockDeathTest, IsPossibleUpToTheLimitAndNotBeyond)
{
    EXPECT_EXIT(
        {
            give_up_privileges_and_limit_locked_memory(1 << 20);
            const bool within = memory_can_be_locked(1 << 20);
            const bool beyond = memory_can_be_locked((1 << 20) + 4096);
            std::_Exit(within && !beyond ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST(CoreDumpDeathTest, IsForbiddenForGood)
{
    EXPECT_EXIT(
        {
            forbid_core_dumps();
            rlimit limit{};
            const bool read = getrlimit(RLIMIT_CORE, &limit) == 0;
            const bool forbidden =
                limit.rlim_cur == 0 && limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
            std::_Exit(read && forbidden ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace papervault::crypto
