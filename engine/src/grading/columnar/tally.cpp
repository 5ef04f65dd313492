#include <papervault/engine/batch_tally.hpp>

#include "grading/columnar/columnar_batch.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

namespace papervault::engine {
namespace {

using columnar::CompiledKey;
using columnar::Score;

/// Scores of the distinct responses of one column, as one item of a form gives them.
struct ScoredColumn {
    const ResponseColumns::Column* column = nullptr; ///< Null: nobody in the batch answered the item.
    std::vector<Score> scores; ///< As its distinct responses; without a column the one of nothing.
};

/// Each item is scored once, however many forms have it.
class ScoredColumns {
public:
    ScoredColumns(const ResponseColumns& responses, const AnswerKeys& keys, const GradingPolicy& policy)
        : keys_{keys}, policy_{policy}
    {
        for (const ResponseColumns::Column& column : responses.columns) {
            PAPERVAULT_ASSERT(column.code.size() == responses.candidates && !column.distinct.empty());
            by_item_.emplace(column.item, &column);
        }
    }
    const ScoredColumn& of(const FormItem& item)
    {
        // With other points or in another version the same item is another column.
        const auto [place, is_new] =
            scored_.try_emplace({item.item.id, item.item.version, item.points}, ScoredColumn{});
        if (is_new) { score(item, place->second); }
        return place->second;
    }

private:
    void score(const FormItem& item, ScoredColumn& into) const
    {
        const auto key = keys_.find(item.item.id);
        const CompiledKey compiled{item, key == keys_.end() ? nullptr : &key->second, policy_};
        into.scores.push_back(compiled.score(nullptr));
        const auto found = by_item_.find(item.item.id);
        if (found == by_item_.end()) { return; }
        into.column = found->second;
        for (std::size_t code = 1; code < into.column->distinct.size(); ++code) {
            into.scores.push_back(compiled.score(&into.column->distinct[code]));
        }
    }

    const AnswerKeys& keys_;
    const GradingPolicy& policy_;
    std::unordered_map<std::string_view, const ResponseColumns::Column*> by_item_;
    std::map<std::tuple<std::string_view, int, Decimal>, ScoredColumn> scored_;
};

/// Candidates who gave one distinct response, and the sum of their totals.
struct CodeSums {
    std::int64_t candidates = 0;
    std::int64_t totals = 0;
};

/// Sums in units are exact; what is divided of them is a statistic for people.
double co_moment(double sum_of_products, double left, double right, double candidates)
{
    return sum_of_products - left * right / candidates;
}

class FormCounter {
public:
    FormCounter(const Form& form, std::span<const std::uint32_t> candidates, ScoredColumns& scored)
        : form_{form}, candidates_{candidates}
    {
        for (const FormSection& section : form.sections) {
            for (const FormItem& item : section.items) { items_.push_back({&item, &scored.of(item)}); }
        }
    }

    /// Adds every item's points to the candidates' sums.
    void add_totals(std::vector<std::int64_t>& sums) const
    {
        for (const auto& [item, scored] : items_) {
            const Score* const scores = scored->scores.data();
            if (scored->column == nullptr) {
                for (const std::uint32_t candidate : candidates_) { sums[candidate] += scores->units; }
                continue;
            }
            const std::uint32_t* const codes = scored->column->code.data();
            for (const std::uint32_t candidate : candidates_) { sums[candidate] += scores[codes[candidate]].units; }
        }
    }

    [[nodiscard]] FormTally statistics(const std::vector<std::int64_t>& sums) const
    {
        FormTally form{
            .form = form_.id, .candidates = candidates_.size(), .mean = 0, .deviation = {}, .alpha = {}, .items = {}};
        const auto count = static_cast<double>(candidates_.size());
        double sum = 0;
        double squares = 0;
        for (const std::uint32_t candidate : candidates_) {
            const double points = points_of(sums[candidate]);
            sum += points;
            squares += points * points;
        }
        const bool is_empty = candidates_.empty();
        const double moment = is_empty ? 0 : co_moment(squares, sum, sum, count);
        if (!is_empty) { form.mean = sum / count; }
        if (candidates_.size() > 1) { form.deviation = std::sqrt(std::max(moment, 0.0) / (count - 1)); }
        double item_moments = 0;
        for (const auto& [item, scored] : items_) {
            const std::vector<CodeSums> codes = sums_by_code(*scored, sums);
            form.items.push_back(is_empty ? ItemTally{.item = item->item.id,
                                                      .points_max = item->points,
                                                      .unanswered = 0,
                                                      .awaiting_person = 0,
                                                      .difficulty = 0,
                                                      .corrected_point_biserial = {}}
                                          : statistics_of(*item, *scored, codes, {sum, moment}, item_moments));
        }
        const auto items = static_cast<double>(items_.size());
        if (items_.size() > 1 && moment > least_moment) {
            form.alpha = items / (items - 1) * (1 - item_moments / moment);
        }
        return form;
    }

private:
    struct Item {
        const FormItem* item;
        const ScoredColumn* scored;
    };
    struct Totals {
        double sum;
        double moment;
    };
    /// Of what does not vary, rounding leaves less than this.
    static constexpr double least_moment = 1e-7;

    static double points_of(std::int64_t units) { return static_cast<double>(units) / Decimal::units_per_one; }

    [[nodiscard]] std::vector<CodeSums> sums_by_code(const ScoredColumn& scored,
                                                     const std::vector<std::int64_t>& sums) const
    {
        std::vector<CodeSums> by_code(scored.scores.size());
        for (const std::uint32_t candidate : candidates_) {
            CodeSums& code = by_code[scored.column == nullptr ? 0 : scored.column->code[candidate]];
            ++code.candidates;
            code.totals += sums[candidate];
        }
        return by_code;
    }

    [[nodiscard]] ItemTally statistics_of(const FormItem& item, const ScoredColumn& scored,
                                          const std::vector<CodeSums>& codes, const Totals& totals,
                                          double& item_moments) const
    {
        ItemTally tally{.item = item.item.id,
                        .points_max = item.points,
                        .unanswered = 0,
                        .awaiting_person = 0,
                        .difficulty = 0,
                        .corrected_point_biserial = {}};
        const auto count = static_cast<double>(candidates_.size());
        double sum = 0;
        double squares = 0;
        double with_total = 0;
        for (std::size_t code = 0; code < codes.size(); ++code) {
            const auto candidates = static_cast<double>(codes[code].candidates);
            const double points = points_of(scored.scores[code].units);
            const auto whole = static_cast<std::size_t>(codes[code].candidates);
            if (scored.scores[code].mark == Mark::unanswered) { tally.unanswered += whole; }
            if (scored.scores[code].mark == Mark::needs_person) { tally.awaiting_person += whole; }
            sum += candidates * points;
            squares += candidates * points * points;
            with_total += points * points_of(codes[code].totals);
        }
        const double own = co_moment(squares, sum, sum, count);
        const double with_rest = co_moment(with_total, sum, totals.sum, count) - own;
        const double rest = totals.moment - own - 2 * with_rest;
        item_moments += own;
        const double points_max = item.points.to_double();
        tally.difficulty = points_max > 0 ? sum / count / points_max : 0;
        if (own > least_moment && rest > least_moment) {
            tally.corrected_point_biserial = with_rest / std::sqrt(own * rest);
        }
        return tally;
    }

    const Form& form_;
    std::span<const std::uint32_t> candidates_;
    std::vector<Item> items_;
};

} // namespace

BatchTally tally_batch(const ResponseColumns& responses, std::span<const Form> forms,
                       std::span<const std::uint32_t> form_of, const AnswerKeys& keys, const GradingPolicy& policy)
{
    PAPERVAULT_ASSERT(form_of.size() == responses.candidates);
    std::vector<std::vector<std::uint32_t>> candidates_of(forms.size());
    for (std::uint32_t candidate = 0; candidate < form_of.size(); ++candidate) {
        PAPERVAULT_ASSERT(form_of[candidate] <= forms.size());
        if (form_of[candidate] < forms.size()) { candidates_of[form_of[candidate]].push_back(candidate); }
    }
    ScoredColumns scored{responses, keys, policy};
    std::vector<std::int64_t> sums(responses.candidates);
    BatchTally tally;
    for (std::size_t form = 0; form < forms.size(); ++form) {
        const FormCounter counter{forms[form], candidates_of[form], scored};
        counter.add_totals(sums);
        tally.forms.push_back(counter.statistics(sums));
    }
    for (const std::int64_t sum : sums) {
        tally.totals.push_back(Decimal::from_units(columnar::rounded_total(sum, policy)));
    }
    return tally;
}

} // namespace papervault::engine
