#pragma once

#include "assembly/problem/unit_problem.hpp"

#include <span>
#include <vector>

namespace papervault::engine::assembly {

/// A goal as one number that grows with quality, and what each form's sums must be for it. The sums are the abilities'
/// information, or their weighted sum for a maximum, without what fixed items give.
class Target {
public:
    Target(const AssemblyProblem& problem, const UnitProblem& units);

    /// What to add to the unit problem's sums; bounds are set later.
    [[nodiscard]] std::vector<UnitProblem::Sum> make_sums() const;
    /// Lower and upper bound of each of the sums for a quality.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> bounds(std::size_t sum, std::int64_t quality) const;
    /// The quality that a form reaches: the least of what each sum allows.
    [[nodiscard]] std::int64_t quality(std::span<const std::int64_t> sums) const;
    [[nodiscard]] std::string to_text(std::int64_t quality) const;
    [[nodiscard]] std::size_t size() const noexcept { return sums_; }

private:
    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    std::size_t sums_;
    std::int64_t weight_unit_ = 1; // 10^weight_decimals
    std::int64_t fixed_maximum_ = 0;
};

} // namespace papervault::engine::assembly
