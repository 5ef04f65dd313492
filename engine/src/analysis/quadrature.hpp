#pragma once

#include <cmath>
#include <vector>

namespace papervault::engine::analysis {

/// Abilities to integrate over, weighted by N(0, 1).
struct Quadrature {
    std::vector<double> nodes;
    std::vector<double> weights; ///< Sum 1.
    std::vector<double> log_weights;

    explicit Quadrature(int count)
    {
        constexpr double range = 6;
        double sum = 0;
        for (int n = 0; n < count; ++n) {
            const double node = -range + 2 * range * n / (count - 1);
            nodes.push_back(node);
            weights.push_back(std::exp(-node * node / 2));
            sum += weights.back();
        }
        for (double& weight : weights) {
            weight /= sum;
            log_weights.push_back(std::log(weight));
        }
    }
};

} // namespace papervault::engine::analysis
