#pragma once

#include <papervault/engine/decimal.hpp>
#include <papervault/engine/grading.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Classical item analysis after an exam: pure functions on the scores of one form. Statistics are for people; no score
/// depends on them.
namespace papervault::engine {

/// Scores of one form: a row for each candidate, a column for each item.
class ScoreMatrix {
public:
    /// @param points_max By item; each greater than 0.
    explicit ScoreMatrix(std::vector<Decimal> points_max);
    /// @param scores By item, as many as there are items.
    void add_candidate(std::span<const Decimal> scores);

    [[nodiscard]] std::size_t candidate_count() const noexcept { return totals_.size(); }
    [[nodiscard]] std::size_t item_count() const noexcept { return points_max_.size(); }
    [[nodiscard]] Decimal score(std::size_t candidate, std::size_t item) const
    {
        return scores_[candidate * points_max_.size() + item];
    }
    [[nodiscard]] Decimal total(std::size_t candidate) const { return totals_[candidate]; }
    [[nodiscard]] Decimal points_max(std::size_t item) const { return points_max_[item]; }

private:
    std::vector<Decimal> points_max_;
    std::vector<Decimal> scores_;
    std::vector<Decimal> totals_;
};

/// The best and the worst 27 % by total (Kelley 1939): 0.27 × candidates, halves to the even number; equal totals in
/// the order of the rows.
struct ExtremeGroups {
    std::vector<std::size_t> upper;
    std::vector<std::size_t> lower;
};
[[nodiscard]] ExtremeGroups extreme_groups(const ScoreMatrix& scores);

/// A correlation is missing where one side does not vary.
struct ItemStatistics {
    double difficulty = 0;                          ///< p: mean score / points_max.
    double variance = 0;                            ///< Of the score, divided by n.
    std::optional<double> point_biserial;           ///< With the total.
    std::optional<double> corrected_point_biserial; ///< With the total of the other items.
    std::optional<double> alpha_if_deleted;         ///< Of the other items; needs at least three items.
    std::optional<double> discrimination; ///< p of the upper group − p of the lower; missing for empty groups.
};
/// By item.
[[nodiscard]] std::vector<ItemStatistics> item_statistics(const ScoreMatrix& scores);

struct OptionStatistics {
    std::string option; ///< Empty: nothing was chosen.
    bool is_key = false;
    std::size_t count = 0; ///< Candidates who chose it; one candidate may choose several.
    double share = 0;
    std::optional<double> point_biserial;      ///< Of choosing it with the total.
    std::optional<double> point_biserial_rest; ///< … with the total of the other items.
    std::optional<double> mean_total;          ///< Of those who chose it.
    double upper_share = 0;                    ///< In the upper group.
    double lower_share = 0;
};
/// What each option of a choice attracts. Totals and groups are worked out once for all items of a matrix.
class OptionAnalysis {
public:
    /// @param scores  Must outlive the analysis.
    explicit OptionAnalysis(const ScoreMatrix& scores);

    /// The given options in their order, then one entry for nothing chosen.
    /// @param responses By candidate, as in the matrix.
    [[nodiscard]] std::vector<OptionStatistics> of(std::size_t item, std::span<const std::string> options,
                                                   std::span<const std::string> correct_options,
                                                   std::span<const Response> responses) const;
    /// The same where each candidate chose one option at most, for large batches.
    /// @param chosen By candidate: the place in `options`, or options.size() for nothing.
    [[nodiscard]] std::vector<OptionStatistics> of(std::size_t item, std::span<const std::string> options,
                                                   std::span<const std::string> correct_options,
                                                   std::span<const std::uint32_t> chosen) const;

private:
    struct Sums;
    [[nodiscard]] OptionStatistics finish(const Sums& sums, double rest_moment) const;
    [[nodiscard]] std::vector<OptionStatistics> finish(std::span<const Sums> sums, std::span<const double> rest,
                                                       std::span<const std::string> options,
                                                       std::span<const std::string> correct_options) const;
    [[nodiscard]] std::vector<double> deviations_without(std::size_t item) const;

    const ScoreMatrix* scores_;
    std::vector<double> totals_;
    std::vector<double> deviations_; ///< Of the totals from their mean.
    double total_moment_ = 0;
    std::vector<signed char> group_; ///< By candidate: 1 upper, −1 lower, 0 neither.
    std::size_t group_size_ = 0;
};
[[nodiscard]] std::vector<OptionStatistics> option_statistics(const ScoreMatrix& scores, std::size_t item,
                                                              std::span<const std::string> options,
                                                              std::span<const std::string> correct_options,
                                                              std::span<const Response> responses);

struct FormStatistics {
    std::size_t candidates = 0;
    double mean = 0;
    std::optional<double> standard_deviation; ///< Divided by n − 1; needs two candidates.
    std::optional<double> alpha; ///< Cronbach's; KR-20 where scores are 0 and 1. Needs two items and varying totals.
    std::optional<double> standard_error; ///< Of measurement: SD × √(1 − alpha), an alpha below 0 counted as 0.
    std::optional<double> split_half;     ///< Correlation of odd with even items.
    std::optional<double> spearman_brown; ///< Stepped up from split_half.
    Decimal lowest;
    Decimal highest;
    double median = 0;
    std::vector<std::pair<Decimal, std::size_t>>
        distribution; ///< Candidates by total, ascending, only totals that occur.
};
/// @param scores At least one candidate.
[[nodiscard]] FormStatistics form_statistics(const ScoreMatrix& scores);

/// Rule G12, on a scale of 100.
enum class Band { excellent, good, pass, fail };
struct BandLimits {
    Decimal excellent = Decimal::from_integer(90);
    Decimal good = Decimal::from_integer(80);
    Decimal pass = Decimal::from_integer(60);
};
/// Exact: a total below a limit by a millionth is below it, nothing is rounded up. @param points_max Greater than 0.
[[nodiscard]] Band band_of(Decimal points, Decimal points_max, const BandLimits& limits = {});
/// Candidates by band, in the order of the enumerators.
[[nodiscard]] std::array<std::size_t, 4> count_bands(const ScoreMatrix& scores, const BandLimits& limits = {});

} // namespace papervault::engine
