#include "print/formula_box.hpp"

#include "print/handles.hpp"

#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace papervault::vault::print {
namespace {

using engine::FormulaNode;
using engine::FormulaRow;
using Role = FormulaNode::Role;
using Style = FormulaNode::Style;

constexpr const char* family = "TeX Gyre Termes Math,DejaVu Math TeX Gyre,Noto Serif CJK SC,serif";
constexpr double script_scale = 0.7;
constexpr double size_min = 5.0;
/// Height of the axis, where fraction lines and minus signs are, in em.
constexpr double axis = 0.25;
constexpr double line_width = 0.05;

void append_utf8(std::string& out, char32_t c)
{
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

/// The mathematical italic or bold letter (Unicode block 1D400) for a Latin or Greek one; the letter itself if there is
/// none.
std::string mathematical(const std::string& letter, Style style)
{
    const auto base = [&](char32_t italic, char32_t bold, char32_t bold_italic) {
        return style == Style::italic ? italic : style == Style::bold ? bold : bold_italic;
    };
    std::string out;
    if (letter.size() == 1) {
        const char c = letter.front();
        if (c == 'h' && style == Style::italic) { return "ℎ"; }
        if (c >= 'A' && c <= 'Z') {
            append_utf8(out, base(0x1D434, 0x1D400, 0x1D468) + static_cast<char32_t>(c - 'A'));
            return out;
        }
        if (c >= 'a' && c <= 'z') {
            append_utf8(out, base(0x1D44E, 0x1D41A, 0x1D482) + static_cast<char32_t>(c - 'a'));
            return out;
        }
        return letter;
    }
    if (letter.size() != 2) { return letter; }
    const auto code = static_cast<char32_t>((static_cast<unsigned char>(letter[0]) & 0x1F) << 6 |
                                            (static_cast<unsigned char>(letter[1]) & 0x3F));
    if (code >= 0x3B1 && code <= 0x3C9) { // α … ω
        append_utf8(out, base(0x1D6FC, 0x1D6C2, 0x1D736) + (code - 0x3B1));
        return out;
    }
    if (code == 0x3D5 && style == Style::italic) { return "𝜙"; }
    if (code == 0x3F5 && style == Style::italic) { return "𝜖"; }
    return letter;
}

Box empty_box()
{
    return {0, 0, 0, [](cairo_t*, double, double) {}};
}

Box spacing(double width)
{
    Box box = empty_box();
    box.width = width;
    return box;
}

/// Side by side on one baseline.
Box joined(std::vector<Box> boxes)
{
    Box box;
    for (const Box& each : boxes) {
        box.width += each.width;
        box.ascent = std::max(box.ascent, each.ascent);
        box.descent = std::max(box.descent, each.descent);
    }
    box.draw = [boxes = std::move(boxes)](cairo_t* cairo, double x, double baseline) {
        for (const Box& each : boxes) {
            each.draw(cairo, x, baseline);
            x += each.width;
        }
    };
    return box;
}

double script_size(double size)
{
    return std::max(size * script_scale, std::min(size, size_min));
}

void line(cairo_t* cairo, double x, double y, double width, double thickness)
{
    cairo_rectangle(cairo, x, y - thickness / 2, width, thickness);
    cairo_fill(cairo);
}

} // namespace

FormulaSetter::FormulaSetter(PangoContext* context) : context_{context}, has_mathematical_letters_{false}
{
    Object<PangoLayout> probe{pango_layout_new(context)};
    PangoFontDescription* font = pango_font_description_from_string(family);
    pango_layout_set_font_description(probe.get(), font);
    pango_font_description_free(font);
    pango_layout_set_text(probe.get(), "𝑥", -1);
    has_mathematical_letters_ = pango_layout_get_unknown_glyphs_count(probe.get()) == 0;
}

Box FormulaSetter::set(const FormulaRow& nodes, double size) const
{
    return row(nodes, size);
}

Box FormulaSetter::glyphs(const std::string& text, double size, Style style) const
{
    std::shared_ptr<PangoLayout> layout{pango_layout_new(context_), ObjectRelease{}};
    PangoFontDescription* font = pango_font_description_from_string(family);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    std::string shown = text;
    if (style != Style::upright) {
        if (has_mathematical_letters_) {
            shown = mathematical(text, style);
        } else {
            if (style != Style::bold) { pango_font_description_set_style(font, PANGO_STYLE_ITALIC); }
            if (style != Style::italic) { pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD); }
        }
    }
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_text(layout.get(), shown.data(), static_cast<int>(shown.size()));
    pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    PangoRectangle ink;
    PangoRectangle logical;
    PangoLayoutLine* first = pango_layout_get_line_readonly(layout.get(), 0);
    pango_layout_line_get_extents(first, &ink, &logical);
    Box box;
    box.width = static_cast<double>(logical.width) / PANGO_SCALE;
    // A slanted letter may lean over its advance.
    const double lean = static_cast<double>(ink.x + ink.width - logical.width) / PANGO_SCALE;
    if (style != Style::upright && lean > 0) { box.width += lean; }
    box.ascent = std::max(0.0, static_cast<double>(-ink.y) / PANGO_SCALE);
    box.descent = std::max(0.0, static_cast<double>(ink.y + ink.height) / PANGO_SCALE);
    box.draw = [layout](cairo_t* cairo, double x, double baseline) {
        cairo_move_to(cairo, x, baseline);
        pango_cairo_show_layout_line(cairo, pango_layout_get_line_readonly(layout.get(), 0));
    };
    return box;
}

Box FormulaSetter::symbol(const FormulaNode& node, double size) const
{
    if (node.role == Role::large) {
        Box box = glyphs(node.text, size * 1.35, Style::upright);
        const double shift = (box.ascent - box.descent) / 2 - axis * size; // centred on the axis
        return {box.width, box.ascent - shift, box.descent + shift,
                [inner = box.draw, shift](cairo_t* cairo, double x, double baseline) {
                    inner(cairo, x, baseline + shift);
                }};
    }
    return glyphs(node.text, size, node.style);
}

namespace {

/// Space in front of a node, by TeX's table in short, in em; none inside scripts.
double space_between(Role left, Role right, bool left_is_first)
{
    const bool left_binds = left == Role::ordinary || left == Role::closing || left == Role::function;
    if (right == Role::relation || left == Role::relation) { return left == right || left_is_first ? 0.0 : 0.27; }
    if (right == Role::operation) { return left_binds ? 0.2 : 0.0; }
    if (left == Role::operation) { return left_is_first ? 0.0 : 0.2; }
    if (left == Role::punctuation) { return 0.17; }
    if (left == Role::function && right != Role::opening) { return 0.17; }
    if (right == Role::function || right == Role::large) {
        return left == Role::ordinary || left == Role::closing ? 0.17 : 0;
    }
    if (left == Role::large) { return 0.17; }
    return 0.0;
}

Role role_of(const FormulaNode& node)
{
    switch (node.kind) {
    case FormulaNode::Kind::symbol:
    case FormulaNode::Kind::scripts: return node.role;
    case FormulaNode::Kind::row: return Role::ordinary;
    default: return Role::ordinary;
    }
}

} // namespace

Box FormulaSetter::row(const FormulaRow& nodes, double size) const
{
    std::vector<Box> boxes;
    bool is_first = true;
    Role previous = Role::opening;
    bool previous_was_prefix = true; // a sign such as the minus of −x
    for (const FormulaNode& each : nodes) {
        if (each.kind == FormulaNode::Kind::space) {
            boxes.push_back(spacing(each.width * size / 18));
            is_first = true; // no automatic space beside a wanted one
            continue;
        }
        const Role role = role_of(each);
        if (!is_first && size > 7.5) {
            boxes.push_back(spacing(space_between(previous, role, previous_was_prefix) * size));
        }
        const bool prefix_place = is_first || previous == Role::relation || previous == Role::opening ||
                                  previous == Role::operation || previous == Role::punctuation;
        previous_was_prefix = role == Role::operation && prefix_place;
        boxes.push_back(node(each, size));
        previous = role;
        is_first = false;
    }
    return joined(std::move(boxes));
}

Box FormulaSetter::node(const FormulaNode& node, double size) const
{
    switch (node.kind) {
    case FormulaNode::Kind::symbol: return symbol(node, size);
    case FormulaNode::Kind::text: return glyphs(node.text, size, Style::upright);
    case FormulaNode::Kind::row: return row(node.parts.front(), size);
    case FormulaNode::Kind::fraction: return fraction(node, size, true);
    case FormulaNode::Kind::binomial: return fence(fraction(node, size, false), "(", ")", size);
    case FormulaNode::Kind::root: return root(node, size);
    case FormulaNode::Kind::scripts: return scripts(node, size);
    case FormulaNode::Kind::accent: return accent(node, size);
    case FormulaNode::Kind::fence: return fence(row(node.parts.front(), size), node.text, node.closing, size);
    case FormulaNode::Kind::table: return table(node, size);
    case FormulaNode::Kind::space: return spacing(node.width * size / 18);
    }
    return empty_box();
}

Box FormulaSetter::fraction(const FormulaNode& node, double size, bool has_line) const
{
    const double part_size = std::max(size * 0.85, std::min(size, 6.0));
    Box above = row(node.parts[0], part_size);
    Box below = row(node.parts[1], part_size);
    const double width = std::max(above.width, below.width) + 0.25 * size;
    const double gap = 0.16 * size;
    const double axis_height = axis * size;
    Box box;
    box.width = width + 0.12 * size;
    box.ascent = axis_height + gap + above.descent + above.ascent;
    box.descent = gap + below.ascent + below.descent - axis_height;
    const double rise = axis_height + gap + above.descent;
    const double fall = gap + below.ascent - axis_height;
    box.draw = [above = std::move(above), below = std::move(below), width, rise, fall, axis_height, size,
                has_line](cairo_t* cairo, double x, double baseline) {
        x += 0.06 * size;
        above.draw(cairo, x + (width - above.width) / 2, baseline - rise);
        below.draw(cairo, x + (width - below.width) / 2, baseline + fall);
        if (has_line) { line(cairo, x, baseline - axis_height, width, line_width * size); }
    };
    return box;
}

Box FormulaSetter::root(const FormulaNode& node, double size) const
{
    Box inner = row(node.parts[0], size);
    Box degree = node.parts[1].empty() ? empty_box() : row(node.parts[1], script_size(script_size(size)));
    const double ascent = std::max(inner.ascent, 0.7 * size) + 0.12 * size;
    const double descent = std::max(inner.descent, 0.08 * size);
    const double sign = 0.55 * size;
    const double before = std::max(0.0, degree.width - 0.2 * size);
    Box box;
    box.width = before + sign + inner.width + 0.08 * size;
    box.ascent = std::max(ascent + 0.05 * size, 0.45 * ascent + degree.ascent + degree.descent);
    box.descent = descent;
    box.draw = [inner = std::move(inner), degree = std::move(degree), ascent, descent, sign, before,
                size](cairo_t* cairo, double x, double baseline) {
        degree.draw(cairo, x, baseline - 0.45 * ascent - degree.descent);
        x += before;
        const SavedState saved{cairo};
        cairo_set_line_width(cairo, line_width * size);
        cairo_move_to(cairo, x + 0.04 * size, baseline - 0.28 * size);
        cairo_line_to(cairo, x + 0.15 * size, baseline - 0.36 * size);
        cairo_line_to(cairo, x + 0.30 * size, baseline + descent);
        cairo_line_to(cairo, x + sign - 0.04 * size, baseline - ascent);
        cairo_line_to(cairo, x + sign + inner.width + 0.06 * size, baseline - ascent);
        cairo_stroke(cairo);
        inner.draw(cairo, x + sign, baseline);
    };
    return box;
}

Box FormulaSetter::stacked(Box base, Box below, Box above, double size) const
{
    const double gap = 0.1 * size;
    Box box;
    box.width = std::max({base.width, below.width, above.width});
    box.ascent = base.ascent + (above.width > 0 ? gap + above.ascent + above.descent : 0);
    box.descent = base.descent + (below.width > 0 ? gap + below.ascent + below.descent : 0);
    box.draw = [base = std::move(base), below = std::move(below), above = std::move(above), width = box.width,
                gap](cairo_t* cairo, double x, double baseline) {
        base.draw(cairo, x + (width - base.width) / 2, baseline);
        above.draw(cairo, x + (width - above.width) / 2, baseline - base.ascent - gap - above.descent);
        below.draw(cairo, x + (width - below.width) / 2, baseline + base.descent + gap + below.ascent);
    };
    return box;
}

Box FormulaSetter::scripts(const FormulaNode& node, double size) const
{
    Box base = row(node.parts[0], size);
    const double small = script_size(size);
    Box below = node.parts[1].empty() ? empty_box() : row(node.parts[1], small);
    Box above = node.parts[2].empty() ? empty_box() : row(node.parts[2], small);
    if (node.limits) { return stacked(std::move(base), std::move(below), std::move(above), size); }
    double rise = std::max(0.36 * size, base.ascent - 0.30 * size);
    double fall = std::max(0.16 * size, base.descent + 0.02 * size);
    if (above.width > 0 && below.width > 0) {
        const double gap = (rise - above.descent) - (below.ascent - fall);
        const double wanted = 0.12 * size;
        if (gap < wanted) { fall += wanted - gap; }
    }
    rise = std::max(rise, above.descent + 0.2 * size);
    Box box;
    const double beside = std::max(above.width, below.width);
    box.width = base.width + beside + 0.04 * size;
    box.ascent = std::max(base.ascent, above.width > 0 ? rise + above.ascent : 0);
    box.descent = std::max(base.descent, below.width > 0 ? fall + below.descent : 0);
    box.draw = [base = std::move(base), below = std::move(below), above = std::move(above), rise, fall,
                size](cairo_t* cairo, double x, double baseline) {
        base.draw(cairo, x, baseline);
        above.draw(cairo, x + base.width + 0.03 * size, baseline - rise);
        below.draw(cairo, x + base.width + 0.01 * size, baseline + fall);
    };
    return box;
}

Box FormulaSetter::accent(const FormulaNode& node, double size) const
{
    Box inner = row(node.parts[0], size);
    const std::string mark = node.text;
    const double room = 0.24 * size;
    Box box;
    box.width = inner.width;
    const bool is_below = mark == "_";
    box.ascent = std::max(inner.ascent, 0.45 * size) + (is_below ? 0 : room);
    box.descent = inner.descent + (is_below ? 0.14 * size : 0);
    box.draw = [inner = std::move(inner), mark, size, is_below](cairo_t* cairo, double x, double baseline) {
        inner.draw(cairo, x, baseline);
        const double top = baseline - std::max(inner.ascent, 0.45 * size) - 0.1 * size;
        const double width = inner.width;
        const SavedState saved{cairo};
        cairo_set_line_width(cairo, line_width * size);
        if (is_below) {
            line(cairo, x, baseline + inner.descent + 0.1 * size, width, line_width * size);
        } else if (mark == "¯") {
            line(cairo, x + 0.03 * size, top, width - 0.03 * size, line_width * size);
        } else if (mark == "→") {
            const double from = x + std::min(0.0, (width - 0.45 * size) / 2);
            const double to = from + std::max(width, 0.45 * size);
            cairo_move_to(cairo, from, top);
            cairo_line_to(cairo, to, top);
            cairo_move_to(cairo, to - 0.13 * size, top - 0.09 * size);
            cairo_line_to(cairo, to, top);
            cairo_line_to(cairo, to - 0.13 * size, top + 0.09 * size);
            cairo_stroke(cairo);
        } else if (mark == "^" || mark == "~" || mark == "⌒") {
            const double half = std::max(width, 0.35 * size) / 2;
            const double middle = x + width / 2;
            cairo_move_to(cairo, middle - half, top + 0.05 * size);
            if (mark == "^") {
                cairo_line_to(cairo, middle, top - 0.09 * size);
                cairo_line_to(cairo, middle + half, top + 0.05 * size);
            } else {
                const double swing = mark == "~" ? 0.09 * size : -0.12 * size;
                cairo_curve_to(cairo, middle - half / 3, top - 0.16 * size, middle + half / 3, top + swing,
                               middle + half, top + (mark == "~" ? -0.05 : 0.05) * size);
            }
            cairo_stroke(cairo);
        } else { // one or two dots
            const double apart = mark == "¨" ? 0.1 * size : 0;
            for (const double side : {-apart, apart}) {
                cairo_arc(cairo, x + width / 2 + side, top, 0.045 * size, 0, 2 * std::numbers::pi);
                cairo_fill(cairo);
            }
        }
    };
    return box;
}

Box FormulaSetter::delimiter(const std::string& text, double ascent, double descent, double size) const
{
    if (text.empty()) { return empty_box(); }
    Box plain = glyphs(text, size, Style::upright);
    const double height = ascent + descent;
    if (plain.ascent + plain.descent >= height * 0.92) { return plain; }
    // Taller: the glyph is drawn larger and pressed together, so that its strokes don't grow too heavy.
    const double factor = height / (plain.ascent + plain.descent);
    const double squeeze = factor > 1.4 ? 1.4 / factor : 1.0;
    Box tall = glyphs(text, size * factor, Style::upright);
    const double shift = (tall.ascent - tall.descent) / 2 - (ascent - descent) / 2;
    Box box;
    box.width = tall.width * squeeze;
    box.ascent = ascent;
    box.descent = descent;
    box.draw = [tall = std::move(tall), squeeze, shift](cairo_t* cairo, double x, double baseline) {
        const SavedState saved{cairo};
        cairo_translate(cairo, x, 0);
        cairo_scale(cairo, squeeze, 1);
        tall.draw(cairo, 0, baseline + shift);
    };
    return box;
}

Box FormulaSetter::fence(Box inner, const std::string& opening, const std::string& closing, double size) const
{
    // Symmetrical about the axis, as brackets are.
    const double reach = std::max({inner.ascent - axis * size, inner.descent + axis * size, 0.5 * size}) + 0.04 * size;
    Box left = delimiter(opening, reach + axis * size, reach - axis * size, size);
    Box right = delimiter(closing, reach + axis * size, reach - axis * size, size);
    std::vector<Box> boxes;
    boxes.push_back(std::move(left));
    boxes.push_back(std::move(inner));
    boxes.push_back(std::move(right));
    return joined(std::move(boxes));
}

Box FormulaSetter::table(const FormulaNode& node, double size) const
{
    if (node.columns == 0) { return empty_box(); }
    const std::size_t rows = node.parts.size() / node.columns;
    std::vector<Box> cells;
    for (const FormulaRow& part : node.parts) { cells.push_back(row(part, size * 0.95)); }
    std::vector<double> widths(node.columns);
    std::vector<double> ascents(rows, 0.7 * size);
    std::vector<double> descents(rows, 0.25 * size);
    for (std::size_t n = 0; n < cells.size(); ++n) {
        widths[n % node.columns] = std::max(widths[n % node.columns], cells[n].width);
        ascents[n / node.columns] = std::max(ascents[n / node.columns], cells[n].ascent);
        descents[n / node.columns] = std::max(descents[n / node.columns], cells[n].descent);
    }
    const double between = 0.8 * size;
    const double row_gap = 0.25 * size;
    double width = between * static_cast<double>(node.columns - 1) + 0.2 * size;
    for (const double each : widths) { width += each; }
    double height = row_gap * static_cast<double>(rows - 1);
    for (std::size_t n = 0; n < rows; ++n) { height += ascents[n] + descents[n]; }
    Box box;
    box.width = width;
    box.ascent = height / 2 + axis * size;
    box.descent = height / 2 - axis * size;
    box.draw = [cells = std::move(cells), widths, ascents, descents, between, row_gap, alignment = node.text,
                top = box.ascent, size](cairo_t* cairo, double x, double baseline) {
        double y = baseline - top;
        for (std::size_t r = 0; r < ascents.size(); ++r) {
            y += ascents[r];
            double left = x + 0.1 * size;
            for (std::size_t c = 0; c < widths.size(); ++c) {
                const Box& cell = cells[r * widths.size() + c];
                const double slack = widths[c] - cell.width;
                const double offset = alignment[c] == 'l' ? 0 : alignment[c] == 'r' ? slack : slack / 2;
                cell.draw(cairo, left + offset, y);
                left += widths[c] + between;
            }
            y += descents[r] + row_gap;
        }
    };
    return box;
}

} // namespace papervault::vault::print
