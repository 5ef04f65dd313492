#include "session/hall_time.hpp"

#include <gtest/gtest.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
const engine::Instant noon{1'000'000s};

TEST(HallTimeTest, KnowsNothingBeforeTheFirstSample)
{
    EXPECT_FALSE(HallTime{}.at(5s));
}

TEST(HallTimeTest, TakesTheMiddleOfTheRoundTrip)
{
    HallTime time;
    time.sample(noon, 10s, 10s + 400ms);
    EXPECT_EQ(time.at(10s + 200ms), noon);
    EXPECT_EQ(time.at(70s + 200ms), noon + 1min);
}

TEST(HallTimeTest, BelievesTheShortestRoundTripOfTheLastEight)
{
    HallTime time;
    time.sample(noon, 0s, 10ms);
    time.sample(noon + 60s, 0s, 4s); // a slow answer: up to two seconds wrong
    EXPECT_EQ(time.at(5ms), noon);
    for (int i = 0; i < 8; ++i) { time.sample(noon + 100s, 100s, 101s); }
    EXPECT_EQ(time.at(100s + 500ms), noon + 100s) << "the old sample is forgotten";
}

TEST(HallTimeTest, UsesAGuessOnlyUntilTheFirstSample)
{
    HallTime time;
    time.guess(noon, 1s);
    EXPECT_EQ(time.at(2s), noon + 1s);
    time.sample(noon + 5s, 2s, 2s + 2ms);
    time.guess(noon, 3s);
    EXPECT_EQ(time.at(2s + 1ms), noon + 5s);
}

} // namespace
} // namespace papervault::client
