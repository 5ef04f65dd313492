#include "support.hpp"

#include <papervault/engine/content.hpp>

namespace papervault::engine {
namespace {

Content paragraph(Runs runs)
{
    return {Paragraph{std::move(runs)}};
}

const Content everything{
    Paragraph{{TextRun{"泵的"}, FormulaRun{"Re"}, LineBreak{}, BlankRun{1}, TextRun{"。"}}},
    Table{{{{TextRun{"T"}}, {}}, {{FormulaRun{"x"}}, {BlankRun{2}}}}},
    Image{"media/pump.svg", "离心泵"},
};

TEST(ContentJsonTest, IsWhatTheCandidatesPageReads)
{
    EXPECT_EQ(canonical_json(to_json(everything)),
              R"([{"p":["泵的",{"tex":"Re"},{"br":true},{"blank":1},"。"]},)"
              R"({"table":{"header":[["T"],[]],"rows":[[[{"tex":"x"}],[{"blank":2}]]]}},)"
              R"({"image":{"alt":"离心泵","src":"media/pump.svg"}}])");
}

TEST(ContentJsonTest, ReadsBackTheSameContent)
{
    const auto read = content_from_json(to_json(everything), "stem");
    ASSERT_THAT(read, IsAccepted());
    EXPECT_EQ(*read, everything);
    EXPECT_EQ(content_from_json(json_of("[]"), "stem"), Content{});
}

class ContentJsonRefusalTest : public testing::TestWithParam<std::string_view> {};

TEST_P(ContentJsonRefusalTest, RefusesWhatIsNotInNormalForm)
{
    EXPECT_FALSE(content_from_json(json_of(GetParam()), "stem").has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Values, ContentJsonRefusalTest,
    testing::Values(
        R"({})", R"(["text"])", R"([{}])", R"([{"p":"a"}])", R"([{"p":[]}])", R"([{"p":[""]}])", R"([{"p":["a","b"]}])",
        R"([{"p":["  "]}])", R"([{"p":["a",{"br":true}]}])", R"([{"p":["a",{"br":true},{"br":true},"b"]}])",
        R"([{"p":["a",{"br":false},"b"]}])", R"([{"p":["a\nb"]}])", R"([{"p":["a\u0007"]}])", R"([{"p":["a\u0000"]}])",
        R"([{"p":["a\u007f"]}])", R"([{"p":[{"tex":""}]}])", R"([{"p":[{"tex":"a$b"}]}])", R"([{"p":[{"tex":"a\\"}]}])",
        R"([{"p":[{"tex":"a\nb"}]}])", R"([{"p":[{"blank":2}]}])", R"([{"p":[{"blank":1},{"blank":1}]}])",
        R"([{"p":[{"html":"<b>"}]}])", R"([{"p":[{"tex":"a","br":true}]}])", R"([{"p":["a"],"image":{}}])",
        R"([{"p":[1]}])", R"([{"table":{"header":[],"rows":[]}}])", R"([{"table":{"rows":[[["a"]]]}}])",
        R"([{"table":{"header":[["a"]],"rows":[[["a"],["b"]]]}}])", R"([{"table":{"header":[["a"]],"rows":[[]]}}])",
        R"([{"table":{"header":[[" a"]],"rows":[]}}])", R"([{"table":{"header":[["a",{"br":true},"b"]],"rows":[]}}])",
        R"([{"image":{"src":"pump.svg","alt":""}}])", R"([{"image":{"src":"media/../pump.svg","alt":""}}])",
        R"([{"image":{"src":"http://host/x.svg","alt":""}}])", R"([{"image":{"src":"media/x.svg","alt":"a\nb"}}])",
        R"([{"image":{"src":"media/x.svg"}}])", R"([{"image":{"src":"media/x.svg","alt":"","onload":"x"}}])"));

TEST(ContentTest, NormalizesWhatABuilderPutTogether)
{
    const Content rough{
        Paragraph{{LineBreak{}, TextRun{"a"}, TextRun{""}, TextRun{"b"}, LineBreak{}, TextRun{"  "}, LineBreak{},
                   BlankRun{9}}},
        Paragraph{{TextRun{" "}}},
        Paragraph{},
        Table{{{{TextRun{" x "}, FormulaRun{"t"}, TextRun{" "}}, {TextRun{"a"}, LineBreak{}, TextRun{"b"}}},
               {{TextRun{"  "}}, {BlankRun{9}}}}},
    };
    const Content expected{
        Paragraph{{TextRun{"ab"}, LineBreak{}, BlankRun{1}}},
        Table{{{{TextRun{"x "}, FormulaRun{"t"}}, {TextRun{"a b"}}}, {{}, {BlankRun{2}}}}},
    };
    EXPECT_EQ(normalized(rough), expected);
    EXPECT_FALSE(validate(rough, "stem").has_value());
    EXPECT_THAT(validate(expected, "stem"), IsAccepted());
}

TEST(ContentTest, CountsBlanksAndNamesPicturesInReadingOrder)
{
    EXPECT_EQ(count_blanks(everything), 2);
    EXPECT_THAT(media_names(everything), testing::ElementsAre("media/pump.svg"));
}

TEST(ContentTest, GivesItsPlainText)
{
    EXPECT_EQ(plain_text(everything), "泵的Re\n____。\nT | \nx | ____\n离心泵");
}

TEST(ContentTest, KnowsMediaNames)
{
    for (const std::string_view name : {"media/a.svg", "media/area1-u_tube.svg", "media/A", "media/1.2.png"}) {
        EXPECT_TRUE(is_media_name(name)) << name;
    }
    for (const std::string_view name :
         {"", "media/", "media", "a.svg", "/media/a.svg", "media/../a", "media/a..b", "media/.a", "media/a/b.svg",
          "media/a b", "media/a\\b", "media/中.svg", "media/a%2e", "Media/a.svg", "http://media/a.svg", "media//a"}) {
        EXPECT_FALSE(is_media_name(name)) << name;
    }
}

TEST(ContentTest, RefusesWhatThePageCouldNotShow)
{
    EXPECT_THAT(validate(paragraph({TextRun{std::string(20'000, 'a')}}), "stem"), IsAccepted());
    EXPECT_THAT(validate(paragraph({TextRun{std::string(20'001, 'a')}}), "stem"),
                IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(validate(Content(201, Paragraph{{TextRun{"a"}}}), "stem"), IsRefusedWith(EngineError::out_of_range));
    Runs blanks;
    for (int i = 1; i <= 51; ++i) blanks.emplace_back(BlankRun{i});
    EXPECT_THAT(validate(paragraph(blanks), "stem"), IsRefusedWith(EngineError::out_of_range));
    blanks.pop_back();
    EXPECT_THAT(validate(paragraph(blanks), "stem"), IsAccepted());
    const Table large{std::vector<std::vector<Runs>>(21, std::vector<Runs>(100))};
    EXPECT_THAT(validate({large}, "stem"), IsRefusedWith(EngineError::out_of_range));
}

TEST(ContentTest, CountsTextAsThePageDoes)
{
    std::string wide;
    for (int i = 0; i < 10'000; ++i) wide += "😀"; // two UTF-16 units each
    EXPECT_THAT(validate(paragraph({TextRun{wide}}), "stem"), IsAccepted());
    wide += "a";
    EXPECT_THAT(validate(paragraph({TextRun{wide}}), "stem"), IsRefusedWith(EngineError::out_of_range));
}

TEST(PlainTextContentTest, TakesEveryCharacterAsItself)
{
    const auto content = content_from_plain_text("costs $5 and $6 ____\n| a |\n\n\n![x](media/a.svg)\\$");
    ASSERT_THAT(content, IsAccepted());
    EXPECT_EQ(*content, (Content{Paragraph{{TextRun{"costs $5 and $6 ____"}, LineBreak{}, TextRun{"| a |"}}},
                                 Paragraph{{TextRun{"![x](media/a.svg)\\$"}}}}));
    EXPECT_EQ(parse_content(to_notation(*content)), *content);
}

TEST(PlainTextContentTest, KeepsNaughtyStringsByteForByte)
{
    const auto file = shared_data_folder() / "security/strings/blns.json";
    SKIP_UNLESS_PRESENT(file);
    int kept = 0;
    const auto strings = json_of(read_file(file));
    for (const auto& value : strings.as_array()) {
        const std::string text{value.as_string().data(), value.as_string().size()};
        const auto content = content_from_plain_text(text);
        if (!content) {
            EXPECT_NE(
                std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }),
                text.end())
                << "refused without a control character: " << text;
            continue;
        }
        if (text.find_first_of("\n\r\t") == std::string::npos && text.find_first_not_of(' ') != std::string::npos) {
            EXPECT_EQ(plain_text(*content), text);
            ++kept;
        }
        const auto again = parse_content(to_notation(*content));
        ASSERT_THAT(again, IsAccepted());
        EXPECT_EQ(*again, *content) << text;
        EXPECT_EQ(content_from_json(json_of(canonical_json(to_json(*content))), ""), *content);
    }
    EXPECT_GT(kept, 400);
}

} // namespace
} // namespace papervault::engine
