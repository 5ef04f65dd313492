#include "analysis/counting_distributions.hpp"

#include <algorithm>

namespace papervault::engine::analysis {

SuccessDistribution::SuccessDistribution(std::span<const double> probabilities)
{
    std::vector<double> share{1};
    share.reserve(probabilities.size() + 1);
    for (const double p : probabilities) {
        if (p <= 0) { continue; }
        share.push_back(0);
        for (std::size_t count = share.size() - 1; count > 0; --count) {
            share[count] = share[count] * (1 - p) + share[count - 1] * p;
        }
        share[0] *= 1 - p;
    }
    tails_ = std::move(share);
    for (std::size_t count = tails_.size() - 1; count-- > 0;) { tails_[count] += tails_[count + 1]; }
}

std::size_t SuccessDistribution::least_count(double level) const
{
    const auto found = std::ranges::lower_bound(tails_, level, std::ranges::greater{});
    return static_cast<std::size_t>(found - tails_.begin());
}

double m4_tail(std::span<const MatchChances> items, std::size_t right, std::size_t wrong)
{
    const std::size_t side = items.size() + 2; // one row and column of zeros beyond the last
    std::vector<double> share(side * side, 0.0);
    const auto at = [&](std::size_t r, std::size_t w) -> double& { return share[r * side + w]; };
    at(0, 0) = 1;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const double neither = 1 - items[n].right - items[n].wrong;
        for (std::size_t r = n + 2; r-- > 0;) {
            for (std::size_t w = n + 2 - r; w-- > 0;) {
                double value = at(r, w) * neither;
                if (r > 0) { value += at(r - 1, w) * items[n].right; }
                if (w > 0) { value += at(r, w - 1) * items[n].wrong; }
                at(r, w) = value;
            }
        }
    }
    // Upper quadrants by rows: the sum of a row's end, plus the quadrant of the row above.
    std::vector<double> quadrant(side * side, 0.0);
    for (std::size_t r = side - 1; r-- > 0;) {
        double row = 0;
        for (std::size_t w = side - 1; w-- > 0;) {
            row += at(r, w);
            quadrant[r * side + w] = row + quadrant[(r + 1) * side + w];
        }
    }
    // Equal quadrants must compare as equal whatever the rounding of their sums.
    const double limit = quadrant[right * side + wrong] * (1 + 1e-12);
    double sum = 0;
    for (std::size_t r = 0; r + 1 < side; ++r) {
        for (std::size_t w = 0; w + r + 1 < side; ++w) {
            if (quadrant[r * side + w] <= limit) { sum += at(r, w); }
        }
    }
    return std::min(sum, 1.0);
}

} // namespace papervault::engine::analysis
