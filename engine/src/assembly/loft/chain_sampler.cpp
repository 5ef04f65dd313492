#include "assembly/loft/chain_sampler.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t templates_wanted = 512;
constexpr std::size_t units_per_cell = 5;
/// Forms that begin a new line of templates; the others follow from the one before.
constexpr std::size_t templates_in_line = 1;
constexpr std::uint64_t steps_between_templates = 5'000;
constexpr std::uint64_t cooling_steps_most = 20'000;
constexpr std::uint64_t repair_steps_most = 1'500;
constexpr std::uint64_t template_steps_most = 20'000'000;
constexpr int settling_starts = 40;
constexpr std::uint64_t settling_steps_most = 1'000'000;
constexpr int starts_max = 200;
/// Of eight proposals, so many stay inside a cell.
constexpr std::uint32_t inside_of_eight_mixing = 6;
/// Proposals between the first form without strain and the one that is drawn; tests compare the law on spaces small
/// enough to be enumerated (tests/engine/assembly_chain_test.cpp).
constexpr int mixing_steps = ChainSampler::mixing_length;
constexpr std::int64_t strain_on_the_way = 2 * SoftModel::strain_of_one;
/// Chance of taking one more unit of strain, × 2^32: e^(-1/16) and e^(-1/8).
constexpr std::uint64_t warm_ratio = 4'034'750'946;
constexpr std::uint64_t cold_ratio = 3'790'320'390;
/// The same for a unit of price: e^(-1/64).
constexpr std::uint64_t dear_ratio = 4'228'379'999;

/// 2^32 × e^(-strain / temperature), by whole numbers: the ratio is applied again and again, rounding down.
std::vector<std::uint32_t> acceptance(std::uint64_t ratio_of_2_32)
{
    std::vector<std::uint32_t> out;
    std::uint64_t value = 0xffffffffU;
    while (value > 0) {
        out.push_back(static_cast<std::uint32_t>(value));
        value = value * ratio_of_2_32 >> 32U;
    }
    return out;
}

} // namespace

ChainSampler::ChainSampler(const UnitProblem& problem)
    : model_{problem}, warm_{acceptance(warm_ratio)}, cold_{acceptance(cold_ratio)}, dear_{acceptance(dear_ratio)}
{
    alike_ = AlikeUnits{problem, units_per_cell};
    list_sizes(problem);
}

bool ChainSampler::start(Dice& dice, Scratch& scratch, std::span<const std::uint8_t> avoided) const
{
    SoftForm& form = scratch.form;
    form.clear();
    const auto& numbers = templates_[dice.below(static_cast<std::uint32_t>(templates_.size()))];
    for (std::size_t cell = 0; cell < alike_.cells().size(); ++cell) {
        const std::uint32_t size = alike_.cells()[cell].size;
        for (std::uint32_t left = numbers[cell]; left > 0; --left) {
            int tried = 0;
            Unit unit = 0;
            do {
                if (++tried > 1'000) { return false; }
                unit = alike_.units()[alike_.cells()[cell].first + dice.below(size)];
            } while (form.has(unit) || form.has_enemy(unit) || (!avoided.empty() && avoided[unit] != 0));
            form.put(unit);
        }
    }
    form.settle();
    return true;
}

/// An exchange that is as likely proposed from the one form as back from the other.
[[gnu::always_inline]] inline bool ChainSampler::pick(Dice& dice, const SoftForm& form, std::uint32_t inside,
                                                      Proposal& out) const
{
    const std::uint32_t kind_and_place = dice.below(static_cast<std::uint32_t>(form.chosen().size()) * 8);
    out.leaving = form.chosen()[kind_and_place >> 3U];
    if ((kind_and_place & 7U) < inside) {
        const auto& cell = alike_.cell_of(out.leaving);
        out.coming = alike_.units()[cell.first + dice.below(cell.size)];
    } else {
        out.coming = dice.below(static_cast<std::uint32_t>(model_.units()));
    }
    return !form.has(out.coming);
}

template <std::size_t Words>
[[gnu::always_inline]] inline bool ChainSampler::propose(Dice& dice, const SoftForm& form, std::uint32_t inside,
                                                         Proposal& out) const
{
    if (!pick(dice, form, inside, out)) { return false; }
    out.of_counts = form.count_change<Words>(out.leaving, out.coming);
    return true;
}

template <std::size_t Words, bool Prices>
[[gnu::always_inline]] inline bool ChainSampler::cool(Dice& dice, SoftForm& form, const Walk& walk) const
{
    const auto limit = static_cast<std::int64_t>(walk.accept_below->size());
    for (std::uint64_t step = 0; step < walk.most; ++step) {
        if (form.strain() == 0 && step >= walk.least) { return true; }
        Proposal proposal;
        if (!propose<Words>(dice, form, walk.inside_of_eight, proposal)) { continue; }
        if (!walk.avoided.empty() && walk.avoided[proposal.coming] != 0) { continue; }
        std::int64_t change = proposal.of_counts;
        if constexpr (Prices) { change += walk.prices[proposal.coming] - walk.prices[proposal.leaving]; }
        // The sums can at best become whole.
        if (change - form.sum_strain() >= limit) { continue; }
        change += form.sum_change(proposal.leaving, proposal.coming);
        if (change > 0 && (change >= limit || dice.word() >= (*walk.accept_below)[static_cast<std::size_t>(change)])) {
            continue;
        }
        if (form.has_enemy(proposal.coming, proposal.leaving)) { continue; }
        form.exchange(proposal.leaving, proposal.coming, proposal.of_counts);
    }
    return form.strain() == 0;
}

namespace {

__extension__ using Wide = unsigned __int128;

/// Sets of more items are not exchanged for single ones: few forms could take the place of one, and numbers get large.
constexpr std::size_t set_items_max = 5;
/// Of sixteen steps, so many try to change the number of units.
constexpr std::uint32_t resizes_of_sixteen = 4;

Wide choose(std::uint64_t from, std::uint64_t taken)
{
    if (taken > from) { return 0; }
    Wide ways = 1;
    for (std::uint64_t n = 0; n < taken; ++n) { ways = ways * (from - n) / (n + 1); }
    return ways;
}

/// True with the chance min(1, numerator / denominator).
bool happens(Dice& dice, Wide numerator, Wide denominator)
{
    if (numerator >= denominator) { return true; }
    while (denominator >> 64U != 0) {
        denominator >>= 1U;
        numerator >>= 1U;
    }
    return dice.word() < static_cast<std::uint32_t>((numerator << 32U) / denominator);
}

} // namespace

void ChainSampler::list_sizes(const UnitProblem& problem)
{
    for (Unit unit = 0; unit < problem.units.size(); ++unit) {
        const std::size_t items = problem.units[unit].size();
        if (items == 1) { singles_.push_back(unit); }
        if (items < 2 || items > set_items_max) { continue; }
        auto known = std::ranges::find(sets_, items, &SizeClass::items);
        if (known == sets_.end()) { known = sets_.insert(sets_.end(), {items, {}}); }
        known->units.push_back(unit);
    }
    if (singles_.empty()) { sets_.clear(); }
}

/// A set for as many single items, or back. There are not as many ways there as back, so the step is taken with the
/// chance that makes up for it.
void ChainSampler::resize(Dice& dice, SoftForm& form) const
{
    const SizeClass& kind = sets_[dice.below(static_cast<std::uint32_t>(sets_.size()))];
    const bool splits = (dice.word() & 1U) != 0;
    std::vector<Unit> sets;
    std::vector<Unit> singles;
    for (const Unit unit : form.chosen()) {
        const std::size_t items = model_.problem().units[unit].size();
        if (items == kind.items) { sets.push_back(unit); }
        if (items == 1) { singles.push_back(unit); }
    }
    const std::uint64_t sets_outside = kind.units.size() - sets.size();
    const std::uint64_t singles_outside = singles_.size() - singles.size();
    if (splits ? sets.empty() || singles_outside < kind.items : sets_outside == 0 || singles.size() < kind.items) {
        return;
    }
    const Wide ways_there =
        splits ? sets.size() * choose(singles_outside, kind.items) : sets_outside * choose(singles.size(), kind.items);
    const Wide ways_back = splits ? (sets_outside + 1) * choose(singles.size() + kind.items, kind.items)
                                  : (sets.size() + 1) * choose(singles_outside + kind.items, kind.items);
    std::vector<Unit> leaving;
    std::vector<Unit> coming;
    // Drawn without looking at the other form, each choice alike.
    const auto take = [&](std::vector<Unit>& from, std::size_t count, std::vector<Unit>& into) {
        for (; count > 0; --count) {
            std::swap(from[dice.below(static_cast<std::uint32_t>(from.size()))], from.back());
            into.push_back(from.back());
            from.pop_back();
        }
    };
    const auto find = [&](const std::vector<Unit>& among, std::size_t count) {
        while (coming.size() < count) {
            const Unit unit = among[dice.below(static_cast<std::uint32_t>(among.size()))];
            if (!form.has(unit) && std::ranges::find(coming, unit) == coming.end()) { coming.push_back(unit); }
        }
    };
    if (splits) {
        take(sets, 1, leaving);
        find(singles_, kind.items);
    } else {
        take(singles, kind.items, leaving);
        find(kind.units, 1);
    }
    if (!happens(dice, ways_there, ways_back)) { return; }
    for (const Unit unit : leaving) { form.remove(unit); }
    std::size_t added = 0;
    while (added < coming.size() && !form.has_enemy(coming[added])) { form.add(coming[added++]); }
    if (added == coming.size() && form.strain() == 0) { return; }
    while (added > 0) { form.remove(coming[--added]); }
    for (const Unit unit : leaving) { form.add(unit); }
}

/// One to three exchanges at once, from a form without strain to another: none on the way may strain it too much, and
/// that is so on the way back too.
template <std::size_t Words, bool Prefers>
[[gnu::always_inline]] inline void ChainSampler::mix(Dice& dice, SoftForm& form, const Preference& preference) const
{
    const auto stays = [&](Unit unit) { return !preference.stays.empty() && preference.stays[unit] != 0; };
    const auto affords = [&](std::int64_t dearer) {
        return dearer <= 0 ||
               (std::cmp_less(dearer, dear_.size()) && dice.word() < dear_[static_cast<std::size_t>(dearer)]);
    };
    for (int step = 0; step < mixing_steps; ++step) {
        const std::uint32_t kinds = dice.word();
        if (!Prefers && !sets_.empty() && (kinds >> 4U & 15U) < resizes_of_sixteen) {
            resize(dice, form);
            continue;
        }
        const std::uint32_t lot = kinds & 15U;
        const int exchanges = lot == 0 ? 3 : lot < 3 ? 2 : 1;
        Proposal made[3];
        int done = 0;
        std::int64_t dearer = 0;
        for (; done < exchanges; ++done) {
            Proposal& proposal = made[done];
            if (!pick(dice, form, inside_of_eight_mixing, proposal)) { break; }
            if constexpr (Prefers) {
                if (stays(proposal.leaving) || stays(proposal.coming)) { break; }
                if (!preference.prices.empty()) {
                    dearer += preference.prices[proposal.coming] - preference.prices[proposal.leaving];
                    if (done + 1 == exchanges && !affords(dearer)) { break; }
                }
            }
            proposal.of_counts = form.count_change<Words>(proposal.leaving, proposal.coming);
            const std::int64_t allowed = done + 1 == exchanges ? 0 : strain_on_the_way;
            if (form.strain() - form.sum_strain() + proposal.of_counts > allowed ||
                form.strain() + proposal.of_counts + form.sum_change(proposal.leaving, proposal.coming) > allowed ||
                form.has_enemy(proposal.coming, proposal.leaving)) {
                break;
            }
            form.exchange(proposal.leaving, proposal.coming, proposal.of_counts);
        }
        if (done == exchanges) { continue; }
        while (done > 0) {
            const Proposal& proposal = made[--done];
            form.exchange(proposal.coming, proposal.leaving, -proposal.of_counts);
        }
    }
}

template <std::size_t Words>
[[gnu::always_inline]] inline bool ChainSampler::run(Dice& dice, SoftForm& form, const Walk& walk) const
{
    if (walk.preference != nullptr) {
        mix<Words, true>(dice, form, *walk.preference);
        return true;
    }
    if (!walk.prices.empty()) { return cool<Words, true>(dice, form, walk); }
    if (!cool<Words, false>(dice, form, walk)) { return false; }
    if (!walk.mixes) { return true; }
    if (walk.avoided.empty()) {
        mix<Words, false>(dice, form, {});
    } else {
        mix<Words, true>(dice, form, {walk.avoided, {}});
    }
    return true;
}

#if defined(__x86_64__)
/// The same, with the processor's own popcount; integers only, so the forms are the same.
template <std::size_t Words>
[[gnu::target("popcnt"), gnu::flatten]] bool ChainSampler::run_with_popcount(Dice& dice, SoftForm& form,
                                                                             const Walk& walk) const
{
    return run<Words>(dice, form, walk);
}
#endif

template <std::size_t Words>
bool ChainSampler::run_best(Dice& dice, SoftForm& form, const Walk& walk) const
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) { return run_with_popcount<Words>(dice, form, walk); }
#endif
    return run<Words>(dice, form, walk);
}

bool ChainSampler::run(Dice& dice, SoftForm& form, const Walk& walk) const
{
    switch (model_.words()) {
    case 1: return run_best<1>(dice, form, walk);
    case 2: return run_best<2>(dice, form, walk);
    case 4: return run_best<4>(dice, form, walk);
    default: return run_best<8>(dice, form, walk);
    }
}

/// Any form without strain, from units drawn at random. The number of units stays what it was at the start, so where
/// whole sets make it vary, several starts are needed.
bool ChainSampler::settle(Dice& dice, Scratch& scratch) const
{
    SoftForm& form = scratch.form;
    const std::int64_t length = model_.ranges_of_counts().front().at_least;
    for (int tried = 0; tried < settling_starts; ++tried) {
        form.clear();
        int drawn = 0;
        while (form.count(0) < length) {
            const Unit unit = dice.below(static_cast<std::uint32_t>(model_.units()));
            if (++drawn > 1'000'000) { return false; }
            if (!form.has(unit) && !form.has_enemy(unit)) { form.add(unit); }
        }
        if (run(dice, form, {settling_steps_most, 0, inside_of_eight_mixing, &warm_, false})) { return true; }
    }
    return false;
}

void ChainSampler::add_template(const SoftForm& form)
{
    auto& numbers = templates_.emplace_back(alike_.cells().size());
    for (const Unit unit : form.chosen()) { ++numbers[alike_.number_of(unit)]; }
}

bool ChainSampler::draw(Dice& dice, Scratch& scratch, std::span<const std::uint8_t> avoided) const
{
    // Where units are avoided, a cell may have too few that are left.
    const Walk walk{cooling_steps_most, 0, avoided.empty() ? 8U : inside_of_eight_mixing, &cold_, true, avoided};
    for (int tried = 0; tried < starts_max; ++tried) {
        if (!start(dice, scratch, avoided)) { continue; }
        if (!run(dice, scratch.form, walk)) {
            ++scratch.restarts;
            continue;
        }
        return true;
    }
    return false;
}

bool ChainSampler::draw(Dice& dice, Scratch& scratch, std::span<AssemblyProblem::Item> form) const
{
    if (!draw(dice, scratch)) { return false; }
    write(scratch.form, form);
    return true;
}

void ChainSampler::walk(Dice& dice, Scratch& scratch, const Preference& preference) const
{
    Walk walk;
    walk.preference = &preference;
    run(dice, scratch.form, walk);
}

bool ChainSampler::repair(Dice& dice, Scratch& scratch, std::span<const std::int64_t> prices) const
{
    Walk walk{repair_steps_most, 0, inside_of_eight_mixing, &cold_, false};
    walk.prices = prices;
    return run(dice, scratch.form, walk);
}

std::int64_t ChainSampler::strain_of(const SoftForm& form, Unit leaving, Unit coming) const
{
    const std::int64_t sums = form.sum_change(leaving, coming);
    switch (model_.words()) {
    case 1: return sums + form.count_change<1>(leaving, coming);
    case 2: return sums + form.count_change<2>(leaving, coming);
    case 4: return sums + form.count_change<4>(leaving, coming);
    default: return sums + form.count_change<8>(leaving, coming);
    }
}

void ChainSampler::write(const SoftForm& chosen, std::span<AssemblyProblem::Item> form) const
{
    std::size_t at = 0;
    for (const auto item : model_.problem().fixed) { form[at++] = item; }
    for (const Unit unit : chosen.chosen()) {
        for (const auto item : model_.problem().units[unit]) { form[at++] = item; }
    }
}

std::optional<ChainSampler> ChainSampler::build(const UnitProblem& problem, const RandomStreams& streams)
{
    ChainSampler sampler{problem};
    if (problem.units.empty() || sampler.model_.words() > 8) { return std::nullopt; }
    Scratch scratch{sampler};
    for (std::size_t line = 0; line < templates_wanted / templates_in_line; ++line) {
        Dice dice{streams, (std::uint64_t{1} << 63U) + line};
        if (!sampler.settle(dice, scratch)) { break; }
        sampler.add_template(scratch.form);
        for (std::size_t i = 1; i < templates_in_line; ++i) {
            if (!sampler.run(
                    dice, scratch.form,
                    {template_steps_most, steps_between_templates, inside_of_eight_mixing, &sampler.warm_, false})) {
                break;
            }
            sampler.add_template(scratch.form);
        }
    }
    if (sampler.templates_.empty()) { return std::nullopt; }
    return sampler;
}

std::size_t ChainSampler::bytes() const noexcept
{
    return model_.bytes() + model_.units() * 8;
}

} // namespace papervault::engine::assembly
