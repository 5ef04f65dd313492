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

FormSearch::FormSearch(const AssemblyProblem& problem, const SearchSpace& space, const Target& target, Dice& dice,
                       const AssemblyEffort& effort)
    : problem_{problem}, space_{space}, target_{target}, dice_{dice}, effort_{effort},
      model_{space.problem, space.target_from}, alike_{space.problem, units_per_cell},
      users_(space.problem.units.size()), overlaps_(std::size_t{problem.form_count} * problem.form_count)
{
    PAPERVAULT_ASSERT(problem.form_count <= 64);
    forms_.reserve(problem.form_count);
    for (std::uint32_t form = 0; form < problem.form_count; ++form) { forms_.emplace_back(model_); }
}

void FormSearch::put(std::size_t form, Unit unit)
{
    const auto items = static_cast<std::int64_t>(space_.problem.units[unit].size());
    for (std::size_t g = 0; g < forms_.size(); ++g) {
        if (g != form && (users_[unit] >> g & 1U) != 0) { overlap(form, g) = overlap(g, form) += items; }
    }
    forms_[form].put(unit);
    users_[unit] |= FormMask{1} << form;
}

void FormSearch::start(const std::vector<std::vector<Unit>>& from)
{
    const auto units = static_cast<std::uint32_t>(model_.units());
    const std::int64_t length = model_.ranges_of_counts().front().at_least;
    std::vector<Unit> order(units);
    for (std::size_t f = 0; f < forms_.size(); ++f) {
        SoftForm& form = forms_[f];
        std::int64_t size = 0;
        if (f < from.size()) {
            for (const Unit unit : from[f]) {
                put(f, unit);
                size += static_cast<std::int64_t>(space_.problem.units[unit].size());
            }
        }
        for (Unit unit = 0; unit < units; ++unit) { order[unit] = unit; }
        for (std::uint32_t left = units; left > 1; --left) { std::swap(order[left - 1], order[dice_.below(left)]); }
        for (const Unit unit : order) {
            const auto items = static_cast<std::int64_t>(space_.problem.units[unit].size());
            if (size + items > length || form.has(unit) || form.has_enemy(unit)) { continue; }
            if (static_cast<std::uint32_t>(std::popcount(users_[unit])) >= space_.uses_max[unit]) { continue; }
            put(f, unit);
            size += items;
        }
        form.settle();
    }
    overlap_strain_ = 0;
    if (problem_.overlap_max >= 0) {
        for (std::size_t f = 0; f < forms_.size(); ++f) {
            for (std::size_t g = 0; g < f; ++g) {
                overlap_strain_ +=
                    std::max<std::int64_t>(overlap(f, g) - overlap_allowed_, 0) * SoftModel::strain_of_one;
            }
        }
    }
}

void FormSearch::set_target(std::int64_t quality)
{
    wanted_ = quality;
    for (std::size_t s = 0; s < target_.size(); ++s) {
        const auto [low, high] = target_.bounds(s, quality);
        model_.ranges_of_sums()[space_.target_from + s] = {low, high};
    }
    strain_ = overlap_strain_;
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

std::int64_t FormSearch::overlap_change(std::size_t form, Unit leaving, Unit coming) const
{
    if (problem_.overlap_max < 0 || forms_.size() < 2) { return 0; }
    const FormMask others = ~(FormMask{1} << form);
    const FormMask fewer = users_[leaving] & ~users_[coming] & others;
    const FormMask more = users_[coming] & ~users_[leaving] & others;
    const auto out = static_cast<std::int64_t>(space_.problem.units[leaving].size());
    const auto in = static_cast<std::int64_t>(space_.problem.units[coming].size());
    const auto excess = [&](std::int64_t value) { return std::max<std::int64_t>(value - overlap_allowed_, 0); };
    std::int64_t change = 0;
    for (FormMask left = fewer; left != 0; left &= left - 1) {
        const std::int64_t now = overlap(form, static_cast<std::size_t>(std::countr_zero(left)));
        change += excess(now - out) - excess(now);
    }
    for (FormMask left = more; left != 0; left &= left - 1) {
        const std::int64_t now = overlap(form, static_cast<std::size_t>(std::countr_zero(left)));
        change += excess(now + in) - excess(now);
    }
    if (in != out) {
        for (FormMask left = users_[coming] & users_[leaving] & others; left != 0; left &= left - 1) {
            const std::int64_t now = overlap(form, static_cast<std::size_t>(std::countr_zero(left)));
            change += excess(now + in - out) - excess(now);
        }
    }
    return change * SoftModel::strain_of_one;
}

void FormSearch::apply_overlap(std::size_t form, Unit leaving, Unit coming)
{
    const FormMask own = FormMask{1} << form;
    if (problem_.overlap_max >= 0 && forms_.size() > 1) {
        const auto out = static_cast<std::int64_t>(space_.problem.units[leaving].size());
        const auto in = static_cast<std::int64_t>(space_.problem.units[coming].size());
        for (FormMask left = users_[leaving] & ~own; left != 0; left &= left - 1) {
            const auto other = static_cast<std::size_t>(std::countr_zero(left));
            overlap(other, form) = overlap(form, other) -= out;
        }
        for (FormMask left = users_[coming] & ~own; left != 0; left &= left - 1) {
            const auto other = static_cast<std::size_t>(std::countr_zero(left));
            overlap(other, form) = overlap(form, other) += in;
        }
    }
    users_[leaving] &= ~own;
    users_[coming] |= own;
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
    const FormMask users = users_[coming];
    if (static_cast<std::uint32_t>(std::popcount(users)) < space_.uses_max[coming]) {
        if (of_counts - form.sum_strain() - overlap_strain_ >= limit) { return; }
        const std::int64_t of_overlap = overlap_change(f, leaving, coming);
        const std::int64_t change = of_counts + form.sum_change(leaving, coming) + of_overlap;
        if (!accepts(change) || form.has_enemy(coming, leaving)) { return; }
        apply_overlap(f, leaving, coming);
        form.exchange(leaving, coming, of_counts);
        overlap_strain_ += of_overlap;
        strain_ += change;
        return;
    }
    // Every use is taken: from one of the forms that have it, in exchange.
    std::uint32_t skip = dice_.below(static_cast<std::uint32_t>(std::popcount(users)));
    FormMask left = users;
    while (skip-- > 0) { left &= left - 1; }
    const auto g = static_cast<std::size_t>(std::countr_zero(left));
    SoftForm& other = forms_[g];
    if (other.has(leaving)) { return; }
    const std::int64_t back = other.count_change<Words>(coming, leaving);
    if (of_counts + back - form.sum_strain() - other.sum_strain() - overlap_strain_ >= limit) { return; }
    const std::int64_t change_here = of_counts + form.sum_change(leaving, coming);
    const std::int64_t change_there = back + other.sum_change(coming, leaving);
    // Overlaps one after the other: between the two forms themselves nothing changes in the end.
    std::int64_t of_overlap = 0;
    if (problem_.overlap_max >= 0) {
        of_overlap = overlap_change(f, leaving, coming);
        apply_overlap(f, leaving, coming);
        of_overlap += overlap_change(g, coming, leaving);
        apply_overlap(f, coming, leaving);
    }
    const std::int64_t change = change_here + change_there + of_overlap;
    if (!accepts(change) || form.has_enemy(coming, leaving) || other.has_enemy(leaving, coming)) { return; }
    apply_overlap(f, leaving, coming);
    apply_overlap(g, coming, leaving);
    form.exchange(leaving, coming, of_counts);
    other.exchange(coming, leaving, back);
    overlap_strain_ += of_overlap;
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
    if (overlap_strain_ != 0) { return; }
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
    overlap_allowed_ = problem_.overlap_max - space_.fixed_items;
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
