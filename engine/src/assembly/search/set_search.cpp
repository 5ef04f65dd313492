#include "assembly/search/set_search.hpp"

#include "assembly/search/branching.hpp"
#include "assembly/search/exchange_search.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t enemy_rows_max = 200;
/// Units that are searched: half as many again as the forms have places; five times as many for the first forms.
constexpr std::size_t core_least = 400;
constexpr std::size_t first_core_per_place = 5;
constexpr std::uint64_t first_steps_max = 4'000'000;
constexpr std::uint64_t steps_for_a_first_form = 600'000;
constexpr std::uint64_t annealing_steps_first = 4'000'000;
constexpr std::uint64_t annealing_steps_max = 64'000'000;
constexpr std::uint64_t rebuilding_steps = 30'000'000;
constexpr int dives_for_a_form = 8;
constexpr int dives_for_the_last = 12;
/// A form that others are to follow shall reach so many ten-thousandths less than all could.
constexpr std::int64_t given_up = 80;
constexpr std::int64_t given_up_most = 640; ///< Doubled so far where no form is found.

} // namespace

std::vector<UnitProblem::Unit> most_worthy(const Relaxation& relaxation, std::size_t number)
{
    const auto worths = relaxation.worths();
    std::vector<UnitProblem::Unit> order(worths.size());
    for (UnitProblem::Unit unit = 0; unit < order.size(); ++unit) { order[unit] = unit; }
    std::ranges::sort(order, [&](auto a, auto b) { return worths[a] != worths[b] ? worths[a] > worths[b] : a < b; });
    if (order.size() > number) { order.resize(number); }
    std::ranges::sort(order);
    return order;
}

SetSearch::SetSearch(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                     const Relaxation& relaxation, Dice& dice, const AssemblyEffort& effort)
    : problem_{problem}, units_{units}, target_{target}, dice_{dice}, effort_{effort},
      quiet_{effort.steps, effort.is_over, {}}, target_sums_{target.make_sums()}, is_anchor_(problem.item_count)
{
    const std::size_t places = std::size_t{problem.length} * problem.form_count;
    core_ = most_worthy(relaxation, std::max(core_least, places + places / 2));
    first_core_ = most_worthy(relaxation, std::max(core_least, places * first_core_per_place));
    std::vector<bool> is_core(units.units.size());
    for (const auto unit : core_) { is_core[unit] = true; }
    for (UnitProblem::Unit unit = 0; unit < units.units.size(); ++unit) {
        if (!is_core[unit]) { outside_.insert(outside_.end(), units.units[unit].begin(), units.units[unit].end()); }
    }
    for (const Item item : problem.anchors) { is_anchor_[item] = true; }
}

bool SetSearch::is_spent() const
{
    return steps_ >= effort_.steps || (effort_.is_over && effort_.is_over()) ||
           (!best_.empty() && best_quality_ >= quality_bound_);
}

std::int64_t SetSearch::quality_of(const std::vector<Item>& form) const
{
    std::vector<std::int64_t> sums(target_.size());
    for (const Item item : form) {
        const std::uint32_t unit = units_.unit_of_item[item];
        if (unit == UnitProblem::no_unit || units_.units[unit].front() != item) { continue; }
        for (std::size_t s = 0; s < sums.size(); ++s) { sums[s] += target_sums_[s].values[unit]; }
    }
    return target_.quality(sums);
}

void SetSearch::offer(Forms forms)
{
    std::vector<std::int64_t> qualities;
    for (const auto& form : forms) { qualities.push_back(quality_of(form)); }
    const std::int64_t quality = std::ranges::min(qualities);
    const bool is_better = best_.empty() || quality > best_quality_;
    best_ = std::move(forms);
    qualities_ = std::move(qualities);
    best_quality_ = quality;
    if (is_better && effort_.on_better) { effort_.on_better(); }
}

void SetSearch::anneal(std::uint64_t steps, bool stops_at_first)
{
    const Beside all =
        beside({}, best_.empty() ? Forms(problem_.form_count) : best_, stops_at_first ? first_core_ : core_);
    AssemblyEffort effort{std::min(steps, effort_.steps - steps_), effort_.is_over, {}};
    FormSearch search{all.space, target_, dice_, effort};
    if (stops_at_first) { search.stop_at_first(); }
    search.run(quality_bound_, best_.empty() ? Forms{} : all.from);
    steps_ += search.steps();
    if (search.best().empty() || (!best_.empty() && search.best_quality() <= best_quality_)) { return; }
    Forms forms;
    for (const auto& chosen : search.best()) { forms.push_back(items_of(all.space, chosen)); }
    offer(std::move(forms));
}

std::optional<SetSearch::Forms> SetSearch::build(const Forms& standing, std::size_t number, std::int64_t quality_least,
                                                 int last_dives)
{
    AssemblyProblem rest = problem_;
    rest.banned.insert(rest.banned.end(), outside_.begin(), outside_.end());
    std::vector<std::uint32_t> uses(problem_.item_count);
    std::vector<bool> is_banned(problem_.item_count);
    for (const Item item : rest.banned) { is_banned[item] = true; }
    const auto use = [&](const std::vector<Item>& form) {
        for (const Item item : form) {
            if (++uses[item] >= problem_.use_max && !is_anchor_[item] && !is_banned[item]) {
                is_banned[item] = true;
                rest.banned.push_back(item);
            }
        }
        if (problem_.overlap_max >= 0 && problem_.use_max > 1) {
            rest.counts.push_back({"overlap", 0, problem_.overlap_max, form});
        }
    };
    for (const auto& form : standing) { use(form); }
    Forms forms;
    while (forms.size() < number) {
        if (is_spent()) { return std::nullopt; }
        rest.form_count = static_cast<std::uint32_t>(number - forms.size());
        const auto units = make_units(rest);
        if (!units) { return std::nullopt; }
        Relaxation::Options options{units->enemies.size() <= enemy_rows_max, true};
        for (const auto& of_unit : units->units) {
            std::uint32_t left = rest.form_count;
            for (const Item item : of_unit) {
                if (!is_anchor_[item]) {
                    left = std::min(left, problem_.use_max - std::min(uses[item], problem_.use_max));
                }
            }
            options.uses_left.push_back(left);
        }
        Relaxation relaxation{rest, *units, std::move(options)};
        const auto outcome = relaxation.solve();
        steps_ += relaxation.iterations() * relaxation.program().steps_of_an_iteration();
        if (outcome != LinearProgram::Outcome::optimal) { return std::nullopt; }
        const Target target{rest, *units};
        if (quality_least > INT64_MIN && relaxation.quality_bound() <= quality_least) { return std::nullopt; }
        std::optional<std::vector<UnitProblem::Unit>> chosen;
        if (rest.form_count == 1) {
            Branching branching{rest, *units, target, relaxation, dice_, quiet_};
            const std::int64_t bound = relaxation.quality_bound();
            branching.set_bound(quality_least > INT64_MIN ? quality_least + (bound - quality_least) / 2 : bound);
            branching.dive(last_dives);
            steps_ += branching.steps();
            if (branching.has_best() && branching.best_quality() > quality_least) { chosen = branching.best(); }
        } else {
            const LinearProgram solved = relaxation.program();
            for (std::int64_t less = given_up; !chosen && less <= given_up_most; less *= 2) {
                relaxation.program() = solved;
                relaxation.turn_to_one_form(Fixed::ratio(10'000 - less, 10'000));
                Branching branching{rest, *units, target, relaxation, dice_, quiet_};
                branching.go_by_the_program();
                branching.stop_at_first();
                branching.dive(dives_for_a_form);
                steps_ += branching.steps();
                if (branching.has_best()) { chosen = branching.best(); }
            }
        }
        if (!chosen) { return std::nullopt; }
        auto& items = forms.emplace_back(units->fixed);
        for (const auto unit : *chosen) {
            items.insert(items.end(), units->units[unit].begin(), units->units[unit].end());
        }
        use(items);
    }
    return forms;
}

void SetSearch::build_all()
{
    auto forms = build({}, problem_.form_count, INT64_MIN, dives_for_the_last);
    if (!forms) { return; }
    std::int64_t quality = INT64_MAX;
    for (const auto& form : *forms) { quality = std::min(quality, quality_of(form)); }
    if (best_.empty() || quality > best_quality_) { offer(std::move(*forms)); }
}

/// The worst form and others by chance, before the rest.
std::vector<std::size_t> SetSearch::worst_and_others(std::size_t number)
{
    std::vector<std::size_t> order(best_.size());
    for (std::size_t f = 0; f < order.size(); ++f) { order[f] = f; }
    const auto worst = static_cast<std::size_t>(std::ranges::min_element(qualities_) - qualities_.begin());
    std::swap(order[0], order[worst]);
    for (std::size_t i = 1; i < number; ++i) {
        std::swap(order[i], order[i + dice_.below(static_cast<std::uint32_t>(order.size() - i))]);
    }
    return order;
}

/// Units of these forms and of the core that the standing forms leave, with the forms to begin from.
SetSearch::Beside SetSearch::beside(const Forms& standing, const Forms& own,
                                    std::vector<UnitProblem::Unit> searched) const
{
    std::vector<std::uint32_t> uses(units_.units.size());
    const auto for_units = [&](const std::vector<Item>& form, const auto& tell) {
        for (const Item item : form) {
            const std::uint32_t unit = units_.unit_of_item[item];
            if (unit != UnitProblem::no_unit && units_.units[unit].front() == item) { tell(unit); }
        }
    };
    for (const auto& form : standing) {
        for_units(form, [&](auto unit) { ++uses[unit]; });
    }
    for (const auto& form : own) {
        for_units(form, [&](auto unit) { searched.push_back(unit); });
    }
    std::ranges::sort(searched);
    const auto repeated = std::ranges::unique(searched);
    searched.erase(repeated.begin(), repeated.end());
    const auto limit = [&](UnitProblem::Unit unit) {
        const bool is_free = std::ranges::all_of(units_.units[unit], [&](auto item) { return bool{is_anchor_[item]}; });
        return is_free ? problem_.form_count : std::min(problem_.use_max, problem_.form_count);
    };
    std::erase_if(searched, [&](auto unit) { return uses[unit] >= limit(unit); });
    Beside out{make_space(problem_, units_, target_, searched), {}};
    SearchSpace& space = out.space;
    space.form_count = static_cast<std::uint32_t>(std::max<std::size_t>(own.size(), 1));
    std::vector<std::uint32_t> place(units_.units.size(), UnitProblem::no_unit);
    for (std::uint32_t unit = 0; unit < space.original.size(); ++unit) {
        place[space.original[unit]] = unit;
        space.uses_max[unit] =
            std::min<std::uint32_t>(limit(space.original[unit]) - uses[space.original[unit]], space.form_count);
    }
    if (problem_.overlap_max >= 0 && problem_.use_max > 1) {
        std::vector<std::vector<UnitProblem::Part>> more(searched.size());
        for (const auto& form : standing) {
            const auto count = static_cast<std::uint32_t>(space.problem.counts.size());
            space.problem.counts.push_back({"overlap", 0, space.overlap_allowed});
            for_units(form, [&](auto unit) {
                if (place[unit] == UnitProblem::no_unit) { return; }
                more[place[unit]].push_back({count, static_cast<std::int32_t>(units_.units[unit].size())});
            });
        }
        std::vector<UnitProblem::Part> parts;
        std::vector<std::size_t> begins{0};
        for (UnitProblem::Unit unit = 0; unit < searched.size(); ++unit) {
            const auto old = space.problem.parts_of(unit);
            parts.insert(parts.end(), old.begin(), old.end());
            parts.insert(parts.end(), more[unit].begin(), more[unit].end());
            begins.push_back(parts.size());
        }
        space.problem.parts = std::move(parts);
        space.problem.part_begins = std::move(begins);
    }
    for (const auto& form : own) {
        auto& chosen = out.from.emplace_back();
        for_units(form, [&](auto unit) { chosen.push_back(place[unit]); });
    }
    return out;
}

std::vector<SetSearch::Item> SetSearch::items_of(const SearchSpace& space,
                                                 const std::vector<UnitProblem::Unit>& chosen) const
{
    std::vector<Item> items = units_.fixed;
    for (const auto unit : chosen) {
        items.insert(items.end(), space.problem.units[unit].begin(), space.problem.units[unit].end());
    }
    return items;
}

/// Any forms, one after the other; where there is none beside the others, one of them goes.
void SetSearch::find_first_forms()
{
    Forms forms;
    const std::uint64_t until = steps_ + first_steps_max;
    while (forms.size() < problem_.form_count) {
        if (steps_ >= until || is_spent()) { return; }
        const Beside space = beside(forms, {}, first_core_);
        const AssemblyEffort effort{std::min(steps_for_a_first_form, effort_.steps - steps_), effort_.is_over, {}};
        FormSearch search{space.space, target_, dice_, effort};
        search.stop_at_first();
        search.run(quality_bound_, {});
        steps_ += search.steps();
        if (!search.best().empty()) {
            forms.push_back(items_of(space.space, search.best().front()));
        } else if (!forms.empty()) {
            forms.erase(forms.begin() + dice_.below(static_cast<std::uint32_t>(forms.size())));
        }
    }
    offer(std::move(forms));
}

void SetSearch::exchange(std::uint64_t steps)
{
    const Beside all = beside({}, best_, core_);
    const AssemblyEffort effort{std::min(steps, effort_.steps - steps_), effort_.is_over, {}};
    ExchangeSearch search{all.space, target_, dice_, effort};
    search.run(all.from, quality_bound_);
    steps_ += search.steps();
    if (search.best_quality() <= best_quality_) { return; }
    Forms forms;
    for (const auto& chosen : search.best()) { forms.push_back(items_of(all.space, chosen)); }
    offer(std::move(forms));
}

bool SetSearch::rebuild_some(std::size_t number)
{
    const auto order = worst_and_others(number);
    Forms standing;
    for (std::size_t i = number; i < order.size(); ++i) { standing.push_back(best_[order[i]]); }
    auto anew = build(standing, number, best_quality_, dives_for_the_last);
    if (!anew) { return false; }
    for (const auto& form : *anew) {
        if (quality_of(form) <= best_quality_) { return false; }
    }
    for (auto& form : *anew) { standing.push_back(std::move(form)); }
    offer(std::move(standing));
    return true;
}

void SetSearch::run(std::int64_t quality_bound)
{
    quality_bound_ = quality_bound;
    cooling_ = annealing_steps_first;
    find_first_forms();
    if (best_.empty() && !is_spent()) { anneal(first_steps_max, true); }
    if (best_.empty() && !is_spent()) { build_all(); }
    if (!best_.empty() && !is_spent()) { exchange(cooling_); }
    // Whichever gained more a step last time; the other one's turn comes again.
    std::uint64_t rebuilding = UINT64_MAX;
    std::uint64_t annealing = UINT64_MAX / 2;
    const auto rate = [&](std::int64_t before, std::uint64_t begun) {
        const auto gain = static_cast<std::uint64_t>(before == INT64_MIN ? 0 : best_quality_ - before);
        const std::uint64_t part = gain / (static_cast<std::uint64_t>(std::abs(quality_bound_)) / 100'000'000 + 1);
        return part * 1'000 / ((steps_ - begun) / 100'000 + 1) + 1;
    };
    const auto grow = [](std::uint64_t& other) { other += std::min(other / 4 + 1, UINT64_MAX - other); };
    while (!is_spent()) {
        const std::int64_t before = best_quality_;
        const std::uint64_t begun = steps_;
        if (best_.empty() || annealing > rebuilding) {
            best_.empty() ? anneal(cooling_, false) : exchange(cooling_);
            cooling_ = std::min(cooling_ * 2, annealing_steps_max);
            annealing = rate(before, begun);
            grow(rebuilding);
        } else {
            rebuild(rebuilding_steps);
            rebuilding = rate(before, begun);
            grow(annealing);
        }
    }
}

void SetSearch::rebuild(std::uint64_t steps)
{
    const std::uint64_t until = steps_ + steps;
    int fails = 0;
    while (steps_ < until && !is_spent()) {
        const std::size_t most = std::min<std::size_t>(best_.size(), 3);
        const std::size_t number = fails == 0 ? 1 : std::min<std::size_t>(most, fails % 3 == 0 ? 3 : 2);
        fails = rebuild_some(number) ? 0 : fails + 1;
    }
}

} // namespace papervault::engine::assembly
