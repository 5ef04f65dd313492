#include "assembly/search/branching.hpp"
#include "assembly/search/form_search.hpp"
#include "assembly/search/passage_search.hpp"
#include "assembly/search/relaxation.hpp"
#include "assembly/search/set_search.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace papervault::engine {

namespace {

using namespace assembly;
using Goal = AssemblyProblem::Goal;
using Item = AssemblyProblem::Item;

constexpr std::size_t proof_units_max = 3'000;
constexpr std::uint64_t proof_nodes_max = 20'000;
constexpr std::size_t enemy_rows_max = 200;
constexpr std::size_t core_least = 400;
constexpr std::size_t core_per_place = 3;
constexpr int dives_for_one_form = 100'000; ///< The effort ends them before.

bool is_linear(const AssemblyProblem& problem)
{
    return problem.goal == Goal::maximin || problem.goal == Goal::maximum;
}

/// One problem on its way to forms.
class Assembly {
public:
    Assembly(const AssemblyProblem& problem, const UnitProblem& units, const RandomStreams& streams,
             const AssemblyEffort& effort)
        : problem_{problem}, units_{units}, effort_{effort}, target_{problem, units}, dice_{streams, 0},
          relaxation_{
              problem,
              units,
              {units.enemies.size() <= enemy_rows_max, problem.form_count > 1 || units.units.size() > proof_units_max}}
    {
    }

    Result<AssembledForms> run()
    {
        const auto outcome = relaxation_.solve();
        if (outcome == LinearProgram::Outcome::infeasible && relaxation_.contradicts()) {
            return refuse(EngineError::infeasible, "no form meets all counts and sums");
        }
        quality_bound_ = is_linear(problem_) ? AssemblyProblemLimits::value_max : 0;
        has_prices_ = outcome == LinearProgram::Outcome::optimal && is_linear(problem_);
        if (has_prices_) { read_bound(); }
        if (problem_.form_count == 1) {
            const bool is_proved = by_branching();
            if (is_proved && out_.forms.empty()) {
                return refuse(EngineError::infeasible, "no form meets all constraints");
            }
            if (is_proved || !out_.forms.empty()) { return std::move(out_); }
        }
        if (units_.stimuli.empty() && problem_.form_count <= 64) {
            problem_.goal == Goal::maximin&& problem_.form_count > 1 && has_prices_ ? by_sets() : by_search();
        }
        return std::move(out_);
    }

private:
    void read_bound()
    {
        quality_bound_ = relaxation_.quality_bound();
        out_.bound = target_.to_text(quality_bound_);
    }

    void add_form(const std::vector<UnitProblem::Unit>& chosen, const UnitProblem& units)
    {
        auto& items = out_.forms.emplace_back(units_.fixed);
        for (const auto unit : chosen) {
            items.insert(items.end(), units.units[unit].begin(), units.units[unit].end());
        }
        std::ranges::sort(items);
    }

    /// @return Whether the search came to its end.
    bool by_branching()
    {
        if (problem_.goal == Goal::minimax) { return false; }
        Branching branching{problem_, units_, target_, relaxation_, dice_, effort_};
        if (is_linear(problem_)) { branching.set_bound(quality_bound_); }
        const bool is_proved = units_.units.size() <= proof_units_max && branching.prove(proof_nodes_max);
        if (!is_proved && is_linear(problem_)) { branching.dive(dives_for_one_form); }
        out_.steps = branching.steps();
        if (branching.has_best()) {
            add_form(branching.best(), units_);
            out_.objective = target_.to_text(branching.best_quality());
            out_.is_optimal = is_proved;
            if (is_proved && is_linear(problem_)) { out_.bound = out_.objective; }
        }
        return is_proved;
    }

    void by_sets()
    {
        SetSearch search{problem_, units_, target_, relaxation_, dice_, effort_};
        search.run(quality_bound_);
        out_.steps = search.steps();
        if (search.best().empty()) { return; }
        out_.forms = search.best();
        for (auto& form : out_.forms) { std::ranges::sort(form); }
        out_.objective = target_.to_text(search.best_quality());
        out_.is_optimal = search.best_quality() >= quality_bound_;
    }

    /// Annealing alone.
    void by_search()
    {
        const std::size_t places = std::size_t{problem_.length} * problem_.form_count;
        // Without prices, as where the goal is a distance, no unit is known to be worth less than another.
        const std::size_t core = has_prices_ ? std::max(core_least, places * core_per_place) : units_.units.size();
        const SearchSpace space = make_space(problem_, units_, target_, most_worthy(relaxation_, core));
        FormSearch search{space, target_, dice_, effort_};
        search.run(quality_bound_, {});
        out_.steps += search.steps();
        for (const auto& form : search.best()) { add_form(form, space.problem); }
        if (out_.forms.empty()) { return; }
        out_.objective = target_.to_text(search.best_quality());
        out_.is_optimal = search.best_quality() >= quality_bound_;
    }

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    const AssemblyEffort& effort_;
    Target target_;
    Dice dice_;
    Relaxation relaxation_;
    std::int64_t quality_bound_ = 0;
    bool has_prices_ = false;
    AssembledForms out_;
};

/// One form made of passages. Nothing where the search did not come to an end and found no form.
std::optional<Result<AssembledForms>> by_passages(const AssemblyProblem& problem, const UnitProblem& units,
                                                  const AssemblyEffort& effort)
{
    const Target target{problem, units};
    PassageSearch search{problem, units, target, effort};
    const bool is_proved = search.run();
    if (!search.has_best()) {
        if (!is_proved) { return std::nullopt; }
        return refuse(EngineError::infeasible, "no form meets all constraints");
    }
    AssembledForms out;
    auto& items = out.forms.emplace_back(units.fixed);
    for (const auto unit : search.best()) {
        items.insert(items.end(), units.units[unit].begin(), units.units[unit].end());
    }
    std::ranges::sort(items);
    out.objective = target.to_text(search.best_quality());
    if (problem.goal != Goal::band && search.bound() < AssemblyProblemLimits::value_max) {
        out.bound = target.to_text(search.bound());
    }
    out.is_optimal = is_proved;
    out.steps = search.steps();
    return out;
}

} // namespace

Result<AssembledForms> assemble(const AssemblyProblem& problem, const RandomStreams& streams,
                                const AssemblyEffort& effort)
{
    const auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    if (problem.form_count > 1 && problem.overlap_max >= 0 &&
        std::cmp_greater(units->fixed.size(), problem.overlap_max)) {
        return refuse(EngineError::infeasible, "forms may share fewer items than are in every form");
    }
    if (PassageProgram::fits(problem, *units)) {
        if (auto done = by_passages(problem, *units, effort)) { return std::move(*done); }
    }
    return Assembly{problem, *units, streams, effort}.run();
}

} // namespace papervault::engine
