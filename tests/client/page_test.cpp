#include "client/support/seat_world.hpp"

#include <papervault/client/page.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::SeatWorld;
namespace json = boost::json;

template <class Call>
Call read(std::string_view text)
{
    auto call = page_call_from_json(text);
    EXPECT_TRUE(call) << text;
    return std::get<Call>(call.value());
}

TEST(PageCallTest, ReadsEveryCallOfTheContract)
{
    read<call::View>(R"({"call":"view"})");
    read<call::Form>(R"({"call":"form"})");
    read<call::HandIn>(R"({"call":"hand_in"})");
    EXPECT_EQ(read<call::SignIn>(R"({"call":"sign_in","ticket":"T1","id_tail":"041X"})").id_tail, "041X");
    EXPECT_TRUE(read<call::ConfirmIdentity>(R"({"call":"confirm_identity","confirmed":true})").confirmed);
    EXPECT_EQ(read<call::Answer>(R"({"call":"answer","item":"X","response":["三角函数","B"]})").response.size(), 2u);
    EXPECT_TRUE(read<call::Mark>(R"({"call":"mark","item":"X","marked":true})").marked);
    EXPECT_EQ(read<call::Log>("{\"call\":\"log\",\"message\":\"a\\nb\\u001bc\"}").message, "a b c");
}

class PageCallRefusalTest : public testing::TestWithParam<std::string> {};
TEST_P(PageCallRefusalTest, RefusesWhatIsNoCall)
{
    EXPECT_FALSE(page_call_from_json(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(
    Texts, PageCallRefusalTest,
    testing::Values("", "null", "[]", "{}", R"({"call":1})", R"({"call":"eval"})", R"({"call":"view","more":1})",
                    R"({"call":"sign_in","ticket":"T1"})", R"({"call":"answer","item":"X"})",
                    R"({"call":"answer","item":"X","response":"A"})", R"({"call":"answer","item":"X","response":[1]})",
                    R"({"call":"answer","item":"X","response":[["A"]]})", R"({"call":"mark","item":"X","marked":1})",
                    R"({"call":"confirm_identity"})", R"({"call":"view"}{"call":"hand_in"})",
                    R"({"call":"view","call":"hand_in"})", "{\"call\":\"log\",\"message\":\"\xff\"}",
                    R"({"call":"log","message":"\ud800"})", R"({"call":"answer","item":"X","response":["a\u0000b"]})",
                    fmt::format(R"({{"call":"log","message":"{}"}})", std::string(2001, 'x')),
                    fmt::format(R"({{"call":"answer","item":"{}","response":[]}})", std::string(65, 'x')),
                    fmt::format(R"({{"call":"answer","item":"X","response":["{}"]}})", std::string(16 * 1024 + 1, 'x')),
                    std::string(70 * 1024, ' ')));

TEST(HallInfoTest, ReadsTheAnswerOfAHallAndLetsUnknownMembersPass)
{
    const auto info = hall_info_from_json(
        R"({"batch":"b","package":"p","title":"t","occupation":"o","level":4,"subject":"s","hall":"h","seat":7,)"
        R"("phase":"running","now":"2026-11-21T08:00:00.000Z","entry_opens_at":"2026-11-21T07:30:00.000Z",)"
        R"("starts_at":"2026-11-21T08:00:00.000Z","ends_at":"2026-11-21T09:30:00.000Z",)"
        R"("hand_in_from":"2026-11-21T09:00:00.000Z","rehearsal":false,"news":1})");
    ASSERT_TRUE(info) << info.error().detail;
    EXPECT_EQ(info->seat, 7);
    EXPECT_EQ(info->ends_at - info->starts_at, 90min);
    for (const char* text : {"", "[]", "{}", R"({"package":"p"})"}) { EXPECT_FALSE(hall_info_from_json(text)); }
}

TEST(PageReplyTest, HasAWordOnlyForARefusal)
{
    EXPECT_EQ(page_reply(""), R"({"ok":true})");
    EXPECT_EQ(page_reply("too_late"), R"({"ok":false,"error":"too_late"})");
}

TEST(PageViewTest, ShowsTheEnrolmentCode)
{
    KioskSession session{7};
    session.enrolment_code_known("K7QF-3M2P");
    EXPECT_EQ(json::serialize(page_view(session, Language::chinese, 0s)),
              R"({"version":1,"phase":"enrolling","language":"zh","seat":"07","connection":"offline","unsaved":0,)"
              R"("hand_in_allowed":false,"responses":{},"enrolment_code":"K7QF-3M2P"})");
}

TEST(PageViewTest, SaysInWordsWhatIsWrong)
{
    KioskSession session{7};
    session.enrolment_problem("hall_unreachable");
    const auto view = page_view(session, Language::chinese, 0s);
    EXPECT_EQ(view.at("message").at("code").as_string(), "hall_unreachable");
    EXPECT_THAT(std::string{view.at("message").at("text").as_string()}, testing::HasSubstr("考场服务器"));
}

TEST(PageViewTest, ShowsExamCandidateClockAndAnswersWhileItRuns)
{
    SeatWorld world;
    world.begin_exam();
    std::ignore = world.session.answer("HG4-1", {"A", "C"}, world.now);
    world.take_effects();
    auto view = page_view(world.session, Language::chinese, world.now);
    EXPECT_EQ(view.at("phase").as_string(), "running");
    EXPECT_EQ(view.at("exam").at("items").to_number<int>(), 12);
    EXPECT_EQ(view.at("exam").at("points").as_string(), "24");
    EXPECT_EQ(view.at("exam").at("level").as_string(), "四级/中级工");
    EXPECT_EQ(view.at("exam").at("duration_seconds").to_number<int>(), 3600);
    EXPECT_EQ(view.at("candidate").at("name").as_string(), "考生1");
    EXPECT_EQ(view.at("clock").at("ends_ms").to_number<std::int64_t>(),
              world.hall.state().batch.ends_at.time_since_epoch().count());
    EXPECT_EQ(view.at("unsaved").to_number<int>(), 1);
    EXPECT_EQ(json::serialize(view.at("responses")), R"({"HG4-1":{"saved":false,"marked":false,"value":["A","C"]}})");
    EXPECT_FALSE(view.contains("receipt"));
    world.deliver_all();
    view = page_view(world.session, Language::chinese, world.now);
    EXPECT_TRUE(view.at("responses").at("HG4-1").at("saved").as_bool());
}

TEST(PageViewTest, HoldsNothingOfThePaperBeforeItIsOpen)
{
    SeatWorld world;
    world.connect();
    world.sign_in();
    EXPECT_TRUE(world.session.confirm_identity(true, world.now));
    const auto text = json::serialize(page_view(world.session, Language::chinese, world.now));
    EXPECT_EQ(text.find("canary"), std::string::npos);
    EXPECT_EQ(text.find("HG4-"), std::string::npos);
}

TEST(PageViewTest, ShowsTheReceipt)
{
    SeatWorld world{{.hand_in_from_before_end = 3600s}};
    world.begin_exam();
    world.session.hand_in(world.now);
    world.take_effects();
    world.deliver_all();
    const auto view = page_view(world.session, Language::english, world.now);
    EXPECT_EQ(view.at("phase").as_string(), "handed_in");
    EXPECT_EQ(view.at("language").as_string(), "en");
    EXPECT_EQ(view.at("receipt").as_string().size(), 14u);
}

TEST(NoticeTextTest, HasWordsForCodesThatItDoesNotKnow)
{
    EXPECT_THAT(notice_text("brand_new", Language::chinese), testing::HasSubstr("brand_new"));
    EXPECT_THAT(notice_text("brand_new", Language::english), testing::HasSubstr("brand_new"));
}

} // namespace
} // namespace papervault::client
