#include <papervault/engine/diagnosis.hpp>

#include "assembly/draw_task.hpp"
#include "assembly/feasibility.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace papervault::engine {
namespace {

using namespace assembly;

/// What may be switched off or relaxed, one thing at a time.
struct Constraint {
    enum class Kind { at_least, at_most, difficulty, forms, filter, sum };
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
        }
        return diagnosis;
    }

    BlueprintDiagnosis run()
    {
        BlueprintDiagnosis found;
        std::vector<bool> on(constraints_.size(), true);
        found.feasible = obstacle(on, {}).empty();
        if (found.feasible) { return found; }
        // Leave out what isn't needed for the conflict: what is left can't spare any member.
        for (std::size_t n = constraints_.size(); n-- > 0;) {
            on[n] = false;
            if (obstacle(on, {}).empty()) { on[n] = true; }
        }
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (on[n]) { found.conflict.push_back(constraints_[n].name); }
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
            const auto with = make_task(pool, one);
            if (!with) { return std::unexpected{with.error()}; }
            // Both lists are in the order of the ids: what the first has and the second hasn't is left out.
            Filter filter{name, std::vector<bool>(task_.items.size(), true)};
            std::size_t kept = 0;
            for (std::size_t item = 0; item < task_.items.size(); ++item) {
                while (kept < with->items.size() &&
                       pool[with->items[kept].position].id < pool[task_.items[item].position].id) {
                    ++kept;
                }
                filter.leaves_out[item] =
                    kept == with->items.size() || with->items[kept].position != task_.items[item].position;
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

    /// @return What stands in the way; empty when nothing does.
    std::string obstacle(const std::vector<bool>& on, const std::optional<Changed>& changed)
    {
        lay_bounds(on, changed);
        std::vector<bool> usable(task_.items.size(), true);
        int forms = 1;
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (!on[n]) { continue; }
            if (constraints_[n].kind == Constraint::Kind::filter) {
                const Filter& filter = filters_[*constraints_[n].section];
                for (std::size_t item = 0; item < usable.size(); ++item) {
                    if (filter.leaves_out[item]) { usable[item] = false; }
                }
            }
            if (constraints_[n].kind == Constraint::Kind::forms) {
                forms = changed && changed->constraint == n ? changed->value : constraints_[n].value;
            }
        }
        const Supply supply = make_supply(task_, usable);
        if (std::string text = explain_shortage(task_, supply, forms); !text.empty()) { return text; }
        if (std::string text = sum_obstacle(on, usable, forms); !text.empty()) { return text; }
        if (task_.blueprint.overlap_max > 0) {
            if (std::string text = explain_overlap(task_, supply, task_.form_count); !text.empty()) { return text; }
        }
        // The reach of the mean is a matter of whole sections: only asked while all counts are.
        if (is_on(on, Constraint::Kind::difficulty) && counts_are_on(on)) {
            return explain_difficulty(task_, supply, forms);
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

    [[nodiscard]] std::string sum_obstacle(const std::vector<bool>& on, const std::vector<bool>& usable,
                                           int forms) const
    {
        for (std::size_t n = 0; n < constraints_.size(); ++n) {
            if (!on[n] || constraints_[n].kind != Constraint::Kind::sum) { continue; }
            const SumSupply& sum = sums_[*constraints_[n].section];
            std::int64_t available = 0;
            for (std::size_t item = 0; item < usable.size(); ++item) {
                if (usable[item]) { available += sum.amounts[item]; }
            }
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
        if (!goes_down && constraint.kind != Constraint::Kind::at_most) { return found; }
        // Feasible at `good`, not at `bad`: halve what is between.
        int bad = constraint.value;
        int good = constraint.kind == Constraint::Kind::forms ? 1 : goes_down ? 0 : BlueprintLimits::items_max;
        while (std::abs(good - bad) > 1) {
            const int middle = bad + (good - bad) / 2;
            (obstacle(on, Changed{number, middle}).empty() ? good : bad) = middle;
        }
        const char* word = constraint.kind == Constraint::Kind::at_most              ? "at most "
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
};

} // namespace

Result<BlueprintDiagnosis> diagnose(std::span<const PoolItem> pool, const Blueprint& blueprint)
{
    auto diagnosis = Diagnosis::make(pool, blueprint);
    if (!diagnosis) { return std::unexpected{diagnosis.error()}; }
    return diagnosis->run();
}

} // namespace papervault::engine
