#include "analysis/calibration.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>

namespace papervault::engine {

using namespace analysis;

namespace {

constexpr double slope_max = 10;
constexpr double intercept_max = 40;
constexpr double guessing_logit_max = 12;

struct Expectation {
    std::vector<ExpectedCounts> items;
    double log_likelihood = 0;
};

Expectation expect(const std::vector<Point>& points, bool guesses, const ResponsePatterns& patterns,
                   const Quadrature& quadrature)
{
    std::vector<ItemParameters> items;
    for (const Point& point : points) { items.push_back(parameters_of(point, guesses)); }
    const NodeTables tables{items, quadrature};
    const std::size_t nodes = tables.nodes;
    std::vector<double> right(items.size() * nodes, 0.0);
    std::vector<double> missing(items.size() * nodes, 0.0);
    std::vector<double> all(nodes, 0.0);
    std::vector<double> posterior;
    Expectation expectation;
    for (std::size_t pattern = 0; pattern < patterns.count(); ++pattern) {
        const double weight = patterns.weight(pattern);
        expectation.log_likelihood += weight * tables.posterior(patterns, pattern, posterior);
        for (double& share : posterior) { share *= weight; }
        const auto add = [&](double* into) {
            for (std::size_t node = 0; node < nodes; ++node) { into[node] += posterior[node]; }
        };
        add(all.data());
        for (const std::uint32_t item : patterns.right(pattern)) { add(right.data() + item * nodes); }
        for (const std::uint32_t item : patterns.missing(pattern)) { add(missing.data() + item * nodes); }
    }
    for (std::size_t item = 0; item < items.size(); ++item) {
        ExpectedCounts& counts = expectation.items.emplace_back();
        for (std::size_t node = 0; node < nodes; ++node) {
            counts.right.push_back(right[item * nodes + node]);
            counts.presented.push_back(all[node] - missing[item * nodes + node]);
        }
    }
    return expectation;
}

Point clamped(Point point)
{
    point[0] = std::clamp(point[0], -slope_max, slope_max);
    point[1] = std::clamp(point[1], -intercept_max, intercept_max);
    point[2] = std::clamp(point[2], -guessing_logit_max, guessing_logit_max);
    return point;
}

/// One step of Fisher scoring on the free parameters of an item, halved until the value does not fall.
void improve(Point& point, const ExpectedCounts& counts, const Quadrature& quadrature, const IrtPriors& priors,
             bool guesses, bool slope_is_free)
{
    const std::size_t size = guesses ? 3 : 2;
    constexpr int steps = 3;
    for (int step = 0; step < steps; ++step) {
        Symmetric information{size};
        for (std::size_t node = 0; node < quadrature.nodes.size(); ++node) {
            const Curve at = curve(point, guesses, quadrature.nodes[node]);
            const double weight = counts.presented[node] * at.right * at.wrong;
            for (std::size_t i = 0; i < size; ++i) {
                for (std::size_t j = 0; j < size; ++j) {
                    information.at(i, j) += weight * at.gradient[i] * at.gradient[j];
                }
            }
        }
        // The curvature of the priors where they are curved down, and a little so that it can be factorised.
        constexpr double width = 1e-4;
        for (std::size_t i = 0; i < size; ++i) {
            Point up = point;
            Point down = point;
            up[i] += width;
            down[i] -= width;
            const double curvature =
                (prior_gradient(priors, down, guesses)[i] - prior_gradient(priors, up, guesses)[i]) / (2 * width);
            information.at(i, i) += std::max(curvature, 0.0) + 1e-9;
        }
        const Point slope = item_gradient(counts, quadrature, priors, point, guesses);
        std::vector<double> move(slope.begin(), slope.begin() + static_cast<std::ptrdiff_t>(size));
        if (!slope_is_free) {
            move = {0, slope[1] / information.at(1, 1)};
        } else {
            if (!information.factorise()) { return; }
            information.solve(move);
        }
        const double before = item_value(counts, quadrature, priors, point, guesses);
        bool moved = false;
        for (double share = 1; share > 1e-6 && !moved; share /= 2) {
            Point next = point;
            for (std::size_t i = 0; i < size; ++i) { next[i] += share * move[i]; }
            next = clamped(next);
            if (priors.log_slope && next[0] <= 0) { continue; }
            if (item_value(counts, quadrature, priors, next, guesses) >= before) {
                point = next;
                moved = true;
            }
        }
        if (!moved) { return; }
    }
}

/// The common slope of a Rasch model: one step over all items, halved until the value does not fall.
void improve_common_slope(std::vector<Point>& points, const std::vector<ExpectedCounts>& counts,
                          const Quadrature& quadrature, const IrtPriors& priors)
{
    IrtPriors on_intercepts = priors; // the one slope has its prior once
    on_intercepts.log_slope.reset();
    const auto value = [&](double slope) {
        double sum = log_prior({priors.log_slope, {}, {}}, {slope, 0, 0}, false);
        for (std::size_t item = 0; item < points.size(); ++item) {
            sum += item_value(counts[item], quadrature, on_intercepts, {slope, points[item][1], 0}, false);
        }
        return sum;
    };
    const double slope = points.front()[0];
    double gradient = prior_gradient({priors.log_slope, {}, {}}, {slope, 0, 0}, false)[0];
    double information = 1e-9;
    for (std::size_t item = 0; item < points.size(); ++item) {
        gradient += item_gradient(counts[item], quadrature, on_intercepts, points[item], false)[0];
        for (std::size_t node = 0; node < quadrature.nodes.size(); ++node) {
            const Curve at = curve(points[item], false, quadrature.nodes[node]);
            information += counts[item].presented[node] * at.right * at.wrong * at.gradient[0] * at.gradient[0];
        }
    }
    const double before = value(slope);
    for (double share = 1; share > 1e-6; share /= 2) {
        const double next = std::clamp(slope + share * gradient / information, 1e-3, slope_max);
        if (value(next) < before) { continue; }
        for (Point& point : points) { point[0] = next; }
        return;
    }
}

std::vector<Point> starting_points(const BinaryMatrix& responses, IrtModel model, const IrtPriors& priors)
{
    std::vector<Point> points;
    for (std::size_t item = 0; item < responses.item_count(); ++item) {
        double right = 0.5;
        double presented = 1;
        for (std::size_t candidate = 0; candidate < responses.candidate_count(); ++candidate) {
            const signed char cell = responses.row(candidate)[item];
            presented += cell >= 0 ? 1 : 0;
            right += cell == 1 ? 1 : 0;
        }
        const double share = right / presented;
        double guessing = 0.1;
        if (priors.guessing) {
            guessing = (priors.guessing->alpha - 1) / (priors.guessing->alpha + priors.guessing->beta - 2);
            guessing = std::clamp(guessing, 0.01, 0.5);
        }
        const bool guesses = model == IrtModel::three_parameter;
        const double without = guesses ? std::clamp((share - guessing) / (1 - guessing), 0.05, 0.99) : share;
        // 1.16 widens the logit for the spread of abilities at slope 1: √(1 + 1 / 1.7²).
        points.push_back({1, 1.16 * std::log(without / (1 - without)), std::log(guessing / (1 - guessing))});
    }
    return points;
}

double all_priors(const IrtPriors& priors, const std::vector<Point>& points, IrtModel model)
{
    double sum = 0;
    if (model == IrtModel::rasch) {
        sum += log_prior({priors.log_slope, {}, {}}, points.front(), false);
        for (const Point& point : points) { sum += log_prior({{}, priors.intercept, {}}, point, false); }
        return sum;
    }
    for (const Point& point : points) { sum += log_prior(priors, point, model == IrtModel::three_parameter); }
    return sum;
}

Result<void> check(const BinaryMatrix& responses, const IrtOptions& options)
{
    if (responses.candidate_count() < 2) { return refuse(EngineError::out_of_range, "fewer than two candidates"); }
    if (options.priors.intercept) { return {}; }
    for (std::size_t item = 0; item < responses.item_count(); ++item) {
        bool has_right = false;
        bool has_wrong = false;
        for (std::size_t candidate = 0; candidate < responses.candidate_count(); ++candidate) {
            has_right |= responses.row(candidate)[item] == 1;
            has_wrong |= responses.row(candidate)[item] == 0;
        }
        if (!has_right || !has_wrong) {
            return refuse(EngineError::inconsistent,
                          "item " + std::to_string(item + 1) + " was not answered both right and wrong");
        }
    }
    return {};
}

} // namespace

double ItemParameters::probability(double ability) const
{
    return guessing + (1 - guessing) * logistic(slope * ability + intercept);
}

IrtPriors usual_priors(IrtModel model, int options)
{
    PAPERVAULT_ASSERT(options >= 2);
    if (model != IrtModel::three_parameter) { return {}; }
    const double mean = 1.0 / options;
    constexpr double weight = 20;
    return {.log_slope = IrtPriors::Normal{0, 0.5},
            .intercept = {},
            .guessing = IrtPriors::Beta{weight * mean + 1, weight * (1 - mean) + 1}};
}

std::string_view to_text(InformationMethod method) noexcept
{
    switch (method) {
    case InformationMethod::none: return "none";
    case InformationMethod::observed: return "observed";
    case InformationMethod::cross_product: return "cross_product";
    }
    return "";
}

Result<Calibration> calibrate(const BinaryMatrix& responses, const IrtOptions& options)
{
    PAPERVAULT_ASSERT(options.nodes >= 5);
    if (const auto checked = check(responses, options); !checked) { return std::unexpected{checked.error()}; }
    const Quadrature quadrature{options.nodes};
    const ResponsePatterns patterns{responses};
    const bool guesses = options.model == IrtModel::three_parameter;
    const bool common_slope = options.model == IrtModel::rasch;
    std::vector<Point> points = starting_points(responses, options.model, options.priors);
    IrtPriors item_priors = options.priors;
    if (common_slope) { item_priors.log_slope.reset(); }
    Calibration calibration;
    calibration.model = options.model;
    Expectation expectation = expect(points, guesses, patterns, quadrature);
    for (int cycle = 0; cycle < options.cycles_max && !calibration.converged; ++cycle) {
        calibration.history.push_back(expectation.log_likelihood + all_priors(options.priors, points, options.model));
        const std::vector<Point> before = points;
        for (std::size_t item = 0; item < points.size(); ++item) {
            improve(points[item], expectation.items[item], quadrature, item_priors, guesses, !common_slope);
        }
        if (common_slope) { improve_common_slope(points, expectation.items, quadrature, options.priors); }
        double change = 0;
        for (std::size_t item = 0; item < points.size(); ++item) {
            for (std::size_t i = 0; i < (guesses ? 3U : 2U); ++i) {
                change = std::max(change, std::abs(points[item][i] - before[item][i]));
            }
        }
        calibration.converged = change <= options.tolerance;
        expectation = expect(points, guesses, patterns, quadrature);
    }
    for (const Point& point : points) { calibration.items.push_back(parameters_of(point, guesses)); }
    calibration.log_likelihood = expectation.log_likelihood;
    calibration.parameters = common_slope ? points.size() + 1 : points.size() * (guesses ? 3 : 2);
    const auto parameters = static_cast<double>(calibration.parameters);
    calibration.aic = 2 * parameters - 2 * calibration.log_likelihood;
    calibration.bic =
        parameters * std::log(static_cast<double>(responses.candidate_count())) - 2 * calibration.log_likelihood;
    if (options.errors) { add_errors(calibration, points, patterns, quadrature, options.priors); }
    return calibration;
}

} // namespace papervault::engine
