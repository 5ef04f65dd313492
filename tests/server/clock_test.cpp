#include <papervault/server/clock.hpp>

#include "hall/service_thread.hpp"
#include "log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

engine::Instant wall()
{
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

TEST(HallClockTest, BeginsWithTheWallClockAndCountsOn)
{
    const HallClock clock{std::nullopt, {}};
    EXPECT_LE(std::chrono::abs(clock.now() - wall()), 2s);
    const auto before = clock.now();
    std::this_thread::sleep_for(20ms);
    EXPECT_GT(clock.now(), before);
    EXPECT_LE(std::chrono::abs(clock.wall_difference()), 2s);
}

TEST(HallClockTest, NeverBeginsBeforeTheLastRecordT3)
{
    const engine::Instant last = wall() + 24h;
    const HallClock clock{std::nullopt, last};
    EXPECT_GE(clock.now(), last);
    EXPECT_LE(clock.now(), last + 2s);
}

TEST(HallClockTest, CountsOnFromTheAnchorInTheSameBootWhateverTheWallClockSaysT1)
{
    const HallClock first{std::nullopt, {}};
    for (const auto shift : {-10 * 365 * 24h, -1h, 1h, 50 * 365 * 24h}) {
        ClockAnchor anchor = first.anchor();
        anchor.time += shift; // the wall clock was set by minus this since
        const HallClock next{anchor, {}};
        EXPECT_LE(std::chrono::abs(next.now() - (first.now() + shift)), 2s);
        EXPECT_GE(std::chrono::abs(next.wall_difference()), 59min);
    }
}

TEST(HallClockTest, TakesTheWallClockAfterAReboot)
{
    ClockAnchor anchor = HallClock{std::nullopt, {}}.anchor();
    anchor.time -= 24h;
    anchor.boot_id = "another boot";
    EXPECT_LE(std::chrono::abs(HallClock(anchor, {}).now() - wall()), 2s);
    anchor = HallClock{std::nullopt, {}}.anchor();
    anchor.time -= 24h;
    anchor.since_boot += 24h; // from the future of this boot: not this boot
    EXPECT_LE(std::chrono::abs(HallClock(anchor, {}).now() - wall()), 2s);
}

TEST(ServiceThreadTest, RunsEverythingInOrderAndTheAlarmInTime)
{
    const HallClock clock{std::nullopt, {}};
    std::vector<int> order;
    std::promise<void> rung;
    {
        ServiceThread thread{clock};
        for (int i = 0; i < 1000; ++i) {
            thread.post([&order, i] { order.push_back(i); });
        }
        thread.post([&] { thread.set_alarm(clock.now() + 30ms, [&rung] { rung.set_value(); }); });
        EXPECT_EQ(rung.get_future().wait_for(10s), std::future_status::ready);
        thread.post([&] { thread.set_alarm(clock.now() + 24h, [] { ADD_FAILURE() << "too early"; }); });
    }
    ASSERT_EQ(order.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(LogTest, LetsNobodyForgeALine)
{
    testing::internal::CaptureStderr();
    log_line(LogLevel::warning, "seat 1: x\n2026-11-21T00:00:00.000Z info all is well\x1b[2J\xc2\x9b"
                                "31m 中文");
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    EXPECT_NE(text.find("\\x0a"), std::string::npos);
    EXPECT_NE(text.find("中文"), std::string::npos);
}

} // namespace
} // namespace papervault::server::test
