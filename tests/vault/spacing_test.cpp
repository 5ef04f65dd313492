// The code in the spacing: what it names, what it does not, and how often it may be wrong.
#include "vault/expect.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/trace.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace papervault::vault::test {
namespace {

engine::Form form_of(int items)
{
    engine::Form form{.id = "A", .title = "卷", .sections = {{"部分", "每题 1 分", {}}}};
    for (int n = 0; n < items; ++n) {
        engine::Item item;
        item.id = "I-" + std::to_string(n);
        form.sections.front().items.push_back({item, engine::Decimal::from_integer(1)});
    }
    return form;
}

class SpacingTest : public testing::Test {
protected:
    static constexpr int holders = 30;
    static constexpr std::size_t lines = 2;
    const std::uint64_t seed = std::random_device{}();
    std::mt19937_64 random{seed};
    const crypto::SecretBuffer key = crypto::random_secret(32);
    const std::vector<engine::Form> forms{form_of(80)};

    [[nodiscard]] std::vector<CopyOrder> issue(int count) const
    {
        std::vector<CopyOrder> copies;
        for (int n = 0; n < count; ++n) {
            CopyOrder copy{.id = std::to_string(n),
                           .kind = "printer",
                           .holder = "持有人",
                           .form_id = "A",
                           .sections = {},
                           .options = {},
                           .spacing = {}};
            copy.spacing = spacing_of_copy(forms.front(), key, "D-1", copy.id);
            copies.push_back(std::move(copy));
        }
        return copies;
    }
    [[nodiscard]] bool by_chance(double chance)
    {
        return std::uniform_real_distribution<double>{0, 1}(random) < chance;
    }
    /// The gap and the first lines of every item; some can't be read, some are read wrongly.
    [[nodiscard]] Observation read_off(const CopySpacing& spacing, double unread, double wrong)
    {
        Observation seen;
        const auto read = [&](const SpacingMark& mark) -> std::optional<Spacing> {
            if (by_chance(unread)) { return std::nullopt; }
            const bool is_wide = (mark.spacing == Spacing::wide) != by_chance(wrong);
            return is_wide ? Spacing::wide : Spacing::narrow;
        };
        for (const auto& [item, marks] : spacing) {
            SpacingSeen one{.item = item, .gap = read(marks.gap), .lines = {}};
            for (std::size_t n = 0; n < lines; ++n) { one.lines.push_back(read(marks.lines[n])); }
            seen.spacing.push_back(std::move(one));
        }
        return seen;
    }
};

TEST_F(SpacingTest, IsTheSameForEverAndAnotherForEveryCopyFormDrawAndKey)
{
    const auto spacing = spacing_of_copy(forms.front(), key, "D-1", "1");
    EXPECT_EQ(spacing, spacing_of_copy(forms.front(), key, "D-1", "1"));
    EXPECT_NE(spacing, spacing_of_copy(forms.front(), key, "D-1", "2"));
    EXPECT_NE(spacing, spacing_of_copy(forms.front(), key, "D-2", "1"));
    EXPECT_NE(spacing, spacing_of_copy(forms.front(), crypto::random_secret(32), "D-1", "1"));
    // Published once on paper: a fixed key gives fixed marks.
    const crypto::SecretBuffer test_only_key{32};
    std::string marks;
    for (const auto& [item, each] : spacing_of_copy(form_of(2), test_only_key, "D", "c")) {
        marks += each.gap.spacing == Spacing::wide ? 'w' : 'n';
        for (const SpacingMark& line : each.lines) { marks += line.spacing == Spacing::wide ? 'w' : 'n'; }
    }
    EXPECT_EQ(marks, "nwnwnnwwnnnwwnnnnwwwwwwwww");
}

TEST_F(SpacingTest, FollowsTheBiasesOfTheCode)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto copies = issue(200);
    int mostly_wide = 0;
    int as_most = 0;
    int places = 0;
    for (const auto& [item, first] : copies.front().spacing) {
        for (std::size_t n = 0; n < first.lines.size(); ++n) {
            mostly_wide += first.lines[n].mostly_wide ? 1 : 0;
            for (const CopyOrder& copy : copies) {
                const SpacingMark& mark = copy.spacing.at(item).lines[n];
                ASSERT_EQ(mark.mostly_wide, first.lines[n].mostly_wide) << "one bias for all copies";
                as_most += (mark.spacing == Spacing::wide) == mark.mostly_wide ? 1 : 0;
                ++places;
            }
        }
    }
    EXPECT_NEAR(mostly_wide / 960.0, 0.5, 0.1); // 6 deviations
    EXPECT_NEAR(as_most / static_cast<double>(places), 0.78868, 0.006);
    EXPECT_NEAR(SpacingMark{}.chance_of(Spacing::narrow) + SpacingMark{}.chance_of(Spacing::wide), 1, 1e-12);
}

TEST_F(SpacingTest, NamesTheCopyWithHalfOfTheMarksUnreadAndATenthWrong)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto copies = issue(holders);
    for (int round = 0; round < 20; ++round) {
        const CopyOrder& leaked = copies[random() % copies.size()];
        const auto ranked = rank_copies(copies, forms, read_off(leaked.spacing, 0.5, 0.1), 0.1);
        ASSERT_EQ(ranked.front().copy->id, leaked.id);
        EXPECT_GT(ranked.front().probability, 0.999);
        EXPECT_LT(ranked.front().innocent_match_max, 1e-3);
    }
}

TEST_F(SpacingTest, NamesOneOfTwoHoldersWhoMadeAThirdCopyOutOfTheirs)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto copies = issue(holders);
    int first_named = 0;
    int both_first = 0;
    for (int round = 0; round < 20; ++round) {
        CopySpacing mixed = copies[0].spacing;
        for (auto& [item, marks] : mixed) {
            const ItemSpacing& other = copies[1].spacing.at(item);
            if (by_chance(0.5)) { marks.gap = other.gap; }
            for (std::size_t n = 0; n < marks.lines.size(); ++n) {
                if (by_chance(0.5)) { marks.lines[n] = other.lines[n]; }
            }
        }
        const auto ranked = rank_copies(copies, forms, read_off(mixed, 0.2, 0.02), 0.2);
        const auto is_guilty = [](const Suspect& suspect) {
            return suspect.copy->id == "0" || suspect.copy->id == "1";
        };
        first_named += is_guilty(ranked[0]) ? 1 : 0;
        both_first += is_guilty(ranked[0]) && is_guilty(ranked[1]) ? 1 : 0;
    }
    EXPECT_EQ(first_named, 20);
    EXPECT_GE(both_first, 15);
}

TEST_F(SpacingTest, AccusesNobodyOfACopyThatNobodyHas)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto copies = issue(holders);
    int fooled = 0;
    for (int round = 0; round < 60; ++round) {
        const auto stranger = spacing_of_copy(forms.front(), key, "D-1", "stranger " + std::to_string(round));
        const auto ranked = rank_copies(copies, forms, read_off(stranger, 0.5, 0.1), 0.1);
        if (ranked.front().innocent_match_max < 0.01) { ++fooled; }
    }
    // The bound says at most 1 in 100; 7 of 60 would come by chance once in a hundred thousand times.
    EXPECT_LT(fooled, 7);
}

TEST_F(SpacingTest, CountsAPlaceOnceHoweverOftenItWasWrittenDown)
{
    const auto copies = issue(3);
    Observation once;
    once.spacing.push_back({.item = "I-1", .gap = Spacing::wide, .lines = {Spacing::wide}});
    Observation often = once;
    for (int n = 0; n < 50; ++n) { often.spacing.push_back(once.spacing.front()); }
    const auto first = rank_copies(copies, forms, once, 0.02);
    const auto second = rank_copies(copies, forms, often, 0.02);
    for (std::size_t n = 0; n < copies.size(); ++n) { EXPECT_EQ(first[n].evidence, second[n].evidence); }
}

TEST_F(SpacingTest, IsNoEvidenceForOrAgainstAScreen)
{
    auto copies = issue(1);
    copies.front().spacing.clear();
    const auto ranked = rank_copies(copies, forms, read_off(issue(2)[1].spacing, 0, 0), 0.02);
    EXPECT_EQ(ranked.front().evidence, 0);
}

// ---- lengths ----

class LengthsTest : public SpacingTest {
protected:
    NominalLengths nominal = [this] {
        NominalLengths made;
        for (int n = 0; n < 80; ++n) {
            for (const double length : {473.0, 100.0 + static_cast<double>(random() % 300)}) {
                made["I-" + std::to_string(n)].push_back({.length = length, .gain = length * 0.006});
            }
        }
        return made;
    }();
    /// What a ruler on a photograph in some scale gives.
    [[nodiscard]] std::vector<LengthsSeen> measure(const CopySpacing& spacing, int items, double scale, double error)
    {
        std::normal_distribution<double> off{0, error};
        std::vector<LengthsSeen> group;
        for (int n = 0; n < items; ++n) {
            const std::string item = "I-" + std::to_string(n);
            group.push_back({.item = item, .lines = {}});
            for (std::size_t line = 0; line < lines; ++line) {
                const LineLength& known = nominal.at(item)[line];
                const bool wide = spacing.at(item).lines[line].spacing == Spacing::wide;
                group.back().lines.emplace_back((known.length + (wide ? 1 : -1) * known.gain + off(random)) * scale);
            }
        }
        return group;
    }
};

TEST_F(LengthsTest, AreReadInAnyScaleWithARulersError)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto spacing = issue(1).front().spacing;
    for (const double scale : {0.2, 1.0, 5.27}) {
        int right = 0;
        int wrong = 0;
        for (const SpacingSeen& item : spacing_from_lengths(measure(spacing, 20, scale, 0.25), nominal)) {
            for (std::size_t n = 0; n < item.lines.size(); ++n) {
                if (!item.lines[n]) { continue; }
                ++(*item.lines[n] == spacing.at(item.item).lines[n].spacing ? right : wrong);
            }
        }
        EXPECT_GE(right, 34) << scale;
        EXPECT_LE(wrong, 1) << scale;
    }
}

TEST_F(LengthsTest, SayNothingWhenNoTwoLinesDiffer)
{
    auto spacing = issue(1).front().spacing;
    for (auto& [item, marks] : spacing) {
        for (SpacingMark& line : marks.lines) { line.spacing = Spacing::wide; }
    }
    for (const SpacingSeen& item : spacing_from_lengths(measure(spacing, 10, 3, 0), nominal)) {
        EXPECT_EQ(item.lines, std::vector<std::optional<Spacing>>(lines));
    }
}

TEST_F(LengthsTest, PassOverWhatIsUnknownUnreadOrTooShort)
{
    auto group = measure(issue(1).front().spacing, 10, 1, 0);
    group[0].item = "X";
    group[1].lines[0].reset();
    group[2].lines.resize(12, 50.0);
    nominal.at("I-3")[1] = {.length = 40, .gain = 0.24};
    const auto seen = spacing_from_lengths(group, nominal);
    ASSERT_EQ(seen.size(), 10U);
    EXPECT_EQ(seen[0].lines, std::vector<std::optional<Spacing>>(lines));
    EXPECT_FALSE(seen[1].lines[0]);
    EXPECT_EQ(std::ranges::count_if(seen[2].lines, [](const auto& line) { return !line.has_value(); }), 10);
    EXPECT_FALSE(seen[3].lines[1]);
    EXPECT_TRUE(spacing_from_lengths({}, nominal).empty());
}

} // namespace
} // namespace papervault::vault::test
