#include "html_text.hpp"

#include <papervault/vault/certificate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace papervault::vault {
namespace {

constexpr std::array<std::string_view, 8> colours{"#1f5fa8", "#c03a2b", "#2e8b57", "#8e44ad",
                                                  "#b8860b", "#16858c", "#7f4f24", "#555555"};
constexpr double plot_width = 420;
constexpr double plot_height = 240;
constexpr double margin = 42;

/// A curve for each form over the abilities.
std::string plot(const Certificate& certificate, std::vector<double> FormFigures::* values, const std::string& label,
                 double top)
{
    const double left = certificate.abilities.front();
    const double right = certificate.abilities.back();
    const auto x = [&](double ability) {
        return margin + (ability - left) / (right - left) * (plot_width - margin - 10);
    };
    const auto y = [&](double value) { return plot_height - margin + -value / top * (plot_height - margin - 14); };
    std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
                                  "height=\"{1}\" role=\"img\" aria-label=\"{2}\" font-size=\"11\">",
                                  plot_width, plot_height, label);
    for (int tick = -3; tick <= 3; ++tick) {
        svg += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>"
                           "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\">{4}</text>",
                           x(tick), y(0), y(top), y(0) + 15, tick);
    }
    for (int tick = 0; tick <= 4; ++tick) {
        const double value = top * tick / 4;
        svg += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{1:.1f}\" stroke=\"#ddd\"/>"
                           "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.4g}</text>",
                           x(left), y(value), x(right), x(left) - 5, y(value) + 4, value);
    }
    for (std::size_t n = 0; n < certificate.forms.size(); ++n) {
        std::string points;
        const std::vector<double>& curve = certificate.forms[n].*values;
        for (std::size_t a = 0; a < curve.size(); ++a) {
            points += fmt::format("{:.1f},{:.1f} ", x(certificate.abilities[a]), y(curve[a]));
        }
        const std::string_view colour = colours[n % colours.size()];
        svg += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{} points=\"{}\"/>"
                           "<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>",
                           colour, n % 2 == 1 ? " stroke-dasharray=\"6 3\"" : "", points, x(left) + 8,
                           24.0 + 13.0 * static_cast<double>(n), colour, escaped(certificate.forms[n].form_id));
    }
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text></svg>", plot_width / 2,
                       plot_height - 6, label);
    return svg;
}

/// Where items carry parameters from real answers; nothing else.
std::string calibrated_plot(const Certificate& certificate)
{
    double highest = 1;
    for (const FormFigures& form : certificate.forms) {
        if (form.calibrated.empty()) { return {}; }
        highest = std::max(highest, *std::ranges::max_element(form.calibrated));
    }
    return plot(certificate, &FormFigures::calibrated, "信息量（实测参数） information by calibrated parameters",
                4 * std::ceil(highest / 4));
}

std::string goal_of(const Certificate& certificate)
{
    if (certificate.exposure == "even") {
        return "<p>抽卷目标：试题曝光均匀（计划书指定）。 Goal of the draw: even exposure of items, as the blueprint "
               "asks.</p>";
    }
    return "<p>抽卷目标：满足计划书的卷机会均等。 Goal of the draw: every form that meets the blueprint is equally "
           "likely.</p>";
}

std::string law_of(const Certificate& certificate)
{
    switch (certificate.law.kind) {
    case engine::DrawLaw::Kind::exactly_uniform:
        return "<p>抽取方式：精确均匀抽取，每份符合计划书的卷机会完全相等。 How it was drawn: exactly uniform; every "
               "form "
               "that meets the blueprint had exactly the same chance.</p>";
    case engine::DrawLaw::Kind::in_turn:
        return "<p>抽取方式：逐份精确均匀抽取，每份在前面各份留下的余地中机会相等，再以抽签定名；成套不声称均匀。 How "
               "it was "
               "drawn: form by form, each exactly uniform among those that the forms before it left room for, then "
               "named "
               "by lot; no uniformity is claimed for whole sets.</p>";
    case engine::DrawLaw::Kind::by_weights:
        return "<p>抽取方式：按试题权重的乘积抽取，不均匀。 How it was drawn: in proportion to the product of the "
               "items' "
               "weights; not uniform.</p>";
    case engine::DrawLaw::Kind::chain: break;
    }
    return fmt::format(
        "<p>抽取方式：马尔可夫链，极限为均匀分布，混合步数 {}；不是精确均匀。 How it was drawn: a Markov "
        "chain whose limit is uniform, stopped after {} mixing steps; not exactly uniform.</p>",
        certificate.law.mixing_length, certificate.law.mixing_length);
}

std::string listed_levels(const FormFigures& form)
{
    std::string text;
    for (const auto& [level, count] : form.by_level) {
        text += fmt::format("{}{} 级 level: {}", text.empty() ? "" : "，", level, count);
    }
    return text;
}

template <class Counts>
std::string listed(const Counts& counts)
{
    std::string text;
    for (const auto& [name, count] : counts) {
        text += (text.empty() ? "" : "，") + escaped(name) + ": " + std::to_string(count);
    }
    return text;
}

/// Only where the blueprint counts them.
std::string classes_table(const Certificate& certificate)
{
    std::string rows;
    for (const FormFigures& form : certificate.forms) {
        if (form.by_level.empty() && form.by_cognitive.empty()) { continue; }
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", escaped(form.form_id), listed_levels(form),
                            listed(form.by_cognitive));
    }
    if (rows.empty()) { return rows; }
    return "<table><tr><th>卷<br>form</th><th>等级 levels</th><th>认知层次 cognitive classes</th></tr>" + rows +
           "</table>";
}

std::string forms_table(const Certificate& certificate)
{
    std::string html =
        "<table><tr><th>卷<br>form</th><th>题数<br>items</th><th>总分<br>points</th><th>难度<br>difficulty</th>"
        "<th>预期得分<br>expected</th><th>标准差<br>spread</th><th>题型 types</th><th>范围 areas</th>"
        "<th>答案字母 keys</th></tr>";
    for (const FormFigures& form : certificate.forms) {
        html +=
            fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2f}</td><td>{:.2f}</td>"
                        "<td>{}</td><td>{}</td><td>{}</td></tr>",
                        escaped(form.form_id), form.items, form.points.to_string(), form.mean_difficulty.to_string(),
                        form.expected_score, form.score_spread, listed(form.by_type), listed(form.by_area),
                        form.keys_by_letter.empty() ? "—" : listed(form.keys_by_letter));
    }
    return html + "</table>";
}

std::string overlap_table(const Certificate& certificate)
{
    std::string html = "<table><tr><th></th>";
    for (const FormFigures& form : certificate.forms) { html += "<th>" + escaped(form.form_id) + "</th>"; }
    html += "</tr>";
    for (std::size_t n = 0; n < certificate.overlap.size(); ++n) {
        html += "<tr><th>" + escaped(certificate.forms[n].form_id) + "</th>";
        for (std::size_t m = 0; m < certificate.overlap[n].size(); ++m) {
            html += n == m ? "<td>—</td>" : "<td>" + std::to_string(certificate.overlap[n][m]) + "</td>";
        }
        html += "</tr>";
    }
    return html + "</table>";
}

} // namespace

std::string to_html(const Certificate& certificate)
{
    double highest = 1;
    for (const FormFigures& form : certificate.forms) {
        highest = std::max(highest, *std::ranges::max_element(form.information));
    }
    highest = 4 * std::ceil(highest / 4); // four steps of whole numbers
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta "
        "http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>平行性证书 "
        "{0}</title><style>body{{font-family:"
        "\"Noto Serif CJK SC\",SimSun,serif;max-width:60rem;margin:auto;padding:1.5rem;line-height:1.6;color:#111;"
        "background:#fff}}table{{border-collapse:collapse;margin:.5rem 0}}td,th{{border:1px solid #666;padding:.15rem "
        ".5rem;font-weight:normal;text-align:left}}th{{background:#f2f2f2}}code{{word-break:break-all}}"
        ".plots{{display:flex;flex-wrap:wrap;gap:1rem}}</style></head><body>"
        "<h1>平行性证书 · Certificate of parallelism</h1><p>{1}</p>"
        "<p>抽卷 draw {0}，方法 method {2}<br>抽卷摘要 digest <code>{3}</code><br>计划书 blueprint <code>{4}</code><br>"
        "题库快照 snapshot <code>{5}</code><br>本证书 this certificate <code>{6}</code><br>{7}　{8}</p>"
        "<p>已重抽核对，各卷满足组卷计划书。 Drawn again and checked: every form meets the blueprint.</p>\n",
        escaped(certificate.draw_id), escaped(certificate.title), escaped(certificate.method), certificate.draw_digest,
        certificate.blueprint_digest, certificate.snapshot_digest, digest_of(certificate), escaped(certificate.made_by),
        engine::to_text(certificate.made_at));
    html += goal_of(certificate) + law_of(certificate) + forms_table(certificate) + classes_table(certificate);
    html += "<div class=\"plots\">" +
            plot(certificate, &FormFigures::expected_share, "能力与得分率 expected share of points by ability", 1.0) +
            plot(certificate, &FormFigures::information, "信息量 information of the score by ability", highest) +
            calibrated_plot(certificate) +
            "</div>\n<p>能力按 Rasch 模型，由预期难度换算；0 为题库预设的考生。 "
            "Abilities on the Rasch scale, from the expected difficulties; 0 is the candidate they are meant for.</p>";
    if (!certificate.overlap.empty()) { html += "<h2>共有题 items in common</h2>" + overlap_table(certificate); }
    html += fmt::format(
        "<h2>曝光 exposure</h2><p>题库 {} 题，用 {} 题，其中以往用过 {} 题；单题最高出现率 {:.2f}%；"
        "各卷难度 {} 至 {}。{}<br>{} items in the bank, {} used, {} of them used before; "
        "largest share of forms with one item {:.2f}%; mean difficulties from {} to {}.</p></body></html>\n",
        certificate.pool_items, certificate.used_items, certificate.used_before, certificate.exposure_max * 100,
        certificate.hardest_form.to_string(), certificate.easiest_form.to_string(),
        certificate.loft_forms > 0 ? fmt::format("一人一卷 {} 份。", certificate.loft_forms) : "",
        certificate.pool_items, certificate.used_items, certificate.used_before, certificate.exposure_max * 100,
        certificate.hardest_form.to_string(), certificate.easiest_form.to_string());
    return html;
}

} // namespace papervault::vault
