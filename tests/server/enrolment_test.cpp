#include "server/support/service_rig.hpp"

#include <papervault/engine/json.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace papervault::server::test {
namespace {

using namespace std::chrono_literals;

boost::json::value json_of(const std::string& text)
{
    return engine::parse_json(text, {.bytes_max = 1 << 20, .depth_max = 16}).value();
}

class EnrolmentTest : public testing::Test {
protected:
    struct Asked {
        int status = 0;
        std::string id;
        std::string code; ///< As the kiosk works it out.
        crypto::Digest key;
    };
    Asked ask(int seat, const std::string& address = "10.0.0.9")
    {
        const auto request = crypto::make_certificate_request();
        const auto answer =
            rig.ask({.role = "", .name = "", .key = {}, .address = address}, HttpMethod::post, "/v1/enrolments",
                    boost::json::serialize(boost::json::object{{"seat", seat}, {"csr", request.csr_pem}}));
        if (answer->status != 202) { return {.status = answer->status, .id = {}, .code = {}, .key = {}}; }
        const auto json = json_of(answer->body);
        const crypto::Digest key = crypto::public_key_fingerprint_of_csr(request.csr_pem).value();
        const std::string authority{json.at("authority").as_string()};
        return {.status = 202,
                .id = std::string{json.at("id").as_string()},
                .code = enrolment_code(key, crypto::certificate_fingerprint(authority).value()),
                .key = key};
    }
    ServiceRig::Answer poll(const std::string& id)
    {
        return *rig.ask({.role = "", .name = "", .key = {}, .address = "10.0.0.9"}, HttpMethod::get,
                        "/v1/enrolments/" + id);
    }
    ServiceRig::Answer confirm(const std::string& id, const std::string& code)
    {
        return rig.staff(HttpMethod::post, "/v1/enrolments/" + id + "/confirm",
                         boost::json::serialize(boost::json::object{{"code", code}}));
    }
    ServiceRig rig;
};

TEST_F(EnrolmentTest, GivesACertificateForTheSeatOnceTheCodeIsConfirmed)
{
    const Asked asked = ask(7);
    EXPECT_EQ(asked.code.size(), 9U);
    EXPECT_EQ(poll(asked.id).status, 202);
    std::string typed = asked.code; // as people type: small letters, no hyphen
    std::ranges::transform(typed, typed.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::erase(typed, '-');
    EXPECT_EQ(confirm(asked.id, typed).status, 200);
    const auto issued = poll(asked.id);
    ASSERT_EQ(issued.status, 200);
    const std::string certificate{json_of(issued.body).at("certificate").as_string()};
    EXPECT_EQ(crypto::certificate_name(certificate).value(),
              (crypto::CertificateName{.role = "kiosk", .name = "seat-07"}));
    EXPECT_EQ(crypto::public_key_fingerprint_of_certificate(certificate).value(), asked.key);
    EXPECT_EQ(confirm(asked.id, asked.code).status, 409) << "once is enough";
}

TEST_F(EnrolmentTest, RefusesTheCodeOfAnotherMachine)
{
    const Asked honest = ask(7);
    const Asked attacker = ask(7);
    // The invigilator reads the honest kiosk's screen while the list has the attacker's request first.
    EXPECT_EQ(confirm(attacker.id, honest.code).status, 409);
    EXPECT_EQ(poll(attacker.id).status, 202);
    EXPECT_EQ(confirm(honest.id, honest.code).status, 200);
    EXPECT_EQ(poll(attacker.id).status, 202);
    EXPECT_EQ(confirm(attacker.id, "").status, 409);
    EXPECT_EQ(confirm(attacker.id, "!!!!-!!!!").status, 409);
}

TEST_F(EnrolmentTest, GivesNoCertificateBeforeItIsDurable)
{
    const Asked asked = ask(3);
    rig.journal->at_once = false;
    const auto confirmed =
        rig.ask(ServiceRig::staff_peer(), HttpMethod::post, "/v1/enrolments/" + asked.id + "/confirm",
                boost::json::serialize(boost::json::object{{"code", asked.code}}));
    EXPECT_EQ(confirmed->status, 0);
    EXPECT_EQ(poll(asked.id).status, 202);
    rig.journal->flush();
    rig.settle();
    EXPECT_EQ(confirmed->status, 200);
    EXPECT_EQ(poll(asked.id).status, 200);
}

TEST_F(EnrolmentTest, TellsAKioskThatItWasRefused)
{
    const Asked asked = ask(7);
    EXPECT_EQ(rig.staff(HttpMethod::post, "/v1/enrolments/" + asked.id + "/refuse").status, 200);
    EXPECT_EQ(poll(asked.id).status, 403);
    EXPECT_EQ(confirm(asked.id, asked.code).status, 409);
}

TEST_F(EnrolmentTest, ForgetsRequestsAfterHalfAnHourAndUnknownOnes)
{
    const Asked asked = ask(7);
    rig.at(rig.clock.now() + 31min);
    EXPECT_EQ(poll(asked.id).status, 404);
    EXPECT_EQ(confirm(asked.id, asked.code).status, 404);
    EXPECT_EQ(poll("0123456789abcdef0123456789abcdef").status, 404);
}

TEST_F(EnrolmentTest, RefusesSeatsThatAreNotThereAndWhatIsNoRequest)
{
    EXPECT_EQ(ask(0).status, 400);
    EXPECT_EQ(ask(31).status, 400);
    EXPECT_EQ(ask(-1).status, 400);
    const Peer kiosk{.role = "", .name = "", .key = {}, .address = "10.0.0.9"};
    for (const char* body : {"", "{}", "[]", R"({"seat":7})", R"({"seat":7,"csr":"no"})", R"({"seat":"7","csr":"no"})",
                             R"({"seat":7,"csr":"","x":1})"}) {
        EXPECT_EQ(rig.ask(kiosk, HttpMethod::post, "/v1/enrolments", body)->status, 400) << body;
    }
}

TEST_F(EnrolmentTest, LetsNobodyFillTheList)
{
    for (int i = 0; i < 4; ++i) { EXPECT_EQ(ask(7).status, 202); }
    EXPECT_EQ(ask(7).status, 429) << "four machines for one seat";
    int taken = 4;
    for (int seat = 8; seat <= 30; ++seat) {
        for (int i = 0; i < 3; ++i) { taken += ask(seat).status == 202 ? 1 : 0; }
    }
    EXPECT_EQ(taken, 40) << "forty from one address";
    EXPECT_EQ(ask(2, "10.0.0.10").status, 202) << "others still can";
}

TEST_F(EnrolmentTest, EndsTheLinesOfTheMachineThatHadTheSeat)
{
    const LineId old_machine = rig.connect(1);
    const Asked asked = ask(1);
    const auto list = rig.staff(HttpMethod::get, "/v1/enrolments");
    EXPECT_NE(list.body.find("\"replaces\":true"), std::string::npos) << list.body;
    EXPECT_EQ(confirm(asked.id, asked.code).status, 200);
    EXPECT_EQ(rig.lines.at(old_machine)->closed, LineClose::enrolled_anew);
    EXPECT_EQ(rig.ask(ServiceRig::kiosk_peer(1), HttpMethod::get, "/v1/hall")->status, 403);
    Peer new_machine = ServiceRig::kiosk_peer(1);
    new_machine.key = asked.key;
    EXPECT_EQ(rig.ask(new_machine, HttpMethod::get, "/v1/hall")->status, 200);
}

} // namespace
} // namespace papervault::server::test
