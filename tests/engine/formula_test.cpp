#include <papervault/engine/formula.hpp>

#include <gtest/gtest.h>

#include <string>

namespace papervault::engine {
namespace {

using Kind = FormulaNode::Kind;

TEST(FormulaTest, ReadsFractionsRootsAndScripts)
{
    const FormulaRow row = parse_formula("\\frac{a+1}{2}\\sqrt[3]{x}y_{i}^2");
    ASSERT_EQ(row.size(), 3U);
    EXPECT_EQ(row[0].kind, Kind::fraction);
    EXPECT_EQ(row[0].parts[0].size(), 3U);
    EXPECT_EQ(row[1].kind, Kind::root);
    EXPECT_EQ(row[1].parts[1].front().text, "3");
    EXPECT_EQ(row[2].kind, Kind::scripts);
    EXPECT_EQ(row[2].parts[1].front().text, "i");
    EXPECT_EQ(row[2].parts[2].front().text, "2");
}

TEST(FormulaTest, TakesOneDigitWithoutBracesAsTexDoes)
{
    const FormulaRow row = parse_formula("\\frac12");
    ASSERT_EQ(row.size(), 1U);
    EXPECT_EQ(row[0].parts[0].front().text, "1");
    EXPECT_EQ(row[0].parts[1].front().text, "2");
    EXPECT_EQ(parse_formula("x^23")[1].text, "3");
}

TEST(FormulaTest, ReadsTablesInsideGrowingBrackets)
{
    const FormulaRow row = parse_formula("\\left\\{\\begin{array}{l}a,&x>0\\\\b,&x\\leqslant 0\\end{array}\\right.");
    ASSERT_EQ(row.size(), 1U);
    ASSERT_EQ(row[0].kind, Kind::fence);
    EXPECT_EQ(row[0].text, "{");
    EXPECT_EQ(row[0].closing, "");
    const FormulaNode& table = row[0].parts[0].front();
    ASSERT_EQ(table.kind, Kind::table);
    EXPECT_EQ(table.columns, 2U);
    EXPECT_EQ(table.parts.size(), 4U);
    EXPECT_EQ(table.text.size(), 2U);
}

TEST(FormulaTest, SetsUnitsUpright)
{
    const FormulaRow row = parse_formula("\\mathrm{kg/m^3}");
    ASSERT_EQ(row.size(), 1U);
    EXPECT_EQ(row[0].parts[0].front().style, FormulaNode::Style::upright);
    EXPECT_EQ(parse_formula("k")[0].style, FormulaNode::Style::italic);
}

TEST(FormulaTest, ShowsWhatItDoesNotKnow)
{
    EXPECT_EQ(parse_formula("\\unheardof")[0].text, "\\unheardof");
    EXPECT_EQ(parse_formula("\\unheardof")[0].kind, Kind::text);
}

TEST(FormulaTest, EndsForEveryBrokenInput)
{
    for (const char* tex : {"",
                            "}",
                            "{",
                            "\\",
                            "^",
                            "_",
                            "x^",
                            "x_^",
                            "\\frac",
                            "\\frac{",
                            "\\frac{1}",
                            "\\sqrt[",
                            "\\sqrt[3",
                            "\\left(",
                            "\\right)",
                            "\\left",
                            "\\begin",
                            "\\begin{array",
                            "\\begin{array}{ll}",
                            "\\end{array}",
                            "&",
                            "\\\\",
                            "\\text{",
                            "\\not",
                            "a}b}c",
                            "{{{}",
                            "\\left(a\\end{x}\\right)",
                            "{\\right}",
                            "''",
                            "^'",
                            "\xE4\xB8",
                            "\\begin{}\\\\&"}) {
        std::ignore = parse_formula(tex);
    }
}

TEST(FormulaTest, KeepsDeepNestingAsText)
{
    for (const char* opening : {"{", "\\frac", "\\sqrt{", "x^{", "\\left(", "\\begin{array}{c}", "\\overline"}) {
        std::string tex;
        for (int n = 0; n < 2000; ++n) { tex += opening; }
        EXPECT_FALSE(parse_formula(tex).empty());
    }
}

} // namespace
} // namespace papervault::engine
