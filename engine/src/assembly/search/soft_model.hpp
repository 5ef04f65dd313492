#pragma once

#include "assembly/problem/unit_problem.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// A problem made ready for searching among forms that may break counts and sums: how much a form breaks is a whole
/// number, its strain, and 0 exactly where the form meets them all.
///
/// Counts of which every unit adds at most one are bits of a word, so that what an exchange of two units does to all of
/// them is a few popcounts.
class SoftModel {
public:
    using Unit = UnitProblem::Unit;
    using Word = std::uint64_t;
    /// Of one broken count, by one.
    static constexpr std::int64_t strain_of_one = 64;
    /// Beyond it a sum strains no more, so that all sums of all forms can be added up.
    static constexpr std::int64_t strain_of_sum_max = std::int64_t{1} << 32U;
    struct Range {
        std::int64_t at_least = 0;
        std::int64_t at_most = 0;
    };

    /// @param light_from Sums from this one on strain less than the others.
    explicit SoftModel(const UnitProblem& problem, std::size_t light_from = SIZE_MAX);

    [[nodiscard]] std::size_t words() const noexcept { return words_; }
    [[nodiscard]] std::size_t sums() const noexcept { return ranges_of_sums_.size(); }
    [[nodiscard]] std::size_t counts() const noexcept { return ranges_of_counts_.size(); }
    [[nodiscard]] std::size_t units() const noexcept { return problem_->units.size(); }
    [[nodiscard]] const Word* bits(Unit unit) const noexcept { return bits_.data() + std::size_t{unit} * words_; }
    [[nodiscard]] const std::int64_t* values(Unit unit) const noexcept
    {
        return values_.data() + std::size_t{unit} * ranges_of_sums_.size();
    }
    [[nodiscard]] bool is_heavy(Unit unit) const noexcept { return has_heavy_ && is_heavy_[unit]; }
    [[nodiscard]] const std::vector<Range>& ranges_of_counts() const noexcept { return ranges_of_counts_; }
    [[nodiscard]] std::vector<Range>& ranges_of_sums() noexcept { return ranges_of_sums_; }
    [[nodiscard]] const std::vector<Range>& ranges_of_sums() const noexcept { return ranges_of_sums_; }
    [[nodiscard]] const UnitProblem& problem() const noexcept { return *problem_; }
    [[nodiscard]] std::size_t bytes() const noexcept
    {
        return bits_.size() * 8 + values_.size() * 8 + is_heavy_.size() / 8;
    }

    [[nodiscard]] std::int64_t strain_of_count(std::size_t count, std::int64_t value) const noexcept
    {
        const Range& range = ranges_of_counts_[count];
        return (value < range.at_least  ? range.at_least - value
                : value > range.at_most ? value - range.at_most
                                        : 0) *
               strain_of_one;
    }
    [[nodiscard]] std::int64_t strain_of_sum(std::size_t sum, std::int64_t value) const noexcept
    {
        const Range& range = ranges_of_sums_[sum];
        const std::int64_t beyond = std::max(range.at_least - value, value - range.at_most);
        return beyond <= 0 ? 0 : 1 + std::min(beyond >> shifts_[sum], strain_of_sum_max);
    }

private:
    const UnitProblem* problem_;
    std::size_t words_ = 1;
    std::vector<Word> bits_;           // by unit
    std::vector<std::int64_t> values_; // by unit
    std::vector<bool> is_heavy_;       // has amounts above one
    bool has_heavy_ = false;
    std::vector<Range> ranges_of_counts_;
    std::vector<Range> ranges_of_sums_;
    std::vector<unsigned> shifts_; // from a sum's unit to strain
};

/// One form under search.
class SoftForm {
public:
    using Unit = SoftModel::Unit;
    using Word = SoftModel::Word;

    explicit SoftForm(const SoftModel& model);

    void clear();
    /// Without keeping strain() up to date: settle() does that once for all.
    void put(Unit unit);
    void settle();
    void add(Unit unit);
    void remove(Unit unit);
    [[nodiscard]] const std::vector<Unit>& chosen() const noexcept { return chosen_; }
    [[nodiscard]] bool has(Unit unit) const noexcept { return place_[unit] != absent; }
    [[nodiscard]] std::int64_t strain() const noexcept { return strain_; }
    [[nodiscard]] std::int64_t sum_strain() const noexcept { return sum_strain_; }
    [[nodiscard]] std::int64_t count(std::size_t number) const noexcept { return counts_[number]; }
    [[nodiscard]] std::int64_t sum(std::size_t number) const noexcept { return sums_[number]; }
    [[nodiscard]] std::int64_t count_strain() const noexcept { return strain_ - sum_strain_; }
    /// To be called when the model's ranges of sums have changed.
    void refresh_strain();
    struct Broken {
        std::size_t count;
        bool is_over; ///< Else the form has too few.
    };
    /// The first count that is broken, if one is.
    [[nodiscard]] std::optional<Broken> first_broken() const noexcept
    {
        for (std::size_t w = 0; w < lanes_.size(); ++w) {
            const Word any = lanes_[w].short_of | lanes_[w].over;
            if (any == 0) { continue; }
            const auto bit = static_cast<std::size_t>(std::countr_zero(any));
            return Broken{w * 64 + bit, (lanes_[w].over >> bit & 1U) != 0};
        }
        return std::nullopt;
    }

    [[nodiscard]] bool has_enemy(Unit unit) const noexcept
    {
        for (const std::uint32_t set : model_->problem().enemy_sets_of(unit)) {
            if (enemies_[set] != 0) { return true; }
        }
        return false;
    }
    /// The form has an enemy of the unit, `leaving` aside.
    [[nodiscard]] bool has_enemy(Unit unit, Unit leaving) const noexcept
    {
        for (const std::uint32_t set : model_->problem().enemy_sets_of(unit)) {
            if (enemies_[set] == 0) { continue; }
            bool is_leaving = false;
            for (const std::uint32_t other : model_->problem().enemy_sets_of(leaving)) {
                is_leaving = is_leaving || other == set;
            }
            if (!is_leaving) { return true; }
        }
        return false;
    }
    /// What the counts' strain would change by.
    template <std::size_t Words>
    [[nodiscard, gnu::always_inline]] std::int64_t count_change(Unit leaving, Unit coming) const noexcept
    {
        if (model_->is_heavy(leaving) || model_->is_heavy(coming)) { return heavy_change(leaving, coming); }
        const Word* const out = model_->bits(leaving);
        const Word* const in = model_->bits(coming);
        int change = 0;
        for (std::size_t w = 0; w < Words; ++w) {
            const Word fewer = out[w] & ~in[w];
            const Word more = in[w] & ~out[w];
            const Lane& lane = lanes_[w];
            change += std::popcount((more & lane.full) | (fewer & lane.scarce)) -
                      std::popcount((more & lane.short_of) | (fewer & lane.over));
        }
        return change * SoftModel::strain_of_one;
    }
    [[nodiscard]] std::int64_t sum_change(Unit leaving, Unit coming) const noexcept
    {
        const std::int64_t* const out = model_->values(leaving);
        const std::int64_t* const in = model_->values(coming);
        std::int64_t after = 0;
        for (std::size_t s = 0; s < sums_.size(); ++s) { after += model_->strain_of_sum(s, sums_[s] - out[s] + in[s]); }
        return after - sum_strain_;
    }
    /// @param change What count_change() and sum_change() said.
    void exchange(Unit leaving, Unit coming, std::int64_t of_counts);

private:
    static constexpr std::uint32_t absent = UINT32_MAX;
    /// Bits of the counts at their upper bound or above, at their lower bound or below, below it, above the upper one.
    struct Lane {
        Word full = 0;
        Word scarce = 0;
        Word short_of = 0;
        Word over = 0;
    };
    [[nodiscard]] std::int64_t heavy_change(Unit leaving, Unit coming) const noexcept;
    void mark(std::size_t number) noexcept
    {
        const std::int64_t value = counts_[number];
        const SoftModel::Range& range = model_->ranges_of_counts()[number];
        Lane& lane = lanes_[number / 64];
        const unsigned at = number % 64;
        const Word others = ~(Word{1} << at);
        lane.full = (lane.full & others) | Word{value >= range.at_most} << at;
        lane.scarce = (lane.scarce & others) | Word{value <= range.at_least} << at;
        lane.short_of = (lane.short_of & others) | Word{value < range.at_least} << at;
        lane.over = (lane.over & others) | Word{value > range.at_most} << at;
    }
    void place(Unit unit);
    void displace(Unit unit);

    const SoftModel* model_;
    std::vector<Unit> chosen_;
    std::vector<std::uint32_t> place_; // by unit
    std::vector<std::int64_t> counts_;
    std::vector<std::int64_t> sums_;
    std::vector<std::uint16_t> enemies_; // by set: how many of it are chosen
    std::vector<Lane> lanes_;
    std::int64_t strain_ = 0;
    std::int64_t sum_strain_ = 0;
};

} // namespace papervault::engine::assembly
