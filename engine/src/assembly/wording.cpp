#include "assembly/wording.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace papervault::engine::assembly::wording {

namespace {

/// Longer lists end in "and n more": a message is read by a person.
constexpr std::size_t listed_max = 8;

std::string list(const std::vector<std::string>& parts)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(parts.size(), listed_max); ++i) { text += (i == 0 ? "" : ", ") + parts[i]; }
    if (parts.size() > listed_max) { text += " and " + std::to_string(parts.size() - listed_max) + " more"; }
    return text;
}

std::string section_name(const DrawTask& task, std::size_t section)
{
    const BlueprintSection& named = task.blueprint.sections[section];
    return "section " + std::to_string(section + 1) + " (" + named.title + ", " + std::string{to_text(named.type)} +
           ")";
}

std::string scope_name(const DrawTask& task, std::size_t node)
{
    return node == ScopeTree::root ? "" : " scope \"" + task.tree.nodes()[node].scope + "\"";
}

std::string count_text(std::int64_t count, int forms)
{
    if (forms == 1 || count % forms != 0) { return std::to_string(count); }
    return std::to_string(count) + " (" + std::to_string(forms) + " × " + std::to_string(count / forms) + ")";
}

/// Cells of one type are one limit to a reader.
std::vector<std::string> supply_texts(const DrawTask& task, const Shortage& shortage)
{
    std::vector<std::string> texts;
    for (std::size_t type = 0; type < task.types.size(); ++type) {
        std::int64_t available = 0;
        std::vector<std::string> scopes;
        for (const Requirement& limit : shortage.limits) {
            if (limit.kind != Requirement::Kind::supply || limit.index != type) { continue; }
            available += limit.count;
            if (limit.node != ScopeTree::root) { scopes.push_back('"' + task.tree.nodes()[limit.node].scope + '"'); }
        }
        if (available == 0) { continue; }
        std::string text =
            std::to_string(available) + ' ' + std::string{to_text(task.types[type])} + " items in the pool";
        if (!scopes.empty()) { text += " in " + list(scopes); }
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string share(std::uint64_t part, std::uint64_t whole)
{
    return std::to_string(part) + " of " + std::to_string(whole) + " proposals";
}

/// Σ points × difficulty as a mean with four decimals, rounded down.
std::string mean_text(const DrawTask& task, std::int64_t sum)
{
    constexpr std::int64_t units_per_ten_thousandth = Decimal::units_per_one / 10'000;
    const std::int64_t mean = sum / task.blueprint.total_points.units();
    return Decimal::from_units(mean / units_per_ten_thousandth * units_per_ten_thousandth).to_string();
}

std::string window_text(const DrawTask& task)
{
    return mean_text(task, task.difficulty_lowest) + " to " + mean_text(task, task.difficulty_highest);
}

} // namespace

std::string repeated_item(const std::string& id)
{
    return "the pool has two items with the id " + id;
}

std::string difficulty_of_item(const std::string& id, Decimal difficulty)
{
    return "item " + id + ": difficulty " + difficulty.to_string() + " is not between 0 and 1";
}

std::string pool_too_large()
{
    return "the pool has more than 4294967295 items";
}

std::string too_costly()
{
    return "the sections' scopes are too many and too wide to be counted";
}

std::string shortage(const DrawTask& task, const Shortage& shortage)
{
    std::vector<std::string> demands;
    for (const Requirement& demand : shortage.demands) {
        const std::string where = demand.kind == Requirement::Kind::paper_scope
                                      ? "the paper" + scope_name(task, demand.node)
                                      : section_name(task, demand.index) + scope_name(task, demand.node);
        demands.push_back(where + " needs at least " + count_text(demand.count, shortage.forms));
    }
    std::vector<std::string> limits = supply_texts(task, shortage);
    for (const Requirement& limit : shortage.limits) {
        const std::string most = " takes at most " + count_text(limit.count, shortage.forms);
        if (limit.kind == Requirement::Kind::section_scope) {
            limits.push_back(section_name(task, limit.index) + scope_name(task, limit.node) + most);
        } else if (limit.kind == Requirement::Kind::paper_scope) {
            limits.push_back("the paper" + scope_name(task, limit.node) + most);
        }
    }
    std::string text = list(demands) + "; ";
    text += limits.empty() ? "there are none in the pool" : "but " + list(limits);
    if (shortage.forms > 1) { text += "; for " + std::to_string(shortage.forms) + " forms without common items"; }
    return text + "; missing: " + std::to_string(shortage.missing);
}

std::string overlap(const DrawTask& task, std::size_t type, int forms, std::int64_t needed, std::int64_t available)
{
    return std::to_string(forms) + " forms with at most " + std::to_string(task.blueprint.overlap_max) +
           " items in common need at least " + std::to_string(needed) + ' ' + std::string{to_text(task.types[type])} +
           " items; there are " + std::to_string(available) +
           " in the pool; missing: " + std::to_string(needed - available);
}

std::string difficulty_out_of_reach(const DrawTask& task, std::int64_t best, int forms)
{
    std::string text = "the mean difficulty, asked for " + window_text(task) + ", can be ";
    text += (best < task.difficulty_lowest ? "at most " : "at least ") + mean_text(task, best);
    if (forms > 1) { text += " over " + std::to_string(forms) + " forms without common items"; }
    return text;
}

std::string gave_up(const DrawTask& task, const Tally& tally)
{
    std::uint64_t most = 0;
    std::string worst = "no constraint";
    const auto compare = [&](std::uint64_t count, const auto& describe) {
        if (count <= most) { return; }
        most = count;
        worst = describe();
    };
    for (std::size_t section = 0; section < task.sections.size(); ++section) {
        for (std::size_t node = 0; node < task.tree.size(); ++node) {
            compare(tally.section_scopes[section][node],
                    [&] { return "the count of " + section_name(task, section) + scope_name(task, node); });
        }
    }
    for (std::size_t node = 0; node < task.tree.size(); ++node) {
        compare(tally.paper_scopes[node], [&] { return "the count of the paper" + scope_name(task, node); });
    }
    compare(tally.difficulty + tally.tilt, [&] {
        std::string text = "the mean difficulty, asked for " + window_text(task);
        if (tally.nearest_difficulty) { text += ", nearest found " + mean_text(task, *tally.nearest_difficulty); }
        return text;
    });
    for (std::size_t rule = 0; rule < tally.rules.size(); ++rule) {
        compare(tally.rules[rule], [&] { return "the rule " + task.rules.name(rule); });
    }
    compare(tally.overlap, [&] {
        return "items in common with another form, at most " + std::to_string(task.blueprint.overlap_max) + " allowed";
    });
    compare(tally.leaves_too_little, [&] { return std::string{"items left for the other forms"}; });
    const std::string forms =
        task.form_count == 1 ? "no form" : "no set of " + std::to_string(task.form_count) + " forms";
    return forms + " found in " + std::to_string(tally.proposals) + " proposals; what failed most: " + worst + " (" +
           share(most, tally.proposals) + ")";
}

} // namespace papervault::engine::assembly::wording
