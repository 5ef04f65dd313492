#include "server/support/test_hall.hpp"

#include "hall/form_press.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

std::string refusal_of(const std::optional<engine::HallMessage>& message)
{
    const auto* refused = message ? std::get_if<engine::RefusedMessage>(&*message) : nullptr;
    return refused == nullptr ? "not refused" : refused->refusal;
}

/// The page that a kiosk can show: form as fetched, key as sent.
engine::Result<boost::json::value> open_form(const std::string& sealed, const std::string& key_text,
                                             const std::string& package_id, const std::string& ticket)
{
    const auto key = crypto::SecretBuffer::copy_of(crypto::from_base64(key_text).value());
    const auto cover = engine::read_form_cover(crypto::bytes_of(sealed));
    if (!cover) { return std::unexpected{cover.error()}; }
    const std::string context =
        fmt::format("papervault.form.v2|{}|{}|{}", package_id, ticket, sealed.substr(0, cover->cover_bytes));
    const auto plain =
        crypto::decrypt(key, crypto::bytes_of(sealed).subspan(cover->cover_bytes), crypto::bytes_of(context));
    if (!plain) { return engine::refuse(engine::EngineError::malformed, plain.error().detail); }
    return engine::parse_json(crypto::text_of(*plain), {.bytes_max = 1 << 20, .depth_max = 32});
}

std::string body_of(const std::string& answer)
{
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

TEST(HallSittingTest, GoesFromSealedPackageToSealedAnswers)
{
    TestHall hall{2, 2s, 6s};
    hall.take_in();
    hall.start();
    Kiosk first = hall.kiosk(1);
    Kiosk second = hall.kiosk(2);
    ASSERT_EQ(first.open_line(), 101);
    EXPECT_EQ(refusal_of(first.sign_in(hall.exam.roster[0])), "paper_not_open");
    EXPECT_NE(first.get("/v1/form").find("not_signed_in"), std::string::npos);
    EXPECT_NE(first.get("/v1/pictures/" + std::string(64, 'a')).find("not_signed_in"), std::string::npos);
    hall.open();

    // Signed in, form fetched, not yet readable.
    const auto welcome = first.sign_in(hall.exam.roster[0]);
    ASSERT_TRUE(welcome && std::holds_alternative<engine::WelcomeMessage>(*welcome));
    const auto& content = std::get<engine::WelcomeMessage>(*welcome);
    EXPECT_EQ(content.name, "考生1");
    EXPECT_EQ(content.next_sequence, 1U);
    const std::string sealed = body_of(first.get("/v1/form"));
    EXPECT_EQ(sealed.size(), content.form_bytes);
    EXPECT_EQ(crypto::blake2b(crypto::bytes_of(sealed)).hex(), content.form_digest);
    EXPECT_EQ(sealed.find("甲乙丙"), std::string::npos);
    const auto cover = engine::read_form_cover(crypto::bytes_of(sealed));
    ASSERT_TRUE(cover);
    ASSERT_EQ(cover->pictures.size(), 1U);
    const std::string picture_path = "/v1/pictures/" + crypto::to_hex(cover->pictures[0].digest);
    const std::string picture = body_of(first.get(picture_path));
    EXPECT_EQ(crypto::blake2b(crypto::bytes_of(picture)).bytes, cover->pictures[0].digest);
    EXPECT_EQ(picture.size(), cover->pictures[0].bytes);
    EXPECT_NE(second.get(picture_path).find("not_signed_in"), std::string::npos);
    EXPECT_EQ(first.get("/v1/pictures/" + std::string(64, 'a')).substr(9, 3), "404");
    ASSERT_EQ(second.open_line(), 101);
    ASSERT_TRUE(second.sign_in(hall.exam.roster[1]));

    // The start: the key, the page with its picture.
    const auto started = first.receive_kind<engine::StartedMessage>();
    ASSERT_TRUE(started);
    const auto page = open_form(sealed, started->form_key, hall.exam.package_id, "T0001");
    ASSERT_TRUE(page) << page.error().detail;
    const auto& shown = page->at("media").at("media/pump.svg");
    const auto picture_key = crypto::SecretBuffer::copy_of(crypto::from_base64(shown.at("key").as_string()).value());
    const auto opened =
        crypto::decrypt(picture_key, crypto::bytes_of(picture),
                        crypto::bytes_of(fmt::format("papervault.picture.v1|{}|media/pump.svg", hall.exam.package_id)));
    ASSERT_TRUE(opened);
    EXPECT_EQ(crypto::text_of(*opened), "<svg/>");
    EXPECT_EQ(page->at("page").at("form").as_string(), "A");

    // Answers; a repetition; handing in with the receipt that the kiosk works out itself.
    ASSERT_TRUE(first.answer(1, "A-1", {"B"}));
    ASSERT_TRUE(first.answer(2, "A-6", {"一段话"}));
    ASSERT_TRUE(first.answer(1, "A-1", {"C"}));
    for (const std::uint64_t sequence : {1U, 2U, 1U}) {
        const auto ack = first.receive_kind<engine::AckMessage>();
        ASSERT_TRUE(ack);
        EXPECT_EQ(ack->sequence, sequence);
    }
    ASSERT_TRUE(first.answer(3, "B-1", {"A"}));
    EXPECT_EQ(refusal_of(first.receive()), "unknown_item");
    ASSERT_TRUE(first.send(engine::HandInMessage{.sequence = 4}));
    const auto handed_in = first.receive_kind<engine::HandedInMessage>();
    ASSERT_TRUE(handed_in);
    engine::CandidateState mine;
    mine.candidate = hall.exam.roster[0];
    mine.answers["A-1"] = {.sequence = 1, .response = {"B"}, .marked = false};
    mine.answers["A-6"] = {.sequence = 2, .response = {"一段话"}, .marked = false};
    EXPECT_EQ(handed_in->receipt, vault::receipt_of(engine::sheet_text(mine, hall.exam.package_id)));
    ASSERT_TRUE(first.answer(5, "A-2", {"A"}));
    EXPECT_EQ(refusal_of(first.receive()), "handed_in_already");

    // The end, for who has not handed in and for who has.
    ASSERT_TRUE(second.answer(1, "B-2", {"D"}));
    ASSERT_TRUE(second.receive_kind<engine::AckMessage>());
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/seal").starts_with("not_over_yet"));
    const auto ended = second.receive_kind<engine::EndedMessage>();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->receipt.size(), 14U);
    const auto also_ended = first.receive_kind<engine::EndedMessage>();
    ASSERT_TRUE(also_ended);
    EXPECT_EQ(also_ended->receipt, handed_in->receipt);
    ASSERT_TRUE(second.answer(2, "B-3", {"D"}));
    EXPECT_EQ(refusal_of(second.receive()), "sitting_over");

    // Sealed answers open at the office only, with every sheet and the journal.
    const auto sealed_answers = hall.must(HttpMethod::post, "/v1/seal");
    const std::filesystem::path file{std::string{sealed_answers.at("file").as_string()}};
    const auto package = vault::PackageReader::open(hall.exam.package);
    ASSERT_TRUE(package);
    const auto answers = vault::open_answers(file, *package, hall.site.office);
    ASSERT_TRUE(answers) << answers.error().detail;
    ASSERT_EQ(answers->sheets.size(), 2U);
    EXPECT_EQ(answers->sheets[0].receipt, handed_in->receipt);
    EXPECT_EQ(answers->sheets[0].responses.at("A-1"), engine::Response{"B"});
    EXPECT_EQ(answers->sheets[1].receipt, ended->receipt);
    EXPECT_EQ(answers->sheets[1].responses.size(), 1U);
    EXPECT_FALSE(vault::open_answers(file, *package, hall.site.first_sealer));

    // Keys and forms are gone.
    EXPECT_FALSE(std::filesystem::exists(hall.directory.sitting_folder(hall.exam.package_id) / "forms"));
    EXPECT_EQ(hall.phase(), "sealed");
    hall.stop();
    EXPECT_FALSE(RunningHall::start(hall.directory, {}));
}

TEST(HallSittingTest, StaysClosedWithOneCustodianWithoutReleaseAndTooEarly)
{
    TestHall hall;
    hall.take_in();
    hall.start();
    hall.inspect();
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("quorum_incomplete"));
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 0));
    hall.must(HttpMethod::post, "/v1/release", hall.site.release(hall.exam, wall_now()));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("quorum_incomplete"));
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 0)); // the same custodian again
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("quorum_incomplete"));
    EXPECT_FALSE(hall.refused(HttpMethod::post, "/v1/shares", "{\"format\":\"nonsense\"}").empty());
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 2));
    hall.must(HttpMethod::post, "/v1/open");
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("already_open"));
    EXPECT_EQ(hall.phase(), "opened");
}

TEST(HallSittingTest, StaysClosedBeforeTheWindowWhateverItIsGiven)
{
    TestHall hall{2, 3h};
    hall.take_in();
    hall.start();
    hall.inspect();
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 0));
    hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 1));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("release_time_not_reached"));
    // An office that would issue too early, and a hall whose clock is right.
    hall.must(HttpMethod::post, "/v1/release", hall.site.release(hall.exam, wall_now() + 2h + 1s));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("release_time_not_reached"));
    EXPECT_EQ(hall.phase(), "prepared");
}

TEST(HallSittingTest, LetsACandidateSitOnlyOnceAndAtTheRightSeat)
{
    TestHall hall;
    hall.take_in();
    hall.start();
    hall.open();
    Kiosk right = hall.kiosk(1);
    Kiosk wrong = hall.kiosk(2);
    ASSERT_EQ(wrong.open_line(), 101);
    EXPECT_EQ(refusal_of(wrong.sign_in(hall.exam.roster[0])), "not_on_this_seat");
    ASSERT_EQ(right.open_line(), 101);
    engine::Candidate stranger = hall.exam.roster[0];
    stranger.id_tail = "9999";
    EXPECT_EQ(refusal_of(right.sign_in(stranger)), "wrong_candidate");
    ASSERT_TRUE(std::holds_alternative<engine::WelcomeMessage>(right.sign_in(hall.exam.roster[0]).value()));
    EXPECT_EQ(refusal_of(right.sign_in(hall.exam.roster[0])), "already_signed_in");
    EXPECT_NE(wrong.get("/v1/form").find("not_signed_in"), std::string::npos);
    EXPECT_EQ(right.get("/v1/status").substr(9, 3), "404");

    // The same seat comes back over a new line: the old one goes.
    Kiosk again = Kiosk{hall.ports(), 1};
    std::swap(again, right);
    ASSERT_NE(again.get("/v1/form").find("200 OK"), std::string::npos);
    auto newer = TlsClient::connect(hall.ports().hall, again.credentials());
    ASSERT_TRUE(newer);
    ASSERT_EQ(newer->upgrade("/v1/sitting"), 101);
    ASSERT_TRUE(newer->send_text(engine::encode(engine::SignInMessage{.ticket = "T0001", .id_tail = "001x"})));
    const auto welcome = newer->receive_frame();
    ASSERT_TRUE(welcome);
    EXPECT_NE(welcome->payload.find("\"welcome\""), std::string::npos) << welcome->payload;
    EXPECT_FALSE(again.receive());
    EXPECT_EQ(again.close_code(), 4000);
}

TEST(HallSittingTest, MovesACandidateToAnotherMachine)
{
    TestHall hall{1};
    hall.take_in();
    hall.start();
    hall.open();
    Kiosk old_machine = hall.kiosk(1);
    Kiosk new_machine = hall.kiosk(9);
    ASSERT_EQ(old_machine.open_line(), 101);
    ASSERT_TRUE(old_machine.sign_in(hall.exam.roster[0]));
    hall.must(HttpMethod::post, "/v1/move", R"({"ticket":"T0001","seat":9,"reason":"显示器坏"})");
    EXPECT_FALSE(old_machine.receive());
    EXPECT_EQ(old_machine.close_code(), 4002);
    ASSERT_EQ(new_machine.open_line(), 101);
    EXPECT_TRUE(std::holds_alternative<engine::WelcomeMessage>(new_machine.sign_in(hall.exam.roster[0]).value()));
}

TEST(HallSittingTest, EndsForEverybodyWhenTheChiefSaysSo)
{
    TestHall hall{1, 1s};
    hall.take_in();
    hall.start();
    hall.open();
    Kiosk kiosk = hall.kiosk(1);
    ASSERT_EQ(kiosk.open_line(), 101);
    ASSERT_TRUE(kiosk.sign_in(hall.exam.roster[0]));
    ASSERT_TRUE(kiosk.receive_kind<engine::StartedMessage>());
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"停电"})");
    EXPECT_TRUE(kiosk.receive_kind<engine::EndedMessage>());
    // Who comes back gets his receipt again.
    ASSERT_EQ(kiosk.open_line(), 101);
    EXPECT_TRUE(std::holds_alternative<engine::EndedMessage>(kiosk.sign_in(hall.exam.roster[0]).value()));
}

} // namespace
} // namespace papervault::server::test
