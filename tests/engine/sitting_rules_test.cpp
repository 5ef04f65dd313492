#include "sitting_hall.hpp"

namespace papervault::engine {
namespace {

using enum Refusal;
constexpr double millisecond = 1.0 / 60'000;

// ---- entry ----

TEST(SittingEntryTest, E1OpensThirtyMinutesBeforeTheStart)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.sign_in(-30 - millisecond, 1), too_early));
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(-30, 1))) << "also before the paper is open";
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::admitted);
}

TEST(SittingEntryTest, E1FollowsTheBatchsPolicy)
{
    Batch batch = morning_batch();
    batch.policy.entry_opens_before = std::chrono::minutes{5};
    Hall hall{batch};
    EXPECT_TRUE(is_refused(hall.sign_in(-6, 1), too_early));
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(-5, 1)));
}

TEST(SittingEntryTest, E2ClosesThirtyMinutesAfterTheStart)
{
    Hall hall;
    hall.open();
    hall.tick(0);
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(30, 1)));
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::working);
    EXPECT_TRUE(is_refused(hall.sign_in(30 + millisecond, 2), too_late));
}

TEST(SittingEntryTest, E2HoldsBeforeThePaperIsOpenToo)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.sign_in(31, 1), too_late));
}

TEST(SittingEntryTest, E2LetsWhoWasHereBeforeComeBackUntilTheEnd)
{
    Hall hall;
    hall.start();
    hall.act(10, SignOut{Hall::ticket(1), 1});
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(89, 1)));
    hall.act(89, SignOut{Hall::ticket(1), 1});
    EXPECT_TRUE(is_refused(hall.sign_in(90, 1), sitting_over));
}

TEST(SittingEntryTest, E1ComparesTicketAndIdentity)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.act(-10, SignIn{"T-9999", "123X", 1, 1}), wrong_candidate));
    EXPECT_TRUE(is_refused_and_recorded(hall.act(-10, SignIn{"T-0001", "9999", 1, 1}), wrong_candidate));
    EXPECT_TRUE(is_refused_and_recorded(hall.act(-10, SignIn{"T-0001", "123", 1, 1}), wrong_candidate));
    EXPECT_TRUE(leads_to<SignedIn>(hall.act(-10, SignIn{"T-0001", "123x", 1, 1})))
        << "x of an identity number is typed small";
}

TEST(SittingEntryTest, S7RefusesAnotherSeatAndRecordsIt)
{
    Hall hall;
    const Decision decision = hall.act(-10, SignIn{"T-0001", "123X", 2, 1});
    EXPECT_TRUE(is_refused_and_recorded(decision, not_on_this_seat));
    EXPECT_EQ(std::get<RefusalRecorded>(decision.events.at(0)), (RefusalRecorded{"T-0001", 2, "not_on_this_seat"}));
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::absent);
}

TEST(SittingEntryTest, DoesNotTellTheSeatToWhoCannotNameTheIdentity)
{
    Hall hall;
    EXPECT_EQ(hall.act(-10, SignIn{"T-0001", "9999", 2, 1}).refusal, wrong_candidate);
}

TEST(SittingEntryTest, RefusesASecondSignInAndRecordsIt)
{
    Hall hall;
    hall.sign_in(-10, 1);
    EXPECT_TRUE(is_refused_and_recorded(hall.act(-9, SignIn{"T-0001", "123X", 1, 77}), already_signed_in));
    EXPECT_EQ(hall.candidate(1).connection, 1U);
}

TEST(SittingEntryTest, LetsACandidateInAgainAfterTheShellRestarted)
{
    Hall hall;
    hall.start();
    forget_connections(hall.state());
    EXPECT_TRUE(is_refused(hall.answer(5, 1, 1), not_signed_in));
    EXPECT_TRUE(leads_to<SignedIn>(hall.sign_in(5, 1)));
    EXPECT_TRUE(leads_to<Answered>(hall.answer(5, 1, 1)));
}

TEST(SittingEntryTest, RefusesWhoHasHandedIn)
{
    Hall hall;
    hall.start();
    hall.hand_in(80, 1, 1);
    hall.act(81, SignOut{Hall::ticket(1), 1});
    EXPECT_TRUE(is_refused_and_recorded(hall.sign_in(82, 1), handed_in_already));
}

TEST(SittingEntryTest, SignsOutTheLiveConnectionOnly)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused(hall.act(1, SignOut{Hall::ticket(1), 99}), not_signed_in));
    EXPECT_TRUE(is_refused(hall.act(1, SignOut{"T-9999", 1}), not_signed_in));
    EXPECT_TRUE(leads_to<SignedOut>(hall.act(1, SignOut{Hall::ticket(1), 1})));
    EXPECT_TRUE(is_refused(hall.act(1, SignOut{Hall::ticket(1), 1}), not_signed_in));
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::working) << "a lost line is no hand-in";
}

TEST(SittingEntryTest, RecordsNoMoreThanTwentyRefusalsOfOneCandidate)
{
    Hall hall;
    for (int i = 0; i < refusals_recorded_max; ++i) {
        EXPECT_TRUE(is_refused_and_recorded(hall.act(-10, SignIn{"T-0001", "0000", 1, 1}), wrong_candidate));
    }
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(is_refused(hall.act(-10, SignIn{"T-0001", "0000", 1, 1}), wrong_candidate));
    EXPECT_TRUE(is_refused_and_recorded(hall.act(-10, SignIn{"T-0002", "0000", 2, 2}), wrong_candidate))
        << "others' count apart";
}

// ---- the paper ----

TEST(SittingPaperTest, P4OpensInsideThePackagesWindowOnly)
{
    Hall hall;
    EXPECT_TRUE(is_refused(hall.open(-60 - millisecond), too_early));
    EXPECT_TRUE(leads_to<PaperOpened>(hall.open(-60)));
    EXPECT_EQ(hall.state().package_id, "P-1");
}

TEST(SittingPaperTest, P7StaysShutAfterItsExpiryOrTheEnd)
{
    Batch batch = morning_batch();
    batch.expires_at = batch.starts_at + std::chrono::minutes{20};
    EXPECT_TRUE(is_refused(Hall{batch}.open(20 + millisecond), too_late));
    EXPECT_TRUE(leads_to<PaperOpened>(Hall{batch}.open(20)));
    EXPECT_TRUE(is_refused(Hall{}.open(90), too_late));
}

TEST(SittingPaperTest, P5OpensOnce)
{
    Hall hall;
    hall.open();
    EXPECT_TRUE(is_refused(hall.open(), already_open));
    hall.tick(0);
    EXPECT_TRUE(is_refused(hall.open(1), already_open));
    hall.tick(90);
    EXPECT_TRUE(is_refused(hall.open(91), sitting_over));
}

// ---- answers ----

TEST(SittingAnswerTest, IsTakenWhileTheSittingRuns)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(leads_to<Answered>(hall.answer(0, 1, 1, "S01", {"A"})));
    EXPECT_TRUE(leads_to<Answered>(hall.answer(90 - millisecond, 1, 2, "S02", {})));
    EXPECT_EQ(hall.candidate(1).answers.at("S01"), (SavedAnswer{1, {"A"}, false}));
    EXPECT_EQ(hall.candidate(1).answers.at("S02"), (SavedAnswer{2, {}, false}));
    EXPECT_EQ(hall.candidate(1).highest_sequence, 2U);
}

TEST(SittingAnswerTest, WaitsForTheStart)
{
    Hall hall;
    hall.sign_in(-10, 1);
    EXPECT_TRUE(is_refused(hall.answer(-5, 1, 1), not_running));
    hall.open(-4);
    EXPECT_TRUE(is_refused(hall.answer(0, 1, 1), not_running)) << "the start is a record, not a time of day";
}

TEST(SittingAnswerTest, ComesFromTheLiveConnectionOnly)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused(hall.act(1, Answer{Hall::ticket(1), 2, 1, "S01", {"A"}, false}), not_signed_in));
    EXPECT_TRUE(is_refused(hall.act(1, Answer{Hall::ticket(3), 3, 1, "S01", {"A"}, false}), not_signed_in));
    EXPECT_TRUE(is_refused(hall.act(1, Answer{"T-9999", 1, 1, "S01", {"A"}, false}), not_signed_in));
}

TEST(SittingAnswerTest, RefusesAnItemOfAnotherFormAndRecordsIt)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(1, 1, 1, "S09"), unknown_item)) << "on form B, the candidate has A";
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 2, 1, "S09")));
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(1, 2, 2, "nothing"), unknown_item));
}

TEST(SittingAnswerTest, HasLimits)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, 1, "E01", {std::string(response_bytes_max, 'a')})));
    EXPECT_TRUE(
        is_refused(hall.answer(1, 1, 2, "E01", {std::string(response_bytes_max, 'a'), "b"}), response_too_large));
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, 3, "E01", Response(response_parts_max))));
    EXPECT_TRUE(is_refused(hall.answer(1, 1, 4, "E01", Response(response_parts_max + 1)), response_too_large));
}

TEST(SittingAnswerTest, HasALimitForTheWholeSheet)
{
    Hall hall{morning_batch()};
    std::map<std::string, std::set<std::string>> items{{"A", {}}, {"B", {"S01"}}};
    const std::size_t full = sheet_bytes_max / response_bytes_max;
    for (std::size_t i = 0; i <= full; ++i) items["A"].insert("E" + std::to_string(i));
    hall.act(-30, OpenPaper{"P-1", items});
    hall.sign_in(-10, 1);
    hall.tick(0);
    const Response large{std::string(response_bytes_max, 'a')};
    for (std::size_t i = 0; i < full; ++i) {
        ASSERT_TRUE(leads_to<Answered>(hall.answer(1, 1, i + 1, "E" + std::to_string(i), large)));
    }
    const std::string last = "E" + std::to_string(full);
    EXPECT_TRUE(is_refused(hall.answer(1, 1, full + 1, last, {"a"}), response_too_large));
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, full + 1, "E0", large))) << "in the place of what was there";
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, full + 2, "E0", {})));
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, full + 3, last, {"a"})));
}

TEST(SittingAnswerTest, J6TakesTheHighestNumberOfAnItemOnce)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(leads_to<Answered>(hall.answer(1, 1, 5, "S01", {"B"})));
    EXPECT_TRUE(changes_nothing(hall.answer(2, 1, 5, "S01", {"B"}))) << "repeated";
    EXPECT_TRUE(changes_nothing(hall.answer(2, 1, 5, "S01", {"C"}))) << "the first word under a number stands";
    EXPECT_TRUE(changes_nothing(hall.answer(2, 1, 4, "S01", {"A"}))) << "overtaken on the line";
    EXPECT_TRUE(leads_to<Answered>(hall.answer(2, 1, 3, "S02", {"D"}))) << "numbers count for one item only";
    EXPECT_EQ(hall.candidate(1).answers.at("S01").response, Response{"B"});
    EXPECT_EQ(hall.candidate(1).highest_sequence, 5U);
}

TEST(SittingAnswerTest, J6AcknowledgesARepetitionAlsoAfterHandInAndEnd)
{
    Hall hall;
    hall.start();
    hall.answer(1, 1, 1);
    hall.hand_in(80, 1, 2);
    EXPECT_TRUE(changes_nothing(hall.answer(81, 1, 1)));
    hall.tick(90);
    EXPECT_TRUE(changes_nothing(hall.answer(91, 1, 1)));
}

TEST(SittingAnswerTest, J7IsRefusedAfterTheHandInAndRecorded)
{
    Hall hall;
    hall.start();
    hall.hand_in(80, 1, 1);
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(81, 1, 2), handed_in_already));
    EXPECT_TRUE(hall.candidate(1).answers.empty());
}

TEST(SittingAnswerTest, J7IsRefusedFromTheEndOnAndRecorded)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(90, 1, 1), sitting_over)) << "before the tick that ends";
    hall.tick(90);
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(90, 1, 1), sitting_over));
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(10, 1, 1), sitting_over)) << "whatever the clock says";
    hall.act(95, Seal{});
    forget_connections(hall.state());
    EXPECT_TRUE(is_refused(hall.answer(96, 1, 1), not_signed_in)) << "nothing is written into a sealed record";
}

TEST(SittingAnswerTest, E4GraceTakesWhatIsStillOnTheLine)
{
    Batch batch = morning_batch();
    batch.policy.grace_after_end = std::chrono::seconds{30};
    Hall hall{batch};
    hall.start();
    EXPECT_TRUE(changes_nothing(hall.tick(90)) || count_of<Ended>(hall.tick(90)) == 0);
    EXPECT_TRUE(leads_to<Answered>(hall.answer(90.5 - millisecond, 1, 1)));
    EXPECT_TRUE(is_refused_and_recorded(hall.answer(90.5, 1, 2), sitting_over));
    EXPECT_EQ(count_of<Ended>(hall.tick(90.5)), 1);
}

// ---- hand-in ----

TEST(SittingHandInTest, E3IsNotTakenEarlierThanThirtyMinutesBeforeTheEnd)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused(hall.hand_in(60 - millisecond, 1, 1), hand_in_too_early));
    EXPECT_TRUE(leads_to<HandedIn>(hall.hand_in(60, 1, 1)));
    EXPECT_EQ(hall.candidate(1).phase, CandidatePhase::handed_in);
    EXPECT_EQ(hall.candidate(2).phase, CandidatePhase::working);
}

TEST(SittingHandInTest, E3CanBeForbiddenBeforeTheEnd)
{
    Batch batch = morning_batch();
    batch.policy.hand_in_from_before_end = std::chrono::seconds{0};
    Hall hall{batch};
    hall.start();
    EXPECT_TRUE(is_refused(hall.hand_in(90 - millisecond, 1, 1), hand_in_too_early));
}

TEST(SittingHandInTest, IsTakenOnceAndItsRepetitionChangesNothing)
{
    Hall hall;
    hall.start();
    hall.answer(61, 1, 1);
    EXPECT_TRUE(leads_to<HandedIn>(hall.hand_in(62, 1, 2)));
    EXPECT_TRUE(changes_nothing(hall.hand_in(62, 1, 2)));
    EXPECT_TRUE(is_refused_and_recorded(hall.hand_in(63, 1, 3), handed_in_already));
}

TEST(SittingHandInTest, NeedsALiveConnectionAndARunningSitting)
{
    Hall hall;
    hall.open();
    hall.sign_in(-10, 1);
    EXPECT_TRUE(is_refused(hall.hand_in(-5, 1, 1), not_running));
    hall.tick(0);
    EXPECT_TRUE(is_refused(hall.act(70, HandIn{Hall::ticket(1), 9, 1}), not_signed_in));
    EXPECT_TRUE(is_refused(hall.act(70, HandIn{"T-9999", 1, 1}), not_signed_in));
    EXPECT_TRUE(is_refused_and_recorded(hall.hand_in(90, 1, 1), sitting_over));
    hall.tick(90);
    EXPECT_TRUE(is_refused_and_recorded(hall.hand_in(91, 1, 1), sitting_over));
}

// ---- moving ----

TEST(SittingMoveTest, E7TakesTheCandidateToAnotherMachineWithAllAnswers)
{
    Hall hall;
    hall.start();
    hall.answer(5, 1, 1);
    const Decision moved = hall.act(10, MoveSeat{Hall::ticket(1), 9, "主考", "死机"});
    ASSERT_TRUE(leads_to<SeatMoved>(moved));
    EXPECT_EQ(std::get<SeatMoved>(moved.events[0]), (SeatMoved{Hall::ticket(1), 9, "主考", "死机"}));
    EXPECT_TRUE(is_refused(hall.answer(11, 1, 2), not_signed_in)) << "the old machine is out";
    EXPECT_TRUE(is_refused_and_recorded(hall.sign_in(11, 1), not_on_this_seat));
    EXPECT_TRUE(leads_to<SignedIn>(hall.act(40, SignIn{Hall::ticket(1), "123X", 9, 90})))
        << "also after late entry closed";
    EXPECT_EQ(hall.candidate(1).answers.size(), 1U);
}

TEST(SittingMoveTest, RefusesATakenSeat)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused(hall.act(5, MoveSeat{Hall::ticket(1), 2, "主考", ""}), seat_taken));
    EXPECT_TRUE(is_refused(hall.act(5, MoveSeat{Hall::ticket(1), 3, "主考", ""}), seat_taken))
        << "its candidate may still come";
    hall.tick(30);
    EXPECT_TRUE(leads_to<SeatMoved>(hall.act(31, MoveSeat{Hall::ticket(1), 3, "主考", ""})))
        << "he was recorded as absent";
    EXPECT_TRUE(leads_to<SeatMoved>(hall.act(31, MoveSeat{Hall::ticket(1), 3, "主考", ""})))
        << "his own seat is not taken";
}

TEST(SittingMoveTest, RefusesWhereThereIsNobodyOrNothingToMove)
{
    Hall hall;
    hall.start();
    EXPECT_TRUE(is_refused(hall.act(5, MoveSeat{"T-9999", 9, "主考", ""}), wrong_candidate));
    EXPECT_TRUE(is_refused(hall.act(5, MoveSeat{Hall::ticket(1), 0, "主考", ""}), not_on_this_seat));
    EXPECT_TRUE(is_refused(hall.act(5, MoveSeat{Hall::ticket(1), 31, "主考", ""}), not_on_this_seat));
    hall.hand_in(70, 1, 1);
    EXPECT_TRUE(is_refused(hall.act(71, MoveSeat{Hall::ticket(1), 9, "主考", ""}), handed_in_already));
    hall.tick(90);
    EXPECT_TRUE(is_refused(hall.act(91, MoveSeat{Hall::ticket(2), 9, "主考", ""}), sitting_over));
}

TEST(SittingMoveTest, ClipsNamesAndReasonsSoThatTheJournalCanBeReadBack)
{
    Hall hall;
    std::string by;
    for (int i = 0; i < 100; ++i) by += "主";
    const Decision moved = hall.act(-5, MoveSeat{Hall::ticket(1), 9, by, std::string(5000, 'r')});
    ASSERT_TRUE(leads_to<SeatMoved>(moved));
    EXPECT_EQ(std::get<SeatMoved>(moved.events[0]).by.size(), 198U) << "at a character's end";
    EXPECT_THAT(event_from_json(json_of(hall.journal().back())), IsAccepted());
}

} // namespace
} // namespace papervault::engine
