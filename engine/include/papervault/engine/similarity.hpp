#pragma once

#include <papervault/engine/error.hpp>
#include <papervault/engine/irt.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// Similar answers (雷同): how improbable it is that two candidates agree as they do by their abilities alone.
/// Definitions, sources and what the figures cannot say: docs/analysis.md. Pure; any thread.
namespace papervault::engine {

/// What each candidate answered, by options as their author wrote them: the order in which a form showed them is undone
/// before. Items are those of all forms together.
class AnswerTable {
public:
    static constexpr std::size_t options_max = 250;
    static constexpr std::uint8_t not_presented = 255; ///< Not on this candidate's form.
    static constexpr std::uint8_t left_out = 254;
    static constexpr std::uint8_t other =
        253; ///< Answered as too few others for an option of its own; agrees with none.

    /// @param right  By item, by option: whether it earns the point. At least one item; 1 to options_max options each.
    explicit AnswerTable(std::vector<std::vector<bool>> right);
    /// @param answers  By item: an option or one of the three codes above.
    void add_candidate(std::span<const std::uint8_t> answers);

    [[nodiscard]] std::size_t item_count() const noexcept { return right_.size(); }
    [[nodiscard]] std::size_t candidate_count() const noexcept { return answers_.size() / right_.size(); }
    [[nodiscard]] std::size_t option_count(std::size_t item) const { return right_[item].size(); }
    [[nodiscard]] bool is_right(std::size_t item, std::uint8_t answer) const
    {
        return answer < right_[item].size() && right_[item][answer];
    }
    [[nodiscard]] std::span<const std::uint8_t> answers(std::size_t candidate) const
    {
        return std::span{answers_}.subspan(candidate * right_.size(), right_.size());
    }
    /// 1 right, 0 wrong or left out, −1 not presented.
    [[nodiscard]] BinaryMatrix scored() const;

private:
    std::vector<std::vector<bool>> right_;
    std::vector<std::uint8_t> answers_;
};

/// How probable each answer of a candidate is. Right: the item's curve. Wrong: which wrong option, or none, by a
/// multinomial logistic curve of the ability (nested logit, Suh & Bolt 2010).
class ResponseModel {
public:
    struct Item {
        ItemParameters curve;
        std::vector<double> right_share;     ///< By option: its share of the right answers; 0 for wrong ones.
        std::vector<double> wrong_intercept; ///< By option, then for no answer; −∞ for right ones.
        std::vector<double> wrong_slope;
    };
    explicit ResponseModel(std::vector<Item> items) : items_{std::move(items)} {}

    [[nodiscard]] std::size_t item_count() const noexcept { return items_.size(); }
    [[nodiscard]] const Item& item(std::size_t item) const { return items_[item]; }
    /// By option. @param into As long as the item has options.
    void probabilities(std::size_t item, double ability, std::span<double> into) const;

private:
    std::vector<Item> items_;
};
/// Wrong answers by penalised maximum likelihood at the given abilities: intercepts N(0, 2²) around equal shares,
/// slopes N(0, 1).
[[nodiscard]] ResponseModel fit_response_model(const AnswerTable& answers, std::span<const ItemParameters> items,
                                               std::span<const double> abilities);
/// For scores: option 0 is wrong, option 1 is right.
[[nodiscard]] ResponseModel score_model(std::span<const ItemParameters> items);

/// Nominal response model (Bock 1972), by item: one multinomial logistic curve over all options, the right one among
/// them: exp(intercept + slope × ability), in shares.
struct NominalItem {
    std::vector<double> intercept; ///< By option.
    std::vector<double> slope;
};
/// @param items  As many slopes as intercepts each.
[[nodiscard]] ResponseModel nominal_model(std::span<const NominalItem> items);

/// Answers that two candidates share.
struct PairCounts {
    std::uint32_t common = 0; ///< Items presented to both.
    std::uint32_t same = 0;
    std::uint32_t same_right = 0;
    [[nodiscard]] std::uint32_t same_wrong() const { return same - same_right; }
    bool operator==(const PairCounts&) const = default;
};
[[nodiscard]] PairCounts count_pair(const AnswerTable& answers, std::size_t first, std::size_t second);

/// Both candidates alike: did they agree more than two of their abilities do?
struct PairTests {
    double omega = 0;   ///< Standardised number of equal answers (unconditional ω).
    double omega_p = 1; ///< Upper tail of N(0, 1).
    double gbt_p = 1;   ///< Generalised binomial test (van der Linden & Sotaridona 2006): all equal answers.
    double wrong_p = 1; ///< The same for equal wrong answers alone.
    double m4_p = 1;    ///< Maynes (2014): equal right and equal wrong answers together, generalised trinomial.
};
/// @param abilities  Of the two.
[[nodiscard]] PairTests test_pair(const AnswerTable& answers, const ResponseModel& model, std::size_t first,
                                  std::size_t second, std::span<const double> abilities);

/// One candidate suspected of copying from the other, the source's answers taken as given.
struct CopyingTests {
    double omega = 0; ///< Wollack (1997).
    double omega_p = 1;
    double gbt_p = 1;         ///< Conditional on the source's answers.
    std::optional<double> k;  ///< Holland (1996); missing where the source has nothing wrong or nobody compares.
    std::optional<double> k1; ///< Sotaridona & Meijer (2002), linear; missing as well for fewer than 3 groups.
    std::optional<double> k2; ///< … quadratic; fewer than 4 groups.
};
[[nodiscard]] CopyingTests test_copying(const AnswerTable& answers, const ResponseModel& model, std::size_t source,
                                        std::size_t copier, std::span<const double> abilities);

/// Which instructions count the answers that pairs share; all give the same result.
enum class AgreementPath { automatic, plain, avx2, avx512 };
[[nodiscard]] bool is_supported(AgreementPath path);

struct SimilarityOptions {
    double family_error = 0.01;   ///< Probability that any pair of the batch is flagged wrongly (Holm 1979).
    double discovery_rate = 0.05; ///< Expected share of wrong ones among the listed (Benjamini & Hochberg 1995).
    std::size_t kept_max = 1'000'000;
    unsigned threads = 1; ///< Of its own, all ended when the search returns; 1: only the caller's.
    AgreementPath path = AgreementPath::automatic;
};

/// A pair that agrees more than the level of the search allows.
struct SimilarPair {
    std::uint32_t first = 0; ///< Less than second.
    std::uint32_t second = 0;
    PairCounts counts;
    double gbt_p = 1;
    double wrong_p = 1;
    double p = 1;      ///< 2 × the lesser of the two, at most 1: two looks, each at half the level.
    double holm_p = 1; ///< Adjusted for the number of pairs; ≤ family_error: flagged.
    double bh_q = 1;   ///< ≤ discovery_rate: listed for review.
    bool flagged = false;
    bool listed = false;
};

struct SimilaritySearch {
    std::uint64_t pairs = 0;          ///< All pairs of the batch.
    std::uint64_t examined = 0;       ///< Pairs that the counts let through to the exact tests.
    double level = 1;                 ///< Every pair with p at most this is among `similar`.
    std::vector<SimilarPair> similar; ///< By p, then by candidates.
};
/// All pairs of a batch. Counts of shared answers are compared with bounds that no pair at the level can miss, and the
/// pairs that pass are tested exactly. Level: 1000 × the greater rate / pairs, at most 1; Benjamini-Hochberg treats
/// greater p as 1, which keeps its guarantee. The same result for any number of threads and any path.
/// @return out_of_range where more than kept_max pairs pass (the model does not fit), or there are more than 5,000 sets
/// of presented items.
[[nodiscard]] Result<SimilaritySearch> find_similar_pairs(const AnswerTable& answers, const ResponseModel& model,
                                                          std::span<const double> abilities,
                                                          const SimilarityOptions& options);

/// Calibrates a batch for the search: Rasch up to 300 candidates, 2PL above; weak priors keep small batches finite.
struct SimilarityModel {
    Calibration calibration;
    std::vector<double> abilities;
    ResponseModel responses;
};
[[nodiscard]] Result<SimilarityModel> calibrate_for_similarity(const AnswerTable& answers);

} // namespace papervault::engine
