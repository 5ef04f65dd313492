#include "client/support/fake_hall.hpp"

#include <papervault/client/opened_form.hpp>
#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace papervault::client {
namespace {

class OpenedFormTest : public testing::Test {
protected:
    /// As a hall seals it: cover and form, bound to each other.
    crypto::Bytes seal(std::string_view document, std::vector<engine::SealedPicture> listed = {})
    {
        const std::string cover = engine::encode_form_cover(std::move(listed)).value();
        const auto sealed =
            crypto::encrypt(key, crypto::bytes_of(document), crypto::bytes_of(std::string{associated} + cover));
        const std::string whole = cover + crypto::text_of(sealed);
        const auto bytes = crypto::bytes_of(whole);
        return {bytes.begin(), bytes.end()};
    }
    Result<OpenedForm> open(crypto::ByteView sealed)
    {
        return open_sealed_form(sealed, crypto::blake2b(sealed), key, {.package_id = "p", .ticket = "T001"}, pictures);
    }
    Result<OpenedForm> open(std::string_view document) { return open(seal(document)); }

    /// A picture as it stands in a form's media, and its sealed bytes in `pictures`.
    std::string picture(std::string_view name, std::string_view bytes, std::string_view package = "p")
    {
        const auto context = fmt::format("papervault.picture.v1|{}|{}", package, name);
        auto sealed = crypto::encrypt(picture_key, crypto::bytes_of(bytes), crypto::bytes_of(context));
        const auto digest = crypto::blake2b(sealed);
        covered.push_back({.digest = digest.bytes, .bytes = sealed.size()});
        pictures.insert_or_assign(digest, std::move(sealed));
        return fmt::format(R"("{}":{{"type":"image/svg+xml","sealed":"{}","key":"{}"}})", name, digest.hex(),
                           crypto::to_base64(picture_key.expose()));
    }
    static std::string with_item(std::string_view item)
    {
        return fmt::format(
            R"({{"page":{{"form":"A","sections":[{{"title":"","note":"","items":[{}]}}]}},"media":{{}}}})", item);
    }
    static std::string with_media(std::string_view media)
    {
        return fmt::format(R"({{"page":{{"form":"A","sections":[{{"title":"","note":"","items":[{}]}}]}},"media":{}}})",
                           good_item, media);
    }

    static constexpr std::string_view good_item =
        R"({"id":"X1","number":1,"type":"single","points":"1.5","blanks":0,"stem":[{"p":["canary"]}],"options":[{"id":"A","content":[]},{"id":"B","content":[]}]})";
    static constexpr std::string_view associated = "papervault.form.v2|p|T001|";
    crypto::SecretBuffer key = crypto::random_secret(32);
    crypto::SecretBuffer picture_key = crypto::random_secret(32);
    SealedPictures pictures;
    std::vector<engine::SealedPicture> covered; ///< What picture() has made.
};

TEST_F(OpenedFormTest, HasItemsPointsAndPictures)
{
    const std::string media = fmt::format("{{{}}}", picture("media/a.svg", "<svg/>"));
    const auto form = open(seal(with_media(media), covered));
    ASSERT_TRUE(form) << form.error().detail;
    EXPECT_EQ(form->id, "A");
    EXPECT_EQ(form->points.to_string(), "1.5");
    ASSERT_EQ(form->items.size(), 1u);
    EXPECT_EQ(form->items[0].options, (std::vector<std::string>{"A", "B"}));
    EXPECT_EQ(form->pictures.at("media/a.svg").bytes.size_bytes(), 6u);
    EXPECT_EQ(form->find("X2"), nullptr);
    const auto page = form->page_json.expose();
    EXPECT_NE(std::string_view(reinterpret_cast<const char*>(page.data()), page.size()).find("canary"),
              std::string_view::npos);
}

TEST_F(OpenedFormTest, RefusesEveryFlippedBit)
{
    const std::string media = fmt::format("{{{}}}", picture("media/a.svg", "<svg/>"));
    const auto sealed = seal(with_media(media), covered);
    ASSERT_TRUE(open(sealed));
    const auto digest = crypto::blake2b(sealed);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto altered = sealed;
        altered[i] ^= std::byte{1};
        EXPECT_EQ(open_sealed_form(altered, digest, key, {.package_id = "p", .ticket = "T001"}, pictures).error().code,
                  ClientError::not_trusted);
        // The hall itself announces the altered form: the cipher refuses, or the cover is none.
        EXPECT_FALSE(open(altered)) << i;
    }
}

TEST_F(OpenedFormTest, RefusesAnotherKeyCandidateOrPackage)
{
    const auto sealed = seal(with_item(good_item));
    const auto digest = crypto::blake2b(sealed);
    const auto other = crypto::random_secret(32);
    EXPECT_FALSE(open_sealed_form(sealed, digest, other, {.package_id = "p", .ticket = "T001"}, {}));
    EXPECT_FALSE(open_sealed_form(sealed, digest, key, {.package_id = "q", .ticket = "T001"}, {}));
    EXPECT_FALSE(open_sealed_form(sealed, digest, key, {.package_id = "p", .ticket = "T002"}, {}));
    EXPECT_TRUE(open_sealed_form(sealed, digest, key, {.package_id = "p", .ticket = "T001"}, {}));
}

TEST_F(OpenedFormTest, RefusesPicturesThatAreNotItsOwn)
{
    const std::string media = fmt::format("{{{}}}", picture("media/a.svg", "<svg/>"));
    const auto good = seal(with_media(media), covered);
    ASSERT_TRUE(open(good));
    EXPECT_EQ(open(seal(with_media(media))).error().code, ClientError::not_trusted) << "not on the cover";

    const SealedPictures all = pictures;
    pictures.clear();
    EXPECT_EQ(open(good).error().code, ClientError::not_trusted) << "missing";
    pictures = all;
    pictures.begin()->second.back() ^= std::byte{1};
    EXPECT_EQ(open(good).error().code, ClientError::not_trusted) << "altered";
    pictures = all;

    // One that belongs elsewhere, announced and keyed as if it were this form's.
    covered.clear();
    const std::string foreign = fmt::format("{{{}}}", picture("media/a.svg", "<svg/>", "another package"));
    EXPECT_EQ(open(seal(with_media(foreign), covered)).error().code, ClientError::not_trusted);
    covered.clear();
    std::string renamed = fmt::format("{{{}}}", picture("media/b.svg", "<svg/>"));
    renamed.replace(renamed.find("b.svg"), 1, "a");
    EXPECT_EQ(open(seal(with_media(renamed), covered)).error().code, ClientError::not_trusted);
}

TEST_F(OpenedFormTest, RefusesWhatIsNoForm)
{
    for (const std::string& document :
         {std::string{}, std::string{"[]"}, std::string{R"({"page":{}})"}, std::string{R"({"page":{},"media":{}})"},
          std::string{R"({"page":{"form":"A","sections":[]},"media":{}})"}, with_item(""), with_item("1"),
          with_item(R"({"id":"X1","type":"riddle","points":"1"})"),
          with_item(R"({"id":"X1","type":"single","points":"-1"})"), with_item(fmt::format("{0},{0}", good_item)),
          with_media("[]")}) {
        const auto form = open(document);
        ASSERT_FALSE(form) << document;
        EXPECT_EQ(form.error().code, ClientError::malformed) << document;
        EXPECT_EQ(form.error().detail.find("canary"), std::string::npos) << "no word of the paper in an error";
    }
}

TEST_F(OpenedFormTest, RefusesPicturesThatABrowserWouldRunOrTakeFromElsewhere)
{
    for (const char* media :
         {"media/a.html\":{\"type\":\"text/html\"", "../a.svg\":{\"type\":\"image/png\"",
          "app.js\":{\"type\":\"image/png\"", "media/a.png\":{\"src\":\"http://x/\",\"type\":\"image/png\"",
          "media/a.png\":{\"type\":\"image/png\",\"base64\":\"\""}) {
        const auto sealed = crypto::encrypt(picture_key, {}, {});
        const auto digest = crypto::blake2b(sealed);
        pictures = {{digest, sealed}};
        const std::string text = fmt::format(R"({{"{},"sealed":"{}","key":"{}"}}}})", media, digest.hex(),
                                             crypto::to_base64(picture_key.expose()));
        const auto form = open(seal(with_media(text), {{.digest = digest.bytes, .bytes = sealed.size()}}));
        ASSERT_FALSE(form) << media;
        EXPECT_EQ(form.error().code, ClientError::malformed) << media;
    }
}

} // namespace
} // namespace papervault::client
