#include "assembly/problem/unit_problem.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace papervault::engine::assembly {

namespace {

using Item = AssemblyProblem::Item;
enum class Fate : std::uint8_t { open, fixed, impossible };

/// Items that must go together, and what is known of them already.
class Merger {
public:
    explicit Merger(const AssemblyProblem& problem)
        : problem_{problem}, leader_(problem.item_count), fate_(problem.item_count, Fate::open)
    {
        std::iota(leader_.begin(), leader_.end(), Item{0});
        for (const auto& set : problem.all_or_none) {
            for (const Item item : set) { leader_[find(item)] = find(set.front()); }
        }
    }

    /// @return False when an item is both forced and impossible.
    bool settle()
    {
        for (const Item item : problem_.banned) { is_fine_ &= set(item, Fate::impossible); }
        for (const Item item : problem_.forced) { is_fine_ &= set(item, Fate::fixed); }
        ban_crowded();
        do {
            has_changed_ = false;
            settle_enemies();
            for (const auto& count : problem_.counts) { settle_count(count); }
        } while (has_changed_ && is_fine_);
        return is_fine_;
    }

    [[nodiscard]] Item find(Item item)
    {
        while (leader_[item] != item) { item = leader_[item] = leader_[leader_[item]]; }
        return item;
    }
    [[nodiscard]] Fate fate(Item item) { return fate_[find(item)]; }

private:
    bool set(Item item, Fate fate)
    {
        Fate& known = fate_[find(item)];
        if (known == fate) { return true; }
        has_changed_ = true;
        return std::exchange(known, fate) == Fate::open;
    }
    /// A whole set that holds two enemies can't be in a form.
    void ban_crowded()
    {
        for (const auto& enemies : problem_.enemies) {
            std::vector<Item> leaders;
            for (const Item item : enemies) { leaders.push_back(find(item)); }
            std::ranges::sort(leaders);
            for (auto at = std::ranges::adjacent_find(leaders); at != leaders.end();
                 at = std::adjacent_find(at + 1, leaders.end())) {
                is_fine_ &= set(*at, Fate::impossible);
            }
        }
    }
    void settle_enemies()
    {
        for (const auto& enemies : problem_.enemies) {
            const auto chosen = std::ranges::find_if(enemies, [&](Item item) { return fate(item) == Fate::fixed; });
            if (chosen == enemies.end()) { continue; }
            for (const Item item : enemies) {
                if (item != *chosen) { is_fine_ &= set(item, Fate::impossible); }
            }
        }
    }
    void settle_count(const AssemblyProblem::Count& count)
    {
        std::int64_t fixed = 0;
        for (const Item item : count.items) { fixed += fate(item) == Fate::fixed ? 1 : 0; }
        if (fixed > count.at_most) { is_fine_ = false; }
        if (fixed != count.at_most) { return; }
        for (const Item item : count.items) {
            if (fate(item) == Fate::open) { is_fine_ &= set(item, Fate::impossible); }
        }
    }

    const AssemblyProblem& problem_;
    std::vector<Item> leader_;
    std::vector<Fate> fate_; // of leaders
    bool has_changed_ = false;
    bool is_fine_ = true;
};

class Builder {
public:
    explicit Builder(const AssemblyProblem& problem) : problem_{problem}, merger_{problem} {}

    Result<UnitProblem> run()
    {
        if (!merger_.settle()) {
            return refuse(EngineError::infeasible,
                          "what is forced, banned, enemies or whole sets contradict each other");
        }
        number_units();
        add_counts();
        add_sums();
        add_enemies();
        add_stimuli();
        return std::move(out_);
    }

private:
    void number_units()
    {
        out_.unit_of_item.assign(problem_.item_count, UnitProblem::no_unit);
        std::vector<std::uint32_t> unit_of_leader(problem_.item_count, UnitProblem::no_unit);
        for (Item item = 0; item < problem_.item_count; ++item) {
            const Fate fate = merger_.fate(item);
            if (fate == Fate::fixed) { out_.fixed.push_back(item); }
            if (fate != Fate::open) { continue; }
            std::uint32_t& unit = unit_of_leader[merger_.find(item)];
            if (unit == UnitProblem::no_unit) {
                unit = static_cast<std::uint32_t>(out_.units.size());
                out_.units.emplace_back();
            }
            out_.units[unit].push_back(item);
            out_.unit_of_item[item] = unit;
        }
        is_fixed_.assign(problem_.item_count, false);
        for (const Item item : out_.fixed) { is_fixed_[item] = true; }
    }
    void add_counts()
    {
        AssemblyProblem::Count length{"length", problem_.length, problem_.length, {}};
        length.items.resize(problem_.item_count);
        std::iota(length.items.begin(), length.items.end(), Item{0});
        std::vector<std::vector<UnitProblem::Part>> by_unit(out_.units.size());
        add_count(length, by_unit);
        for (const auto& count : problem_.counts) { add_count(count, by_unit); }
        out_.part_begins.push_back(0);
        for (const auto& parts : by_unit) {
            out_.parts.insert(out_.parts.end(), parts.begin(), parts.end());
            out_.part_begins.push_back(out_.parts.size());
        }
    }
    void add_count(const AssemblyProblem::Count& count, std::vector<std::vector<UnitProblem::Part>>& by_unit)
    {
        const auto number = static_cast<std::uint32_t>(out_.counts.size());
        std::int64_t fixed = 0;
        for (const Item item : count.items) {
            fixed += is_fixed_[item] ? 1 : 0;
            const std::uint32_t unit = out_.unit_of_item[item];
            if (unit == UnitProblem::no_unit) { continue; }
            auto& parts = by_unit[unit];
            if (!parts.empty() && parts.back().constraint == number) {
                ++parts.back().amount;
            } else {
                parts.push_back({number, 1});
            }
        }
        out_.counts.push_back({count.name, count.at_least - fixed, count.at_most - fixed});
    }
    void add_sum(std::string name, std::int64_t at_least, std::int64_t at_most, std::span<const Item> items,
                 std::span<const std::int64_t> values)
    {
        UnitProblem::Sum sum{{std::move(name), at_least, at_most}, std::vector<std::int64_t>(out_.units.size())};
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::uint32_t unit = out_.unit_of_item[items[i]];
            if (unit != UnitProblem::no_unit) { sum.values[unit] += values[i]; }
            if (is_fixed_[items[i]]) {
                sum.at_least -= values[i];
                sum.at_most -= values[i];
            }
        }
        out_.sums.push_back(std::move(sum));
    }
    void add_sums()
    {
        for (const auto& sum : problem_.sums) { add_sum(sum.name, sum.at_least, sum.at_most, sum.items, sum.values); }
        for (const auto& values : problem_.information) {
            auto& fixed = out_.fixed_information.emplace_back(0);
            for (const Item item : out_.fixed) { fixed += values[item]; }
        }
        if (problem_.goal != AssemblyProblem::Goal::band) { return; }
        std::vector<Item> all(problem_.item_count);
        std::iota(all.begin(), all.end(), Item{0});
        for (std::size_t ability = 0; ability < problem_.lowest.size(); ++ability) {
            add_sum("information at " + problem_.abilities[ability], problem_.lowest[ability],
                    problem_.highest[ability], all, problem_.information[ability]);
        }
    }
    void add_enemies()
    {
        std::vector<std::vector<std::uint32_t>> by_unit(out_.units.size());
        for (const auto& enemies : problem_.enemies) {
            std::vector<UnitProblem::Unit> units;
            for (const Item item : enemies) {
                if (out_.unit_of_item[item] != UnitProblem::no_unit) { units.push_back(out_.unit_of_item[item]); }
            }
            if (units.size() < 2) { continue; }
            for (const UnitProblem::Unit unit : units) {
                by_unit[unit].push_back(static_cast<std::uint32_t>(out_.enemies.size()));
            }
            out_.enemies.push_back(std::move(units));
        }
        out_.enemy_begins.push_back(0);
        for (const auto& sets : by_unit) {
            out_.enemy_sets.insert(out_.enemy_sets.end(), sets.begin(), sets.end());
            out_.enemy_begins.push_back(out_.enemy_sets.size());
        }
    }

    void add_stimuli()
    {
        out_.stimuli_at_least = problem_.stimuli_at_least;
        out_.stimuli_at_most = problem_.stimuli_at_most;
        for (const auto& stimulus : problem_.stimuli) {
            std::vector<UnitProblem::Unit> units;
            std::int64_t fixed = 0;
            for (const Item item : stimulus.items) {
                fixed += is_fixed_[item] ? 1 : 0;
                if (out_.unit_of_item[item] != UnitProblem::no_unit) { units.push_back(out_.unit_of_item[item]); }
            }
            std::ranges::sort(units);
            UnitProblem::Stimulus kept{
                {stimulus.name, stimulus.at_least - fixed, stimulus.at_most - fixed}, {}, fixed > 0};
            for (const UnitProblem::Unit unit : units) {
                if (kept.units.empty() || kept.units.back().first != unit) { kept.units.emplace_back(unit, 0); }
                ++kept.units.back().second;
            }
            out_.stimuli.push_back(std::move(kept));
        }
    }

    const AssemblyProblem& problem_;
    Merger merger_;
    UnitProblem out_;
    std::vector<bool> is_fixed_;
};

} // namespace

Result<UnitProblem> make_units(const AssemblyProblem& problem)
{
    return Builder{problem}.run();
}

} // namespace papervault::engine::assembly
