#include <papervault/vault/local_time.hpp>

#include <gtest/gtest.h>

#include <ctime>
#include <stdlib.h>

namespace papervault::vault {
namespace {

class LocalTimeTest : public testing::Test {
protected:
    ~LocalTimeTest() override { in_zone(nullptr); }
    static void in_zone(const char* zone)
    {
        if (zone == nullptr) {
            unsetenv("TZ");
        } else {
            setenv("TZ", zone, 1);
        }
        tzset();
    }
};

TEST_F(LocalTimeTest, IsTheSitesOwn)
{
    const auto instant = engine::instant_from_text("2026-11-21T16:30:05.999Z");
    ASSERT_TRUE(instant);
    in_zone("CST-8");
    EXPECT_EQ(local_time(*instant), "2026-11-22 00:30:05");
    in_zone("UTC0");
    EXPECT_EQ(local_time(*instant), "2026-11-21 16:30:05");
}

TEST_F(LocalTimeTest, HoldsAtBothEndsOfTime)
{
    in_zone("UTC0");
    EXPECT_EQ(local_time(engine::instant_min), "1970-01-01 00:00:00");
    EXPECT_EQ(local_time(engine::instant_max), "9999-12-31 23:59:59");
}

} // namespace
} // namespace papervault::vault
