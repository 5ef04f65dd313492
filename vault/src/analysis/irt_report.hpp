#pragma once

#include "analysis/response_table.hpp"

#include <papervault/engine/equating.hpp>
#include <papervault/engine/irt.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace papervault::vault {

/// Scores of 0 and 1 as a matrix for calibration; what was left out is wrong.
/// @return malformed where a score is another.
[[nodiscard]] Result<engine::BinaryMatrix> binary_of(const engine::ScoreMatrix& scores);

/// A calibration of the items that say something; those that all or nobody had right are left out.
struct IrtAnalysis {
    engine::Calibration calibration;
    std::vector<std::size_t> items; ///< Of the table, in order.
    std::vector<engine::ItemFit> fit;
    std::vector<engine::Ability> abilities; ///< By candidate, expected a posteriori.
};
/// @param model  "rasch", "2pl" or "3pl".
[[nodiscard]] Result<IrtAnalysis> analyse_irt(const engine::ScoreMatrix& scores, std::string_view model);
[[nodiscard]] boost::json::object to_json(const IrtAnalysis& analysis, const ResponseTable& table);
[[nodiscard]] std::string to_text(const IrtAnalysis& analysis, const ResponseTable& table, bool english);

struct EquatingRequest {
    std::string method; ///< "linear", "equipercentile" or "mean-sigma".
    int smooth = 0;     ///< Degree of the log-linear smoothing for equipercentile; 0: none.
    std::string model;  ///< For mean-sigma.
};
struct EquatingReport {
    boost::json::object json;
    std::string text;
};
/// From the form in x to the form in y.
[[nodiscard]] Result<EquatingReport> equate(const ResponseTable& table_x, const engine::ScoreMatrix& x,
                                            const ResponseTable& table_y, const engine::ScoreMatrix& y,
                                            const EquatingRequest& request, bool english);

} // namespace papervault::vault
