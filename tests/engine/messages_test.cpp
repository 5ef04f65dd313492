#include "batches.hpp"
#include "support.hpp"

#include <papervault/engine/messages.hpp>
#include <papervault/engine/sitting.hpp>

#include <limits>

namespace papervault::engine {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

std::vector<KioskMessage> kiosk_messages()
{
    return {SignInMessage{2, "T-0001", "123X"},
            AnswerMessage{sequence_max, "HG4-2.3/S01", {"B"}, true},
            AnswerMessage{1, "F", {"层流", "", "\"\\\n"}, false},
            AnswerMessage{2, "F", {}, false},
            HandInMessage{7},
            PingMessage{0},
            PingMessage{most}};
}

std::vector<HallMessage> hall_messages()
{
    WelcomeMessage welcome;
    welcome.ticket = "T-0001";
    welcome.name = "甲";
    welcome.seat = 30;
    welcome.title = "考试";
    welcome.occupation = "化工总控工";
    welcome.subject = "理论知识";
    welcome.level = 5;
    welcome.now = at("2026-11-21T07:59:59.999Z");
    welcome.starts_at = at("2026-11-21T08:00:00Z");
    welcome.ends_at = at("2026-11-21T09:30:00Z");
    welcome.hand_in_from = at("2026-11-21T09:00:00Z");
    welcome.next_sequence = sequence_max + 1;
    welcome.saved = {{"S01", {5, {"A"}, true}}, {"S02", {9, {}, false}}};
    WelcomeMessage with_form = welcome;
    with_form.saved.clear();
    with_form.form_digest = std::string(64, 'f');
    with_form.form_bytes = 123'456;
    return {welcome,
            with_form,
            FormReadyMessage{std::string(64, '0'), 1},
            StartedMessage{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", welcome.now, welcome.ends_at},
            AckMessage{1},
            RefusedMessage{0, "wrong_candidate"},
            RefusedMessage{3, "a_refusal_of_a_later_version"},
            ReminderMessage{900},
            EndedMessage{"ABCD-EFGH-JKMN"},
            HandedInMessage{"ABCD-EFGH-JKMN"},
            PongMessage{most, welcome.now}};
}

TEST(MessagesTest, KioskMessagesReadBackTheSame)
{
    for (const KioskMessage& message : kiosk_messages()) {
        const auto read = decode_kiosk_message(encode(message));
        ASSERT_THAT(read, IsAccepted()) << encode(message);
        EXPECT_EQ(*read, message);
    }
}

TEST(MessagesTest, HallMessagesReadBackTheSame)
{
    for (const HallMessage& message : hall_messages()) {
        const auto read = decode_hall_message(encode(message));
        ASSERT_THAT(read, IsAccepted()) << encode(message);
        EXPECT_EQ(*read, message);
    }
}

TEST(MessagesTest, HaveTheWireFormOfTheProtocol)
{
    EXPECT_EQ(encode(KioskMessage{SignInMessage{2, "T-0001", "123X"}}),
              R"({"id_tail":"123X","kind":"sign_in","protocol":2,"ticket":"T-0001"})");
    EXPECT_EQ(encode(KioskMessage{AnswerMessage{4, "S01", {"B"}, false}}),
              R"({"item":"S01","kind":"answer","marked":false,"response":["B"],"sequence":4})");
    EXPECT_EQ(encode(HallMessage{AckMessage{4}}), R"({"kind":"ack","sequence":4})");
    EXPECT_EQ(encode(HallMessage{PongMessage{1, at("2026-11-21T08:00:00Z")}}),
              R"({"kind":"pong","now":"2026-11-21T08:00:00.000Z","number":1})");
}

/// Every member in turn: missing, null, of another type; and one more than there should be.
template <class Message, class Decode>
void expect_strict(const std::vector<Message>& messages, Decode decode)
{
    for (const Message& message : messages) {
        const auto whole = json_of(encode(message)).as_object();
        auto more = whole;
        more["extra"] = 1;
        EXPECT_THAT(decode(canonical_json(more)), IsRefusedWith(EngineError::unknown_field)) << canonical_json(more);
        for (const auto& member : whole) {
            auto without = whole;
            without.erase(member.key());
            EXPECT_FALSE(decode(canonical_json(without)).has_value()) << canonical_json(without);
            for (const boost::json::value& wrong :
                 {boost::json::value{nullptr}, boost::json::value{-1}, boost::json::value("~"),
                  boost::json::value{{{"a", 1}}}, boost::json::value{{1, 2}}}) {
                auto changed = whole;
                changed[member.key()] = wrong;
                const bool is_free_text =
                    wrong.is_string() &&
                    (member.key() == "name" || member.key() == "title" || member.key() == "occupation" ||
                     member.key() == "subject" || member.key() == "form_key");
                EXPECT_EQ(decode(canonical_json(changed)).has_value(), is_free_text) << canonical_json(changed);
            }
        }
    }
}

TEST(MessagesTest, RefuseMembersThatAreMissingWrongOrTooMany)
{
    expect_strict(kiosk_messages(), decode_kiosk_message);
    expect_strict(hall_messages(), decode_hall_message);
}

TEST(MessagesTest, RefuseMessagesOfTheOtherSide)
{
    for (const HallMessage& message : hall_messages()) EXPECT_FALSE(decode_kiosk_message(encode(message)).has_value());
    for (const KioskMessage& message : kiosk_messages()) EXPECT_FALSE(decode_hall_message(encode(message)).has_value());
    EXPECT_FALSE(decode_kiosk_message("{}").has_value());
    EXPECT_FALSE(decode_kiosk_message("[]").has_value());
    EXPECT_FALSE(decode_kiosk_message(R"({"kind":1})").has_value());
    EXPECT_FALSE(decode_kiosk_message(R"({"kind":"sign_in2"})").has_value());
}

class KioskMessageRefusalTest : public testing::TestWithParam<std::string_view> {};

TEST_P(KioskMessageRefusalTest, RefusesIt)
{
    EXPECT_FALSE(decode_kiosk_message(GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Messages, KioskMessageRefusalTest,
    testing::Values(R"({"kind":"sign_in","protocol":0,"ticket":"T-0001","id_tail":"1234"})",
                    R"({"kind":"sign_in","protocol":1,"ticket":"T'; DROP","id_tail":"1234"})",
                    R"({"kind":"sign_in","protocol":1,"ticket":"T-0001","id_tail":"123"})",
                    R"({"kind":"sign_in","protocol":1,"ticket":"T-0001","id_tail":"12 4"})",
                    R"({"kind":"answer","sequence":0,"item":"S01","response":["A"],"marked":false})",
                    R"({"kind":"answer","sequence":9007199254740992,"item":"S01","response":["A"],"marked":false})",
                    R"({"kind":"answer","sequence":1.0,"item":"S01","response":["A"],"marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"","response":["A"],"marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"S 01","response":["A"],"marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"S01","response":"A","marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"S01","response":[["A"]],"marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"S01","response":["\u0000"],"marked":false})",
                    R"({"kind":"answer","sequence":1,"item":"S01","response":["A"],"marked":0})",
                    R"({"kind":"hand_in","sequence":0})", R"({"kind":"ping","number":-1})",
                    R"({"kind":"ping","number":1,"number":1})",
                    R"({"kind":"ping","number":1} )"
                    "x"));

TEST(MessagesTest, RefuseATextBeyondTheLimit)
{
    const std::string message = encode(KioskMessage{HandInMessage{1}});
    const std::string longest = message + std::string(message_bytes_max - message.size(), ' ');
    EXPECT_THAT(decode_kiosk_message(longest), IsAccepted());
    EXPECT_THAT(decode_kiosk_message(longest + " "), IsRefusedWith(EngineError::out_of_range));
}

TEST(MessagesTest, LetTheSittingJudgeAResponseThatIsTooLarge)
{
    const auto read = decode_kiosk_message(
        encode(KioskMessage{AnswerMessage{1, "E01", {std::string(response_bytes_max + 1, 'a')}, false}}));
    EXPECT_THAT(read, IsAccepted()) << "the kiosk is told, not cut off";
}

TEST(MessagesTest, AWelcomeWithTheLargestSheetFitsTheLimit)
{
    WelcomeMessage welcome = std::get<WelcomeMessage>(hall_messages().front());
    welcome.saved.clear();
    for (std::size_t i = 0; i < sheet_bytes_max / response_bytes_max; ++i) {
        welcome.saved["E" + std::to_string(i)] = {i + 1, {std::string(response_bytes_max, '\x01')}, false};
    }
    const std::string text = encode(HallMessage{welcome});
    EXPECT_LT(text.size(), hall_message_bytes_max) << "six bytes for each of the worst characters";
    EXPECT_EQ(decode_hall_message(text), HallMessage{welcome});
}

} // namespace
} // namespace papervault::engine
