#include "assembly/search/exchange_search.hpp"

#include <algorithm>
#include <tuple>

namespace papervault::engine::assembly {

namespace {

/// Exchanges that break more counts than so are not begun, nor looked at to mend others.
constexpr std::int64_t breaks_max = 3 * SoftModel::strain_of_one;
/// After two of three exchanges no more may be broken than this.
constexpr std::int64_t breaks_of_two_max = 1 * SoftModel::strain_of_one;
constexpr std::int64_t impossible = -1;
constexpr std::int64_t largest_lack = std::int64_t{1} << 27U; ///< At one ability; squares of many stay inside 64 bits.
constexpr std::size_t kick_tries = 200;                       ///< Exchanges that a kick may begin with.
constexpr unsigned depth_of_kicks = 2;
constexpr unsigned depth_at_first = 3;
constexpr std::int64_t kick_times = 4; ///< What two forms lack may grow so many times.

} // namespace

ExchangeSearch::ExchangeSearch(const SearchSpace& space, const Target& target, Dice& dice, const AssemblyEffort& effort)
    : space_{space}, target_{target}, dice_{dice}, effort_{effort}, model_{space.problem, space.target_from},
      forms_{model_, space.form_count, space.overlap_allowed}, wanted_(target.size()), pull_(target.size()),
      mending_(model_.counts() * 2)
{
}

ExchangeSearch::Forms ExchangeSearch::forms() const
{
    Forms out;
    for (const SoftForm& form : forms_) { out.push_back(form.chosen()); }
    return out;
}

std::int64_t ExchangeSearch::quality() const
{
    std::int64_t least = INT64_MAX;
    std::vector<std::int64_t> sums(target_.size());
    for (const SoftForm& form : forms_) {
        for (std::size_t s = 0; s < sums.size(); ++s) { sums[s] = form.sum(space_.target_from + s); }
        least = std::min(least, target_.quality(sums));
    }
    return least;
}

std::int64_t ExchangeSearch::lack_of(std::size_t form) const
{
    std::int64_t lack = 0;
    for (std::size_t s = 0; s < wanted_.size(); ++s) { lack += square(s, forms_[form].sum(space_.target_from + s)); }
    return lack;
}

std::int64_t ExchangeSearch::lack() const
{
    std::int64_t lack = 0;
    for (std::size_t form = 0; form < forms_.size(); ++form) { lack += lack_of(form); }
    return lack;
}

inline std::int64_t ExchangeSearch::lack_after(std::size_t form, Unit leaving, Unit coming) const
{
    const std::int64_t* const out = model_.values(leaving) + space_.target_from;
    const std::int64_t* const in = model_.values(coming) + space_.target_from;
    std::int64_t lack = 0;
    for (std::size_t s = 0; s < wanted_.size(); ++s) {
        lack += square(s, forms_[form].sum(space_.target_from + s) - out[s] + in[s]);
    }
    return lack;
}

inline std::int64_t ExchangeSearch::strain() const
{
    std::int64_t strain = forms_[form_].count_strain() + forms_.overlap_strain();
    if (other_ != outside) { strain += forms_[other_].count_strain(); }
    return strain;
}

inline bool ExchangeSearch::is_possible(const Exchange& exchange) const
{
    const SoftForm& form = forms_[form_];
    if (!form.has(exchange.leaving) || form.has(exchange.coming)) { return false; }
    if (other_ == outside) { return forms_.uses(exchange.coming) < space_.uses_max[exchange.coming]; }
    return forms_[other_].has(exchange.coming) && !forms_[other_].has(exchange.leaving);
}

template <std::size_t Words>
inline std::int64_t ExchangeSearch::look(Applied& applied) const
{
    ++steps_;
    const Exchange& exchange = applied.exchange;
    if (!is_possible(exchange)) { return impossible; }
    const SoftForm& form = forms_[form_];
    applied.of_counts = form.count_change<Words>(exchange.leaving, exchange.coming);
    std::int64_t strain = form.count_strain() + applied.of_counts;
    if (other_ != outside) {
        applied.of_counts_there = forms_[other_].count_change<Words>(exchange.coming, exchange.leaving);
        strain += forms_[other_].count_strain() + applied.of_counts_there;
    }
    return strain;
}

/// The last exchange of a chain, after which no count is broken.
inline bool ExchangeSearch::is_better(const Exchange& exchange) const
{
    const SoftForm& form = forms_[form_];
    std::int64_t lack = lack_after(form_, exchange.leaving, exchange.coming);
    if (other_ != outside) { lack += lack_after(other_, exchange.coming, exchange.leaving); }
    if (is_kick_ ? lack > standing_ * kick_times : lack >= standing_) { return false; }
    if (form.has_enemy(exchange.coming, exchange.leaving)) { return false; }
    if (form.sum_strain() + form.sum_change(exchange.leaving, exchange.coming) != 0) { return false; }
    if (other_ != outside) {
        const SoftForm& there = forms_[other_];
        if (there.has_enemy(exchange.leaving, exchange.coming)) { return false; }
        if (there.sum_strain() + there.sum_change(exchange.coming, exchange.leaving) != 0) { return false; }
    }
    return true;
}

void ExchangeSearch::apply(const Applied& applied)
{
    const Unit leaving = applied.exchange.leaving;
    const Unit coming = applied.exchange.coming;
    forms_.apply_overlap(form_, leaving, coming, forms_.overlap_change(form_, leaving, coming));
    forms_[form_].exchange(leaving, coming, applied.of_counts);
    if (other_ == outside) { return; }
    forms_.apply_overlap(other_, coming, leaving, forms_.overlap_change(other_, coming, leaving));
    forms_[other_].exchange(coming, leaving, applied.of_counts_there);
}

void ExchangeSearch::take_back(const Applied& applied)
{
    const auto [leaving, coming, slope] = applied.exchange;
    apply({{coming, leaving, -slope}, -applied.of_counts, -applied.of_counts_there});
}

/// How what is lacking begins to change. It is convex, so no chain whose slopes add up to 0 or more makes it less.
inline std::int64_t ExchangeSearch::slope(Unit leaving, Unit coming) const
{
    const std::int64_t* const out = model_.values(leaving) + space_.target_from;
    const std::int64_t* const in = model_.values(coming) + space_.target_from;
    std::int64_t slope = 0;
    for (std::size_t s = 0; s < wanted_.size(); ++s) { slope += pull_[s] * ((out[s] - in[s]) >> shift_); }
    return slope;
}

template <std::size_t Words>
inline void ExchangeSearch::collect()
{
    exchanges_.clear();
    const auto missing = [&](std::size_t f, std::size_t s) {
        return std::max<std::int64_t>(wanted_[s] - forms_[f].sum(space_.target_from + s), 0) >> shift_;
    };
    for (std::size_t s = 0; s < pull_.size(); ++s) {
        pull_[s] = missing(form_, s) - (other_ == outside ? 0 : missing(other_, s));
    }
    for (auto& list : mending_) { list.clear(); }
    const SoftForm& form = forms_[form_];
    std::vector<Unit> coming;
    if (other_ == outside) {
        for (Unit unit = 0; unit < model_.units(); ++unit) {
            if (!model_.is_heavy(unit) && !form.has(unit) && forms_.uses(unit) < space_.uses_max[unit]) {
                coming.push_back(unit);
            }
        }
    } else {
        for (const Unit unit : forms_[other_].chosen()) {
            if (!model_.is_heavy(unit) && !form.has(unit)) { coming.push_back(unit); }
        }
    }
    for (const Unit leaving : form.chosen()) {
        if (model_.is_heavy(leaving) || (other_ != outside && forms_[other_].has(leaving))) { continue; }
        for (const Unit in : coming) {
            Applied applied{{leaving, in, 0}};
            if (look<Words>(applied) > (depth_ == 1 ? 0 : breaks_max)) { continue; }
            applied.exchange.slope = slope(leaving, in);
            if (depth_ > 1 || applied.exchange.slope < 0) { exchanges_.push_back(applied.exchange); }
        }
    }
    std::ranges::sort(exchanges_, [](const Exchange& left, const Exchange& right) {
        return std::tuple{left.slope, left.leaving, left.coming} < std::tuple{right.slope, right.leaving, right.coming};
    });
    if (depth_ == 1) { return; }
    for (std::uint32_t number = 0; number < exchanges_.size(); ++number) {
        const SoftModel::Word* const less = model_.bits(exchanges_[number].leaving);
        const SoftModel::Word* const more = model_.bits(exchanges_[number].coming);
        for (std::size_t w = 0; w < Words; ++w) {
            for (SoftModel::Word changed = less[w] ^ more[w]; changed != 0; changed &= changed - 1) {
                const auto bit = static_cast<unsigned>(std::countr_zero(changed));
                mending_[(w * 64 + bit) * 2 + (less[w] >> bit & 1U)].push_back(number);
            }
        }
    }
}

/// Goes on from forms that break something. @return They break nothing any more, and lack less than before.
template <std::size_t Words, unsigned Left>
inline bool ExchangeSearch::chain(std::int64_t slope, std::int64_t least)
{
    const auto try_one = [&](const Exchange& exchange) {
        Applied applied{exchange};
        std::int64_t strain = look<Words>(applied);
        if (strain < 0 || strain > (Left > 1 ? breaks_of_two_max : 0)) { return false; }
        const std::int64_t overlap = forms_.overlap_strain();
        const bool is_last = strain == 0 && is_better(exchange);
        if (strain == 0 && !is_last && overlap == 0) { return false; }
        if (is_last && overlap == 0 && other_ == outside &&
            forms_.overlap_change(form_, exchange.leaving, exchange.coming) == 0) {
            apply(applied);
            return true;
        }
        if (!is_last && Left == 1) { return false; }
        if (forms_[form_].has_enemy(exchange.coming, exchange.leaving)) { return false; }
        if (other_ != outside && forms_[other_].has_enemy(exchange.leaving, exchange.coming)) { return false; }
        apply(applied);
        if (is_last && forms_.overlap_strain() == 0) { return true; }
        if constexpr (Left > 1) {
            if (forms_.overlap_strain() <= breaks_of_two_max && chain<Words, Left - 1>(slope + exchange.slope, least)) {
                return true;
            }
        }
        take_back(applied);
        return false;
    };
    // Those that may still follow have slopes of `least` or more, for they could have been the first.
    const std::int64_t most = -slope - least * static_cast<std::int64_t>(Left - 1);
    auto broken = forms_[form_].first_broken();
    bool wants_less = broken && broken->is_over;
    if (!broken && other_ != outside) {
        broken = forms_[other_].first_broken();
        wants_less = broken && !broken->is_over;
    }
    if (broken) {
        for (const std::uint32_t number : mending_[broken->count * 2 + (wants_less ? 1U : 0U)]) {
            if (exchanges_[number].slope >= most && !is_kick_) { break; }
            if (try_one(exchanges_[number])) { return true; }
        }
        return false;
    }
    if (forms_.overlap_strain() == 0) { return false; }
    for (const Exchange& exchange : exchanges_) {
        if (exchange.slope >= most && !is_kick_) { break; }
        const auto before = forms_.users(exchange.leaving) & ~(FormSet::Mask{1} << form_);
        if (before != 0 && try_one(exchange)) { return true; }
    }
    return false;
}

template <std::size_t Words>
[[gnu::always_inline]] inline bool ExchangeSearch::improve_by()
{
    collect<Words>();
    if (exchanges_.empty()) { return false; }
    const std::size_t first = is_kick_ ? dice_.below(static_cast<std::uint32_t>(exchanges_.size())) : 0;
    const std::size_t last = is_kick_ ? std::min(exchanges_.size(), first + kick_tries) : exchanges_.size();
    for (std::size_t i = first; i < last; ++i) {
        const Exchange& exchange = exchanges_[i];
        if (exchange.slope >= 0 && !is_kick_) { break; }
        Applied applied{exchange};
        const std::int64_t strain = look<Words>(applied);
        const bool is_last = strain == 0 && is_better(exchange);
        if (!is_last && depth_ == 1) { continue; }
        if (forms_[form_].has_enemy(exchange.coming, exchange.leaving)) { continue; }
        if (other_ != outside && forms_[other_].has_enemy(exchange.leaving, exchange.coming)) { continue; }
        apply(applied);
        if (is_last && forms_.overlap_strain() == 0) { return true; }
        if (strain != 0 || forms_.overlap_strain() != 0) {
            if (depth_ == 2 && chain<Words, 1>(exchange.slope, exchange.slope)) { return true; }
            if (depth_ > 2 && chain<Words, 2>(exchange.slope, exchange.slope)) { return true; }
        }
        take_back(applied);
    }
    return false;
}

#if defined(__x86_64__)
template <std::size_t Words>
[[gnu::target("popcnt"), gnu::flatten]] bool ExchangeSearch::improve_with_popcount()
{
    return improve_by<Words>();
}
#endif

template <std::size_t Words>
bool ExchangeSearch::improve_plain()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) { return improve_with_popcount<Words>(); }
#endif
    return improve_by<Words>();
}

bool ExchangeSearch::improve(std::size_t form, std::size_t other)
{
    form_ = form;
    other_ = other;
    standing_ = lack_of(form) + (other == outside ? 0 : lack_of(other));
    switch (model_.words()) {
    case 1: return improve_plain<1>();
    case 2: return improve_plain<2>();
    case 4: return improve_plain<4>();
    default: return improve_plain<8>();
    }
}

void ExchangeSearch::want(std::int64_t quality)
{
    std::int64_t largest = 1;
    for (std::size_t s = 0; s < wanted_.size(); ++s) {
        wanted_[s] = target_.bounds(s, quality).first;
        largest = std::max(largest, std::abs(wanted_[s]));
    }
    shift_ = 0;
    while ((largest >> shift_) > largest_lack) { ++shift_; }
    for (Turn& turn : turns_) { turn.seen = not_seen; }
}

bool ExchangeSearch::is_over() const
{
    return steps_ >= effort_.steps || (effort_.is_over && effort_.is_over());
}

/// Chains of 1 up to so many exchanges, until none makes it better.
void ExchangeSearch::descend(unsigned depth_most)
{
    for (depth_ = 1; depth_ <= depth_most;) {
        bool goes_on = false;
        for (std::size_t left = turns_.size(); left > 1; --left) {
            std::swap(turns_[left - 1], turns_[dice_.below(static_cast<std::uint32_t>(left))]);
        }
        for (Turn& turn : turns_) {
            const std::uint64_t last = std::max(changed_[turn.form], turn.other == outside ? 0 : changed_[turn.other]);
            if (turn.seen != not_seen && turn.seen >= last && turn.depth >= depth_) { continue; }
            if (is_over()) { return; }
            if (improve(turn.form, turn.other)) {
                goes_on = true;
                tell_changed(turn);
            } else {
                turn.seen = now_;
                turn.depth = depth_;
            }
        }
        if (!goes_on) { ++depth_; }
    }
}

void ExchangeSearch::tell_changed(const Turn& turn)
{
    changed_[turn.form] = ++now_;
    if (turn.other != outside) { changed_[turn.other] = now_; }
}

/// A chain by chance, that may leave the forms a little worse.
void ExchangeSearch::kick()
{
    const Turn& turn = turns_[dice_.below(static_cast<std::uint32_t>(turns_.size()))];
    depth_ = depth_of_kicks;
    is_kick_ = true;
    if (improve(turn.form, turn.other)) { tell_changed(turn); }
    is_kick_ = false;
}

void ExchangeSearch::run(const Forms& forms, std::int64_t bound)
{
    for (std::size_t f = 0; f < forms.size(); ++f) {
        for (const Unit unit : forms[f]) { forms_.put(f, unit); }
    }
    for (std::size_t s = 0; s < wanted_.size(); ++s) {
        model_.ranges_of_sums()[space_.target_from + s] = {INT64_MIN / 4, INT64_MAX / 4};
    }
    forms_.settle();
    changed_.assign(forms_.size(), 0);
    for (std::size_t f = 0; f < forms_.size(); ++f) {
        turns_.push_back({f, outside});
        for (std::size_t g = 0; g < f; ++g) { turns_.push_back({f, g}); }
    }
    best_ = forms;
    best_quality_ = quality();
    const auto level = [&] { return best_quality_ + (bound - best_quality_) / 2; };
    const auto keep = [&] {
        const std::int64_t reached = quality();
        if (reached <= best_quality_) { return false; }
        best_quality_ = reached;
        best_ = this->forms();
        return true;
    };
    want(bound);
    descend(2);
    if (keep()) { want(level()); }
    descend(depth_at_first);
    if (keep()) { want(level()); }
    std::int64_t held = lack();
    FormSet standing = forms_;
    while (!is_over() && best_quality_ < bound) {
        kick();
        descend(depth_of_kicks);
        const std::int64_t reached = lack();
        if (reached > held) {
            forms_ = standing;
            for (std::uint64_t& change : changed_) {
                if (change > seen_before_kick_) { change = seen_before_kick_; }
            }
            continue;
        }
        if (keep()) { want(level()); }
        held = lack();
        standing = forms_;
        seen_before_kick_ = now_;
    }
}

} // namespace papervault::engine::assembly
