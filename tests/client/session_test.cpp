#include "client/support/seat_world.hpp"

#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::FakeHall;
using test::SeatWorld;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(KioskSessionTest, ShowsTheEnrolmentCodeUntilTheMachineIsEnrolled)
{
    KioskSession session{7};
    EXPECT_EQ(session.phase(), Phase::enrolling);
    session.enrolment_code_known("K7QF-3M2P");
    EXPECT_EQ(session.enrolment_code(), "K7QF-3M2P");
    session.enrolled();
    EXPECT_EQ(session.phase(), Phase::sign_in);
    EXPECT_EQ(session.enrolment_code(), "");
}

TEST(KioskSessionTest, LeadsACandidateFromSignInToReceipt)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.connect();
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
    world.sign_in();
    EXPECT_THAT(world.sign_in_errors, ElementsAre(""));
    EXPECT_EQ(world.session.phase(), Phase::confirm_identity);
    EXPECT_EQ(world.session.candidate_name(), "考生1");
    EXPECT_TRUE(world.session.confirm_identity(true, world.now));
    EXPECT_EQ(world.session.phase(), Phase::waiting);
    EXPECT_EQ(world.session.form(), nullptr);

    world.pass(61s);
    EXPECT_EQ(world.session.phase(), Phase::running);
    EXPECT_EQ(world.forms_ready, 1);
    ASSERT_NE(world.session.form(), nullptr);
    EXPECT_EQ(world.session.form()->items.size(), 12u);

    EXPECT_TRUE(world.session.answer("HG4-1", {"B", "D"}, world.now));
    EXPECT_TRUE(world.session.mark("HG4-2", true, world.now));
    world.take_effects();
    EXPECT_EQ(world.session.unsaved_items(), 2u);
    world.deliver_all();
    EXPECT_EQ(world.session.unsaved_items(), 0u);
    EXPECT_TRUE(world.session.answers().at("HG4-1").saved);

    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_THAT(world.hand_in_errors, ElementsAre(""));
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_TRUE(world.session.receipt_verified());
    EXPECT_EQ(world.session.receipt().size(), 14u);
    EXPECT_EQ(world.hall.candidate(1).answers.at("HG4-1").response, (engine::Response{"B", "D"}));
}

TEST(KioskSessionTest, ForgetsThePaperWhenItIsHandedIn)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::handed_in);
    EXPECT_EQ(world.session.form(), nullptr);
}

TEST(KioskSessionTest, DoesNotShowThePaperBeforeTheIdentityIsConfirmed)
{
    SeatWorld world;
    world.connect();
    world.pass(120s); // it runs already
    world.sign_in();
    EXPECT_EQ(world.session.phase(), Phase::confirm_identity);
    EXPECT_EQ(world.session.form(), nullptr);
    EXPECT_TRUE(world.session.confirm_identity(true, world.now));
    EXPECT_EQ(world.session.phase(), Phase::running);
    world.take_effects();
    EXPECT_GE(world.forms_ready, 1);
}

TEST(KioskSessionTest, KeepsWhatIsTypedWhileTheLineIsDownAndSendsItWithTheOldNumbersInOrder)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.disconnect(); // the first answer was under way
    EXPECT_EQ(world.session.phase(), Phase::running);
    std::ignore = world.session.answer("HG4-2", {"B"}, world.now);
    std::ignore = world.session.answer("HG4-3", {"C"}, world.now);
    world.take_effects();
    EXPECT_EQ(world.session.unsaved_items(), 3u);

    world.sent.clear();
    world.connect();
    world.deliver_all();
    ASSERT_EQ(world.sent.size(), 4u);
    EXPECT_THAT(world.sent[0], HasSubstr("sign_in"));
    EXPECT_THAT(world.sent[1], HasSubstr(R"("sequence":1)"));
    EXPECT_THAT(world.sent[2], HasSubstr(R"("sequence":2)"));
    EXPECT_THAT(world.sent[3], HasSubstr(R"("sequence":3)"));
    EXPECT_EQ(world.session.unsaved_items(), 0u);
    EXPECT_EQ(world.session.counters().resent, 1u);
    EXPECT_EQ(world.hall.candidate(1).answers.size(), 3u);
}

TEST(KioskSessionTest, DoesNotSendAgainWhatTheHallHasAlready)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    ASSERT_TRUE(world.deliver_to_hall());
    world.disconnect(); // the acknowledgement is lost
    EXPECT_EQ(world.session.unsaved_items(), 1u);
    world.sent.clear();
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.session.unsaved_items(), 0u);
    EXPECT_THAT(world.sent, Not(Contains(HasSubstr("answer"))));
    EXPECT_EQ(world.session.counters().acknowledged, 1u);
}

TEST(KioskSessionTest, PutsBackAnAnswerThatAHallHasLostAfterItAcknowledgedIt)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.deliver_all();
    ASSERT_EQ(world.session.unsaved_items(), 0u);
    world.hall_restarts();
    world.hall.lose_answer(1, "HG4-1");
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.hall.candidate(1).answers.at("HG4-1").response, engine::Response{"A"});
    EXPECT_EQ(world.session.counters().put_back, 1u);
}

TEST(KioskSessionTest, GoesOnAfterTheHallHasRestarted)
{
    SeatWorld world;
    world.begin_exam();
    world.hall_restarts();
    EXPECT_EQ(world.session.phase(), Phase::running);
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.session.phase(), Phase::running);
    EXPECT_EQ(world.session.unsaved_items(), 0u);
    EXPECT_EQ(world.forms_ready, 1) << "the paper that is open needn't be fetched again";
}

TEST(KioskSessionTest, GoesOnAtAnotherMachineWhereTheCandidateWas)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    std::ignore = world.session.mark("HG4-2", true, world.now);
    world.take_effects();
    world.deliver_all();
    world.disconnect();

    world.session = KioskSession{1}; // another machine for the seat
    world.session.enrolled();
    world.connect();
    world.sign_in();
    EXPECT_TRUE(world.session.confirm_identity(true, world.now));
    EXPECT_EQ(world.session.phase(), Phase::running);
    EXPECT_EQ(world.session.answers().at("HG4-1").response, engine::Response{"A"});
    EXPECT_TRUE(world.session.answers().at("HG4-2").marked);
    std::ignore = world.session.answer("HG4-1", {"B"}, world.now);
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.hall.candidate(1).answers.at("HG4-1").response, engine::Response{"B"});
}

TEST(KioskSessionTest, ReplacesAnAnswerThatWasNeverSentByTheNewerOne)
{
    SeatWorld world;
    world.begin_exam();
    world.disconnect();
    for (const char* option : {"A", "B", "C"}) { std::ignore = world.session.answer("HG4-1", {option}, world.now); }
    world.take_effects();
    world.sent.clear();
    world.connect();
    world.deliver_all();
    EXPECT_EQ(world.sent.size(), 2u); // the sign-in and one answer
    EXPECT_EQ(world.hall.candidate(1).answers.at("HG4-1").response, engine::Response{"C"});
}

TEST(KioskSessionTest, SendsNothingTwiceForAPageThatRepeatsItself)
{
    SeatWorld world;
    world.begin_exam();
    world.sent.clear();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.take_effects();
    EXPECT_EQ(world.sent.size(), 1u);
}

TEST(KioskSessionTest, HasAtMostThirtyTwoAnswersUnderWay)
{
    SeatWorld world{{.items = 60}};
    world.begin_exam();
    world.sent.clear();
    for (int i = 0; i < 60; ++i) {
        EXPECT_TRUE(world.session.answer(world.hall.item(i), {"A"}, world.now));
        world.take_effects();
    }
    EXPECT_EQ(world.sent.size(), 32u);
    world.deliver_all();
    EXPECT_EQ(world.sent.size(), 60u);
    EXPECT_EQ(world.session.unsaved_items(), 0u);
}

TEST(KioskSessionTest, SignsInByItselfOnceThePaperIsOpen)
{
    SeatWorld world{{.paper_open = false}};
    world.connect();
    world.sign_in();
    EXPECT_THAT(world.sign_in_errors, ElementsAre(""));
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
    EXPECT_EQ(world.session.notice(), "paper_not_open");
    std::ignore = world.hall.open_paper(world.hall_now());
    world.pass(6s);
    EXPECT_EQ(world.session.phase(), Phase::confirm_identity);
    EXPECT_EQ(world.session.notice(), "");
}

TEST(KioskSessionTest, OpensTheNewFormWhenTheHallChangesIt)
{
    SeatWorld world;
    world.begin_exam();
    auto messages = world.hall.replace_form(1, world.hall_now());
    ASSERT_EQ(messages.size(), 2u);
    for (const auto& [line, text] : messages) { world.session.line_received(text, world.now); }
    world.take_effects();
    EXPECT_TRUE(world.wants_form);
    world.deliver_all();
    EXPECT_EQ(world.forms_ready, 2);
    EXPECT_EQ(world.session.phase(), Phase::running);
}

TEST(KioskSessionTest, AsksAgainForAFormThatIsNotTheAnnouncedOne)
{
    SeatWorld world;
    world.deliver_forms = false;
    world.connect();
    world.sign_in();
    ASSERT_TRUE(world.wants_form);
    world.wants_form = false;
    world.session.form_fetched(crypto::Bytes(500), world.now);
    world.wait(3s);
    EXPECT_TRUE(world.wants_form);
}

TEST(KioskSessionTest, OpensTheFormWhenTheLastPictureIsThereAndKeepsWhatHasComeOverALostLine)
{
    SeatWorld world;
    world.deliver_pictures = false;
    world.begin_exam();
    EXPECT_EQ(world.session.form(), nullptr) << "the key is there, the picture isn't";
    ASSERT_EQ(world.wants_pictures.size(), 1u);
    const auto listed = world.wants_pictures.front();

    // Another picture, even one that the hall sends by mistake, is not taken for it.
    world.session.picture_fetched(crypto::Bytes(static_cast<std::size_t>(listed.bytes)), world.now);
    world.session.pictures_settled(world.now);
    world.wants_pictures.clear();
    world.wait(3s);
    EXPECT_EQ(world.wants_pictures, std::vector{listed}) << "it is asked for again";
    EXPECT_EQ(world.session.form(), nullptr);

    world.disconnect();
    world.session.picture_fetched(world.hall.sealed_picture(crypto::Digest{listed.digest}), world.now);
    world.take_effects();
    ASSERT_NE(world.session.form(), nullptr);
    EXPECT_EQ(world.session.form()->pictures.at("media/pump.svg").bytes.size_bytes(), 6u);
    world.connect();
    EXPECT_TRUE(world.wants_pictures.empty()) << "what has come is not fetched twice";
}

TEST(KioskSessionTest, StopsOverAFormOfAnotherVersion)
{
    SeatWorld world;
    world.deliver_forms = false;
    world.connect();
    world.sign_in();
    const crypto::Bytes old_form(500);
    world.session.line_received(
        engine::encode(engine::FormReadyMessage{.form_digest = crypto::blake2b(old_form).hex(), .form_bytes = 500}),
        world.now);
    world.session.form_fetched(old_form, world.now);
    EXPECT_EQ(world.session.notice(), "form_damaged");
}

TEST(KioskSessionTest, FollowsTheHallsClockAndNotItsOwn)
{
    SeatWorld world;
    world.begin_exam();
    world.pass(30min);
    const auto shown = world.session.hall_now(world.now);
    ASSERT_TRUE(shown);
    EXPECT_LE(std::chrono::abs(*shown - world.hall_now()), 1s);
}

TEST(KioskSessionTest, DropsALineOnWhichNoPongComes)
{
    SeatWorld world;
    world.begin_exam();
    world.deliver_all();
    world.wait(25s); // nothing is delivered
    EXPECT_FALSE(world.connected());
    EXPECT_FALSE(world.session.online());
    EXPECT_EQ(world.session.phase(), Phase::running);
}

TEST(KioskSessionTest, PassesTheHallsReminderOn)
{
    SeatWorld world;
    world.begin_exam();
    world.pass(46min);
    ASSERT_TRUE(world.session.reminder_seconds_left());
    EXPECT_EQ(*world.session.reminder_seconds_left(), 15 * 60);
}

TEST(KioskSessionTest, ShowsAnotherExamsSignInOnceTheHallHasOne)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    ASSERT_EQ(world.session.phase(), Phase::handed_in);
    world.disconnect(1001);
    auto next = world.hall.info(1, world.hall_now());
    next.package = "pkg-next";
    world.session.line_opened(next, world.now);
    EXPECT_EQ(world.session.phase(), Phase::sign_in);
    EXPECT_EQ(world.session.receipt(), "");
    EXPECT_EQ(world.session.candidate_ticket(), "");
}

TEST(KioskSessionTest, HidesThePaperWhileTheHostBlocksAndKeepsTheAnswers)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A"}, world.now);
    world.session.block(HostBlock::second_display);
    EXPECT_EQ(world.session.phase(), Phase::blocked);
    EXPECT_EQ(world.session.notice(), "second_display");
    EXPECT_TRUE(world.session.answer("HG4-2", {"B"}, world.now)) << "text that the page had not sent yet";
    world.session.unblock(HostBlock::second_display);
    EXPECT_EQ(world.session.phase(), Phase::running);
    world.take_effects();
    world.deliver_all();
    EXPECT_EQ(world.hall.candidate(1).answers.size(), 2u);
}

} // namespace
} // namespace papervault::client
