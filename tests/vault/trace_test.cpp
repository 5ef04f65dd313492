#include "trace/order_stream.hpp"
#include "vault/expect.hpp"
#include "vault/office_bench.hpp"

#include <papervault/vault/trace.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace papervault::vault::test {
namespace {

engine::Form sample_form()
{
    engine::Form form{.id = "A", .title = "卷", .sections = {}};
    for (int section = 0; section < 2; ++section) {
        engine::FormSection made{.title = "部分", .note = "每题 1 分", .items = {}};
        for (int n = 0; n < 20; ++n) {
            engine::Item item;
            item.id = "I-" + std::to_string(section * 20 + n);
            item.shuffle_options = n % 5 != 0;
            for (const char* id : {"A", "B", "C", "D"}) { item.options.push_back({id, {}}); }
            made.items.push_back({item, engine::Decimal::from_integer(1)});
        }
        form.sections.push_back(std::move(made));
    }
    return form;
}

class TraceTest : public testing::Test {
protected:
    const std::uint64_t seed = std::random_device{}();
    std::mt19937_64 random{seed};
    std::vector<engine::Form> forms{sample_form()};
    std::vector<CopyOrder> copies = [this] {
        std::vector<CopyOrder> made;
        for (int n = 0; n < 300; ++n) {
            const std::string ticket = std::to_string(2026110000 + n);
            OrderStream stream{crypto::ChaCha20Stream{
                candidate_order_seed("00112233445566778899aabbccddeeff", {}, ticket).view(), candidate_order_purpose}};
            made.push_back(order_of(engine::permute(forms.front(), stream), ticket, "candidate", "考生"));
        }
        return made;
    }();

    /// Some items in a row, some options unread, some readings wrong.
    [[nodiscard]] Observation photograph(const CopyOrder& copy, std::size_t items, double unread, double wrong)
    {
        Observation seen;
        const auto& section = copy.sections[random() % copy.sections.size()];
        const std::size_t first = random() % (section.items.size() - items + 1);
        std::uniform_real_distribution<double> chance{0, 1};
        seen.runs.emplace_back();
        for (std::size_t n = first; n < first + items; ++n) {
            Observation::Item item{.id = section.items[n], .options = {"A", "B", "C", "D"}};
            if (const auto moved = copy.options.find(item.id); moved != copy.options.end()) {
                item.options = moved->second;
            }
            if (chance(random) < wrong) { std::swap(item.options[random() % 4], item.options[random() % 4]); }
            for (std::string& option : item.options) {
                if (chance(random) < unread) { option = "?"; }
            }
            seen.runs.back().push_back(std::move(item));
        }
        return seen;
    }
};

TEST_F(TraceTest, NamesTheCopyFromAFewItems)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (int round = 0; round < 8; ++round) {
        const CopyOrder& leaked = copies[random() % copies.size()];
        const auto ranked = rank_copies(copies, forms, photograph(leaked, 5, 0, 0), 0.02);
        EXPECT_EQ(ranked.front().copy->id, leaked.id);
        EXPECT_GT(ranked.front().probability, 0.999);
        EXPECT_LT(ranked.front().innocent_match_max, 0.01);
        EXPECT_LT(ranked[1].probability, 0.001);
    }
}

TEST_F(TraceTest, NamesItAlsoFromABlurredAndPartlyMisreadPhotograph)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    int named = 0;
    for (int round = 0; round < 8; ++round) {
        const CopyOrder& leaked = copies[random() % copies.size()];
        const auto ranked = rank_copies(copies, forms, photograph(leaked, 10, 0.5, 0.1), 0.1);
        if (ranked.front().copy->id == leaked.id) { ++named; }
    }
    EXPECT_GE(named, 7);
}

TEST_F(TraceTest, AccusesNobodyWhenTheCopyIsNotRegistered)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    int accused = 0;
    for (int round = 0; round < 8; ++round) {
        OrderStream stream{
            crypto::ChaCha20Stream{crypto::sha256(crypto::bytes_of(std::to_string(random()))).view(), "x"}};
        const CopyOrder stranger = order_of(engine::permute(forms.front(), stream), "none", "candidate", "生人");
        const auto ranked = rank_copies(copies, forms, photograph(stranger, 6, 0.1, 0), 0.02);
        if (ranked.front().probability > 0.5) { ++accused; }
        EXPECT_GT(ranked.front().innocent_match_max, 0.001);
    }
    EXPECT_EQ(accused, 0);
}

TEST_F(TraceTest, TheBoundOnInnocentMatchesHolds)
{
    SCOPED_TRACE("seed " + std::to_string(seed));
    // A single item with four options: many innocent copies fit, and the bound says so.
    int fooled = 0;
    constexpr int rounds = 12;
    double promised = 0;
    for (int round = 0; round < rounds; ++round) {
        OrderStream stream{
            crypto::ChaCha20Stream{crypto::sha256(crypto::bytes_of(std::to_string(random()))).view(), "x"}};
        const CopyOrder stranger = order_of(engine::permute(forms.front(), stream), "none", "candidate", "生人");
        const auto ranked = rank_copies(copies, forms, photograph(stranger, 1, 0, 0), 0.02);
        promised += ranked.front().innocent_match_max;
        if (ranked.front().evidence > 2) { ++fooled; }
    }
    EXPECT_EQ(fooled, 0) << "one item can't give evidence of a hundred to one";
    EXPECT_GT(promised / rounds, 0.9);
}

TEST_F(TraceTest, OptionsThatNeverMoveAreNoEvidence)
{
    Observation seen;
    seen.runs = {{{"I-0", {"A", "B", "C", "D"}}}};
    for (const Suspect& suspect : rank_copies(copies, forms, seen, 0.02)) { EXPECT_EQ(suspect.evidence, 0); }
}

TEST(ObservationTest, ReadsWhatPeopleWriteAndNamesABadLine)
{
    const auto seen = decode_observation("# photo 1\nI-1: C A ? B\n I-2 \n...\nI-9: D\nnote: 本部分：每题 1 分\n");
    ASSERT_THAT(seen, Succeeds());
    ASSERT_EQ(seen->runs.size(), 2U);
    EXPECT_EQ(seen->runs[0].size(), 2U);
    EXPECT_EQ(seen->runs[0][0].options, (std::vector<std::string>{"C", "A", "?", "B"}));
    EXPECT_EQ(seen->notes, (std::vector<std::string>{"本部分：每题 1 分"}));
    EXPECT_THAT(decode_observation("I-1: A\nI-2: A A\n"), RefusesNaming(VaultError::malformed, "line 2"));
    EXPECT_THAT(decode_observation("# nothing\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(decode_observation("two words\n"), RefusesWith(VaultError::malformed));
    EXPECT_THAT(decode_observation("I-1: A\n...\nI-1: A\n"), RefusesNaming(VaultError::malformed, "twice"));
}

TEST(ObservationTest, ReadsSpacingGapsAndLengths)
{
    const auto seen = decode_observation("spacing I-1: w ? n\ngap I-1: n\nlengths I-2: 431 ? 96.5\nlengths I-3: 7\n"
                                         "...\nlengths I-4: 812.25\nspacing: A B\n");
    ASSERT_THAT(seen, Succeeds());
    ASSERT_EQ(seen->spacing.size(), 2U);
    EXPECT_EQ(seen->spacing[0].lines,
              (std::vector<std::optional<Spacing>>{Spacing::wide, std::nullopt, Spacing::narrow}));
    EXPECT_EQ(seen->spacing[1].gap, Spacing::narrow);
    ASSERT_EQ(seen->lengths.size(), 2U);
    EXPECT_EQ(seen->lengths[0][0].lines, (std::vector<std::optional<double>>{431, std::nullopt, 96.5}));
    EXPECT_EQ(seen->lengths[1][0].item, "I-4");
    EXPECT_EQ(seen->runs.at(0).at(0).id, "spacing") << "an item may be called so";
    for (const char* bad : {"spacing I-1: x\n", "spacing I-1: W\n", "gap I-1: ?\n", "gap I-1: w n\n", "gap I-1\n",
                            "lengths I-1: -4\n", "lengths I-1: 1e9\n", "lengths I-1: nan\n", "lengths I-1: 0\n",
                            "width I-1: w\n", "spacing I-1: w w w w w w w w w w w w w\n"}) {
        EXPECT_THAT(decode_observation(bad), RefusesNaming(VaultError::malformed, "line 1")) << bad;
    }
}

TEST(CandidateOrderTest, IsTheOneThatHallsShow)
{
    // Fixed for ever: halls that run another version show the same orders.
    EXPECT_EQ(candidate_order_seed("00112233445566778899aabbccddeeff", {}, "2026110001"),
              crypto::blake2b("papervault.form-order.v1", {crypto::bytes_of("00112233445566778899aabbccddeeff"),
                                                           crypto::Digest{}.view(), crypto::bytes_of("2026110001")}));
    EXPECT_EQ(candidate_order_purpose, "form-order");
}

TEST(CopyRegisterTest, MarksCopiesByHolderAndFindsThemAgain)
{
    const OfficeBench office;
    office.import_items();
    const std::string draw_id = office.draw();
    office.create_batch();
    std::vector<engine::Form> shown;
    std::vector<CopySpacing> spacings;
    {
        OfficeVault vault = office.as(office.chen);
        CopyRegister copies{vault};
        for (const char* holder : {"印刷甲", "印刷乙", "印刷丙"}) {
            const auto forms = DrawRegister{vault}.forms(DrawRegister{vault}.find(draw_id).value()).value();
            auto issued = copies.issue(draw_id, forms.front().id, "printer", holder, at(morning));
            ASSERT_THAT(issued, Succeeds());
            EXPECT_EQ(engine::form_identity_text(issued->form), engine::form_identity_text(forms.front()))
                << "the same paper";
            shown.push_back(std::move(issued->form));
            spacings.push_back(std::move(issued->spacing));
        }
        EXPECT_THAT(copies.issue(draw_id, shown.front().id, "printer", "印刷甲", at(morning)),
                    RefusesWith(VaultError::already_exists));
        EXPECT_THAT(copies.issue(draw_id, shown.front().id, "friend", "印刷丁", at(morning)),
                    RefusesWith(VaultError::malformed));
    }
    const std::string package = office.seal(draw_id);
    OfficeVault vault = office.as(office.chen);
    const auto copies = CopyRegister{vault}.copies_of(package, "测试", at(afternoon));
    ASSERT_THAT(copies, Succeeds());
    EXPECT_EQ(copies->orders.size(), 3U * 2U + 3U) << "three candidates with a form and a spare, three printers";
    const CopyOrder second = order_of(shown[1], "", "", "");
    Observation seen;
    seen.runs.emplace_back();
    for (const std::string& item : second.sections.front().items) {
        seen.runs.back().push_back({item, second.options.at(item)});
    }
    const auto ranked = rank_copies(copies->orders, copies->forms, seen, 0.02);
    EXPECT_EQ(ranked.front().copy->holder, "印刷乙");
    EXPECT_GT(ranked.front().probability, 0.99);

    // Nothing but the spacing of some lines, from a cut-out without options.
    Observation spaces;
    for (const auto& [item, marks] : spacings[2]) {
        spaces.spacing.push_back({.item = item, .gap = marks.gap.spacing, .lines = {}});
        for (const SpacingMark& line : marks.lines) { spaces.spacing.back().lines.emplace_back(line.spacing); }
    }
    const auto by_spacing = rank_copies(copies->orders, copies->forms, spaces, 0.02);
    EXPECT_EQ(by_spacing.front().copy->holder, "印刷丙");
    EXPECT_GT(by_spacing.front().probability, 0.99);
    OfficeVault supervisor = office.as(office.du);
    EXPECT_THAT(CopyRegister{supervisor}.issue(draw_id, "A", "printer", "印刷戊", at(morning)),
                RefusesWith(VaultError::not_permitted));
}

} // namespace
} // namespace papervault::vault::test
