#include "grading/columnar/compiled_blanks.hpp"

#include <algorithm>
#include <limits>

namespace papervault::engine::columnar {
namespace {

/// The most that an assignment of texts to blanks can earn: the Hungarian method with potentials (Kuhn, Munkres; in
/// the form of Jonker and Volgenant), on costs that are gains with the sign turned. `gains` is square.
std::vector<std::size_t> best_columns(const std::vector<std::vector<std::int64_t>>& gains)
{
    const std::size_t n = gains.size();
    constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max() / 4;
    std::vector<std::int64_t> row_potential(n + 1), column_potential(n + 1);
    std::vector<std::size_t> row_of(n + 1), way(n + 1); // 0: none
    for (std::size_t row = 1; row <= n; ++row) {
        row_of[0] = row;
        std::size_t column = 0;
        std::vector<std::int64_t> least(n + 1, far);
        std::vector<char> is_used(n + 1);
        do {
            is_used[column] = 1;
            std::int64_t step = far;
            std::size_t next = 0;
            for (std::size_t j = 1; j <= n; ++j) {
                if (is_used[j] != 0) { continue; }
                const std::int64_t cost =
                    -gains[row_of[column] - 1][j - 1] - row_potential[row_of[column]] - column_potential[j];
                if (cost < least[j]) {
                    least[j] = cost;
                    way[j] = column;
                }
                if (least[j] < step) {
                    step = least[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= n; ++j) {
                if (is_used[j] != 0) {
                    row_potential[row_of[j]] += step;
                    column_potential[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
        } while (row_of[column] != 0);
        for (; column != 0; column = way[column]) { row_of[column] = row_of[way[column]]; }
    }
    std::vector<std::size_t> column_of(n);
    for (std::size_t j = 1; j <= n; ++j) { column_of[row_of[j] - 1] = j - 1; }
    return column_of;
}

} // namespace

CompiledBlanks::CompiledBlanks(const AnswerKey& key, std::int64_t units, ScoringRule rule)
    : is_any_order_{key.blanks_in_any_order}, is_whole_{rule == ScoringRule::all_or_nothing}
{
    std::int64_t weights = 0;
    for (const BlankKey& from : key.blanks) {
        Blank blank{{}, from.text_rule, std::nullopt, 0};
        for (const std::string& text : from.texts) {
            Characters normal = folded(characters_of(text), from.text_rule);
            if (!normal.empty()) { blank.texts.insert(std::move(normal)); }
        }
        if (from.number) { blank.number.emplace(*from.number); }
        blanks_.push_back(std::move(blank));
        weights += from.weight;
    }
    // Shares rounded half up, or cut where that gives away too much; the last blank has what is left.
    const std::size_t last = blanks_.size() - 1;
    for (const bool cut : {false, true}) {
        std::int64_t given = 0;
        for (std::size_t i = 0; i < last; ++i) {
            blanks_[i].units = cut ? static_cast<std::int64_t>(Wide{units} * key.blanks[i].weight / weights)
                                   : part_of(units, key.blanks[i].weight, weights);
            given += blanks_[i].units;
        }
        blanks_[last].units = units - given;
        if (given <= units) { break; }
    }
}

bool CompiledBlanks::accepts(const Blank& blank, const Characters& typed)
{
    static constexpr TextRule for_numbers{UnicodeForm::as_typed, SpaceRule::collapse, true, false};
    return blank.texts.contains(folded(typed, blank.rule)) ||
           (blank.number && blank.number->accepts(folded(typed, for_numbers)));
}

std::int64_t CompiledBlanks::units_of(const Response& response) const
{
    const std::size_t n = blanks_.size();
    std::vector<Characters> typed(n);
    for (std::size_t i = 0; i < std::min(n, response.size()); ++i) {
        typed[i] = characters_of(response[i]);
        if (has_no_mark(typed[i])) { typed[i].clear(); }
    }
    std::vector<char> is_right(n);
    if (is_any_order_) {
        // One more than the points, so that a blank without points takes its text all the same.
        std::vector<std::vector<std::int64_t>> gains(n, std::vector<std::int64_t>(n));
        for (std::size_t blank = 0; blank < n; ++blank) {
            for (std::size_t text = 0; text < n; ++text) {
                const bool fits = !typed[text].empty() && accepts(blanks_[blank], typed[text]);
                gains[blank][text] = fits ? blanks_[blank].units * static_cast<std::int64_t>(n + 1) + 1 : 0;
            }
        }
        const std::vector<std::size_t> text_of = best_columns(gains);
        for (std::size_t blank = 0; blank < n; ++blank) { is_right[blank] = gains[blank][text_of[blank]] > 0 ? 1 : 0; }
    } else {
        for (std::size_t blank = 0; blank < n; ++blank) {
            is_right[blank] = !typed[blank].empty() && accepts(blanks_[blank], typed[blank]) ? 1 : 0;
        }
    }
    std::int64_t units = 0;
    bool has_all = true;
    for (std::size_t blank = 0; blank < n; ++blank) {
        if (is_right[blank] != 0) {
            units += blanks_[blank].units;
        } else {
            has_all = false;
        }
    }
    return is_whole_ && !has_all ? 0 : units;
}

} // namespace papervault::engine::columnar
