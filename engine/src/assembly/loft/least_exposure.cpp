#include "assembly/loft/least_exposure.hpp"

#include "assembly/search/relaxation.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

constexpr int halvings_max = 40;
constexpr std::uint64_t iterations_max = 20'000;
constexpr std::int64_t within = 1'000; ///< One part of so many.
constexpr unsigned weight_bits = 36;

bool is_possible(Relaxation& relaxation, std::size_t units, Fixed share)
{
    LinearProgram& program = relaxation.program();
    for (UnitProblem::Unit unit = 0; unit < units; ++unit) {
        program.set_bounds(relaxation.column_of(unit), Fixed{}, share);
    }
    program.restart();
    return program.solve(iterations_max) == LinearProgram::Outcome::optimal;
}

std::vector<std::int64_t> scaled_down(const std::vector<WideNumber>& gains)
{
    WideNumber largest = 1;
    for (const WideNumber gain : gains) { largest = std::max(largest, gain); }
    unsigned shift = 0;
    while (largest >> shift > (std::int64_t{1} << weight_bits)) { ++shift; }
    std::vector<std::int64_t> out;
    for (const WideNumber gain : gains) {
        out.push_back(static_cast<std::int64_t>(std::max<WideNumber>(gain, 0) >> shift));
    }
    return out;
}

} // namespace

std::optional<LeastExposure> least_exposure(const AssemblyProblem& problem, const UnitProblem& units)
{
    Relaxation relaxation{problem, units, {.with_enemies = false, .breaks_ties = false, .columns_at_first = SIZE_MAX}};
    // Costs by chance: without any, all ways are alike to the simplex and it goes in circles.
    std::uint64_t state = 0;
    for (UnitProblem::Unit unit = 0; unit < units.units.size(); ++unit) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        relaxation.program().set_cost(relaxation.column_of(unit),
                                      Fixed::from_raw(-static_cast<std::int64_t>(state >> (64U - Fixed::places))));
    }
    LeastExposure out{Fixed::from_integer(1), std::vector<std::int64_t>(units.units.size())};
    if (units.units.empty() || !is_possible(relaxation, units.units.size(), out.share)) { return std::nullopt; }
    Fixed low;
    for (int i = 0; i < halvings_max && (out.share - low).raw() > out.share.raw() / within; ++i) {
        // Most floors are small: the first steps go down by more than halves.
        const Fixed middle = Fixed::from_raw(low.is_zero() ? out.share.raw() / 4 : (low.raw() + out.share.raw()) / 2);
        if (is_possible(relaxation, units.units.size(), middle)) {
            out.share = middle;
        } else {
            low = middle;
            out.weights = scaled_down(relaxation.what_is_short());
        }
    }
    return out;
}

} // namespace papervault::engine::assembly
