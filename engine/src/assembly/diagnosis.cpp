#include <papervault/engine/diagnosis.hpp>

#include "assembly/conflict/smallest_conflict.hpp"
#include "assembly/draw_task.hpp"
#include "assembly/feasibility.hpp"
#include "assembly/wording.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace papervault::engine {
namespace {

using namespace assembly;

/// What may be switched off or relaxed, one thing at a time.
struct Constraint {
    enum class Kind { at_least, at_most, difficulty, forms, overlap, filter, sum };
    Kind kind{};
    std::optional<std::size_t> section; ///< Counts: nothing for the whole paper. A filter's or sum's number else.
    std::size_t node = 0;
    int value = 0;
    std::string name;
};

/// The rules that leave items out, one by one.
struct Filter {
    std::string name;
    std::vector<bool> leaves_out; ///< By index into the task's items.
};

class Diagnosis {
public:
    static Result<Diagnosis> make(std::span<const PoolItem> pool, const Blueprint& blueprint)
    {
        Diagnosis diagnosis;
        Blueprint open = blueprint;
        open.excluded_items.clear();
        open.rules.discrimination_at_least.reset();
        open.rules.refuse_unknown_discrimination = false;
        open.rules.unused_in_last_batches = 0;
        open.rules.uses_at_most.reset();
        auto task = make_task(pool, open);
        if (!task) { return std::unexpected{task.error()}; }
        diagnosis.task_ = std::move(*task);
        diagnosis.disjoint_forms_ = blueprint.overlap_max == 0 ? diagnosis.task_.form_count : 1;
        if (auto added = diagnosis.add_filters(pool, blueprint); !added) { return std::unexpected{added.error()}; }
        diagnosis.add_counts();
        if (auto added = diagnosis.add_sums(pool, open); !added) { return std::unexpected{added.error()}; }
        diagnosis.constraints_.push_back({Constraint::Kind::difficulty,
                                          {},
                                          0,
                                          0,
                                          "difficulty " + blueprint.difficulty_target.to_string() + " ± " +
                                              blueprint.difficulty_tolerance.to_string()});
        if (diagnosis.disjoint_forms_ > 1) {
            diagnosis.constraints_.push_back(
                {Constraint::Kind::forms,
                 {},
                 0,
                 diagnosis.disjoint_forms_,
                 std::to_string(diagnosis.disjoint_forms_) + " forms without common items"});
        } else if (diagnosis.task_.form_count > 1) {
            diagnosis.constraints_.push_back({Constraint::Kind::overlap,
                                              {},
                                              0,
                                              blueprint.overlap_max,
                                              std::to_string(diagnosis.task_.form_count) +
                                                  " forms of which two share at most " +
                                                  std::to_string(blueprint.overlap_max) + " items"});
        }
        return diagnosis;
    }

    BlueprintDiagnosis run(const DiagnosisEffort& effort)
    {
        BlueprintDiagnosis found;
        std::vector<bool> on(constraints_.size(), true);
        found.feasible = obstacle(on, {}).empty();
        if (found.feasible) { return found; }
        const AskPossible ask = [&](const ConstraintSet& asked) {
            return Possibility{obstacle(asked, {}).empty(), asked};
        };
        const SmallestConflict smallest =
            smallest_conflict(constraints_.size(), ask, {effort.questions_max, effort.is_over});
        found.is_smallest = smallest.is_smallest;
        on.assign(constraints_.size(), false);
        for (const std::size_t member : smallest.members) {
            on[member] = true;
            found.conflict.push_back(constraints_[member].name);
        }
        found.missing = obstacle(on, {});
        const std::vector<bool> all(constraints_.size(), true);
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (!on[n]) { continue; }
            if (auto relaxed = relaxation(n, all, true)) {
                found.relaxations.push_back(std::move(*relaxed));
            } else if (auto partly = relaxation(n, on, false)) {
                found.relaxations.push_back(std::move(*partly));
            }
        }
        return found;
    }

private:
    /// One constraint with another value.
    struct Changed {
        std::size_t constraint = 0;
        int value = 0;
    };

    [[nodiscard]] std::string place(std::optional<std::size_t> section, std::size_t node) const
    {
        std::string text = "the paper";
        if (section) {
            text = "section " + std::to_string(*section + 1) + " \"" + task_.blueprint.sections[*section].title + '"';
        }
        const std::string& scope = task_.tree.nodes()[node].scope;
        return node == ScopeTree::root ? text : text + ", scope \"" + scope + '"';
    }

    void add_counts()
    {
        const auto add = [&](std::optional<std::size_t> section, const std::vector<Bounds>& bounds,
                             const std::vector<bool>& asked) {
            for (std::size_t node = 0; node < bounds.size(); ++node) {
                if (section && node == ScopeTree::root) { // the section's own count
                    constraints_.push_back(
                        {Constraint::Kind::at_least, section, node, bounds[node].at_least,
                         place(section, node) + ": " + std::to_string(bounds[node].at_least) + " items"});
                    continue;
                }
                if (!asked[node]) { continue; }
                if (bounds[node].at_least > 0) {
                    constraints_.push_back(
                        {Constraint::Kind::at_least, section, node, bounds[node].at_least,
                         place(section, node) + ": at least " + std::to_string(bounds[node].at_least)});
                }
                constraints_.push_back({Constraint::Kind::at_most, section, node, bounds[node].at_most,
                                        place(section, node) + ": at most " + std::to_string(bounds[node].at_most)});
            }
        };
        for (std::size_t section = 0; section < task_.sections.size(); ++section) {
            add(section, task_.sections[section].bounds, task_.sections[section].is_asked);
        }
        add({}, task_.paper, task_.paper_is_asked);
    }

    Result<void> add_filters(std::span<const PoolItem> pool, const Blueprint& blueprint)
    {
        const std::array<std::pair<std::string, std::function<void(Blueprint&)>>, 4> kinds{{
            {"excluded_items", [&](Blueprint& one) { one.excluded_items = blueprint.excluded_items; }},
            {"rules.discrimination",
             [&](Blueprint& one) {
                 one.rules.discrimination_at_least = blueprint.rules.discrimination_at_least;
                 one.rules.refuse_unknown_discrimination = blueprint.rules.refuse_unknown_discrimination;
             }},
            {"rules.unused_in_last_batches",
             [&](Blueprint& one) { one.rules.unused_in_last_batches = blueprint.rules.unused_in_last_batches; }},
            {"rules.uses_at_most", [&](Blueprint& one) { one.rules.uses_at_most = blueprint.rules.uses_at_most; }},
        }};
        Blueprint bare = blueprint;
        bare.excluded_items.clear();
        bare.rules = {};
        for (const auto& [name, ask] : kinds) {
            Blueprint one = bare;
            ask(one);
            if (one == bare) { continue; }
            const auto book = FormRuleBook::make(pool, one);
            if (!book) { return std::unexpected{book.error()}; }
            const std::unordered_set<std::string_view> excluded(one.excluded_items.begin(), one.excluded_items.end());
            Filter filter{name, std::vector<bool>(task_.items.size())};
            for (std::size_t item = 0; item < task_.items.size(); ++item) {
                const std::uint32_t position = task_.items[item].position;
                filter.leaves_out[item] = !book->may_be_drawn(position) || excluded.contains(pool[position].id);
            }
            constraints_.push_back({Constraint::Kind::filter, filters_.size(), 0, 0, name});
            filters_.push_back(std::move(filter));
        }
        return {};
    }

    /// Rules on sums that ask for more than there is: by the number of items that bring anything.
    Result<void> add_sums(std::span<const PoolItem> pool, const Blueprint& open)
    {
        auto book = FormRuleBook::make(pool, open);
        if (!book) { return std::unexpected{book.error()}; }
        for (std::size_t rule = 0; rule < book->sums().size(); ++rule) {
            const FormRuleBook::Sum& sum = book->sums()[rule];
            const std::int64_t wanted = sum.at_least - book->begun()[rule];
            if (wanted <= 0 || sum.or_none) { continue; }
            constraints_.push_back({Constraint::Kind::sum, sums_.size(), 0, 0,
                                    "rule " + sum.name + ": at least " + std::to_string(sum.at_least)});
            std::vector<std::int64_t> amounts(task_.items.size());
            for (std::size_t item = 0; item < task_.items.size(); ++item) {
                for (const FormRuleBook::Share& share : book->shares(task_.items[item].position)) {
                    if (share.sum == rule) { amounts[item] = share.amount; }
                }
            }
            sums_.push_back({sum.name, wanted, std::move(amounts)});
        }
        return {};
    }

    struct SumSupply {
        std::string name;
        std::int64_t wanted = 0;
        std::vector<std::int64_t> amounts;
    };

    [[nodiscard]] bool is_on(const std::vector<bool>& on, Constraint::Kind kind) const
    {
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (constraints_[n].kind == kind && on[n]) { return true; }
        }
        return false;
    }

    /// Puts the bounds of the constraints that are on into the task.
    void lay_bounds(const std::vector<bool>& on, const std::optional<Changed>& changed)
    {
        for (SectionTask& section : task_.sections) {
            std::ranges::fill(section.bounds, Bounds{});
            section.bounds[ScopeTree::root] = {0, section.count};
        }
        std::ranges::fill(task_.paper, Bounds{});
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            const Constraint& each = constraints_[n];
            if (!on[n] || (each.kind != Constraint::Kind::at_least && each.kind != Constraint::Kind::at_most)) {
                continue;
            }
            const int value = changed && changed->constraint == n ? changed->value : each.value;
            Bounds& bounds = each.section ? task_.sections[*each.section].bounds[each.node] : task_.paper[each.node];
            (each.kind == Constraint::Kind::at_least ? bounds.at_least : bounds.at_most) = value;
        }
    }

    /// What a choice of filters leaves; worked out once, for there are few choices and many questions.
    struct Left {
        Supply supply;
        std::vector<std::int64_t> of_sums;     ///< By sum: what the items bring.
        std::map<int, std::string> difficulty; ///< By number of forms: what explain_difficulty says.
    };
    Left& left_by(const std::vector<bool>& on)
    {
        std::vector<bool> usable(task_.items.size(), true);
        std::uint32_t filters = 0;
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (on[n] && constraints_[n].kind == Constraint::Kind::filter) {
                filters |= 1U << *constraints_[n].section;
            }
        }
        const auto [known, is_new] = left_.try_emplace(filters);
        Left& left = known->second;
        if (!is_new) { return left; }
        for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
            if ((filters >> filter & 1U) == 0) { continue; }
            for (std::size_t item = 0; item < usable.size(); ++item) {
                if (filters_[filter].leaves_out[item]) { usable[item] = false; }
            }
        }
        left.supply = make_supply(task_, usable);
        for (const SumSupply& sum : sums_) {
            std::int64_t& available = left.of_sums.emplace_back();
            for (std::size_t item = 0; item < usable.size(); ++item) {
                if (usable[item]) { available += sum.amounts[item]; }
            }
        }
        return left;
    }

    /// @return What stands in the way; empty when nothing does.
    std::string obstacle(const std::vector<bool>& on, const std::optional<Changed>& changed)
    {
        lay_bounds(on, changed);
        int forms = 1;
        std::optional<int> overlap_max;
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (!on[n]) { continue; }
            const int value = changed && changed->constraint == n ? changed->value : constraints_[n].value;
            if (constraints_[n].kind == Constraint::Kind::forms) { forms = value; }
            if (constraints_[n].kind == Constraint::Kind::overlap) { overlap_max = value; }
        }
        Left& left = left_by(on);
        if (std::string text = explain_shortage(task_, left.supply, forms); !text.empty()) { return text; }
        if (std::string text = sum_obstacle(on, left, forms); !text.empty()) { return text; }
        if (overlap_max) {
            if (std::string text = overlap_obstacle(on, left, *overlap_max); !text.empty()) { return text; }
        }
        // The reach of the mean is a matter of whole sections: only asked while all counts are.
        if (!is_on(on, Constraint::Kind::difficulty) || !counts_are_on(on)) { return {}; }
        const auto [known, is_new] = left.difficulty.try_emplace(forms);
        if (is_new) { known->second = explain_difficulty(task_, left.supply, forms); }
        return known->second;
    }

    /// As explain_overlap, with the sections that are asked for.
    [[nodiscard]] std::string overlap_obstacle(const std::vector<bool>& on, const Left& left, int overlap_max) const
    {
        const int forms = task_.form_count;
        const std::int64_t saved = std::int64_t{forms} * (forms - 1) / 2 * overlap_max;
        std::vector<std::int64_t> needed(task_.types.size(), -saved);
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            const Constraint& each = constraints_[n];
            const bool is_count =
                each.kind == Constraint::Kind::at_least && each.section && each.node == ScopeTree::root;
            if (!on[n] || !is_count) { continue; }
            const SectionTask& section = task_.sections[*each.section];
            needed[section.type] += std::int64_t{section.count} * forms;
        }
        for (std::size_t type = 0; type < task_.types.size(); ++type) {
            std::int64_t available = 0;
            for (const auto& cell : left.supply[type]) { available += static_cast<std::int64_t>(cell.size()); }
            if (needed[type] > available) { return wording::overlap(task_, type, forms, needed[type], available); }
        }
        return {};
    }

    [[nodiscard]] bool counts_are_on(const std::vector<bool>& on) const
    {
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            const Constraint& each = constraints_[n];
            const bool is_count =
                each.kind == Constraint::Kind::at_least && each.section && each.node == ScopeTree::root;
            if (is_count && !on[n]) { return false; }
        }
        return true;
    }

    [[nodiscard]] std::string sum_obstacle(const std::vector<bool>& on, const Left& left, int forms) const
    {
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (!on[n] || constraints_[n].kind != Constraint::Kind::sum) { continue; }
            const SumSupply& sum = sums_[*constraints_[n].section];
            const std::int64_t available = left.of_sums[*constraints_[n].section];
            if (available < sum.wanted * forms) {
                return "the rule " + sum.name + " needs at least " + std::to_string(sum.wanted * forms) + " over " +
                       std::to_string(forms) + " forms; the pool has " + std::to_string(available) +
                       "; missing: " + std::to_string(sum.wanted * forms - available);
            }
        }
        return {};
    }

    /// The smallest change of this constraint with which what is on can be met.
    std::optional<Relaxation> relaxation(std::size_t number, const std::vector<bool>& on, bool is_whole)
    {
        const Constraint& constraint = constraints_[number];
        std::vector<bool> without = on;
        without[number] = false;
        if (!obstacle(without, {}).empty()) { return std::nullopt; }
        Relaxation found{constraint.name, "left out", is_whole};
        const bool goes_down =
            constraint.kind == Constraint::Kind::at_least || constraint.kind == Constraint::Kind::forms;
        if (!goes_down && constraint.kind != Constraint::Kind::at_most &&
            constraint.kind != Constraint::Kind::overlap) {
            return found;
        }
        // Feasible at `good`, not at `bad`: halve what is between.
        int bad = constraint.value;
        int good = constraint.kind == Constraint::Kind::forms ? 1 : goes_down ? 0 : BlueprintLimits::items_max;
        while (std::abs(good - bad) > 1) {
            const int middle = bad + (good - bad) / 2;
            (obstacle(on, Changed{number, middle}).empty() ? good : bad) = middle;
        }
        const char* word = constraint.kind == Constraint::Kind::at_most              ? "at most "
                           : constraint.kind == Constraint::Kind::overlap            ? "two share at most "
                           : goes_down && constraint.kind == Constraint::Kind::forms ? ""
                                                                                     : "at least ";
        found.change = word + std::to_string(good) + (constraint.kind == Constraint::Kind::forms ? " forms" : "") +
                       " instead of " + std::to_string(constraint.value);
        return found;
    }

    DrawTask task_;
    int disjoint_forms_ = 1;
    std::vector<Constraint> constraints_;
    std::vector<Filter> filters_;
    std::vector<SumSupply> sums_;
    std::map<std::uint32_t, Left> left_; // by filters
};

} // namespace

Result<BlueprintDiagnosis> diagnose(std::span<const PoolItem> pool, const Blueprint& blueprint,
                                    const DiagnosisEffort& effort)
{
    auto diagnosis = Diagnosis::make(pool, blueprint);
    if (!diagnosis) { return std::unexpected{diagnosis.error()}; }
    return diagnosis->run(effort);
}

} // namespace papervault::engine
