#include "assembly/search/form_search.hpp"
#include "assembly/search/relaxation.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <algorithm>
#include <cstdlib>

namespace papervault::engine {

namespace {

using namespace assembly;
using Goal = AssemblyProblem::Goal;

/// The units that are worth most at the relaxation's prices.
std::vector<UnitProblem::Unit> choose_core(const Relaxation& relaxation, const UnitProblem& units, std::size_t size)
{
    const auto worths = relaxation.worths();
    std::vector<UnitProblem::Unit> order(units.units.size());
    for (UnitProblem::Unit unit = 0; unit < order.size(); ++unit) { order[unit] = unit; }
    std::ranges::sort(order, [&](auto a, auto b) { return worths[a] != worths[b] ? worths[a] > worths[b] : a < b; });
    if (order.size() > size) { order.resize(size); }
    std::ranges::sort(order);
    return order;
}

} // namespace

Result<AssembledForms> assemble(const AssemblyProblem& problem, const RandomStreams& streams,
                                const AssemblyEffort& effort)
{
    auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    const Target target{problem, *units};
    Relaxation relaxation{problem, *units, {units->enemies.size() <= 200}};
    const auto outcome = relaxation.solve();
    AssembledForms out;
    std::int64_t quality_bound = AssemblyProblemLimits::value_max;
    if (outcome == LinearProgram::Outcome::optimal &&
        (problem.goal == Goal::maximin || problem.goal == Goal::maximum)) {
        Ratio bound = relaxation.bound();
        if (problem.goal == Goal::maximin) {
            for (unsigned i = 0; i < problem.weight_decimals; ++i) { bound.numerator *= 10; }
        }
        quality_bound = static_cast<std::int64_t>(bound.numerator / bound.denominator);
        out.bound = target.to_text(quality_bound);
    }
    if (problem.goal == Goal::minimax || problem.goal == Goal::band) { quality_bound = 0; }
    const std::size_t used = std::size_t{problem.length} * problem.form_count;
    const char* e = std::getenv("ATA_CORE");
    const auto core =
        choose_core(relaxation, *units, std::max<std::size_t>(e ? (std::size_t)std::atoi(e) : 400, used * 3));
    const SearchSpace space = make_space(problem, *units, target, core);
    Dice dice{streams, 0};
    FormSearch search{problem, space, target, dice, effort};
    search.run(quality_bound);
    out.steps = search.steps();
    for (const auto& form : search.best()) {
        auto& items = out.forms.emplace_back(units->fixed);
        for (const auto unit : form) {
            const auto& of_unit = space.problem.units[unit];
            items.insert(items.end(), of_unit.begin(), of_unit.end());
        }
        std::ranges::sort(items);
    }
    if (!out.forms.empty()) {
        out.objective = target.to_text(search.best_quality());
        out.is_optimal = search.best_quality() >= quality_bound;
    }
    return out;
}

} // namespace papervault::engine
