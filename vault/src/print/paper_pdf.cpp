#include "print/paper_pdf.hpp"

#include "print/handles.hpp"
#include "print/paper_layout.hpp"
#include "print/pdf.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/local_time.hpp>

#include <cairo/cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <numbers>

namespace papervault::vault::print {
namespace {

constexpr double a4_short = 595.276;
constexpr double a4_long = 841.89;

struct Frame {
    double width, height;
    double left = 54, right = 54, top = 62, bottom = 56;
    [[nodiscard]] double text_width() const { return width - left - right; }
    [[nodiscard]] double text_height() const { return height - top - bottom; }
};

struct Placed {
    const Line* line;
    double y; ///< From the top of the text area.
};
using Page = std::vector<Placed>;

/// Groups onto pages: a group that fits on a page is not parted if it begins in its lower part; a heading goes with
/// what follows.
std::vector<Page> paginate(const std::vector<Group>& groups, double first_top, double height)
{
    std::vector<Page> pages(1);
    double y = first_top;
    const auto new_page = [&] {
        pages.emplace_back();
        y = 0;
    };
    for (std::size_t n = 0; n < groups.size(); ++n) {
        double needed = height_of(groups[n].lines);
        for (std::size_t next = n; groups[next].keeps_with_next && next + 1 < groups.size(); ++next) {
            needed += groups[next + 1].space_before + height_of(groups[next + 1].lines);
        }
        const bool fits = y + groups[n].space_before + needed <= height;
        if (!fits && needed <= height && y > 0 && (needed <= height * 0.45 || height - y < height * 0.2)) {
            new_page();
        } else if (y > 0) {
            y += groups[n].space_before;
        }
        for (const Line& line : groups[n].lines) {
            if (y > 0 && y + line.height > height) { new_page(); }
            pages.back().push_back({&line, y});
            y += line.height;
        }
    }
    return pages;
}

class PaperPrinter {
public:
    PaperPrinter(const PaperPreview& preview, cairo_t* cairo, PangoContext* context, Frame frame)
        : preview_{preview}, cairo_{cairo}, typesetter_{context, preview.media}, frame_{frame}
    {
    }

    void print()
    {
        const Lines title = title_lines();
        const std::vector<Group> groups =
            preview_.forms.size() == 2
                ? lay_out_side_by_side(typesetter_, preview_, frame_.text_width())
                : lay_out_form(typesetter_, preview_, preview_.forms.front(), frame_.text_width());
        const std::vector<Page> pages = paginate(groups, height_of(title) + 8, frame_.text_height());
        for (std::size_t n = 0; n < pages.size(); ++n) {
            print_watermark();
            if (n == 0) {
                double y = frame_.top;
                for (const Line& line : title) {
                    line.draw(cairo_, frame_.left, y);
                    y += line.height;
                }
            }
            for (const Placed& placed : pages[n]) { placed.line->draw(cairo_, frame_.left, frame_.top + placed.y); }
            print_margins(n + 1, pages.size());
            cairo_show_page(cairo_);
        }
    }

private:
    [[nodiscard]] std::string form_name() const
    {
        return preview_.forms.size() == 2 ? fmt::format("{} 卷与 {} 卷对照", preview_.forms[0].id, preview_.forms[1].id)
                                          : fmt::format("{} 卷", preview_.forms[0].id);
    }

    [[nodiscard]] Lines title_lines() const
    {
        const engine::Form& form = preview_.forms.front();
        Lines lines = typesetter_.text(form.title, frame_.text_width(), {.size = 17, .bold = true, .centred = true});
        append(lines, typesetter_.text(fmt::format("{}　满分 {} 分　共 {} 题", form_name(), form.points().to_string(),
                                                   form.item_count()),
                                       frame_.text_width(), {.size = 11, .centred = true}));
        return lines;
    }

    void print_margins(std::size_t number, std::size_t pages) const
    {
        const TextLook small{.size = 8.5, .red = 0.3, .green = 0.3, .blue = 0.3};
        const auto one = [&](const std::string& text, double y, bool centred) {
            TextLook look = small;
            look.centred = centred;
            for (const Line& line : typesetter_.text(text, frame_.text_width(), look)) {
                line.draw(cairo_, frame_.left, y);
                y += line.height;
            }
        };
        one(fmt::format("校对稿（保密）　{}　{}", preview_.forms.front().title, form_name()), 30, false);
        cairo_set_source_rgb(cairo_, 0.6, 0.6, 0.6);
        for (const double y : {45.0, frame_.height - 44}) {
            cairo_rectangle(cairo_, frame_.left, y, frame_.text_width(), 0.5);
            cairo_fill(cairo_);
        }
        one(fmt::format("第 {} 页　共 {} 页", number, pages), frame_.height - 40, true);
        one(fmt::format("抽卷 {}　{}…　{}　{}", preview_.draw_id, preview_.draw_digest.substr(0, 12), preview_.viewer,
                        local_time(preview_.at).substr(0, 16)),
            frame_.height - 27, true);
    }

    void print_watermark() const
    {
        const SavedState saved{cairo_};
        cairo_translate(cairo_, frame_.width / 2, frame_.height / 2);
        cairo_rotate(cairo_, -std::numbers::pi / 6);
        const double width = frame_.width;
        for (const Line& line :
             typesetter_.text("校对稿 " + preview_.viewer, width,
                              {.size = 44, .red = 0.94, .green = 0.94, .blue = 0.94, .centred = true})) {
            line.draw(cairo_, -width / 2, -line.height / 2);
        }
    }

    const PaperPreview& preview_;
    cairo_t* cairo_;
    Typesetter typesetter_;
    Frame frame_;
};

Frame frame_for(std::size_t forms)
{
    return forms == 2 ? Frame{a4_long, a4_short} : Frame{a4_short, a4_long};
}

} // namespace

NominalLengths stem_lengths(const engine::Form& form, bool by_ruler)
{
    const Frame frame = frame_for(1);
    const Surface surface{cairo_pdf_surface_create_for_stream(nullptr, nullptr, frame.width, frame.height)};
    const Cairo cairo{cairo_create(surface.get())};
    const Object<PangoContext> context = text_context(cairo.get());
    const Typesetter::Pictures none;
    const Typesetter typesetter{context.get(), none};
    NominalLengths lengths;
    for (const auto& [item, lines] : stem_lengths(typesetter, form, frame.text_width())) {
        for (const TextLength& line : lines) {
            lengths[item].push_back({.length = by_ruler ? line.ink : line.advance, .gain = line.gain});
        }
    }
    return lengths;
}

Result<crypto::Bytes> to_pdf(const PaperPreview& preview)
{
    if (preview.forms.empty()) { return refuse(VaultError::malformed, "a preview without a form"); }
    const Frame frame = frame_for(preview.forms.size());
    crypto::Bytes bytes;
    {
        const Surface surface{cairo_pdf_surface_create_for_stream(append_bytes, &bytes, frame.width, frame.height)};
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, preview.forms.front().title.c_str());
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                       (engine::to_text(preview.at).substr(0, 19) + "Z").c_str());
        const Cairo cairo{cairo_create(surface.get())};
        const Object<PangoContext> context = text_context(cairo.get());
        PaperPrinter{preview, cairo.get(), context.get(), frame}.print();
        if (auto done = finish(surface.get()); !done) { return std::unexpected{done.error()}; }
    }
    return bytes;
}

} // namespace papervault::vault::print
