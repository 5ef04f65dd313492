#include "print/mathml.hpp"

#include "html_text.hpp"

namespace papervault::vault::print {
namespace {

using engine::FormulaNode;
using engine::FormulaRow;

std::string row_of(const FormulaRow& row);

std::string element(std::string_view name, const std::string& inner)
{
    return "<" + std::string{name} + ">" + inner + "</" + std::string{name} + ">";
}

bool is_number(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string symbol(const FormulaNode& node)
{
    using Role = FormulaNode::Role;
    const std::string text = escaped(node.text);
    if (is_number(node.text)) { return element("mn", text); }
    switch (node.role) {
    case Role::operation:
    case Role::relation:
    case Role::large:
    case Role::punctuation: return element("mo", text);
    case Role::opening:
    case Role::closing: return "<mo stretchy=\"false\">" + text + "</mo>";
    case Role::ordinary:
    case Role::function: break;
    }
    // MathML makes a single letter slanted by itself.
    if (node.style == FormulaNode::Style::upright || node.style == FormulaNode::Style::bold) {
        const std::string bold = node.style == FormulaNode::Style::bold ? " style=\"font-weight:bold\"" : "";
        return "<mi mathvariant=\"normal\"" + bold + ">" + text + "</mi>";
    }
    if (node.style == FormulaNode::Style::bold_italic) { return "<mi style=\"font-weight:bold\">" + text + "</mi>"; }
    return element("mi", text);
}

std::string scripts(const FormulaNode& node)
{
    const bool has_below = !node.parts[1].empty();
    const bool has_above = !node.parts[2].empty();
    std::string inner = row_of(node.parts[0]);
    if (has_below) { inner += row_of(node.parts[1]); }
    if (has_above) { inner += row_of(node.parts[2]); }
    if (!has_below && !has_above) { return inner; }
    if (node.limits) { return element(has_below ? has_above ? "munderover" : "munder" : "mover", inner); }
    return element(has_below ? has_above ? "msubsup" : "msub" : "msup", inner);
}

std::string table(const FormulaNode& node)
{
    std::string rows;
    for (std::size_t n = 0; n < node.parts.size(); n += node.columns) {
        std::string cells;
        for (std::size_t c = 0; c < node.columns; ++c) {
            const char align = node.text[c];
            const std::string_view side = align == 'l' ? "left" : align == 'r' ? "right" : "center";
            cells += "<mtd style=\"text-align:" + std::string{side} + "\">" + row_of(node.parts[n + c]) + "</mtd>";
        }
        rows += element("mtr", cells);
    }
    return element("mtable", rows);
}

std::string fence(const std::string& text)
{
    return text.empty() ? std::string{} : "<mo stretchy=\"true\">" + escaped(text) + "</mo>";
}

std::string node_of(const FormulaNode& node)
{
    using Kind = FormulaNode::Kind;
    switch (node.kind) {
    case Kind::symbol: return symbol(node);
    case Kind::text: return element("mtext", escaped(node.text));
    case Kind::row: return row_of(node.parts[0]);
    case Kind::fraction: return element("mfrac", row_of(node.parts[0]) + row_of(node.parts[1]));
    case Kind::binomial:
        return element("mrow", fence("(") + "<mfrac linethickness=\"0\">" + row_of(node.parts[0]) +
                                   row_of(node.parts[1]) + "</mfrac>" + fence(")"));
    case Kind::root:
        return node.parts[1].empty() ? element("msqrt", row_of(node.parts[0]))
                                     : element("mroot", row_of(node.parts[0]) + row_of(node.parts[1]));
    case Kind::scripts: return scripts(node);
    case Kind::accent:
        return node.text == "_"
                   ? "<munder accentunder=\"true\">" + row_of(node.parts[0]) + "<mo stretchy=\"true\">_</mo></munder>"
                   : "<mover accent=\"true\">" + row_of(node.parts[0]) + "<mo stretchy=\"true\">" + escaped(node.text) +
                         "</mo></mover>";
    case Kind::fence: return element("mrow", fence(node.text) + row_of(node.parts[0]) + fence(node.closing));
    case Kind::table: return node.columns == 0 ? std::string{} : table(node);
    case Kind::space: {
        const int thousandths = node.width * 1000 / 18;
        return "<mspace width=\"" + std::to_string(thousandths / 1000) + "." +
               std::to_string(1000 + std::abs(thousandths % 1000)).substr(1) + "em\"/>";
    }
    }
    return {};
}

std::string row_of(const FormulaRow& row)
{
    std::string inner;
    for (const FormulaNode& node : row) { inner += node_of(node); }
    return element("mrow", inner);
}

} // namespace

std::string to_mathml(const FormulaRow& formula)
{
    return "<math>" + row_of(formula) + "</math>";
}

} // namespace papervault::vault::print
