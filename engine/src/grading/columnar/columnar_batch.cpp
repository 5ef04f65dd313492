#include "grading/columnar/columnar_batch.hpp"

#include "grading/columnar/typed_text.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

namespace papervault::engine::columnar {
namespace {

/// Each text behind its length, so that no two responses look the same.
std::string spelled(const Response& response)
{
    std::string out;
    for (const std::string& text : response) { out += std::to_string(text.size()) + ":" + text; }
    return out;
}

/// Codes of a choice: 0 nothing; one option its place from 1; for a choice of several a bit an option; `odd` for all
/// that fits neither (an option that is not there, two where one is asked for).
struct ChoiceCode {
    std::vector<std::string> ids;
    bool is_set;

    explicit ChoiceCode(const FormItem& item) : is_set{item.item.type == ItemType::multiple_choice}
    {
        for (const Option& option : item.item.options) { ids.push_back(option.id); }
        if (item.item.type == ItemType::true_false) { ids = {"true", "false"}; }
    }
    [[nodiscard]] std::uint16_t odd() const
    {
        return static_cast<std::uint16_t>(is_set ? 1U << ids.size() : ids.size() + 1);
    }
    [[nodiscard]] std::uint8_t bits() const
    {
        return static_cast<std::uint8_t>(std::bit_width(static_cast<unsigned>(odd())));
    }
    [[nodiscard]] std::uint16_t of(const Response& response) const
    {
        unsigned code = 0;
        for (const std::string& id : response) {
            if (has_no_mark(characters_of(id))) { continue; }
            const auto place = static_cast<unsigned>(std::find(ids.begin(), ids.end(), id) - ids.begin());
            if (place == ids.size()) { return odd(); }
            const unsigned its_code = is_set ? 1U << place : place + 1;
            if (!is_set && code != 0 && code != its_code) { return odd(); }
            code |= its_code;
        }
        return static_cast<std::uint16_t>(code);
    }
};

/// Whether a column's scores are those of comparing codes, and with which code.
std::optional<std::uint16_t> right_code(const Column& column, const CompiledKey& key)
{
    if (!key.exact_choice() || column.item->item.options.size() > 15) { return std::nullopt; }
    const ChoiceCode choice{*column.item};
    const Response right(key.exact_choice()->begin(), key.exact_choice()->end());
    const std::uint16_t code = choice.of(right);
    // A key that names what no candidate can choose, or two of one best answer, is left to the distinct responses.
    if (code == 0 || code == choice.odd()) { return std::nullopt; }
    const bool names_nothing =
        std::any_of(right.begin(), right.end(), [](const std::string& id) { return has_no_mark(characters_of(id)); });
    return names_nothing ? std::nullopt : std::optional{code};
}

const AnswerKey* key_of(const Column& column, const AnswerKeys& keys)
{
    const auto found = keys.find(column.item->item.id);
    return found == keys.end() ? nullptr : &found->second;
}

ColumnScores scores_of(const Column& column, const CompiledKey& key)
{
    ColumnScores scores;
    for (const Response* response : column.distinct) { scores.of_distinct.push_back(key.score(response)); }
    return scores;
}

/// Columns that bit planes can grade.
struct PlaneColumn {
    const Column* column;
    std::uint16_t right;
};

void add_plane_totals(std::vector<PlaneColumn> plane_columns, Instructions instructions,
                      std::vector<std::int64_t>& totals)
{
    const auto points = [](const PlaneColumn& each) { return each.column->item->points; };
    std::sort(plane_columns.begin(), plane_columns.end(),
              [&](const PlaneColumn& a, const PlaneColumn& b) { return points(a) < points(b); });
    std::vector<std::uint8_t> bits;
    ChoiceKeys keys;
    std::vector<ColumnGroup> groups;
    std::vector<std::int64_t> units;
    for (std::size_t i = 0; i < plane_columns.size(); ++i) {
        bits.push_back(ChoiceCode{*plane_columns[i].column->item}.bits());
        keys.push_back(plane_columns[i].right);
        if (i == 0 || points(plane_columns[i]) != points(plane_columns[i - 1])) {
            groups.push_back({i, 0});
            units.push_back(points(plane_columns[i]).units());
        }
        ++groups.back().count;
    }
    ChoiceMatrix matrix{bits, totals.size()};
    for (std::size_t i = 0; i < plane_columns.size(); ++i) {
        const Column& column = *plane_columns[i].column;
        const ChoiceCode choice{*column.item};
        std::vector<std::uint16_t> of_distinct;
        for (const Response* response : column.distinct) {
            of_distinct.push_back(response == nullptr ? std::uint16_t{0} : choice.of(*response));
        }
        for (std::size_t candidate = 0; candidate < totals.size(); ++candidate) {
            if (column.code[candidate] != Column::not_on_form) {
                matrix.set(candidate, i, of_distinct[column.code[candidate]]);
            }
        }
    }
    ChoiceTally tally;
    grade_choices(matrix, keys, groups, instructions, tally);
    for (std::size_t group = 0; group < groups.size(); ++group) {
        for (std::size_t candidate = 0; candidate < totals.size(); ++candidate) {
            totals[candidate] += units[group] * tally.right_by_group[group][candidate];
        }
    }
}

} // namespace

std::int64_t rounded_total(std::int64_t units, const GradingPolicy& policy)
{
    if (units <= 0) { return 0; }
    std::int64_t step = 1;
    for (int places = policy.rounding.places; places < 6; ++places) { step *= 10; }
    const std::int64_t steps = units / step;
    const std::int64_t twice_rest = units % step * 2;
    const bool goes_up =
        twice_rest > step || (twice_rest == step && (policy.rounding.mode == RoundingMode::half_up || steps % 2 == 1));
    return (steps + (goes_up ? 1 : 0)) * step;
}

ColumnarBatch::ColumnarBatch(std::span<const BatchSheet> sheets) : candidates_{sheets.size()}
{
    // The same item may stand in several forms; with other points or in another version it is another column.
    std::map<std::tuple<std::string_view, int, Decimal>, std::size_t> places;
    std::vector<std::unordered_map<std::string, std::uint32_t>> codes;
    for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
        for (const FormSection& section : sheets[candidate].form->sections) {
            for (const FormItem& item : section.items) {
                const auto [place, is_new] =
                    places.try_emplace({item.item.id, item.item.version, item.points}, columns_.size());
                if (is_new) {
                    columns_.push_back(
                        {&item, {nullptr}, std::vector<std::uint32_t>(candidates_, Column::not_on_form)});
                    codes.emplace_back();
                }
                Column& column = columns_[place->second];
                const auto response = sheets[candidate].responses->find(item.item.id);
                if (response == sheets[candidate].responses->end()) {
                    column.code[candidate] = 0;
                    continue;
                }
                const auto [code, is_first] = codes[place->second].try_emplace(
                    spelled(response->second), static_cast<std::uint32_t>(column.distinct.size()));
                if (is_first) { column.distinct.push_back(&response->second); }
                column.code[candidate] = code->second;
            }
        }
    }
}

ColumnScores grade_column(const Column& column, const AnswerKeys& keys, const GradingPolicy& policy)
{
    return scores_of(column, CompiledKey{*column.item, key_of(column, keys), policy});
}

ColumnarScores grade_columns(const ColumnarBatch& batch, const AnswerKeys& keys, const GradingPolicy& policy,
                             Instructions instructions)
{
    ColumnarScores out;
    out.totals.resize(batch.candidates());
    std::vector<PlaneColumn> plane_columns;
    for (const Column& column : batch.columns()) {
        const CompiledKey key{*column.item, key_of(column, keys), policy};
        out.columns.push_back(scores_of(column, key));
        if (const auto right = right_code(column, key)) {
            plane_columns.push_back({&column, *right});
            continue;
        }
        for (std::size_t candidate = 0; candidate < batch.candidates(); ++candidate) {
            const std::uint32_t code = column.code[candidate];
            if (code != Column::not_on_form) { out.totals[candidate] += out.columns.back().of_distinct[code].units; }
        }
    }
    if (!plane_columns.empty()) { add_plane_totals(std::move(plane_columns), instructions, out.totals); }
    for (std::int64_t& total : out.totals) { total = rounded_total(total, policy); }
    return out;
}

} // namespace papervault::engine::columnar
