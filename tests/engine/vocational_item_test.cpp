#include "items.hpp"
#include "support.hpp"

#include <algorithm>
#include <set>

namespace papervault::engine {
namespace {

ItemWithKey order_item()
{
    return choice_item("O1", ItemType::order, {"B", "A", "D", "C"});
}
ItemWithKey match_item()
{
    ItemWithKey item = choice_item("P1", ItemType::match, {"1 B", "2 A", "3 B"});
    for (const char digit : {'1', '2', '3'}) {
        item.item.prompts.push_back({std::string{digit}, text_content(std::string{"设备"} + digit)});
    }
    return item;
}
ItemWithKey of_stimulus(std::string id, std::string stimulus)
{
    ItemWithKey item = choice_item(std::move(id), ItemType::single_choice, {"B"});
    item.item.stimulus = Stimulus{std::move(stimulus), text_content("某泵站有两台离心泵。")};
    return item;
}
ItemWithKey full_fill_item()
{
    ItemWithKey item = fill_item("F1");
    item.key.rule = ScoringRule::all_or_nothing;
    item.key.blanks_in_any_order = true;
    NumericAnswer& number = *item.key.blanks[0].number;
    number.relative_tolerance = Decimal::from_units(10'000);
    number.significant_figures = 3;
    number.unit = "kPa";
    number.unit_may_be_left_out = true;
    number.decimal_comma = true;
    item.key.blanks[1].text_rule = {UnicodeForm::nfkc, SpaceRule::ignore, true, true};
    item.key.blanks[1].weight = 3;
    return item;
}

TEST(VocationalItemTest, IsValidAndReadsBackTheSame)
{
    ItemWithKey with_penalty = true_false_item("T1");
    with_penalty.key.penalty = Decimal::from_units(500'000);
    ItemWithKey calculation = essay_item("C1");
    calculation.item.type = ItemType::calculation;
    for (const ItemWithKey& item :
         {order_item(), match_item(), of_stimulus("S1", "pumps"), full_fill_item(), with_penalty, calculation}) {
        SCOPED_TRACE(item.item.id);
        EXPECT_THAT(validate(item), IsAccepted());
        const auto item_read = item_from_json(json_of(canonical_json(to_json(item.item))), "item");
        ASSERT_THAT(item_read, IsAccepted());
        EXPECT_EQ(*item_read, item.item);
        const auto key_read = answer_key_from_json(json_of(canonical_json(to_json(item.key))), "key");
        ASSERT_THAT(key_read, IsAccepted());
        EXPECT_EQ(*key_read, item.key);
    }
}

/// Forms and banks that were sealed before keep their bytes, so their digests.
TEST(VocationalItemTest, LeavesTheTextOfOlderItemsAndKeysAlone)
{
    const ItemWithKey item = fill_item("F1");
    EXPECT_EQ(canonical_json(to_json(item.key)),
              R"({"blanks":[{"number":"2000","texts":[],"tolerance":"0"},{"texts":["层流","滞流"]}],)"
              R"("correct_options":[],"explanation":"","item":"F1","scoring_standard":"","version":1})");
    const std::string text = canonical_json(to_json(item.item));
    EXPECT_EQ(text.find("prompts"), std::string::npos);
    EXPECT_EQ(text.find("stimulus"), std::string::npos);
}

struct Spoiled {
    const char* what;
    EngineError code;
    ItemWithKey item;
};
void PrintTo(const Spoiled& spoiled, std::ostream* out)
{
    *out << spoiled.what;
}
template <class Change>
Spoiled spoil(const char* what, EngineError code, ItemWithKey item, Change change)
{
    change(item);
    return {what, code, std::move(item)};
}

class VocationalItemRefusalTest : public testing::TestWithParam<Spoiled> {};
TEST_P(VocationalItemRefusalTest, RefusesIt)
{
    EXPECT_THAT(validate(GetParam().item), IsRefusedWith(GetParam().code));
}
using enum EngineError;
INSTANTIATE_TEST_SUITE_P(
    Items, VocationalItemRefusalTest,
    testing::Values(
        spoil("order without an option", inconsistent, order_item(),
              [](auto& it) { it.key.correct_options.pop_back(); }),
        spoil("order with an option twice", inconsistent, order_item(),
              [](auto& it) { it.key.correct_options = {"A", "A", "B", "C"}; }),
        spoil("match without prompts", out_of_range, match_item(), [](auto& it) { it.item.prompts.clear(); }),
        spoil("match whose prompts are not numbered", malformed, match_item(),
              [](auto& it) { it.item.prompts[1].id = "3"; }),
        spoil("match without a pair", inconsistent, match_item(), [](auto& it) { it.key.correct_options.pop_back(); }),
        spoil("match with an option that is not there", inconsistent, match_item(),
              [](auto& it) { it.key.correct_options[0] = "1 E"; }),
        spoil("pair that is none", malformed, match_item(), [](auto& it) { it.key.correct_options[0] = "1B"; }),
        spoil("prompts of a choice", inconsistent, choice_item("S", ItemType::single_choice, {"B"}),
              [](auto& it) { it.item.prompts = match_item().item.prompts; }),
        spoil("empty stimulus", inconsistent, of_stimulus("S", "p"),
              [](auto& it) { it.item.stimulus->content.clear(); }),
        spoil("stimulus without id", malformed, of_stimulus("S", "p"), [](auto& it) { it.item.stimulus->id = ""; }),
        spoil("rule of another type", inconsistent, order_item(),
              [](auto& it) { it.key.rule = ScoringRule::proportional; }),
        spoil("order-free choice", inconsistent, choice_item("S", ItemType::single_choice, {"B"}),
              [](auto& it) { it.key.blanks_in_any_order = true; }),
        spoil("penalty of a fill-in item", inconsistent, fill_item("F"),
              [](auto& it) { it.key.penalty = Decimal::from_units(1); }),
        spoil("penalty above the points", out_of_range, true_false_item("T"),
              [](auto& it) { it.key.penalty = Decimal::from_integer(2); }),
        spoil("unknown unit", malformed, full_fill_item(), [](auto& it) { it.key.blanks[0].number->unit = "kpa"; }),
        spoil("optional unit without unit", inconsistent, full_fill_item(),
              [](auto& it) { it.key.blanks[0].number->unit = ""; }),
        spoil("too many figures", out_of_range, full_fill_item(),
              [](auto& it) { it.key.blanks[0].number->significant_figures = 16; }),
        spoil("relative tolerance above one", out_of_range, full_fill_item(),
              [](auto& it) { it.key.blanks[0].number->relative_tolerance = Decimal::from_integer(2); }),
        spoil("blank without weight", out_of_range, full_fill_item(), [](auto& it) { it.key.blanks[1].weight = 0; })));

TEST(VocationalKeyJsonTest, RefusesUnknownRulesAndMembers)
{
    const auto altered = [](std::string_view from, std::string_view to) {
        std::string text = canonical_json(to_json(full_fill_item().key));
        text.replace(text.find(from), from.size(), to);
        return answer_key_from_json(json_of(text), "key");
    };
    EXPECT_THAT(altered("all_or_nothing", "all_or_something"), IsRefusedWith(malformed));
    EXPECT_THAT(altered("nfkc", "nfkd"), IsRefusedWith(malformed));
    EXPECT_THAT(altered("\"weight\"", "\"height\""), IsRefusedWith(unknown_field));
    EXPECT_THAT(altered("match_case", "match_kase"), IsRefusedWith(unknown_field));
}

Form form_with_stimuli()
{
    Form form = small_form("A");
    for (const char* id : {"C1", "C2", "C3"}) {
        form.sections[0].items.push_back({of_stimulus(id, "pumps").item, Decimal::from_integer(1)});
    }
    form.sections[0].items.push_back({of_stimulus("D1", "valves").item, Decimal::from_integer(1)});
    form.sections[0].items.push_back({of_stimulus("D2", "valves").item, Decimal::from_integer(1)});
    return form;
}

TEST(StimulusTest, MovesAsABlockInItsOrder)
{
    const Form form = form_with_stimuli();
    std::set<std::ptrdiff_t> places;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SplitMixStream stream{seed};
        const Form permuted = permute(form, stream);
        const auto& items = permuted.sections[0].items;
        const auto place_of = [&](std::string_view id) {
            return std::ranges::find(items, id, [](const FormItem& item) { return item.item.id; }) - items.begin();
        };
        ASSERT_EQ(place_of("C2"), place_of("C1") + 1) << "seed " << seed;
        ASSERT_EQ(place_of("C3"), place_of("C1") + 2) << "seed " << seed;
        ASSERT_EQ(place_of("D2"), place_of("D1") + 1) << "seed " << seed;
        places.insert(place_of("C1"));
        ASSERT_THAT(form_from_json(to_json(permuted), "form"), IsAccepted()) << "seed " << seed;
    }
    EXPECT_GT(places.size(), 5U);
}

TEST(StimulusTest, IsRefusedApartOrWithTwoContents)
{
    Form form = form_with_stimuli();
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsAccepted());
    std::swap(form.sections[0].items[0], form.sections[0].items[6]);
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(inconsistent));
    form = form_with_stimuli();
    form.sections[0].items[6].item.stimulus->content = text_content("另一段");
    EXPECT_THAT(form_from_json(to_json(form), "form"), IsRefusedWith(inconsistent));
}

TEST(StimulusTest, IsPartOfTheFormsIdentityAndOfThePage)
{
    Form form = form_with_stimuli();
    form.sections[1].items.push_back({match_item().item, Decimal::from_integer(3)});
    const std::string identity = form_identity_text(form);
    Form other = form;
    other.sections[0].items[5].item.stimulus->content = text_content("另一段");
    EXPECT_NE(form_identity_text(other), identity);
    other = form;
    other.sections[1].items.back().item.prompts[0].content = text_content("别的");
    EXPECT_NE(form_identity_text(other), identity);
    const auto page = to_page_json(form);
    EXPECT_EQ(page.at("sections").at(0).at("items").at(5).at("stimulus").at("id").as_string(), "pumps");
    EXPECT_EQ(page.at("sections").at(1).at("items").at(3).at("prompts").as_array().size(), 3U);
}

} // namespace
} // namespace papervault::engine
