#include "client/support/seat_world.hpp"

#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::FakeHall;
using test::SeatWorld;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(KioskSessionRefusalTest, TellsAWrongIdentityTailAndLetsTheCandidateTryAgain)
{
    SeatWorld world;
    world.connect();
    world.session.sign_in(world.hall.ticket(1), "9999", world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_THAT(world.sign_in_errors, ElementsAre("wrong_candidate"));
    world.sign_in();
    EXPECT_THAT(world.sign_in_errors, ElementsAre("wrong_candidate", ""));
}

TEST(KioskSessionRefusalTest, RefusesATicketThatNoHallWouldReadWithoutSendingIt)
{
    SeatWorld world;
    world.connect();
    world.sent.clear();
    for (const char* ticket : {"", "a b", "\"}", "考生"}) {
        world.session.sign_in(ticket, "001X", world.now);
        world.take_effects();
    }
    EXPECT_TRUE(world.sent.empty());
    EXPECT_THAT(world.sign_in_errors, testing::Each("wrong_candidate"));
    EXPECT_EQ(world.sign_in_errors.size(), 4u);
}

TEST(KioskSessionRefusalTest, TellsThatTheHallCannotBeReached)
{
    SeatWorld world;
    world.session.sign_in(world.hall.ticket(1), FakeHall::id_tail(1), world.now);
    world.take_effects();
    EXPECT_THAT(world.sign_in_errors, ElementsAre("hall_unreachable"));

    world.connect();
    world.session.sign_in(world.hall.ticket(1), FakeHall::id_tail(1), world.now);
    world.take_effects();
    world.wait(11s); // the hall says nothing
    EXPECT_THAT(world.sign_in_errors, ElementsAre("hall_unreachable", "hall_unreachable"));
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
}

TEST(KioskSessionRefusalTest, GoesBackToSignInWhenTheIdentityIsNotConfirmed)
{
    SeatWorld world;
    world.connect();
    world.sign_in();
    EXPECT_TRUE(world.session.confirm_identity(false, world.now));
    world.take_effects();
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
    EXPECT_EQ(world.session.notice(), "identity_not_confirmed");
    EXPECT_FALSE(world.connected()) << "the hall signs the candidate out by the end of the line";
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
}

TEST(KioskSessionRefusalTest, RefusesAnswersBeforeTheStartAndAfterHandIn)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.connect();
    EXPECT_EQ(world.session.answer("HG4-1", {"A"}, world.now).error(), "not_running");
    world.begin_exam();
    EXPECT_TRUE(world.session.answer("HG4-1", {"A"}, world.now));
    world.take_effects();
    world.deliver_all();
    world.session.hand_in(world.now);
    EXPECT_EQ(world.session.answer("HG4-1", {"B"}, world.now).error(), "handing_in");
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.session.answer("HG4-1", {"B"}, world.now).error(), "not_running");
    EXPECT_EQ(world.session.mark("HG4-1", true, world.now).error(), "not_running");
}

TEST(KioskSessionRefusalTest, RefusesForeignItemsAndResponsesThatAreTooLarge)
{
    SeatWorld world;
    world.begin_exam();
    EXPECT_EQ(world.session.answer("HG4-999", {"A"}, world.now).error(), "unknown_item");
    EXPECT_EQ(world.session.mark("../etc", true, world.now).error(), "unknown_item");
    EXPECT_EQ(world.session.answer("HG4-4", {std::string(16 * 1024 + 1, 'x')}, world.now).error(),
              "response_too_large");
    EXPECT_EQ(world.session.answer("HG4-4", engine::Response(21, "x"), world.now).error(), "response_too_large");
    EXPECT_EQ(world.session.answer("HG4-4", {std::string(16 * 1024, '\x01')}, world.now).error(), "response_too_large");
    EXPECT_TRUE(world.session.answer("HG4-4", {std::string(16 * 1024, 'x')}, world.now));
}

TEST(KioskSessionRefusalTest, RefusesToHandInBeforeItIsTime)
{
    SeatWorld world;
    world.begin_exam();
    EXPECT_FALSE(world.session.hand_in_allowed(world.now));
    world.session.hand_in(world.now);
    world.take_effects();
    EXPECT_THAT(world.hand_in_errors, ElementsAre("hand_in_too_early"));
}

TEST(KioskSessionRefusalTest, DoesNotHandInWhileAnAnswerIsUnsaved)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    world.disconnect();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.sent.clear();
    world.session.hand_in(world.now);
    world.take_effects();
    world.wait(11s);
    EXPECT_THAT(world.hand_in_errors, ElementsAre("answers_not_saved"));
    EXPECT_THAT(world.sent, testing::Not(testing::Contains(HasSubstr("hand_in"))));
    EXPECT_TRUE(world.session.answer("HG4-1", {"B"}, world.now)) << "the candidate goes on";
}

TEST(KioskSessionRefusalTest, HandsInAfterTheLastAcknowledgementAndNotBefore)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.session.hand_in(world.now);
    world.take_effects();
    EXPECT_THAT(world.sent.back(), HasSubstr(R"("kind":"answer")"));
    world.deliver_all();
    EXPECT_THAT(world.sent.back(), HasSubstr(R"("kind":"hand_in")"));
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
}

TEST(KioskSessionRefusalTest, FreesTheSeatWhenTheCandidateWasMoved)
{
    SeatWorld world;
    world.begin_exam();
    world.disconnect(4002);
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
    EXPECT_EQ(world.session.notice(), "candidate_moved");
    EXPECT_EQ(world.session.form(), nullptr);
    EXPECT_EQ(world.session.candidate_ticket(), "");
}

struct Closing {
    int code;
    std::string notice;
};
class BlockingCloseTest : public testing::TestWithParam<Closing> {};
TEST_P(BlockingCloseTest, StopsAndDoesNotFightForTheSeat)
{
    SeatWorld world;
    world.begin_exam();
    world.disconnect(GetParam().code);
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), GetParam().notice);
    EXPECT_TRUE(world.line_ended);
}
INSTANTIATE_TEST_SUITE_P(Codes, BlockingCloseTest,
                         testing::Values(Closing{4000, "seat_replaced"}, Closing{4001, "enrolled_elsewhere"}),
                         [](const auto& each) { return each.param.notice; });

TEST(KioskSessionRefusalTest, StopsWhenTheCandidateIsElsewhereAndSomethingIsUnsavedHere)
{
    SeatWorld world{{.candidates = 1}};
    world.begin_exam();
    world.disconnect();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.connect();
    world.session.line_received(R"({"kind":"refused","sequence":0,"refusal":"not_on_this_seat"})", world.now);
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "not_on_this_seat");
}

TEST(KioskSessionRefusalTest, StopsAtAHallThatEnrolledItForAnotherSeat)
{
    SeatWorld world;
    auto info = world.hall.info(2, world.hall_now());
    world.session.line_opened(info, world.now);
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "wrong_seat");
}

TEST(KioskSessionRefusalTest, StopsWhenAnotherExamTurnsUpWhileAnswersAreUnsaved)
{
    SeatWorld world;
    world.begin_exam();
    world.disconnect();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    auto info = world.hall.info(1, world.hall_now());
    info.package = "pkg-other";
    world.session.line_opened(info, world.now);
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "other_package");
    EXPECT_EQ(world.session.unsaved_items(), 1u);
}

TEST(KioskSessionRefusalTest, DropsTheLineOverMessagesOutOfOrderAndStopsAfterTheThird)
{
    SeatWorld world;
    for (const char* text : {R"({"kind":"started","form_key":"","now":"x","ends_at":"y"})", "not json",
                             R"({"kind":"form_ready","form_digest":"","form_bytes":0})"}) {
        world.connect();
        ASSERT_TRUE(world.connected());
        world.session.line_received(text, world.now);
        world.take_effects();
        EXPECT_FALSE(world.connected()) << text;
    }
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "protocol");
}

TEST(KioskSessionRefusalTest, RefusesTheWelcomeOfAnotherCandidate)
{
    SeatWorld world{{.candidates = 2}};
    auto other = world.hall.receive(
        99, 2,
        engine::encode(engine::KioskMessage{engine::SignInMessage{
            .protocol = engine::protocol_version, .ticket = world.hall.ticket(2), .id_tail = "002X"}}),
        world.hall_now());
    ASSERT_FALSE(other.empty());
    world.connect();
    world.session.sign_in(world.hall.ticket(1), FakeHall::id_tail(1), world.now);
    world.session.line_received(other.front().second, world.now);
    EXPECT_EQ(world.session.candidate_name(), "");
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
}

TEST(KioskSessionRefusalTest, KeepsAnAnswerThatTheHallRefusedOutOfTheSheetAndSaysSo)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.session.line_received(R"({"kind":"refused","sequence":1,"refusal":"response_too_large"})", world.now);
    EXPECT_EQ(world.session.notice(), "answer_refused");
    EXPECT_FALSE(world.session.answers().contains("HG4-1"));
    EXPECT_EQ(world.session.counters().refused, 1u);
}

} // namespace
} // namespace papervault::client
