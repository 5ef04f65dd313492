#include "sitting_hall.hpp"

#include <limits>

namespace papervault::engine {
namespace {

std::vector<Event> one_of_each_kind()
{
    return {PaperOpened{"P-1", small_items},
            Started{},
            SignedIn{"T-0001", 1, std::numeric_limits<std::uint64_t>::max()},
            SignedOut{"T-0001", 0},
            Answered{"T-0001", sequence_max, "S01", {"层流", ""}, true},
            HandedIn{"T-0001", 7, false},
            HandedIn{"T-0002", 0, true},
            SeatMoved{"T-0001", 9, "主考", "死机\n\"重启\""},
            Reminded{std::chrono::seconds{900}},
            AbsentRecorded{{"T-0003"}},
            Ended{"", ""},
            Sealed{},
            RefusalRecorded{"T-0001", 2, "not_on_this_seat"}};
}

TEST(SittingEventTest, ReadsBackTheSame)
{
    for (const Event& event : one_of_each_kind()) {
        const auto read = event_from_json(json_of(canonical_json(to_json(event))));
        ASSERT_THAT(read, IsAccepted());
        EXPECT_EQ(*read, event);
    }
}

/// Journals of earlier versions must stay readable: a change here is a change of the format.
TEST(SittingEventTest, KeepsTheTextOfTheFormat)
{
    const std::vector<std::string_view> texts{
        R"({"items_by_form":{"A":["E01","S01","S02"],"B":["S01","S09"]},"kind":"paper_opened","package":"P-1"})",
        R"({"kind":"started"})",
        R"({"connection":18446744073709551615,"kind":"signed_in","seat":1,"ticket":"T-0001"})",
        R"({"connection":0,"kind":"signed_out","ticket":"T-0001"})",
        R"({"item":"S01","kind":"answered","marked":true,"response":["层流",""],"sequence":9007199254740991,"ticket":"T-0001"})",
        R"({"by_end_of_time":false,"kind":"handed_in","sequence":7,"ticket":"T-0001"})",
        R"({"by_end_of_time":true,"kind":"handed_in","sequence":0,"ticket":"T-0002"})",
        R"({"by":"主考","kind":"seat_moved","reason":"死机\n\"重启\"","seat":9,"ticket":"T-0001"})",
        R"({"before_end_seconds":900,"kind":"reminded"})",
        R"({"kind":"absent_recorded","tickets":["T-0003"]})",
        R"({"by":"","kind":"ended","reason":""})",
        R"({"kind":"sealed"})",
        R"({"kind":"refusal_recorded","refusal":"not_on_this_seat","seat":2,"ticket":"T-0001"})"};
    const auto events = one_of_each_kind();
    ASSERT_EQ(texts.size(), events.size());
    for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(canonical_json(to_json(events[i])), texts[i]);
}

TEST(SittingEventTest, RefusesMembersThatAreMissingWrongOrTooMany)
{
    for (const Event& event : one_of_each_kind()) {
        const auto whole = to_json(event).as_object();
        auto more = whole;
        more["extra"] = 1;
        EXPECT_FALSE(event_from_json(more).has_value()) << more;
        for (const auto& member : whole) {
            auto without = whole;
            without.erase(member.key());
            EXPECT_FALSE(event_from_json(without).has_value()) << without;
            auto wrong = whole;
            wrong[member.key()] = nullptr;
            EXPECT_FALSE(event_from_json(wrong).has_value()) << wrong;
        }
    }
    for (const std::string_view text :
         {"[]", "{}", R"({"kind":"other"})", R"({"kind":"reminded","before_end_seconds":0})",
          R"({"kind":"signed_in","ticket":"T-0001","seat":1001,"connection":1})",
          R"({"kind":"signed_in","ticket":"T-0001","seat":1,"connection":-1})",
          R"({"kind":"answered","ticket":"T-0001","sequence":0,"item":"S01","response":[],"marked":false})",
          R"({"kind":"refusal_recorded","ticket":"T-0001","seat":1,"refusal":"no_such"})",
          R"({"kind":"absent_recorded","tickets":["x y"]})",
          R"({"kind":"paper_opened","package":"P","items_by_form":{"A":["b c"]}})",
          R"({"kind":"paper_opened","package":"P","items_by_form":{"A B":["b"]}})"}) {
        EXPECT_FALSE(event_from_json(json_of(text)).has_value()) << text;
    }
}

TEST(SittingEventTest, NamesEveryRefusal)
{
    for (int i = 0; i <= static_cast<int>(Refusal::not_over_yet); ++i) {
        const auto refusal = static_cast<Refusal>(i);
        EXPECT_EQ(refusal_from_text(to_text(refusal)), refusal);
    }
    EXPECT_EQ(to_text(Refusal::paper_not_open), "paper_not_open");
    EXPECT_EQ(to_text(Refusal::response_too_large), "response_too_large");
    EXPECT_EQ(to_text(Refusal::not_over_yet), "not_over_yet");
    EXPECT_EQ(refusal_from_text("other"), std::nullopt);
}

TEST(SittingReplayTest, RebuildsTheStateFromTheJournal)
{
    Hall hall;
    hall.start();
    hall.answer(1, 1, 1);
    hall.act(2, SignIn{"T-0001", "123X", 2, 5});
    hall.act(3, MoveSeat{"T-0001", 9, "主考", "死机"});
    hall.act(4, SignIn{"T-0001", "123X", 9, 90});
    hall.tick(30);
    hall.tick(75);
    hall.hand_in(80, 2, 1);
    hall.tick(90);
    hall.act(95, Seal{});

    SittingState rebuilt = initial_state(morning_batch(), small_roster());
    for (const std::string& text : hall.journal())
        ASSERT_THAT(engine::apply(rebuilt, event_from_json(json_of(text)).value()), IsAccepted());
    EXPECT_EQ(rebuilt, hall.state());
}

/// A damaged or forged journal: each event in a state that it doesn't fit.
TEST(SittingReplayTest, J4RefusesEventsThatDoNotFitAndChangesNothing)
{
    struct Misfit {
        const char* what;
        double start; ///< Minute up to which the sitting goes on.
        Event event;
    };
    const std::vector<Misfit> misfits{
        {"start before the paper is open", -100, Started{}},
        {"second opening", 10, PaperOpened{"P-2", small_items}},
        {"second start", 10, Started{}},
        {"stranger signs in", 10, SignedIn{"T-9999", 1, 1}},
        {"sign-in on another seat", 10, SignedIn{"T-0001", 2, 1}},
        {"sign-in after the record of absence", 40, SignedIn{"T-0003", 3, 3}},
        {"sign-in after the end", 95, SignedIn{"T-0001", 1, 1}},
        {"sign-out of another connection", 10, SignedOut{"T-0001", 5}},
        {"stranger signs out", 10, SignedOut{"T-9999", 5}},
        {"stranger answers", 10, Answered{"T-9999", 1, "S01", {"A"}, false}},
        {"absent candidate answers", 10, Answered{"T-0003", 1, "S01", {"A"}, false}},
        {"foreign item", 10, Answered{"T-0001", 9, "S09", {"A"}, false}},
        {"number used before", 10, Answered{"T-0001", 1, "S01", {"A"}, false}},
        {"number 0", 10, Answered{"T-0001", 0, "S02", {"A"}, false}},
        {"answer too large", 10, Answered{"T-0001", 9, "S01", {std::string(response_bytes_max + 1, 'a')}, false}},
        {"answer after the end", 95, Answered{"T-0001", 9, "S01", {"A"}, false}},
        {"absent candidate hands in", 10, HandedIn{"T-0003", 1, false}},
        {"stranger hands in", 10, HandedIn{"T-9999", 1, false}},
        {"stranger moves", 10, SeatMoved{"T-9999", 9, "", ""}},
        {"seat that is not there", 10, SeatMoved{"T-0001", 31, "", ""}},
        {"reminder before the start", -5, Reminded{std::chrono::seconds{900}}},
        {"second record of absence", 40, AbsentRecorded{{}}},
        {"absence of somebody who is there", 10, AbsentRecorded{{"T-0001"}}},
        {"absence of a stranger", 10, AbsentRecorded{{"T-9999"}}},
        {"end while somebody works", 10, Ended{}},
        {"end of what is not open", -100, Ended{}},
        {"seal before the end", 10, Sealed{}},
        {"refusal of a stranger", 10, RefusalRecorded{"T-9999", 1, "too_late"}},
    };
    for (const Misfit& misfit : misfits) {
        Hall hall;
        if (misfit.start >= -30) {
            hall.open();
            hall.sign_in(-10, 1);
        }
        for (const double minute : {0.0, 30.0, 90.0}) {
            if (misfit.start < minute) break;
            hall.tick(minute);
            if (minute == 0) hall.answer(5, 1, 1);
        }
        const SittingState before = hall.state();
        EXPECT_THAT(apply(hall.state(), misfit.event), IsRefusedWith(EngineError::inconsistent)) << misfit.what;
        EXPECT_EQ(hall.state(), before) << misfit.what;
    }
}

TEST(SittingReplayTest, LetsAConnectionThatDiedWithTheShellBeReplaced)
{
    Hall hall;
    hall.start();
    forget_connections(hall.state());
    hall.act(5, SignIn{"T-0001", "123X", 1, 1});
    SittingState rebuilt = initial_state(morning_batch(), small_roster());
    for (const std::string& text : hall.journal())
        ASSERT_THAT(engine::apply(rebuilt, event_from_json(json_of(text)).value()), IsAccepted());
    forget_connections(rebuilt);
    forget_connections(hall.state());
    EXPECT_EQ(rebuilt, hall.state());
}

TEST(SheetTextTest, HoldsWhatWasAnsweredInOrderOfIds)
{
    Hall hall;
    hall.start();
    hall.answer(1, 1, 2, "S02", {"B", "D"});
    hall.answer(1, 1, 3, "S01", {"A"});
    hall.answer(1, 1, 4, "E01", {"文"});
    EXPECT_EQ(sheet_text(hall.candidate(1), "P-1"),
              R"({"answers":{"E01":["文"],"S01":["A"],"S02":["B","D"]},"form":"A","package":"P-1","ticket":"T-0001"})");
}

TEST(SheetTextTest, J9DependsOnResponsesNotOnTheWayToThem)
{
    Hall first;
    first.start();
    first.answer(1, 1, 1, "S01", {"A"});
    Hall second;
    second.start();
    second.answer(1, 1, 5, "S02", {"C"});
    second.answer(2, 1, 6, "S02", {});
    second.answer(3, 1, 9, "S01", {"A"});
    EXPECT_EQ(sheet_text(first.candidate(1), "P-1"), sheet_text(second.candidate(1), "P-1"))
        << "an answer taken back is no answer";
    EXPECT_NE(sheet_text(first.candidate(1), "P-1"), sheet_text(first.candidate(1), "P-2"));
    EXPECT_NE(sheet_text(first.candidate(1), "P-1"), sheet_text(first.candidate(2), "P-1"));
    first.answer(5, 1, 7, "S01", {"B"});
    EXPECT_NE(sheet_text(first.candidate(1), "P-1"), sheet_text(second.candidate(1), "P-1"));
}

TEST(InitialStateDeathTest, StopsAtARosterThatWasNotChecked)
{
    auto roster = small_roster();
    roster.push_back(roster.front());
    EXPECT_DEATH((void)initial_state(morning_batch(), roster), "assertion broken");
}

} // namespace
} // namespace papervault::engine
