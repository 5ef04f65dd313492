#include "assembly/conflict/problem_rows.hpp"

#include <algorithm>
#include <numeric>

namespace papervault::engine::assembly {
namespace {

using Item = AssemblyProblem::Item;

std::vector<std::pair<ProblemRows::Column, std::int64_t>> ones(const std::vector<Item>& items)
{
    std::vector<std::pair<ProblemRows::Column, std::int64_t>> entries;
    for (const Item item : items) { entries.emplace_back(item, 1); }
    return entries;
}

} // namespace

std::size_t ProblemRows::add_constraint(Constraint constraint)
{
    constraints.push_back(std::move(constraint));
    return constraints.size() - 1;
}

/// Each side that says anything becomes a constraint of its own.
void ProblemRows::add_sided(Row row, const std::string& name, unsigned decimals)
{
    std::int64_t least = 0;
    std::int64_t most = 0;
    for (const auto& [column, value] : row.entries) {
        (value < 0 ? least : most) += value;
        row.scale = std::max(row.scale, std::abs(value));
    }
    const std::size_t number = rows.size();
    if (row.low > least) {
        row.of_low = add_constraint({name, "at least " + scaled_to_text(row.low, decimals), number, true, decimals});
        row.low = std::min(row.low, most + 1); // out of reach is out of reach
    } else {
        row.low = -unbounded;
    }
    if (row.high < most) {
        row.of_high = add_constraint({name, "at most " + scaled_to_text(row.high, decimals), number, false, decimals});
        row.high = std::max(row.high, least - 1);
    } else {
        row.high = unbounded;
    }
    if (row.of_low != no_constraint || row.of_high != no_constraint) { rows.push_back(std::move(row)); }
}

void ProblemRows::add_exact(Row row, std::size_t constraint)
{
    for (const auto& [column, value] : row.entries) { row.scale = std::max(row.scale, std::abs(value)); }
    if (row.low != -unbounded) { row.of_low = constraint; }
    if (row.high != unbounded) { row.of_high = constraint; }
    rows.push_back(std::move(row));
}

ProblemRows::ProblemRows(const AssemblyProblem& problem)
    : items{problem.item_count}, columns{static_cast<Column>(problem.item_count + problem.stimuli.size())},
      forms{problem.form_count}, uses{std::min(problem.use_max, problem.form_count)}, is_anchor(problem.item_count)
{
    for (const Item item : problem.anchors) { is_anchor[item] = true; }
    if (forms > 1) {
        forms_constraint =
            add_constraint({std::to_string(forms) + " forms", "an item in at most " + std::to_string(problem.use_max),
                            Constraint::no_row, false, 0});
    }
    Row length;
    for (Item item = 0; item < items; ++item) { length.entries.emplace_back(item, 1); }
    length.low = length.high = problem.length;
    add_exact(std::move(length), add_constraint({"length", std::to_string(problem.length) + " items"}));
    for (const auto& count : problem.counts) {
        add_sided({.entries = ones(count.items), .low = count.at_least, .high = count.at_most}, count.name, 0);
    }
    for (const auto& sum : problem.sums) {
        Row row{.entries = {}, .low = sum.at_least, .high = sum.at_most};
        for (std::size_t n = 0; n < sum.items.size(); ++n) { row.entries.emplace_back(sum.items[n], sum.values[n]); }
        add_sided(std::move(row), sum.name, sum.decimals);
    }
    if (problem.goal == AssemblyProblem::Goal::band) {
        for (std::size_t k = 0; k < problem.information.size(); ++k) {
            Row row{.entries = {}, .low = problem.lowest[k], .high = problem.highest[k]};
            for (Item item = 0; item < items; ++item) {
                if (problem.information[k][item] != 0) { row.entries.emplace_back(item, problem.information[k][item]); }
            }
            const std::string at = k < problem.abilities.size() ? problem.abilities[k] : std::to_string(k + 1);
            add_sided(std::move(row), "information at " + at, problem.information_decimals);
        }
    }
    if (!problem.forced.empty()) {
        const auto count = static_cast<std::int64_t>(problem.forced.size());
        add_exact({.entries = ones(problem.forced), .low = count},
                  add_constraint({"forced", std::to_string(count) + " items in every form"}));
    }
    if (!problem.banned.empty()) {
        add_exact({.entries = ones(problem.banned), .high = 0},
                  add_constraint({"banned", std::to_string(problem.banned.size()) + " items in no form"}));
    }
    if (!problem.stimuli.empty()) {
        Row number{.entries = {}, .low = problem.stimuli_at_least, .high = problem.stimuli_at_most};
        for (std::size_t t = 0; t < problem.stimuli.size(); ++t) {
            number.entries.emplace_back(static_cast<Column>(items + t), 1);
        }
        add_sided(std::move(number), "number of passages", 0);
    }
    lazy_from = rows.size();
    for (std::size_t t = 0; t < problem.stimuli.size(); ++t) {
        const auto& stimulus = problem.stimuli[t];
        const std::size_t constraint =
            add_constraint({stimulus.name, "none or " + std::to_string(stimulus.at_least) + " to " +
                                               std::to_string(stimulus.at_most) + " items"});
        const auto passage = static_cast<Column>(items + t);
        const auto used = static_cast<std::int64_t>(stimulus.items.size());
        Row least{.entries = ones(stimulus.items), .low = 0};
        least.entries.emplace_back(passage, -stimulus.at_least);
        add_exact(std::move(least), constraint);
        Row most{.entries = ones(stimulus.items), .high = 0};
        most.entries.emplace_back(passage, -std::min(stimulus.at_most, used));
        add_exact(std::move(most), constraint);
    }
    for (std::size_t e = 0; e < problem.enemies.size(); ++e) {
        add_exact({.entries = ones(problem.enemies[e]), .high = 1},
                  add_constraint({"enemy set " + std::to_string(e + 1), "at most 1"}));
    }
    for (std::size_t a = 0; a < problem.all_or_none.size(); ++a) {
        const auto& set = problem.all_or_none[a];
        const std::size_t constraint = add_constraint({"whole set " + std::to_string(a + 1), "all items or none"});
        for (std::size_t n = 1; n < set.size(); ++n) {
            add_exact({.entries = {{set[n - 1], 1}, {set[n], -1}}, .low = 0, .high = 0}, constraint);
        }
    }
    sort_by_column();
}

void ProblemRows::sort_by_column()
{
    first_part_.assign(columns + std::size_t{1}, 0);
    for (const Row& row : rows) {
        for (const auto& [column, value] : row.entries) { ++first_part_[column + std::size_t{1}]; }
    }
    std::partial_sum(first_part_.begin(), first_part_.end(), first_part_.begin());
    parts_.resize(first_part_.back());
    std::vector<std::size_t> next = first_part_;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (const auto& [column, value] : rows[row].entries) {
            parts_[next[column]++] = {static_cast<std::uint32_t>(row), value};
        }
    }
}

} // namespace papervault::engine::assembly
