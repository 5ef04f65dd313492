#include "analysis/classical.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view omitted = "(omit)";

boost::json::value number(std::optional<double> value)
{
    // Braces would make an array of one.
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

std::string shown(std::optional<double> value)
{
    return value ? fmt::format("{:.3f}", *value) : std::string{"-"};
}

std::vector<std::vector<engine::OptionStatistics>>
option_tables(const ResponseTable& table, const engine::ScoreMatrix& scores, const std::vector<std::string>& keys)
{
    std::vector<std::vector<engine::OptionStatistics>> tables;
    if (keys.empty()) { return tables; }
    const engine::OptionAnalysis analysis{scores};
    std::vector<std::uint32_t> chosen(table.candidates().size());
    for (std::size_t item = 0; item < keys.size(); ++item) {
        for (std::size_t row = 0; row < chosen.size(); ++row) { chosen[row] = table.code(row, item); }
        auto options = analysis.of(item, table.values(item), std::span{&keys[item], 1}, chosen);
        engine::OptionStatistics left_out = std::move(options.back());
        options.pop_back();
        if (left_out.count > 0) {
            left_out.option = omitted;
            options.insert(options.begin(), std::move(left_out));
        }
        tables.push_back(std::move(options));
    }
    return tables;
}

} // namespace

ClassicalAnalysis analyse_classical(const ResponseTable& table, const engine::ScoreMatrix& scores,
                                    const std::vector<std::string>& keys)
{
    ClassicalAnalysis analysis;
    analysis.item_names = table.items();
    analysis.form = engine::form_statistics(scores);
    analysis.items = engine::item_statistics(scores);
    analysis.options = option_tables(table, scores, keys);
    const engine::Decimal one = engine::Decimal::from_integer(1);
    for (std::size_t row = 0; row < scores.candidate_count(); ++row) {
        const double deviation = scores.total(row).to_double() - analysis.form.mean;
        analysis.variance += deviation * deviation;
        for (std::size_t item = 0; item < scores.item_count(); ++item) {
            const engine::Decimal score = scores.score(row, item);
            analysis.dichotomous &= score == engine::Decimal{} || score == one;
            analysis.missing += table.is_missing(row, item) ? 1U : 0U;
        }
    }
    analysis.variance /= static_cast<double>(scores.candidate_count());
    return analysis;
}

boost::json::object to_json(const ClassicalAnalysis& analysis)
{
    const engine::FormStatistics& form = analysis.form;
    boost::json::object frequencies;
    for (const auto& [total, count] : form.distribution) { frequencies[total.to_string()] = count; }
    boost::json::array items;
    for (std::size_t n = 0; n < analysis.items.size(); ++n) {
        const engine::ItemStatistics& item = analysis.items[n];
        items.push_back({{"item", analysis.item_names[n]},
                         {"p", item.difficulty},
                         {"var_pop", item.variance},
                         {"pbis_uncorrected", number(item.point_biserial)},
                         {"pbis_corrected", number(item.corrected_point_biserial)},
                         {"alpha_if_deleted", number(item.alpha_if_deleted)},
                         {"D_27", number(item.discrimination)}});
    }
    std::optional<double> sample_variance;
    if (form.standard_deviation) { sample_variance = *form.standard_deviation * *form.standard_deviation; }
    boost::json::object json{{"n_persons", form.candidates},
                             {"n_items", analysis.items.size()},
                             {"n_missing", analysis.missing},
                             {"total", boost::json::object{{"mean", form.mean},
                                                           {"sd_sample", number(form.standard_deviation)},
                                                           {"var_sample", number(sample_variance)},
                                                           {"var_pop", analysis.variance},
                                                           {"min", form.lowest.to_double()},
                                                           {"max", form.highest.to_double()},
                                                           {"median", form.median}}},
                             {"score_frequencies", std::move(frequencies)},
                             {"alpha", number(form.alpha)},
                             {"kr20", number(analysis.dichotomous ? form.alpha : std::nullopt)},
                             {"sem", number(form.standard_error)},
                             {"split_half_odd_even_r", number(form.split_half)},
                             {"split_half_spearman_brown", number(form.spearman_brown)},
                             {"D_27_rule",
                              "m=round(0.27*N), halves to the even number; sort by total desc, ties by row order; "
                              "D=p_upper-p_lower"},
                             {"items", std::move(items)}};
    if (analysis.options.empty()) { return json; }
    boost::json::object distractors;
    for (std::size_t n = 0; n < analysis.options.size(); ++n) {
        boost::json::array options;
        for (const engine::OptionStatistics& option : analysis.options[n]) {
            options.push_back({{"option", option.option},
                               {"key", option.is_key},
                               {"n", option.count},
                               {"prop", option.share},
                               {"pbis_total", number(option.point_biserial)},
                               {"pbis_rest", number(option.point_biserial_rest)},
                               {"mean_total", number(option.mean_total)},
                               {"upper27", option.upper_share},
                               {"lower27", option.lower_share}});
        }
        distractors[analysis.item_names[n]] = std::move(options);
    }
    json["distractors"] = std::move(distractors);
    return json;
}

std::string to_text(const ClassicalAnalysis& analysis, bool english)
{
    const auto say = [&](std::string_view chinese, std::string_view other) { return english ? other : chinese; };
    const engine::FormStatistics& form = analysis.form;
    std::string text =
        fmt::format("{} {}, {} {}, {} {}\n", say("考生", "candidates"), form.candidates, say("题数", "items"),
                    analysis.items.size(), say("未作答", "left out"), analysis.missing);
    text += fmt::format("{} {:.3f}, {} {}, {} {:.1f}, {} {} - {}\n", say("平均", "mean"), form.mean,
                        say("标准差", "SD"), shown(form.standard_deviation), say("中位数", "median"), form.median,
                        say("范围", "range"), form.lowest.to_string(), form.highest.to_string());
    text += fmt::format("{} {}, {} {}, {} {}\n\n",
                        analysis.dichotomous ? say("信度 KR-20 (= α)", "reliability KR-20 (= alpha)")
                                             : say("信度 α", "reliability alpha"),
                        shown(form.alpha), say("测量标准误", "SEM"), shown(form.standard_error),
                        say("分半（斯皮尔曼-布朗）", "split half (Spearman-Brown)"), shown(form.spearman_brown));
    text += fmt::format("{:<16} {:>7} {:>7} {:>7} {:>7}  {}\n", say("题", "item"), "p", "D27", "r(-i)", "α(-i)",
                        analysis.options.empty() ? "" : say("选项 (* 答案)：比例/相关", "options (* key): share/r"));
    for (std::size_t n = 0; n < analysis.items.size(); ++n) {
        const engine::ItemStatistics& item = analysis.items[n];
        text +=
            fmt::format("{:<16} {:>7.3f} {:>7} {:>7} {:>7} ", analysis.item_names[n], item.difficulty,
                        shown(item.discrimination), shown(item.corrected_point_biserial), shown(item.alpha_if_deleted));
        if (!analysis.options.empty()) {
            for (const engine::OptionStatistics& option : analysis.options[n]) {
                text += fmt::format(" {}{} {:.2f}/{}", option.option, option.is_key ? "*" : "", option.share,
                                    shown(option.point_biserial_rest));
            }
        }
        text += "\n";
    }
    return text;
}

} // namespace papervault::vault
