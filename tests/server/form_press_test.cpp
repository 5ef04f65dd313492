#include "hall/form_press.hpp"
#include "server/support/exam_site.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/form_cover.hpp>
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
        return read_with_media(text(media));
    }
    vault::Result<PaperContent> read_with_media(std::string_view media_text)
    {
        const auto text = [](const boost::json::value& value) { return engine::canonical_json(value); };
        return read_paper_content(header, crypto::bytes_of(text(paper)), crypto::bytes_of(text(roster)),
                                  crypto::SecretBuffer::copy_of(crypto::bytes_of(media_text)));
    }
    struct Pressed {
        PressedPictures pictures;
        std::map<std::string, crypto::Bytes> sealed; ///< By the pictures' names.
    };
    Pressed press_pictures(const PaperContent& content)
    {
        Pressed all;
        for (const std::string& name : pictures_shown(content)) {
            auto pressed = press_picture(content, name, "package", secret);
            EXPECT_TRUE(pressed);
            all.sealed.emplace(name, std::move(pressed->sealed));
            all.pictures.emplace(name, std::move(pressed->facts));
        }
        return all;
    }
    /// As the kiosk of `reader` opens the form that was sealed for `candidate`.
    std::optional<boost::json::value> open(crypto::ByteView sealed, const std::string& key_of,
                                           const std::string& context_of)
    {
        const auto cover = engine::read_form_cover(sealed);
        if (!cover) { return std::nullopt; }
        const std::string context =
            "papervault.form.v2|package|" + context_of + "|" + crypto::text_of(sealed.first(cover->cover_bytes));
        const auto plain = crypto::decrypt(form_key_of(secret, "package", key_of), sealed.subspan(cover->cover_bytes),
                                           crypto::bytes_of(context));
        if (!plain) { return std::nullopt; }
        return engine::parse_json(crypto::text_of(*plain), {.bytes_max = 1 << 20, .depth_max = 32}).value();
    }
    crypto::Bytes press(const PaperContent& content, const engine::Candidate& candidate)
    {
        return press_form(content, candidate, "package", press_pictures(content).pictures, secret).value();
    }
    boost::json::value page(const PaperContent& content, const engine::Candidate& candidate)
    {
        return open(press(content, candidate), candidate.ticket, candidate.ticket).value();
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
    const auto sealed = press(*content, content->roster[0]);
    EXPECT_TRUE(open(sealed, "T0001", "T0001"));
    EXPECT_FALSE(open(sealed, "T0002", "T0001"));
    EXPECT_FALSE(open(sealed, "T0001", "T0002"));
    crypto::Bytes altered = sealed;
    altered[8 + 32] ^= std::byte{1};
    EXPECT_FALSE(open(altered, "T0001", "T0001")) << "the cover is bound to the form";
}

TEST_F(FormPressTest, SealsAPictureOnceForEverybodyWhoSeesIt)
{
    const auto content = read();
    ASSERT_TRUE(content);
    const Pressed pressed = press_pictures(*content);
    ASSERT_EQ(pressed.pictures.size(), 1U) << "what no form shows is not sealed for a kiosk";
    const crypto::Bytes& sealed = pressed.sealed.at("media/pump.svg");
    for (const engine::Candidate& candidate : content->roster) {
        const auto form = press_form(*content, candidate, "package", pressed.pictures, secret).value();
        const auto cover = engine::read_form_cover(form).value();
        ASSERT_EQ(cover.pictures.size(), 1U);
        EXPECT_EQ(cover.pictures[0].digest, crypto::blake2b(sealed).bytes);
        EXPECT_EQ(cover.pictures[0].bytes, sealed.size());

        const auto shown = open(form, candidate.ticket, candidate.ticket).value().at("media").at("media/pump.svg");
        const auto key = crypto::SecretBuffer::copy_of(crypto::from_base64(shown.at("key").as_string()).value());
        const auto opens = [&](std::string_view context) {
            return crypto::decrypt(key, sealed, crypto::bytes_of(context));
        };
        EXPECT_EQ(crypto::text_of(opens("papervault.picture.v1|package|media/pump.svg").value()), "<svg/>");
        EXPECT_FALSE(opens("papervault.picture.v1|package|media/other.svg"));
        EXPECT_FALSE(opens("papervault.picture.v1|another|media/pump.svg"));
    }
    EXPECT_FALSE(
        equal_in_constant_time(pressed.pictures.at("media/pump.svg").key, form_key_of(secret, "package", "T0001")));
}

TEST_F(FormPressTest, RefusesAMediaCompartmentThatIsNotPictures)
{
    const std::string good = R"({"media/pump.svg":{"base64":"PHN2Zy8+","type":"image/svg+xml"}})";
    ASSERT_TRUE(read_with_media(good + "\n"));
    for (const char* text :
         {" ", "[]", "1", "\"text\"", "null", "{", R"({"media/pump.svg":"PHN2Zy8+"})", R"({"media/pump.svg":{}})",
          R"({"media/pump.svg":{"base64":"PHN2Zy8+"}})", R"({"media/pump.svg":{"base64":1,"type":"image/png"}})",
          R"({"media/pump.svg":{"base64":"PHN2Zy8\u002b","type":"image/svg+xml"}})",
          R"({"media/pump.svg":{"base64":"","base64":"","type":"image/svg+xml"}})",
          R"({"media/pump.svg":{"base64":"","type":"image/svg+xml","more":""}})",
          R"({"media/pump.svg":{"base64":{},"type":"image/svg+xml"}})",
          R"({"media/pump.svg":{"base64":["x"],"type":"image/svg+xml"}})"}) {
        EXPECT_FALSE(read_with_media(text)) << text;
    }
    EXPECT_FALSE(read_with_media(good + good)) << "more than an object";
    EXPECT_FALSE(read_with_media(good.substr(0, good.size() - 1) + "," + good.substr(1))) << "a picture twice";
    const auto content = read_with_media(R"({"media/pump.svg":{"base64":"%%","type":"image/svg+xml"}})");
    ASSERT_TRUE(content);
    EXPECT_FALSE(press_picture(*content, "media/pump.svg", "package", secret)) << "no base64";
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
    EXPECT_FALSE(read_paper_content(header, crypto::bytes_of("[1]"), crypto::bytes_of("[]"), crypto::SecretBuffer{0}));
    EXPECT_FALSE(
        read_paper_content(header, crypto::bytes_of("nonsense"), crypto::bytes_of("[]"), crypto::SecretBuffer{0}));
}

} // namespace
} // namespace papervault::server::test
