#include "assembly/loft/chain_sampler.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t templates_wanted = 512;
constexpr std::size_t units_per_cell = 5;
/// Forms that begin a new line of templates; the others follow from the one before.
constexpr std::size_t templates_in_line = 1;
constexpr std::uint64_t steps_between_templates = 5'000;
constexpr std::uint64_t cooling_steps_most = 20'000;
constexpr std::uint64_t template_steps_most = 20'000'000;
constexpr int settling_starts = 40;
constexpr std::uint64_t settling_steps_most = 1'000'000;
constexpr int starts_max = 200;
/// Of eight proposals, so many stay inside a cell.
constexpr std::uint32_t inside_of_eight_mixing = 6;
/// Proposals between the first form without strain and the one that is drawn. Not yet tested for uniformity on a space
/// small enough to be enumerated.
constexpr int mixing_steps = 500;
constexpr std::int64_t strain_on_the_way = 2 * SoftModel::strain_of_one;
/// Chance of taking one more unit of strain, × 2^32: e^(-1/16) and e^(-1/8).
constexpr std::uint64_t warm_ratio = 4'034'750'946;
constexpr std::uint64_t cold_ratio = 3'790'320'390;

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
    : model_{problem}, warm_{acceptance(warm_ratio)}, cold_{acceptance(cold_ratio)}
{
    alike_ = AlikeUnits{problem, units_per_cell};
}

bool ChainSampler::start(Dice& dice, Scratch& scratch) const
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
            } while (form.has(unit) || form.has_enemy(unit));
            form.put(unit);
        }
    }
    form.settle();
    return true;
}

/// An exchange that is as likely proposed from the one form as back from the other.
template <std::size_t Words>
[[gnu::always_inline]] inline bool ChainSampler::propose(Dice& dice, const SoftForm& form, std::uint32_t inside,
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
    if (form.has(out.coming)) { return false; }
    out.of_counts = form.count_change<Words>(out.leaving, out.coming);
    return true;
}

template <std::size_t Words>
[[gnu::always_inline]] inline bool ChainSampler::cool(Dice& dice, SoftForm& form, const Walk& walk) const
{
    const auto limit = static_cast<std::int64_t>(walk.accept_below->size());
    for (std::uint64_t step = 0; step < walk.most; ++step) {
        if (form.strain() == 0 && step >= walk.least) { return true; }
        Proposal proposal;
        if (!propose<Words>(dice, form, walk.inside_of_eight, proposal)) { continue; }
        // The sums can at best become whole.
        if (proposal.of_counts - form.sum_strain() >= limit) { continue; }
        const std::int64_t change = proposal.of_counts + form.sum_change(proposal.leaving, proposal.coming);
        if (change > 0 && (change >= limit || dice.word() >= (*walk.accept_below)[static_cast<std::size_t>(change)])) {
            continue;
        }
        if (form.has_enemy(proposal.coming, proposal.leaving)) { continue; }
        form.exchange(proposal.leaving, proposal.coming, proposal.of_counts);
    }
    return form.strain() == 0;
}

/// One to three exchanges at once, from a form without strain to another: none on the way may strain it too much, and
/// that is so on the way back too.
template <std::size_t Words>
[[gnu::always_inline]] inline void ChainSampler::mix(Dice& dice, SoftForm& form) const
{
    for (int step = 0; step < mixing_steps; ++step) {
        const std::uint32_t lot = dice.word() & 15U;
        const int exchanges = lot == 0 ? 3 : lot < 3 ? 2 : 1;
        Proposal made[3];
        int done = 0;
        for (; done < exchanges; ++done) {
            Proposal& proposal = made[done];
            if (!propose<Words>(dice, form, inside_of_eight_mixing, proposal)) { break; }
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
    if (!cool<Words>(dice, form, walk)) { return false; }
    if (walk.mixes) { mix<Words>(dice, form); }
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

bool ChainSampler::draw(Dice& dice, Scratch& scratch, std::span<AssemblyProblem::Item> form) const
{
    for (int tried = 0; tried < starts_max; ++tried) {
        if (!start(dice, scratch)) { continue; }
        if (!run(dice, scratch.form, {cooling_steps_most, 0, 8, &cold_, true})) {
            ++scratch.restarts;
            continue;
        }
        write(scratch.form, form);
        return true;
    }
    return false;
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
