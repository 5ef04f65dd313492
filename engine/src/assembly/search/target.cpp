#include "assembly/search/target.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

using Goal = AssemblyProblem::Goal;
__extension__ using Wide = __int128;
constexpr std::int64_t unlimited = AssemblyProblemLimits::value_max;

std::int64_t floor_divide(Wide value, Wide divisor)
{
    const Wide quotient = value / divisor;
    return static_cast<std::int64_t>(value % divisor < 0 ? quotient - 1 : quotient);
}

} // namespace

Target::Target(const AssemblyProblem& problem, const UnitProblem& units)
    : problem_{problem}, units_{units}, sums_{problem.goal == Goal::band      ? 0
                                              : problem.goal == Goal::maximum ? 1
                                                                              : problem.information.size()}
{
    for (unsigned i = 0; i < problem.weight_decimals; ++i) { weight_unit_ *= 10; }
    if (problem.goal == Goal::maximum) {
        for (std::size_t k = 0; k < problem.weights.size(); ++k) {
            fixed_maximum_ += problem.weights[k] * units.fixed_information[k];
        }
    }
}

std::vector<UnitProblem::Sum> Target::make_sums() const
{
    std::vector<UnitProblem::Sum> out(sums_);
    for (std::size_t s = 0; s < sums_; ++s) { out[s].values.assign(units_.units.size(), 0); }
    if (sums_ == 0) { return out; }
    for (UnitProblem::Unit unit = 0; unit < units_.units.size(); ++unit) {
        for (const auto item : units_.units[unit]) {
            for (std::size_t k = 0; k < problem_.information.size(); ++k) {
                const std::int64_t value = problem_.information[k][item];
                if (problem_.goal == Goal::maximum) {
                    out[0].values[unit] += problem_.weights[k] * value;
                } else {
                    out[k].values[unit] += value;
                }
            }
        }
    }
    return out;
}

std::pair<std::int64_t, std::int64_t> Target::bounds(std::size_t sum, std::int64_t quality) const
{
    switch (problem_.goal) {
    case Goal::maximum: return {quality - fixed_maximum_, unlimited};
    case Goal::maximin:
        return {-floor_divide(-Wide{quality} * problem_.weights[sum], weight_unit_) - units_.fixed_information[sum],
                unlimited};
    case Goal::minimax: { // the quality is the distance, negative
        const std::int64_t middle = problem_.targets[sum] - units_.fixed_information[sum];
        return {middle + quality, middle - quality};
    }
    case Goal::band: break;
    }
    return {-unlimited, unlimited};
}

std::int64_t Target::quality(std::span<const std::int64_t> sums) const
{
    std::int64_t least = unlimited;
    for (std::size_t s = 0; s < sums_; ++s) {
        switch (problem_.goal) {
        case Goal::maximum: least = std::min(least, sums[s] + fixed_maximum_); break;
        case Goal::maximin:
            least = std::min(
                least, floor_divide(Wide{sums[s] + units_.fixed_information[s]} * weight_unit_, problem_.weights[s]));
            break;
        case Goal::minimax:
            least = std::min(least, -std::abs(sums[s] + units_.fixed_information[s] - problem_.targets[s]));
            break;
        case Goal::band: break;
        }
    }
    return least;
}

std::string Target::to_text(std::int64_t quality) const
{
    switch (problem_.goal) {
    case Goal::maximum: return scaled_to_text(quality, problem_.information_decimals + problem_.weight_decimals);
    case Goal::maximin: return scaled_to_text(quality, problem_.information_decimals);
    case Goal::minimax: return scaled_to_text(-quality, problem_.information_decimals);
    case Goal::band: break;
    }
    return "0";
}

} // namespace papervault::engine::assembly
