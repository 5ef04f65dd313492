#include "engine/random_exams.hpp"

#include "grading/agreement.hpp"
#include "units.hpp"

#include <papervault/engine/packed_sheets.hpp>

#include <map>
#include <set>

namespace papervault::engine {
namespace {

constexpr std::uint64_t seed = 303;

/// @return The seed of a run: that of the source, or PAPERVAULT_SEED.
std::uint64_t chosen_seed()
{
    const char* text = std::getenv("PAPERVAULT_SEED");
    return text == nullptr ? seed : std::strtoull(text, nullptr, 10);
}

TEST(AgreementTest, HoldsOnRandomItemsAndResponsesOfEveryType)
{
    const std::uint64_t its_seed = chosen_seed();
    Chooser chooser{its_seed};
    RandomExams exams{chooser};
    // What was met, so that agreement is not about zeros alone.
    std::map<ItemType, std::set<std::string>> met;
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        const RandomExam exam = exams.make(24, 40);
        const auto scores = grade_batch(exam.sheets(), exam.keys, exam.policy);
        ASSERT_TRUE(scores.has_value()) << scores.error().to_string();
        ASSERT_EQ(scores->sheets.size(), exam.responses.size());
        for (std::size_t i = 0; i < scores->sheets.size(); ++i) {
            const SheetScore& sheet = scores->sheets[i];
            ASSERT_GE(sheet.points, Decimal{});
            for (const ItemScore& item : sheet.items) {
                const bool is_whole = item.points == item.points_max;
                met[exam.forms[exam.form_of[i]].find(item.item_id)->item.type].insert(
                    item.mark == Mark::needs_person ? "person"
                    : is_whole                      ? "whole"
                    : item.points > Decimal{}       ? "part"
                    : item.points < Decimal{}       ? "below zero"
                                                    : "nothing");
            }
        }
    }
    for (const ItemType type : all_item_types) {
        SCOPED_TRACE(to_text(type));
        EXPECT_TRUE(met[type].contains("person"));
        EXPECT_TRUE(met[type].contains("nothing"));
        EXPECT_EQ(met[type].contains("whole"), !is_open(type));
        const bool has_parts = type == ItemType::multiple_choice || type == ItemType::fill_in ||
                               type == ItemType::order || type == ItemType::match;
        EXPECT_EQ(met[type].contains("part"), has_parts);
        EXPECT_EQ(met[type].contains("below zero"), type == ItemType::true_false || type == ItemType::single_choice);
    }
}

TEST(AgreementTest, HoldsUnderEveryOrderOfItemsAndOptions)
{
    const std::uint64_t its_seed = chosen_seed() + 1;
    Chooser chooser{its_seed};
    RandomExams exams{chooser};
    for (int round = 0; round < 15; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        RandomExam exam = exams.make(20, 20);
        const auto before = grade_batch(exam.sheets(), exam.keys, exam.policy);
        ASSERT_TRUE(before.has_value()) << before.error().to_string();
        // A form of his own for every candidate.
        std::vector<Form> own;
        for (const std::size_t form : exam.form_of) {
            SplitMixStream stream{chooser.below(1'000'000)};
            own.push_back(permute(exam.forms[form], stream));
        }
        std::vector<BatchSheet> sheets = exam.sheets();
        for (std::size_t i = 0; i < sheets.size(); ++i) { sheets[i].form = &own[i]; }
        const auto after = grade_batch(sheets, exam.keys, exam.policy);
        ASSERT_TRUE(after.has_value()) << after.error().to_string();
        for (std::size_t i = 0; i < sheets.size(); ++i) {
            ASSERT_EQ(after->sheets[i].points, before->sheets[i].points);
            for (const ItemScore& item : before->sheets[i].items) {
                const auto same = std::ranges::find(after->sheets[i].items, item.item_id, &ItemScore::item_id);
                ASSERT_EQ(same->points, item.points) << item.reason;
                ASSERT_EQ(same->mark, item.mark) << item.reason;
            }
        }
    }
}

TEST(AgreementTest, GradesTheItemsOfACorrectionAsTheWholeBatchDoes)
{
    Chooser chooser{chosen_seed() + 2};
    const RandomExam exam = RandomExams{chooser}.make(24, 30);
    const auto sheets = exam.sheets();
    const auto whole = grade_batch(sheets, exam.keys, exam.policy);
    const auto some = grade_items(sheets, exam.keys, exam.policy, {"q3", "q7", "q11", "q15"});
    ASSERT_TRUE(whole.has_value() && some.has_value());
    std::size_t compared = 0;
    for (std::size_t i = 0; i < sheets.size(); ++i) {
        for (const ItemScore& item : (*some)[i]) {
            const auto same = std::ranges::find(whole->sheets[i].items, item.item_id, &ItemScore::item_id);
            ASSERT_NE(same, whole->sheets[i].items.end());
            EXPECT_EQ(same->points, item.points);
            ++compared;
        }
    }
    EXPECT_GT(compared, 0U);
}

struct Halves {
    std::vector<SheetScore> reference;
    columnar::ColumnarBatch batch;
    columnar::ColumnarScores columnar;
};
Halves graded(const RandomExam& exam, const std::vector<BatchSheet>& sheets)
{
    Halves out{{}, columnar::ColumnarBatch{sheets}, {}};
    for (const BatchSheet& sheet : sheets) {
        out.reference.push_back(grade_sheet(*sheet.form, exam.keys, *sheet.responses, exam.policy));
    }
    out.columnar = columnar::grade_columns(out.batch, exam.keys, exam.policy, Instructions::plain);
    return out;
}

TEST(AgreementTest, StopsAndNamesCandidateItemAndBothScores)
{
    Chooser chooser{chosen_seed() + 3};
    const RandomExam exam = RandomExams{chooser}.make(12, 10);
    const auto sheets = exam.sheets();
    Halves halves = graded(exam, sheets);
    const auto compare = [&] {
        return grading::first_disagreement(sheets, halves.reference, halves.batch, halves.columnar);
    };
    ASSERT_FALSE(compare().has_value());

    // One millionth of a point, one mark, one total: each is seen, on either side.
    ItemScore& item = halves.reference[4].items[2];
    const Decimal right = item.points;
    item.points += Decimal::from_units(1);
    auto found = compare();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->candidate, "c4");
    EXPECT_EQ(found->item, item.item_id);
    EXPECT_EQ(found->reference, item.points);
    EXPECT_EQ(found->columnar, right);
    EXPECT_EQ(found->to_string().find("candidate c4, item " + item.item_id + ": reference " + item.points.to_string()),
              0U);
    item.points = right;

    const Mark mark = item.mark;
    item.mark = mark == Mark::scored ? Mark::unanswered : Mark::scored;
    found = compare();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->columnar_mark, mark);
    item.mark = mark;

    halves.columnar.totals[7] += 1;
    found = compare();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->candidate, "c7");
    EXPECT_EQ(found->item, "");
    halves.columnar.totals[7] -= 1;
    EXPECT_FALSE(compare().has_value());
}

TEST(AgreementTest, SeesAKeyThatOnlyOneSideHasRight)
{
    Chooser chooser{chosen_seed() + 4};
    RandomExam exam = RandomExams{chooser}.make(1, 0);
    const KeyedItem item = choice(ItemType::single_choice, "1", {"B"});
    exam.forms = {Form{"A", "", {{"", "", {item.item}}}}};
    exam.keys = {{"q", item.key}};
    exam.responses = {{{"q", {"A"}}}, {{"q", {"B"}}}};
    exam.form_of = {0, 0};
    const auto sheets = exam.sheets();
    Halves halves = graded(exam, sheets);
    exam.keys["q"].correct_options = {"A"};
    halves.columnar = columnar::grade_columns(halves.batch, exam.keys, exam.policy, Instructions::plain);
    const auto found = grading::first_disagreement(sheets, halves.reference, halves.batch, halves.columnar);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->candidate, "c0");
    EXPECT_EQ(found->reference, decimal("0"));
    EXPECT_EQ(found->columnar, decimal("1"));
}

class InstructionsTest : public testing::TestWithParam<Instructions> {};
INSTANTIATE_TEST_SUITE_P(All, InstructionsTest,
                         testing::Values(Instructions::plain, Instructions::avx2, Instructions::avx512),
                         [](const auto& tested) { return std::string{to_text(tested.param)}; });

TEST_P(InstructionsTest, CountTheSameAsOneByOne)
{
    if (!is_available(GetParam())) { GTEST_SKIP() << "NOT TESTED: this processor has no " << to_text(GetParam()); }
    const std::uint64_t its_seed = chosen_seed() + 5;
    Chooser chooser{its_seed};
    for (int round = 0; round < 20; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        const std::size_t candidates = 1 + chooser.below(1'300);
        const std::size_t columns = 1 + chooser.below(round % 10 == 0 ? 300 : 40);
        const bool are_equal = chooser.one_in(2);
        const auto width = static_cast<std::uint8_t>(chooser.between(1, 4));
        std::vector<std::uint8_t> bits;
        ChoiceKeys keys;
        for (std::size_t column = 0; column < columns; ++column) {
            bits.push_back(are_equal ? width : static_cast<std::uint8_t>(chooser.between(1, 16)));
            keys.push_back(static_cast<std::uint16_t>(chooser.below(std::uint64_t{1} << bits.back())));
        }
        ChoiceMatrix responses{bits, candidates};
        ChoiceMatrix own_keys{bits, candidates};
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            for (std::size_t column = 0; column < columns; ++column) {
                const auto any = [&] {
                    return static_cast<std::uint16_t>(chooser.below(std::uint64_t{1} << bits[column]));
                };
                responses.set(candidate, column, chooser.one_in(2) ? keys[column] : any());
                own_keys.set(candidate, column, chooser.one_in(2) ? responses.code(candidate, column) : any());
            }
        }
        const std::size_t cut = chooser.below(columns + 1);
        const std::array groups{ColumnGroup{0, cut}, ColumnGroup{cut, columns - cut}};
        for (const bool has_own_keys : {false, true}) {
            ChoiceTally tally;
            if (has_own_keys) {
                grade_choices(responses, own_keys, groups, GetParam(), tally);
            } else {
                grade_choices(responses, keys, groups, GetParam(), tally);
            }
            std::vector<std::uint64_t> right(columns);
            for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
                std::array<std::uint64_t, 2> of_group{};
                for (std::size_t column = 0; column < columns; ++column) {
                    const std::uint16_t key = has_own_keys ? own_keys.code(candidate, column) : keys[column];
                    const bool is_right = responses.code(candidate, column) == key;
                    right[column] += is_right ? 1U : 0U;
                    of_group[column < cut ? 0 : 1] += is_right ? 1U : 0U;
                }
                ASSERT_EQ(tally.right_by_group[0][candidate], of_group[0]);
                ASSERT_EQ(tally.right_by_group[1][candidate], of_group[1]);
            }
            ASSERT_EQ(tally.right_by_column, right);
        }
    }
}

/// Long enough for every short counter inside to be emptied on the way, and wide enough for counts above a byte.
TEST_P(InstructionsTest, CountLargeBatchesAsOneByOne)
{
    if (!is_available(GetParam())) { GTEST_SKIP() << "NOT TESTED: this processor has no " << to_text(GetParam()); }
    const auto test = [&](std::size_t candidates, std::size_t columns) {
        SCOPED_TRACE(std::to_string(candidates) + " x " + std::to_string(columns));
        ChoiceMatrix responses{std::vector<std::uint8_t>(columns, 1), candidates};
        // Every answer is right but for one candidate in seven.
        for (std::size_t candidate = 0; candidate < candidates; candidate += 7) {
            for (std::size_t column = 0; column < columns; ++column) { responses.set(candidate, column, 1); }
        }
        const std::array groups{ColumnGroup{0, columns}};
        ChoiceTally tally;
        grade_choices(responses, ChoiceKeys(columns, 0), groups, GetParam(), tally);
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            ASSERT_EQ(tally.right_by_group[0][candidate], candidate % 7 == 0 ? 0 : columns) << candidate;
        }
        const std::uint64_t right = candidates - (candidates + 6) / 7;
        EXPECT_THAT(tally.right_by_column, testing::Each(right));
    };
    test(512 * 1'100 + 13, 9);
    test(600, 1'030);
}

TEST_P(InstructionsTest, GiveTheTotalsOfTheReference)
{
    if (!is_available(GetParam())) { GTEST_SKIP() << "NOT TESTED: this processor has no " << to_text(GetParam()); }
    Chooser chooser{chosen_seed() + 6};
    RandomExams exams{chooser};
    for (int round = 0; round < 4; ++round) {
        const RandomExam exam = exams.make(30, 60);
        const auto sheets = exam.sheets();
        Halves halves = graded(exam, sheets);
        halves.columnar = columnar::grade_columns(halves.batch, exam.keys, exam.policy, GetParam());
        const auto found = grading::first_disagreement(sheets, halves.reference, halves.batch, halves.columnar);
        ASSERT_FALSE(found.has_value()) << found->to_string();
    }
}

TEST(ChoiceMatrixTest, KeepsWhatWasSetAndNothingElse)
{
    ChoiceMatrix matrix{{2, 16, 1}, 600};
    matrix.set(511, 1, 0xBEEF);
    matrix.set(512, 0, 3);
    matrix.set(512, 0, 2);
    EXPECT_EQ(matrix.code(511, 1), 0xBEEF);
    EXPECT_EQ(matrix.code(512, 0), 2);
    EXPECT_EQ(matrix.code(511, 0), 0);
    EXPECT_EQ(matrix.code(512, 1), 0);
    EXPECT_EQ(matrix.words().size(), 2U * (2 + 16 + 1) * 8);
}

TEST(ChoiceMatrixTest, SumsTheTotalsOfThoseWhoAreRight)
{
    const std::uint64_t its_seed = chosen_seed() + 7;
    Chooser chooser{its_seed};
    for (int round = 0; round < 10; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        const std::size_t candidates = 1 + chooser.below(1'200);
        ChoiceMatrix matrix{{2, 3, 1}, candidates};
        const ChoiceKeys keys{1, 4, 0};
        std::vector<std::uint16_t> totals;
        std::vector<std::uint64_t> expected(3);
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            totals.push_back(static_cast<std::uint16_t>(chooser.below(65'536)));
            for (std::size_t column = 0; column < 3; ++column) {
                matrix.set(candidate, column, static_cast<std::uint16_t>(chooser.below(1U << matrix.bits(column))));
                if (matrix.code(candidate, column) == keys[column]) { expected[column] += totals.back(); }
            }
        }
        for (const Instructions instructions : {Instructions::plain, Instructions::avx2, Instructions::avx512}) {
            if (!is_available(instructions)) { continue; }
            ASSERT_EQ(totals_of_the_right(matrix, keys, totals, instructions), expected) << to_text(instructions);
        }
    }
}

TEST(PackedSheetsTest, ReadBackTheSameMatrix)
{
    const std::uint64_t its_seed = chosen_seed() + 8;
    Chooser chooser{its_seed};
    for (int round = 0; round < 12; ++round) {
        SCOPED_TRACE("seed " + std::to_string(its_seed) + ", round " + std::to_string(round));
        std::vector<std::uint8_t> bits(chooser.below(90));
        for (std::uint8_t& width : bits) { width = static_cast<std::uint8_t>(chooser.between(1, 16)); }
        ChoiceMatrix matrix{bits, chooser.below(700)};
        for (std::size_t candidate = 0; candidate < matrix.candidates(); ++candidate) {
            for (std::size_t column = 0; column < bits.size(); ++column) {
                matrix.set(candidate, column,
                           static_cast<std::uint16_t>(chooser.below(std::uint64_t{1} << bits[column])));
            }
        }
        const auto packed = pack(matrix);
        const auto read = unpack(packed);
        ASSERT_THAT(read, IsAccepted());
        ASSERT_EQ(read->candidates(), matrix.candidates());
        ASSERT_EQ(read->columns(), matrix.columns());
        ASSERT_TRUE(std::ranges::equal(read->words(), matrix.words()));
        ASSERT_EQ(pack(*read), packed);
    }
}

TEST(PackedSheetsTest, RefusesEveryOtherSpelling)
{
    ChoiceMatrix matrix{{2, 3}, 3};
    matrix.set(2, 1, 5);
    const auto packed = pack(matrix);
    ASSERT_EQ(packed.size(), 10U + 2U + 3U);
    for (std::size_t length = 0; length < packed.size(); ++length) {
        EXPECT_THAT(unpack(std::span{packed}.first(length)), IsRefusedWith(EngineError::malformed)) << length;
    }
    const auto altered = [&](std::size_t place, int value) {
        auto bytes = packed;
        bytes.at(place) = static_cast<std::byte>(value);
        return unpack(bytes);
    };
    auto longer = packed;
    longer.push_back(std::byte{0});
    EXPECT_THAT(unpack(longer), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(altered(3, '2'), IsRefusedWith(EngineError::malformed));
    EXPECT_THAT(altered(4, 4), IsRefusedWith(EngineError::malformed)) << "a candidate too many";
    EXPECT_THAT(altered(7, 0xFF), IsRefusedWith(EngineError::out_of_range)) << "four thousand million candidates";
    EXPECT_THAT(altered(9, 0xFF), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(altered(10, 0), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(altered(10, 17), IsRefusedWith(EngineError::out_of_range));
    EXPECT_THAT(altered(14, 0x80), IsRefusedWith(EngineError::malformed)) << "a bit behind the last code";
}

/// Both ways of grading find the same meaning in every spelling of a unit.
TEST(UnitTest, EverySpellingHasOneMeaning)
{
    for (const BaseUnit& unit : base_units()) {
        for (const std::string_view name : unit.names) {
            if (name.empty()) { continue; }
            ASSERT_EQ(unit_named(name)->dimension, unit.dimension) << name;
            if (!unit.takes_prefixes) { continue; }
            for (const UnitPrefix& prefix : unit_prefixes()) {
                const std::string spelled = std::string{prefix.name} + std::string{name};
                const auto found = unit_named(spelled);
                ASSERT_TRUE(found.has_value()) << spelled;
                EXPECT_EQ(found->dimension, unit.dimension) << spelled;
                EXPECT_EQ(found->factor.exponent, unit.factor.exponent + prefix.exponent) << spelled;
            }
        }
    }
    for (const char* text : {"", "/", "m/", "/s", "kkm", "mmin", "kt", "m/s/s", "Km h", "kPa "}) {
        EXPECT_FALSE(is_unit(text)) << text;
    }
}

} // namespace

} // namespace papervault::engine
