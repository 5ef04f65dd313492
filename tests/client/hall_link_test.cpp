#include "client/support/tls_hall.hpp"

#include <papervault/client/enrolment.hpp>
#include <papervault/client/headless.hpp>
#include <papervault/client/seat.hpp>
#include <papervault/client/state_folder.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdlib.h>

namespace papervault::client {
namespace {

using namespace std::chrono_literals;
using test::TlsHall;
using testing::Contains;
using testing::IsEmpty;

/// Loop, line and everything that came over it.
class LinkTest : public testing::Test, protected HallLinkListener {
protected:
    void open(const TlsHall& hall, const KioskIdentity& identity)
    {
        auto made =
            make_hall_link(loop, hall.hall_endpoint(), identity, *this, {.retry_first = 20ms, .retry_last = 100ms});
        ASSERT_TRUE(made) << made.error().detail;
        link = std::move(*made);
        link->open();
    }
    /// @return False if it took more than ten seconds.
    template <class Condition>
    bool run_until(Condition condition)
    {
        bool timed_out = false;
        LoopTimer deadline{loop};
        LoopTimer poll{loop};
        deadline.after(10s, [&] {
            timed_out = true;
            loop.stop();
        });
        std::function<void()> look = [&] {
            if (condition()) { return loop.stop(); }
            poll.after(5ms, look);
        };
        loop.post(look);
        loop.run();
        return !timed_out;
    }

    void line_opened(const HallInfo& hall) override { opened.push_back(hall); }
    void line_closed(int close_code) override { closed.push_back(close_code); }
    void line_failed(std::string_view code, std::string_view) override { failed.emplace_back(code); }
    void line_received(std::string_view text) override { received.emplace_back(text); }
    void form_fetched(crypto::Bytes sealed) override { forms.push_back(std::move(sealed)); }
    void form_fetch_failed(std::string_view detail) override { form_failures.emplace_back(detail); }
    void picture_fetched(crypto::Bytes sealed) override { pictures.push_back(std::move(sealed)); }
    void pictures_settled(std::string_view detail) override { pictures_ends.emplace_back(detail); }

    EventLoop loop;
    std::unique_ptr<HallLink> link;
    std::vector<HallInfo> opened;
    std::vector<int> closed;
    std::vector<std::string> failed, received, form_failures;
    std::vector<crypto::Bytes> forms, pictures;
    std::vector<std::string> pictures_ends;
};

TEST_F(LinkTest, ComesUpTellsTheHallAndCarriesMessagesBothWays)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty(); }));
    EXPECT_EQ(opened[0].seat, 1);
    EXPECT_EQ(opened[0].package, test::FakeHall::package);
    link->send(R"({"kind":"ping","number":5})");
    ASSERT_TRUE(run_until([&] { return !received.empty(); }));
    EXPECT_THAT(received[0], testing::HasSubstr("pong"));
    link->fetch_form();
    ASSERT_TRUE(run_until([&] { return !forms.empty(); }));
    EXPECT_GT(forms[0].size(), 100u);
}

TEST_F(LinkTest, FetchesPicturesOneAfterTheOtherAndSaysWhereItStopped)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty(); }));
    link->fetch_form();
    ASSERT_TRUE(run_until([&] { return !forms.empty(); }));
    const auto listed = pictures_of_sealed_form(forms[0]);
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->size(), 1u);
    link->fetch_pictures({listed->front(), listed->front()});
    ASSERT_TRUE(run_until([&] { return !pictures_ends.empty(); }));
    EXPECT_EQ(pictures_ends[0], "");
    ASSERT_EQ(pictures.size(), 2u);
    EXPECT_EQ(crypto::blake2b(pictures[1]).bytes, listed->front().digest);

    link->fetch_pictures({{.digest = {}, .bytes = 1}, listed->front()});
    ASSERT_TRUE(run_until([&] { return pictures_ends.size() == 2; }));
    EXPECT_EQ(pictures_ends[1], "not_found");
    EXPECT_EQ(pictures.size(), 2u);
}

TEST_F(LinkTest, DeliversMessagesInTheirOrder)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty(); }));
    for (int i = 1; i <= 200; ++i) { link->send(R"({"kind":"ping","number":)" + std::to_string(i) + "}"); }
    ASSERT_TRUE(run_until([&] { return received.size() == 200; }));
    for (int i = 1; i <= 200; ++i) {
        const auto pong = engine::decode_hall_message(received[static_cast<std::size_t>(i - 1)]);
        ASSERT_TRUE(pong);
        EXPECT_EQ(std::get<engine::PongMessage>(*pong).number, static_cast<std::uint64_t>(i));
    }
}

TEST_F(LinkTest, ComesBackByItselfWhenTheHallDiesAndLivesAgain)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return opened.size() == 1; }));
    hall.die();
    ASSERT_TRUE(run_until([&] { return !closed.empty() && !failed.empty(); }));
    EXPECT_EQ(closed[0], 0);
    EXPECT_EQ(failed[0], "hall_unreachable");
    hall.live_again();
    EXPECT_TRUE(run_until([&] { return opened.size() == 2; }));
}

TEST_F(LinkTest, TellsTheHallsCloseCode)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    // Open here is a moment before the hall counts the line as its own.
    ASSERT_TRUE(run_until([&] { return !opened.empty() && hall.lines() == 1; }));
    hall.close_lines(4002);
    ASSERT_TRUE(run_until([&] { return !closed.empty(); }));
    EXPECT_EQ(closed[0], 4002);
}

TEST_F(LinkTest, DoesNotComeBackAfterItsEnd)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty(); }));
    link->end();
    ASSERT_TRUE(run_until([&] { return closed.size() == 1; }));
    int looks = 0;
    run_until([&] { return ++looks > 60; });
    EXPECT_EQ(opened.size(), 1u);
    EXPECT_EQ(hall.lines(), 0u);
}

TEST_F(LinkTest, MakesANewLineWhenTheOldOneIsDropped)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return opened.size() == 1; }));
    link->drop();
    EXPECT_TRUE(run_until([&] { return opened.size() == 2; }));
    EXPECT_EQ(closed.size(), 1u);
}

TEST_F(LinkTest, HearsNothingMoreOnceItIsGone)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty(); }));
    link->fetch_form();
    link.reset();
    int looks = 0;
    run_until([&] { return ++looks > 20; });
    EXPECT_THAT(closed, IsEmpty());
    EXPECT_THAT(forms, IsEmpty());
    EXPECT_THAT(form_failures, IsEmpty());
}

TEST_F(LinkTest, RefusesAHallOfAnotherAuthority)
{
    TlsHall hall;
    auto identity = hall.identity(1);
    identity.authority_pem = hall.foreign_identity(1).authority_pem;
    open(hall, identity);
    ASSERT_TRUE(run_until([&] { return !failed.empty(); }));
    EXPECT_EQ(failed[0], "hall_not_trusted");
    EXPECT_THAT(opened, IsEmpty());
}

TEST_F(LinkTest, RefusesACertificateOfTheAuthorityThatIsNotAHalls)
{
    TlsHall hall{{.server_role = "kiosk"}};
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !failed.empty(); }));
    EXPECT_EQ(failed[0], "hall_not_trusted");
}

TEST_F(LinkTest, TellsThatTheHallDoesNotTakeItsCertificate)
{
    TlsHall hall;
    auto identity = hall.foreign_identity(1);
    identity.authority_pem = hall.identity(1).authority_pem;
    open(hall, identity);
    ASSERT_TRUE(run_until([&] { return !failed.empty(); }));
    EXPECT_THAT(failed[0], testing::AnyOf("certificate_refused", "hall_unreachable"));
    EXPECT_THAT(opened, IsEmpty());
}

TEST_F(LinkTest, RefusesKeyAndCertificateThatDoNotBelongTogether)
{
    TlsHall hall;
    auto identity = hall.identity(1);
    identity.key_pem = hall.identity(1).key_pem.clone();
    EXPECT_FALSE(make_hall_link(loop, hall.hall_endpoint(), identity, *this));
    identity.certificate_pem = "no certificate";
    EXPECT_FALSE(make_hall_link(loop, hall.hall_endpoint(), identity, *this));
}

TEST_F(LinkTest, EndsALineOnWhichMoreComesThanAMessageMayHold)
{
    TlsHall hall;
    open(hall, hall.identity(1));
    ASSERT_TRUE(run_until([&] { return !opened.empty() && hall.lines() == 1; }));
    hall.say(std::string(engine::hall_message_bytes_max + 1, ' '));
    ASSERT_TRUE(run_until([&] { return !closed.empty(); }));
    EXPECT_THAT(received, IsEmpty());
}

// ---- enrolment ----

class EnrolmentTest : public LinkTest {
protected:
    void enrol(const TlsHall& hall, int seat)
    {
        EnrolmentEvents events;
        events.code_known = [this](std::string_view code) { codes.emplace_back(code); };
        events.problem = [this](std::string_view code, std::string_view) { problems.emplace_back(code); };
        events.done = [this](KioskIdentity got) { identity.emplace(std::move(got)); };
        enrolment = std::make_unique<Enrolment>(loop, hall.enrolment_endpoint(), seat, std::move(events),
                                                EnrolmentTimes{.poll_every = 20ms, .again_after = 30ms});
        enrolment->start();
    }
    std::unique_ptr<Enrolment> enrolment;
    std::vector<std::string> codes, problems;
    std::optional<KioskIdentity> identity;
};

TEST_F(EnrolmentTest, GivesAnIdentityWithWhichALineComesUp)
{
    TlsHall hall{{.polls_until_confirmed = 3}};
    enrol(hall, 1);
    ASSERT_TRUE(run_until([&] { return identity.has_value(); }));
    ASSERT_EQ(codes.size(), 1u);
    EXPECT_THAT(codes[0], testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}"));
    open(hall, *identity);
    EXPECT_TRUE(run_until([&] { return !opened.empty(); }));
}

TEST_F(EnrolmentTest, BeginsAnewWithAnotherCodeWhenItIsRefused)
{
    TlsHall hall{{.refuse_enrolments = true}};
    enrol(hall, 1);
    ASSERT_TRUE(run_until([&] { return codes.size() == 2; }));
    EXPECT_THAT(problems, Contains("enrolment_refused"));
    EXPECT_NE(codes[0], codes[1]);
    EXPECT_FALSE(identity);
}

TEST_F(EnrolmentTest, DoesNotAskAHallAgainThatIsNotTheOneWhoseAuthorityIsInTheCode)
{
    TlsHall hall{{.foreign_authority = true}};
    enrol(hall, 1);
    ASSERT_TRUE(run_until([&] { return codes.size() == 2; }));
    EXPECT_THAT(problems, Contains("hall_not_trusted"));
    EXPECT_FALSE(identity);
}

TEST_F(EnrolmentTest, BeginsAnewWhenTheHallHasForgottenIt)
{
    auto hall = std::make_unique<TlsHall>(test::TlsHallOptions{.polls_until_confirmed = 1'000'000});
    enrol(*hall, 1);
    ASSERT_TRUE(run_until([&] { return codes.size() == 1; }));
    hall->die();
    ASSERT_TRUE(run_until([&] { return !problems.empty(); }));
    EXPECT_EQ(problems[0], "hall_unreachable");
}

TEST(EnrolmentCodeTest, DependsOnBothFingerprints)
{
    crypto::Digest a;
    crypto::Digest b;
    b.bytes[31] = std::byte{1};
    EXPECT_EQ(enrolment_code(a, b).size(), 9u);
    EXPECT_NE(enrolment_code(a, b), enrolment_code(b, a));
    EXPECT_NE(enrolment_code(a, b), enrolment_code(a, a));
}

// ---- what is kept ----

class StateFolderTest : public testing::Test {
protected:
    StateFolderTest()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "papervault-kiosk-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~StateFolderTest() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(StateFolderTest, KeepsAnIdentityThatNobodyElseMayRead)
{
    TlsHall hall;
    const auto identity = hall.identity(7);
    const StateFolder state{folder / "new"};
    const auto before = state.load(7);
    ASSERT_TRUE(before);
    EXPECT_FALSE(before->has_value());
    ASSERT_TRUE(state.store(7, identity));
    const auto status = std::filesystem::status(folder / "new" / "seat-07.pem");
    EXPECT_EQ(status.permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(std::filesystem::status(folder / "new").permissions(), std::filesystem::perms::owner_all);
    const auto loaded = state.load(7);
    ASSERT_TRUE(loaded && *loaded);
    EXPECT_EQ((*loaded)->certificate_pem, identity.certificate_pem);
    EXPECT_EQ((*loaded)->authority_pem, identity.authority_pem);
    EXPECT_TRUE(crypto::equal_in_constant_time((*loaded)->key_pem, identity.key_pem));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder / "new"}, {}), 1) << "nothing else is kept";
    ASSERT_TRUE(state.forget(7));
    EXPECT_FALSE(state.load(7)->has_value());
}

TEST_F(StateFolderTest, RefusesAFileThatOthersMayReadOrThatIsCutOrAnotherSeats)
{
    TlsHall hall;
    const StateFolder state{folder};
    ASSERT_TRUE(state.store(7, hall.identity(7)));
    const auto file = folder / "seat-07.pem";
    std::filesystem::permissions(file, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_FALSE(state.load(7));
    std::filesystem::permissions(file, std::filesystem::perms::group_read, std::filesystem::perm_options::remove);
    EXPECT_TRUE(state.load(7));

    std::filesystem::copy_file(file, folder / "seat-08.pem");
    EXPECT_FALSE(state.load(8));
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 40);
    EXPECT_FALSE(state.load(7));
    std::filesystem::remove(file);
    std::filesystem::create_symlink(folder / "seat-08.pem", file);
    EXPECT_FALSE(state.load(7));
}

TEST(EndpointTest, ReadsHostsAddressesAndPorts)
{
    EXPECT_EQ(endpoint_from_text("hall.example:8443"), (Endpoint{.host = "hall.example", .port = 8443}));
    EXPECT_EQ(endpoint_from_text("[fd00::5]:1"), (Endpoint{.host = "fd00::5", .port = 1}));
    for (const char* text :
         {"", "hall", "hall:", ":1", "hall:0", "hall:65536", "hall:1x", "fd00::5:1", "ha ll:1", "a/b:1"}) {
        EXPECT_FALSE(endpoint_from_text(text)) << text;
    }
}

} // namespace
} // namespace papervault::client
