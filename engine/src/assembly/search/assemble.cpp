#include "assembly/search/branching.hpp"
#include "assembly/search/form_search.hpp"
#include "assembly/search/relaxation.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <algorithm>
#include <utility>

namespace papervault::engine {

namespace {

using namespace assembly;
using Goal = AssemblyProblem::Goal;
using Item = AssemblyProblem::Item;

constexpr std::size_t proof_units_max = 3'000;
constexpr std::size_t built_units_max = 3'000; ///< Beyond, form by form takes longer than it gains.
constexpr std::uint64_t proof_nodes_max = 20'000;
constexpr std::size_t enemy_rows_max = 200;
constexpr std::size_t core_least = 400;
constexpr std::size_t core_per_place = 3;
constexpr std::size_t core_per_place_at_first = 2;
constexpr int dives_for_one_form = 100'000; ///< The effort ends them before.
constexpr int dives_for_one_of_several = 3;

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
        if (outcome == LinearProgram::Outcome::optimal && is_linear(problem_)) { read_bound(); }
        if (problem_.form_count == 1) {
            const bool is_proved = by_branching();
            if (is_proved && out_.forms.empty()) {
                return refuse(EngineError::infeasible, "no form meets all constraints");
            }
            if (is_proved || !out_.forms.empty()) { return std::move(out_); }
        }
        if (units_.stimuli.empty() && problem_.form_count <= 64) { by_search(); }
        return std::move(out_);
    }

private:
    void read_bound()
    {
        Ratio bound = relaxation_.bound();
        if (problem_.goal == Goal::maximin) {
            for (unsigned i = 0; i < problem_.weight_decimals; ++i) { bound.numerator *= 10; }
        }
        quality_bound_ = static_cast<std::int64_t>(bound.numerator / bound.denominator);
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
        if (branching.has_best()) {
            add_form(branching.best(), units_);
            out_.objective = target_.to_text(branching.best_quality());
            out_.is_optimal = is_proved;
            if (is_proved && is_linear(problem_)) { out_.bound = out_.objective; }
        }
        return is_proved;
    }

    /// Forms one after the other, each at the prices of those to come.
    std::vector<std::vector<Item>> one_after_the_other()
    {
        AssemblyProblem rest = problem_;
        std::vector<std::uint32_t> uses(problem_.item_count);
        std::vector<bool> is_free(problem_.item_count);
        for (const Item item : problem_.anchors) { is_free[item] = true; }
        std::vector<bool> is_banned(problem_.item_count);
        for (const Item item : problem_.banned) { is_banned[item] = true; }
        std::vector<bool> is_wanted(units_.units.size());
        for (const auto unit : choose_core({}, core_per_place_at_first)) { is_wanted[unit] = true; }
        for (UnitProblem::Unit unit = 0; unit < units_.units.size(); ++unit) {
            if (is_wanted[unit]) { continue; }
            for (const Item item : units_.units[unit]) {
                is_banned[item] = true;
                rest.banned.push_back(item);
            }
        }
        std::vector<std::vector<Item>> forms;
        while (forms.size() < problem_.form_count && !(effort_.is_over && effort_.is_over())) {
            rest.form_count = problem_.form_count - static_cast<std::uint32_t>(forms.size());
            const auto units = make_units(rest);
            if (!units) { break; }
            Relaxation::Options options{units->enemies.size() <= enemy_rows_max, true};
            for (const auto& of_unit : units->units) {
                std::uint32_t left = rest.form_count;
                for (const Item item : of_unit) {
                    if (!is_free[item]) {
                        left = std::min(left, problem_.use_max - std::min(uses[item], problem_.use_max));
                    }
                }
                options.uses_left.push_back(left);
            }
            Relaxation relaxation{rest, *units, std::move(options)};
            if (relaxation.solve() != LinearProgram::Outcome::optimal) { break; }
            if (rest.form_count > 1) { relaxation.turn_to_one_form(); }
            const Target target{rest, *units};
            Branching branching{rest, *units, target, relaxation, dice_, quiet_};
            branching.dive(dives_for_one_of_several);
            if (!branching.has_best()) { break; }
            auto& items = forms.emplace_back(units->fixed);
            for (const auto unit : branching.best()) {
                items.insert(items.end(), units->units[unit].begin(), units->units[unit].end());
            }
            for (const Item item : items) {
                if (++uses[item] >= problem_.use_max && !is_free[item] && !is_banned[item]) {
                    is_banned[item] = true;
                    rest.banned.push_back(item);
                }
            }
            if (problem_.overlap_max >= 0 && problem_.use_max > 1) {
                rest.counts.push_back({"overlap", 0, problem_.overlap_max, items});
            }
        }
        return forms;
    }

    /// The units that are worth most at the relaxation's prices, and those of given forms.
    std::vector<UnitProblem::Unit> choose_core(const std::vector<std::vector<Item>>& given, std::size_t per_place) const
    {
        const auto worths = relaxation_.worths();
        std::vector<bool> is_given(units_.units.size());
        for (const auto& form : given) {
            for (const Item item : form) {
                if (units_.unit_of_item[item] != UnitProblem::no_unit) { is_given[units_.unit_of_item[item]] = true; }
            }
        }
        std::vector<UnitProblem::Unit> order(units_.units.size());
        for (UnitProblem::Unit unit = 0; unit < order.size(); ++unit) { order[unit] = unit; }
        std::ranges::sort(order, [&](auto a, auto b) {
            if (is_given[a] != is_given[b]) { return bool{is_given[a]}; }
            return worths[a] != worths[b] ? worths[a] > worths[b] : a < b;
        });
        const std::size_t size = std::max(core_least, std::size_t{problem_.length} * problem_.form_count * per_place);
        if (order.size() > size) { order.resize(size); }
        std::ranges::sort(order);
        return order;
    }

    void by_search()
    {
        std::vector<std::vector<Item>> given = std::exchange(out_.forms, {});
        if (problem_.goal == Goal::maximin && problem_.form_count > 1 && units_.units.size() <= built_units_max) {
            given = one_after_the_other();
        }
        const SearchSpace space = make_space(problem_, units_, target_, choose_core(given, core_per_place));
        std::vector<std::uint32_t> place(units_.units.size(), UnitProblem::no_unit);
        for (std::uint32_t unit = 0; unit < space.original.size(); ++unit) { place[space.original[unit]] = unit; }
        std::vector<std::vector<UnitProblem::Unit>> from;
        for (const auto& form : given) {
            auto& chosen = from.emplace_back();
            for (const Item item : form) {
                const std::uint32_t unit = units_.unit_of_item[item];
                if (unit != UnitProblem::no_unit && units_.units[unit].front() == item) {
                    chosen.push_back(place[unit]);
                }
            }
        }
        FormSearch search{problem_, space, target_, dice_, effort_};
        search.run(quality_bound_, from);
        out_.steps = search.steps();
        for (const auto& form : search.best()) { add_form(form, space.problem); }
        if (out_.forms.empty() && problem_.form_count == 1) {
            out_.forms = std::move(given);
        } else if (!out_.forms.empty()) {
            out_.objective = target_.to_text(search.best_quality());
            out_.is_optimal = search.best_quality() >= quality_bound_;
        }
    }

    const AssemblyProblem& problem_;
    const UnitProblem& units_;
    const AssemblyEffort& effort_;
    AssemblyEffort quiet_{effort_.steps, effort_.is_over, {}}; ///< For single forms of a set.
    Target target_;
    Dice dice_;
    Relaxation relaxation_;
    std::int64_t quality_bound_ = 0;
    AssembledForms out_;
};

} // namespace

Result<AssembledForms> assemble(const AssemblyProblem& problem, const RandomStreams& streams,
                                const AssemblyEffort& effort)
{
    const auto units = make_units(problem);
    if (!units) { return std::unexpected{units.error()}; }
    return Assembly{problem, *units, streams, effort}.run();
}

} // namespace papervault::engine
