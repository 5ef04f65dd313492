#include "analysis/nominal_report.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <cmath>

namespace papervault::vault {
namespace {

/// The last category of an item is no answer.
std::string category_name(const NamedAnswers& names, std::size_t item, std::size_t category)
{
    return category < names.options[item].size() ? names.options[item][category] : "(omit)";
}

} // namespace

Result<engine::NominalCalibration> analyse_nominal(const NamedAnswers& names)
{
    engine::NominalOptions options;
    options.prior = 3.0;
    options.tolerance = names.candidates.size() * names.items.size() > 100'000 ? 1e-3 : 1e-4;
    auto found = engine::calibrate_nominal(names.answers, options);
    if (!found) { return refuse(VaultError::malformed, found.error().detail); }
    return *std::move(found);
}

boost::json::object to_json(const engine::NominalCalibration& found, const NamedAnswers& names)
{
    boost::json::array items;
    for (std::size_t item = 0; item < found.items.size(); ++item) {
        boost::json::array categories;
        for (std::size_t k = 0; k < found.items[item].intercept.size(); ++k) {
            if (!std::isfinite(found.items[item].intercept[k])) { continue; } // nobody chose it
            boost::json::object one{
                {"category", category_name(names, item, k)},
                {"key", k < names.options[item].size() && names.answers.is_right(item, static_cast<std::uint8_t>(k))},
                {"intercept", found.items[item].intercept[k]},
                {"slope", found.items[item].slope[k]}};
            if (!found.errors.empty()) {
                one["se_intercept"] = found.errors[item].intercept[k];
                one["se_slope"] = found.errors[item].slope[k];
            }
            categories.push_back(std::move(one));
        }
        items.push_back({{"item", names.items[item]}, {"categories", std::move(categories)}});
    }
    boost::json::array abilities;
    for (std::size_t row = 0; row < found.abilities.size(); ++row) {
        abilities.push_back({{"person", names.candidates[row]},
                             {"theta", found.abilities[row].value},
                             {"se", found.abilities[row].error}});
    }
    return {{"model", "nominal"},
            {"log_likelihood", found.log_likelihood},
            {"aic", found.aic},
            {"bic", found.bic},
            {"n_parameters", found.parameters},
            {"cycles", found.history.size()},
            {"converged", found.converged},
            {"information", engine::to_text(found.information)},
            {"items", std::move(items)},
            {"abilities_eap", std::move(abilities)}};
}

std::string to_text(const engine::NominalCalibration& found, const NamedAnswers& names, bool english)
{
    const auto say = [&](std::string_view chinese, std::string_view other) { return english ? other : chinese; };
    std::string text =
        fmt::format("\n{} nominal: {} {:.3f}, AIC {:.3f}, BIC {:.3f}, {} {}{}\n", say("模型", "model"),
                    say("对数似然", "log-likelihood"), found.log_likelihood, found.aic, found.bic, found.history.size(),
                    say("轮", "cycles"), found.converged ? "" : say("（未收敛）", " (not converged)"));
    text += fmt::format("{:<16} {:<10} {:>3} {:>9} {:>7} {:>7} {:>7}\n", say("题", "item"), say("选项", "option"),
                        say("键", "key"), say("截距", "intercept"), "se", say("斜率", "slope"), "se");
    for (std::size_t item = 0; item < found.items.size(); ++item) {
        for (std::size_t k = 0; k < found.items[item].intercept.size(); ++k) {
            if (!std::isfinite(found.items[item].intercept[k])) { continue; }
            const auto error = [&](const std::vector<double> engine::NominalErrors::* which) {
                return found.errors.empty() ? std::string{"-"} : fmt::format("{:.3f}", (found.errors[item].*which)[k]);
            };
            const bool is_key =
                k < names.options[item].size() && names.answers.is_right(item, static_cast<std::uint8_t>(k));
            text += fmt::format("{:<16} {:<10} {:>3} {:>9.3f} {:>7} {:>7.3f} {:>7}\n", names.items[item],
                                category_name(names, item, k), is_key ? "*" : "", found.items[item].intercept[k],
                                error(&engine::NominalErrors::intercept), found.items[item].slope[k],
                                error(&engine::NominalErrors::slope));
        }
    }
    return text;
}

} // namespace papervault::vault
