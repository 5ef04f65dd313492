#include "analysis/correlation.hpp"

#include <papervault/engine/analysis.hpp>
#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace papervault::engine {

/// Of those who chose one option.
struct OptionAnalysis::Sums {
    std::size_t count = 0;
    double total = 0;
    double deviation = 0;      ///< Of the totals from their mean.
    double rest_deviation = 0; ///< Of the totals of the other items.
    std::size_t upper = 0;
    std::size_t lower = 0;

    void add(double candidate_total, double candidate_deviation, double candidate_rest, signed char group)
    {
        ++count;
        total += candidate_total;
        deviation += candidate_deviation;
        rest_deviation += candidate_rest;
        upper += group > 0 ? 1U : 0U;
        lower += group < 0 ? 1U : 0U;
    }
};

OptionAnalysis::OptionAnalysis(const ScoreMatrix& scores) : scores_{&scores}
{
    const std::size_t candidates = scores.candidate_count();
    for (std::size_t row = 0; row < candidates; ++row) { totals_.push_back(scores.total(row).to_double()); }
    const double centre = candidates == 0 ? 0 : analysis::mean(totals_);
    for (const double total : totals_) { deviations_.push_back(total - centre); }
    for (const double deviation : deviations_) { total_moment_ += deviation * deviation; }
    group_.assign(candidates, 0);
    const ExtremeGroups groups = extreme_groups(scores);
    group_size_ = groups.upper.size();
    for (const std::size_t row : groups.upper) { group_[row] = 1; }
    for (const std::size_t row : groups.lower) { group_[row] = -1; }
}

std::vector<double> OptionAnalysis::deviations_without(std::size_t item) const
{
    std::vector<double> rest;
    rest.reserve(totals_.size());
    for (std::size_t row = 0; row < totals_.size(); ++row) {
        rest.push_back((scores_->total(row) - scores_->score(row, item)).to_double());
    }
    const double centre = rest.empty() ? 0 : analysis::mean(rest);
    for (double& value : rest) { value -= centre; }
    return rest;
}

OptionStatistics OptionAnalysis::finish(const Sums& sums, double rest_moment) const
{
    OptionStatistics one;
    if (totals_.empty()) { return one; }
    const auto all = static_cast<double>(totals_.size());
    const auto chosen = static_cast<double>(sums.count);
    one.count = sums.count;
    one.share = chosen / all;
    // Choosing is 0 or 1: its sum of squares about the mean is chosen × (all − chosen) / all.
    const double spread = chosen * (all - chosen) / all;
    const auto correlation = [&](double co_moment, double moment) -> std::optional<double> {
        if (!(spread * moment > 0)) { return std::nullopt; }
        return co_moment / std::sqrt(spread * moment);
    };
    one.point_biserial = correlation(sums.deviation, total_moment_);
    one.point_biserial_rest = correlation(sums.rest_deviation, rest_moment);
    if (sums.count > 0) { one.mean_total = sums.total / chosen; }
    if (group_size_ > 0) {
        one.upper_share = static_cast<double>(sums.upper) / static_cast<double>(group_size_);
        one.lower_share = static_cast<double>(sums.lower) / static_cast<double>(group_size_);
    }
    return one;
}

std::vector<OptionStatistics> OptionAnalysis::finish(std::span<const Sums> sums, std::span<const double> rest,
                                                     std::span<const std::string> options,
                                                     std::span<const std::string> correct_options) const
{
    const double rest_moment = std::inner_product(rest.begin(), rest.end(), rest.begin(), 0.0);
    std::vector<OptionStatistics> statistics;
    for (const Sums& each : sums) { statistics.push_back(finish(each, rest_moment)); }
    for (std::size_t option = 0; option < options.size(); ++option) {
        statistics[option].option = options[option];
        statistics[option].is_key = std::ranges::find(correct_options, options[option]) != correct_options.end();
    }
    return statistics;
}

std::vector<OptionStatistics> OptionAnalysis::of(std::size_t item, std::span<const std::string> options,
                                                 std::span<const std::string> correct_options,
                                                 std::span<const std::uint32_t> chosen) const
{
    PAPERVAULT_ASSERT(chosen.size() == totals_.size());
    const auto rest = deviations_without(item);
    std::vector<Sums> sums(options.size() + 1);
    for (std::size_t row = 0; row < chosen.size(); ++row) {
        sums[chosen[row]].add(totals_[row], deviations_[row], rest[row], group_[row]);
    }
    return finish(sums, rest, options, correct_options);
}

std::vector<OptionStatistics> OptionAnalysis::of(std::size_t item, std::span<const std::string> options,
                                                 std::span<const std::string> correct_options,
                                                 std::span<const Response> responses) const
{
    PAPERVAULT_ASSERT(responses.size() == totals_.size());
    const auto rest = deviations_without(item);
    std::vector<Sums> sums(options.size() + 1);
    for (std::size_t row = 0; row < responses.size(); ++row) {
        const auto add = [&](Sums& to) { to.add(totals_[row], deviations_[row], rest[row], group_[row]); };
        for (std::size_t option = 0; option < options.size(); ++option) {
            if (std::ranges::find(responses[row], options[option]) != responses[row].end()) { add(sums[option]); }
        }
        if (std::ranges::all_of(responses[row], &std::string::empty)) { add(sums.back()); }
    }
    return finish(sums, rest, options, correct_options);
}

std::vector<OptionStatistics> option_statistics(const ScoreMatrix& scores, std::size_t item,
                                                std::span<const std::string> options,
                                                std::span<const std::string> correct_options,
                                                std::span<const Response> responses)
{
    return OptionAnalysis{scores}.of(item, options, correct_options, responses);
}

} // namespace papervault::engine
