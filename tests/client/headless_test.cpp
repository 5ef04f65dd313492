#include "client/support/tls_hall.hpp"
#include "headless/script.hpp"

#include <papervault/client/headless.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::FakeHall;
using test::TlsHall;

constexpr int items = 24;

std::string plan_line(int seat)
{
    std::string responses;
    for (int i = 0; i < items; i += 1 + seat % 2) {
        const bool text = i % 4 == 3;
        responses += fmt::format(R"({}"HG4-{}":["{}"])", responses.empty() ? "" : ",", i + 1, text ? "三角函数" : "B");
    }
    return fmt::format(R"({{"ticket":"T2026{:04}","id_tail":"{}","seat":{},"responses":{{{}}},"seed":"{:04x}"}})", seat,
                       FakeHall::id_tail(seat), seat, responses, seat);
}

std::vector<CandidatePlan> plans(int count)
{
    std::string text;
    for (int seat = 1; seat <= count; ++seat) { text += plan_line(seat) + "\n"; }
    return plan_from_jsonl(text).value();
}

/// The sheet that the hall must have: without the answers that were taken back.
engine::ResponseSheet sheet_of(const engine::CandidateState& candidate)
{
    engine::ResponseSheet sheet;
    for (const auto& [item, answer] : candidate.answers) {
        if (!answer.response.empty()) { sheet[item] = answer.response; }
    }
    return sheet;
}

class HeadlessTest : public testing::Test {
protected:
    HeadlessSummary run(TlsHall& hall, std::vector<CandidatePlan> candidates, HeadlessOptions options,
                        const std::function<void(HeadlessHall&)>& meanwhile = {})
    {
        options.hall = hall.hall_endpoint();
        options.enrolment = hall.enrolment_endpoint();
        LoopTimer deadline{loop};
        deadline.after(60s, [this] {
            ADD_FAILURE() << "nobody comes to an end";
            loop.stop();
        });
        HeadlessEvents events;
        events.enrolment_code = [this](int, std::string_view code) { codes.emplace_back(code); };
        HeadlessHall headless{loop, std::move(candidates), options, events, [this] { loop.stop(); }};
        loop.post([&headless] { headless.start(); });
        LoopTimer trouble{loop};
        if (meanwhile) {
            trouble.after(4s, [&] { meanwhile(headless); });
        }
        loop.run();
        return headless.summary();
    }
    static test::TlsHallOptions running(int candidates)
    {
        return {.hall = {.candidates = candidates, .items = items, .starts_in = 1s, .hand_in_from_before_end = 3600s}};
    }
    EventLoop loop;
    std::vector<std::string> codes;
};

TEST_F(HeadlessTest, AnswersThePlanAndHandsIn)
{
    TlsHall hall{running(5)};
    const auto candidates = plans(5);
    const auto summary = run(hall, candidates, {});
    EXPECT_TRUE(summary.good()) << boost::json::serialize(to_json(summary));
    EXPECT_EQ(codes.size(), 5u);
    for (const auto& each : candidates) { EXPECT_EQ(sheet_of(hall.candidate(each.seat)), each.responses); }
    const auto json = to_json(summary);
    EXPECT_EQ(json.at("answers"), json.at("acknowledged"));
    EXPECT_EQ(json.at("latency_ms").at("count"), json.at("acknowledged"));
    EXPECT_THAT(sheets_to_jsonl(summary), testing::HasSubstr("三角函数"));
}

TEST_F(HeadlessTest, LosesNothingWhenTheHallDiesInTheMiddle)
{
    TlsHall hall{running(5)};
    const auto candidates = plans(5);
    int deaths = 0;
    LoopTimer next{loop};
    std::function<void()> die = [&] {
        if (++deaths > 3) { return; }
        hall.die();
        next.after(300ms, [&] {
            hall.live_again();
            next.after(700ms, die);
        });
    };
    const auto summary = run(hall, candidates, {.pace = 150ms}, [&](HeadlessHall&) { die(); });
    EXPECT_TRUE(summary.good()) << boost::json::serialize(to_json(summary));
    EXPECT_GE(deaths, 2);
    for (const auto& each : candidates) { EXPECT_EQ(sheet_of(hall.candidate(each.seat)), each.responses); }
    EXPECT_GE(to_json(summary).at("reconnects").to_number<int>(), 5);
}

TEST_F(HeadlessTest, StopsAfterSomeAnswersAndAnotherKioskGoesOn)
{
    TlsHall hall{running(1)};
    const auto first = run(hall, plans(1), {.stop_after = 5});
    EXPECT_TRUE(first.good()) << boost::json::serialize(to_json(first));
    EXPECT_EQ(first.candidates[0].end, HeadlessEnd::stopped);
    EXPECT_EQ(first.candidates[0].receipt, "");
    EXPECT_GE(hall.candidate(1).highest_sequence, 5u);
    EXPECT_NE(hall.candidate(1).phase, engine::CandidatePhase::handed_in);
    const auto second = run(hall, plans(1), {});
    EXPECT_TRUE(second.good()) << boost::json::serialize(to_json(second));
    EXPECT_EQ(second.candidates[0].end, HeadlessEnd::handed_in);
    EXPECT_EQ(sheet_of(hall.candidate(1)), plans(1)[0].responses);
}

TEST_F(HeadlessTest, StaysToTheEndOfTimeIfAsked)
{
    auto options = running(2);
    options.hall.lasts = 4s;
    options.hall.hand_in_from_before_end = 0s;
    TlsHall hall{options};
    const auto summary = run(hall, plans(2), {.stays_to_the_end = true});
    EXPECT_TRUE(summary.good()) << boost::json::serialize(to_json(summary));
    EXPECT_EQ(hall.phase(), engine::SittingPhase::ended);
}

TEST_F(HeadlessTest, IsNotGoodWhenTheReceiptIsAnother)
{
    TlsHall hall{running(1)};
    hall.answer_with_wrong_receipts();
    const auto summary = run(hall, plans(1), {});
    EXPECT_FALSE(summary.good());
    EXPECT_EQ(summary.candidates[0].problem, "receipt_mismatch");
}

TEST_F(HeadlessTest, IsNotGoodWhenTheCandidateIsNotInTheRoster)
{
    TlsHall hall{running(1)};
    auto candidates = plans(1);
    candidates[0].ticket = "T9999";
    const auto summary = run(hall, candidates, {});
    EXPECT_FALSE(summary.good());
    EXPECT_EQ(summary.candidates[0].problem, "wrong_candidate");
}

TEST_F(HeadlessTest, ClosesTheLineWithoutHandingInWhenItIsStopped)
{
    TlsHall hall{running(2)};
    const auto summary = run(hall, plans(2), {.until_signal = true}, [](HeadlessHall& headless) { headless.stop(); });
    EXPECT_TRUE(summary.good()) << boost::json::serialize(to_json(summary));
    EXPECT_EQ(summary.candidates[1].end, HeadlessEnd::stopped);
    EXPECT_NE(hall.candidate(1).phase, engine::CandidatePhase::handed_in);
}

// ---- plans and scripts ----

TEST(PlanTest, RefusesLinesThatAreNone)
{
    EXPECT_EQ(plan_from_jsonl("")->size(), 0u);
    EXPECT_EQ(plan_from_jsonl(plan_line(1) + "\n\n" + plan_line(2))->size(), 2u);
    for (const std::string& text :
         {std::string{"{}"}, std::string{"x"}, plan_line(1) + "\n" + plan_line(1),
          std::string{R"({"ticket":"T1","id_tail":"1","seat":0,"responses":{},"seed":"00"})"},
          std::string{R"({"ticket":"T1","id_tail":"1","seat":1,"responses":[],"seed":"00"})"},
          std::string{R"({"ticket":"T1","id_tail":"1","seat":1,"responses":{"a":"A"},"seed":"00"})"},
          std::string{R"({"ticket":"T1","id_tail":"1","seat":1,"responses":{},"seed":"0x"})"},
          std::string{R"({"ticket":"T1","id_tail":"1","seat":1,"responses":{},"seed":""})"},
          std::string{R"({"ticket":"T1","id_tail":"1","seat":1,"responses":{},"seed":"00","key":"A"})"}}) {
        EXPECT_FALSE(plan_from_jsonl(text)) << text;
    }
    EXPECT_THAT(plan_from_jsonl(plan_line(1) + "\n?").error().detail, testing::HasSubstr("line 2"));
}

std::vector<FormItem> form()
{
    std::vector<FormItem> made;
    for (int i = 0; i < items; ++i) {
        const bool text = i % 4 == 3;
        made.push_back({.id = fmt::format("HG4-{}", i + 1),
                        .type = text ? engine::ItemType::short_answer : engine::ItemType::single_choice,
                        .options = text ? std::vector<std::string>{} : std::vector<std::string>{"D", "B", "A"},
                        .blanks = 0});
    }
    return made;
}

TEST(ScriptTest, EndsOnThePlanForEveryItemWhateverTheSeed)
{
    for (int seat = 1; seat <= 60; ++seat) {
        const auto plan = plan_from_jsonl(plan_line(seat)).value().front();
        for (const int rounds : {1, 3}) {
            engine::ResponseSheet sheet;
            std::set<std::string> marked;
            for (const auto& step : make_script(form(), plan, rounds)) {
                switch (step.kind) {
                case ScriptStep::Kind::answer: sheet[step.item] = step.response; break;
                case ScriptStep::Kind::mark: marked.insert(step.item); break;
                case ScriptStep::Kind::unmark: marked.erase(step.item); break;
                }
            }
            EXPECT_EQ(sheet, plan.responses);
            EXPECT_TRUE(marked.empty());
        }
    }
}

TEST(ScriptTest, IsTheSameForTheSameSeedAndAnotherForAnother)
{
    auto plan = plan_from_jsonl(plan_line(1)).value().front();
    const auto script = make_script(form(), plan, 1);
    EXPECT_EQ(script, make_script(form(), plan, 1));
    EXPECT_GT(script.size(), plan.responses.size()) << "some answers are changed";
    plan.seed.bytes[0] ^= std::byte{1};
    EXPECT_NE(script, make_script(form(), plan, 1));
}

TEST(ScriptTest, LeavesItemsUnansweredThatThePlanLacks)
{
    auto plan = plan_from_jsonl(plan_line(1)).value().front();
    plan.responses.erase("HG4-1");
    for (const auto& step : make_script(form(), plan, 2)) { EXPECT_NE(step.item, "HG4-1"); }
}

} // namespace
} // namespace papervault::client
