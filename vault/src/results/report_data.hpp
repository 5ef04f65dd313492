#pragma once

#include "analysis/similarity.hpp"

#include <papervault/engine/analysis.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/results.hpp>

#include <optional>
#include <string>
#include <vector>

namespace papervault::vault {

/// One item as a form used it, with what the candidates made of it.
struct ReportItem {
    std::string id;
    std::string knowledge_point;
    engine::ItemType type{};
    std::string form_id;
    std::size_t candidates = 0;
    double expected = 0;
    engine::ItemStatistics statistics;
    /// Of choices: options in the author's order, then nothing chosen. The key is known from full marks alone.
    std::vector<engine::OptionStatistics> options;
};

struct ReportForm {
    std::string id;
    std::optional<engine::FormStatistics> statistics; ///< Nothing when nobody sat it.
};

/// Share of points gained per area of the specification table.
struct ReportArea {
    std::string code;
    std::string name;
    engine::Decimal points;
    engine::Decimal points_max;
};

/// Everything a report shows, worked out once.
struct ReportData {
    engine::Batch batch;
    BatchPolicy policy;
    std::string package_id;
    std::string package_digest;
    std::string draw_id;
    std::vector<std::string> sealers;
    std::vector<CandidateResult> candidates; ///< In order of tickets.
    std::vector<ReportForm> forms;
    std::vector<ReportItem> items;
    std::vector<ReportArea> areas;
    std::optional<engine::FormStatistics> all;    ///< Totals of all forms together; present candidates.
    std::array<std::size_t, 4> bands{};           ///< excellent, good, pass, fail; present candidates.
    std::optional<SimilarityAnalysis> similarity; ///< Nothing for batches too small to say anything.
    std::string graded_digest;
};
/// Pairs of fewer candidates or items can agree by chance alone whatever they answer.
inline constexpr std::size_t similarity_candidates_min = 10;
inline constexpr std::size_t similarity_items_min = 10;

[[nodiscard]] ReportData work_out(engine::Batch batch, const BatchPolicy& policy,
                                  std::vector<CandidateResult> candidates, const std::vector<engine::Form>& forms,
                                  const std::vector<KnowledgePoint>& specification);
/// Answers to items scored by machine, by authored option, of the candidates present (rule G7).
[[nodiscard]] std::optional<SimilarityAnalysis> similar_answers(const std::vector<CandidateResult>& candidates,
                                                                const std::vector<engine::Form>& forms,
                                                                std::string_view hall);
[[nodiscard]] engine::Band band_of(const ReportData& report, const CandidateResult& candidate);
/// "优秀" "良好" "合格" "不合格".
[[nodiscard]] std::string_view chinese(engine::Band band) noexcept;

[[nodiscard]] std::string scores_csv(const ReportData& report);
[[nodiscard]] std::string items_csv(const ReportData& report);
[[nodiscard]] std::string report_json(const ReportData& report);
[[nodiscard]] std::string report_html(const ReportData& report);
/// The dossiers for the commission.
[[nodiscard]] std::string similarity_json(const ReportData& report);
[[nodiscard]] std::string similarity_html(const ReportData& report);

} // namespace papervault::vault
