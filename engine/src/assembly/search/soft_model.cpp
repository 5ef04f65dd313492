#include "assembly/search/soft_model.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

/// Sums are felt about as much as counts: so many units of strain for the usual distance of two units' values.
constexpr std::int64_t strain_of_usual_distance = 48;
constexpr std::int64_t strain_of_usual_distance_light = 16;

} // namespace

SoftModel::SoftModel(const UnitProblem& problem, std::size_t light_from)
    : problem_{&problem}, is_heavy_(problem.units.size())
{
    for (const auto& count : problem.counts) { ranges_of_counts_.push_back({count.at_least, count.at_most}); }
    words_ = std::bit_ceil((problem.counts.size() + 63) / 64);
    bits_.assign(problem.units.size() * words_, 0);
    for (Unit unit = 0; unit < problem.units.size(); ++unit) {
        for (const auto& part : problem.parts_of(unit)) {
            bits_[unit * words_ + part.constraint / 64] |= Word{1} << (part.constraint % 64);
            if (part.amount != 1) { has_heavy_ = is_heavy_[unit] = true; }
        }
    }
    for (const auto& sum : problem.sums) {
        ranges_of_sums_.push_back({sum.at_least, sum.at_most});
        const auto size = static_cast<std::int64_t>(std::max<std::size_t>(sum.values.size(), 1));
        std::int64_t total = 0; // validate() keeps it inside 64 bits
        for (const std::int64_t value : sum.values) { total += value; }
        std::int64_t distance = 0;
        for (const std::int64_t value : sum.values) { distance += std::abs(value - total / size) / size; }
        unsigned shift = 0;
        const std::int64_t wanted =
            shifts_.size() < light_from ? strain_of_usual_distance : strain_of_usual_distance_light;
        while ((distance >> shift) > wanted) { ++shift; }
        shifts_.push_back(shift);
    }
    values_.resize(problem.units.size() * problem.sums.size());
    for (Unit unit = 0; unit < problem.units.size(); ++unit) {
        for (std::size_t s = 0; s < problem.sums.size(); ++s) {
            values_[unit * problem.sums.size() + s] = problem.sums[s].values[unit];
        }
    }
}

SoftForm::SoftForm(const SoftModel& model)
    : model_{&model}, place_(model.units(), absent), counts_(model.counts()), sums_(model.sums()),
      enemies_(model.problem().enemies.size()), lanes_(model.words())
{
    settle();
}

void SoftForm::clear()
{
    for (const Unit unit : chosen_) {
        place_[unit] = absent;
        for (const std::uint32_t set : model_->problem().enemy_sets_of(unit)) { enemies_[set] = 0; }
    }
    chosen_.clear();
    std::ranges::fill(counts_, 0);
    std::ranges::fill(sums_, 0);
    settle();
}

void SoftForm::settle()
{
    strain_ = 0;
    for (std::size_t c = 0; c < counts_.size(); ++c) {
        strain_ += model_->strain_of_count(c, counts_[c]);
        mark(c);
    }
    sum_strain_ = 0;
    refresh_strain();
}

void SoftForm::refresh_strain()
{
    strain_ -= sum_strain_;
    sum_strain_ = 0;
    for (std::size_t s = 0; s < sums_.size(); ++s) { sum_strain_ += model_->strain_of_sum(s, sums_[s]); }
    strain_ += sum_strain_;
}

void SoftForm::place(Unit unit)
{
    PAPERVAULT_ASSERT(place_[unit] == absent);
    place_[unit] = static_cast<std::uint32_t>(chosen_.size());
    chosen_.push_back(unit);
    for (const std::uint32_t set : model_->problem().enemy_sets_of(unit)) { ++enemies_[set]; }
    const std::int64_t* const values = model_->values(unit);
    for (std::size_t s = 0; s < sums_.size(); ++s) { sums_[s] += values[s]; }
}

void SoftForm::displace(Unit unit)
{
    PAPERVAULT_ASSERT(place_[unit] != absent);
    const std::uint32_t at = place_[unit];
    chosen_[at] = chosen_.back();
    place_[chosen_[at]] = at;
    chosen_.pop_back();
    place_[unit] = absent;
    for (const std::uint32_t set : model_->problem().enemy_sets_of(unit)) { --enemies_[set]; }
    const std::int64_t* const values = model_->values(unit);
    for (std::size_t s = 0; s < sums_.size(); ++s) { sums_[s] -= values[s]; }
}

void SoftForm::put(Unit unit)
{
    place(unit);
    for (const auto& part : model_->problem().parts_of(unit)) { counts_[part.constraint] += part.amount; }
}

void SoftForm::add(Unit unit)
{
    place(unit);
    for (const auto& part : model_->problem().parts_of(unit)) {
        const std::int64_t before = counts_[part.constraint];
        counts_[part.constraint] += part.amount;
        strain_ += model_->strain_of_count(part.constraint, before + part.amount) -
                   model_->strain_of_count(part.constraint, before);
        mark(part.constraint);
    }
    refresh_strain();
}

void SoftForm::remove(Unit unit)
{
    displace(unit);
    for (const auto& part : model_->problem().parts_of(unit)) {
        const std::int64_t before = counts_[part.constraint];
        counts_[part.constraint] -= part.amount;
        strain_ += model_->strain_of_count(part.constraint, before - part.amount) -
                   model_->strain_of_count(part.constraint, before);
        mark(part.constraint);
    }
    refresh_strain();
}

void SoftForm::exchange(Unit leaving, Unit coming, std::int64_t of_counts)
{
    const std::uint32_t at = place_[leaving];
    displace(leaving);
    place(coming);
    // Places keep their meaning: the newcomer stands where the other stood.
    const auto last = static_cast<std::uint32_t>(chosen_.size() - 1);
    std::swap(chosen_[at], chosen_[last]);
    place_[chosen_[last]] = last;
    place_[chosen_[at]] = at;
    if (model_->is_heavy(leaving) || model_->is_heavy(coming)) {
        for (const auto& part : model_->problem().parts_of(leaving)) { counts_[part.constraint] -= part.amount; }
        for (const auto& part : model_->problem().parts_of(coming)) { counts_[part.constraint] += part.amount; }
        for (const auto& part : model_->problem().parts_of(leaving)) { mark(part.constraint); }
        for (const auto& part : model_->problem().parts_of(coming)) { mark(part.constraint); }
    } else {
        const Word* const out = model_->bits(leaving);
        const Word* const in = model_->bits(coming);
        for (std::size_t w = 0; w < model_->words(); ++w) {
            for (Word changed = out[w] ^ in[w]; changed != 0; changed &= changed - 1) {
                const auto bit = static_cast<unsigned>(std::countr_zero(changed));
                counts_[w * 64 + bit] += (in[w] >> bit & 1U) != 0 ? 1 : -1;
                mark(w * 64 + bit);
            }
        }
    }
    strain_ += of_counts;
    refresh_strain();
}

std::int64_t SoftForm::heavy_change(Unit leaving, Unit coming) const noexcept
{
    // Both lists are in the order of the constraints.
    const auto out = model_->problem().parts_of(leaving);
    const auto in = model_->problem().parts_of(coming);
    std::int64_t change = 0;
    std::size_t o = 0;
    std::size_t i = 0;
    while (o < out.size() || i < in.size()) {
        const std::uint32_t number =
            std::min(o < out.size() ? out[o].constraint : UINT32_MAX, i < in.size() ? in[i].constraint : UINT32_MAX);
        std::int64_t amount = 0;
        if (o < out.size() && out[o].constraint == number) { amount -= out[o++].amount; }
        if (i < in.size() && in[i].constraint == number) { amount += in[i++].amount; }
        change += model_->strain_of_count(number, counts_[number] + amount) -
                  model_->strain_of_count(number, counts_[number]);
    }
    return change;
}

} // namespace papervault::engine::assembly
