#include "analysis/response_patterns.hpp"

#include "analysis/item_curve.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>

namespace papervault::engine {

BinaryMatrix::BinaryMatrix(std::size_t items) : items_{items}
{
    PAPERVAULT_ASSERT(items > 0);
}

void BinaryMatrix::add_candidate(std::span<const signed char> row)
{
    PAPERVAULT_ASSERT(row.size() == items_);
    PAPERVAULT_ASSERT(std::ranges::all_of(row, [](signed char cell) { return cell >= -1 && cell <= 1; }));
    cells_.insert(cells_.end(), row.begin(), row.end());
}

namespace analysis {

ResponsePatterns::ResponsePatterns(const BinaryMatrix& responses)
{
    std::unordered_map<std::string_view, std::uint32_t> known;
    for (std::size_t candidate = 0; candidate < responses.candidate_count(); ++candidate) {
        const auto row = responses.row(candidate);
        const std::string_view bytes{reinterpret_cast<const char*>(row.data()), row.size()};
        const auto [found, is_new] = known.emplace(bytes, static_cast<std::uint32_t>(weights_.size()));
        pattern_of_.push_back(found->second);
        if (!is_new) {
            weights_[found->second] += 1;
            continue;
        }
        weights_.push_back(1);
        for (const int wanted : {1, -1}) {
            starts_.push_back(items_.size());
            for (std::size_t item = 0; item < row.size(); ++item) {
                if (row[item] == wanted) { items_.push_back(static_cast<std::uint32_t>(item)); }
            }
        }
    }
    starts_.push_back(items_.size());
}

NodeTables::NodeTables(std::span<const ItemParameters> items, const Quadrature& quadrature)
    : nodes{quadrature.nodes.size()}, all_wrong{quadrature.log_weights}
{
    for (const ItemParameters& item : items) {
        for (std::size_t node = 0; node < nodes; ++node) {
            const double z = item.slope * quadrature.nodes[node] + item.intercept;
            const double right = item.guessing + (1 - item.guessing) * analysis::logistic(z);
            const double wrong = (1 - item.guessing) * analysis::logistic(-z);
            // Beyond the range of double the node has no weight left; keep the numbers finite.
            const double log_right = std::log(std::max(right, std::numeric_limits<double>::min()));
            const double log_wrong = std::log(std::max(wrong, std::numeric_limits<double>::min()));
            all_wrong[node] += log_wrong;
            right_gain.push_back(log_right - log_wrong);
            missing_gain.push_back(-log_wrong);
        }
    }
}

double NodeTables::posterior(const ResponsePatterns& patterns, std::size_t pattern,
                             std::vector<double>& posterior) const
{
    posterior = all_wrong;
    double* const into = posterior.data();
    const auto add = [&](const std::vector<double>& gains, std::span<const std::uint32_t> items) {
        for (const std::uint32_t item : items) {
            const double* const gain = gains.data() + item * nodes;
            for (std::size_t node = 0; node < nodes; ++node) { into[node] += gain[node]; }
        }
    };
    add(right_gain, patterns.right(pattern));
    add(missing_gain, patterns.missing(pattern));
    return normalise(posterior);
}

double normalise(std::span<double> logarithms)
{
    const double highest = *std::ranges::max_element(logarithms);
    double sum = 0;
    for (double& value : logarithms) {
        value = std::exp(value - highest);
        sum += value;
    }
    for (double& value : logarithms) { value /= sum; }
    return highest + std::log(sum);
}

} // namespace analysis
} // namespace papervault::engine
