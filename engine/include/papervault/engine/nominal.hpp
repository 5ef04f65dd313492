#pragma once

#include <papervault/engine/similarity.hpp>

#include <optional>
#include <vector>

/// Nominal response model (Bock 1972): calibration by marginal maximum likelihood, and the model that the similarity
/// indices take. Definitions: docs/analysis.md. Pure; any thread.
namespace papervault::engine {

struct NominalOptions {
    int nodes = 41; ///< Equally spaced from −6 to 6, weighted by N(0, 1); at least 5.
    int cycles_max = 2'000;
    double tolerance = 1e-5; ///< Greatest change of a parameter in the last cycle.
    bool errors = true;      ///< Work out standard errors.
    /// Deviation of a normal density around 0 of each intercept and slope, which keeps categories that few chose
    /// finite; estimates are then posterior modes.
    std::optional<double> prior{};
};

/// Standard errors, as NominalItem; 0 for a category that nobody chose.
struct NominalErrors {
    std::vector<double> intercept;
    std::vector<double> slope;
};

struct NominalCalibration {
    /// By item: its options, then no answer. Over the categories that occur the intercepts sum to 0, and so do the
    /// slopes (Bock's constraint); a category that nobody chose has the intercept −∞. Greater abilities are those that
    /// choose right options.
    std::vector<NominalItem> items;
    std::vector<NominalErrors> errors; ///< By item; empty without information.
    InformationMethod information = InformationMethod::none;
    double log_likelihood = 0; ///< Of the answers, without the prior.
    double aic = 0;
    double bic = 0;
    std::size_t parameters = 0;
    std::vector<double> history; ///< Log-likelihood with the prior at the start of each cycle; never falls.
    bool converged = false;
    std::vector<Ability> abilities; ///< By candidate: mean of the posterior under N(0, 1).
};
/// Leaving out, and answers that are no option of their own, are one category more; what was not presented says
/// nothing.
/// @return out_of_range for fewer than two candidates; inconsistent where an item was answered in one way only.
[[nodiscard]] Result<NominalCalibration> calibrate_nominal(const AnswerTable& answers, const NominalOptions& options);

/// For the indices: probabilities of the options, that of no answer left out.
[[nodiscard]] ResponseModel response_model(const NominalCalibration& calibration);

} // namespace papervault::engine
