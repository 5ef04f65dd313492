#pragma once

#include <papervault/engine/error.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// Item response theory for items scored 0 or 1: calibration by marginal maximum likelihood (Bock & Aitkin 1981) and
/// abilities. Definitions and sources: docs/analysis.md. Pure; any thread.
namespace papervault::engine {

/// A row for each candidate: 1 right, 0 wrong, −1 not presented.
class BinaryMatrix {
public:
    /// @param items At least 1.
    explicit BinaryMatrix(std::size_t items);
    /// @param row  As many as items; each −1, 0 or 1.
    void add_candidate(std::span<const signed char> row);

    [[nodiscard]] std::size_t item_count() const noexcept { return items_; }
    [[nodiscard]] std::size_t candidate_count() const noexcept { return cells_.size() / items_; }
    [[nodiscard]] std::span<const signed char> row(std::size_t candidate) const
    {
        return std::span{cells_}.subspan(candidate * items_, items_);
    }

private:
    std::size_t items_;
    std::vector<signed char> cells_;
};

enum class IrtModel {
    rasch, ///< One slope for all items; abilities N(0, 1). Slope 1 and abilities N(0, slope²) are the same model.
    two_parameter,
    three_parameter,
};

/// P(right) = c + (1 − c) / (1 + exp(−a (ability − b))); no factor 1.7. intercept = −a b.
struct ItemParameters {
    double slope = 1;     ///< a
    double intercept = 0; ///< −a b
    double guessing = 0;  ///< c
    [[nodiscard]] double difficulty() const { return -intercept / slope; }
    [[nodiscard]] double probability(double ability) const;
};

struct ItemErrors {
    double slope = 0;
    double intercept = 0;
    double guessing = 0;
    double difficulty = 0; ///< By the delta method.
};

/// Densities that hold back what few candidates cannot tell; with one, estimates are posterior modes.
struct IrtPriors {
    struct Normal {
        double mean = 0;
        double deviation = 1;
    };
    struct Beta {
        double alpha = 2;
        double beta = 2;
    };
    std::optional<Normal> log_slope;
    std::optional<Normal> intercept;
    std::optional<Beta> guessing;
};
/// None for Rasch and 2PL; for 3PL those of BILOG (Mislevy & Bock 1990): log slope N(0, 0.5²), guessing Beta with mean
/// 1 / options and the weight of 20 candidates.
[[nodiscard]] IrtPriors usual_priors(IrtModel model, int options = 5);

struct IrtOptions {
    IrtModel model = IrtModel::two_parameter;
    IrtPriors priors{};
    int nodes = 61; ///< Equally spaced from −6 to 6, weighted by N(0, 1); at least 5.
    int cycles_max = 2'000;
    double tolerance = 1e-6; ///< Greatest change of a parameter in the last cycle.
    bool errors = true;      ///< Work out standard errors.
};

/// How the standard errors were found.
enum class InformationMethod {
    none,          ///< Not asked for, or the information is singular.
    observed,      ///< Louis (1982).
    cross_product, ///< Sum of squared scores of the candidates; for large data.
};
/// "none", "observed", "cross_product".
[[nodiscard]] std::string_view to_text(InformationMethod method) noexcept;

struct Calibration {
    IrtModel model{};
    std::vector<ItemParameters> items;
    std::vector<ItemErrors> errors; ///< By item; empty without information.
    InformationMethod information = InformationMethod::none;
    double log_likelihood = 0; ///< Of the responses, without priors.
    double aic = 0;
    double bic = 0;
    std::size_t parameters = 0;
    std::vector<double> history; ///< Log-likelihood with priors at the start of each cycle; never falls.
    bool converged = false;
};
/// @return inconsistent where an item has no wrong or no right response and no prior on intercepts; out_of_range for
/// fewer than two candidates.
[[nodiscard]] Result<Calibration> calibrate(const BinaryMatrix& responses, const IrtOptions& options);

struct Ability {
    double value = 0;
    double error = 0; ///< Standard deviation of the posterior, or standard error.
};
/// Mean of the posterior under N(0, 1), by the same quadrature as the calibration.
[[nodiscard]] Ability expected_ability(std::span<const ItemParameters> items, std::span<const signed char> row,
                                       int nodes = 61);
/// The same for each candidate of a matrix, quicker.
[[nodiscard]] std::vector<Ability> expected_abilities(std::span<const ItemParameters> items,
                                                      const BinaryMatrix& responses, int nodes = 61);
/// Mode of the posterior under N(0, 1).
[[nodiscard]] Ability modal_ability(std::span<const ItemParameters> items, std::span<const signed char> row);
/// The greatest likelihood within ±limit; at a bound where all is right or all is wrong.
[[nodiscard]] Ability likeliest_ability(std::span<const ItemParameters> items, std::span<const signed char> row,
                                        double limit = 6);

/// S-X² (Orlando & Thissen 2000): observed against expected shares right by total score.
struct ItemFit {
    double chi_square = 0;
    int degrees = 0; ///< Score groups, those expecting fewer than 1 merged, minus parameters; not positive: no test.
    std::optional<double> p;
    double infit = 0;  ///< Mean squares weighted by information, at the expected abilities.
    double outfit = 0; ///< Mean squares.
};
/// Candidates with an item not presented are left out of S-X²; above 400 items there is none (degrees 0).
[[nodiscard]] std::vector<ItemFit> item_fit(const Calibration& calibration, const BinaryMatrix& responses);

/// Share of candidates expected at each total from 0 to items (Lord & Wingersky 1984), at one ability.
[[nodiscard]] std::vector<double> total_distribution(std::span<const ItemParameters> items, double ability);

} // namespace papervault::engine
