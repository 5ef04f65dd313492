#include "client/support/seat_world.hpp"

#include <papervault/engine/sitting.hpp>

#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::SeatWorld;

/// Brings the world to its end of time with a line that works.
void run_to_the_end(SeatWorld& world)
{
    while (world.hall.state().phase != engine::SittingPhase::ended) {
        world.wait(5s);
        world.deliver_all();
        if (!world.connected()) { world.connect(); }
    }
    world.deliver_all();
}

TEST(ReceiptTest, IsTwelveCharactersInThreeGroups)
{
    const auto receipt = receipt_of("sheet");
    EXPECT_THAT(receipt, testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"));
    EXPECT_NE(receipt, receipt_of("sheet "));
}

TEST(ReceiptTest, EqualsTheHallsAtTheEndOfTime)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    run_to_the_end(world);
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_TRUE(world.session.receipt_verified());
    EXPECT_EQ(world.session.counters().too_late, 0u);
}

TEST(ReceiptTest, TellsWhichOfTheUnacknowledgedAnswersTheHallHad)
{
    SeatWorld world;
    world.begin_exam();
    for (int i = 0; i < 5; ++i) { std::ignore = world.session.answer(world.hall.item(i), {"A"}, world.now); }
    world.take_effects();
    world.deliver_to_hall();
    world.deliver_to_hall(); // two of five arrive, no acknowledgement comes back
    world.disconnect();
    world.wait(61min);
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_TRUE(world.session.receipt_verified());
    EXPECT_EQ(world.session.counters().too_late, 3u);
    EXPECT_EQ(world.session.notice(), "answers_too_late");
}

TEST(ReceiptTest, BlocksWhenTheHallsIsAnother)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.deliver_all();
    world.hall.answer_with_wrong_receipts();
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "receipt_mismatch");
    EXPECT_FALSE(world.session.receipt_verified());
    EXPECT_EQ(world.session.form(), nullptr);
}

TEST(ReceiptTest, BlocksWhenTheHallHasAnotherAnswerThanItAcknowledged)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.deliver_all();
    world.hall.lose_answer(1, "HG4-1");
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.session.notice(), "receipt_mismatch");
}

TEST(ReceiptTest, ComesAgainAfterTheKioskHasRestarted)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    const std::string receipt{world.session.receipt()};
    world.disconnect();
    world.session = KioskSession{1};
    world.session.enrolled();
    world.connect();
    world.sign_in();
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_EQ(world.session.receipt(), receipt);
    EXPECT_FALSE(world.session.receipt_verified()) << "this kiosk has not seen the answers";
}

TEST(ReceiptTest, ShowsThatTimeIsOverWhileTheLineIsDown)
{
    SeatWorld world;
    world.begin_exam();
    world.disconnect();
    world.wait(61min);
    EXPECT_EQ(world.session.phase(), Phase::ended);
    EXPECT_EQ(world.session.answer("HG4-1", {"A"}, world.now).error(), "not_running");
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_TRUE(world.session.receipt_verified());
}

TEST(ReceiptTest, ComesWhenTheChiefInvigilatorEndsAtOnce)
{
    SeatWorld world;
    world.begin_exam();
    auto messages = world.hall.end_now(world.hall_now());
    for (const auto& [line, text] : messages) { world.session.line_received(text, world.now); }
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_TRUE(world.session.receipt_verified());
}

} // namespace
} // namespace papervault::client
