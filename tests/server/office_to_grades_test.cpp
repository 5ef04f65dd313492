// From the vault to graded results and back into the ledger, with a real hall in between; in each suite of algorithms.
// And the way of a spare package into the place of a withdrawn one.
#include "ctl/inspect.hpp"
#include "hall/taking_in.hpp"
#include "server/support/test_hall.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/audit.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/story.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;
using vault::OfficeVault;
using vault::PackageRegister;
using vault::ResultRegister;
using vault::VaultError;
using vault::test::OfficeBench;
using vault::test::RefusesWith;
using vault::test::Succeeds;

template <class Expected>
auto must_have(Expected result)
{
    if (!result) { throw std::runtime_error{result.error().detail}; }
    if constexpr (!std::is_void_v<typename Expected::value_type>) { return std::move(*result); }
}

/// A hall of one suite at the office's site, with two people who may witness.
class SuiteHall {
public:
    SuiteHall(const OfficeBench& office, crypto::SuiteSet suites, const std::string& folder)
        : office_{office}, directory{make(office.folder / folder, suites)}, first{office.person("监考甲")},
          second{office.person("监考乙")}
    {
        must_have(directory.issue_staff("主考甲", directory.staff_folder() / "chief.pem"));
        must_have(directory.name_witness(first.card()));
        must_have(directory.name_witness(second.card()));
    }

    [[nodiscard]] vault::IdentityCard card() const { return must_have(directory.identity()).card(); }
    vault::Result<TakenIn> take_in(const std::string& batch)
    {
        const auto file = office_.package_file(batch);
        const auto package = vault::PackageReader::open(file, {crypto::Suite::pv1, crypto::Suite::gm1});
        if (!package) { return std::unexpected{package.error()}; }
        const auto text = vault::encode(vault::give_package(*package, office_.wang, card(), wall_now()));
        const auto handover = office_.write(batch + ".handover.json", text);
        return take_in_package(directory, {.package = file, .handover = handover, .taker = nullptr, .now = wall_now()});
    }
    void start(const std::string& package)
    {
        running = must_have(RunningHall::start(
            directory, {.hall_port = std::nullopt, .enrolment_port = std::nullopt, .package_id = package}));
    }
    void stop()
    {
        running->stop();
        running.reset();
    }
    vault::Result<boost::json::value> ask(HttpMethod method, const std::string& path, const std::string& body = "{}")
    {
        return ask_hall(must_have(staff_endpoint(directory, {})), method, path, method == HttpMethod::get ? "" : body);
    }
    boost::json::value must(HttpMethod method, const std::string& path, const std::string& body = "{}")
    {
        return must_have(ask(method, path, body));
    }
    std::string refused(HttpMethod method, const std::string& path, const std::string& body = "{}")
    {
        const auto answer = ask(method, path, body);
        return answer ? "not refused" : refusal_text(answer.error());
    }
    void inspect()
    {
        must(HttpMethod::post, "/v1/inspection");
        for (const vault::Identity* witness : {&first, &second}) {
            const auto shown = must_have(shown_inspection(must(HttpMethod::get, "/v1/inspection")));
            must(HttpMethod::post, "/v1/inspection/statements",
                 vault::encode(must_have(vault::sign_inspection(shown.facts, shown.round, *witness, "", wall_now()))));
        }
    }
    void give_shares(const vault::PackageReader& package)
    {
        for (const vault::Identity* custodian : {&office_.first_custodian, &office_.second_custodian}) {
            const auto part =
                must_have(vault::give_share(package, vault::LockSet::hall, *custodian, card(), wall_now()));
            must(HttpMethod::post, "/v1/shares", vault::encode(part));
        }
    }

    const OfficeBench& office_;
    HallDirectory directory;
    vault::Identity first, second;
    std::unique_ptr<RunningHall> running;

private:
    static HallDirectory make(const std::filesystem::path& folder, crypto::SuiteSet suites)
    {
        HallSettings settings;
        settings.name = "hall-301";
        settings.hall_port = 0;
        settings.enrolment_port = 0;
        settings.suites = suites;
        return must_have(HallDirectory::create(folder, settings, {}));
    }
};

class OfficeToGradesTest : public testing::TestWithParam<crypto::Suite> {
protected:
    OfficeToGradesTest()
    {
        office.hall_card = hall.card();
        office.import_items();
    }
    /// Sealed for the hall, beginning a second from now. @return Its id.
    std::string package_for(const std::string& batch)
    {
        office.create_batch_at(batch, wall_now() + 1s);
        return office.seal(office.draw(), batch);
    }
    [[nodiscard]] vault::PackageReader reader(const std::string& id) const
    {
        OfficeVault vault = office.as(office.chen);
        return must_have(PackageRegister{vault}.reader(id));
    }
    [[nodiscard]] vault::Result<vault::Release> release(const std::string& id) const
    {
        OfficeVault vault = office.as(office.fa);
        return PackageRegister{vault}.release(id, wall_now());
    }
    /// The first candidate answers A everywhere; the others stay away.
    void sit()
    {
        Kiosk kiosk{{.hall = hall.running->hall_port(), .enrolment = hall.running->enrolment_port()}, 1};
        const std::string code = kiosk.ask_enrolment();
        const auto staff = must_have(staff_endpoint(hall.directory, {}));
        must_have(confirm_seats(staff, {{.seat = 1, .code = code}}));
        ASSERT_EQ(kiosk.poll_enrolment(), 200);
        ASSERT_EQ(kiosk.open_line(), 101);
        engine::Candidate candidate;
        candidate.ticket = "2026110001";
        candidate.id_tail = "123X";
        const auto welcome = kiosk.sign_in(candidate);
        ASSERT_TRUE(welcome && std::holds_alternative<engine::WelcomeMessage>(*welcome));
        ASSERT_TRUE(kiosk.receive_kind<engine::StartedMessage>());
        std::size_t taken = 0;
        for (std::uint64_t n = 1; n <= 24; ++n) { // what is not on his form is refused
            ASSERT_TRUE(kiosk.answer(n, fmt::format("I-{}", n), {"A"}));
            const auto answer = kiosk.receive();
            taken += answer && std::holds_alternative<engine::AckMessage>(*answer) ? 1 : 0;
        }
        EXPECT_EQ(taken, 5U);
    }
    std::filesystem::path end_and_seal()
    {
        hall.must(HttpMethod::post, "/v1/end", R"({"reason":"演练结束"})");
        const auto sealed = hall.must(HttpMethod::post, "/v1/seal");
        hall.stop();
        return std::string{sealed.at("file").as_string()};
    }
    [[nodiscard]] vault::Story story(const std::string& id) const
    {
        OfficeVault vault = office.as(office.du);
        return must_have(vault::tell_story(must_have(vault::verify_chain(vault.ledger().texts(0, 10'000))), id,
                                           vault::StoryLanguage::english));
    }
    static std::string sentence(const vault::Story& told, std::string_view action)
    {
        for (const vault::StoryEvent& event : told.events) {
            if (event.action == action) { return event.sentence; }
        }
        return {};
    }

    OfficeBench office{GetParam()};
    SuiteHall hall{office, {GetParam()}, "hall"};
};

TEST_P(OfficeToGradesTest, GoesFromTheBankThroughTheHallToGradesAndTheStoryTellsIt)
{
    const std::string id = package_for("B-01");
    const auto package = reader(id);
    EXPECT_EQ(package.header().suite, GetParam());
    ASSERT_THAT(hall.take_in("B-01"), Succeeds());
    hall.start(id);
    hall.inspect();
    hall.give_shares(package);
    hall.must(HttpMethod::post, "/v1/release", vault::encode(must_have(release(id))));
    hall.must(HttpMethod::post, "/v1/open");
    sit();
    const auto file = end_and_seal();

    std::vector<vault::SharePart> shares{office.grader_share(id)};
    {
        OfficeVault vault = office.as(office.grader);
        ResultRegister results{vault};
        ASSERT_THAT(results.import_answers(file, wall_now()), Succeeds());
        EXPECT_THAT(results.import_answers(file, wall_now()), RefusesWith(VaultError::already_used));
        const auto graded = results.grade(id, office.grader, shares, {}, wall_now());
        ASSERT_THAT(graded, Succeeds());
        ASSERT_EQ(graded->size(), 3U);
        EXPECT_EQ(graded->at(0).points.to_string(), "10");
        EXPECT_FALSE(graded->at(1).present);
        EXPECT_THAT(results.write_report(id, office.folder / "report", wall_now()), Succeeds());
    }
    const vault::Story told = story(id);
    const std::string inspected = sentence(told, "package.inspect");
    EXPECT_THAT(inspected, testing::HasSubstr(hall.first.card().id()));
    EXPECT_THAT(inspected, testing::HasSubstr(hall.second.card().id()));
    EXPECT_THAT(sentence(told, "package.open"), testing::HasSubstr("seal inspected before: ✓"));
    for (const vault::StoryEvent& event : told.events) { EXPECT_TRUE(event.known) << event.action; }
    OfficeVault vault = office.as(office.du);
    const auto audit = vault::verify_vault(vault, {}, {});
    ASSERT_THAT(audit, Succeeds());
    EXPECT_TRUE(audit->good()) << audit->findings.back().detail;
}

TEST_P(OfficeToGradesTest, V8_ASpareTakesThePlaceOfAWithdrawnPackageAndTheHallOpensItAndRefusesTheOldOne)
{
    const std::string old_id = package_for("B-01");
    const std::string spare_id = package_for("B-02");
    const auto replace = [&](const vault::Identity& who, const std::string& from, const std::string& to) {
        OfficeVault vault = office.as(who);
        return PackageRegister{vault}.replace(from, to, "启用备用卷", wall_now());
    };
    ASSERT_THAT(hall.take_in("B-01"), Succeeds());
    ASSERT_THAT(hall.take_in("B-02"), Succeeds());
    hall.start(old_id);
    hall.inspect();
    hall.give_shares(reader(old_id));
    hall.must(HttpMethod::post, "/v1/release", vault::encode(must_have(release(old_id))));
    EXPECT_THAT(replace(office.fa, old_id, spare_id), RefusesWith(VaultError::conflict)) << "it is not withdrawn";

    // Two officers withdraw; the word arrives at the hall before it has opened, though it holds every lock.
    vault::Result<vault::Withdrawal> withdrawal = vault::refuse(VaultError::conflict, "");
    for (const vault::Identity* officer : {&office.chen, &office.fa}) {
        OfficeVault vault = office.as(*officer);
        withdrawal = PackageRegister{vault}.withdraw(old_id, "试卷泄露", wall_now());
        if (officer == &office.chen) { EXPECT_THAT(withdrawal, RefusesWith(VaultError::quorum_incomplete)); }
    }
    ASSERT_THAT(withdrawal, Succeeds());
    hall.must(HttpMethod::post, "/v1/release", vault::encode(*withdrawal));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("withdrawn"));
    EXPECT_THAT(release(old_id), RefusesWith(VaultError::withdrawn));

    // The spare, by two officers, once.
    EXPECT_THAT(replace(office.grader, old_id, spare_id), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(replace(office.fa, old_id, spare_id), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(replace(office.fa, old_id, spare_id), RefusesWith(VaultError::not_permitted)) << "one is not two";
    ASSERT_THAT(replace(office.chen, old_id, spare_id), Succeeds());
    EXPECT_THAT(replace(office.fa, old_id, old_id), RefusesWith(VaultError::wrong_batch));
    EXPECT_THAT(replace(office.chen, old_id, spare_id), RefusesWith(VaultError::already_used));

    hall.stop();
    hall.start(spare_id);
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("inspection_incomplete"))
        << "the old one's inspection is not the spare's";
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/release", vault::encode(*withdrawal)).starts_with("wrong_batch"));
    hall.inspect();
    hall.give_shares(reader(spare_id));
    hall.must(HttpMethod::post, "/v1/release", vault::encode(must_have(release(spare_id))));
    hall.must(HttpMethod::post, "/v1/open");
    EXPECT_EQ(hall.must(HttpMethod::get, "/v1/status").at("package").as_string(), spare_id);
    hall.stop();
    hall.start(old_id);
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/open").starts_with("withdrawn")) << "for ever";
    hall.stop();

    const vault::Story told = story(old_id);
    EXPECT_THAT(sentence(told, "package.replace"), testing::HasSubstr(spare_id));
    EXPECT_THAT(sentence(told, "package.replace.propose"), testing::HasSubstr(spare_id));
    EXPECT_THAT(sentence(story(spare_id), "package.replace"), testing::HasSubstr(spare_id));
}

TEST_P(OfficeToGradesTest, V6_AnIncidentStopsTheReleaseUntilTwoOfficersHaveClearedIt)
{
    const std::string id = package_for("B-01");
    ASSERT_THAT(hall.take_in("B-01"), Succeeds());
    hall.start(id);
    const auto shown = must_have(shown_inspection(hall.must(HttpMethod::post, "/v1/inspection")));
    const auto word = must_have(vault::sign_inspection(shown.facts, shown.round, hall.first, "封条有损", wall_now()));
    const auto stopped = hall.must(HttpMethod::post, "/v1/inspection/statements", vault::encode(word));
    const auto text = must_have(vault::read_text_file(std::string{stopped.at("file").as_string()}, 1 << 16));
    const auto incident = must_have(vault::decode_incident(text));

    const auto enter = [&](const vault::Identity& who, const vault::Incident& what) {
        OfficeVault vault = office.as(who);
        return PackageRegister{vault}.enter_incident(what, wall_now());
    };
    const auto clear = [&](const vault::Identity& who, const std::string& what) {
        OfficeVault vault = office.as(who);
        return PackageRegister{vault}.clear_incident(id, what, "核对无误", wall_now());
    };
    EXPECT_THAT(clear(office.chen, incident.id), RefusesWith(VaultError::not_found)) << "nobody has entered it";
    auto forged = incident;
    forged.reason = "没有问题";
    EXPECT_THAT(enter(office.fa, forged), RefusesWith(VaultError::signature_invalid));
    EXPECT_THAT(enter(office.du, incident), RefusesWith(VaultError::not_permitted));
    ASSERT_THAT(enter(office.fa, incident), Succeeds());
    ASSERT_THAT(enter(office.fa, incident), Succeeds()) << "the same one again";
    EXPECT_THAT(release(id), RefusesWith(VaultError::conflict));
    EXPECT_THAT(clear(office.grader, incident.id), RefusesWith(VaultError::not_permitted));
    EXPECT_THAT(clear(office.fa, incident.id), RefusesWith(VaultError::quorum_incomplete));
    EXPECT_THAT(clear(office.fa, incident.id), RefusesWith(VaultError::not_permitted)) << "one person is not two";
    EXPECT_THAT(release(id), RefusesWith(VaultError::conflict));
    const auto clearance = clear(office.chen, incident.id);
    ASSERT_THAT(clearance, Succeeds());
    EXPECT_THAT(clear(office.chen, incident.id), RefusesWith(VaultError::conflict));
    ASSERT_THAT(release(id), Succeeds());

    hall.must(HttpMethod::post, "/v1/release", vault::encode(*clearance));
    hall.inspect();
    hall.give_shares(reader(id));
    hall.must(HttpMethod::post, "/v1/release", vault::encode(must_have(release(id))));
    hall.must(HttpMethod::post, "/v1/open");
    const auto file = end_and_seal();
    {
        OfficeVault vault = office.as(office.grader);
        ASSERT_THAT(ResultRegister{vault}.import_answers(file, wall_now()), Succeeds());
    }
    const vault::Story told = story(id);
    EXPECT_EQ(std::ranges::count(told.events, "package.incident", &vault::StoryEvent::action), 1)
        << "entered before the answers came: not told twice";
    EXPECT_THAT(sentence(told, "package.incident"), testing::HasSubstr("封条有损"));
    EXPECT_THAT(sentence(told, "package.incident.clear"), testing::HasSubstr("核对无误"));
    EXPECT_THAT(sentence(told, "package.open"), testing::HasSubstr("✓"));
}

TEST_P(OfficeToGradesTest, ASiteThatDoesNotAcceptTheSuiteRefusesThePackageAndNobodyChoosesAWeakerOne)
{
    const crypto::Suite other = GetParam() == crypto::Suite::pv1 ? crypto::Suite::gm1 : crypto::Suite::pv1;
    const std::string id = package_for("B-01");
    // The hall's policy is another one now: an operator has edited hall.json.
    const auto settings = hall.directory.folder() / "hall.json";
    std::string text = must_have(vault::read_text_file(settings, 1 << 16));
    const std::string ours = fmt::format("\"suites\":[\"{}\"]", crypto::to_text(GetParam()));
    ASSERT_NE(text.find(ours), std::string::npos) << text;
    text.replace(text.find(ours), ours.size(), fmt::format("\"suites\":[\"{}\"]", crypto::to_text(other)));
    ASSERT_TRUE(vault::write_file_durably(settings, crypto::bytes_of(text), true));
    hall.directory = must_have(HallDirectory::open(hall.directory.folder()));
    EXPECT_THAT(hall.take_in("B-01"), RefusesWith(VaultError::suite_refused));
    EXPECT_FALSE(std::filesystem::exists(hall.directory.sitting_folder(id)));

    // The package says what it is, and both sealers signed that: another word in it is another package.
    crypto::Bytes bytes = must_have(vault::read_file(office.package_file("B-01"), 1 << 24));
    const std::string header = crypto::text_of(bytes);
    const std::string said = fmt::format("\"suite\":\"{}\"", crypto::to_text(GetParam()));
    const auto place = header.find(said);
    ASSERT_NE(place, std::string::npos);
    const std::string lie = fmt::format("\"suite\":\"{}\"", crypto::to_text(other));
    ASSERT_EQ(lie.size(), said.size());
    std::ranges::copy(crypto::bytes_of(lie), bytes.begin() + static_cast<std::ptrdiff_t>(place));
    const auto forged = office.write("forged.pvp", crypto::text_of(bytes));
    EXPECT_FALSE(vault::PackageReader::open(forged, {crypto::Suite::pv1, crypto::Suite::gm1}));

    // The office neither seals nor reads what it does not accept.
    {
        OfficeVault vault = office.as(office.chen);
        ASSERT_THAT(vault.accept_suites({other}, wall_now()), Succeeds());
        EXPECT_THAT(PackageRegister{vault}.reader(id), RefusesWith(VaultError::suite_refused));
    }
    EXPECT_THAT(release(id), RefusesWith(VaultError::suite_refused));
    office.create_batch_at("B-02", wall_now() + 1s);
    const std::string draw = office.draw();
    OfficeVault vault = office.as(office.wang);
    EXPECT_THAT(PackageRegister{vault}.seal(office.plan(draw, "B-02", "B-02.draft"), office.wang, wall_now()),
                RefusesWith(VaultError::suite_refused));
    EXPECT_EQ(sentence(story(id), "policy.suites").empty(), false) << "the policy is part of the story";
}

std::string suite_name(const testing::TestParamInfo<crypto::Suite>& suite)
{
    return std::string{crypto::to_text(suite.param)};
}
INSTANTIATE_TEST_SUITE_P(Suites, OfficeToGradesTest, testing::Values(crypto::Suite::pv1, crypto::Suite::gm1),
                         suite_name);

} // namespace
} // namespace papervault::server::test
