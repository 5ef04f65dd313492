#include "analysis/distributions.hpp"
#include "analysis/quadrature.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/irt.hpp>

#include <algorithm>

namespace papervault::engine {

using namespace analysis;

namespace {

/// Adds an item to the distribution of totals.
void extend(std::vector<double>& distribution, double right)
{
    distribution.push_back(0);
    for (std::size_t total = distribution.size() - 1; total > 0; --total) {
        distribution[total] = distribution[total] * (1 - right) + distribution[total - 1] * right;
    }
    distribution[0] *= 1 - right;
}

/// Observed and expected counts of right responses in one group of equal totals.
struct ScoreGroup {
    double candidates = 0;
    double right = 0;
    double expected = 0; ///< Number expected to be right.
};

/// Merges neighbours until each group expects at least one right and one wrong response.
std::vector<ScoreGroup> merged(const std::vector<ScoreGroup>& groups)
{
    std::vector<ScoreGroup> merged;
    ScoreGroup open;
    const auto is_enough = [](const ScoreGroup& group) {
        return group.expected >= 1 && group.candidates - group.expected >= 1;
    };
    for (const ScoreGroup& group : groups) {
        open.candidates += group.candidates;
        open.right += group.right;
        open.expected += group.expected;
        if (is_enough(open)) {
            merged.push_back(open);
            open = {};
        }
    }
    if (open.candidates > 0 && !merged.empty()) {
        merged.back().candidates += open.candidates;
        merged.back().right += open.right;
        merged.back().expected += open.expected;
    }
    return merged;
}

/// Share right expected among candidates with each total from 1 to items − 1.
std::vector<double> expected_shares(std::span<const ItemParameters> items, std::size_t item,
                                    const Quadrature& quadrature)
{
    std::vector<double> right(items.size() + 1, 0.0);
    std::vector<double> all(items.size() + 1, 0.0);
    for (std::size_t node = 0; node < quadrature.nodes.size(); ++node) {
        const double ability = quadrature.nodes[node];
        std::vector<double> others{1};
        for (std::size_t other = 0; other < items.size(); ++other) {
            if (other != item) { extend(others, items[other].probability(ability)); }
        }
        const double probability = items[item].probability(ability);
        for (std::size_t total = 0; total < others.size(); ++total) {
            const double weight = quadrature.weights[node] * others[total];
            right[total + 1] += weight * probability;
            all[total + 1] += weight * probability;
            all[total] += weight * (1 - probability);
        }
    }
    for (std::size_t total = 0; total < right.size(); ++total) {
        right[total] = all[total] > 0 ? right[total] / all[total] : 0;
    }
    return right;
}

} // namespace

std::vector<double> total_distribution(std::span<const ItemParameters> items, double ability)
{
    std::vector<double> distribution{1};
    for (const ItemParameters& item : items) { extend(distribution, item.probability(ability)); }
    return distribution;
}

std::vector<ItemFit> item_fit(const Calibration& calibration, const BinaryMatrix& responses)
{
    const std::size_t items = calibration.items.size();
    PAPERVAULT_ASSERT(items == responses.item_count());
    const Quadrature quadrature{61};
    const auto abilities = expected_abilities(calibration.items, responses);
    std::vector<std::vector<ScoreGroup>> groups(items, std::vector<ScoreGroup>(items + 1));
    struct Squares {
        double standardised = 0;
        double residual = 0;
        double variance = 0;
        double count = 0;
    };
    std::vector<Squares> squares(items);
    for (std::size_t candidate = 0; candidate < responses.candidate_count(); ++candidate) {
        const auto row = responses.row(candidate);
        std::size_t total = 0;
        bool complete = true;
        for (const signed char cell : row) {
            total += cell == 1 ? 1U : 0U;
            complete &= cell >= 0;
        }
        for (std::size_t item = 0; item < items; ++item) {
            if (row[item] < 0) { continue; }
            const double right = calibration.items[item].probability(abilities[candidate].value);
            const double variance = std::max(right * (1 - right), 1e-12);
            const double residual = row[item] - right;
            squares[item].standardised += residual * residual / variance;
            squares[item].residual += residual * residual;
            squares[item].variance += variance;
            squares[item].count += 1;
            if (complete) {
                groups[item][total].candidates += 1;
                groups[item][total].right += row[item];
            }
        }
    }
    // The recursion takes the cube of the items: beyond this only mean squares.
    constexpr std::size_t chi_square_items_max = 400;
    std::vector<ItemFit> fits;
    const int parameters = calibration.model == IrtModel::three_parameter ? 3
                           : calibration.model == IrtModel::two_parameter ? 2
                                                                          : 1;
    for (std::size_t item = 0; item < items; ++item) {
        ItemFit& fit = fits.emplace_back();
        if (squares[item].count > 0) {
            fit.outfit = squares[item].standardised / squares[item].count;
            fit.infit = squares[item].residual / squares[item].variance;
        }
        if (items > chi_square_items_max) { continue; }
        const auto shares = expected_shares(calibration.items, item, quadrature);
        // Nobody with nothing or everything right can be right or wrong here: those groups say nothing.
        std::vector<ScoreGroup> inner(groups[item].begin() + 1, groups[item].end() - 1);
        for (std::size_t n = 0; n < inner.size(); ++n) { inner[n].expected = inner[n].candidates * shares[n + 1]; }
        const auto used = merged(inner);
        for (const ScoreGroup& group : used) {
            const double difference = group.right - group.expected;
            fit.chi_square += difference * difference / (group.expected * (1 - group.expected / group.candidates));
        }
        fit.degrees = static_cast<int>(used.size()) - parameters;
        if (fit.degrees > 0) { fit.p = chi_square_upper(fit.chi_square, fit.degrees); }
    }
    return fits;
}

} // namespace papervault::engine
