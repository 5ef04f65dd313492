#pragma once

#include <papervault/engine/error.hpp>
#include <papervault/engine/irt.hpp>

#include <optional>
#include <span>
#include <vector>

/// Equating of parallel forms taken by random groups: which score on form Y says the same as a score on form X.
/// Definitions and sources (Kolen & Brennan 2014): docs/analysis.md. Pure; any thread.
namespace papervault::engine {

/// Candidates at each total from 0 to the highest possible one; smoothed counts need not be whole.
using ScoreCounts = std::vector<double>;

struct EquatedScore {
    int score = 0;               ///< On form X.
    double equivalent = 0;       ///< On form Y.
    std::optional<double> error; ///< Standard error for random groups; missing after smoothing.
};

/// Same standard score on both; standard errors by the delta method without normality (Braun & Holland 1982).
/// @return inconsistent where a form has fewer than two candidates or totals that do not vary.
[[nodiscard]] Result<std::vector<EquatedScore>> equate_linear(const ScoreCounts& form_x, const ScoreCounts& form_y);

/// Same percentile rank on both, scores spread evenly over ±½; standard errors by Lord (1982).
/// @param smoothed  The counts come out of smoothed(): no standard errors.
/// @return inconsistent where a form has no candidate.
[[nodiscard]] Result<std::vector<EquatedScore>> equate_equipercentile(const ScoreCounts& form_x,
                                                                      const ScoreCounts& form_y, bool smoothed);

/// Polynomial log-linear model (Holland & Thayer 2000): keeps the number of candidates and the first `degree` moments.
/// @param degree  1 to 10, less than the number of different totals that occur.
/// @return out_of_range for another degree; inconsistent where the fit does not converge.
[[nodiscard]] Result<ScoreCounts> smoothed(const ScoreCounts& counts, int degree);

/// From the scale of form X to that of form Y: θ_Y = slope θ_X + intercept.
struct ScaleLink {
    double slope = 1;
    double intercept = 0;
};
/// By mean and standard deviation of the difficulties of the common items (Marco 1977).
/// @param on_x, on_y  The same items, as calibrated with each form.
/// @return out_of_range for fewer than two items; inconsistent where the difficulties do not vary.
[[nodiscard]] Result<ScaleLink> link_mean_sigma(std::span<const ItemParameters> on_x,
                                                std::span<const ItemParameters> on_y);
/// An item of form X on the scale of form Y.
[[nodiscard]] ItemParameters linked(const ItemParameters& item, const ScaleLink& link);

} // namespace papervault::engine
