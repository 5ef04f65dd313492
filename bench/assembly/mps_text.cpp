#include "mps_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace papervault::assembly_bench {

namespace {

using engine::AssemblyProblem;
using Goal = AssemblyProblem::Goal;

/// Rows are numbered; their names are R<number>.
class Writer {
public:
    Writer(const AssemblyProblem& problem, std::uint64_t cost_seed)
        : problem_{problem}, cost_seed_{cost_seed}, cells_(problem.item_count), is_forced_(problem.item_count),
          is_banned_(problem.item_count), is_anchor_(problem.item_count)
    {
        for (const auto item : problem.forced) { is_forced_[item] = true; }
        for (const auto item : problem.banned) { is_banned_[item] = true; }
        for (const auto item : problem.anchors) { is_anchor_[item] = true; }
    }

    MpsModel run()
    {
        for (std::uint32_t form = 0; form < problem_.form_count; ++form) { add_form(form); }
        add_uses();
        add_overlaps();
        return finish();
    }

private:
    struct Cell {
        std::size_t row;
        std::string value;
    };

    /// @param low, high Empty: no bound.
    std::size_t add_row(const std::string& low, const std::string& high)
    {
        const std::size_t row = row_count_++;
        auto out = std::back_inserter(rows_);
        auto right = std::back_inserter(right_);
        if (low == high) {
            fmt::format_to(out, " E R{}\n", row);
            fmt::format_to(right, " RHS R{} {}\n", row, low);
        } else if (high.empty()) {
            fmt::format_to(out, " G R{}\n", row);
            fmt::format_to(right, " RHS R{} {}\n", row, low);
        } else {
            fmt::format_to(out, " L R{}\n", row);
            fmt::format_to(right, " RHS R{} {}\n", row, high);
        }
        return row;
    }
    /// Two rows, so that no width has to be computed from decimals.
    void add_range(std::int64_t low, std::int64_t high, unsigned decimals, auto&& each)
    {
        const std::string low_text = engine::scaled_to_text(low, decimals);
        const std::string high_text = engine::scaled_to_text(high, decimals);
        if (low == high) {
            each(add_row(low_text, high_text));
            return;
        }
        each(add_row("", high_text));
        each(add_row(low_text, ""));
    }
    void put(std::uint32_t item, std::size_t row, std::string value)
    {
        if (!is_banned_[item]) { cells_[item].push_back({row, std::move(value)}); }
    }
    void put_ones(const std::vector<AssemblyProblem::Item>& items, std::size_t row)
    {
        for (const auto item : items) { put(item, row, "1"); }
    }
    void add_column(const std::string& name, const std::vector<Cell>& cells, const std::string& cost)
    {
        columns_.push_back(name);
        auto out = std::back_inserter(text_);
        if (!cost.empty()) { fmt::format_to(out, " {} COST {}\n", name, cost); }
        for (const Cell& cell : cells) { fmt::format_to(out, " {} R{} {}\n", name, cell.row, cell.value); }
        if (cells.empty() && cost.empty()) { fmt::format_to(out, " {} COST 0\n", name); }
    }
    void add_bound(const std::string& name, bool is_one)
    {
        fmt::format_to(std::back_inserter(bounds_), " {} BOUND {} 1\n", is_one ? "FX" : "UP", name);
    }
    std::string decimal(std::int64_t value) const
    {
        return engine::scaled_to_text(value, problem_.information_decimals);
    }

    void add_form(std::uint32_t form)
    {
        for (auto& cells : cells_) { cells.clear(); }
        const std::string length = std::to_string(problem_.length);
        const std::size_t length_row = add_row(length, length);
        for (std::uint32_t item = 0; item < problem_.item_count; ++item) { put(item, length_row, "1"); }
        for (const auto& count : problem_.counts) {
            add_range(count.at_least, count.at_most, 0, [&](std::size_t row) { put_ones(count.items, row); });
        }
        for (const auto& sum : problem_.sums) {
            add_range(sum.at_least, sum.at_most, sum.decimals, [&](std::size_t row) {
                for (std::size_t i = 0; i < sum.items.size(); ++i) {
                    put(sum.items[i], row, engine::scaled_to_text(sum.values[i], sum.decimals));
                }
            });
        }
        for (const auto& set : problem_.enemies) { put_ones(set, add_row("", "1")); }
        for (const auto& set : problem_.all_or_none) {
            for (std::size_t i = 1; i < set.size(); ++i) {
                const std::size_t row = add_row("0", "0");
                put(set[0], row, "1");
                put(set[i], row, "-1");
            }
        }
        add_stimuli(form);
        add_goal();
        for (std::uint32_t item = 0; item < problem_.item_count; ++item) {
            if (is_banned_[item]) { continue; }
            const std::string name = fmt::format("x{}_{}", form, item);
            all_columns_.push_back({name, cells_[item], cost_of(item)});
        }
    }

    void add_stimuli(std::uint32_t form)
    {
        if (problem_.stimuli.empty()) { return; }
        std::vector<std::size_t> rows;
        add_range(std::max<std::int64_t>(problem_.stimuli_at_least, 0),
                  std::min<std::int64_t>(problem_.stimuli_at_most, std::ssize(problem_.stimuli)), 0,
                  [&](std::size_t row) { rows.push_back(row); });
        for (std::size_t t = 0; t < problem_.stimuli.size(); ++t) {
            const auto& stimulus = problem_.stimuli[t];
            std::vector<Cell> cells;
            for (const std::size_t row : rows) { cells.push_back({row, "1"}); }
            const std::size_t least = add_row("0", "");
            const std::size_t most = add_row("", "0");
            put_ones(stimulus.items, least);
            put_ones(stimulus.items, most);
            cells.push_back({least, std::to_string(-stimulus.at_least)});
            cells.push_back({most, std::to_string(-stimulus.at_most)});
            all_columns_.push_back({fmt::format("s{}_{}", form, t), std::move(cells), ""});
        }
    }

    void add_goal()
    {
        for (std::size_t k = 0; k < problem_.information.size(); ++k) {
            std::vector<std::size_t> rows;
            switch (problem_.goal) {
            case Goal::maximum: break;
            case Goal::maximin:
                rows.push_back(add_row("0", ""));
                goal_cells_.push_back(
                    {rows.back(), engine::scaled_to_text(-problem_.weights[k], problem_.weight_decimals)});
                break;
            case Goal::minimax:
                rows.push_back(add_row("", decimal(problem_.targets[k])));
                goal_cells_.push_back({rows.back(), "-1"});
                rows.push_back(add_row(decimal(problem_.targets[k]), ""));
                goal_cells_.push_back({rows.back(), "1"});
                break;
            case Goal::band:
                add_range(problem_.lowest[k], problem_.highest[k], problem_.information_decimals,
                          [&](std::size_t row) { rows.push_back(row); });
                break;
            }
            for (const std::size_t row : rows) {
                for (std::uint32_t item = 0; item < problem_.item_count; ++item) {
                    put(item, row, decimal(problem_.information[k][item]));
                }
            }
        }
    }

    std::string cost_of(std::uint32_t item) const
    {
        if (problem_.goal == Goal::maximum) {
            std::int64_t worth = 0;
            for (std::size_t k = 0; k < problem_.information.size(); ++k) {
                worth += problem_.weights[k] * problem_.information[k][item];
            }
            return engine::scaled_to_text(-worth, problem_.information_decimals + problem_.weight_decimals);
        }
        if (problem_.goal != Goal::band || cost_seed_ == 0) { return ""; }
        std::uint64_t mixed = (cost_seed_ << 32U) + item;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return std::to_string((mixed >> 40U) % 1'000);
    }

    void add_uses()
    {
        if (problem_.use_max >= problem_.form_count) { return; }
        const std::string most = std::to_string(problem_.use_max);
        std::vector<std::size_t> row_of_item(problem_.item_count);
        for (std::uint32_t item = 0; item < problem_.item_count; ++item) {
            if (!is_banned_[item] && !is_anchor_[item]) { row_of_item[item] = add_row("", most); }
        }
        for (auto& column : all_columns_) {
            if (column.name.front() != 'x') { continue; }
            const auto item = static_cast<std::uint32_t>(std::stoul(column.name.substr(column.name.find('_') + 1)));
            if (!is_anchor_[item]) { column.cells.push_back({row_of_item[item], "1"}); }
        }
    }

    /// z ≥ x + x' − 1 for every pair of forms that could share the item.
    void add_overlaps()
    {
        if (problem_.overlap_max < 0 || problem_.form_count < 2) { return; }
        std::int64_t always = 0;
        std::vector<std::uint32_t> items;
        for (std::uint32_t item = 0; item < problem_.item_count; ++item) {
            if (is_forced_[item]) {
                ++always;
            } else if (!is_banned_[item] && (problem_.use_max > 1 || is_anchor_[item])) {
                items.push_back(item);
            }
        }
        if (items.empty() && always <= problem_.overlap_max) { return; }
        std::vector<std::size_t> column_of(std::size_t{problem_.form_count} * problem_.item_count);
        for (std::size_t c = 0; c < all_columns_.size(); ++c) {
            const std::string& name = all_columns_[c].name;
            if (name.front() != 'x') { continue; }
            const std::size_t bar = name.find('_');
            column_of[std::stoul(name.substr(1, bar - 1)) * problem_.item_count + std::stoul(name.substr(bar + 1))] = c;
        }
        for (std::uint32_t f = 0; f < problem_.form_count; ++f) {
            for (std::uint32_t g = 0; g < f; ++g) {
                const std::size_t shared = add_row("", std::to_string(problem_.overlap_max - always));
                for (const std::uint32_t item : items) {
                    const std::size_t both = add_row("", "1");
                    for (const std::uint32_t form : {f, g}) {
                        all_columns_[column_of[std::size_t{form} * problem_.item_count + item]].cells.push_back(
                            {both, "1"});
                    }
                    all_columns_.push_back({fmt::format("z{}_{}_{}", f, g, item), {{shared, "1"}, {both, "-1"}}, ""});
                }
            }
        }
    }

    MpsModel finish()
    {
        text_ = " M1 'MARKER' 'INTORG'\n";
        for (const Column& column : all_columns_) {
            add_column(column.name, column.cells, column.cost);
            const bool is_item = column.name.front() == 'x';
            const bool is_one = is_item && is_forced_[std::stoul(column.name.substr(column.name.find('_') + 1))];
            add_bound(column.name, is_one);
        }
        text_ += " M2 'MARKER' 'INTEND'\n";
        if (!goal_cells_.empty()) { add_column("y", goal_cells_, problem_.goal == Goal::maximin ? "-1" : "1"); }
        MpsModel model;
        model.columns = std::move(columns_);
        model.text = "NAME papervault\nROWS\n N COST\n" + rows_ + "COLUMNS\n" + text_ + "RHS\n" + right_ + "BOUNDS\n" +
                     bounds_ + "ENDATA\n";
        return model;
    }

    struct Column {
        std::string name;
        std::vector<Cell> cells;
        std::string cost;
    };
    const AssemblyProblem& problem_;
    std::uint64_t cost_seed_;
    std::size_t row_count_ = 0;
    std::string rows_;
    std::string right_;
    std::string text_;
    std::string bounds_;
    std::vector<std::string> columns_;
    std::vector<std::vector<Cell>> cells_; // of the form at hand, by item
    std::vector<Column> all_columns_;
    std::vector<Cell> goal_cells_;
    std::vector<bool> is_forced_;
    std::vector<bool> is_banned_;
    std::vector<bool> is_anchor_;
};

} // namespace

MpsModel mps_model(const AssemblyProblem& problem, std::uint64_t cost_seed)
{
    return Writer{problem, cost_seed}.run();
}

} // namespace papervault::assembly_bench
