#include "print/mathml.hpp"
#include "print/paper_html.hpp"
#include "print/paper_pdf.hpp"
#include "vault/expect.hpp"

#include <papervault/crypto/init.hpp>
#include <papervault/engine/batch.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace papervault::vault::print::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using vault::test::Succeeds;

std::string_view text_of(const crypto::Bytes& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

engine::FormItem item(const std::string& id, const std::string& stem)
{
    engine::FormItem entry;
    entry.item.id = id;
    entry.item.type = engine::ItemType::single_choice;
    entry.item.stem = engine::parse_content(stem).value();
    entry.item.options = {{"A", engine::parse_content("$\\frac{1}{2}$").value()},
                          {"B", engine::parse_content("乙").value()}};
    entry.points = engine::Decimal::from_integer(1);
    return entry;
}

PaperPreview preview()
{
    crypto::initialise();
    PaperPreview made;
    made.draw_id = "DTEST";
    made.draw_digest = std::string(64, 'a');
    made.viewer = "林晓梅";
    made.at = engine::instant_from_text("2026-11-21T08:00:00.000Z").value();
    engine::Form form;
    form.id = "A";
    form.title = "电工理论试卷";
    form.sections.push_back({"一、单项选择题", "每题 1 分", {}});
    form.sections[0].items = {
        item("Q1", "阻值为 $\\sqrt{x^2+y_1}$ 的电阻（　　）"),
        item("Q2", "|项目|值|\n|---|---|\n|甲 $\\alpha$|1|\n\n见图\n\n![图](media/a.svg)\n\n和 ____ <b>&amp;</b>"),
    };
    const std::string svg =
        R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>)";
    const auto view = crypto::bytes_of(svg);
    made.media.emplace("media/a.svg", Media{"media/a.svg", "image/svg+xml", {view.begin(), view.end()}});
    made.forms.push_back(form);
    return made;
}

TEST(PaperPdfTest, GivesTheSameBytesForTheSamePaper)
{
    const auto first = to_pdf(preview());
    const auto second = to_pdf(preview());
    ASSERT_THAT(first, Succeeds());
    EXPECT_TRUE(text_of(*first).starts_with("%PDF-1."));
    EXPECT_EQ(*first, *second);
    PaperPreview later = preview();
    later.at += std::chrono::hours{1};
    EXPECT_NE(*to_pdf(later), *first);
}

TEST(PaperPdfTest, PrintsTwoFormsOnLyingPagesAndNothingForNone)
{
    PaperPreview two = preview();
    two.forms.push_back(two.forms.front());
    two.forms[1].id = "B";
    const auto pdf = to_pdf(two);
    ASSERT_THAT(pdf, Succeeds());
    EXPECT_THAT(std::string{text_of(*pdf)}, HasSubstr("841.89"));
    two.forms.clear();
    EXPECT_FALSE(to_pdf(two).has_value());
}

TEST(PaperPdfTest, PrintsHundredsOfItemsAndPicturesThatCantBeRead)
{
    PaperPreview many = preview();
    many.media.at("media/a.svg").bytes.resize(10);
    for (int n = 0; n < 300; ++n) { many.forms[0].sections[0].items.push_back(item("N" + std::to_string(n), "题")); }
    EXPECT_THAT(to_pdf(many), Succeeds());
}

TEST(PaperHtmlTest, CarriesNoMarkupOfTheItemsAndNothingFromOutside)
{
    const std::string page = to_html(preview());
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;&amp;amp;&lt;/b&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("data:image/svg+xml;base64,"));
    EXPECT_THAT(page, HasSubstr("<msqrt>"));
}

TEST(PaperHtmlTest, ShowsKeysOnlyWhenTheyAreGiven)
{
    PaperPreview paper = preview();
    EXPECT_THAT(to_html(paper), Not(HasSubstr("答案")));
    engine::AnswerKey key;
    key.item_id = "Q1";
    key.correct_options = {"B"};
    key.explanation = "因为 $x>0$";
    paper.keys.emplace("Q1", key);
    EXPECT_THAT(to_html(paper), HasSubstr("答案：B"));
}

TEST(PaperHtmlTest, MarksAnItemThatBothFormsHave)
{
    PaperPreview two = preview();
    two.forms.push_back(two.forms.front());
    two.forms[1].id = "B";
    EXPECT_THAT(to_html(two), HasSubstr("两卷共有"));
    two.forms[1].sections[0].items = {item("Q8", "甲"), item("Q9", "乙")};
    EXPECT_THAT(to_html(two), Not(HasSubstr("两卷共有")));
}

TEST(MathmlTest, EscapesEveryCharacter)
{
    EXPECT_THAT(to_mathml(engine::parse_formula(R"x(\text{<img src=x onerror="alert(1)">}<\foo>)x")),
                Not(HasSubstr("<img")));
}

TEST(MathmlTest, WritesFractionsScriptsAndTables)
{
    EXPECT_EQ(to_mathml(engine::parse_formula("\\frac{1}{x_2^3}")),
              "<math><mrow><mfrac><mrow><mn>1</mn></mrow><mrow><msubsup><mrow><mi>x</mi></mrow><mrow><mn>2</mn></mrow>"
              "<mrow><mn>3</mn></mrow></msubsup></mrow></mfrac></mrow></math>");
    EXPECT_THAT(to_mathml(engine::parse_formula("\\begin{cases}a&b\\\\c\\end{cases}")), HasSubstr("<mtable>"));
}

} // namespace
} // namespace papervault::vault::print::test
