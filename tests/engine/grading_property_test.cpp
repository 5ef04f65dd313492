#include "engine/grading_support.hpp"

namespace papervault::engine {
namespace {

constexpr std::uint64_t seed = 58;
constexpr std::array words{"A",  "B",  "C", "D",  "E",    "true",  "false", "",    " ",
                           "甲", "Ａ", "1", "１", "-0.5", "1,000", "\xff",  "a\nb"};

std::string random_text(Chooser& chooser)
{
    if (chooser.one_in(2)) { return chooser.of(words); }
    std::string bytes(chooser.below(20), '\0');
    for (char& byte : bytes) { byte = static_cast<char>(chooser.below(256)); }
    return bytes;
}

std::vector<std::string> random_texts(Chooser& chooser, std::int64_t most)
{
    std::vector<std::string> texts;
    for (auto left = chooser.between(0, most); left > 0; --left) { texts.push_back(random_text(chooser)); }
    return texts;
}

struct Exam {
    Form form{"A", "", {}};
    std::map<std::string, AnswerKey, std::less<>> keys;
    ResponseSheet responses;
};

Exam random_exam(Chooser& chooser)
{
    Exam exam;
    for (auto sections = chooser.between(1, 3); sections > 0; --sections) {
        FormSection& section = exam.form.sections.emplace_back();
        for (auto items = chooser.between(0, 6); items > 0; --items) {
            const std::string id = "q" + std::to_string(exam.keys.size());
            KeyedItem made = keyed_item(id, chooser.of(all_item_types), "1");
            made.item.points = Decimal::from_units(chooser.between(1, 9'000'000));
            for (const char* option : {"A", "B", "C", "D"}) { made.item.item.options.push_back({option, {}}); }
            made.key.correct_options = random_texts(chooser, 4);
            for (auto blanks = chooser.between(0, 4); blanks > 0; --blanks) {
                BlankKey& blank = made.key.blanks.emplace_back(BlankKey{random_texts(chooser, 3), {}});
                if (chooser.one_in(2)) {
                    blank.number = NumericAnswer{Decimal::from_units(chooser.between(-2'000'000, 2'000'000)),
                                                 Decimal::from_units(chooser.between(-1, 1'000'000))};
                }
            }
            if (!chooser.one_in(8)) { exam.responses[id] = random_texts(chooser, 5); }
            section.items.push_back(made.item);
            exam.keys[id] = made.key;
        }
    }
    return exam;
}

GradingPolicy random_policy(Chooser& chooser)
{
    return {chooser.one_in(2) ? MultipleRule::all_or_nothing : MultipleRule::partial_none_wrong};
}

TEST(AnyResponseTest, HasAScoreWithinItsItemAndASumWithinItsSheet)
{
    Chooser chooser{seed};
    for (int round = 0; round < 3'000; ++round) {
        const Exam exam = random_exam(chooser);
        const GradingPolicy policy = random_policy(chooser);
        const SheetScore sheet = grade_sheet(exam.form, exam.keys, exam.responses, policy);
        SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
        Decimal points;
        Decimal points_max;
        int awaiting = 0;
        for (const ItemScore& item : sheet.items) {
            ASSERT_GE(item.points, Decimal{}) << item.reason;
            ASSERT_LE(item.points, item.points_max) << item.reason;
            if (item.mark != Mark::scored) { ASSERT_EQ(item.points, Decimal{}); }
            ASSERT_TRUE(item.reason.empty()) << "words are for who asks";
            const auto response = exam.responses.find(item.item_id);
            const auto key = exam.keys.find(item.item_id);
            const ItemScore worded =
                grade(*exam.form.find(item.item_id), key == exam.keys.end() ? AnswerKey{} : key->second,
                      response == exam.responses.end() ? nullptr : &response->second, policy);
            ASSERT_EQ(worded.points, item.points) << worded.reason;
            ASSERT_EQ(worded.mark, item.mark) << worded.reason;
            ASSERT_FALSE(worded.reason.empty());
            ASSERT_THAT(parse_json(canonical_json(boost::json::string(worded.reason)), JsonLimits{}), IsAccepted());
            points += item.points;
            points_max += item.points_max;
            awaiting += item.mark == Mark::needs_person ? 1 : 0;
        }
        ASSERT_EQ(sheet.points, points);
        ASSERT_EQ(sheet.points_max, points_max);
        ASSERT_EQ(sheet.awaiting_person, awaiting);
        ASSERT_EQ(sheet.points_max, exam.form.points());
    }
}

/// Candidates see items and options in orders of their own; scores must not know of it.
TEST(AnyResponseTest, KeepsItsScoreUnderEveryOrderOfItemsOptionsAndChoices)
{
    Chooser chooser{seed + 1};
    for (int round = 0; round < 1'000; ++round) {
        Exam exam = random_exam(chooser);
        const GradingPolicy policy = random_policy(chooser);
        const SheetScore before = grade_sheet(exam.form, exam.keys, exam.responses, policy);
        SplitMixStream stream{chooser.below(1'000'000)};
        const Form permuted = permute(exam.form, stream);
        for (auto& [id, response] : exam.responses) {
            const FormItem* item = permuted.find(id);
            const bool has_its_order = item->item.type == ItemType::fill_in || item->item.type == ItemType::order;
            if (has_its_order) { continue; }
            for (std::size_t left = response.size(); left > 1; --left) {
                std::swap(response[left - 1], response[chooser.below(left)]);
            }
        }
        const SheetScore after = grade_sheet(permuted, exam.keys, exam.responses, policy);
        SCOPED_TRACE("seed " + std::to_string(seed + 1) + ", round " + std::to_string(round));
        ASSERT_EQ(after.points, before.points);
        for (const ItemScore& item : before.items) {
            const auto same = std::ranges::find(after.items, item.item_id, &ItemScore::item_id);
            ASSERT_NE(same, after.items.end());
            ASSERT_EQ(same->points, item.points) << item.reason;
            ASSERT_EQ(same->mark, item.mark);
        }
    }
}

} // namespace
} // namespace papervault::engine
