#include "print/printed_form.hpp"

#include "print/handles.hpp"
#include "print/pdf.hpp"

#include <papervault/engine/json.hpp>

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace papervault::vault::print {
namespace {

constexpr double a4_short = 595.276;
constexpr double a4_long = 841.89;
constexpr double margin = 54;
constexpr double code_size = 92;
constexpr double code_gap = 20;
constexpr double code_caption = 26;

struct QrRelease {
    void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};
using Qr = std::unique_ptr<QRcode, QrRelease>;

class Sheet {
public:
    Sheet(cairo_t* cairo, double width, double height)
        : cairo_{cairo}, context_{text_context(cairo)}, width_{width}, height_{height}
    {
    }

    Result<void> print(const PrintedForm& form)
    {
        footer_ = form.footer;
        heading(form);
        for (const auto& [label, value] : form.fields) { row({label, value}, {0.22, 0.78}, false); }
        for (const PrintedForm::Table& table : form.tables) {
            y_ += 12;
            row(table.heading, table.widths, true);
            for (const auto& cells : table.rows) { row(cells, table.widths, false); }
        }
        // Codes stand beside what is to be checked, on the same page as it.
        const double beside = static_cast<double>(form.codes.size()) * (code_size + code_gap);
        const double checks_height = form.checks.empty() ? 0 : 24.0 * static_cast<double>(form.checks.size());
        y_ += 14;
        need(std::max(checks_height, code_size + code_caption));
        const double top = y_;
        for (const std::string& check : form.checks) { tick(check, text_width() - beside); }
        if (auto printed = codes(form.codes, width_ - margin - beside + code_gap, top); !printed) { return printed; }
        if (!form.codes.empty()) { y_ = std::max(y_, top + code_size + code_caption); }
        for (const std::string& who : form.signatures) { sign(who); }
        footer();
        cairo_show_page(cairo_);
        return {};
    }

private:
    [[nodiscard]] Object<PangoLayout> layout(const std::string& text, double size, double width, bool bold = false,
                                             bool centred = false)
    {
        Object<PangoLayout> made{pango_layout_new(context_.get())};
        PangoFontDescription* font = pango_font_description_from_string("Noto Serif CJK SC, Noto Sans CJK SC, serif");
        pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
        if (bold) { pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD); }
        pango_layout_set_font_description(made.get(), font);
        pango_font_description_free(font);
        pango_layout_set_width(made.get(), static_cast<int>(width * PANGO_SCALE));
        pango_layout_set_wrap(made.get(), PANGO_WRAP_WORD_CHAR);
        if (centred) { pango_layout_set_alignment(made.get(), PANGO_ALIGN_CENTER); }
        pango_layout_set_text(made.get(), text.data(), static_cast<int>(text.size()));
        return made;
    }
    static double height_of(PangoLayout* layout)
    {
        int height = 0;
        pango_layout_get_size(layout, nullptr, &height);
        return static_cast<double>(height) / PANGO_SCALE;
    }
    void show(PangoLayout* layout, double x, double y)
    {
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        cairo_move_to(cairo_, x, y);
        pango_cairo_show_layout(cairo_, layout);
    }
    void rule(double x, double y, double width)
    {
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        cairo_rectangle(cairo_, x, y, width, 0.6);
        cairo_fill(cairo_);
    }
    void need(double height)
    {
        if (y_ + height <= height_ - margin) { return; }
        footer();
        cairo_show_page(cairo_);
        y_ = margin;
        ++page_;
    }
    [[nodiscard]] double text_width() const { return width_ - 2 * margin; }

    void heading(const PrintedForm& form)
    {
        const auto title = layout(form.title, 20, text_width(), true, true);
        show(title.get(), margin, y_);
        y_ += height_of(title.get()) + 2;
        const auto subtitle = layout(form.subtitle, 11.5, text_width(), false, true);
        show(subtitle.get(), margin, y_);
        y_ += height_of(subtitle.get()) + 12;
    }

    void row(const std::vector<std::string>& cells, const std::vector<double>& widths, bool bold)
    {
        constexpr double pad = 4;
        std::vector<Object<PangoLayout>> laid;
        double height = 0;
        for (std::size_t n = 0; n < cells.size(); ++n) {
            laid.push_back(layout(cells[n], 10.5, text_width() * widths[n] - 2 * pad, bold));
            height = std::max(height, height_of(laid.back().get()));
        }
        height += 2 * pad;
        need(height);
        double x = margin;
        cairo_set_line_width(cairo_, 0.6);
        for (std::size_t n = 0; n < laid.size(); ++n) {
            const double width = text_width() * widths[n];
            cairo_set_source_rgb(cairo_, 0, 0, 0);
            cairo_rectangle(cairo_, x, y_, width, height);
            cairo_stroke(cairo_);
            show(laid[n].get(), x + pad, y_ + pad);
            x += width;
        }
        y_ += height;
    }

    void tick(const std::string& text, double width)
    {
        const auto laid = layout(text, 11, width - 20);
        const double height = height_of(laid.get());
        need(height + 5);
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        cairo_set_line_width(cairo_, 0.8);
        cairo_rectangle(cairo_, margin + 1, y_ + 3, 10, 10);
        cairo_stroke(cairo_);
        show(laid.get(), margin + 20, y_);
        y_ += height + 5;
    }

    void sign(const std::string& who)
    {
        const auto laid = layout(who, 11, text_width() * 0.42);
        const double height = std::max(30.0, height_of(laid.get()) + 10);
        need(height);
        show(laid.get(), margin, y_ + 8);
        rule(margin + text_width() * 0.44, y_ + height - 6, text_width() * 0.28);
        show(layout("时间", 11, 40).get(), margin + text_width() * 0.74, y_ + 8);
        rule(margin + text_width() * 0.81, y_ + height - 6, text_width() * 0.19);
        y_ += height;
    }

    Result<void> codes(const std::vector<PrintedForm::Code>& list, double x, double y)
    {
        for (const PrintedForm::Code& code : list) {
            if (!draw_code(code.text, x, y)) {
                return refuse(VaultError::malformed, "too long for a QR code: " + code.caption);
            }
            const auto caption = layout(code.caption, 8.5, code_size, false, true);
            show(caption.get(), x, y + code_size + 3);
            x += code_size + code_gap;
        }
        return {};
    }

    bool draw_code(const std::string& text, double x, double y)
    {
        const Qr code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
        if (!code) { return false; }
        const int quiet = 2;
        const double module = code_size / (code->width + 2 * quiet);
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        for (int line = 0; line < code->width; ++line) {
            for (int column = 0; column < code->width; ++column) {
                if ((code->data[line * code->width + column] & 1U) == 0) { continue; }
                cairo_rectangle(cairo_, x + (column + quiet) * module, y + (line + quiet) * module, module, module);
            }
        }
        cairo_fill(cairo_);
        return true;
    }

    void footer()
    {
        const auto laid =
            layout((footer_.empty() ? std::string{} : footer_ + "　") + "第 " + std::to_string(page_) + " 页", 8.5,
                   text_width(), false, true);
        show(laid.get(), margin, height_ - margin + 14);
    }

    cairo_t* cairo_;
    Object<PangoContext> context_;
    double width_, height_;
    double y_ = margin;
    int page_ = 1;
    std::string footer_;
};

} // namespace

Result<crypto::Bytes> to_pdf(const PrintedForm& form)
{
    const double width = form.lies ? a4_long : a4_short;
    const double height = form.lies ? a4_short : a4_long;
    crypto::Bytes bytes;
    const Surface surface{cairo_pdf_surface_create_for_stream(append_bytes, &bytes, width, height)};
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, form.title.c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                   (engine::to_text(form.date).substr(0, 19) + "Z").c_str());
    {
        const Cairo cairo{cairo_create(surface.get())};
        if (auto printed = Sheet{cairo.get(), width, height}.print(form); !printed) {
            return std::unexpected{printed.error()};
        }
    }
    if (auto done = finish(surface.get()); !done) { return std::unexpected{done.error()}; }
    return bytes;
}

} // namespace papervault::vault::print
