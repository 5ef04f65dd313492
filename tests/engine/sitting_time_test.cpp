#include "sitting_hall.hpp"

namespace papervault::engine {
namespace {

using enum Refusal;
using std::chrono::seconds;
constexpr double millisecond = 1.0 / 60'000;

// ---- what ticks bring ----

TEST(SittingTickTest, LeavesAPreparedSittingAlone)
{
    Hall hall;
    for (const double minute : {-100.0, 0.0, 45.0, 1000.0}) EXPECT_TRUE(changes_nothing(hall.tick(minute)));
    EXPECT_EQ(next_due(hall.state()), std::nullopt);
}

TEST(SittingTickTest, E4StartsOnTimeWithEveryoneWhoSitsThere)
{
    Hall hall;
    hall.open();
    hall.sign_in(-10, 1);
    EXPECT_EQ(next_due(hall.state()), hall.at_minute(0));
    EXPECT_TRUE(changes_nothing(hall.tick(-millisecond)));
    EXPECT_TRUE(leads_to<Started>(hall.tick(0)));
    EXPECT_TRUE(changes_nothing(hall.tick(0))) << "once";
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::working);
    EXPECT_EQ(hall.candidate(2).phase, CandidatePhase::absent);
}

TEST(SittingTickTest, StartsAPaperThatWasOpenedLateWithTheNextTick)
{
    Hall hall;
    hall.open(5);
    EXPECT_EQ(hall.state().phase, SittingPhase::opened);
    EXPECT_TRUE(leads_to<Started>(hall.tick(5)));
}

TEST(SittingTickTest, E6RecordsTheAbsentThirtyMinutesAfterTheStart)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(changes_nothing(hall.tick(30 - millisecond)));
    const Decision decision = hall.tick(30);
    ASSERT_TRUE(leads_to<AbsentRecorded>(decision));
    EXPECT_THAT(std::get<AbsentRecorded>(decision.events[0]).tickets, testing::ElementsAre("T-0003"));
    EXPECT_TRUE(changes_nothing(hall.tick(31)));
    EXPECT_TRUE(is_refused(hall.sign_in(30, 3), too_late)) << "recorded is recorded";
}

TEST(SittingTickTest, E6WritesDownThatNobodyWasAbsent)
{
    Hall hall;
    hall.start();
    hall.sign_in(5, 3);
    const Decision decision = hall.tick(30);
    ASSERT_TRUE(leads_to<AbsentRecorded>(decision));
    EXPECT_TRUE(std::get<AbsentRecorded>(decision.events[0]).tickets.empty());
}

TEST(SittingTickTest, E6CountsWhoWasHereAndLeftAsPresent)
{
    Hall hall;
    hall.start();
    hall.act(5, SignOut{Hall::ticket(1), 1});
    EXPECT_THAT(std::get<AbsentRecorded>(hall.tick(30).events.at(0)).tickets, testing::ElementsAre("T-0003"));
}

TEST(SittingTickTest, E5RemindsFifteenMinutesBeforeTheEndOnce)
{
    Hall hall;
    hall.start();
    hall.tick(30);
    EXPECT_EQ(next_due(hall.state()), hall.at_minute(75));
    EXPECT_TRUE(changes_nothing(hall.tick(75 - millisecond)));
    const Decision decision = hall.tick(75);
    ASSERT_TRUE(leads_to<Reminded>(decision));
    EXPECT_EQ(std::get<Reminded>(decision.events[0]).before_end, seconds{900});
    EXPECT_TRUE(changes_nothing(hall.tick(75)));
    EXPECT_TRUE(changes_nothing(hall.tick(80)));
}

TEST(SittingTickTest, E5MakesUpForTheShortestOfSeveralMissedRemindersOnly)
{
    Batch batch = morning_batch();
    batch.policy.reminders = {seconds{1800}, seconds{900}, seconds{300}};
    Hall hall{batch};
    hall.start();
    hall.tick(30);
    const Decision decision = hall.tick(80);
    ASSERT_TRUE(leads_to<Reminded>(decision));
    EXPECT_EQ(std::get<Reminded>(decision.events[0]).before_end, seconds{900}) << "30 minutes left would be a lie";
    EXPECT_EQ(next_due(hall.state()), hall.at_minute(85));
    EXPECT_TRUE(leads_to<Reminded>(hall.tick(85)));
}

TEST(SittingTickTest, E5LeavesOutAReminderAsLongAsTheSitting)
{
    Batch batch = morning_batch();
    batch.ends_at = batch.starts_at + std::chrono::minutes{15};
    Hall hall{batch};
    hall.start();
    EXPECT_TRUE(changes_nothing(hall.tick(1)));
    EXPECT_EQ(next_due(hall.state()), batch.ends_at) << "the policy's late entry is longer than the sitting, too";
}

TEST(SittingTickTest, E4EndsForEverybodyAtOnce)
{
    Hall hall;
    hall.start();
    hall.answer(10, 1, 1);
    hall.hand_in(70, 2, 1);
    hall.tick(75);
    EXPECT_TRUE(changes_nothing(hall.tick(90 - millisecond)));
    const Decision decision = hall.tick(90);
    ASSERT_EQ(decision.events.size(), 2U);
    EXPECT_EQ(decision.events[0], Event{(HandedIn{Hall::ticket(1), 0, true})});
    EXPECT_EQ(decision.events[1], Event{(Ended{"", ""})});
    EXPECT_EQ(hall.state().phase, SittingPhase::ended);
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::handed_in);
    EXPECT_EQ(hall.candidate(1).highest_sequence, 1U);
    EXPECT_EQ(hall.candidate(3).phase, CandidatePhase::absent);
    EXPECT_EQ(next_due(hall.state()), std::nullopt);
    EXPECT_TRUE(changes_nothing(hall.tick(91)));
}

TEST(SittingTickTest, E6RecordsTheAbsentAtTheLatestWithTheEnd)
{
    Batch batch = morning_batch();
    batch.policy.late_entry_until = std::chrono::hours{24};
    Hall hall{batch};
    hall.start();
    hall.tick(75);
    const Decision decision = hall.tick(90);
    ASSERT_FALSE(decision.events.empty());
    EXPECT_EQ(decision.events[0], Event{(AbsentRecorded{{"T-0003"}})});
}

TEST(SittingTickTest, CatchesUpWithAllThatWasMissedInOrder)
{
    Hall hall;
    hall.open();
    hall.sign_in(-10, 1);
    const Decision decision = hall.tick(200);
    ASSERT_EQ(decision.events.size(), 4U);
    EXPECT_EQ(decision.events[0], Event{Started{}});
    EXPECT_EQ(decision.events[1], Event{(AbsentRecorded{{"T-0002", "T-0003"}})});
    EXPECT_EQ(decision.events[2], Event{(HandedIn{"T-0001", 0, true})});
    EXPECT_EQ(decision.events[3], Event{(Ended{})});
}

// ---- orders of the chief invigilator ----

TEST(SittingEndNowTest, E4EndsAtOnceWithWhoAndWhy)
{
    Hall hall;
    hall.start();
    hall.answer(10, 1, 1);
    const Decision decision = hall.act(20, EndNow{"主考", "火警"});
    ASSERT_EQ(decision.events.size(), 4U);
    EXPECT_EQ(decision.events[0], Event{(AbsentRecorded{{"T-0003"}})});
    EXPECT_EQ(decision.events[3], Event{(Ended{"主考", "火警"})});
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::handed_in);
    EXPECT_EQ(hall.candidate(2).phase, CandidatePhase::handed_in);
    EXPECT_TRUE(is_refused(hall.act(21, EndNow{"主考", ""}), sitting_over));
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(21, 1, 2), sitting_over));
}

TEST(SittingEndNowTest, CallsOffASittingThatNeverStarted)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.act(-40, EndNow{"主考", ""}), paper_not_open));
    hall.open();
    hall.sign_in(-10, 1);
    EXPECT_TRUE(leads_to<Ended>(hall.act(-5, EndNow{"主考", "停电"})));
    EXPECT_TRUE(changes_nothing(hall.tick(0)));
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::admitted) << "nothing was worked on, nothing is handed in";
}

TEST(SittingSealTest, FollowsTheEndOnly)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.act(-40, Seal{}), not_over_yet));
    hall.start();
    EXPECT_TRUE(is_refused(hall.act(100, Seal{}), not_over_yet)) << "the end is a record, not a time of day";
    hall.tick(90);
    EXPECT_TRUE(leads_to<Sealed>(hall.act(95, Seal{})));
    EXPECT_TRUE(is_refused(hall.act(95, Seal{}), sitting_over));
    EXPECT_EQ(hall.candidate(1).connection, std::nullopt);
}

TEST(SittingSealTest, LeadsToNoEventAnyMore)
{
    Hall hall;
    hall.start();
    hall.tick(90);
    hall.act(95, Seal{});
    const std::vector<Command> commands{OpenPaper{"P-2", small_items},
                                        Hall::rightful(1),
                                        SignIn{"T-0001", "0000", 1, 1},
                                        SignOut{"T-0001", 1},
                                        Answer{"T-0001", 1, 9, "S01", {"A"}, false},
                                        HandIn{"T-0001", 1, 9},
                                        MoveSeat{"T-0001", 9, "主考", ""},
                                        Tick{},
                                        EndNow{"主考", ""},
                                        Seal{}};
    for (const Command& command : commands) {
        EXPECT_TRUE(hall.act(96, command).events.empty()) << "command " << command.index();
    }
}

// ---- clocks that can't be trusted ----

TEST(SittingClockTest, T2GoesOnWhenTheClockGoesBack)
{
    Hall hall;
    hall.start();
    hall.tick(30);
    hall.tick(75);
    for (const double minute : {74.0, 10.0, -1.0, -600.0, -5'256'000.0}) {
        EXPECT_TRUE(changes_nothing(hall.tick(minute))) << minute;
        EXPECT_EQ(hall.state().phase, SittingPhase::running);
        EXPECT_TRUE(is_refused(hall.sign_in(minute, 3), too_late)) << "absence was recorded";
    }
    EXPECT_TRUE(leads_to<Answered>(hall.answer(-600, 1, 1)));
    hall.act(-600, SignOut{Hall::ticket(2), 2});
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(-600, 2))) << "who was here is not locked out";
    EXPECT_EQ(next_due(hall.state()), hall.at_minute(90)) << "the deadline is the batch's";
}

TEST(SittingClockTest, T2AnEndIsAnEnd)
{
    Hall hall;
    hall.start();
    hall.tick(90);
    EXPECT_TRUE(changes_nothing(hall.tick(10)));
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(10, 1, 1), sitting_over));
    EXPECT_TRUE(is_refused(hall.sign_in(10, 3), sitting_over));
}

TEST(SittingClockTest, T1NoClockOpensEarlyOrLetsInLate)
{
    constexpr std::uint64_t seed = 1970;
    Chooser choose{seed};
    for (int i = 0; i < 10'000; ++i) {
        Hall hall;
        const Batch& batch = hall.state().batch;
        const Instant now{std::chrono::milliseconds{
            choose.one_in(2) ? choose.between(0, 4'102'444'800'000) // to the year 2100
                             : choose.between(-7'200'000, 7'200'000) + batch.starts_at.time_since_epoch().count()}};
        const bool in_window = now >= batch.opens_at && now <= batch.expires_at && now < batch.ends_at;
        EXPECT_EQ(count_of<PaperOpened>(hall.act_at(now, OpenPaper{"P-1", small_items})) == 1, in_window)
            << "seed " << seed;
        const auto half_an_hour = std::chrono::minutes{30};
        const bool may_enter = now >= batch.starts_at - half_an_hour && now <= batch.starts_at + half_an_hour;
        EXPECT_EQ(count_of<SignedIn>(hall.act_at(now, Hall::rightful(1))) == 1, may_enter) << "seed " << seed;
        const Decision tick = hall.act_at(now, Tick{});
        EXPECT_EQ(count_of<Started>(tick) == 1, in_window && now >= batch.starts_at) << "seed " << seed;
        EXPECT_EQ(count_of<Ended>(tick), 0) << "seed " << seed;
    }
}

} // namespace
} // namespace papervault::engine
