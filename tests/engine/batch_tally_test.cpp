#include "engine/random_exams.hpp"

#include <papervault/engine/analysis.hpp>
#include <papervault/engine/batch_grading.hpp>
#include <papervault/engine/batch_tally.hpp>

namespace papervault::engine {
namespace {

/// The responses of an exam as a reader of sheets would give them.
ResponseColumns columns_of(const RandomExam& exam)
{
    ResponseColumns columns;
    columns.candidates = exam.responses.size();
    for (std::size_t candidate = 0; candidate < exam.responses.size(); ++candidate) {
        for (const auto& [item, response] : exam.responses[candidate]) {
            auto found = std::ranges::find(columns.columns, item, &ResponseColumns::Column::item);
            if (found == columns.columns.end()) {
                columns.columns.push_back({.item = item, .distinct = {{}}, .code = {}});
                columns.columns.back().code.assign(exam.responses.size(), ResponseColumns::nothing);
                found = columns.columns.end() - 1;
            }
            const auto known = std::find(found->distinct.begin() + 1, found->distinct.end(), response);
            found->code[candidate] = static_cast<std::uint32_t>(known - found->distinct.begin());
            if (known == found->distinct.end()) { found->distinct.push_back(response); }
        }
    }
    return columns;
}

TEST(BatchTallyTest, HasTheTotalsOfTheReferenceAndTheStatisticsOfTheAnalysis)
{
    constexpr std::uint64_t its_seed = 20'261'121;
    Chooser chooser{its_seed};
    RandomExams exams{chooser};
    for (int round = 0; round < 12; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        const RandomExam exam = exams.make(25, 90);
        const auto sheets = exam.sheets();
        const auto graded = grade_batch(sheets, exam.keys, exam.policy);
        ASSERT_TRUE(graded.has_value()) << graded.error().to_string();
        const std::vector<std::uint32_t> form_of(exam.form_of.begin(), exam.form_of.end());
        const BatchTally tally = tally_batch(columns_of(exam), exam.forms, form_of, exam.keys, exam.policy);

        ASSERT_EQ(tally.totals.size(), sheets.size());
        for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
            ASSERT_EQ(tally.totals[candidate], graded->sheets[candidate].points) << candidate;
        }
        ASSERT_EQ(tally.forms.size(), exam.forms.size());
        for (std::size_t form = 0; form < exam.forms.size(); ++form) {
            SCOPED_TRACE(exam.forms[form].id);
            const FormTally& found = tally.forms[form];
            std::vector<Decimal> points_max;
            for (const FormSection& section : exam.forms[form].sections) {
                for (const FormItem& item : section.items) { points_max.push_back(item.points); }
            }
            ScoreMatrix scores{points_max};
            std::vector<std::size_t> unanswered(points_max.size());
            std::vector<std::size_t> awaiting(points_max.size());
            for (std::size_t candidate = 0; candidate < sheets.size(); ++candidate) {
                if (exam.form_of[candidate] != form) { continue; }
                std::vector<Decimal> row;
                for (const ItemScore& item : graded->sheets[candidate].items) {
                    unanswered[row.size()] += item.mark == Mark::unanswered ? 1U : 0U;
                    awaiting[row.size()] += item.mark == Mark::needs_person ? 1U : 0U;
                    row.push_back(item.points);
                }
                scores.add_candidate(row);
            }
            ASSERT_GT(scores.candidate_count(), 1U);
            const FormStatistics whole = form_statistics(scores);
            const auto items = item_statistics(scores);
            EXPECT_EQ(found.candidates, whole.candidates);
            EXPECT_NEAR(found.mean, whole.mean, 1e-9);
            EXPECT_NEAR(found.deviation.value(), whole.standard_deviation.value(), 1e-9);
            ASSERT_EQ(found.alpha.has_value(), whole.alpha.has_value());
            if (found.alpha) { EXPECT_NEAR(*found.alpha, *whole.alpha, 1e-9); }
            ASSERT_EQ(found.items.size(), items.size());
            for (std::size_t item = 0; item < items.size(); ++item) {
                SCOPED_TRACE(found.items[item].item);
                EXPECT_EQ(found.items[item].unanswered, unanswered[item]);
                EXPECT_EQ(found.items[item].awaiting_person, awaiting[item]);
                EXPECT_NEAR(found.items[item].difficulty, items[item].difficulty, 1e-12);
                ASSERT_EQ(found.items[item].corrected_point_biserial.has_value(),
                          items[item].corrected_point_biserial.has_value());
                if (found.items[item].corrected_point_biserial) {
                    EXPECT_NEAR(*found.items[item].corrected_point_biserial, *items[item].corrected_point_biserial,
                                1e-9);
                }
            }
        }
    }
}

TEST(BatchTallyTest, LeavesOutWhoWasAbsent)
{
    KeyedItem made = choice(ItemType::single_choice, "2", {"A"});
    Form form{"A", "", {{"一", "", {made.item}}}};
    AnswerKeys keys{{made.key.item_id, made.key}};
    ResponseColumns columns;
    columns.candidates = 3;
    columns.columns.push_back({.item = made.key.item_id, .distinct = {{}, {"A"}, {"B"}}, .code = {1, 0, 2}});
    const std::vector<std::uint32_t> form_of{0, 1, 0};
    const BatchTally tally = tally_batch(columns, std::span{&form, 1}, form_of, keys, {});
    EXPECT_THAT(tally.totals, testing::ElementsAre(decimal("2"), decimal("0"), decimal("0")));
    EXPECT_EQ(tally.forms[0].candidates, 2U);
    EXPECT_EQ(tally.forms[0].mean, 1);
    EXPECT_EQ(tally.forms[0].items[0].difficulty, 0.5);
    EXPECT_EQ(tally.forms[0].items[0].unanswered, 0U);
}

TEST(BatchTallyTest, OfNobodyIsEmpty)
{
    KeyedItem made = choice(ItemType::single_choice, "2", {"A"});
    Form form{"A", "", {{"一", "", {made.item}}}};
    const BatchTally tally = tally_batch({}, std::span{&form, 1}, {}, {}, {});
    EXPECT_TRUE(tally.totals.empty());
    EXPECT_EQ(tally.forms[0].candidates, 0U);
    EXPECT_EQ(tally.forms[0].deviation, std::nullopt);
    EXPECT_EQ(tally.forms[0].items.size(), 1U);
}

} // namespace
} // namespace papervault::engine
