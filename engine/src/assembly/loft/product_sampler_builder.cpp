#include "assembly/loft/product_sampler_builder.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace papervault::engine::assembly {

namespace {

constexpr std::size_t block_entries_max = std::size_t{1} << 16U;
constexpr std::size_t group_cells_max = 8;
constexpr std::uint32_t pair_cell_max = 700;
/// Proposals of the trial, and the forms that must come of them.
constexpr int trial_proposals = 30'000;
constexpr int trial_forms = 5;

/// Decides only whether this sampler is used, never what is drawn.
class TrialStreams final : public RandomStreams {
public:
    void fill(std::uint64_t number, std::uint64_t offset, std::span<std::byte> out) const override
    {
        std::uint64_t state = number * 0x9e3779b97f4a7c15U + offset;
        for (std::byte& byte : out) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            byte = static_cast<std::byte>(state >> 56U);
        }
    }
};

} // namespace

ProductSampler::Builder::Builder(const UnitProblem& problem, CellPartition partition)
    : problem_{problem}, partition_{std::move(partition)}
{
}

/// Least and most that a sum over the units can be, whatever is taken from each cell.
std::pair<std::int64_t, std::int64_t> ProductSampler::Builder::reach(const std::vector<std::int64_t>& values) const
{
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::vector<std::int64_t> of_cell;
    for (const auto& cell : partition_.cells) {
        of_cell.clear();
        for (const auto unit : cell.units) { of_cell.push_back(values[unit]); }
        std::ranges::sort(of_cell);
        for (std::size_t i = 0; i < cell.taken; ++i) {
            least += of_cell[i];
            most += of_cell[of_cell.size() - 1 - i];
        }
    }
    return {least, most};
}

/// By cell: how far the sum over what is taken varies, squared; in a unit common to all cells.
std::vector<ProductSampler::Builder::Wide>
ProductSampler::Builder::spread(const std::vector<std::int64_t>& values) const
{
    std::int64_t largest = 1;
    for (const std::int64_t value : values) { largest = std::max(largest, std::abs(value)); }
    const int shift = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest))) - 24);
    const int raise = std::max(0, 24 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest))));
    std::vector<Wide> out;
    for (const auto& cell : partition_.cells) {
        const Wide size = static_cast<Wide>(cell.units.size());
        Wide sum = 0;
        Wide squares = 0;
        for (const auto unit : cell.units) {
            const Wide value = static_cast<Wide>((values[unit] >> shift) * (std::int64_t{1} << raise));
            sum += value;
            squares += value * value;
        }
        if (size < 2) {
            out.push_back(0);
            continue;
        }
        out.push_back((squares - sum * sum / size) / (size - 1) * cell.taken * (size - cell.taken) / size);
    }
    return out;
}

bool ProductSampler::Builder::find_counts()
{
    const std::size_t cells = partition_.cells.size();
    std::vector<std::vector<std::pair<std::uint32_t, std::int32_t>>> by_count(problem_.counts.size());
    for (UnitProblem::Unit unit = 0; unit < problem_.units.size(); ++unit) {
        for (const auto& part : problem_.parts_of(unit)) {
            by_count[part.constraint].emplace_back(partition_.cell_of_unit[unit], part.amount);
        }
    }
    std::int64_t largest = 0;
    std::vector<std::vector<std::int32_t>> amounts(cells);
    for (std::size_t count = 0; count < by_count.size(); ++count) {
        CountUse use;
        use.count = count;
        for (const auto& [cell, amount] : by_count[count]) {
            if (amounts[cell].empty()) { use.cells.push_back(cell); }
            amounts[cell].push_back(amount);
        }
        std::int64_t least = 0;
        std::int64_t most = 0;
        bool varies = false;
        for (const std::uint32_t cell : use.cells) {
            auto& of_cell = amounts[cell];
            const std::size_t taken = partition_.cells[cell].taken;
            std::ranges::sort(of_cell);
            const std::size_t without = partition_.cells[cell].units.size() - of_cell.size();
            std::int64_t lower = 0;
            std::int64_t upper = 0;
            for (std::size_t i = 0; i + without < taken; ++i) { lower += of_cell[i]; }
            for (std::size_t i = 0; i < std::min(taken, of_cell.size()); ++i) {
                upper += of_cell[of_cell.size() - 1 - i];
            }
            least += lower;
            most += upper;
            varies = varies || lower != upper;
            of_cell.clear();
        }
        const auto& bounds = problem_.counts[count];
        if (most < bounds.at_least || least > bounds.at_most) { return false; }
        if (!varies || (least >= bounds.at_least && most <= bounds.at_most)) { continue; }
        use.at_least = std::max<std::int64_t>(bounds.at_least, 0);
        use.at_most = std::min(bounds.at_most, most);
        largest = std::max(largest, most);
        // Cells whose part never varies still count for the lanes, so they stay in the list.
        counts_.push_back(std::move(use));
    }
    if (largest > 127) { lane_bits_ = 16; }
    return largest <= 32'767;
}

bool ProductSampler::Builder::find_sums()
{
    Wide tightest = 0;
    for (std::size_t s = 0; s < problem_.sums.size(); ++s) {
        const auto& sum = problem_.sums[s];
        const auto [least, most] = reach(sum.values);
        if (most < sum.at_least || least > sum.at_most) { return false; }
        if (least >= sum.at_least && most <= sum.at_most) { continue; }
        const auto of_cells = spread(sum.values);
        // Width against spread, both as parts of the reach.
        const Wide variance = std::accumulate(of_cells.begin(), of_cells.end(), Wide{0});
        std::int64_t largest = 1;
        for (const std::int64_t value : sum.values) { largest = std::max(largest, std::abs(value)); }
        const Wide low = std::max(least, sum.at_least);
        const Wide high = std::min(most, sum.at_most);
        const Wide width = (high - low + 1) * (Wide{1} << 24U) / largest;
        const Wide tightness = (variance << 24U) / (width * width + 1);
        sums_.push_back(s);
        if (sums_.size() == 1 || tightness > tightest) {
            std::swap(sums_.front(), sums_.back());
            tightest = tightness;
            main_spread_ = of_cells;
        }
    }
    return true;
}

void ProductSampler::Builder::choose_block()
{
    is_block_.assign(partition_.cells.size(), false);
    if (sums_.empty()) { return; }
    std::vector<std::uint32_t> order;
    std::vector<std::size_t> choices(partition_.cells.size());
    for (std::uint32_t c = 0; c < partition_.cells.size(); ++c) {
        const auto& cell = partition_.cells[c];
        const std::size_t size = cell.units.size();
        if (cell.taken == 1 && size > 1) { choices[c] = size; }
        if (cell.taken == 2 && size > 2 && size <= pair_cell_max) { choices[c] = size * (size - 1) / 2; }
        if (choices[c] > 0) { order.push_back(c); }
    }
    const auto worth = [&](std::uint32_t cell) { return (main_spread_[cell] << 8U) / std::bit_width(choices[cell]); };
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        const Wide left = worth(a);
        const Wide right = worth(b);
        return left != right ? left > right : a < b;
    });
    std::size_t entries = 1;
    for (const std::uint32_t cell : order) {
        if (entries * choices[cell] > block_entries_max) { continue; }
        entries *= choices[cell];
        is_block_[cell] = true;
        block_order_.push_back(cell);
    }
}

void ProductSampler::Builder::form_groups()
{
    std::vector<std::vector<std::uint32_t>> members(partition_.cells.size());
    group_of_cell_.resize(partition_.cells.size());
    for (std::uint32_t cell = 0; cell < partition_.cells.size(); ++cell) {
        members[cell] = {cell};
        group_of_cell_[cell] = cell;
    }
    std::vector<CountUse*> order;
    for (CountUse& use : counts_) { order.push_back(&use); }
    std::ranges::sort(order, {}, [](const CountUse* use) { return std::pair{use->cells.size(), use->count}; });
    std::vector<std::size_t> lanes(partition_.cells.size()); // by group
    for (CountUse* use : order) {
        if (std::ranges::any_of(use->cells, [&](std::uint32_t cell) { return bool{is_block_[cell]}; })) { continue; }
        std::vector<std::uint32_t> groups;
        for (const std::uint32_t cell : use->cells) { groups.push_back(group_of_cell_[cell]); }
        std::ranges::sort(groups);
        const auto repeated = std::ranges::unique(groups);
        groups.erase(repeated.begin(), repeated.end());
        std::size_t cells = 0;
        std::size_t lanes_used = 1;
        for (const std::uint32_t group : groups) {
            cells += members[group].size();
            lanes_used += lanes[group];
        }
        if (cells > group_cells_max || lanes_used > 2 * 64 / lane_bits_) { continue; }
        const std::uint32_t into = groups.front();
        for (std::size_t i = 1; i < groups.size(); ++i) {
            for (const std::uint32_t cell : members[groups[i]]) {
                members[into].push_back(cell);
                group_of_cell_[cell] = into;
            }
            members[groups[i]].clear();
        }
        lanes[into] = lanes_used;
        use->group = use->cells.front(); // of its cell's group: that may still be merged into another
    }
    for (CountUse& use : counts_) {
        if (use.group != whole_form) { use.group = group_of_cell_[use.group]; }
    }
}

bool ProductSampler::Builder::lay_out_lanes()
{
    const std::size_t per_word = 64 / lane_bits_;
    std::vector<std::size_t> used(partition_.cells.size() + 1);
    const auto slot = [&](std::uint32_t group) { return group == whole_form ? used.size() - 1 : std::size_t{group}; };
    std::size_t local = 0;
    for (CountUse& use : counts_) {
        use.lane = used[slot(use.group)]++;
        if (use.group != whole_form) { local = std::max(local, used[use.group]); }
    }
    const std::size_t global = (used.back() + per_word - 1) / per_word;
    if (global > 4) { return false; }
    out_.global_words_ = global <= 1 ? 1 : global == 2 ? 2 : 4;
    out_.local_words_ = std::max<std::size_t>(1, (local + per_word - 1) / per_word);
    for (std::size_t lane = 0; lane < per_word; ++lane) {
        out_.top_bits_ |= Word{1} << (lane * lane_bits_ + lane_bits_ - 1);
    }
    // A lane that nothing uses holds 0, between 0 and 0.
    const Word all_room = out_.top_bits_ - (out_.top_bits_ >> (lane_bits_ - 1));
    const auto set = [&](std::vector<LaneBounds>& bounds, const CountUse& use) {
        LaneBounds& word = bounds[use.lane / per_word];
        const auto at = static_cast<unsigned>(use.lane % per_word * lane_bits_);
        word.low += static_cast<Word>(use.at_least) << at;
        word.room -= static_cast<Word>(use.at_most) << at;
    };
    if (used.back() > 0) { out_.global_bounds_.assign(out_.global_words_, {0, all_room}); }
    for (std::uint32_t group = 0; group < partition_.cells.size(); ++group) {
        Group laid_out;
        laid_out.first_cell = static_cast<std::uint32_t>(out_.draws_.size());
        if (used[group] > 0) { laid_out.bounds.assign(out_.local_words_, {0, all_room}); }
        for (std::uint32_t cell = 0; cell < partition_.cells.size(); ++cell) {
            if (group_of_cell_[cell] != group || is_block_[cell] || partition_.cells[cell].taken == 0) { continue; }
            out_.draws_.push_back({cell, 0, partition_.cells[cell].taken}); // first and size: once records stand
            ++laid_out.cells;
        }
        for (const CountUse& use : counts_) {
            if (use.group == group) { set(laid_out.bounds, use); }
        }
        if (laid_out.cells > 0) { out_.groups_.push_back(std::move(laid_out)); }
    }
    for (const CountUse& use : counts_) {
        if (use.group == whole_form) { set(out_.global_bounds_, use); }
    }
    return true;
}

void ProductSampler::Builder::write_records()
{
    const std::size_t per_word = 64 / lane_bits_;
    const std::size_t others = sums_.size() > 1 ? sums_.size() - 1 : 0;
    const std::size_t lanes_end = 2 + out_.global_words_ + out_.local_words_;
    out_.stride_ = lanes_end + others;
    for (const auto& cell : partition_.cells) { out_.units_taken_ += cell.taken; }
    std::vector<std::size_t> use_of_count(problem_.counts.size(), counts_.size());
    for (std::size_t use = 0; use < counts_.size(); ++use) { use_of_count[counts_[use].count] = use; }
    out_.records_.reserve(problem_.units.size() * out_.stride_);
    for (const auto& cell : partition_.cells) {
        first_record_.push_back(static_cast<std::uint32_t>(out_.records_.size() / out_.stride_));
        for (const auto unit : cell.units) {
            const std::size_t at = out_.records_.size();
            out_.records_.resize(at + out_.stride_);
            std::uint32_t enemies = no_enemy;
            if (const auto sets = problem_.enemy_sets_of(unit); !sets.empty()) {
                enemies = static_cast<std::uint32_t>(out_.enemy_sets_.size());
                out_.enemy_sets_.insert(out_.enemy_sets_.end(), sets.begin(), sets.end());
                out_.enemy_sets_.push_back(no_enemy);
            }
            out_.records_[at] = unit | Word{enemies} << 32U;
            if (!sums_.empty()) {
                out_.records_[at + 1] = static_cast<Word>(problem_.sums[sums_.front()].values[unit]);
            }
            for (const auto& part : problem_.parts_of(unit)) {
                if (use_of_count[part.constraint] == counts_.size()) { continue; }
                const CountUse& use = counts_[use_of_count[part.constraint]];
                const std::size_t first = use.group == whole_form ? 2 : 2 + out_.global_words_;
                out_.records_[at + first + use.lane / per_word] += static_cast<Word>(part.amount)
                                                                   << (use.lane % per_word * lane_bits_);
            }
            for (std::size_t other = 0; other < others; ++other) {
                out_.records_[at + lanes_end + other] = static_cast<Word>(problem_.sums[sums_[other + 1]].values[unit]);
            }
        }
    }
    for (Draws& draws : out_.draws_) {
        const std::uint32_t cell = draws.first;
        draws.first = first_record_[cell];
        draws.size = static_cast<std::uint32_t>(partition_.cells[cell].units.size());
    }
    out_.enemy_set_count_ = problem_.enemies.size();
    out_.units_are_items_ = problem_.units.size() == problem_.unit_of_item.size() &&
                            std::ranges::all_of(problem_.units, [](const auto& items) { return items.size() == 1; });
    if (!out_.units_are_items_) { write_items(); }
    out_.fixed_ = problem_.fixed;
}

void ProductSampler::Builder::write_items()
{
    out_.item_begins_.push_back(0);
    for (const auto& items : problem_.units) {
        out_.items_.insert(out_.items_.end(), items.begin(), items.end());
        out_.item_begins_.push_back(static_cast<std::uint32_t>(out_.items_.size()));
    }
}

void ProductSampler::Builder::write_block()
{
    if (sums_.empty()) { return; }
    const auto& main = problem_.sums[sums_.front()];
    out_.has_sum_ = true;
    out_.sum_low_ = main.at_least;
    out_.sum_high_ = main.at_most;
    for (std::size_t s = 1; s < sums_.size(); ++s) {
        out_.other_sums_.emplace_back(problem_.sums[sums_[s]].at_least, problem_.sums[sums_[s]].at_most);
    }
    std::vector<std::int64_t> sums{0};
    Block& block = out_.block_;
    for (const std::uint32_t number : block_order_) {
        const auto& cell = partition_.cells[number];
        const auto size = static_cast<std::uint32_t>(cell.units.size());
        BlockCell laid_out{{first_record_[number], size, cell.taken}, size, {}};
        std::vector<std::int64_t> own;
        if (cell.taken == 1) {
            for (const auto unit : cell.units) { own.push_back(main.values[unit]); }
        } else {
            for (std::uint32_t high = 1; high < size; ++high) {
                for (std::uint32_t low = 0; low < high; ++low) {
                    laid_out.pairs.push_back(low | high << 16U);
                    own.push_back(main.values[cell.units[low]] + main.values[cell.units[high]]);
                }
            }
        }
        laid_out.choices = static_cast<std::uint32_t>(own.size());
        std::vector<std::int64_t> joined;
        joined.reserve(sums.size() * own.size());
        for (const std::int64_t mine : own) {
            for (const std::int64_t before : sums) { joined.push_back(before + mine); }
        }
        sums = std::move(joined);
        block.cells.push_back(std::move(laid_out));
    }
    block.entries.resize(sums.size());
    std::iota(block.entries.begin(), block.entries.end(), 0U);
    std::ranges::sort(block.entries, {}, [&](std::uint32_t entry) { return std::pair{sums[entry], entry}; });
    for (const std::uint32_t entry : block.entries) { block.sums.push_back(sums[entry]); }
    block.lowest = block.sums.front();
    const auto reach = static_cast<std::uint64_t>(block.sums.back() - block.lowest);
    while ((reach >> block.shift) > 2 * block.sums.size() + 16) { ++block.shift; }
    block.starts.assign((reach >> block.shift) + 2, 0);
    for (std::size_t bucket = 0, place = 0; bucket < block.starts.size(); ++bucket) {
        while (place < block.sums.size() &&
               (static_cast<std::uint64_t>(block.sums[place] - block.lowest) >> block.shift) < bucket) {
            ++place;
        }
        block.starts[bucket] = static_cast<std::uint32_t>(place);
    }
    for (std::size_t from = 0, to = 0; from < block.sums.size(); ++from) {
        while (to < block.sums.size() && block.sums[to] - block.sums[from] <= out_.sum_high_ - out_.sum_low_) { ++to; }
        block.largest_window = std::max(block.largest_window, static_cast<std::uint32_t>(to - from));
    }
}

bool ProductSampler::Builder::is_worth_it() const
{
    const TrialStreams streams;
    Scratch scratch = out_.make_scratch();
    Dice dice{streams, 0};
    int forms = 0;
    for (int tried = 0; tried < trial_proposals && forms < trial_forms; ++tried) {
        forms += out_.trial(dice, scratch) ? 1 : 0;
    }
    return forms == trial_forms;
}

std::optional<ProductSampler> ProductSampler::Builder::run()
{
    if (partition_.cells.empty() || !find_counts() || !find_sums()) { return std::nullopt; }
    choose_block();
    form_groups();
    if (!lay_out_lanes()) { return std::nullopt; }
    write_records();
    write_block();
    if (!is_worth_it()) { return std::nullopt; }
    return std::move(out_);
}

std::optional<ProductSampler> ProductSampler::build(const UnitProblem& problem)
{
    return Builder{problem, find_partition(problem)}.run();
}

} // namespace papervault::engine::assembly
