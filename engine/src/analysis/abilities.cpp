#include "analysis/item_curve.hpp"
#include "analysis/response_patterns.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/irt.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace papervault::engine {

using namespace analysis;

namespace {

Ability posterior_mean(const NodeTables& tables, const ResponsePatterns& patterns, std::size_t pattern,
                       const Quadrature& quadrature, std::vector<double>& posterior)
{
    std::ignore = tables.posterior(patterns, pattern, posterior);
    double mean = 0;
    double square = 0;
    for (std::size_t node = 0; node < posterior.size(); ++node) {
        mean += posterior[node] * quadrature.nodes[node];
        square += posterior[node] * quadrature.nodes[node] * quadrature.nodes[node];
    }
    return {mean, std::sqrt(std::max(0.0, square - mean * mean))};
}

/// Logarithm of the likelihood at an ability, its slope, and the observed information.
struct Likelihood {
    double value = 0;
    double slope = 0;
    double information = 0;
};

Likelihood likelihood(std::span<const ItemParameters> items, std::span<const signed char> row, double ability,
                      bool with_prior)
{
    const auto slope_at = [&](double at) {
        double slope = with_prior ? -at : 0;
        for (std::size_t n = 0; n < items.size(); ++n) {
            if (row[n] < 0) { continue; }
            const ItemParameters& item = items[n];
            const double s = logistic(item.slope * at + item.intercept);
            const double right = item.guessing + (1 - item.guessing) * s;
            // ∂ ln f / ∂θ = a s (x − P) / P.
            slope += item.slope * s * ((row[n] > 0 ? 1.0 : 0.0) - right) / std::max(right, 1e-300);
        }
        return slope;
    };
    Likelihood found;
    found.value = with_prior ? -ability * ability / 2 : 0;
    for (std::size_t n = 0; n < items.size(); ++n) {
        if (row[n] < 0) { continue; }
        const ItemParameters& item = items[n];
        const double z = item.slope * ability + item.intercept;
        const double right = item.guessing + (1 - item.guessing) * logistic(z);
        const double wrong = (1 - item.guessing) * logistic(-z);
        found.value += std::log(std::max(row[n] > 0 ? right : wrong, 1e-300));
    }
    constexpr double width = 1e-5;
    found.slope = slope_at(ability);
    found.information = -(slope_at(ability + width) - slope_at(ability - width)) / (2 * width);
    return found;
}

/// The highest point: of a grid, because a 3PL likelihood may have two hills, then by bisection of the slope.
Ability highest(std::span<const ItemParameters> items, std::span<const signed char> row, double limit, bool with_prior)
{
    constexpr int steps = 120;
    double best = -limit;
    double best_value = likelihood(items, row, best, with_prior).value;
    for (int n = 1; n <= steps; ++n) {
        const double at = -limit + 2 * limit * n / steps;
        const double value = likelihood(items, row, at, with_prior).value;
        if (value > best_value) {
            best = at;
            best_value = value;
        }
    }
    double low = std::max(-limit, best - 2 * limit / steps);
    double high = std::min(limit, best + 2 * limit / steps);
    if (likelihood(items, row, low, with_prior).slope > 0 && likelihood(items, row, high, with_prior).slope < 0) {
        for (int n = 0; n < 60; ++n) {
            const double middle = (low + high) / 2;
            (likelihood(items, row, middle, with_prior).slope > 0 ? low : high) = middle;
        }
        best = (low + high) / 2;
    }
    const double information = likelihood(items, row, best, with_prior).information;
    return {best, information > 0 ? 1 / std::sqrt(information) : limit};
}

} // namespace

Ability expected_ability(std::span<const ItemParameters> items, std::span<const signed char> row, int nodes)
{
    PAPERVAULT_ASSERT(items.size() == row.size());
    BinaryMatrix one{items.size()};
    one.add_candidate(row);
    return expected_abilities(items, one, nodes).front();
}

std::vector<Ability> expected_abilities(std::span<const ItemParameters> items, const BinaryMatrix& responses, int nodes)
{
    PAPERVAULT_ASSERT(items.size() == responses.item_count());
    const Quadrature quadrature{nodes};
    const ResponsePatterns patterns{responses};
    const NodeTables tables{items, quadrature};
    std::vector<double> posterior;
    std::vector<Ability> of_patterns;
    for (std::size_t pattern = 0; pattern < patterns.count(); ++pattern) {
        of_patterns.push_back(posterior_mean(tables, patterns, pattern, quadrature, posterior));
    }
    std::vector<Ability> abilities;
    for (const std::uint32_t pattern : patterns.of_candidates()) { abilities.push_back(of_patterns[pattern]); }
    return abilities;
}

Ability modal_ability(std::span<const ItemParameters> items, std::span<const signed char> row)
{
    PAPERVAULT_ASSERT(items.size() == row.size());
    return highest(items, row, 6, true);
}

Ability likeliest_ability(std::span<const ItemParameters> items, std::span<const signed char> row, double limit)
{
    PAPERVAULT_ASSERT(items.size() == row.size() && limit > 0);
    return highest(items, row, limit, false);
}

} // namespace papervault::engine
