#include "analysis/calibration.hpp"

#include <tuple>

namespace papervault::engine::analysis {
namespace {

/// Above this many products the information is summed from scores of candidates instead.
constexpr double observed_products_max = 3e9;

class Information {
public:
    Information(const Calibration& calibration, const std::vector<Point>& points, const ResponsePatterns& patterns,
                const Quadrature& quadrature, const IrtPriors& priors)
        : items_{calibration.items}, points_{points}, patterns_{patterns}, quadrature_{quadrature}, priors_{priors},
          guesses_{calibration.model == IrtModel::three_parameter}, per_item_{guesses_ ? 3U : 2U},
          tables_{items_, quadrature}
    {
        for (const Point& point : points_) {
            for (const double node : quadrature_.nodes) { curves_.push_back(curve(point, guesses_, node)); }
        }
    }

    [[nodiscard]] std::size_t size() const { return points_.size() * per_item_; }
    [[nodiscard]] double products() const
    {
        return static_cast<double>(patterns_.count()) * static_cast<double>(quadrature_.nodes.size()) *
               static_cast<double>(size()) * static_cast<double>(size()) / 2;
    }

    /// Scores of one pattern at a node: (response − P) × gradient.
    void scores(std::size_t node, const std::vector<signed char>& row, std::vector<double>& into) const
    {
        for (std::size_t item = 0; item < points_.size(); ++item) {
            const Curve& at = curves_[item * quadrature_.nodes.size() + node];
            const double residual = row[item] < 0 ? 0 : row[item] > 0 ? 1 - at.right : -at.right;
            for (std::size_t i = 0; i < per_item_; ++i) { into[item * per_item_ + i] = residual * at.gradient[i]; }
        }
    }

    /// Their mean over the ability of who answered so. @param at Room for the scores at a node.
    void mean_scores(const std::vector<double>& posterior, const std::vector<signed char>& row, std::vector<double>& at,
                     std::vector<double>& mean) const
    {
        mean.assign(size(), 0);
        for (std::size_t node = 0; node < posterior.size(); ++node) {
            scores(node, row, at);
            for (std::size_t i = 0; i < at.size(); ++i) { mean[i] += posterior[node] * at[i]; }
        }
    }

    /// Calls act(pattern weight, posterior, responses by item) for each pattern.
    template <class Act>
    void for_each_pattern(Act act) const
    {
        std::vector<double> posterior;
        std::vector<signed char> row(points_.size());
        for (std::size_t pattern = 0; pattern < patterns_.count(); ++pattern) {
            std::ignore = tables_.posterior(patterns_, pattern, posterior);
            row.assign(points_.size(), 0);
            for (const std::uint32_t item : patterns_.right(pattern)) { row[item] = 1; }
            for (const std::uint32_t item : patterns_.missing(pattern)) { row[item] = -1; }
            act(patterns_.weight(pattern), posterior, row);
        }
    }

    /// Louis (1982): information of the complete data less the covariance of its scores given the responses.
    [[nodiscard]] Symmetric observed() const
    {
        Symmetric sum = complete();
        std::vector<double> mean(size());
        std::vector<double> at(size());
        for_each_pattern([&](double weight, const std::vector<double>& posterior, const auto& row) {
            mean_scores(posterior, row, at, mean);
            for (std::size_t node = 0; node < posterior.size(); ++node) {
                scores(node, row, at);
                const double share = weight * posterior[node];
                for (std::size_t i = 0; i < at.size(); ++i) {
                    const double left = share * (at[i] - mean[i]);
                    for (std::size_t j = 0; j <= i; ++j) { sum.at(i, j) -= left * (at[j] - mean[j]); }
                }
            }
        });
        mirror(sum);
        return sum;
    }

    [[nodiscard]] Symmetric cross_product() const
    {
        Symmetric sum{size()};
        std::vector<double> mean(size());
        std::vector<double> at(size());
        for_each_pattern([&](double weight, const std::vector<double>& posterior, const auto& row) {
            mean_scores(posterior, row, at, mean);
            for (std::size_t i = 0; i < mean.size(); ++i) {
                for (std::size_t j = 0; j <= i; ++j) { sum.at(i, j) += weight * mean[i] * mean[j]; }
            }
        });
        mirror(sum);
        const ExpectedCounts nothing{std::vector<double>(quadrature_.nodes.size(), 0.0),
                                     std::vector<double>(quadrature_.nodes.size(), 0.0)};
        for (std::size_t item = 0; item < points_.size(); ++item) { subtract_curvature(sum, item, nothing); }
        return sum;
    }

private:
    static void mirror(Symmetric& matrix)
    {
        for (std::size_t i = 0; i < matrix.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) { matrix.at(j, i) = matrix.at(i, j); }
        }
    }

    /// Takes the second derivatives of an item's expected log-likelihood away, by differences of its gradient.
    void subtract_curvature(Symmetric& sum, std::size_t item, const ExpectedCounts& counts) const
    {
        constexpr double width = 1e-5;
        for (std::size_t i = 0; i < per_item_; ++i) {
            Point up = points_[item];
            Point down = points_[item];
            up[i] += width;
            down[i] -= width;
            const Point above = item_gradient(counts, quadrature_, priors_, up, guesses_);
            const Point below = item_gradient(counts, quadrature_, priors_, down, guesses_);
            for (std::size_t j = 0; j < per_item_; ++j) {
                sum.at(item * per_item_ + i, item * per_item_ + j) -= (above[j] - below[j]) / (2 * width);
            }
        }
    }

    [[nodiscard]] Symmetric complete() const
    {
        const std::size_t nodes = quadrature_.nodes.size();
        std::vector<ExpectedCounts> counts(points_.size(),
                                           {std::vector<double>(nodes, 0.0), std::vector<double>(nodes, 0.0)});
        for_each_pattern([&](double weight, const std::vector<double>& posterior, const auto& row) {
            for (std::size_t item = 0; item < points_.size(); ++item) {
                if (row[item] < 0) { continue; }
                for (std::size_t node = 0; node < nodes; ++node) {
                    counts[item].presented[node] += weight * posterior[node];
                    if (row[item] > 0) { counts[item].right[node] += weight * posterior[node]; }
                }
            }
        });
        Symmetric sum{size()};
        for (std::size_t item = 0; item < points_.size(); ++item) { subtract_curvature(sum, item, counts[item]); }
        return sum;
    }

    const std::vector<ItemParameters>& items_;
    const std::vector<Point>& points_;
    const ResponsePatterns& patterns_;
    const Quadrature& quadrature_;
    const IrtPriors& priors_;
    bool guesses_;
    std::size_t per_item_;
    NodeTables tables_;
    std::vector<Curve> curves_; ///< item × node
};

/// Slope and intercepts of a Rasch model: the slopes of all items are one parameter, the first.
Symmetric with_common_slope(const Symmetric& free)
{
    const std::size_t items = free.size() / 2;
    Symmetric common{items + 1};
    const auto place = [](std::size_t parameter) { return parameter % 2 == 0 ? 0 : 1 + parameter / 2; };
    for (std::size_t i = 0; i < free.size(); ++i) {
        for (std::size_t j = 0; j < free.size(); ++j) { common.at(place(i), place(j)) += free.at(i, j); }
    }
    return common;
}

} // namespace

void add_errors(Calibration& calibration, const std::vector<Point>& points, const ResponsePatterns& patterns,
                const Quadrature& quadrature, const IrtPriors& priors)
{
    const bool rasch = calibration.model == IrtModel::rasch;
    IrtPriors once = priors; // a common slope has one prior, not one an item
    if (rasch) { once.log_slope.reset(); }
    const Information source{calibration, points, patterns, quadrature, once};
    const bool small = source.products() <= observed_products_max;
    Symmetric information = small ? source.observed() : source.cross_product();
    if (rasch) {
        information = with_common_slope(information);
        if (priors.log_slope) {
            constexpr double width = 1e-5;
            const double slope = points.front()[0];
            const IrtPriors only{priors.log_slope, {}, {}};
            information.at(0, 0) -= (prior_gradient(only, {slope + width, 0, 0}, false)[0] -
                                     prior_gradient(only, {slope - width, 0, 0}, false)[0]) /
                                    (2 * width);
        }
    }
    if (!information.factorise()) { return; }
    const std::size_t per_item = calibration.model == IrtModel::three_parameter ? 3 : 2;
    for (std::size_t item = 0; item < points.size(); ++item) {
        const std::size_t slope = rasch ? 0 : item * per_item;
        const std::size_t intercept = rasch ? item + 1 : item * per_item + 1;
        const auto column = [&](std::size_t parameter) {
            std::vector<double> unit(information.size(), 0.0);
            unit[parameter] = 1;
            information.solve(unit);
            return unit;
        };
        const auto of_slope = column(slope);
        const auto of_intercept = column(intercept);
        const ItemParameters& at = calibration.items[item];
        ItemErrors& errors = calibration.errors.emplace_back();
        errors.slope = std::sqrt(of_slope[slope]);
        errors.intercept = std::sqrt(of_intercept[intercept]);
        // b = −d/a: ∂b/∂d = −1/a, ∂b/∂a = d/a².
        const double by_intercept = -1 / at.slope;
        const double by_slope = at.intercept / (at.slope * at.slope);
        errors.difficulty = std::sqrt(std::max(0.0, by_intercept * by_intercept * of_intercept[intercept] +
                                                        by_slope * by_slope * of_slope[slope] +
                                                        2 * by_intercept * by_slope * of_slope[intercept]));
        if (per_item == 3) {
            const double variance = column(item * per_item + 2)[item * per_item + 2];
            errors.guessing = std::sqrt(variance) * at.guessing * (1 - at.guessing); // from the logit
        }
    }
    calibration.information = small ? InformationMethod::observed : InformationMethod::cross_product;
}

} // namespace papervault::engine::analysis
