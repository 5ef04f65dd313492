#include "results/report_data.hpp"

#include "import/csv.hpp"

#include <papervault/engine/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace papervault::vault {
namespace {

/// Excel in China reads UTF-8 only with the mark in front.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string number(std::optional<double> value, int places)
{
    return value ? fmt::format("{:.{}f}", *value, places) : std::string{};
}

std::vector<const CandidateResult*> sitters(const std::vector<CandidateResult>& candidates, std::string_view form_id)
{
    std::vector<const CandidateResult*> found;
    for (const CandidateResult& candidate : candidates) {
        if (candidate.present && candidate.form_id == form_id) { found.push_back(&candidate); }
    }
    return found;
}

std::string_view area_of(std::string_view knowledge_point)
{
    return knowledge_point.substr(0, knowledge_point.find('.'));
}

/// What each option attracted, with those of the full marks as key: the key itself stays sealed.
std::vector<engine::OptionStatistics> options_of(const engine::OptionAnalysis& analysis, const engine::FormItem& entry,
                                                 std::size_t column, const std::vector<const CandidateResult*>& present)
{
    const bool chooses = entry.item.type == engine::ItemType::single_choice ||
                         entry.item.type == engine::ItemType::multiple_choice ||
                         entry.item.type == engine::ItemType::true_false;
    if (!chooses) { return {}; } // elsewhere an option says little without its place
    std::vector<std::string> options;
    for (const auto& option : entry.item.options) { options.push_back(option.id); }
    std::vector<std::string> correct;
    std::vector<engine::Response> responses;
    for (const CandidateResult* const candidate : present) {
        const CandidateResult::Item& item = candidate->items[column];
        responses.push_back(item.response);
        if (item.points == item.points_max) { correct = item.response; }
    }
    return analysis.of(column, options, correct, responses);
}

} // namespace

engine::Band band_of(const ReportData& report, const CandidateResult& candidate)
{
    return engine::band_of(candidate.points, candidate.points_max, report.policy.bands);
}

std::string_view chinese(engine::Band band) noexcept
{
    switch (band) {
    case engine::Band::excellent: return "优秀";
    case engine::Band::good: return "良好";
    case engine::Band::pass: return "合格";
    case engine::Band::fail: return "不合格";
    }
    return "";
}

ReportData work_out(engine::Batch batch, const BatchPolicy& policy, std::vector<CandidateResult> candidates,
                    const std::vector<engine::Form>& forms, const std::vector<KnowledgePoint>& specification)
{
    ReportData report;
    report.batch = std::move(batch);
    report.policy = policy;
    std::map<std::string, ReportArea, std::less<>> areas;
    std::vector<engine::Decimal> totals_max;
    for (const engine::Form& form : forms) {
        const auto present = sitters(candidates, form.id);
        ReportForm summary{.id = form.id, .statistics = {}};
        if (!present.empty()) {
            std::vector<engine::Decimal> points_max;
            for (const auto& section : form.sections) {
                for (const auto& entry : section.items) { points_max.push_back(entry.points); }
            }
            engine::ScoreMatrix matrix{points_max};
            for (const CandidateResult* candidate : present) {
                std::vector<engine::Decimal> row;
                for (const auto& item : candidate->items) { row.push_back(item.points); }
                matrix.add_candidate(row);
            }
            summary.statistics = engine::form_statistics(matrix);
            const auto statistics = engine::item_statistics(matrix);
            const engine::OptionAnalysis options{matrix};
            std::size_t column = 0;
            for (const auto& section : form.sections) {
                for (const auto& entry : section.items) {
                    report.items.push_back({entry.item.id, entry.item.knowledge_point, entry.item.type, form.id,
                                            present.size(), entry.item.difficulty.to_double(), statistics[column],
                                            options_of(options, entry, column, present)});
                    ReportArea& area = areas[std::string{area_of(entry.item.knowledge_point)}];
                    for (std::size_t row = 0; row < present.size(); ++row) {
                        area.points += matrix.score(row, column);
                        area.points_max += matrix.points_max(column);
                    }
                    ++column;
                }
            }
        }
        report.forms.push_back(std::move(summary));
    }
    for (auto& [code, area] : areas) {
        area.code = code;
        const auto point = std::ranges::find(specification, code, &KnowledgePoint::code);
        area.name = point == specification.end() ? code : point->name;
        report.areas.push_back(area);
    }
    // All forms together: only totals can be compared, so the matrix has one column.
    engine::Decimal most;
    for (const CandidateResult& candidate : candidates) { most = std::max(most, candidate.points_max); }
    if (most > engine::Decimal{}) {
        engine::ScoreMatrix totals{{most}};
        for (const CandidateResult& candidate : candidates) {
            if (!candidate.present) { continue; }
            totals.add_candidate(std::array{candidate.points});
            ++report.bands[static_cast<std::size_t>(band_of(report, candidate))];
        }
        if (totals.candidate_count() > 0) { report.all = engine::form_statistics(totals); }
    }
    std::ranges::sort(report.items, {}, &ReportItem::id);
    report.similarity = similar_answers(candidates, forms, report.batch.hall);
    report.candidates = std::move(candidates);
    return report;
}

std::string scores_csv(const ReportData& report)
{
    std::string text{byte_order_mark};
    text += "准考证号,姓名,座位号,试卷,到考,得分,满分,等级,待人工评分题数,回执码\r\n";
    for (const CandidateResult& each : report.candidates) {
        text += fmt::format("{},{},{},{},{},{},{},{},{},{}\r\n", csv_cell(each.ticket), csv_cell(each.name), each.seat,
                            csv_cell(each.form_id), each.present ? "是" : "缺考", each.points.to_string(),
                            each.points_max.to_string(), each.present ? chinese(band_of(report, each)) : "",
                            each.awaiting_person, csv_cell(each.receipt));
    }
    return text;
}

std::string items_csv(const ReportData& report)
{
    std::string text{byte_order_mark};
    text += "题号,题型,知识点,试卷,作答人数,预计难度系数,实测难度系数,区分度(27%),校正题总相关,删除后信度\r\n";
    for (const ReportItem& each : report.items) {
        text += fmt::format("{},{},{},{},{},{:.2f},{:.4f},{},{},{}\r\n", csv_cell(each.id), engine::to_text(each.type),
                            csv_cell(each.knowledge_point), csv_cell(each.form_id), each.candidates, each.expected,
                            each.statistics.difficulty, number(each.statistics.discrimination, 4),
                            number(each.statistics.corrected_point_biserial, 4),
                            number(each.statistics.alpha_if_deleted, 4));
    }
    return text;
}

namespace {

boost::json::array options_json(const ReportItem& item)
{
    boost::json::array options;
    for (const engine::OptionStatistics& option : item.options) {
        options.push_back({{"option", option.option.empty() ? "(omit)" : option.option},
                           {"key", option.is_key},
                           {"n", option.count},
                           {"prop", fmt::format("{:.6f}", option.share)},
                           {"pbis_rest", number(option.point_biserial_rest, 6)}});
    }
    return options;
}

boost::json::array similar_json(const ReportData& report)
{
    boost::json::array pairs;
    if (!report.similarity) { return pairs; }
    for (const Dossier& dossier : report.similarity->dossiers) {
        const engine::SimilarPair& pair = dossier.pair;
        pairs.push_back({{"first", report.similarity->names.candidates[pair.first]},
                         {"second", report.similarity->names.candidates[pair.second]},
                         {"same", pair.counts.same},
                         {"same_wrong", pair.counts.same_wrong()},
                         {"p_holm", fmt::format("{:.3e}", pair.holm_p)},
                         {"q_bh", fmt::format("{:.3e}", pair.bh_q)},
                         {"flagged", pair.flagged}});
    }
    return pairs;
}

} // namespace

std::string report_json(const ReportData& report)
{
    boost::json::array candidates;
    for (const CandidateResult& each : report.candidates) {
        boost::json::object row = to_json(each);
        row["band"] = each.present ? std::string{chinese(band_of(report, each))} : std::string{};
        candidates.push_back(std::move(row));
    }
    boost::json::array items;
    for (const ReportItem& each : report.items) {
        items.push_back({{"item", each.id},
                         {"form", each.form_id},
                         {"knowledge_point", each.knowledge_point},
                         {"candidates", each.candidates},
                         {"expected", fmt::format("{:.2f}", each.expected)},
                         {"p", fmt::format("{:.6f}", each.statistics.difficulty)},
                         {"D_27", number(each.statistics.discrimination, 6)},
                         {"pbis_corrected", number(each.statistics.corrected_point_biserial, 6)},
                         {"options", options_json(each)}});
    }
    boost::json::array forms;
    for (const ReportForm& each : report.forms) {
        boost::json::object row{{"form", each.id}, {"candidates", each.statistics ? each.statistics->candidates : 0}};
        if (each.statistics) {
            row["mean"] = fmt::format("{:.4f}", each.statistics->mean);
            row["standard_deviation"] = number(each.statistics->standard_deviation, 4);
            row["alpha"] = number(each.statistics->alpha, 4);
            row["standard_error"] = number(each.statistics->standard_error, 4);
        }
        forms.push_back(std::move(row));
    }
    return engine::canonical_json(boost::json::object{{"format", "papervault-result"},
                                                      {"version", 1},
                                                      {"batch", to_json(report.batch)},
                                                      {"policy", to_json(report.policy)},
                                                      {"package", report.package_id},
                                                      {"scores_digest", report.graded_digest},
                                                      {"candidates", std::move(candidates)},
                                                      {"forms", std::move(forms)},
                                                      {"items", std::move(items)},
                                                      {"similar_answers", similar_json(report)}}) +
           "\n";
}

} // namespace papervault::vault
