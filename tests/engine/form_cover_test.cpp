#include <papervault/engine/form_cover.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace papervault::engine {
namespace {

SealedPicture picture(unsigned char first, std::uint64_t bytes)
{
    SealedPicture made{.digest = {}, .bytes = bytes};
    made.digest[0] = std::byte{first};
    return made;
}

std::span<const std::byte> view(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

TEST(FormCoverTest, ReadsBackWhatItWroteInOneOrder)
{
    const std::string cover = encode_form_cover({picture(2, 7), picture(1, 300)}).value();
    EXPECT_EQ(cover.size(), 8U + 2 * 40);
    EXPECT_EQ(cover, encode_form_cover({picture(1, 300), picture(2, 7)}).value());
    const auto read = read_form_cover(view(cover + "the sealed form"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->cover_bytes, cover.size());
    EXPECT_EQ(read->pictures, (std::vector{picture(1, 300), picture(2, 7)}));
    EXPECT_EQ(encode_form_cover({}).value(), std::string("PVF2\0\0\0\0", 8));
}

TEST(FormCoverTest, RefusesAnythingElse)
{
    const std::string good = encode_form_cover({picture(1, 300), picture(2, 7)}).value();
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(read_form_cover(view(std::string_view{good}.substr(0, size)))) << size;
    }
    const auto altered = [&](auto change) {
        std::string text = good;
        change(text);
        return read_form_cover(view(text)).has_value();
    };
    EXPECT_FALSE(altered([](std::string& text) { text[3] = '1'; })) << "another version";
    EXPECT_FALSE(altered([](std::string& text) { text[7] = 1; })) << "16 million pictures";
    EXPECT_FALSE(altered([](std::string& text) { text[8] = 3; })) << "not in order";
    EXPECT_FALSE(altered([](std::string& text) { text[8] = 2; })) << "one twice";
    EXPECT_FALSE(altered([](std::string& text) { std::fill_n(text.begin() + 40, 8, '\0'); })) << "an empty one";
    EXPECT_FALSE(altered([](std::string& text) { text[44] = 1; })) << "4 GiB";
}

TEST(FormCoverTest, RefusesToWriteMoreThanAKioskWouldTake)
{
    EXPECT_FALSE(encode_form_cover(std::vector(form_pictures_max + 1, picture(1, 1))));
    EXPECT_FALSE(encode_form_cover({picture(1, form_pictures_bytes_max), picture(2, 1)}));
    EXPECT_FALSE(encode_form_cover({picture(1, 1), picture(1, 1)})) << "twice";
    EXPECT_TRUE(encode_form_cover({picture(1, form_pictures_bytes_max)}));
}

} // namespace
} // namespace papervault::engine
