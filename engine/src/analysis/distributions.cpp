#include "analysis/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace papervault::engine::analysis {
namespace {

/// ln Γ(x) for x > 0 (Lanczos, g = 7): std::lgamma keeps a sign in a global variable.
double log_gamma(double x)
{
    constexpr double coefficients[] = {0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                                       771.32342877765313,   -176.61502916214059,   12.507343278686905,
                                       -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    if (x < 0.5) { return std::log(std::numbers::pi / std::sin(std::numbers::pi * x)) - log_gamma(1 - x); }
    const double y = x - 1;
    double sum = coefficients[0];
    for (int i = 1; i < 9; ++i) { sum += coefficients[i] / (y + i); }
    const double t = y + 7.5;
    return 0.5 * std::log(2 * std::numbers::pi) + (y + 0.5) * std::log(t) - t + std::log(sum);
}

/// Regularised upper incomplete gamma function: a series below a + 1, a continued fraction (Lentz) above.
double upper_gamma(double a, double x)
{
    if (x <= 0) { return 1; }
    const double front = std::exp(-x + a * std::log(x) - log_gamma(a));
    constexpr double precision = 1e-16;
    constexpr int terms_max = 10'000;
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < terms_max && std::abs(term) > precision * std::abs(sum); ++n) {
            term *= x / (a + n);
            sum += term;
        }
        return std::max(0.0, 1 - front * sum);
    }
    constexpr double tiny = 1e-300;
    double b = x + 1 - a;
    double c = 1 / tiny;
    double d = 1 / b;
    double fraction = d;
    for (int n = 1; n < terms_max; ++n) {
        const double numerator = -n * (n - a);
        b += 2;
        d = numerator * d + b;
        d = std::abs(d) < tiny ? tiny : d;
        c = b + numerator / c;
        c = std::abs(c) < tiny ? tiny : c;
        d = 1 / d;
        fraction *= d * c;
        if (std::abs(d * c - 1) < precision) { break; }
    }
    return front * fraction;
}

} // namespace

double normal_upper(double z)
{
    return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

double chi_square_upper(double x, double degrees)
{
    return upper_gamma(degrees / 2, x / 2);
}

double binomial_upper(std::size_t successes, std::size_t trials, double probability)
{
    if (successes == 0) { return 1; }
    if (successes > trials || !(probability > 0)) { return 0; }
    if (probability >= 1) { return 1; }
    const auto n = static_cast<double>(trials);
    double sum = 0;
    for (std::size_t k = trials; k >= successes; --k) {
        const auto x = static_cast<double>(k);
        sum += std::exp(log_gamma(n + 1) - log_gamma(x + 1) - log_gamma(n - x + 1) + x * std::log(probability) +
                        (n - x) * std::log1p(-probability));
    }
    return std::min(sum, 1.0);
}

} // namespace papervault::engine::analysis
