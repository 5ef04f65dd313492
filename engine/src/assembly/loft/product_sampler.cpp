#include "assembly/loft/product_sampler.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>

namespace papervault::engine::assembly {

namespace {

constexpr std::uint64_t attempts_max = 2'000'000;
constexpr std::uint64_t attempts_avoiding_max = 20'000;
constexpr int group_tries_max = 100'000;
/// Up to so many picks of a cell are compared one by one.
constexpr std::uint32_t few_picks = 24;

} // namespace

ProductSampler::Scratch ProductSampler::make_scratch() const
{
    Scratch scratch;
    scratch.enemy_stamp.assign(enemy_set_count_, 0);
    scratch.picked.assign(units_taken_, 0);
    return scratch;
}

/// R. W. Floyd's sample without replacement: each subset is equally likely.
inline std::uint32_t* ProductSampler::draw_cell(const Draws& cell, Dice& dice, std::uint32_t* picked) const
{
    if (cell.taken == 1) {
        *picked = cell.first + dice.below(cell.size);
        fetch(*picked);
        return picked + 1;
    }
    if (cell.taken > few_picks) { return draw_large_cell(cell, dice, picked); }
    std::uint32_t* const from = picked;
    for (std::uint32_t last = cell.size - cell.taken; last < cell.size; ++last) {
        std::uint32_t choice = cell.first + dice.below(last + 1);
        for (const std::uint32_t* at = from; at != picked; ++at) {
            if (*at == choice) {
                choice = cell.first + last;
                break;
            }
        }
        fetch(choice);
        *picked++ = choice;
    }
    return picked;
}

std::uint32_t* ProductSampler::draw_large_cell(const Draws& cell, Dice& dice, std::uint32_t* picked)
{
    std::vector<bool> has(cell.size);
    for (std::uint32_t last = cell.size - cell.taken; last < cell.size; ++last) {
        std::uint32_t choice = dice.below(last + 1);
        if (has[choice]) { choice = last; }
        has[choice] = true;
        *picked++ = cell.first + choice;
    }
    return picked;
}

/// One after the other, each uniform over what is left.
std::uint32_t* ProductSampler::draw_cell_avoiding(const Draws& cell, Avoided avoided, Dice& dice,
                                                  std::uint32_t* picked) const
{
    std::uint32_t* const from = picked;
    const auto is_open = [&](std::uint32_t choice) {
        return avoided[unit_of(choice)] == 0 && std::find(from, picked, choice) == picked;
    };
    while (picked != from + cell.taken) {
        std::uint32_t choice = cell.first;
        std::uint32_t tried = 0;
        do {
            choice = cell.first + dice.below(cell.size);
        } while (!is_open(choice) && ++tried < 4 * cell.size);
        if (tried == 4 * cell.size) { // hardly any are left
            std::vector<std::uint32_t> open;
            for (std::uint32_t n = 0; n < cell.size; ++n) {
                if (is_open(cell.first + n)) { open.push_back(cell.first + n); }
            }
            if (open.empty()) { return nullptr; }
            choice = open[dice.below(static_cast<std::uint32_t>(open.size()))];
        }
        *picked++ = choice;
    }
    return picked;
}

template <std::size_t Global, std::size_t Local, bool Avoids>
inline std::uint32_t* ProductSampler::draw_group(const Group& group, Avoided avoided, Dice& dice, std::uint32_t* picked,
                                                 Totals<Global>& totals) const
{
    const std::size_t local_at = 2 + global_words_;
    const Draws* const cells = draws_.data() + group.first_cell;
    for (int tried = 0; tried < group_tries_max; ++tried) {
        std::uint32_t* end = picked;
        for (std::uint32_t cell = 0; cell < group.cells; ++cell) {
            if constexpr (Avoids) {
                end = draw_cell_avoiding(cells[cell], avoided, dice, end);
                if (end == nullptr) { return nullptr; }
            } else {
                end = draw_cell(cells[cell], dice, end);
            }
        }
        Totals<Global> own = totals;
        Word local[Local]{};
        for (const std::uint32_t* at = picked; at != end; ++at) {
            const Word* const words = record(*at);
            own.sum += static_cast<std::int64_t>(words[1]);
            for (std::size_t word = 0; word < Global; ++word) { own.lanes[word] += words[2 + word]; }
            for (std::size_t word = 0; word < Local; ++word) { local[word] += words[local_at + word]; }
        }
        bool is_right = true;
        for (std::size_t word = 0; word < group.bounds.size(); ++word) {
            is_right = is_right && holds(group.bounds[word], local[word]);
        }
        if (is_right) {
            totals = own;
            return end;
        }
    }
    return nullptr;
}

std::uint32_t ProductSampler::place_of(std::int64_t sum) const
{
    if (sum <= block_.lowest) { return 0; }
    const auto bucket = static_cast<std::uint64_t>(sum - block_.lowest) >> block_.shift;
    if (bucket + 1 >= block_.starts.size()) { return static_cast<std::uint32_t>(block_.sums.size()); }
    std::uint32_t place = block_.starts[bucket];
    while (place < block_.sums.size() && block_.sums[place] < sum) { ++place; }
    return place;
}

std::uint32_t* ProductSampler::pick_block_cell(const BlockCell& cell, std::uint32_t choice, std::uint32_t* picked)
{
    if (cell.draws.taken == 1) {
        *picked++ = cell.draws.first + choice;
    } else {
        *picked++ = cell.draws.first + (cell.pairs[choice] & 0xffffU);
        *picked++ = cell.draws.first + (cell.pairs[choice] >> 16U);
    }
    return picked;
}

std::uint32_t* ProductSampler::draw_block(std::int64_t sum, Dice& dice, std::uint32_t* picked) const
{
    const std::uint32_t choice = dice.below(block_.largest_window);
    const std::uint32_t from = place_of(sum_low_ - sum);
    if (from + choice >= block_.sums.size() || block_.sums[from + choice] > sum_high_ - sum) { return nullptr; }
    std::uint32_t entry = block_.entries[from + choice];
    for (const BlockCell& cell : block_.cells) {
        picked = pick_block_cell(cell, entry % cell.choices, picked);
        entry /= cell.choices;
    }
    return picked;
}

bool ProductSampler::has_enemies(Scratch& scratch) const
{
    if (enemy_set_count_ == 0) { return false; }
    if (++scratch.stamp == 0) {
        std::ranges::fill(scratch.enemy_stamp, 0U);
        scratch.stamp = 1;
    }
    for (const std::uint32_t number : scratch.picked) {
        const auto list = static_cast<std::uint32_t>(*record(number) >> 32U);
        if (list == no_enemy) { continue; }
        for (const std::uint32_t* set = &enemy_sets_[list]; *set != no_enemy; ++set) {
            if (scratch.enemy_stamp[*set] == scratch.stamp) { return true; }
            scratch.enemy_stamp[*set] = scratch.stamp;
        }
    }
    return false;
}

bool ProductSampler::sums_hold(const Scratch& scratch) const
{
    const std::size_t first = 2 + global_words_ + local_words_;
    for (std::size_t s = 0; s < other_sums_.size(); ++s) {
        std::int64_t sum = 0;
        for (const std::uint32_t number : scratch.picked) {
            sum += static_cast<std::int64_t>(record(number)[first + s]);
        }
        if (sum < other_sums_[s].first || sum > other_sums_[s].second) { return false; }
    }
    return true;
}

template <std::size_t Global, std::size_t Local, bool Avoids>
bool ProductSampler::attempt(Avoided avoided, Dice& dice, Scratch& scratch) const
{
    Totals<Global> totals;
    std::uint32_t* end = scratch.picked.data();
    for (const Group& group : groups_) {
        end = draw_group<Global, Local, Avoids>(group, avoided, dice, end, totals);
        if (end == nullptr) {
            scratch.is_stuck = Avoids;
            return false;
        }
    }
    if (has_sum_) {
        const std::uint32_t* at = end;
        end = draw_block(totals.sum, dice, end);
        if (end == nullptr) { return false; }
        for (; at != end; ++at) {
            if (Avoids && avoided[unit_of(*at)] != 0) { return false; }
            const Word* const words = record(*at) + 2;
            for (std::size_t word = 0; word < Global; ++word) { totals.lanes[word] += words[word]; }
        }
    }
    for (std::size_t word = 0; word < global_bounds_.size(); ++word) {
        if (!holds(global_bounds_[word], totals.lanes[word])) { return false; }
    }
    return !has_enemies(scratch) && sums_hold(scratch);
}

template <bool Avoids>
bool ProductSampler::propose(Avoided avoided, Dice& dice, Scratch& scratch) const
{
    if (local_words_ <= 1) {
        switch (global_words_) {
        case 1: return attempt<1, 1, Avoids>(avoided, dice, scratch);
        case 2: return attempt<2, 1, Avoids>(avoided, dice, scratch);
        default: return attempt<4, 1, Avoids>(avoided, dice, scratch);
        }
    }
    switch (global_words_) {
    case 1: return attempt<1, 2, Avoids>(avoided, dice, scratch);
    case 2: return attempt<2, 2, Avoids>(avoided, dice, scratch);
    default: return attempt<4, 2, Avoids>(avoided, dice, scratch);
    }
}

void ProductSampler::write(const Scratch& scratch, std::span<AssemblyProblem::Item> form) const
{
    std::size_t at = 0;
    for (const AssemblyProblem::Item item : fixed_) { form[at++] = item; }
    for (const std::uint32_t number : scratch.picked) {
        const std::uint32_t unit = unit_of(number);
        if (units_are_items_) {
            form[at++] = unit;
            continue;
        }
        for (std::uint32_t i = item_begins_[unit]; i < item_begins_[unit + 1]; ++i) { form[at++] = items_[i]; }
    }
    PAPERVAULT_ASSERT(at == form.size());
}

bool ProductSampler::trial(Dice& dice, Scratch& scratch) const
{
    return propose<false>({}, dice, scratch);
}

bool ProductSampler::draw(Dice& dice, Scratch& scratch, std::span<AssemblyProblem::Item> form) const
{
    for (std::uint64_t tried = 0; tried < attempts_max; ++tried) {
        ++scratch.attempts;
        if (!propose<false>({}, dice, scratch)) { continue; }
        write(scratch, form);
        return true;
    }
    return false;
}

bool ProductSampler::draw_avoiding(Avoided avoided, Dice& dice, Scratch& scratch,
                                   std::span<AssemblyProblem::Item> form) const
{
    scratch.is_stuck = false;
    for (std::uint64_t tried = 0; tried < attempts_avoiding_max && !scratch.is_stuck; ++tried) {
        ++scratch.attempts;
        if (!propose<true>(avoided, dice, scratch)) { continue; }
        write(scratch, form);
        return true;
    }
    return false;
}

std::size_t ProductSampler::bytes() const noexcept
{
    return records_.size() * sizeof(Word) + block_.sums.size() * 12 + block_.starts.size() * 4 +
           enemy_sets_.size() * 4 + item_begins_.size() * 4 + items_.size() * 4;
}

} // namespace papervault::engine::assembly
