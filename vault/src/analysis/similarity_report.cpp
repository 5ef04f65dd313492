#include "analysis/similarity.hpp"
#include "html_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault {
namespace {

boost::json::value number(std::optional<double> value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}
boost::json::value truth(std::optional<bool> value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}
boost::json::value count(std::optional<int> value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

boost::json::object copying_json(const engine::CopyingTests& tests, const std::string& source,
                                 const std::string& copier)
{
    return {{"source", source},
            {"copier", copier},
            {"omega", tests.omega},
            {"omega_p", tests.omega_p},
            {"gbt_conditional_p", tests.gbt_p},
            {"k", number(tests.k)},
            {"k1", number(tests.k1)},
            {"k2", number(tests.k2)}};
}

boost::json::object pair_json(const engine::SimilarPair& pair, const NamedAnswers& names)
{
    return {{"pair", names.candidates[pair.first] + "-" + names.candidates[pair.second]},
            {"first", names.candidates[pair.first]},
            {"second", names.candidates[pair.second]},
            {"n_common", pair.counts.common},
            {"n_same", pair.counts.same},
            {"n_same_right", pair.counts.same_right},
            {"n_same_wrong", pair.counts.same_wrong()},
            {"gbt_p", pair.gbt_p},
            {"wrong_p", pair.wrong_p},
            {"p", pair.p},
            {"p_holm", pair.holm_p},
            {"q_bh", pair.bh_q},
            {"flagged", pair.flagged},
            {"listed", pair.listed}};
}

boost::json::object dossier_json(const Dossier& dossier, const NamedAnswers& names)
{
    boost::json::object json = pair_json(dossier.pair, names);
    const std::string& first = names.candidates[dossier.pair.first];
    const std::string& second = names.candidates[dossier.pair.second];
    json["omega_uncond"] = dossier.tests.omega;
    json["omega_uncond_p"] = dossier.tests.omega_p;
    json["m4_p"] = dossier.tests.m4_p;
    json["theta_first"] = dossier.abilities[0];
    json["theta_second"] = dossier.abilities[1];
    json["directed"] = boost::json::array{copying_json(dossier.second_from_first, first, second),
                                          copying_json(dossier.first_from_second, second, first)};
    const PairEvidence& evidence = dossier.evidence;
    json["evidence"] = boost::json::object{{"same_form", truth(evidence.same_form)},
                                           {"same_hall", truth(evidence.same_hall)},
                                           {"seat_distance", count(evidence.seat_distance)},
                                           {"neighbours", truth(evidence.neighbours)},
                                           {"different_but_shown_alike", count(evidence.same_as_shown)},
                                           {"equal_within_30_s", count(evidence.equal_together)},
                                           {"different_within_30_s", count(evidence.other_together)}};
    boost::json::array items;
    for (const Dossier::Item& item : dossier.items) {
        boost::json::object one{
            {"item", names.items[item.item]}, {"first", item.first}, {"second", item.second}, {"same", item.same}};
        if (item.same) {
            one["right"] = item.right;
            one["chance"] = item.chance;
        }
        items.push_back(std::move(one));
    }
    json["items"] = std::move(items);
    return json;
}

std::string probability(double p)
{
    if (p >= 0.001) { return fmt::format("{:.3f}", p); }
    return fmt::format("{:.1e}", p);
}

void row(std::string& html, std::string_view name, std::string_view value)
{
    html += fmt::format("<tr><th>{}<td>{}</tr>", name, value);
}

std::string yes_no(std::optional<bool> value)
{
    return !value ? "—" : *value ? "是 yes" : "否 no";
}

std::string or_dash(std::optional<int> value)
{
    return value ? std::to_string(*value) : "—";
}

constexpr std::string_view style = R"(
body{font:15px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;color:#1d2530;margin:0 auto;max-width:960px;padding:24px}
h1{font-size:24px}h2{font-size:18px;border-bottom:2px solid #1f5fa8;margin-top:36px}
table{border-collapse:collapse;width:100%;font-size:14px;margin:8px 0}th,td{padding:3px 8px;border-bottom:1px solid #d5dbe3;text-align:left}
th{background:#f4f7fb;font-weight:600}.note{color:#5b6673;font-size:13px}.same{background:#eef4fb}.wrong{background:#fbe9e7;font-weight:600}
.items{columns:2}.opinion{border:1px solid #d5dbe3;min-height:90px;padding:8px}
@media print{section{break-before:page}}
)";

void add_dossier(std::string& html, const Dossier& dossier, const NamedAnswers& names)
{
    const engine::SimilarPair& pair = dossier.pair;
    const std::string first = escaped(names.candidates[pair.first]);
    const std::string second = escaped(names.candidates[pair.second]);
    html += fmt::format("<section><h2>{} — {} {}</h2><table>", first, second,
                        pair.flagged ? "（已标记 flagged）" : "（待复核 for review）");
    row(html, "两人共同的题数 items of both", std::to_string(pair.counts.common));
    row(html, "作答相同 equal answers",
        fmt::format("{}（{} 道同对 right, <b>{}</b> 道同错 wrong）", pair.counts.same, pair.counts.same_right,
                    pair.counts.same_wrong()));
    row(html, "若各自独立作答，出现如此相同的概率 probability if they worked apart",
        fmt::format("{} （全部相同 all: {}；同错 wrong: {}）", probability(pair.p), probability(pair.gbt_p),
                    probability(pair.wrong_p)));
    row(html, "按全部考生对数校正后 adjusted for the number of pairs",
        fmt::format("Holm {}；Benjamini–Hochberg q = {}", probability(pair.holm_p), probability(pair.bh_q)));
    row(html, "其他指标 other indices",
        fmt::format("ω = {:.2f} (p {})；M4 p {}", dossier.tests.omega, probability(dossier.tests.omega_p),
                    probability(dossier.tests.m4_p)));
    const auto directed = [&](const engine::CopyingTests& tests, const std::string& from, const std::string& to) {
        std::string text = fmt::format("ω = {:.2f} (p {})；GBT p {}", tests.omega, probability(tests.omega_p),
                                       probability(tests.gbt_p));
        if (tests.k) { text += "；K " + probability(*tests.k); }
        if (tests.k1) { text += "；K1 " + probability(*tests.k1); }
        if (tests.k2) { text += "；K2 " + probability(*tests.k2); }
        row(html, fmt::format("{} → {}（假定前者为来源 source → copier）", from, to), text);
    };
    directed(dossier.second_from_first, first, second);
    directed(dossier.first_from_second, second, first);
    const PairEvidence& evidence = dossier.evidence;
    row(html, "同一试卷 same form", yes_no(evidence.same_form));
    row(html, "同一考场 same hall", yes_no(evidence.same_hall));
    row(html, "座位号相差 seat numbers apart", or_dash(evidence.seat_distance));
    row(html, "邻座 neighbours", yes_no(evidence.neighbours));
    row(html, "选项不同但显示字母相同 different options shown under one letter", or_dash(evidence.same_as_shown));
    row(html, "30 秒内作答：相同 / 不同 answered within 30 s: equal / different",
        or_dash(evidence.equal_together) + " / " + or_dash(evidence.other_together));
    html +=
        "</table><div class=items><table><tr><th>题 item<th>" + first + "<th>" + second + "<th>相同的概率 chance</tr>";
    for (const Dossier::Item& item : dossier.items) {
        html +=
            fmt::format("<tr class=\"{}\"><td>{}<td>{}<td>{}<td>{}</tr>",
                        !item.same   ? "other"
                        : item.right ? "same"
                                     : "wrong",
                        escaped(names.items[item.item]), escaped(item.first.empty() ? "—" : item.first),
                        escaped(item.second.empty() ? "—" : item.second), item.same ? probability(item.chance) : "");
    }
    html += "</table></div><p class=note>红色：两人答错且选了同一选项。相同的概率由两人的能力估计得出。 Red: both "
            "wrong with "
            "the same option.</p><p>评审意见与签名 Opinion and signatures of the commission</p><div "
            "class=opinion></div></section>\n";
}

} // namespace

boost::json::object to_json(const SimilarityAnalysis& analysis)
{
    boost::json::array pairs;
    for (const engine::SimilarPair& pair : analysis.search.similar) {
        if (pairs.size() < 10'000) { pairs.push_back(pair_json(pair, analysis.names)); }
    }
    boost::json::array dossiers;
    for (const Dossier& dossier : analysis.dossiers) { dossiers.push_back(dossier_json(dossier, analysis.names)); }
    const auto flagged = std::ranges::count_if(analysis.search.similar, &engine::SimilarPair::flagged);
    const auto listed = std::ranges::count_if(analysis.search.similar, &engine::SimilarPair::listed);
    return {{"model", analysis.model_name},
            {"n_pairs", analysis.search.pairs},
            {"n_examined", analysis.search.examined},
            {"n_flagged", flagged},
            {"n_listed", listed},
            {"level", analysis.search.level},
            {"family_error", analysis.options.family_error},
            {"discovery_rate", analysis.options.discovery_rate},
            {"rule", "p = 2 min(gbt_p, wrong_p); flagged: p_holm <= family_error over all pairs; listed: q_bh <= "
                     "discovery_rate, p above level counted as 1"},
            {"similar", std::move(pairs)},
            {"dossiers", std::move(dossiers)}};
}

boost::json::object all_pairs_json(const SimilarityAnalysis& analysis)
{
    boost::json::array undirected;
    boost::json::array directed;
    const auto& names = analysis.names.candidates;
    for (std::size_t first = 0; first < names.size(); ++first) {
        for (std::size_t second = 0; second < names.size(); ++second) {
            if (first == second) { continue; }
            boost::json::object one = copying_json(
                engine::test_copying(analysis.names.answers, analysis.model, first, second, analysis.abilities),
                names[first], names[second]);
            one["pair"] = names[first] + "-" + names[second];
            directed.push_back(std::move(one));
            if (first > second) { continue; }
            const engine::PairTests tests =
                engine::test_pair(analysis.names.answers, analysis.model, first, second, analysis.abilities);
            undirected.push_back({{"pair", names[first] + "-" + names[second]},
                                  {"omega_uncond", tests.omega},
                                  {"omega_uncond_p", tests.omega_p},
                                  {"gbt_p", tests.gbt_p},
                                  {"wrong_p", tests.wrong_p},
                                  {"m4_p", tests.m4_p}});
        }
    }
    return {{"undirected", std::move(undirected)}, {"directed", std::move(directed)}};
}

std::string to_text(const SimilarityAnalysis& analysis, bool english)
{
    const auto say = [&](std::string_view chinese, std::string_view other) { return english ? other : chinese; };
    const auto& search = analysis.search;
    std::string text = fmt::format("\n{}: {} {}\n", say("作答雷同", "similar answers"), search.pairs,
                                   say("对考生", "pairs of candidates"));
    for (const Dossier& dossier : analysis.dossiers) {
        const engine::SimilarPair& pair = dossier.pair;
        text +=
            fmt::format("  {} {} - {}: {} {}, {} {}, p {}, Holm {}, q {}\n",
                        pair.flagged ? say("[标记]", "[flagged]") : say("[复核]", "[review] "),
                        analysis.names.candidates[pair.first], analysis.names.candidates[pair.second],
                        say("相同", "equal"), pair.counts.same, say("同错", "equal wrong"), pair.counts.same_wrong(),
                        probability(pair.p), probability(pair.holm_p), probability(pair.bh_q));
    }
    if (analysis.dossiers.empty()) { text += say("  没有需要复核的考生对\n", "  no pair for review\n"); }
    return text;
}

std::string dossiers_html(const SimilarityAnalysis& analysis, std::string_view title)
{
    std::string html = fmt::format("<!doctype html>\n<html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>{0} "
                                   "作答雷同分析</title><style>{1}</style><h1>{0} 作答雷同分析 Similar answers</h1>\n",
                                   escaped(title), style);
    html += fmt::format(
        "<p>共比较 {} 对考生。全批误标任何一对的概率不超过 {:.3f}（Holm）；复核名单中误列的期望比例不超过 "
        "{:.3f}（Benjamini–Hochberg）。 {} pairs were compared; the probability that any pair is flagged wrongly is at "
        "most the first figure, the expected share of wrongly listed pairs at most the second.</p>",
        analysis.search.pairs, analysis.options.family_error, analysis.options.discovery_rate, analysis.search.pairs);
    html +=
        "<p "
        "class=note>"
        "统计结果不能单独证明作弊：同一培训、同一错误教材也会使答案相同。须结合监考记录、座位与作答时间，由评审组"
        "提出意见。 Statistics alone prove nothing: shared training or a shared wrong textbook make answers equal as "
        "well.</p>\n";
    if (analysis.dossiers.empty()) { html += "<p>没有需要复核的考生对。 No pair for review.</p>"; }
    for (const Dossier& dossier : analysis.dossiers) { add_dossier(html, dossier, analysis.names); }
    return html + "</html>\n";
}

} // namespace papervault::vault
