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
    Result<OpenedForm> open(std::string_view document)
    {
        const auto sealed = crypto::encrypt(key, crypto::bytes_of(document), crypto::bytes_of(associated));
        return open_sealed_form(sealed, crypto::blake2b(sealed), key, {.package_id = "p", .ticket = "T001"});
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
    static constexpr std::string_view associated = "papervault.form.v1|p|T001";
    crypto::SecretBuffer key = crypto::random_secret(32);
};

TEST_F(OpenedFormTest, HasItemsPointsAndPictures)
{
    const auto form = open(with_media(R"({"media/a.svg":{"type":"image/svg+xml","base64":"PHN2Zy8+"}})"));
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
    const auto sealed = crypto::encrypt(key, crypto::bytes_of(with_item(good_item)), crypto::bytes_of(associated));
    const auto digest = crypto::blake2b(sealed);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto altered = sealed;
        altered[i] ^= std::byte{1};
        EXPECT_EQ(open_sealed_form(altered, digest, key, {.package_id = "p", .ticket = "T001"}).error().code,
                  ClientError::not_trusted);
        // The hall itself announces the altered form: the cipher refuses.
        EXPECT_EQ(open_sealed_form(altered, crypto::blake2b(altered), key, {.package_id = "p", .ticket = "T001"})
                      .error()
                      .code,
                  ClientError::not_trusted);
    }
}

TEST_F(OpenedFormTest, RefusesAnotherKeyCandidateOrPackage)
{
    const auto sealed = crypto::encrypt(key, crypto::bytes_of(with_item(good_item)), crypto::bytes_of(associated));
    const auto digest = crypto::blake2b(sealed);
    const auto other = crypto::random_secret(32);
    EXPECT_FALSE(open_sealed_form(sealed, digest, other, {.package_id = "p", .ticket = "T001"}));
    EXPECT_FALSE(open_sealed_form(sealed, digest, key, {.package_id = "q", .ticket = "T001"}));
    EXPECT_FALSE(open_sealed_form(sealed, digest, key, {.package_id = "p", .ticket = "T002"}));
    EXPECT_TRUE(open_sealed_form(sealed, digest, key, {.package_id = "p", .ticket = "T001"}));
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
         {R"({"media/a.html":{"type":"text/html","base64":""}})", R"({"../a.svg":{"type":"image/png","base64":""}})",
          R"({"app.js":{"type":"image/png","base64":""}})", R"({"media/a.png":{"type":"image/png","base64":"%%"}})",
          R"({"media/a.png":{"type":"image/png","base64":"","src":"http://x/"}})"}) {
        EXPECT_FALSE(open(with_media(media))) << media;
    }
}

} // namespace
} // namespace papervault::client
