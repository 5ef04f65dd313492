#include "hall/form_press.hpp"
#include "server/support/exam_site.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace papervault::server::test {
namespace {

using vault::FormSummary;

class FormPressTest : public testing::Test {
protected:
    FormPressTest()
    {
        for (const char* id : {"A", "B"}) {
            const engine::Form form = form_of(id, 8, "题干");
            paper.push_back(engine::to_json(form));
            header.forms.push_back({.id = id,
                                    .digest = crypto::blake2b(crypto::bytes_of(engine::form_identity_text(form))),
                                    .items = 8,
                                    .points = form.points(),
                                    .spare = false});
        }
        for (const auto& candidate : roster_of(4)) { roster.push_back(engine::to_json(candidate)); }
        header.candidates = 4;
        media["media/pump.svg"] = {{"type", "image/svg+xml"}, {"base64", "PHN2Zy8+"}};
        media["media/unused.svg"] = {{"type", "image/svg+xml"}, {"base64", "PHN2Zy8+"}};
    }
    vault::Result<PaperContent> read()
    {
        const auto text = [](const boost::json::value& value) { return engine::canonical_json(value); };
        return read_paper_content(header, crypto::bytes_of(text(paper)), crypto::bytes_of(text(roster)),
                                  crypto::bytes_of(text(media)));
    }
    boost::json::value page(const PaperContent& content, const engine::Candidate& candidate)
    {
        const auto sealed = press_form(content, candidate, "package", secret);
        const std::string context = "papervault.form.v1|package|" + candidate.ticket;
        const auto plain =
            crypto::decrypt(form_key_of(secret, "package", candidate.ticket), sealed, crypto::bytes_of(context));
        EXPECT_TRUE(plain);
        return engine::parse_json(crypto::text_of(*plain), {.bytes_max = 1 << 20, .depth_max = 32}).value();
    }
    static std::vector<std::string> order(const boost::json::value& page)
    {
        std::vector<std::string> ids;
        for (const auto& item : page.at("page").at("sections").at(0).at("items").as_array()) {
            ids.emplace_back(item.at("id").as_string());
        }
        return ids;
    }

    vault::PackageHeader header{.package_id = "package",
                                .batch = {},
                                .sealed_at = {},
                                .engine_version = {},
                                .snapshot_digest = {},
                                .draw_digest = {},
                                .forms = {},
                                .candidates = 0,
                                .hall = vault::Identity::generate("hall").card(),
                                .office = vault::Identity::generate("office").card()};
    boost::json::array paper;
    boost::json::array roster;
    boost::json::object media;
    crypto::SecretBuffer secret = crypto::random_secret(32);
};

TEST_F(FormPressTest, GivesEachCandidateHisOwnOrderAndTheSameOneEveryTime)
{
    const auto content = read();
    ASSERT_TRUE(content) << content.error().detail;
    std::set<std::vector<std::string>> orders;
    for (const engine::Candidate& candidate : content->roster) {
        const auto ids = order(page(*content, candidate));
        EXPECT_EQ(ids.size(), 8U);
        EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 8U);
        EXPECT_EQ(order(page(*content, candidate)), ids);
        EXPECT_EQ(ids.front().front(), candidate.form_id.front());
        orders.insert(ids);
    }
    EXPECT_EQ(orders.size(), 4U);
    EXPECT_EQ(content->items_by_form().at("B").size(), 8U);
}

TEST_F(FormPressTest, ShowsOnlyThePicturesOfTheFormAndNothingThatHelpsToGuess)
{
    const auto content = read();
    ASSERT_TRUE(content);
    const auto shown = page(*content, content->roster[0]);
    EXPECT_EQ(shown.at("media").as_object().size(), 1U);
    const std::string text = engine::canonical_json(shown);
    EXPECT_EQ(text.find("difficulty"), std::string::npos);
    EXPECT_EQ(text.find("knowledge_point"), std::string::npos);
}

TEST_F(FormPressTest, SealsUnderTheCandidatesOwnKey)
{
    const auto content = read();
    ASSERT_TRUE(content);
    const auto sealed = press_form(*content, content->roster[0], "package", secret);
    const auto open = [&](const std::string& key_of, const std::string& context_of) {
        const std::string context = "papervault.form.v1|package|" + context_of;
        return crypto::decrypt(form_key_of(secret, "package", key_of), sealed, crypto::bytes_of(context)).has_value();
    };
    EXPECT_TRUE(open("T0001", "T0001"));
    EXPECT_FALSE(open("T0002", "T0001"));
    EXPECT_FALSE(open("T0001", "T0002"));
}

TEST_F(FormPressTest, RefusesWhatTheHeaderDidNotPromise)
{
    const auto refuses = [this](const char* what) { EXPECT_FALSE(read()) << what; };
    ASSERT_TRUE(read());
    const vault::PackageHeader good = header;
    header.forms[0].digest.bytes[0] ^= std::byte{1};
    refuses("another form");
    header = good;
    header.forms[0].spare = true;
    refuses("a spare in the paper");
    header = good;
    header.forms.push_back({.id = "C", .digest = {}, .items = 1, .points = {}, .spare = false});
    refuses("a form is missing");
    header = good;
    header.candidates = 5;
    refuses("a candidate is missing");
    header = good;
    const boost::json::array all = roster;
    roster[1] = roster[0];
    refuses("a candidate twice");
    roster = all;
    roster[0].as_object()["form_id"] = "Z";
    refuses("no such form");
    roster = all;
    const boost::json::array forms = paper;
    paper.push_back(paper[0]);
    refuses("a form twice");
    paper = forms;
    media.erase("media/pump.svg");
    refuses("a picture is missing");
    media["../../etc/passwd"] = {{"type", "x"}, {"base64", ""}};
    refuses("a name that leads away");
    EXPECT_FALSE(read_paper_content(header, crypto::bytes_of("[1]"), crypto::bytes_of("[]"), {}));
    EXPECT_FALSE(read_paper_content(header, crypto::bytes_of("nonsense"), crypto::bytes_of("[]"), {}));
}

} // namespace
} // namespace papervault::server::test
