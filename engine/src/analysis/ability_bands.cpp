#include "analysis/ability_bands.hpp"

#include "analysis/counting_distributions.hpp"
#include "analysis/parallel.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

namespace papervault::engine::analysis {
namespace {

/// Narrow enough for a bound close to the chances of every member, wide enough for few bands.
constexpr double band_width = 0.05;
constexpr std::size_t patterns_max = 5'000;
/// Rounding may bring a computed bound above the exact tail by parts in 10¹³.
constexpr double slack = 1 + 1e-9;

/// Which items a candidate saw, as a key.
std::string pattern_of(std::span<const std::uint8_t> answers)
{
    std::string pattern((answers.size() + 7) / 8, '\0');
    for (std::size_t item = 0; item < answers.size(); ++item) {
        if (answers[item] != AnswerTable::not_presented) {
            pattern[item / 8] = static_cast<char>(static_cast<unsigned char>(pattern[item / 8]) | (1U << (item % 8)));
        }
    }
    return pattern;
}

} // namespace

Result<AbilityBands> AbilityBands::divide(const AnswerTable& answers, const ResponseModel& model,
                                          std::span<const double> abilities, unsigned threads)
{
    AbilityBands bands;
    bands.answers_ = &answers;
    std::map<std::string, std::uint32_t> known;
    std::vector<std::uint32_t> pattern;
    for (std::size_t candidate = 0; candidate < answers.candidate_count(); ++candidate) {
        const auto number = static_cast<std::uint32_t>(known.size());
        pattern.push_back(known.emplace(pattern_of(answers.answers(candidate)), number).first->second);
    }
    if (known.size() > patterns_max) {
        return refuse(EngineError::out_of_range, "more than 5000 different sets of items were presented");
    }
    bands.order_.resize(answers.candidate_count());
    std::iota(bands.order_.begin(), bands.order_.end(), 0U);
    std::ranges::sort(bands.order_, [&](std::uint32_t left, std::uint32_t right) {
        return std::tuple{pattern[left], abilities[left], left} < std::tuple{pattern[right], abilities[right], right};
    });
    for (std::size_t place = 0; place < bands.order_.size(); ++place) {
        const std::uint32_t candidate = bands.order_[place];
        const std::uint32_t first = bands.bands_.empty() ? 0 : bands.order_[bands.bands_.back().from];
        const bool starts = bands.bands_.empty() || pattern[candidate] != pattern[first] ||
                            abilities[candidate] - abilities[first] > band_width;
        if (starts) { bands.bands_.push_back({place, place}); }
        bands.bands_.back().to = place + 1;
    }
    bands.option_starts_.push_back(0);
    for (std::size_t item = 0; item < answers.item_count(); ++item) {
        bands.option_starts_.push_back(bands.option_starts_.back() + answers.option_count(item));
    }
    bands.least_.assign(bands.bands_.size() * bands.option_starts_.back(), 0.0);
    for_each_task(bands.bands_.size(), threads,
                  [&](std::size_t band, unsigned) { bands.find_least(answers, model, abilities, band); });
    return bands;
}

void AbilityBands::find_least(const AnswerTable& answers, const ResponseModel& model, std::span<const double> abilities,
                              std::size_t band)
{
    const Band& places = bands_[band];
    const auto presented = answers.answers(order_[places.from]);
    std::array<double, AnswerTable::options_max> of_one{};
    double* const least = least_.data() + band * option_starts_.back();
    for (std::size_t item = 0; item < presented.size(); ++item) {
        if (presented[item] == AnswerTable::not_presented) { continue; } // stays 0: nobody agrees here
        const std::size_t options = answers.option_count(item);
        double* const of_item = least + option_starts_[item];
        std::fill_n(of_item, options, 1.0);
        double last = 0;
        for (std::size_t place = places.from; place < places.to; ++place) {
            const double ability = abilities[order_[place]];
            if (place > places.from && ability == last) { continue; }
            last = ability;
            model.probabilities(item, ability, std::span{of_one}.first(options));
            for (std::size_t option = 0; option < options; ++option) {
                of_item[option] = std::min(of_item[option], of_one[option]);
            }
        }
    }
}

AbilityBands::Minimum AbilityBands::minimum(std::size_t first, std::size_t second, double level) const
{
    const std::size_t options = option_starts_.back();
    const double* const a = least_.data() + first * options;
    const double* const b = least_.data() + second * options;
    std::vector<double> all;
    std::vector<double> wrong;
    for (std::size_t item = 0; item + 1 < option_starts_.size(); ++item) {
        double right = 0;
        double not_right = 0;
        for (std::size_t at = option_starts_[item]; at < option_starts_[item + 1]; ++at) {
            const auto option = static_cast<std::uint8_t>(at - option_starts_[item]);
            (answers_->is_right(item, option) ? right : not_right) += a[at] * b[at];
        }
        all.push_back(right + not_right);
        wrong.push_back(not_right);
    }
    return {static_cast<std::uint32_t>(SuccessDistribution{all}.least_count(level * slack)),
            static_cast<std::uint32_t>(SuccessDistribution{wrong}.least_count(level * slack))};
}

} // namespace papervault::engine::analysis
