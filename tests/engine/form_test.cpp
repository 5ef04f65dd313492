#include "items.hpp"
#include "support.hpp"

#include <algorithm>
#include <set>

namespace papervault::engine {
namespace {

std::vector<std::string> item_ids(const FormSection& section)
{
    std::vector<std::string> ids;
    for (const FormItem& item : section.items) ids.push_back(item.item.id);
    return ids;
}

TEST(FormTest, CountsFindsAndSums)
{
    const Form form = small_form("A");
    EXPECT_EQ(form.item_count(), 8U);
    EXPECT_EQ(form.points().to_string(), "24.5");
    ASSERT_NE(form.find("F01"), nullptr);
    EXPECT_EQ(form.find("F01")->points, Decimal::from_integer(4));
    EXPECT_EQ(form.find("F02"), nullptr);
}

TEST(FormJsonTest, ReadsBackTheSameForm)
{
    const Form form = small_form("S1");
    const auto read = form_from_json(json_of(canonical_json(to_json(form))), "form");
    ASSERT_THAT(read, IsAccepted());
    EXPECT_EQ(*read, form);
}

TEST(FormJsonTest, ReadsBackAPermutedForm)
{
    SplitMixStream stream{1};
    const Form form = permute(small_form("A"), stream);
    EXPECT_EQ(form_from_json(to_json(form), "form"), form);
}

TEST(FormJsonTest, RefusesAnItemTwice)
{
    Form form = small_form("A");
    form.sections[1].items.push_back(form.sections[0].items[0]);
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(EngineError::inconsistent));
}

TEST(FormJsonTest, RefusesAFormWithoutItemsOrWithoutPoints)
{
    Form form = small_form("A");
    form.sections[0].items[0].points = Decimal{};
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(EngineError::out_of_range));
    form.sections.clear();
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(EngineError::inconsistent));
    EXPECT_THAT(form_from_json(to_json(small_form("A B")), "form"), IsRefusedWith(EngineError::malformed));
}

TEST(FormIdentityTest, B2IgnoresNameOrderAndTitles)
{
    const Form form = small_form("A");
    Form other = form;
    other.id = "B";
    other.title = "另一份";
    other.sections[0].note = "";
    SplitMixStream stream{99};
    other = permute(other, stream);
    std::ranges::reverse(other.sections);
    EXPECT_NE(other, form);
    EXPECT_EQ(form_identity_text(other), form_identity_text(form));
}

TEST(FormIdentityTest, B2SeesEveryChangeOfContentOrPoints)
{
    const std::string identity = form_identity_text(small_form("A"));
    Form form = small_form("A");
    form.sections[0].items[0].points = Decimal::from_integer(3);
    EXPECT_NE(form_identity_text(form), identity);
    form = small_form("A");
    form.sections[0].items[0].item.version = 2;
    EXPECT_NE(form_identity_text(form), identity);
    form = small_form("A");
    form.sections[0].items[0].item.options[0].content = text_content("别的");
    EXPECT_NE(form_identity_text(form), identity);
    form = small_form("A");
    std::swap(form.sections[0].items[0].item.options[0].content, form.sections[0].items[0].item.options[1].content);
    EXPECT_NE(form_identity_text(form), identity) << "another text under the letter of the key";
    form = small_form("A");
    form.sections[1].items.pop_back();
    EXPECT_NE(form_identity_text(form), identity);
}

TEST(StimulusTest, IsBroughtTogetherAtItsFirstItemAndOrderedAsBefore)
{
    Form form = small_form("A");
    auto& items = form.sections[0].items;
    ASSERT_GE(items.size(), 4U);
    const Stimulus passage{"P", text_content("材料")};
    items[1].item.stimulus = passage;
    items[3].item.stimulus = passage;
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(EngineError::inconsistent));
    std::vector<std::string> expected = item_ids(form.sections[0]);
    std::swap(expected[2], expected[3]);
    Form together = form;
    stand_together(together);
    EXPECT_EQ(item_ids(together.sections[0]), expected);
    EXPECT_THAT(form_from_json(to_json(together), "form"), IsAccepted());
    // A candidate's order is the same whether or not this was done before.
    SplitMixStream one{8};
    SplitMixStream other{8};
    EXPECT_EQ(permute(form, one), permute(together, other));
}

TEST(PermutationTest, KeepsSectionsItemsOptionsAndPoints)
{
    const Form form = small_form("A");
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SplitMixStream stream{seed};
        const Form permuted = permute(form, stream);
        ASSERT_EQ(permuted.id, form.id);
        ASSERT_EQ(permuted.sections.size(), form.sections.size());
        ASSERT_EQ(permuted.points(), form.points());
        for (std::size_t i = 0; i < form.sections.size(); ++i) {
            ASSERT_THAT(item_ids(permuted.sections[i]), testing::UnorderedElementsAreArray(item_ids(form.sections[i])))
                << "seed " << seed;
            for (FormItem item : permuted.sections[i].items) {
                std::ranges::sort(item.item.options, {}, &Option::id);
                ASSERT_EQ(item, *form.find(item.item.id))
                    << "seed " << seed << ": every option keeps its id, so its score";
            }
        }
    }
}

TEST(PermutationTest, DependsOnTheStreamAlone)
{
    const Form form = small_form("A");
    SplitMixStream first{5};
    SplitMixStream second{5};
    SplitMixStream third{6};
    const Form permuted = permute(form, first);
    EXPECT_EQ(permute(form, second), permuted);
    EXPECT_NE(permute(form, third), permuted);
}

/// The order is part of the record of an examination, so no compiler and no later version may change it. Worked out in
/// Python.
TEST(PermutationTest, GivesTheKnownOrder)
{
    SplitMixStream stream{2026};
    const Form permuted = permute(small_form("A"), stream);
    EXPECT_THAT(item_ids(permuted.sections[0]), testing::ElementsAre("S04", "S01", "S03", "S02", "M01"));
    EXPECT_THAT(item_ids(permuted.sections[1]), testing::ElementsAre("T01", "E01", "F01"));
    std::string letters;
    for (const FormItem& item : permuted.sections[0].items) {
        for (const Option& option : item.item.options) letters += option.id;
    }
    EXPECT_EQ(letters, "ABCDCABDDACBCADBCBDA");
}

TEST(PermutationTest, ReachesEveryOrderOfItemsAndOptions)
{
    std::set<std::vector<std::string>> item_orders;
    std::set<std::string> option_orders;
    const Form form = small_form("A");
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        SplitMixStream stream{seed};
        const Form permuted = permute(form, stream);
        item_orders.insert(item_ids(permuted.sections[0]));
        std::string letters;
        for (const Option& option : permuted.find("S01")->item.options) letters += option.id;
        option_orders.insert(letters);
    }
    EXPECT_EQ(item_orders.size(), 120U);
    EXPECT_EQ(option_orders.size(), 24U);
}

TEST(PermutationTest, LeavesOptionsAloneWhoseOrderCarriesMeaning)
{
    Form form = small_form("A");
    for (FormItem& item : form.sections[0].items) item.item.shuffle_options = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SplitMixStream stream{seed};
        const Form permuted = permute(form, stream);
        for (const FormItem& item : permuted.sections[0].items) {
            EXPECT_TRUE(std::ranges::is_sorted(item.item.options, {}, &Option::id));
        }
    }
}

TEST(PageFormTest, IsNumberedOverSectionsAndHasTheFixedPair)
{
    const auto page = to_page_json(small_form("A"));
    EXPECT_EQ(page.at("form").as_string(), "A");
    int number = 0;
    for (const auto& section : page.at("sections").as_array()) {
        for (const auto& item : section.at("items").as_array()) EXPECT_EQ(item.at("number").as_int64(), ++number);
    }
    EXPECT_EQ(number, 8);
    const auto& true_false = page.at("sections").at(1).at("items").at(0);
    EXPECT_EQ(canonical_json(true_false.at("options")),
              R"([{"content":[{"p":["正确"]}],"id":"true"},{"content":[{"p":["错误"]}],"id":"false"}])");
    EXPECT_EQ(true_false.at("points").as_string(), "0.5");
    EXPECT_EQ(true_false.at("type").as_string(), "truefalse");
    EXPECT_EQ(page.at("sections").at(1).at("items").at(1).at("blanks").as_int64(), 2);
}

TEST(PageFormTest, ShowsNothingThatHelpsToGuessAKey)
{
    Form form = small_form("A");
    form.sections[0].items[0].item.source = "canary-source";
    form.sections[0].items[0].item.knowledge_point = "canary-point";
    const std::string page = canonical_json(to_page_json(form));
    EXPECT_EQ(page.find("canary"), std::string::npos);
    for (const std::string_view word : {"difficulty", "importance", "knowledge", "version", "shuffle", "0.7"}) {
        EXPECT_EQ(page.find(word), std::string::npos) << word;
    }
}

TEST(PageFormTest, KeepsAuthoredOptionIdsInTheOrderOfTheForm)
{
    Form form = small_form("A");
    std::ranges::reverse(form.sections[0].items[0].item.options);
    const auto page = to_page_json(form);
    const auto& options = page.at("sections").at(0).at("items").at(0).at("options").as_array();
    EXPECT_EQ(options[0].at("id").as_string(), "D");
    EXPECT_EQ(options[3].at("id").as_string(), "A");
}

} // namespace
} // namespace papervault::engine
