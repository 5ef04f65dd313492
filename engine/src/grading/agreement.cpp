#include "grading/agreement.hpp"
#include "grading/shares.hpp"

#include <map>
#include <tuple>

namespace papervault::engine {

namespace {

std::string_view mark_text(Mark mark) noexcept
{
    switch (mark) {
    case Mark::scored: return "scored";
    case Mark::unanswered: return "unanswered";
    case Mark::needs_person: return "needs a person";
    }
    return "unknown";
}

/// Where the columns of items are.
class ColumnIndex {
public:
    explicit ColumnIndex(const columnar::ColumnarBatch& batch)
    {
        for (std::size_t place = 0; place < batch.columns().size(); ++place) {
            const FormItem& item = *batch.columns()[place].item;
            places_.emplace(std::tuple{std::string_view{item.item.id}, item.item.version, item.points}, place);
        }
    }
    [[nodiscard]] std::size_t at(const FormItem& item) const
    {
        return places_.at({item.item.id, item.item.version, item.points});
    }
    /// Of all items of a form, in its order.
    [[nodiscard]] std::vector<std::size_t> of(const Form& form) const
    {
        std::vector<std::size_t> places;
        places.reserve(form.item_count());
        for (const FormSection& section : form.sections) {
            for (const FormItem& item : section.items) { places.push_back(at(item)); }
        }
        return places;
    }

private:
    std::map<std::tuple<std::string_view, int, Decimal>, std::size_t> places_;
};

std::optional<Disagreement> difference(const std::string& candidate, const ItemScore& reference,
                                       const columnar::Score& columnar)
{
    if (reference.points.units() == columnar.units && reference.mark == columnar.mark) { return std::nullopt; }
    return Disagreement{candidate,      reference.item_id, reference.points, Decimal::from_units(columnar.units),
                        reference.mark, columnar.mark};
}

} // namespace

namespace grading {

std::optional<Disagreement> first_disagreement(std::span<const BatchSheet> sheets,
                                               const std::vector<SheetScore>& reference,
                                               const columnar::ColumnarBatch& batch,
                                               const columnar::ColumnarScores& scores)
{
    const ColumnIndex index{batch};
    std::vector<std::size_t> places;
    const Form* form = nullptr; // that they are of
    for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
        if (sheets[candidate].form != form) {
            form = sheets[candidate].form;
            places = index.of(*form);
        }
        for (std::size_t item = 0; item < places.size(); ++item) {
            const std::size_t place = places[item];
            const std::uint32_t code = batch.columns()[place].code[candidate];
            if (auto found = difference(sheets[candidate].candidate, reference[candidate].items[item],
                                        scores.columns[place].of_distinct[code])) {
                return found;
            }
        }
        if (reference[candidate].points.units() != scores.totals[candidate]) {
            return Disagreement{sheets[candidate].candidate,
                                "",
                                reference[candidate].points,
                                Decimal::from_units(scores.totals[candidate]),
                                {},
                                {}};
        }
    }
    return std::nullopt;
}

} // namespace grading

std::string Disagreement::to_string() const
{
    std::string text = "candidate " + candidate + (item.empty() ? ", total" : ", item " + item) + ": reference " +
                       reference.to_string();
    if (!item.empty()) { text += " (" + std::string{mark_text(reference_mark)} + ")"; }
    text += ", columnar " + columnar.to_string();
    if (!item.empty()) { text += " (" + std::string{mark_text(columnar_mark)} + ")"; }
    return text;
}

std::expected<BatchScores, Disagreement> grade_batch(std::span<const BatchSheet> sheets, const AnswerKeys& keys,
                                                     const GradingPolicy& policy)
{
    BatchScores scores;
    scores.sheets.reserve(sheets.size());
    std::vector<const AnswerKey*> keys_of_form;
    const Form* form = nullptr; // that they are of
    for (const BatchSheet& sheet : sheets) {
        if (sheet.form != form) {
            form = sheet.form;
            keys_of_form = grading::keys_of(*form, keys);
        }
        scores.sheets.push_back(grading::sheet_score(*form, keys_of_form, *sheet.responses, policy));
    }
    const columnar::ColumnarBatch batch{sheets};
    const columnar::ColumnarScores second = columnar::grade_columns(batch, keys, policy, best_instructions());
    if (auto found = grading::first_disagreement(sheets, scores.sheets, batch, second)) {
        return std::unexpected{std::move(*found)};
    }
    return scores;
}

std::expected<std::vector<std::vector<ItemScore>>, Disagreement>
grade_items(std::span<const BatchSheet> sheets, const AnswerKeys& keys, const GradingPolicy& policy,
            const std::set<std::string, std::less<>>& items)
{
    static const AnswerKey no_key;
    const columnar::ColumnarBatch batch{sheets};
    const ColumnIndex index{batch};
    std::map<std::size_t, columnar::ColumnScores> columns;
    std::vector<std::vector<ItemScore>> out;
    for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
        out.emplace_back();
        for (const FormSection& section : sheets[candidate].form->sections) {
            for (const FormItem& item : section.items) {
                if (!items.contains(item.item.id)) { continue; }
                const std::size_t place = index.at(item);
                const columnar::Column& column = batch.columns()[place];
                const auto scores = columns.try_emplace(place, columnar::ColumnScores{}).first;
                if (scores->second.of_distinct.empty()) {
                    scores->second = columnar::grade_column(column, keys, policy);
                }
                const auto key = keys.find(item.item.id);
                const auto response = sheets[candidate].responses->find(item.item.id);
                ItemScore score = grading::score_of(
                    item, key == keys.end() ? no_key : key->second,
                    response == sheets[candidate].responses->end() ? nullptr : &response->second, policy, nullptr);
                if (auto found = difference(sheets[candidate].candidate, score,
                                            scores->second.of_distinct[column.code[candidate]])) {
                    return std::unexpected{std::move(*found)};
                }
                out.back().push_back(std::move(score));
            }
        }
    }
    return out;
}

} // namespace papervault::engine
