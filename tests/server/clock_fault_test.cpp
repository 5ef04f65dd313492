// What a hall does when somebody sets its machine's clock: back, forward, over a restart, into another zone, over a
// leap second (T1 to T4).
#include "server/support/service_rig.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/local_time.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <stdlib.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;
using engine::WelcomeMessage;

constexpr engine::Instant first_moment{std::chrono::milliseconds{1'800'000'000'000}};

class ClockFaultTest : public testing::Test {
protected:
    /// Locks and inspection; the opening itself is the test's.
    void give_locks()
    {
        rig.staff(HttpMethod::post, "/v1/shares");
        rig.staff(HttpMethod::post, "/v1/shares");
        rig.staff(HttpMethod::post, "/v1/release");
    }
    std::string open() { return rig.staff(HttpMethod::post, "/v1/open").body; }
    bool is_open() { return rig.stored_state().phase != engine::SittingPhase::prepared; }
    void expect_times_go_forward() const
    {
        for (std::size_t i = 1; i < rig.journal->stored.size(); ++i) {
            ASSERT_GE(rig.journal->stored[i].time, rig.journal->stored[i - 1].time) << "record " << i + 1;
        }
    }
    [[nodiscard]] std::size_t notes(std::string_view kind) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(rig.journal->stored, [kind](const JournalRecord& record) {
            return record.payload.find(fmt::format("\"kind\":\"{}\"", kind)) != std::string::npos;
        }));
    }

    FakeTime machine{first_moment};
    ServiceRig rig{2, false, &machine};
};

TEST_F(ClockFaultTest, T3_AHallStartedWithItsClockSetBackRefusesToOpenAndSaysWhatToDo)
{
    rig.inspect();
    rig.pass(10min);
    rig.staff(HttpMethod::post, "/v1/shares"); // leaves a record with its time
    machine.set_wall(first_moment - 24h);
    machine.reboot();
    rig.restart();
    give_locks();
    const std::string refused = open();
    EXPECT_NE(refused.find("clock_wrong"), std::string::npos) << refused;
    EXPECT_NE(refused.find("set the machine's clock right, start the hall again"), std::string::npos) << refused;
    EXPECT_FALSE(is_open());
    EXPECT_EQ(notes("opening_refused"), 1U);
    // Set right and started again: the inspection is still there, shares and release are given again.
    machine.set_wall(first_moment + 11min);
    rig.restart();
    give_locks();
    EXPECT_NE(open().find("\"opened\""), std::string::npos);
    expect_times_go_forward();
}

TEST_F(ClockFaultTest, T2_AClockSetBackOrForwardWhileTheHallRunsRefusesTheOpening)
{
    for (const auto shift : {-10 * 365 * 24h, -24h, -1h, 1h, 24h}) {
        SCOPED_TRACE(shift.count());
        FakeTime time{first_moment};
        ServiceRig hall{2, false, &time};
        hall.inspect();
        hall.pass(1min);
        time.set_wall(time.wall() + shift);
        hall.staff(HttpMethod::post, "/v1/shares");
        hall.staff(HttpMethod::post, "/v1/shares");
        const auto refused = hall.staff(HttpMethod::post, "/v1/open");
        EXPECT_EQ(refused.status, 409);
        EXPECT_NE(refused.body.find("clock_wrong"), std::string::npos) << refused.body;
        EXPECT_NE(refused.body.find(shift < 0h ? "set back" : "set forward"), std::string::npos) << refused.body;
        EXPECT_EQ(hall.stored_state().phase, engine::SittingPhase::prepared);
        time.set_wall(first_moment + 1min); // it was a mistake, and nobody has to start anything
        EXPECT_EQ(hall.staff(HttpMethod::post, "/v1/open").status, 200);
    }
}

TEST_F(ClockFaultTest, T2_NoClockChangesTheDeadlinesOfASittingThatIsOpen)
{
    rig.open();
    rig.pass(rig.batch.starts_at - rig.wall->now());
    const LineId line = rig.seated(1);
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<std::int64_t> from_1970_to_2100{0, 4'102'444'800'000};
    engine::Instant last = rig.wall->now();
    for (int i = 0; i < 50; ++i) {
        machine.set_wall(engine::Instant{std::chrono::milliseconds{from_1970_to_2100(random)}});
        rig.pass(1min);
        ASSERT_EQ(rig.wall->now(), last + 1min);
        last = rig.wall->now();
        rig.answer(line, static_cast<std::uint64_t>(i) + 1, "A-1", "B");
        ASSERT_EQ(rig.last_refusal(line), "");
    }
    EXPECT_GT(notes("clock_differs"), 20U) << "what somebody does to the clock is in the record";
    rig.pass(rig.batch.ends_at - rig.wall->now() - 1ms);
    EXPECT_TRUE(rig.got<engine::EndedMessage>(line).empty());
    rig.pass(1ms);
    EXPECT_EQ(rig.got<engine::EndedMessage>(line).size(), 1U);
    expect_times_go_forward();
}

TEST_F(ClockFaultTest, T1_RandomClocksRestartsAndRebootsNeverMoveTheJournalBackOrOpenEarly)
{
    const std::uint64_t first_seed = std::random_device{}();
    for (std::uint64_t seed = first_seed; seed < first_seed + 20; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random{seed};
        FakeTime time{first_moment};
        ServiceRig hall{2, false, &time};
        engine::Instant highest = hall.wall->now();
        for (int step = 0; step < 40; ++step) {
            switch (random() % 5) {
            case 0:
                time.set_wall(first_moment + std::chrono::minutes{static_cast<int>(random() % 200'000) - 100'000});
                break;
            case 1: time.reboot(); [[fallthrough]];
            case 2: hall.restart(); break;
            default: hall.pass(std::chrono::milliseconds{random() % 60'000});
            }
            hall.staff(HttpMethod::get, "/v1/status");
            hall.staff(HttpMethod::post, "/v1/shares");
            const engine::Instant recorded = hall.journal->stored.back().time;
            ASSERT_GE(recorded, highest) << "step " << step;
            highest = recorded;
        }
        for (std::size_t i = 1; i < hall.journal->stored.size(); ++i) {
            ASSERT_GE(hall.journal->stored[i].time, hall.journal->stored[i - 1].time);
        }
    }
}

TEST_F(ClockFaultTest, T3_KillingTheHallAndSettingTheClockGivesNobodyAMinute)
{
    rig.open();
    rig.pass(rig.batch.starts_at - rig.wall->now() + 30min);
    rig.seated(1);
    machine.set_wall(first_moment - 24h * 30);
    rig.restart();
    EXPECT_EQ(rig.wall->now(), rig.batch.starts_at + 30min) << "the same boot: counted on";
    const LineId again = rig.seated(1);
    EXPECT_EQ(rig.got<WelcomeMessage>(again).at(0).ends_at, rig.batch.ends_at);
    // After a reboot the clock is all there is; the journal's last record holds against one that was set back.
    machine.reboot();
    rig.restart();
    EXPECT_GE(rig.wall->now(), rig.batch.starts_at + 30min);
    EXPECT_TRUE(is_open()) << "candidates go on";
    expect_times_go_forward();
}

TEST_F(ClockFaultTest, T4_ALeapSecondOrAStepOfTheTimeServiceRefusesNothing)
{
    rig.inspect();
    give_locks();
    machine.set_wall(machine.wall() - 1s); // 23:59:59 comes twice
    EXPECT_NE(open().find("\"opened\""), std::string::npos);
    rig.pass(rig.batch.starts_at - rig.wall->now());
    const LineId line = rig.seated(1);
    for (const auto step : {-1000ms, 1000ms, -500ms, 500ms}) {
        machine.set_wall(machine.wall() + step);
        rig.pass(1s);
    }
    rig.answer(line, 1, "A-1", "B");
    EXPECT_EQ(rig.got<engine::AckMessage>(line).size(), 1U);
    EXPECT_EQ(notes("clock_differs"), 0U);
}

TEST_F(ClockFaultTest, T4_TimeTextsKnowNoLeapSecondAndEveryZone)
{
    for (const char* text : {"2016-12-31T23:59:60Z", "2026-06-30T23:59:60.000Z", "2017-01-01T07:59:60+08:00"}) {
        EXPECT_FALSE(engine::instant_from_text(text)) << text << ": nobody begins or ends then";
    }
    const auto utc = engine::instant_from_text("2016-12-31T23:59:59.999Z").value();
    EXPECT_EQ(engine::instant_from_text("2017-01-01T00:00:00.000Z").value() - utc, 1ms) << "it is not counted";
    for (const char* same : {"2017-01-01T07:59:59.999+08:00", "2016-12-31T18:29:59.999-05:30"}) {
        EXPECT_EQ(engine::instant_from_text(same).value(), utc) << same;
    }
    EXPECT_EQ(engine::to_text(utc), "2016-12-31T23:59:59.999Z");
}

TEST_F(ClockFaultTest, T4_AChangeOfZoneChangesWhatPeopleReadAndNothingElse)
{
    const char* before = std::getenv("TZ");
    const std::string kept = before == nullptr ? "" : before;
    const auto in_zone = [](const char* zone) {
        setenv("TZ", zone, 1);
        tzset();
    };
    in_zone("CST-8");
    rig.open();
    rig.pass(rig.batch.starts_at - rig.wall->now());
    const LineId line = rig.seated(1);
    const std::string read_in_china = vault::local_time(rig.wall->now());
    const engine::Instant recorded = rig.journal->stored.back().time;
    in_zone("PST8PDT,M3.2.0,M11.1.0"); // with summer time
    EXPECT_NE(vault::local_time(rig.wall->now()), read_in_china);
    rig.answer(line, 1, "A-1", "B");
    EXPECT_EQ(rig.got<engine::AckMessage>(line).size(), 1U);
    EXPECT_EQ(rig.journal->stored.back().time, recorded);
    EXPECT_EQ(rig.wall->wall_difference(), 0ms);
    rig.restart();
    EXPECT_EQ(rig.wall->now(), rig.batch.starts_at);
    const std::string line_text = journal_line(rig.journal->stored.back());
    EXPECT_NE(line_text.find("Z\""), std::string::npos) << "the record is in UTC: " << line_text;
    if (before == nullptr) {
        unsetenv("TZ");
    } else {
        setenv("TZ", kept.c_str(), 1);
    }
    tzset();
}

} // namespace
} // namespace papervault::server::test
