#include "assembly/search/form_search.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t units_per_cell = 8;
constexpr std::uint64_t steps_between_questions = 2'048;
/// In quarters of a unit of strain.
constexpr std::int64_t warmest = 80;
constexpr std::int64_t warmest_from_given = 24;
constexpr std::int64_t coldest = 2;
constexpr int degrees = 48; ///< Of one cooling.
constexpr std::uint64_t first_cooling = 150'000;

/// 2^32 × e^(-4/quarters), by the series in whole numbers.
std::uint64_t ratio_at(std::int64_t quarters)
{
    std::int64_t sum = 0;
    std::int64_t term = std::int64_t{1} << 40U;
    for (std::int64_t n = 1; term != 0 && n < 40; ++n) {
        sum += term;
        term = -term * 4 / (quarters * n);
    }
    return static_cast<std::uint64_t>(sum >> 8U);
}

} // namespace

SearchSpace make_space(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                       const std::vector<UnitProblem::Unit>& chosen)
{
    SearchSpace space;
    space.original = chosen;
    space.fixed_items = static_cast<std::int64_t>(units.fixed.size());
    space.form_count = problem.form_count;
    if (problem.overlap_max >= 0) {
        space.overlap_allowed = std::max<std::int64_t>(problem.overlap_max - space.fixed_items, 0);
    }
    UnitProblem& out = space.problem;
    out.counts = units.counts;
    std::vector<std::uint32_t> new_of_old(units.units.size(), UnitProblem::no_unit);
    std::vector<bool> is_anchor(problem.item_count);
    for (const auto item : problem.anchors) { is_anchor[item] = true; }
    out.part_begins.push_back(0);
    out.enemy_begins.push_back(0);
    for (UnitProblem::Unit unit = 0; unit < chosen.size(); ++unit) {
        const UnitProblem::Unit old = chosen[unit];
        new_of_old[old] = unit;
        out.units.push_back(units.units[old]);
        const auto parts = units.parts_of(old);
        out.parts.insert(out.parts.end(), parts.begin(), parts.end());
        out.part_begins.push_back(out.parts.size());
        const auto sets = units.enemy_sets_of(old);
        out.enemy_sets.insert(out.enemy_sets.end(), sets.begin(), sets.end());
        out.enemy_begins.push_back(out.enemy_sets.size());
        const bool is_free = std::ranges::all_of(units.units[old], [&](auto item) { return bool{is_anchor[item]}; });
        space.uses_max.push_back(is_free ? problem.form_count : std::min(problem.use_max, problem.form_count));
    }
    out.enemies.resize(units.enemies.size());
    for (std::size_t set = 0; set < units.enemies.size(); ++set) {
        for (const auto unit : units.enemies[set]) {
            if (new_of_old[unit] != UnitProblem::no_unit) { out.enemies[set].push_back(new_of_old[unit]); }
        }
    }
    auto sums = units.sums;
    space.target_from = sums.size();
    for (auto& sum : target.make_sums()) { sums.push_back(std::move(sum)); }
    for (auto& sum : sums) {
        UnitProblem::Sum kept{{sum.name, sum.at_least, sum.at_most}, {}};
        for (const auto old : chosen) { kept.values.push_back(sum.values[old]); }
        out.sums.push_back(std::move(kept));
    }
    return space;
}

FormSearch::FormSearch(const SearchSpace& space, const Target& target, Dice& dice, const AssemblyEffort& effort)
    : space_{space}, target_{target}, dice_{dice}, effort_{effort}, model_{space.problem, space.target_from},
      alike_{space.problem, units_per_cell}, forms_{model_, space.form_count, space.overlap_allowed}
{
    PAPERVAULT_ASSERT(space.form_count <= 64);
}

void FormSearch::start(const std::vector<std::vector<Unit>>& from)
{
    const auto units = static_cast<std::uint32_t>(model_.units());
    const std::int64_t length = model_.ranges_of_counts().front().at_least;
    std::vector<Unit> order(units);
    for (std::size_t f = 0; f < forms_.size(); ++f) {
        const SoftForm& form = forms_[f];
        std::int64_t size = 0;
        if (f < from.size()) {
            for (const Unit unit : from[f]) {
                forms_.put(f, unit);
                size += static_cast<std::int64_t>(space_.problem.units[unit].size());
            }
        }
        for (Unit unit = 0; unit < units; ++unit) { order[unit] = unit; }
        for (std::uint32_t left = units; left > 1; --left) { std::swap(order[left - 1], order[dice_.below(left)]); }
        for (const Unit unit : order) {
            const auto items = static_cast<std::int64_t>(space_.problem.units[unit].size());
            if (size + items > length || form.has(unit) || form.has_enemy(unit)) { continue; }
            if (forms_.uses(unit) >= space_.uses_max[unit]) { continue; }
            forms_.put(f, unit);
            size += items;
        }
    }
    forms_.settle();
}

void FormSearch::set_target(std::int64_t quality)
{
    wanted_ = quality;
    for (std::size_t s = 0; s < target_.size(); ++s) {
        const auto [low, high] = target_.bounds(s, quality);
        model_.ranges_of_sums()[space_.target_from + s] = {low, high};
    }
    strain_ = forms_.overlap_strain();
    for (SoftForm& form : forms_) {
        form.refresh_strain();
        strain_ += form.strain();
    }
    least_strain_ = INT64_MAX;
}

void FormSearch::cool(std::int64_t quarter_degrees)
{
    const std::uint64_t ratio = ratio_at(quarter_degrees);
    accept_below_.clear();
    for (std::uint64_t value = 0xffffffffU; value > 0; value = value * ratio >> 32U) {
        accept_below_.push_back(static_cast<std::uint32_t>(value));
    }
}

inline bool FormSearch::accepts(std::int64_t change)
{
    if (change <= 0) { return true; }
    return std::cmp_less(change, accept_below_.size()) &&
           dice_.word() < accept_below_[static_cast<std::size_t>(change)];
}

template <std::size_t Words>
[[gnu::always_inline]] inline void FormSearch::step()
{
    const std::size_t f = forms_.size() == 1 ? 0 : dice_.below(static_cast<std::uint32_t>(forms_.size()));
    SoftForm& form = forms_[f];
    if (form.chosen().empty()) { return; } // nothing fits beside the fixed items, so nothing can be exchanged
    const std::uint32_t lot = dice_.below(static_cast<std::uint32_t>(form.chosen().size()) * 8);
    const Unit leaving = form.chosen()[lot >> 3U];
    Unit coming = 0;
    if ((lot & 7U) < 5) {
        const auto& cell = alike_.cell_of(leaving);
        coming = alike_.units()[cell.first + dice_.below(cell.size)];
    } else {
        coming = dice_.below(static_cast<std::uint32_t>(model_.units()));
    }
    if (form.has(coming)) { return; }
    const std::int64_t of_counts = form.count_change<Words>(leaving, coming);
    const auto limit = static_cast<std::int64_t>(accept_below_.size());
    const FormSet::Mask users = forms_.users(coming);
    if (static_cast<std::uint32_t>(std::popcount(users)) < space_.uses_max[coming]) {
        if (of_counts - form.sum_strain() - forms_.overlap_strain() >= limit) { return; }
        const std::int64_t of_overlap = forms_.overlap_change(f, leaving, coming);
        const std::int64_t change = of_counts + form.sum_change(leaving, coming) + of_overlap;
        if (!accepts(change) || form.has_enemy(coming, leaving)) { return; }
        forms_.apply_overlap(f, leaving, coming, of_overlap);
        form.exchange(leaving, coming, of_counts);
        strain_ += change;
        return;
    }
    // Every use is taken: from one of the forms that have it, in exchange.
    std::uint32_t skip = dice_.below(static_cast<std::uint32_t>(std::popcount(users)));
    FormSet::Mask left = users;
    while (skip-- > 0) { left &= left - 1; }
    const auto g = static_cast<std::size_t>(std::countr_zero(left));
    SoftForm& other = forms_[g];
    if (other.has(leaving)) { return; }
    const std::int64_t back = other.count_change<Words>(coming, leaving);
    if (of_counts + back - form.sum_strain() - other.sum_strain() - forms_.overlap_strain() >= limit) { return; }
    const std::int64_t change_here = of_counts + form.sum_change(leaving, coming);
    const std::int64_t change_there = back + other.sum_change(coming, leaving);
    // Overlaps one after the other: between the two forms themselves nothing changes in the end.
    const std::int64_t of_first = forms_.overlap_change(f, leaving, coming);
    forms_.apply_overlap(f, leaving, coming, of_first);
    const std::int64_t of_second = forms_.overlap_change(g, coming, leaving);
    const std::int64_t change = change_here + change_there + of_first + of_second;
    if (!accepts(change) || form.has_enemy(coming, leaving) || other.has_enemy(leaving, coming)) {
        forms_.apply_overlap(f, coming, leaving, -of_first);
        return;
    }
    forms_.apply_overlap(g, coming, leaving, of_second);
    form.exchange(leaving, coming, of_counts);
    other.exchange(coming, leaving, back);
    strain_ += change;
}

template <std::size_t Words>
[[gnu::always_inline]] inline void FormSearch::walk(std::uint64_t steps)
{
    std::int64_t seen = INT64_MAX;
    for (std::uint64_t i = 0; i < steps; ++i) {
        step<Words>();
        if (strain_ < least_strain_ && strain_ != seen) {
            seen = strain_;
            look();
        }
    }
}

#if defined(__x86_64__)
template <std::size_t Words>
[[gnu::target("popcnt"), gnu::flatten]] void FormSearch::walk_with_popcount(std::uint64_t steps)
{
    walk<Words>(steps);
}
#endif

template <std::size_t Words>
void FormSearch::walk_plain(std::uint64_t steps)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) {
        walk_with_popcount<Words>(steps);
        return;
    }
#endif
    walk<Words>(steps);
}

void FormSearch::walk_best(std::uint64_t steps)
{
    steps_ += steps;
    switch (model_.words()) {
    case 1: walk_plain<1>(steps); break;
    case 2: walk_plain<2>(steps); break;
    case 4: walk_plain<4>(steps); break;
    default: walk_plain<8>(steps); break;
    }
}

/// Keeps the forms if they break nothing but the wanted quality, and are better than the best.
[[gnu::noinline]] void FormSearch::look()
{
    if (forms_.overlap_strain() != 0) { return; }
    std::int64_t of_target = 0;
    std::int64_t quality = INT64_MAX;
    std::vector<std::int64_t> sums(target_.size());
    for (const SoftForm& form : forms_) {
        if (form.strain() != form.sum_strain()) { return; }
        for (std::size_t s = 0; s < target_.size(); ++s) {
            sums[s] = form.sum(space_.target_from + s);
            of_target += model_.strain_of_sum(space_.target_from + s, sums[s]);
        }
        quality = std::min(quality, target_.quality(sums));
    }
    if (of_target != strain_) { return; }
    least_strain_ = strain_;
    if (quality <= best_quality_ && !best_.empty()) { return; }
    best_quality_ = quality;
    best_.clear();
    for (const SoftForm& form : forms_) { best_.push_back(form.chosen()); }
    if (effort_.on_better) { effort_.on_better(); }
    if (target_.size() == 0 || quality < wanted_) { return; }
    set_target(std::min(bound_, quality + raise_));
}

void FormSearch::run(std::int64_t quality_bound, const std::vector<std::vector<Unit>>& from)
{
    bound_ = quality_bound;
    start(from);
    raise_ = std::max<std::int64_t>(std::abs(quality_bound) / (from.empty() ? 50 : 400), 1);
    set_target(stops_at_first_ ? quality_bound / 2 : quality_bound - raise_);
    look();
    if (!best_.empty()) { set_target(std::min(bound_, best_quality_ + raise_)); }
    const std::int64_t warm = from.empty() ? warmest : warmest_from_given;
    std::uint64_t cooling = first_cooling;
    const auto is_over = [&] {
        return steps_ >= effort_.steps || (effort_.is_over && effort_.is_over()) ||
               (!best_.empty() && (target_.size() == 0 || stops_at_first_ || best_quality_ >= bound_));
    };
    while (!is_over()) {
        const std::int64_t before = best_quality_;
        for (int degree = 0; degree < degrees && !is_over(); ++degree) {
            cool(warm - (warm - coldest) * degree / (degrees - 1));
            for (std::uint64_t done = 0; done < cooling / degrees && !is_over(); done += steps_between_questions) {
                walk_best(steps_between_questions);
            }
        }
        if (best_.empty()) {
            set_target(stops_at_first_ ? bound_ / 4 : bound_ - raise_ * 4);
        } else {
            // What was reached, and a little more.
            if (best_quality_ == before) { raise_ = std::max<std::int64_t>(raise_ / 2, 1); }
            set_target(std::min(bound_, best_quality_ + raise_));
        }
        cooling = std::min<std::uint64_t>(cooling * 2, 20'000'000);
    }
}

} // namespace papervault::engine::assembly
