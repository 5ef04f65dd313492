#include "html_text.hpp"
#include "results/report_data.hpp"

#include <papervault/vault/local_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace papervault::vault {
namespace {

constexpr std::string_view style = R"(
:root{--ink:#1d2530;--soft:#5b6673;--line:#d5dbe3;--blue:#1f5fa8;--wash:#f4f7fb;--good:#1e7a46;--bad:#b3261e}
*{box-sizing:border-box}
body{font:15px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:40px 0 10px;padding-bottom:6px;border-bottom:2px solid var(--blue)}
.lead{color:var(--soft);margin:0 0 20px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0}
.facts div{background:var(--wash);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.facts b{display:block;font-size:24px;line-height:1.3}.facts span{color:var(--soft);font-size:13px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;border-bottom:1px solid var(--line);text-align:left}th{background:var(--wash);font-weight:600;position:sticky;top:0}
td.n,th.n{text-align:right}.band-0,.band-1{color:var(--good)}.band-3{color:var(--bad);font-weight:600}.flag{color:var(--bad)}
code{font:13px/1.5 "DejaVu Sans Mono",monospace;word-break:break-all}.note{color:var(--soft);font-size:13px}
svg{max-width:100%;height:auto}svg text{font:12px sans-serif;fill:var(--soft)}
@media print{body{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}th{position:static}}
)";

std::string number(std::optional<double> value, int places)
{
    return value ? fmt::format("{:.{}f}", *value, places) : std::string{"—"};
}

void fact(std::string& html, std::string_view value, std::string_view name)
{
    html += fmt::format("<div><b>{}</b><span>{}</span></div>", value, name);
}

/// Candidates per ten points, the pass mark drawn in.
std::string histogram(const ReportData& report)
{
    std::array<int, 10> bins{};
    for (const CandidateResult& each : report.candidates) {
        if (!each.present || each.points_max <= engine::Decimal{}) { continue; }
        const double share = each.points.to_double() / each.points_max.to_double();
        ++bins[static_cast<std::size_t>(std::clamp(static_cast<int>(share * 10.0), 0, 9))];
    }
    const int highest = std::max(1, *std::ranges::max_element(bins));
    std::string svg = R"(<svg viewBox="0 0 640 220" role="img" aria-label="成绩分布">)";
    for (std::size_t n = 0; n < bins.size(); ++n) {
        const double x = 30.0 + 60.0 * static_cast<double>(n);
        const double height = 160.0 * bins[n] / highest;
        svg += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="52" height="{:.1f}" fill="{}"/>)", x, 185.0 - height,
                           height,
                           n < 6   ? "#c7756d"
                           : n < 8 ? "#7aa5d6"
                                   : "#2f74c0");
        if (bins[n] > 0) {
            svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", x + 26, 180.0 - height,
                               bins[n]);
        }
        svg += fmt::format(R"(<text x="{:.1f}" y="202" text-anchor="middle">{}–{}</text>)", x + 26, n * 10,
                           n == 9 ? 100 : n * 10 + 9);
    }
    const double pass = report.policy.bands.pass.to_double();
    const double x = 26.0 + 6.0 * pass;
    svg += R"(<line x1="24" y1="185" x2="636" y2="185" stroke="#5b6673"/>)";
    svg +=
        fmt::format(R"(<line x1="{0:.1f}" y1="10" x2="{0:.1f}" y2="185" stroke="#b3261e" stroke-dasharray="4 4"/>)", x);
    svg += fmt::format(R"(<text x="{:.1f}" y="20"{}>合格线 {}</text></svg>)", pass > 85 ? x - 4 : x + 4,
                       pass > 85 ? R"( text-anchor="end")" : "", report.policy.bands.pass.to_string());
    return svg;
}

/// How the batch was scored and judged.
std::string policy_list(const BatchPolicy& policy)
{
    std::string html = "<p class=\"note\">评分办法 Policy：";
    for (const std::string& sentence : sentences(policy, engine::Language::chinese)) {
        html += escaped(sentence) + "；";
    }
    return html + "其余不合格。</p>\n";
}

/// Observed against expected difficulty: points off the diagonal are items to look at.
std::string scatter(const ReportData& report)
{
    std::string svg = R"(<svg viewBox="0 0 360 340" role="img" aria-label="预计与实测难度系数">)";
    svg +=
        R"(<rect x="40" y="10" width="300" height="290" fill="none" stroke="#d5dbe3"/><line x1="40" y1="300" x2="340" y2="10" stroke="#d5dbe3"/>)";
    for (const ReportItem& each : report.items) {
        const bool weak = each.statistics.discrimination.value_or(1.0) < 0.2;
        svg += fmt::format(
            R"(<circle cx="{:.1f}" cy="{:.1f}" r="3.2" fill="{}" fill-opacity="0.7"><title>{}: {:.2f} / {:.2f}</title></circle>)",
            40 + 300 * each.expected, 300 - 290 * each.statistics.difficulty, weak ? "#b3261e" : "#1f5fa8",
            escaped(each.id), each.expected, each.statistics.difficulty);
    }
    svg +=
        R"svg(<text x="190" y="330" text-anchor="middle">预计难度系数</text><text x="14" y="155" text-anchor="middle" transform="rotate(-90 14 155)">实测难度系数</text>)svg";
    return svg + R"(<text x="40" y="314">0</text><text x="334" y="314">1</text></svg>)";
}

/// One line an item: each option's share and its correlation with the rest; the key in bold.
std::string option_table(const ReportData& report)
{
    std::string html =
        "<h2>选项分析 Options</h2><p class=\"note\">每个选项的选择比例，括号内为与其余题总分的相关；粗体为答案"
        "（由满分作答得知）。干扰项相关为正者以红色标出。 Share of each option (correlation with the "
        "rest).</p><table><tr><th>题号<th>试卷<th>选项</tr>\n";
    for (const ReportItem& each : report.items) {
        if (each.options.empty()) { continue; }
        html += fmt::format("<tr><td>{}<td>{}<td>", escaped(each.id), escaped(each.form_id));
        for (const engine::OptionStatistics& option : each.options) {
            if (option.option.empty() && option.count == 0) { continue; }
            const std::string text =
                fmt::format("{} {:.2f} ({})", option.option.empty() ? "未作答" : escaped(option.option), option.share,
                            number(option.point_biserial_rest, 2));
            const bool odd = !option.is_key && option.point_biserial_rest.value_or(0) > 0.1;
            html +=
                fmt::format("<{0}{1}>{2}</{0}> &nbsp; ", option.is_key ? "b" : "span", odd ? " class=flag" : "", text);
        }
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

std::string similar_table(const ReportData& report)
{
    std::string html = "<h2>作答雷同 Similar answers</h2>";
    if (!report.similarity) {
        return html + "<p class=\"note\">人数或题数过少，未作分析。 Too few candidates or items.</p>\n";
    }
    const SimilarityAnalysis& found = *report.similarity;
    html += fmt::format(
        "<p class=\"note\">共比较 {} 对考生；全批误标任何一对的概率不超过 {:.0f} %。详见 similarity.html，须由评审"
        "组提出意见（统计结果不能单独证明作弊）。</p>",
        found.search.pairs, 100 * found.options.family_error);
    if (found.dossiers.empty()) { return html + "<p>没有需要复核的考生对。 No pair for review.</p>\n"; }
    html += "<table><tr><th>考生甲<th>考生乙<th class=n>相同<th class=n>同错<th class=n>校正后概率<th>处理</tr>\n";
    for (const Dossier& dossier : found.dossiers) {
        const engine::SimilarPair& pair = dossier.pair;
        html += fmt::format("<tr><td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{:.1e}<td{}>{}</tr>\n",
                            escaped(found.names.candidates[pair.first]), escaped(found.names.candidates[pair.second]),
                            pair.counts.same, pair.counts.same_wrong(), pair.holm_p, pair.flagged ? " class=flag" : "",
                            pair.flagged ? "标记" : "待复核");
    }
    return html + "</table>\n";
}

} // namespace

std::string report_html(const ReportData& report)
{
    const engine::Batch& batch = report.batch;
    const auto present = static_cast<std::size_t>(
        std::ranges::count_if(report.candidates, [](const auto& each) { return each.present; }));
    const std::size_t passed = report.bands[0] + report.bands[1] + report.bands[2];
    std::string html = fmt::format("<!doctype html>\n<html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta "
                                   "name=\"viewport\" content=\"width=device-width\">"
                                   "<title>{} 成绩报告</title><style>{}</style>\n",
                                   escaped(batch.title), style);
    html += fmt::format("<h1>{}</h1><p class=\"lead\">{} {} · {} 级 · {} · 批次 {} · {} {}<br>{} 至 {}{}</p>\n",
                        escaped(batch.title), escaped(batch.occupation), escaped(batch.occupation_code), batch.level,
                        escaped(batch.subject), escaped(batch.id), escaped(batch.site), escaped(batch.hall),
                        local_time(batch.starts_at), local_time(batch.ends_at),
                        batch.rehearsal ? " · <b>演练，成绩无效</b>" : "");
    html += "<div class=\"facts\">";
    fact(html, fmt::format("{} / {}", present, report.candidates.size()), "到考 / 应考 present / entered");
    fact(html, report.all ? fmt::format("{:.2f}", report.all->mean) : "—", "平均分 mean");
    fact(html, report.all ? number(report.all->standard_deviation, 2) : "—", "标准差 SD");
    fact(html,
         report.all ? fmt::format("{} – {}", report.all->lowest.to_string(), report.all->highest.to_string()) : "—",
         "最低 – 最高 range");
    fact(html,
         present == 0 ? "—"
                      : fmt::format("{:.1f} %", 100.0 * static_cast<double>(passed) / static_cast<double>(present)),
         "合格率 pass rate");
    html += "</div>\n";

    html += "<h2>成绩分布 Distribution</h2>\n" + histogram(report) + "<table><tr>";
    for (const engine::Band band :
         {engine::Band::excellent, engine::Band::good, engine::Band::pass, engine::Band::fail}) {
        html += fmt::format("<td>{} <b>{}</b> 人</td>", chinese(band), report.bands[static_cast<std::size_t>(band)]);
    }
    html += "</tr></table>\n" + policy_list(report.policy);

    html += "<h2>各卷质量 Forms</h2><table><tr><th>试卷<th class=n>人数<th class=n>平均<th class=n>标准差<th "
            "class=n>信度 α<th class=n>测量标准误 SEM</tr>";
    for (const ReportForm& form : report.forms) {
        if (!form.statistics) {
            html += fmt::format("<tr><td>{}<td class=n>0<td class=n>—<td class=n>—<td class=n>—<td class=n>—</tr>",
                                escaped(form.id));
            continue;
        }
        html += fmt::format("<tr><td>{}<td class=n>{}<td class=n>{:.2f}<td class=n>{}<td class=n>{}<td class=n>{}</tr>",
                            escaped(form.id), form.statistics->candidates, form.statistics->mean,
                            number(form.statistics->standard_deviation, 2), number(form.statistics->alpha, 3),
                            number(form.statistics->standard_error, 2));
    }
    html += "</table>\n<h2>各部分得分率 Areas</h2><table><tr><th>编号<th>内容<th class=n>得分率</tr>";
    for (const ReportArea& area : report.areas) {
        const double most = area.points_max.to_double();
        html += fmt::format("<tr><td>{}<td>{}<td class=n>{:.1f} %</tr>", escaped(area.code), escaped(area.name),
                            most == 0 ? 0 : 100 * area.points.to_double() / most);
    }
    html += "</table>\n<h2>成绩表 Scores</h2><table><tr><th>准考证号<th>姓名<th class=n>座位<th>试卷<th "
            "class=n>得分<th>等级<th>回执码</tr>\n";
    for (const CandidateResult& each : report.candidates) {
        const engine::Band band = band_of(report, each);
        html += fmt::format(
            "<tr><td>{}<td>{}<td class=n>{}<td>{}<td class=n>{}<td class=\"band-{}\">{}{}<td><code>{}</code></tr>\n",
            escaped(each.ticket), escaped(each.name), each.seat, escaped(each.form_id),
            each.present ? each.points.to_string() : "", static_cast<int>(band), each.present ? chinese(band) : "缺考",
            each.awaiting_person > 0 ? "（暂定）" : "", escaped(each.receipt));
    }
    html += "</table>\n<h2>试题分析 Items</h2>\n" + scatter(report);
    html += "<p class=\"note\">难度系数 p 为平均得分率，越大越容易；区分度 D 为高分组与低分组（各 27 "
            "%）得分率之差，低于 0.20 以红色标出。每卷人数少时数值仅供参考。</p>"
            "<table><tr><th>题号<th>知识点<th>试卷<th class=n>人数<th class=n>预计 p<th class=n>实测 p<th "
            "class=n>区分度 D<th class=n>题总相关</tr>\n";
    for (const ReportItem& each : report.items) {
        const bool weak = each.statistics.discrimination.value_or(1.0) < 0.2;
        html +=
            fmt::format("<tr><td>{}<td>{}<td>{}<td class=n>{}<td class=n>{:.2f}<td class=n>{:.2f}<td "
                        "class=\"n{}\">{}<td class=n>{}</tr>\n",
                        escaped(each.id), escaped(each.knowledge_point), escaped(each.form_id), each.candidates,
                        each.expected, each.statistics.difficulty, weak ? " flag" : "",
                        number(each.statistics.discrimination, 2), number(each.statistics.corrected_point_biserial, 2));
    }
    std::string sealers;
    for (const std::string& name : report.sealers) { sealers += (sealers.empty() ? "" : "、") + name; }
    html += "</table>\n" + option_table(report) + similar_table(report);
    html += fmt::format("<h2>凭据 "
                        "Evidence</h2><table><tr><td>试卷包<td><code>{}</code></tr><tr><td>试卷包摘要<td><code>{}</"
                        "code></tr><tr><td>封装人<td>{}</tr>"
                        "<tr><td>抽卷编号<td><code>{}</code></tr><tr><td>成绩摘要<td><code>{}</code></tr></table>\n"
                        "<p class=\"note\">核查：<code>papervault audit verify</code> "
                        "从导入到本报告逐条核对。考生可凭回执码核对被评分的作答即其所交作答。</p></html>\n",
                        escaped(report.package_id), escaped(report.package_digest), escaped(sealers),
                        escaped(report.draw_id), escaped(report.graded_digest));
    return html;
}

} // namespace papervault::vault
