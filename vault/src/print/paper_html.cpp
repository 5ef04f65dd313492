#include "print/paper_html.hpp"
#include "html_text.hpp"

#include "print/mathml.hpp"
#include "print/paper_layout.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/local_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace papervault::vault::print {
namespace {

constexpr std::string_view style = R"(
body{font-family:"Noto Serif CJK SC","Noto Serif SC","Songti SC",SimSun,serif;line-height:1.7;color:#111;background:#fff;margin:0 auto;padding:1.5rem}
body.one{max-width:48rem}body.two{max-width:90rem}
header{position:sticky;top:0;background:#fff;border-bottom:1px solid #999;font-size:.8rem;color:#444}
h1{text-align:center;font-size:1.5rem;margin:.8rem 0 0}p.sub{text-align:center;margin:.2rem 0 1rem}
h2{font-size:1.1rem;margin:1.4rem 0 .2rem}p.note{color:#444;font-size:.9rem;margin:0 0 .6rem}
.item{display:flex;margin:.6rem 0;break-inside:avoid}.item>.no{flex:0 0 2.2rem}.item>.body{flex:1;min-width:0}
.item p{margin:.2rem 0}math{font-family:"TeX Gyre Termes Math","STIX Two Math","Cambria Math",math,serif;font-size:1.05em}
.item>.no,.options .mark{margin-top:.2rem}.options{display:grid;grid-template-columns:repeat(4,1fr);gap:0 1rem;margin:0;padding:0;list-style:none}
.options.half{grid-template-columns:1fr 1fr}.options.long{grid-template-columns:1fr}.options li{display:flex}.options .mark{flex:0 0 1.6rem}
table{border-collapse:collapse;margin:.3rem 0}td,th{border:1px solid #333;padding:.1rem .5rem;font-weight:normal;text-align:left}th{background:#f2f2f2}
img{max-width:100%;max-height:16rem}.blank{display:inline-block;min-width:5em;border-bottom:1px solid #111}
.key{color:#a00;font-size:.9rem}.label{color:#555;font-size:.8rem}.both{color:#a00}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem;border-top:1px dotted #bbb}
.gw{margin-top:calc(.6rem + .6pt)}.gn{margin-top:calc(.6rem - .6pt)}
.lw>p:first-child::first-line{letter-spacing:.006em}.ln>p:first-child::first-line{letter-spacing:-.006em}
footer{margin-top:2rem;border-top:1px solid #999;font-size:.8rem;color:#444}
)";

class HtmlWriter {
public:
    explicit HtmlWriter(const PaperPreview& preview) : preview_{preview} {}

    std::string write()
    {
        const engine::Form& form = preview_.forms.front();
        const bool is_pair = preview_.forms.size() == 2;
        const std::string name = is_pair ? fmt::format("{} 卷与 {} 卷对照", preview_.forms[0].id, preview_.forms[1].id)
                                         : fmt::format("{} 卷", form.id);
        out_ = fmt::format("<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                           "style-src 'unsafe-inline'\"><meta name=\"referrer\" content=\"no-referrer\">"
                           "<title>{}</title><style>{}</style></head><body class=\"{}\">\n",
                           escaped(form.title + " " + name), style, is_pair ? "two" : "one");
        out_ +=
            fmt::format("<header>校对稿（保密） · 抽卷 {} · {}… · {} · {}</header>\n", escaped(preview_.draw_id),
                        escaped(preview_.draw_digest.substr(0, 12)), escaped(preview_.viewer), local_time(preview_.at));
        out_ += fmt::format("<h1>{}</h1><p class=\"sub\">{}　满分 {} 分　共 {} 题</p>\n", escaped(form.title),
                            escaped(name), form.points().to_string(), form.item_count());
        if (is_pair) {
            write_pair();
        } else {
            write_form(form);
        }
        out_ += "</body></html>\n";
        return std::move(out_);
    }

private:
    void write_form(const engine::Form& form)
    {
        int number = 0;
        for (const engine::FormSection& section : form.sections) {
            write_heading(section.title, section.note);
            for (const engine::FormItem& entry : section.items) { write_item(entry, ++number, {}); }
        }
    }

    void write_pair()
    {
        const engine::Form& left = preview_.forms[0];
        const engine::Form& right = preview_.forms[1];
        int left_number = 0;
        int right_number = 0;
        for (std::size_t s = 0; s < std::max(left.sections.size(), right.sections.size()); ++s) {
            const auto* l = s < left.sections.size() ? &left.sections[s] : nullptr;
            const auto* r = s < right.sections.size() ? &right.sections[s] : nullptr;
            write_heading((l != nullptr ? l : r)->title, (l != nullptr ? l : r)->note);
            const std::size_t rows = std::max(l != nullptr ? l->items.size() : 0, r != nullptr ? r->items.size() : 0);
            for (std::size_t n = 0; n < rows; ++n) {
                out_ += "<div class=\"pair\">";
                write_half(l, n, left_number, right);
                write_half(r, n, right_number, left);
                out_ += "</div>\n";
            }
        }
    }

    void write_half(const engine::FormSection* section, std::size_t n, int& number, const engine::Form& other)
    {
        out_ += "<div>";
        if (section != nullptr && n < section->items.size()) {
            const engine::FormItem& entry = section->items[n];
            std::string label = fmt::format("<p class=\"label\">{} · {} · {}", escaped(entry.item.id),
                                            escaped(entry.item.knowledge_point), entry.item.difficulty.to_string());
            if (other.find(entry.item.id) != nullptr) { label += " · <span class=\"both\">两卷共有</span>"; }
            write_item(entry, ++number, label + "</p>");
        }
        out_ += "</div>";
    }

    void write_heading(const std::string& title, const std::string& note)
    {
        out_ += "<h2>" + escaped(title) + "</h2>";
        if (!note.empty()) { out_ += "<p class=\"note\">" + escaped(note) + "</p>"; }
        out_ += "\n";
    }

    void write_item(const engine::FormItem& entry, int number, const std::string& label)
    {
        const engine::Item& item = entry.item;
        const auto [gap, line] = marks_of(item);
        out_ +=
            fmt::format("<div class=\"item{}\"><div class=\"no\">{}．</div><div class=\"body{}\">", gap, number, line);
        write_content(item.stem);
        if (item.type == engine::ItemType::true_false) { out_ += "<p>（　　）</p>"; }
        if (item.type == engine::ItemType::single_choice || item.type == engine::ItemType::multiple_choice) {
            out_ += columns_of(item);
            for (const engine::Option& option : item.options) {
                out_ += "<li><span class=\"mark\">" + escaped(option.id) + "．</span><div>";
                write_content(option.content);
                out_ += "</div></li>";
            }
            out_ += "</ul>";
        }
        if (const engine::Content key = key_content(preview_, item); !key.empty()) {
            out_ += "<div class=\"key\">";
            write_content(key);
            out_ += "</div>";
        }
        out_ += label + "</div></div>\n";
    }

    /// Classes for the gap above the item and the stem's first line: the browser breaks the others where it likes.
    [[nodiscard]] std::pair<std::string_view, std::string_view> marks_of(const engine::Item& item) const
    {
        const auto found = preview_.spacing.find(item.id);
        if (found == preview_.spacing.end()) { return {}; }
        const auto is_wide = [](const SpacingMark& mark) { return mark.spacing == Spacing::wide; };
        return {is_wide(found->second.gap) ? " gw" : " gn", is_wide(found->second.lines.front()) ? " lw" : " ln"};
    }

    /// Four columns where all options are short, else two, else one.
    static std::string_view columns_of(const engine::Item& item)
    {
        std::size_t longest = 0;
        bool is_line = true;
        for (const engine::Option& option : item.options) {
            longest = std::max(longest, engine::plain_text(option.content).size());
            is_line = is_line && option.content.size() == 1 &&
                      std::holds_alternative<engine::Paragraph>(option.content.front());
        }
        if (!is_line || longest > 54) { return "<ul class=\"options long\">"; }
        return longest > 24 ? "<ul class=\"options half\">" : "<ul class=\"options\">";
    }

    void write_content(const engine::Content& content)
    {
        for (const engine::Block& block : content) {
            if (const auto* words = std::get_if<engine::Paragraph>(&block)) {
                out_ += "<p>";
                write_runs(words->runs);
                out_ += "</p>";
            } else if (const auto* table = std::get_if<engine::Table>(&block)) {
                write_table(*table);
            } else {
                write_image(std::get<engine::Image>(block));
            }
        }
    }

    void write_runs(const engine::Runs& runs)
    {
        for (const engine::Run& run : runs) {
            if (const auto* words = std::get_if<engine::TextRun>(&run)) {
                out_ += escaped(words->text);
            } else if (const auto* formula = std::get_if<engine::FormulaRun>(&run)) {
                out_ += to_mathml(engine::parse_formula(formula->tex));
            } else if (std::holds_alternative<engine::BlankRun>(run)) {
                out_ += "<span class=\"blank\">&nbsp;</span>";
            } else {
                out_ += "<br>";
            }
        }
    }

    void write_table(const engine::Table& table)
    {
        out_ += "<table>";
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            out_ += "<tr>";
            for (const engine::Runs& cell : table.rows[r]) {
                out_ += r == 0 ? "<th>" : "<td>";
                write_runs(cell);
                out_ += r == 0 ? "</th>" : "</td>";
            }
            out_ += "</tr>";
        }
        out_ += "</table>";
    }

    void write_image(const engine::Image& image)
    {
        const auto media = preview_.media.find(image.name);
        if (media == preview_.media.end()) {
            out_ += "<p>[" + escaped(image.alternative_text) + "]</p>";
            return;
        }
        out_ += fmt::format("<p><img alt=\"{}\" src=\"data:{};base64,{}\"></p>", escaped(image.alternative_text),
                            escaped(media->second.type), crypto::to_base64(media->second.bytes));
    }

    const PaperPreview& preview_;
    std::string out_;
};

} // namespace

std::string to_html(const PaperPreview& preview)
{
    return preview.forms.empty() ? std::string{} : HtmlWriter{preview}.write();
}

} // namespace papervault::vault::print
