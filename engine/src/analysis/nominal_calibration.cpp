#include "analysis/dense.hpp"
#include "analysis/nominal_rows.hpp"
#include "analysis/quadrature.hpp"
#include "analysis/response_patterns.hpp"

#include <papervault/engine/assert.hpp>
#include <papervault/engine/nominal.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace papervault::engine {

using namespace analysis;

namespace {

constexpr double parameter_max = 40;
/// Above these many products the information is summed from scores of candidates instead, or not at all.
constexpr double observed_products_max = 3e9;
constexpr double cross_products_max = 2e10;

/// By item: category × node.
using Counts = std::vector<std::vector<double>>;
struct Expectation {
    Counts counts;
    double log_likelihood = 0;
    std::vector<Ability> abilities; ///< Where they were asked for.
};

class Estimation {
public:
    Estimation(const NominalRows& rows, const Quadrature& quadrature, const std::optional<double>& prior)
        : rows_{rows}, quadrature_{quadrature}, precision_{prior ? 1 / (*prior * *prior) : 0.0}
    {
    }

    /// Calls act(posterior over the nodes, row) for each candidate. @return The log-likelihood.
    template <class Act>
    double for_each_candidate(const std::vector<NominalPoint>& items, Act act) const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        std::vector<std::vector<double>> tables;
        std::vector<double> logs;
        for (const NominalPoint& item : items) {
            auto& table = tables.emplace_back(item.size() * nodes);
            for (std::size_t node = 0; node < nodes; ++node) {
                log_shares(item, quadrature_.nodes[node], logs);
                for (std::size_t k = 0; k < item.size(); ++k) { table[k * nodes + node] = logs[k]; }
            }
        }
        double log_likelihood = 0;
        std::vector<double> posterior;
        for (std::size_t candidate = 0; candidate < rows_.count(); ++candidate) {
            const auto row = rows_.row(candidate);
            posterior = quadrature_.log_weights;
            double* const into = posterior.data();
            for (std::size_t item = 0; item < items.size(); ++item) {
                if (row[item] == NominalRows::not_presented) { continue; }
                const double* const at = tables[item].data() + row[item] * nodes;
                for (std::size_t node = 0; node < nodes; ++node) { into[node] += at[node]; }
            }
            log_likelihood += normalise(posterior);
            act(posterior, row);
        }
        return log_likelihood;
    }

    [[nodiscard]] Expectation expect(const std::vector<NominalPoint>& items, bool with_abilities = false) const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        Expectation found;
        for (const NominalPoint& item : items) { found.counts.emplace_back(item.size() * nodes, 0.0); }
        found.log_likelihood = for_each_candidate(items, [&](const std::vector<double>& posterior, auto row) {
            for (std::size_t item = 0; item < items.size(); ++item) {
                if (row[item] == NominalRows::not_presented) { continue; }
                double* const into = found.counts[item].data() + row[item] * nodes;
                for (std::size_t node = 0; node < nodes; ++node) { into[node] += posterior[node]; }
            }
            if (!with_abilities) { return; }
            double mean = 0;
            double square = 0;
            for (std::size_t node = 0; node < nodes; ++node) {
                mean += posterior[node] * quadrature_.nodes[node];
                square += posterior[node] * quadrature_.nodes[node] * quadrature_.nodes[node];
            }
            found.abilities.push_back({mean, std::sqrt(std::max(0.0, square - mean * mean))});
        });
        return found;
    }

    /// Logarithm of the prior density, without its constant.
    [[nodiscard]] double log_prior(const NominalPoint& item) const
    {
        if (precision_ == 0) { return 0; }
        const double intercept = mean_of(item, &NominalPoint::intercept);
        const double slope = mean_of(item, &NominalPoint::slope);
        double sum = 0;
        for (std::size_t k = 0; k < item.size(); ++k) {
            sum += std::pow(item.intercept(k) - intercept, 2) + std::pow(item.slope(k) - slope, 2);
        }
        return -precision_ * sum / 2;
    }

    /// Expected log-likelihood of one item with its prior.
    [[nodiscard]] double value(const NominalPoint& item, const std::vector<double>& counts) const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        double sum = log_prior(item);
        std::vector<double> logs;
        for (std::size_t node = 0; node < nodes; ++node) {
            log_shares(item, quadrature_.nodes[node], logs);
            for (std::size_t k = 0; k < item.size(); ++k) { sum += counts[k * nodes + node] * logs[k]; }
        }
        return sum;
    }

    /// Gradient of the same; with `information` its second derivatives as well, their signs turned.
    [[nodiscard]] std::vector<double> gradient(const NominalPoint& item, const std::vector<double>& counts,
                                               Symmetric* information = nullptr) const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        std::vector<double> sum(item.point.size(), 0.0);
        std::vector<double> logs;
        for (std::size_t node = 0; node < nodes; ++node) {
            const double ability = quadrature_.nodes[node];
            log_shares(item, ability, logs);
            double all = 0;
            for (std::size_t k = 0; k < item.size(); ++k) { all += counts[k * nodes + node]; }
            for (std::size_t k = 1; k < item.size(); ++k) {
                const double share = std::exp(logs[k]);
                const double residual = counts[k * nodes + node] - all * share;
                sum[2 * k - 2] += residual;
                sum[2 * k - 1] += residual * ability;
                if (information == nullptr) { continue; }
                for (std::size_t j = 1; j < item.size(); ++j) {
                    const double weight = all * share * ((j == k ? 1 : 0) - std::exp(logs[j]));
                    information->at(2 * k - 2, 2 * j - 2) += weight;
                    information->at(2 * k - 2, 2 * j - 1) += weight * ability;
                    information->at(2 * k - 1, 2 * j - 2) += weight * ability;
                    information->at(2 * k - 1, 2 * j - 1) += weight * ability * ability;
                }
            }
        }
        add_prior(item, sum, information);
        return sum;
    }

    /// Newton's method on one item, steps halved until the value does not fall.
    void improve(NominalPoint& item, const std::vector<double>& counts) const
    {
        constexpr int steps = 3;
        for (int step = 0; step < steps; ++step) {
            Symmetric information{item.point.size()};
            std::vector<double> move = gradient(item, counts, &information);
            for (std::size_t i = 0; i < move.size(); ++i) { information.at(i, i) += 1e-9; }
            if (!information.factorise()) { return; }
            information.solve(move);
            const double before = value(item, counts);
            bool moved = false;
            for (double share = 1; share > 1e-6 && !moved; share /= 2) {
                NominalPoint next = item;
                for (std::size_t i = 0; i < move.size(); ++i) {
                    next.point[i] = std::clamp(item.point[i] + share * move[i], -parameter_max, parameter_max);
                }
                moved = value(next, counts) >= before;
                if (moved) { item = std::move(next); }
            }
            if (!moved) { return; }
        }
    }

    /// Gradient of the whole log-likelihood (with the prior), by Fisher's identity that of the expected one.
    [[nodiscard]] std::vector<double> gradient(const std::vector<NominalPoint>& items) const
    {
        const Expectation found = expect(items);
        std::vector<double> all;
        for (std::size_t item = 0; item < items.size(); ++item) {
            const auto one = gradient(items[item], found.counts[item]);
            all.insert(all.end(), one.begin(), one.end());
        }
        return all;
    }

    /// By differences of the gradient.
    [[nodiscard]] Symmetric observed_information(const std::vector<NominalPoint>& items, std::size_t size) const
    {
        constexpr double width = 1e-4;
        Symmetric information{size};
        std::vector<NominalPoint> moved = items;
        std::size_t row = 0;
        for (NominalPoint& item : moved) {
            for (double& parameter : item.point) {
                const double here = parameter;
                parameter = here + width;
                const auto above = gradient(moved);
                parameter = here - width;
                const auto below = gradient(moved);
                parameter = here;
                for (std::size_t column = 0; column < size; ++column) {
                    const double half = (below[column] - above[column]) / (2 * width) / 2;
                    information.at(row, column) += half;
                    information.at(column, row) += half;
                }
                ++row;
            }
        }
        return information;
    }

    /// Sum of the squared scores of the candidates.
    [[nodiscard]] Symmetric cross_product(const std::vector<NominalPoint>& items, std::size_t size) const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        Symmetric information{size};
        std::vector<std::vector<double>> shares; // item: category × node
        std::vector<double> logs;
        for (const NominalPoint& item : items) {
            auto& table = shares.emplace_back(item.size() * nodes);
            for (std::size_t node = 0; node < nodes; ++node) {
                log_shares(item, quadrature_.nodes[node], logs);
                for (std::size_t k = 0; k < item.size(); ++k) { table[k * nodes + node] = std::exp(logs[k]); }
            }
        }
        std::vector<double> score(size);
        for_each_candidate(items, [&](const std::vector<double>& posterior, auto row) {
            std::size_t place = 0;
            for (std::size_t item = 0; item < items.size(); ++item) {
                for (std::size_t k = 1; k < items[item].size(); ++k, place += 2) {
                    score[place] = score[place + 1] = 0;
                    if (row[item] == NominalRows::not_presented) { continue; }
                    const double is_chosen = row[item] == k ? 1 : 0;
                    for (std::size_t node = 0; node < nodes; ++node) {
                        const double part = posterior[node] * (is_chosen - shares[item][k * nodes + node]);
                        score[place] += part;
                        score[place + 1] += part * quadrature_.nodes[node];
                    }
                }
            }
            for (std::size_t i = 0; i < size; ++i) {
                for (std::size_t j = 0; j < size; ++j) { information.at(i, j) += score[i] * score[j]; }
            }
        });
        return information;
    }

private:
    void add_prior(const NominalPoint& item, std::vector<double>& sum, Symmetric* information) const
    {
        if (precision_ == 0) { return; }
        const double intercept = mean_of(item, &NominalPoint::intercept);
        const double slope = mean_of(item, &NominalPoint::slope);
        const auto size = static_cast<double>(item.size());
        for (std::size_t k = 1; k < item.size(); ++k) {
            sum[2 * k - 2] -= precision_ * (item.intercept(k) - intercept);
            sum[2 * k - 1] -= precision_ * (item.slope(k) - slope);
            if (information == nullptr) { continue; }
            for (std::size_t j = 1; j < item.size(); ++j) {
                const double weight = precision_ * ((j == k ? 1 : 0) - 1 / size);
                information->at(2 * k - 2, 2 * j - 2) += weight;
                information->at(2 * k - 1, 2 * j - 1) += weight;
            }
        }
    }

    const NominalRows& rows_;
    const Quadrature& quadrature_;
    double precision_;
};

/// Errors of parameters that sum to 0, from those of differences to the first category.
void add_errors(NominalCalibration& calibration, const std::vector<NominalPoint>& items, const Symmetric& factor)
{
    std::size_t start = 0;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const NominalPoint& item = items[n];
        const std::size_t own = item.point.size();
        std::vector<std::vector<double>> covariance;
        for (std::size_t i = 0; i < own; ++i) {
            std::vector<double> unit(factor.size(), 0.0);
            unit[start + i] = 1;
            factor.solve(unit);
            covariance.emplace_back(unit.begin() + static_cast<std::ptrdiff_t>(start),
                                    unit.begin() + static_cast<std::ptrdiff_t>(start + own));
        }
        NominalErrors& errors = calibration.errors.emplace_back();
        errors.intercept.assign(calibration.items[n].intercept.size(), 0.0);
        errors.slope = errors.intercept;
        const double part = 1 / static_cast<double>(item.size());
        for (std::size_t k = 0; k < item.size(); ++k) {
            for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
                double variance = 0;
                for (std::size_t i = 1; i < item.size(); ++i) {
                    for (std::size_t j = 1; j < item.size(); ++j) {
                        variance += ((i == k ? 1 : 0) - part) * ((j == k ? 1 : 0) - part) *
                                    covariance[2 * i - 2 + which][2 * j - 2 + which];
                    }
                }
                (which == 0 ? errors.intercept : errors.slope)[item.categories[k]] = std::sqrt(std::max(variance, 0.0));
            }
        }
        start += own;
    }
}

/// Whether the right options go with lesser abilities.
bool is_turned(const std::vector<NominalPoint>& items, const AnswerTable& answers)
{
    double sum = 0;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const double mean = mean_of(items[n], &NominalPoint::slope);
        for (std::size_t k = 0; k < items[n].size(); ++k) {
            const std::size_t place = items[n].categories[k];
            const bool is_right =
                place < answers.option_count(n) && answers.is_right(n, static_cast<std::uint8_t>(place));
            if (is_right) { sum += items[n].slope(k) - mean; }
        }
    }
    return sum < 0;
}

} // namespace

Result<NominalCalibration> calibrate_nominal(const AnswerTable& answers, const NominalOptions& options)
{
    PAPERVAULT_ASSERT(options.nodes >= 5);
    if (answers.candidate_count() < 2) { return refuse(EngineError::out_of_range, "fewer than two candidates"); }
    const NominalRows rows{answers};
    std::vector<NominalPoint> items = rows.items();
    for (std::size_t item = 0; item < items.size(); ++item) {
        if (items[item].size() < 2) {
            return refuse(EngineError::inconsistent,
                          "item " + std::to_string(item + 1) + " was answered in one way only");
        }
    }
    const Quadrature quadrature{options.nodes};
    const Estimation estimation{rows, quadrature, options.prior};
    NominalCalibration calibration;
    Expectation expectation = estimation.expect(items);
    for (int cycle = 0; cycle < options.cycles_max && !calibration.converged; ++cycle) {
        double value = expectation.log_likelihood;
        for (const NominalPoint& item : items) { value += estimation.log_prior(item); }
        calibration.history.push_back(value);
        double change = 0;
        for (std::size_t item = 0; item < items.size(); ++item) {
            const std::vector<double> before = items[item].point;
            estimation.improve(items[item], expectation.counts[item]);
            for (std::size_t i = 0; i < before.size(); ++i) {
                change = std::max(change, std::abs(items[item].point[i] - before[i]));
            }
        }
        calibration.converged = change <= options.tolerance;
        expectation = estimation.expect(items);
    }
    if (is_turned(items, answers)) {
        for (NominalPoint& item : items) {
            for (std::size_t i = 1; i < item.point.size(); i += 2) { item.point[i] = -item.point[i]; }
        }
        expectation = estimation.expect(items);
    }
    for (std::size_t n = 0; n < items.size(); ++n) {
        const NominalPoint& item = items[n];
        NominalItem& into = calibration.items.emplace_back();
        into.intercept.assign(answers.option_count(n) + 1, -std::numeric_limits<double>::infinity());
        into.slope.assign(answers.option_count(n) + 1, 0.0);
        for (std::size_t k = 0; k < item.size(); ++k) {
            into.intercept[item.categories[k]] = item.intercept(k) - mean_of(item, &NominalPoint::intercept);
            into.slope[item.categories[k]] = item.slope(k) - mean_of(item, &NominalPoint::slope);
        }
        calibration.parameters += item.point.size();
    }
    calibration.abilities = estimation.expect(items, true).abilities;
    calibration.log_likelihood = expectation.log_likelihood;
    const auto parameters = static_cast<double>(calibration.parameters);
    const auto candidates = static_cast<double>(rows.count());
    calibration.aic = 2 * parameters - 2 * calibration.log_likelihood;
    calibration.bic = parameters * std::log(candidates) - 2 * calibration.log_likelihood;
    if (!options.errors) { return calibration; }
    const double products =
        2 * parameters * candidates * static_cast<double>(items.size()) * static_cast<double>(options.nodes);
    const bool is_small = products <= observed_products_max;
    if (!is_small && candidates * parameters * parameters > cross_products_max) { return calibration; }
    Symmetric information = is_small ? estimation.observed_information(items, calibration.parameters)
                                     : estimation.cross_product(items, calibration.parameters);
    if (!information.factorise()) { return calibration; }
    add_errors(calibration, items, information);
    calibration.information = is_small ? InformationMethod::observed : InformationMethod::cross_product;
    return calibration;
}

ResponseModel response_model(const NominalCalibration& calibration)
{
    std::vector<ResponseModel::Item> model;
    for (const NominalItem& item : calibration.items) {
        // Nobody is right by the curve of the item: all options share the rest, the last one being no answer.
        ResponseModel::Item& one = model.emplace_back();
        one.curve = {.slope = 1, .intercept = -std::numeric_limits<double>::infinity(), .guessing = 0};
        one.right_share.assign(item.slope.size() - 1, 0.0);
        one.wrong_intercept = item.intercept;
        one.wrong_slope = item.slope;
    }
    return ResponseModel{std::move(model)};
}

} // namespace papervault::engine
