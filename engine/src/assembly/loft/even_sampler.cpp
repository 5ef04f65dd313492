#include "assembly/loft/even_sampler.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace papervault::engine::assembly {

namespace {

constexpr std::array block_sizes{1'000U, 2'000U, 4'000U, 8'000U};
/// A block's share of forms is so many thousandths above the least: at least, so that there is something to choose; and
/// no more where that can be.
constexpr std::int64_t room_least = 12;
constexpr std::int64_t room_most = 29;
/// Of what is short a form may take so many thousandths more than the least; tried one after the other.
constexpr std::array<std::int64_t, 4> waste_allowed{20, 60, 200, 100'000};
/// A unit may be ahead of its share by so many forms' worth.
constexpr std::uint64_t forms_ahead = 80;
constexpr int picks_in_cell = 4;
constexpr int picks_anywhere = 200;
constexpr std::uint32_t inside_of_eight = 7;
constexpr std::size_t units_per_cell = 5;
constexpr std::size_t templates_wanted = 192;
constexpr int settling_starts = 20;
constexpr std::uint64_t settling_steps_max = 400'000;
constexpr int starts_max = 300;
constexpr std::uint64_t steps_max = 10'000;
/// Chance of taking one more unit of strain, × 2^32: e^(-1/16) and e^(-1/8).
constexpr std::uint64_t warm_ratio = 4'034'750'946;
constexpr std::uint64_t cold_ratio = 3'790'320'390;

std::vector<std::uint32_t> acceptance(std::uint64_t ratio_of_2_32)
{
    std::vector<std::uint32_t> out;
    for (std::uint64_t value = 0xffffffffU; value > 0; value = value * ratio_of_2_32 >> 32U) {
        out.push_back(static_cast<std::uint32_t>(value));
    }
    return out;
}

/// Forms of a block, and how many of them a unit may be in.
std::pair<std::uint32_t, std::uint32_t> shape_for(Fixed least)
{
    const auto uses = [&](std::uint32_t forms, std::int64_t thousandths, bool up) {
        const std::int64_t scaled = least.raw() / 1'000 * (1'000 + thousandths);
        const Fixed product = Fixed::from_raw(scaled) * Fixed::from_integer(forms);
        constexpr std::int64_t one = std::int64_t{1} << Fixed::places;
        return static_cast<std::uint32_t>(std::min<std::int64_t>((product.raw() + (up ? one - 1 : 0)) / one, forms));
    };
    for (const std::uint32_t forms : block_sizes) {
        const std::uint32_t most = uses(forms, room_most, false);
        if (most >= uses(forms, room_least, true)) { return {forms, most}; }
    }
    return {block_sizes.back(), uses(block_sizes.back(), room_least, true)};
}

UnitProblem without_waste(const UnitProblem& problem, const LeastExposure& least, std::int64_t thousandths)
{
    __extension__ using Wide = __int128;
    UnitProblem out = problem;
    Wide total = 0;
    for (const std::int64_t weight : least.weights) { total += weight; }
    const Wide allowed = ((total * least.share.raw()) >> Fixed::places) * (1'000 + thousandths) / 1'000;
    const auto most = static_cast<std::int64_t>(std::min<Wide>(allowed, AssemblyProblemLimits::value_max));
    out.sums.push_back({{"what is short", 0, most}, least.weights});
    return out;
}

} // namespace

EvenSampler::Scratch::Scratch(const EvenSampler& sampler) : form{sampler.model_}, uses(sampler.model_.units()) {}

EvenSampler::EvenSampler(const UnitProblem& problem, const LeastExposure& least, std::int64_t room)
    : problem_{std::make_unique<const UnitProblem>(without_waste(problem, least, room))}, model_{*problem_},
      alike_{*problem_, units_per_cell}, warm_{acceptance(warm_ratio)}, cold_{acceptance(cold_ratio)}
{
    std::tie(forms_, use_max_) = shape_for(least.share);
    is_short_.resize(least.weights.size());
    for (Unit unit = 0; unit < least.weights.size(); ++unit) {
        if (least.weights[unit] == 0) { continue; }
        is_short_[unit] = true;
        short_.push_back(unit);
    }
}

/// Uses that a unit may have had before form number so much of the block.
std::uint32_t EvenSampler::cap_at(std::size_t form) const
{
    const std::uint64_t share = (form + 1 + forms_ahead) * use_max_ / forms_;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::max<std::uint64_t>(share, 1), use_max_));
}

bool EvenSampler::start(Dice& dice, Scratch& scratch, const std::vector<std::uint32_t>& cells, std::uint32_t cap) const
{
    SoftForm& form = scratch.form;
    form.clear();
    const auto may_come = [&](Unit unit) {
        return scratch.uses[unit] < cap && !form.has(unit) && !form.has_enemy(unit);
    };
    for (const std::uint32_t number : cells) {
        const auto& cell = alike_.cells()[number];
        Unit best = UnitProblem::no_unit;
        const auto look_at = [&](Unit unit) {
            if (!may_come(unit)) { return; }
            if (best == UnitProblem::no_unit || scratch.uses[unit] < scratch.uses[best]) { best = unit; }
        };
        for (int tried = 0; tried < picks_in_cell; ++tried) {
            look_at(alike_.units()[cell.first + dice.below(cell.size)]);
        }
        // A cell that is used up gives way to any other, of those that are short if it was one of them.
        const bool is_short = is_short_[alike_.units()[cell.first]];
        for (int tried = 0; tried < picks_anywhere && best == UnitProblem::no_unit; ++tried) {
            look_at(is_short ? short_[dice.below(static_cast<std::uint32_t>(short_.size()))]
                             : dice.below(static_cast<std::uint32_t>(model_.units())));
        }
        if (best == UnitProblem::no_unit) { return false; }
        form.put(best);
    }
    form.settle();
    return true;
}

template <std::size_t Words>
[[gnu::always_inline]] inline bool EvenSampler::mend(Dice& dice, Scratch& scratch, const Walk& walk) const
{
    SoftForm& form = scratch.form;
    const auto limit = static_cast<std::int64_t>(walk.accept_below->size());
    for (std::uint64_t step = 0; step < walk.steps_max; ++step) {
        if (form.strain() == 0) { return true; }
        const std::uint32_t lot = dice.below(static_cast<std::uint32_t>(form.chosen().size()) * 8);
        const Unit leaving = form.chosen()[lot >> 3U];
        Unit coming = 0;
        if ((lot & 7U) < walk.inside_of_eight) {
            const auto& cell = alike_.cell_of(leaving);
            coming = alike_.units()[cell.first + dice.below(cell.size)];
        } else if (is_short_[leaving]) {
            coming = short_[dice.below(static_cast<std::uint32_t>(short_.size()))];
        } else {
            coming = dice.below(static_cast<std::uint32_t>(model_.units()));
        }
        if (scratch.uses[coming] >= walk.cap || form.has(coming)) { continue; }
        const std::int64_t of_counts = form.count_change<Words>(leaving, coming);
        if (of_counts - form.sum_strain() >= limit) { continue; }
        const std::int64_t change = of_counts + form.sum_change(leaving, coming);
        if (change > 0 && (change >= limit || dice.word() >= (*walk.accept_below)[static_cast<std::size_t>(change)])) {
            continue;
        }
        if (form.has_enemy(coming, leaving)) { continue; }
        form.exchange(leaving, coming, of_counts);
    }
    return form.strain() == 0;
}

#if defined(__x86_64__)
template <std::size_t Words>
[[gnu::target("popcnt"), gnu::flatten]] bool EvenSampler::mend_with_popcount(Dice& dice, Scratch& scratch,
                                                                             const Walk& walk) const
{
    return mend<Words>(dice, scratch, walk);
}
#endif

template <std::size_t Words>
bool EvenSampler::mend_best(Dice& dice, Scratch& scratch, const Walk& walk) const
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt")) { return mend_with_popcount<Words>(dice, scratch, walk); }
#endif
    return mend<Words>(dice, scratch, walk);
}

bool EvenSampler::mend(Dice& dice, Scratch& scratch, const Walk& walk) const
{
    switch (model_.words()) {
    case 1: return mend_best<1>(dice, scratch, walk);
    case 2: return mend_best<2>(dice, scratch, walk);
    case 4: return mend_best<4>(dice, scratch, walk);
    default: return mend_best<8>(dice, scratch, walk);
    }
}

/// Any form, from units drawn at random.
bool EvenSampler::settle(Dice& dice, Scratch& scratch) const
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
        if (mend(dice, scratch, {settling_steps_max, 6, &warm_, UINT32_MAX})) { return true; }
    }
    return false;
}

bool EvenSampler::find_templates(const RandomStreams& streams)
{
    Scratch scratch{*this};
    for (std::size_t number = 0; number < templates_wanted; ++number) {
        Dice dice{streams, (std::uint64_t{1} << 63U) + number};
        if (!settle(dice, scratch)) { return false; }
        templates_.push_back(cells_of(scratch.form));
    }
    return true;
}

std::vector<std::uint32_t> EvenSampler::cells_of(const SoftForm& form) const
{
    std::vector<std::uint32_t> out;
    for (const Unit unit : form.chosen()) { out.push_back(alike_.number_of(unit)); }
    return out;
}

std::optional<EvenSampler> EvenSampler::build(const AssemblyProblem& problem, const UnitProblem& units,
                                              const RandomStreams& streams)
{
    const auto least = least_exposure(problem, units);
    if (!least) { return std::nullopt; }
    for (const std::int64_t room : waste_allowed) {
        EvenSampler sampler{units, *least, room};
        if (sampler.model_.words() > 8) { return std::nullopt; }
        if (sampler.find_templates(streams)) { return sampler; }
    }
    return std::nullopt;
}

/// The block's next form. Where nothing is found under the cap, a form may go beyond it rather than fail.
bool EvenSampler::draw_next(Scratch& scratch) const
{
    Dice& dice = *scratch.dice;
    std::size_t chosen = 0;
    const auto attempt = [&](std::uint32_t cap) {
        chosen = dice.below(static_cast<std::uint32_t>(scratch.templates.size()));
        return start(dice, scratch, scratch.templates[chosen], cap) &&
               mend(dice, scratch, {steps_max, inside_of_eight, &cold_, cap});
    };
    bool is_found = false;
    for (int tried = 0; tried < 2 * starts_max && !is_found; ++tried) {
        is_found = attempt(tried < starts_max ? cap_at(scratch.ends.size()) : UINT32_MAX);
        scratch.restarts += is_found ? 0 : 1;
    }
    if (is_found) {
        scratch.templates[chosen] = cells_of(scratch.form);
        for (const Unit unit : scratch.form.chosen()) {
            ++scratch.uses[unit];
            scratch.drawn.push_back(unit);
        }
    }
    scratch.ends.push_back(scratch.drawn.size());
    return is_found;
}

bool EvenSampler::draw(const RandomStreams& streams, std::uint64_t number, Scratch& scratch,
                       std::span<AssemblyProblem::Item> form) const
{
    const std::uint64_t block = number / forms_;
    const std::uint64_t place = number % forms_;
    std::array<std::byte, 64> mark{};
    streams.fill(block, 0, mark); // another seed's block of the same number is another block
    if (scratch.block != block || scratch.mark != mark || scratch.streams != &streams) {
        scratch.streams = &streams;
        scratch.block = block;
        scratch.mark = mark;
        scratch.templates = templates_;
        scratch.drawn.clear();
        scratch.ends.clear();
        std::ranges::fill(scratch.uses, 0U);
    }
    if (scratch.ends.empty()) { scratch.dice.emplace(streams, block); }
    while (scratch.ends.size() <= place) { draw_next(scratch); }
    const std::size_t begin = place == 0 ? 0 : scratch.ends[place - 1];
    if (begin == scratch.ends[place]) { return false; }
    std::size_t at = 0;
    for (const auto item : problem_->fixed) { form[at++] = item; }
    for (std::size_t i = begin; i < scratch.ends[place]; ++i) {
        for (const auto item : problem_->units[scratch.drawn[i]]) { form[at++] = item; }
    }
    return true;
}

std::size_t EvenSampler::bytes() const noexcept
{
    return model_.bytes() + model_.units() * 8 + templates_.size() * templates_.front().size() * sizeof(std::uint32_t);
}

} // namespace papervault::engine::assembly
