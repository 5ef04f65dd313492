#include "support.hpp"

#include <papervault/engine/content.hpp>

namespace papervault::engine {
namespace {

Content paragraph(Runs runs)
{
    return {Paragraph{std::move(runs)}};
}

struct Reading {
    std::string_view notation;
    Content content;
};
void PrintTo(const Reading& reading, std::ostream* out)
{
    *out << testing::PrintToString(reading.notation);
}

class ContentReadingTest : public testing::TestWithParam<Reading> {};

TEST_P(ContentReadingTest, ReadsTheNotation)
{
    const auto content = parse_content(GetParam().notation);
    ASSERT_THAT(content, IsAccepted());
    EXPECT_EQ(*content, GetParam().content) << canonical_json(to_json(*content));
    EXPECT_THAT(validate(*content, "stem"), IsAccepted());
    EXPECT_EQ(parse_content(to_notation(*content)), *content) << to_notation(*content);
}

INSTANTIATE_TEST_SUITE_P(
    Paragraphs, ContentReadingTest,
    testing::Values(Reading{"", {}}, Reading{" \n\n  \r\n", {}}, Reading{"a", paragraph({TextRun{"a"}})},
                    Reading{"a\n\nb", {Paragraph{{TextRun{"a"}}}, Paragraph{{TextRun{"b"}}}}},
                    Reading{"\n\na\n  \n\nb\n\n", {Paragraph{{TextRun{"a"}}}, Paragraph{{TextRun{"b"}}}}},
                    Reading{"a\nb", paragraph({TextRun{"a"}, LineBreak{}, TextRun{"b"}})},
                    Reading{"a\r\nb\rc",
                            paragraph({TextRun{"a"}, LineBreak{}, TextRun{"b"}, LineBreak{}, TextRun{"c"}})},
                    Reading{"  a\tb ", paragraph({TextRun{"  a b "}})},
                    Reading{"离心泵（   ）是＿＿", paragraph({TextRun{"离心泵（   ）是＿＿"}})},
                    Reading{"<script>alert(1)</script> &amp;", paragraph({TextRun{"<script>alert(1)</script> &amp;"}})},
                    Reading{"\xEF\xB7\x90\xF4\x8F\xBF\xBF", paragraph({TextRun{"\xEF\xB7\x90\xF4\x8F\xBF\xBF"}})}));

INSTANTIATE_TEST_SUITE_P(
    Formulas, ContentReadingTest,
    testing::Values(
        Reading{"取$Re$值", paragraph({TextRun{"取"}, FormulaRun{"Re"}, TextRun{"值"}})},
        Reading{"$a$$b$", paragraph({FormulaRun{"a"}, FormulaRun{"b"}})},
        Reading{"$$a+b$$", paragraph({FormulaRun{"a+b"}})}, Reading{"$$\na\n$$", paragraph({FormulaRun{" a "}})},
        Reading{"$a_1__2___$", paragraph({FormulaRun{"a_1__2___"}})}, Reading{"$|x|$", paragraph({FormulaRun{"|x|"}})},
        Reading{"$\\$5$", paragraph({FormulaRun{"\\$5"}})}, Reading{"$a\\\\$", paragraph({FormulaRun{"a\\\\"}})},
        Reading{"costs $5", paragraph({TextRun{"costs $5"}})},
        Reading{"$5\n\n$6", {Paragraph{{TextRun{"$5"}}}, Paragraph{{TextRun{"$6"}}}}},
        Reading{"\\$5 and \\$6", paragraph({TextRun{"$5 and $6"}})}, Reading{"a$", paragraph({TextRun{"a$"}})},
        Reading{"$$", paragraph({TextRun{"$$"}})}, Reading{"$$$", paragraph({TextRun{"$$$"}})},
        Reading{"$$$$", paragraph({TextRun{"$$$$"}})}, Reading{"$ $", paragraph({TextRun{"$ $"}})},
        Reading{"$$x$", paragraph({TextRun{"$"}, FormulaRun{"x"}})}, Reading{"$a\\$", paragraph({TextRun{"$a$"}})}));

INSTANTIATE_TEST_SUITE_P(
    Blanks, ContentReadingTest,
    testing::Values(Reading{"是____。", paragraph({TextRun{"是"}, BlankRun{1}, TextRun{"。"}})},
                    Reading{"___", paragraph({BlankRun{1}})}, Reading{"__", paragraph({TextRun{"__"}})},
                    Reading{"＿＿＿", paragraph({BlankRun{1}})},
                    Reading{"_________ _________", paragraph({BlankRun{1}, TextRun{" "}, BlankRun{2}})},
                    Reading{"____＿＿＿", paragraph({BlankRun{1}, BlankRun{2}})},
                    Reading{"__＿＿", paragraph({TextRun{"__＿＿"}})}, Reading{"a_b", paragraph({TextRun{"a_b"}})},
                    Reading{"\\_\\_\\_", paragraph({TextRun{"___"}})},
                    Reading{"\\____", paragraph({TextRun{"_"}, BlankRun{1}})},
                    Reading{"\\\\___", paragraph({TextRun{"\\"}, BlankRun{1}})}));

INSTANTIATE_TEST_SUITE_P(Backslashes, ContentReadingTest,
                         testing::Values(Reading{"C:\\temp\\", paragraph({TextRun{"C:\\temp\\"}})},
                                         Reading{"\\\\", paragraph({TextRun{"\\\\"}})},
                                         Reading{"\\frac{1}{2}", paragraph({TextRun{"\\frac{1}{2}"}})},
                                         Reading{"\\\\$x$", paragraph({TextRun{"\\"}, FormulaRun{"x"}})},
                                         Reading{"\\\\\\$x", paragraph({TextRun{"\\$x"}})},
                                         Reading{"\\|a", paragraph({TextRun{"|a"}})},
                                         Reading{"a\\|b", paragraph({TextRun{"a\\|b"}})}));

INSTANTIATE_TEST_SUITE_P(Pictures, ContentReadingTest,
                         testing::Values(Reading{"![泵](media/pump.svg)", {Image{"media/pump.svg", "泵"}}},
                                         Reading{"  ![](media/a.png) ", {Image{"media/a.png", ""}}},
                                         Reading{"![a](media/x](media/y.svg)", {Image{"media/y.svg", "a](media/x"}}},
                                         Reading{"![a$b$___](media/y.svg)", {Image{"media/y.svg", "a$b$___"}}},
                                         Reading{"a ![p](media/a.svg)", paragraph({TextRun{"a ![p](media/a.svg)"}})},
                                         Reading{"![p](media/a.svg)\nb",
                                                 paragraph({TextRun{"![p](media/a.svg)"}, LineBreak{}, TextRun{"b"}})},
                                         Reading{"![p](https://host/a.svg)",
                                                 paragraph({TextRun{"![p](https://host/a.svg)"}})},
                                         Reading{"![p](media/../a.svg)", paragraph({TextRun{"![p](media/../a.svg)"}})},
                                         Reading{"\\![p](media/a.svg)", paragraph({TextRun{"![p](media/a.svg)"}})}));

INSTANTIATE_TEST_SUITE_P(
    Tables, ContentReadingTest,
    testing::Values(
        Reading{"| a | b |\n|---|:-:|\n| 1 | $x$ |",
                {Table{{{{TextRun{"a"}}, {TextRun{"b"}}}, {{TextRun{"1"}}, {FormulaRun{"x"}}}}}}},
        Reading{"|a|b\n|-|-\n|1|2", {Table{{{{TextRun{"a"}}, {TextRun{"b"}}}, {{TextRun{"1"}}, {TextRun{"2"}}}}}}},
        Reading{"| a |\n| --- |", {Table{{{{TextRun{"a"}}}}}}},
        Reading{"| a | b |\n|---|---|\n| 1 |", {Table{{{{TextRun{"a"}}, {TextRun{"b"}}}, {{TextRun{"1"}}, {}}}}}},
        Reading{"| a |  |\n|---|---|\n|  | ____ |", {Table{{{{TextRun{"a"}}, {}}, {{}, {BlankRun{1}}}}}}},
        Reading{"| a\\|b | $\\|x\\|$ |\n|---|---|", {Table{{{{TextRun{"a|b"}}, {FormulaRun{"|x|"}}}}}}},
        Reading{"| a |\n|---|\n| 1 | 2 |",
                paragraph({TextRun{"| a |"}, LineBreak{}, TextRun{"|---|"}, LineBreak{}, TextRun{"| 1 | 2 |"}})},
        Reading{"| a | b |\n|---|", paragraph({TextRun{"| a | b |"}, LineBreak{}, TextRun{"|---|"}})},
        Reading{"| a |\n| b |", paragraph({TextRun{"| a |"}, LineBreak{}, TextRun{"| b |"}})},
        Reading{"\\| a |\n|---|", paragraph({TextRun{"| a |"}, LineBreak{}, TextRun{"|---|"}})},
        Reading{"|x|", paragraph({TextRun{"|x|"}})}, Reading{"|", paragraph({TextRun{"|"}})},
        Reading{"|\n|-|", paragraph({TextRun{"|"}, LineBreak{}, TextRun{"|-|"}})}));

TEST(ContentNotationTest, NumbersBlanksOverTheWholeContent)
{
    const auto content = parse_content("____ a ____\n\n| ____ |\n|---|\n\n____");
    ASSERT_THAT(content, IsAccepted());
    EXPECT_EQ(count_blanks(*content), 4);
    EXPECT_THAT(validate(*content, "stem"), IsAccepted());
}

TEST(ContentNotationTest, RefusesControlCharactersAndBrokenText)
{
    for (const std::string_view text :
         {"a\x01", "\x1B[31m", "a\x7F", "\xFF", "\xC0\x80", "\xE4\xB8", "\xED\xA0\x80", "\xE0\x80\xAF", "\xE0\x9F\xBF",
          "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\x80"}) {
        EXPECT_THAT(parse_content(text), IsRefusedWith(EngineError::malformed)) << testing::PrintToString(text);
    }
    EXPECT_THAT(parse_content(std::string_view{"a\0b", 3}), IsRefusedWith(EngineError::malformed));
}

TEST(ContentNotationTest, StopsAtTheLimits)
{
    const ContentLimits limits{.bytes_max = 40, .blocks_max = 2, .table_cells_max = 4};
    EXPECT_THAT(parse_content(std::string(41, 'a'), limits), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse_content("a\n\nb", limits), IsAccepted());
    EXPECT_THAT(parse_content("a\n\nb\n\nc", limits), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(parse_content("|a|b|\n|-|-|\n|1|2|", limits), IsAccepted());
    EXPECT_THAT(parse_content("|a|b|\n|-|-|\n|1|2|\n|3|4|", limits), IsRefusedWith(EngineError::out_of_range));
}

TEST(ContentNotationTest, TakesAFormulaThatIsTooLongForThePageAsText)
{
    const std::string longest = "$" + std::string(2000, 'x') + "$";
    const std::string too_long = "$" + std::string(2001, 'x') + "$";
    EXPECT_EQ(parse_content(longest), paragraph({FormulaRun{std::string(2000, 'x')}}));
    EXPECT_EQ(parse_content(too_long), paragraph({TextRun{too_long}}));
    EXPECT_EQ(parse_content(to_notation(paragraph({TextRun{too_long}}))), paragraph({TextRun{too_long}}));
}

TEST(ContentNotationTest, KeepsApartWhatStandsSideBySide)
{
    for (const Content& content : {
             paragraph({BlankRun{1}, BlankRun{2}, BlankRun{3}}),
             paragraph({TextRun{"_"}, BlankRun{1}, TextRun{"＿"}, BlankRun{2}, TextRun{"_"}}),
             paragraph({TextRun{"\\"}, FormulaRun{"x"}, TextRun{"\\\\"}, BlankRun{1}, TextRun{"\\"}}),
             paragraph({TextRun{"\\_"}, BlankRun{1}, TextRun{"\\"}, LineBreak{}, TextRun{"\\|"}}),
             paragraph({TextRun{"  \\\\![x](media/a.svg)"}}),
             paragraph({TextRun{"\\___\\＿＿＿$\\$"}}),
             Content{Table{{{{TextRun{"\\|"}, FormulaRun{"\\|x\\\\|"}, TextRun{"\\"}}, {TextRun{"|"}}}}}},
         }) {
        ASSERT_THAT(validate(content, ""), IsAccepted());
        EXPECT_EQ(parse_content(to_notation(content)), content) << to_notation(content);
    }
}

/// Makes content in normal form out of the characters that have a meaning somewhere.
class RandomContent {
public:
    explicit RandomContent(std::uint64_t seed) : choose_{seed} {}

    Content make()
    {
        Content content;
        for (auto blocks = choose_.below(4); blocks > 0; --blocks) {
            switch (choose_.below(4)) {
            case 0: content.emplace_back(Image{"media/a.svg", text(6)}); break;
            case 1: content.emplace_back(table()); break;
            default: content.emplace_back(Paragraph{runs(true)}); break;
            }
        }
        return normalized(std::move(content));
    }

    std::string text(std::uint64_t pieces_max)
    {
        std::string out;
        for (auto pieces = choose_.below(pieces_max + 1); pieces > 0; --pieces) out += choose_.of(pieces_);
        return out;
    }

private:
    Runs runs(bool may_break)
    {
        Runs out;
        for (auto count = choose_.below(6); count > 0; --count) {
            switch (choose_.below(5)) {
            case 0: out.emplace_back(BlankRun{1}); break;
            case 1: out.emplace_back(FormulaRun{formula()}); break;
            case 2:
                if (may_break) out.emplace_back(LineBreak{});
                break;
            default: out.emplace_back(TextRun{text(5)}); break;
            }
        }
        return out;
    }

    std::string formula()
    {
        static const std::array<std::string, 6> formulas{"x", "a|b", "\\$", "a\\\\", "___", "\\|\\\\\\$ "};
        return choose_.of(formulas);
    }

    Table table()
    {
        Table table;
        const auto columns = choose_.below(3) + 1;
        for (auto rows = choose_.below(3) + 1; rows > 0; --rows) {
            auto& row = table.rows.emplace_back();
            for (auto column = columns; column > 0; --column) row.push_back(runs(false));
        }
        return table;
    }

    static constexpr std::array<std::string_view, 19> pieces_{
        "a",   "中",      " ",      "\\", "\\\\",  "$",     "$$", "_",
        "___", "＿",      "＿＿＿", "|",  "| a |", "|---|", "!",  "![x](media/a.svg)",
        "[",   "（   ）", "😀"};
    Chooser choose_;
};

TEST(ContentNotationPropertyTest, ReadsBackEveryContentThatItWrites)
{
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        const Content content = RandomContent{seed}.make();
        ASSERT_THAT(validate(content, ""), IsAccepted()) << "seed " << seed << ": " << canonical_json(to_json(content));
        const auto again = parse_content(to_notation(content));
        ASSERT_THAT(again, IsAccepted()) << "seed " << seed;
        ASSERT_EQ(*again, content) << "seed " << seed << "\n"
                                   << to_notation(content) << "\n"
                                   << canonical_json(to_json(content));
        ASSERT_EQ(content_from_json(json_of(canonical_json(to_json(content))), ""), content) << "seed " << seed;
    }
}

TEST(ContentNotationPropertyTest, AcceptsAnyTextAndGivesNormalForm)
{
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        Chooser choose{seed};
        RandomContent pieces{seed};
        std::string notation;
        for (auto lines = choose.below(6); lines > 0; --lines)
            notation += pieces.text(6) + (choose.one_in(3) ? "\n\n" : "\n");
        const auto content = parse_content(notation);
        ASSERT_THAT(content, IsAccepted()) << "seed " << seed;
        ASSERT_EQ(normalized(*content), *content) << "seed " << seed;
        ASSERT_EQ(parse_content(to_notation(*content)), *content) << "seed " << seed << "\n" << notation;
    }
}

TEST(ContentNotationTest, AcceptsEveryRealItemOfTheCollections)
{
    int read = 0;
    int with_control_characters = 0;
    for (const std::string_view name : {"items/gaokao_bench.jsonl", "items/cmmlu_vocational.jsonl"}) {
        const auto file = shared_data_folder() / name;
        SKIP_UNLESS_PRESENT(file);
        std::ifstream lines{file};
        for (std::string line; std::getline(lines, line);) {
            const auto row = json_of(line);
            std::vector<std::string> texts{std::string{row.at("stem").as_string()}};
            for (const auto& option : row.at("options").as_array()) texts.emplace_back(option.as_string());
            for (const std::string& text : texts) {
                const auto content = parse_content(text);
                if (text.find('\b') != std::string::npos) { // "\boxed" that lost its backslash on the way
                    EXPECT_THAT(content, IsRefusedWith(EngineError::malformed));
                    ++with_control_characters;
                    continue;
                }
                ASSERT_THAT(content, IsAccepted()) << row.at("id");
                ASSERT_EQ(parse_content(to_notation(*content)), *content) << row.at("id");
                ++read;
            }
        }
    }
    EXPECT_GT(read, 10'000);
    EXPECT_EQ(with_control_characters, 1);
}

} // namespace
} // namespace papervault::engine
