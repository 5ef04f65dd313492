#include "print/typesetter.hpp"

#include "print/handles.hpp"
#include "print/picture.hpp"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace papervault::vault::print {
namespace {

constexpr const char* family = "Noto Serif CJK SC,Noto Serif SC,serif";
constexpr std::string_view object_mark = "\uFFFC";
constexpr std::string_view line_separator = "\u2028";
constexpr double cell_padding = 4;
constexpr double image_height_max = 190;
constexpr double blank_em = 5;

void draw_shape(cairo_t* cairo, PangoAttrShape* shape, gboolean /*do_path*/, gpointer /*data*/)
{
    const auto* box = static_cast<const Box*>(shape->data);
    double x = 0;
    double y = 0;
    cairo_get_current_point(cairo, &x, &y);
    const SavedState saved{cairo};
    box->draw(cairo, x, y);
}

/// Pressed together to fit the width.
Box fitted(Box box, double width)
{
    if (box.width <= width || box.width <= 0) { return box; }
    const double factor = width / box.width;
    return {width, box.ascent * factor, box.descent * factor,
            [inner = std::move(box.draw), factor](cairo_t* cairo, double x, double baseline) {
                const SavedState saved{cairo};
                cairo_translate(cairo, x, baseline);
                cairo_scale(cairo, factor, factor);
                inner(cairo, 0, 0);
            }};
}

/// Air around a formula: between letters, and between the lines where it is taller than text.
Box padded(Box box, double size)
{
    const double side = 0.12 * size;
    const double leading = 0.17 * size;
    const double ascent = box.ascent > 0.9 * size ? box.ascent + leading : box.ascent;
    const double descent = box.descent > 0.35 * size ? box.descent + leading : box.descent;
    return {box.width + 2 * side, ascent, descent,
            [inner = std::move(box.draw), side](cairo_t* cairo, double x, double baseline) {
                inner(cairo, x + side, baseline);
            }};
}

Box blank(double size)
{
    return {blank_em * size, 0.8 * size, 0.25 * size, [size](cairo_t* cairo, double x, double baseline) {
                cairo_rectangle(cairo, x + 1, baseline + 0.18 * size, blank_em * size - 2, 0.6);
                cairo_fill(cairo);
            }};
}

/// Places that a line's spacing widens: every glyph with a width, but the last one and boxes.
template <class Widen>
int widen(const PangoLayoutLine& line, const Widen& widen_one)
{
    PangoGlyphInfo* last = nullptr;
    int widened = 0;
    for (GSList* run = line.runs; run != nullptr; run = run->next) {
        const auto& item = *static_cast<PangoGlyphItem*>(run->data);
        const bool is_box =
            std::string_view{pango_layout_get_text(line.layout) + item.item->offset}.starts_with(object_mark);
        for (int n = 0; n < item.glyphs->num_glyphs; ++n) {
            PangoGlyphInfo& glyph = item.glyphs->glyphs[n];
            if (is_box || glyph.geometry.width <= 0) { continue; }
            if (last != nullptr) {
                widen_one(*last);
                ++widened;
            }
            last = &glyph;
        }
    }
    return widened;
}

} // namespace

/// A laid-out paragraph with the boxes that stand in it.
struct Typesetter::Laid {
    Object<PangoLayout> layout;
    std::vector<std::unique_ptr<Box>> boxes;
};

std::shared_ptr<Typesetter::Laid> Typesetter::lay(const engine::Runs& runs, double width, const TextLook& look) const
{
    auto laid = std::make_shared<Laid>();
    laid->layout.reset(pango_layout_new(context_));
    PangoFontDescription* font = pango_font_description_from_string(family);
    pango_font_description_set_absolute_size(font, look.size * PANGO_SCALE);
    if (look.bold) { pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD); }
    pango_layout_set_font_description(laid->layout.get(), font);
    pango_font_description_free(font);

    // The zero-width space gives a line that is all formula the height and baseline of text.
    std::string text{"\u200B"};
    PangoAttrList* attributes = pango_attr_list_new();
    const auto put_box = [&](Box box) {
        laid->boxes.push_back(std::make_unique<Box>(fitted(std::move(box), width > 0 ? width : 1e9)));
        const Box& placed = *laid->boxes.back();
        const PangoRectangle extent{0, static_cast<int>(-placed.ascent * PANGO_SCALE),
                                    static_cast<int>(placed.width * PANGO_SCALE),
                                    static_cast<int>((placed.ascent + placed.descent) * PANGO_SCALE)};
        PangoAttribute* shape =
            pango_attr_shape_new_with_data(&extent, &extent, laid->boxes.back().get(), nullptr, nullptr);
        shape->start_index = static_cast<guint>(text.size());
        text += object_mark;
        shape->end_index = static_cast<guint>(text.size());
        pango_attr_list_insert(attributes, shape);
    };
    for (const engine::Run& run : runs) {
        if (const auto* words = std::get_if<engine::TextRun>(&run)) {
            text += words->text;
        } else if (const auto* formula = std::get_if<engine::FormulaRun>(&run)) {
            put_box(padded(formulas_.set(engine::parse_formula(formula->tex), look.size * 1.12), look.size));
        } else if (std::holds_alternative<engine::BlankRun>(run)) {
            put_box(blank(look.size));
        } else {
            text += line_separator;
        }
    }
    pango_layout_set_text(laid->layout.get(), text.data(), static_cast<int>(text.size()));
    pango_layout_set_attributes(laid->layout.get(), attributes);
    pango_attr_list_unref(attributes);
    if (width > 0) {
        pango_layout_set_width(laid->layout.get(), static_cast<int>(width * PANGO_SCALE));
        pango_layout_set_wrap(laid->layout.get(), PANGO_WRAP_WORD_CHAR);
    }
    if (look.centred) { pango_layout_set_alignment(laid->layout.get(), PANGO_ALIGN_CENTER); }
    pango_cairo_context_set_shape_renderer(context_, draw_shape, nullptr, nullptr);
    return laid;
}

Lines Typesetter::paragraph(const engine::Runs& runs, double width, const TextLook& look,
                            std::span<const double> spacing) const
{
    const std::shared_ptr<Laid> laid = lay(runs, width, look);
    for (std::size_t n = 0; n < spacing.size(); ++n) {
        const PangoLayoutLine* const line = pango_layout_get_line(laid->layout.get(), static_cast<int>(n));
        if (line == nullptr) { break; }
        const int added = static_cast<int>(std::lround(spacing[n] * look.size * PANGO_SCALE));
        widen(*line, [added](PangoGlyphInfo& glyph) { glyph.geometry.width += added; });
    }
    Lines lines;
    PangoLayoutIter* iterator = pango_layout_get_iter(laid->layout.get());
    int number = 0;
    do {
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(iterator, nullptr, &logical);
        const double rise = static_cast<double>(pango_layout_iter_get_baseline(iterator) - logical.y) / PANGO_SCALE;
        const double left = static_cast<double>(logical.x) / PANGO_SCALE;
        lines.push_back({static_cast<double>(logical.height) / PANGO_SCALE,
                         [laid, number, rise, left, look](cairo_t* cairo, double x, double top) {
                             cairo_set_source_rgb(cairo, look.red, look.green, look.blue);
                             cairo_move_to(cairo, x + left, top + rise);
                             pango_cairo_show_layout_line(cairo,
                                                          pango_layout_get_line_readonly(laid->layout.get(), number));
                         },
                         rise});
        ++number;
    } while (pango_layout_iter_next_line(iterator) != FALSE);
    pango_layout_iter_free(iterator);
    return lines;
}

Lines Typesetter::text(std::string_view text, double width, const TextLook& look) const
{
    return paragraph({engine::TextRun{std::string{text}}}, width, look);
}

Lines Typesetter::content(const engine::Content& content, double width, const TextLook& look,
                          std::span<const double> spacing) const
{
    Lines lines;
    for (const engine::Block& block : content) {
        if (!lines.empty()) { lines.push_back(gap(3)); }
        if (const auto* words = std::get_if<engine::Paragraph>(&block)) {
            Lines text = paragraph(words->runs, width, look, spacing);
            spacing = spacing.subspan(std::min(spacing.size(), text.size()));
            append(lines, std::move(text));
        } else if (const auto* rows = std::get_if<engine::Table>(&block)) {
            append(lines, table(*rows, width, look));
        } else {
            append(lines, image(std::get<engine::Image>(block), width, look));
        }
    }
    return lines;
}

std::vector<TextLength> Typesetter::lengths(const engine::Content& content, double width, const TextLook& look,
                                            double spacing) const
{
    std::vector<TextLength> lengths;
    for (const engine::Block& block : content) {
        const auto* words = std::get_if<engine::Paragraph>(&block);
        if (words == nullptr) { continue; }
        const std::shared_ptr<Laid> laid = lay(words->runs, width, look);
        const int count = pango_layout_get_line_count(laid->layout.get());
        for (int n = 0; n < count; ++n) {
            PangoLayoutLine* const line = pango_layout_get_line_readonly(laid->layout.get(), n);
            PangoRectangle ink;
            PangoRectangle logical;
            pango_layout_line_get_extents(line, &ink, &logical);
            const int places = widen(*line, [](PangoGlyphInfo&) {});
            lengths.push_back({.ink = static_cast<double>(ink.width) / PANGO_SCALE,
                               .advance = static_cast<double>(logical.width) / PANGO_SCALE,
                               .gain = places * spacing * look.size});
        }
    }
    return lengths;
}

std::optional<double> Typesetter::width_in_one_line(const engine::Content& content, const TextLook& look) const
{
    if (content.size() != 1) { return std::nullopt; }
    const auto* words = std::get_if<engine::Paragraph>(&content.front());
    if (words == nullptr) { return std::nullopt; }
    const std::shared_ptr<Laid> laid = lay(words->runs, 0, look);
    if (pango_layout_get_line_count(laid->layout.get()) != 1) { return std::nullopt; }
    PangoRectangle logical;
    pango_layout_get_extents(laid->layout.get(), nullptr, &logical);
    return static_cast<double>(logical.width) / PANGO_SCALE;
}

Lines Typesetter::table(const engine::Table& table, double width, const TextLook& look) const
{
    const std::size_t columns = table.rows.front().size();
    TextLook small = look;
    small.size = look.size * 0.95;
    std::vector<double> widths(columns, 2 * cell_padding + look.size);
    for (const auto& row : table.rows) {
        for (std::size_t column = 0; column < columns; ++column) {
            const auto natural = width_in_one_line({engine::Paragraph{row[column]}}, small);
            widths[column] = std::max(widths[column], natural.value_or(0) + 2 * cell_padding + 1);
        }
    }
    double sum = 0;
    for (const double each : widths) { sum += each; }
    if (sum > width) {
        // Wide columns give way, narrow ones keep what they need.
        double spare = width;
        std::vector<bool> is_narrow(columns, false);
        const double fair = width / static_cast<double>(columns);
        double wide_sum = 0;
        for (std::size_t n = 0; n < columns; ++n) {
            is_narrow[n] = widths[n] <= fair;
            (is_narrow[n] ? spare : wide_sum) += is_narrow[n] ? -widths[n] : widths[n];
        }
        for (std::size_t n = 0; n < columns; ++n) {
            if (!is_narrow[n]) { widths[n] *= spare / wide_sum; }
        }
        sum = width;
    }
    Lines lines;
    lines.push_back(gap(2));
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        TextLook cell_look = small;
        cell_look.bold = r == 0;
        std::vector<Lines> cells;
        double height = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            cells.push_back(paragraph(table.rows[r][c], widths[c] - 2 * cell_padding, cell_look));
            height = std::max(height, height_of(cells.back()));
        }
        height += 4;
        lines.push_back({height,
                         [cells = std::move(cells), widths, sum, height](cairo_t* cairo, double x, double top) {
                             cairo_set_source_rgb(cairo, 0, 0, 0);
                             cairo_set_line_width(cairo, 0.5);
                             cairo_rectangle(cairo, x, top, sum, height);
                             double left = x;
                             for (std::size_t c = 0; c + 1 < widths.size(); ++c) {
                                 left += widths[c];
                                 cairo_move_to(cairo, left, top);
                                 cairo_line_to(cairo, left, top + height);
                             }
                             cairo_stroke(cairo);
                             left = x;
                             for (std::size_t c = 0; c < cells.size(); ++c) {
                                 double y = top + 2 + (height - 4 - height_of(cells[c])) / 2;
                                 for (const Line& line : cells[c]) {
                                     line.draw(cairo, left + cell_padding, y);
                                     y += line.height;
                                 }
                                 left += widths[c];
                             }
                         },
                         0});
    }
    lines.push_back(gap(2));
    return lines;
}

Lines Typesetter::image(const engine::Image& image, double width, const TextLook& look) const
{
    const auto media = pictures_->find(image.name);
    const auto picture = media == pictures_->end() ? std::nullopt : load_picture(media->second);
    if (!picture) { return text("[" + image.alternative_text + "]", width, look); }
    const double factor = std::min({1.0, width / picture->width, image_height_max / picture->height});
    const double w = picture->width * factor;
    const double h = picture->height * factor;
    return {
        {h + 4,
         [picture = *picture, w, h](cairo_t* cairo, double x, double top) { picture.draw(cairo, x, top + 2, w, h); },
         0}};
}

} // namespace papervault::vault::print
