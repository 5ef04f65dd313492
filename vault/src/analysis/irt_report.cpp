#include "analysis/irt_report.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

struct ModelName {
    std::string_view text;
    engine::IrtModel model;
};
constexpr std::array model_names{ModelName{"rasch", engine::IrtModel::rasch},
                                 ModelName{"2pl", engine::IrtModel::two_parameter},
                                 ModelName{"3pl", engine::IrtModel::three_parameter}};

std::string_view name_of(engine::IrtModel model)
{
    return std::ranges::find(model_names, model, &ModelName::model)->text;
}

boost::json::value number(std::optional<double> value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

std::unexpected<VaultFailure> not_possible(const engine::EngineFailure& failure)
{
    return refuse(VaultError::malformed, failure.detail);
}

/// Totals as counts from 0 to the most that the form gives.
Result<engine::ScoreCounts> counts_of(const engine::ScoreMatrix& scores)
{
    constexpr std::int64_t highest = 100'000;
    engine::Decimal most;
    for (std::size_t item = 0; item < scores.item_count(); ++item) { most += scores.points_max(item); }
    const std::int64_t unit = engine::Decimal::units_per_one;
    if (most.units() % unit != 0 || most.units() / unit > highest) {
        return refuse(VaultError::malformed, "equating needs whole totals of at most 100000");
    }
    engine::ScoreCounts counts(static_cast<std::size_t>(most.units() / unit) + 1, 0.0);
    for (std::size_t row = 0; row < scores.candidate_count(); ++row) {
        const std::int64_t units = scores.total(row).units();
        if (units < 0 || units % unit != 0) {
            return refuse(VaultError::malformed, "equating needs totals that are whole and not negative");
        }
        counts[static_cast<std::size_t>(units / unit)] += 1;
    }
    return counts;
}

Result<EquatingReport> by_scores(const engine::ScoreMatrix& x, const engine::ScoreMatrix& y,
                                 const EquatingRequest& request, bool english)
{
    auto counts_x = counts_of(x);
    if (!counts_x) { return std::unexpected{counts_x.error()}; }
    auto counts_y = counts_of(y);
    if (!counts_y) { return std::unexpected{counts_y.error()}; }
    const bool smooth = request.smooth > 0 && request.method == "equipercentile";
    if (smooth) {
        for (engine::ScoreCounts* const counts : {&*counts_x, &*counts_y}) {
            auto smoothed = engine::smoothed(*counts, request.smooth);
            if (!smoothed) { return not_possible(smoothed.error()); }
            *counts = std::move(*smoothed);
        }
    }
    const auto equated = request.method == "linear" ? engine::equate_linear(*counts_x, *counts_y)
                                                    : engine::equate_equipercentile(*counts_x, *counts_y, smooth);
    if (!equated) { return not_possible(equated.error()); }
    boost::json::array table;
    std::string text = english ? "\nscore  equivalent  standard error\n" : "\n原始分  等值分  标准误\n";
    for (const engine::EquatedScore& each : *equated) {
        table.push_back({{"score", each.score}, {"equivalent", each.equivalent}, {"se", number(each.error)}});
        text += fmt::format("{:>5}  {:>10.4f}  {}\n", each.score, each.equivalent,
                            each.error ? fmt::format("{:.4f}", *each.error) : "-");
    }
    return EquatingReport{{{"method", request.method}, {"smooth", smooth ? request.smooth : 0}, {"table", table}},
                          text};
}

Result<EquatingReport> by_items(const ResponseTable& table_x, const engine::ScoreMatrix& x,
                                const ResponseTable& table_y, const engine::ScoreMatrix& y,
                                const EquatingRequest& request, bool english)
{
    const auto on_x = analyse_irt(x, request.model);
    if (!on_x) { return std::unexpected{on_x.error()}; }
    const auto on_y = analyse_irt(y, request.model);
    if (!on_y) { return std::unexpected{on_y.error()}; }
    std::vector<std::string> names;
    std::vector<engine::ItemParameters> common_x;
    std::vector<engine::ItemParameters> common_y;
    for (std::size_t n = 0; n < on_x->items.size(); ++n) {
        const std::string& name = table_x.items()[on_x->items[n]];
        const auto other =
            std::ranges::find(on_y->items, name, [&](std::size_t item) { return table_y.items()[item]; });
        if (other == on_y->items.end()) { continue; }
        names.push_back(name);
        common_x.push_back(on_x->calibration.items[n]);
        common_y.push_back(on_y->calibration.items[static_cast<std::size_t>(other - on_y->items.begin())]);
    }
    const auto link = engine::link_mean_sigma(common_x, common_y);
    if (!link) { return not_possible(link.error()); }
    boost::json::array items;
    for (std::size_t n = 0; n < on_x->items.size(); ++n) {
        const engine::ItemParameters item = engine::linked(on_x->calibration.items[n], *link);
        items.push_back({{"item", table_x.items()[on_x->items[n]]},
                         {"a", item.slope},
                         {"b", item.difficulty()},
                         {"c", item.guessing}});
    }
    boost::json::array common;
    for (const std::string& name : names) { common.push_back(boost::json::string{name}); }
    return EquatingReport{{{"method", request.method},
                           {"model", request.model},
                           {"common_items", common},
                           {"A", link->slope},
                           {"B", link->intercept},
                           {"items_on_scale_of_y", items}},
                          fmt::format("\n{}: θ(Y) = {:.4f} θ(X) {:+.4f} ({} {})\n", english ? "link" : "量尺连接",
                                      link->slope, link->intercept, names.size(),
                                      english ? "common items" : "道共同题")};
}

} // namespace

Result<engine::BinaryMatrix> binary_of(const engine::ScoreMatrix& scores)
{
    engine::BinaryMatrix binary{scores.item_count()};
    std::vector<signed char> row(scores.item_count());
    const engine::Decimal one = engine::Decimal::from_integer(1);
    for (std::size_t candidate = 0; candidate < scores.candidate_count(); ++candidate) {
        for (std::size_t item = 0; item < row.size(); ++item) {
            const engine::Decimal score = scores.score(candidate, item);
            if (score != one && score != engine::Decimal{}) {
                return refuse(VaultError::malformed, "this needs scores of 0 and 1; there is " + score.to_string());
            }
            row[item] = score == one ? 1 : 0;
        }
        binary.add_candidate(row);
    }
    return binary;
}

Result<IrtAnalysis> analyse_irt(const engine::ScoreMatrix& scores, std::string_view model)
{
    const auto named = std::ranges::find(model_names, model, &ModelName::text);
    if (named == model_names.end()) { return refuse(VaultError::malformed, "the model must be rasch, 2pl or 3pl"); }
    const auto all = binary_of(scores);
    if (!all) { return std::unexpected{all.error()}; }
    IrtAnalysis analysis;
    for (std::size_t item = 0; item < all->item_count(); ++item) {
        bool has_right = false;
        bool has_wrong = false;
        for (std::size_t candidate = 0; candidate < all->candidate_count(); ++candidate) {
            (all->row(candidate)[item] == 1 ? has_right : has_wrong) = true;
        }
        if (has_right && has_wrong) { analysis.items.push_back(item); }
    }
    if (analysis.items.empty()) { return refuse(VaultError::malformed, "no item was answered both right and wrong"); }
    engine::BinaryMatrix used{analysis.items.size()};
    std::vector<signed char> row(analysis.items.size());
    for (std::size_t candidate = 0; candidate < all->candidate_count(); ++candidate) {
        for (std::size_t n = 0; n < row.size(); ++n) { row[n] = all->row(candidate)[analysis.items[n]]; }
        used.add_candidate(row);
    }
    engine::IrtOptions options{.model = named->model, .priors = engine::usual_priors(named->model)};
    // Large data move little in the last digits that a standard error leaves meaning to.
    if (used.candidate_count() * used.item_count() > 1'000'000) { options.tolerance = 1e-4; }
    auto calibration = engine::calibrate(used, options);
    if (!calibration) { return not_possible(calibration.error()); }
    analysis.calibration = std::move(*calibration);
    analysis.fit = engine::item_fit(analysis.calibration, used);
    analysis.abilities = engine::expected_abilities(analysis.calibration.items, used);
    return analysis;
}

boost::json::object to_json(const IrtAnalysis& analysis, const ResponseTable& table)
{
    const engine::Calibration& found = analysis.calibration;
    boost::json::array items;
    for (std::size_t n = 0; n < analysis.items.size(); ++n) {
        const engine::ItemParameters& item = found.items[n];
        boost::json::object one{{"item", table.items()[analysis.items[n]]},
                                {"a", item.slope},
                                {"b", item.difficulty()},
                                {"c", item.guessing},
                                {"d", item.intercept}};
        if (!found.errors.empty()) {
            one["se_a"] = found.errors[n].slope;
            one["se_b"] = found.errors[n].difficulty;
            one["se_c"] = found.errors[n].guessing;
            one["se_d"] = found.errors[n].intercept;
        }
        const engine::ItemFit& fit = analysis.fit[n];
        one["s_x2"] = fit.chi_square;
        one["s_x2_df"] = fit.degrees;
        one["s_x2_p"] = number(fit.p);
        one["infit"] = fit.infit;
        one["outfit"] = fit.outfit;
        items.push_back(std::move(one));
    }
    boost::json::array abilities;
    for (std::size_t row = 0; row < analysis.abilities.size(); ++row) {
        abilities.push_back({{"person", table.candidates()[row]},
                             {"theta", analysis.abilities[row].value},
                             {"se", analysis.abilities[row].error}});
    }
    boost::json::array left_out;
    for (std::size_t item = 0; item < table.items().size(); ++item) {
        if (std::ranges::find(analysis.items, item) == analysis.items.end()) {
            left_out.push_back(boost::json::string{table.items()[item]});
        }
    }
    return {{"model", name_of(found.model)},
            {"log_likelihood", found.log_likelihood},
            {"aic", found.aic},
            {"bic", found.bic},
            {"n_parameters", found.parameters},
            {"cycles", found.history.size()},
            {"converged", found.converged},
            {"information", engine::to_text(found.information)},
            {"items", std::move(items)},
            {"items_left_out", std::move(left_out)},
            {"abilities_eap", std::move(abilities)}};
}

std::string to_text(const IrtAnalysis& analysis, const ResponseTable& table, bool english)
{
    const auto say = [&](std::string_view chinese, std::string_view other) { return english ? other : chinese; };
    const engine::Calibration& found = analysis.calibration;
    std::string text =
        fmt::format("\n{} {}: {} {:.3f}, AIC {:.3f}, BIC {:.3f}, {} {}{}\n", say("模型", "model"), name_of(found.model),
                    say("对数似然", "log-likelihood"), found.log_likelihood, found.aic, found.bic, found.history.size(),
                    say("轮", "cycles"), found.converged ? "" : say("（未收敛）", " (not converged)"));
    text += fmt::format("{:<16} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>6} {:>6} {:>6}\n", say("题", "item"), "a", "se",
                        "b", "se", "c", "S-X2", "p", "infit", "outfit");
    for (std::size_t n = 0; n < analysis.items.size(); ++n) {
        const engine::ItemParameters& item = found.items[n];
        const auto error = [&](double engine::ItemErrors::* which) {
            return found.errors.empty() ? std::string{"-"} : fmt::format("{:.3f}", found.errors[n].*which);
        };
        const engine::ItemFit& fit = analysis.fit[n];
        text += fmt::format("{:<16} {:>7.3f} {:>7} {:>7.3f} {:>7} {:>7.3f} {:>8.2f} {:>6} {:>6.2f} {:>6.2f}\n",
                            table.items()[analysis.items[n]], item.slope, error(&engine::ItemErrors::slope),
                            item.difficulty(), error(&engine::ItemErrors::difficulty), item.guessing, fit.chi_square,
                            fit.p ? fmt::format("{:.3f}", *fit.p) : "-", fit.infit, fit.outfit);
    }
    return text;
}

Result<EquatingReport> equate(const ResponseTable& table_x, const engine::ScoreMatrix& x, const ResponseTable& table_y,
                              const engine::ScoreMatrix& y, const EquatingRequest& request, bool english)
{
    if (request.method == "mean-sigma") { return by_items(table_x, x, table_y, y, request, english); }
    return by_scores(x, y, request, english);
}

} // namespace papervault::vault
