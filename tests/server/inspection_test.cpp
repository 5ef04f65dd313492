// V6: the seal is inspected in public before the opening, two witnesses sign, any mismatch stops it.
#include "ctl/inspect.hpp"
#include "server/support/service_rig.hpp"
#include "server/support/test_hall.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/withdrawal.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* statements = "/v1/inspection/statements";

class InspectionTest : public testing::Test {
protected:
    InspectionTest()
    {
        hall.take_in();
        hall.start();
    }
    ShownInspection begin() { return shown_inspection(hall.must(HttpMethod::post, "/v1/inspection")).value(); }
    std::string state() { return std::string{hall.must(HttpMethod::get, "/v1/inspection").at("state").as_string()}; }
    void give_locks()
    {
        hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 0));
        hall.must(HttpMethod::post, "/v1/shares", hall.site.share(hall.exam, 1));
        hall.must(HttpMethod::post, "/v1/release", hall.site.release(hall.exam, wall_now()));
    }
    std::string refused(const std::string& word) { return hall.refused(HttpMethod::post, statements, word); }
    std::string refused_opening() { return hall.refused(HttpMethod::post, "/v1/open"); }
    /// The office's word on the incident that is open, by whoever says that he is the office.
    std::string clearance(const vault::Identity& office, std::string incident = {})
    {
        if (incident.empty()) {
            incident = hall.must(HttpMethod::get, "/v1/inspection").at("incident").at("id").as_string();
        }
        const auto package = vault::PackageReader::open(hall.exam.package).value();
        auto signed_word =
            vault::sign_clearance(package, hall.site.office, incident, "封条完好，系误报", wall_now()).value();
        if (office.card() != hall.site.office.card()) { // as if he were it
            auto json = engine::parse_json(vault::encode(signed_word), {}).value();
            json.as_object().erase("signature");
            signed_word.signature =
                office.signing_key().sign("papervault.clearance.v1", crypto::bytes_of(engine::canonical_json(json)));
        }
        return vault::encode(signed_word);
    }
    TestHall hall;
};

TEST_F(InspectionTest, V6_ShowsWhatTheSealSaysAndOpensOnceTwoWitnessesHaveSigned)
{
    const ShownInspection shown = begin();
    const auto package = vault::PackageReader::open(hall.exam.package).value();
    EXPECT_EQ(shown.facts, vault::seal_facts(package));
    EXPECT_EQ(shown.facts.package_digest, package.digest());
    EXPECT_EQ(shown.facts.forms, 2);
    EXPECT_EQ(shown.facts.items, 12);
    EXPECT_EQ(shown.facts.candidates, 2);
    EXPECT_EQ(shown.facts.level, 4);
    ASSERT_EQ(shown.facts.sealers.size(), 2U);
    EXPECT_TRUE(shown.facts.sealers[0].starts_with("封卷人甲 ("));
    give_locks();
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.first_witness));
    EXPECT_EQ(state(), "begun");
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.second_witness));
    EXPECT_EQ(state(), "passed");
    hall.must(HttpMethod::post, "/v1/open");
    EXPECT_EQ(hall.phase(), "opened");
}

TEST_F(InspectionTest, V6_RefusesToOpenBeforeTheInspectionAndWithOneWitnessAlone)
{
    give_locks();
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
    begin();
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.first_witness));
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
    EXPECT_EQ(hall.phase(), "prepared");
}

TEST_F(InspectionTest, V6_RefusesTheSameWitnessTwiceAlsoAfterARestart)
{
    give_locks();
    begin();
    const std::string word = hall.witnessed(hall.first_witness);
    hall.must(HttpMethod::post, statements, word);
    EXPECT_TRUE(refused(word).starts_with("already_used")) << "the same word again";
    EXPECT_TRUE(refused(hall.witnessed(hall.first_witness)).starts_with("already_used")) << "signed anew";
    hall.stop();
    hall.start();
    EXPECT_TRUE(refused(hall.witnessed(hall.first_witness)).starts_with("already_used"));
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
    EXPECT_EQ(hall.directory
                  .name_witness({.name = "监考丁",
                                 .sign_key = hall.first_witness.card().sign_key,
                                 .box_key = hall.site.graders[0].card().box_key})
                  .error()
                  .code,
              vault::VaultError::not_permitted)
        << "one key under two names";
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.second_witness));
    give_locks(); // they were in memory only
    hall.must(HttpMethod::post, "/v1/open");
}

TEST_F(InspectionTest, V6_RefusesWitnessesWhomTheSiteHasNotNamed)
{
    begin();
    const auto stranger = vault::Identity::generate("监考甲");
    EXPECT_TRUE(refused(hall.witnessed(stranger)).starts_with("not_permitted")) << "of the same name as a witness";
    EXPECT_EQ(state(), "begun");
    ASSERT_TRUE(hall.directory.name_witness(stranger.card()));
    hall.must(HttpMethod::post, statements, hall.witnessed(stranger));
    // Somebody else's card under one's own signature.
    auto word = vault::decode_inspection(hall.witnessed(stranger)).value();
    word.witness = hall.first_witness.card();
    EXPECT_TRUE(refused(vault::encode(word)).starts_with("signature_invalid"));
}

TEST_F(InspectionTest, V6_RefusesWitnessesWhoHaveAPartInThePackage)
{
    begin();
    const auto machine = hall.directory.identity().value();
    const std::vector<const vault::Identity*> people{&hall.site.first_sealer,  &hall.site.second_sealer,
                                                     &hall.site.custodians[0], &hall.site.graders[1],
                                                     &hall.site.office,        &machine};
    for (const vault::Identity* person : people) {
        ASSERT_TRUE(hall.directory.name_witness(person->card()));
        EXPECT_TRUE(refused(hall.witnessed(*person)).starts_with("not_permitted")) << person->card().name;
    }
    const auto national = vault::Identity::generate("监考丙", crypto::Suite::gm1);
    ASSERT_TRUE(hall.directory.name_witness(national.card()));
    EXPECT_TRUE(refused(hall.witnessed(national)).starts_with("suite_refused"));
}

TEST_F(InspectionTest, V6_RefusesAWordOverAnotherDigestPackageOrInspection)
{
    const ShownInspection shown = begin();
    const auto signed_over = [&](const vault::SealFacts& facts, const std::string& round) {
        return vault::encode(vault::sign_inspection(facts, round, hall.first_witness, "", wall_now()).value());
    };
    vault::SealFacts facts = shown.facts;
    facts.package_digest.bytes[7] ^= std::byte{1};
    EXPECT_TRUE(refused(signed_over(facts, shown.round)).starts_with("wrong_batch"));
    facts = shown.facts;
    ++facts.candidates;
    EXPECT_TRUE(refused(signed_over(facts, shown.round)).starts_with("wrong_batch"));
    facts = shown.facts;
    ++facts.rewraps;
    EXPECT_TRUE(refused(signed_over(facts, shown.round)).starts_with("wrong_batch"));
    const SealedExam other = hall.site.seal(batch_around(wall_now() + 1h, 2h), 2);
    facts = vault::seal_facts(vault::PackageReader::open(other.package).value());
    EXPECT_TRUE(refused(signed_over(facts, shown.round)).starts_with("wrong_batch"));
    EXPECT_TRUE(refused(signed_over(shown.facts, std::string(32, '0'))).starts_with("conflict"));

    auto word = vault::decode_inspection(signed_over(shown.facts, shown.round)).value();
    word.mismatch = "有拆封痕迹"; // somebody else's words in his mouth
    EXPECT_TRUE(refused(vault::encode(word)).starts_with("signature_invalid"));
    EXPECT_TRUE(refused("{}").starts_with("malformed"));
    EXPECT_EQ(state(), "begun");
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
}

TEST_F(InspectionTest, V6_AMismatchStopsTheOpeningUntilTheOfficeHasClearedIt)
{
    give_locks();
    const ShownInspection shown = begin();
    const std::string early_word = hall.witnessed(hall.second_witness);
    const auto told = hall.must(HttpMethod::post, statements, hall.witnessed(hall.first_witness, "摘要与交接单不符"));
    EXPECT_EQ(told.at("state").as_string(), "stopped");
    EXPECT_EQ(told.at("incident").at("reason").as_string(), "摘要与交接单不符");

    // The office gets a report that the machine has signed, with the witness's word in it.
    const auto package = vault::PackageReader::open(hall.exam.package).value();
    const auto file = vault::read_text_file(std::filesystem::path{std::string{told.at("file").as_string()}}, 1 << 16);
    ASSERT_TRUE(file);
    const auto incident = vault::decode_incident(*file).value();
    EXPECT_TRUE(vault::verify_incident(incident, package));
    EXPECT_EQ(incident.kind, "seal_mismatch");
    const auto word = vault::decode_inspection(incident.statement).value();
    EXPECT_EQ(word.mismatch, "摘要与交接单不符");
    EXPECT_TRUE(vault::verify_inspection(word, package, shown.round));

    // Nobody at the hall gets it open, not after a restart either.
    for (int life = 0; life < 2; ++life) {
        EXPECT_TRUE(refused_opening().starts_with("incident_open"));
        EXPECT_TRUE(refused(early_word).starts_with("incident_open"));
        EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/inspection").starts_with("incident_open"));
        hall.stop();
        hall.start();
        give_locks();
    }
    const auto release = [this](const std::string& text) {
        return hall.refused(HttpMethod::post, "/v1/release", text);
    };
    EXPECT_TRUE(release(clearance(hall.site.first_sealer)).starts_with("signature_invalid"));
    EXPECT_TRUE(release(clearance(hall.site.office, std::string(32, 'a'))).starts_with("conflict"));
    EXPECT_EQ(state(), "stopped");

    // The office's word: from the beginning again, and words of before count no more.
    const std::string word_of_office = clearance(hall.site.office);
    hall.must(HttpMethod::post, "/v1/release", word_of_office);
    EXPECT_EQ(state(), "not_begun");
    EXPECT_TRUE(refused_opening().starts_with("inspection_incomplete"));
    EXPECT_TRUE(refused(early_word).starts_with("inspection_not_begun"));
    EXPECT_NE(begin().round, shown.round);
    EXPECT_TRUE(refused(early_word).starts_with("conflict"));
    EXPECT_TRUE(release(word_of_office).starts_with("no_incident")) << "the same word again";

    // Another incident is not cleared by the word for the first one.
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.second_witness, "封装人有误"));
    EXPECT_TRUE(release(word_of_office).starts_with("conflict"));
    hall.must(HttpMethod::post, "/v1/release", clearance(hall.site.office));
    hall.inspect();
    hall.must(HttpMethod::post, "/v1/open");
}

TEST_F(InspectionTest, V6_AMismatchCountsAlsoAfterBothHaveSigned)
{
    give_locks();
    hall.inspect();
    EXPECT_EQ(state(), "passed");
    const std::string second_thoughts = hall.witnessed(hall.first_witness);
    hall.must(HttpMethod::post, statements, hall.witnessed(hall.first_witness, "刚发现数量不符"));
    EXPECT_TRUE(refused_opening().starts_with("incident_open"));
    EXPECT_TRUE(hall.refused(HttpMethod::post, "/v1/inspection").starts_with("incident_open"));
    EXPECT_TRUE(refused(second_thoughts).starts_with("incident_open")) << "he can't take it back";
}

TEST_F(InspectionTest, V6_FindsABrokenSealByItself)
{
    give_locks();
    const auto file = hall.directory.package_file(hall.exam.package_id);
    crypto::Bytes bytes = vault::read_file(file, 1 << 24).value();
    bytes[bytes.size() - 100] ^= std::byte{1};
    {
        std::ofstream stream{file, std::ios::binary | std::ios::in};
        stream.seekp(static_cast<std::streamoff>(bytes.size() - 100));
        stream.put(static_cast<char>(bytes[bytes.size() - 100]));
    }
    const auto told = hall.must(HttpMethod::post, "/v1/inspection");
    EXPECT_EQ(told.at("state").as_string(), "stopped");
    EXPECT_EQ(told.at("incident").at("kind").as_string(), "seal_broken");
    EXPECT_TRUE(refused_opening().starts_with("incident_open"));
}

TEST_F(InspectionTest, V6_WithdrawalHoldsWhateverTheWitnessesSay)
{
    give_locks();
    hall.inspect();
    const auto package = vault::PackageReader::open(hall.exam.package).value();
    const auto withdrawal = vault::sign_withdrawal(package, hall.site.office, "失窃", wall_now()).value();
    hall.must(HttpMethod::post, "/v1/release", vault::encode(withdrawal));
    EXPECT_TRUE(refused_opening().starts_with("withdrawn"));
}

TEST_F(InspectionTest, V6_TheWordsOfTheWitnessesGoHomeInTheJournal)
{
    give_locks();
    hall.inspect();
    hall.must(HttpMethod::post, "/v1/open");
    hall.must(HttpMethod::post, "/v1/end", R"({"reason":"取消"})");
    const auto sealed = hall.must(HttpMethod::post, "/v1/seal");
    const auto package = vault::PackageReader::open(hall.exam.package).value();
    const auto answers =
        vault::open_answers(std::string{sealed.at("file").as_string()}, package, hall.site.office).value();
    const auto begun = answers.journal.find("inspection_begun");
    const auto passed = answers.journal.find("inspection_passed");
    const auto opening = answers.journal.find("order_rule");
    EXPECT_LT(begun, passed);
    EXPECT_LT(passed, opening);
    EXPECT_NE(opening, std::string::npos);
    EXPECT_NE(answers.journal.find(hall.first_witness.card().id()), std::string::npos);
}

// ---- the hall's service on fakes ----

TEST(InspectionServiceTest, V6_AnIncidentStandsAlsoWhenItsReportCantBeWritten)
{
    ServiceRig rig;
    rig.staff(HttpMethod::post, "/v1/inspection");
    rig.paper.report_fails = true;
    EXPECT_EQ(rig.staff(HttpMethod::post, statements, "见证甲|破损").status, 500);
    EXPECT_NE(rig.staff(HttpMethod::post, "/v1/open").body.find("incident_open"), std::string::npos);
    rig.restart();
    EXPECT_NE(rig.staff(HttpMethod::post, "/v1/open").body.find("incident_open"), std::string::npos);
}

TEST(InspectionServiceTest, V6_SaysThatItIsPassedOnlyWhenThatIsOnDisk)
{
    ServiceRig rig;
    rig.staff(HttpMethod::post, "/v1/inspection");
    rig.staff(HttpMethod::post, statements, "见证甲");
    rig.journal->at_once = false;
    const auto answer = rig.ask(ServiceRig::staff_peer(), HttpMethod::post, statements, "见证乙");
    EXPECT_EQ(answer->status, 0);
    rig.restart(); // killed: only one word is on disk
    EXPECT_NE(rig.staff(HttpMethod::get, "/v1/inspection").body.find("\"begun\""), std::string::npos);
    EXPECT_EQ(rig.staff(HttpMethod::post, statements, "stranger").status, 409);
    EXPECT_EQ(rig.staff(HttpMethod::post, statements, "见证乙").status, 200);
    EXPECT_NE(rig.staff(HttpMethod::get, "/v1/inspection").body.find("\"passed\""), std::string::npos);
}

// ---- what a witness is asked ----

class WitnessQuestionsTest : public testing::Test {
protected:
    std::optional<std::string> answer(const std::string& typed)
    {
        std::istringstream in{typed};
        std::ostringstream out;
        vault::SealFacts facts;
        facts.title = "理论知识";
        auto word = ask_witness(facts, in, out);
        shown = out.str();
        return word;
    }
    std::string shown;
};

TEST_F(WitnessQuestionsTest, SignsWhenEverythingAgreesAndHeIsSure)
{
    EXPECT_EQ(answer("y\ny\n是\nyes\ny\ny\n"), "");
    EXPECT_NE(shown.find("理论知识"), std::string::npos);
    EXPECT_NE(shown.find("You are going to sign"), std::string::npos);
}

TEST_F(WitnessQuestionsTest, TellsWhatDoesNotAgree)
{
    EXPECT_EQ(answer("y\n否\n\n封装人不对\ny\n"), "封装人不对");
}

TEST_F(WitnessQuestionsTest, SignsNothingOnNonsenseHesitationOrAnEndedTerminal)
{
    EXPECT_EQ(answer(""), std::nullopt);
    EXPECT_EQ(answer("y\ny\ny\ny\ny\nn\n"), std::nullopt);
    EXPECT_EQ(answer("maybe\nmaybe\n"), std::nullopt);
    EXPECT_EQ(answer("n\nx\nn\n"), std::nullopt);
    EXPECT_EQ(answer("y\ny\ny\ny\ny\n"), std::nullopt);
}

} // namespace
} // namespace papervault::server::test
