#include "items.hpp"
#include "support.hpp"

#include <functional>

namespace papervault::engine {
namespace {

ItemWithKey single()
{
    return choice_item("HG4-2.3-S01", ItemType::single_choice, {"B"});
}
ItemWithKey multiple()
{
    return choice_item("HG4-2.3-M01", ItemType::multiple_choice, {"A", "C"});
}
std::vector<ItemWithKey> one_of_each_kind()
{
    return {single(), multiple(), true_false_item("T"), fill_item("F"), essay_item("E")};
}

TEST(ItemTest, IsValidWithItsKey)
{
    for (const ItemWithKey& item : one_of_each_kind()) EXPECT_THAT(validate(item), IsAccepted());
}

TEST(ItemTest, NamesItsTypesAsInFiles)
{
    for (const ItemType type : all_item_types) EXPECT_EQ(item_type_from_text(to_text(type)), type);
    EXPECT_EQ(to_text(ItemType::true_false), "truefalse");
    EXPECT_EQ(item_type_from_text("Single"), std::nullopt);
    for (const Importance importance : {Importance::core, Importance::general, Importance::auxiliary}) {
        EXPECT_EQ(importance_from_text(to_text(importance)), importance);
    }
    EXPECT_EQ(importance_from_text("x"), std::nullopt);
}

TEST(ItemTest, AcceptsAMultipleChoiceWithOneRightOption)
{
    ItemWithKey item = multiple();
    item.key.correct_options = {"D"};
    EXPECT_THAT(validate(item), IsAccepted());
}

TEST(ItemTest, AcceptsAFillInItemWhoseStemShowsFewerBlanks)
{
    ItemWithKey item = fill_item("F");
    item.item.stem = text_content("列出两种流型。");
    EXPECT_THAT(validate(item), IsAccepted());
}

struct Spoiled {
    const char* what;
    EngineError code;
    std::function<ItemWithKey()> make;
};
void PrintTo(const Spoiled& spoiled, std::ostream* out)
{
    *out << spoiled.what;
}

template <class Spoil>
Spoiled spoil(const char* what, EngineError code, ItemWithKey (*make)(), Spoil change)
{
    return {what, code, [make, change] {
                ItemWithKey item = make();
                change(item);
                return item;
            }};
}
ItemWithKey fill()
{
    return fill_item("F");
}
ItemWithKey essay()
{
    return essay_item("E");
}
ItemWithKey true_false()
{
    return true_false_item("T");
}

class ItemRefusalTest : public testing::TestWithParam<Spoiled> {};

TEST_P(ItemRefusalTest, RefusesIt)
{
    EXPECT_THAT(validate(GetParam().make()), IsRefusedWith(GetParam().code));
}

using enum EngineError;
INSTANTIATE_TEST_SUITE_P(
    Items, ItemRefusalTest,
    testing::Values(
        spoil("id with a space", malformed, single, [](ItemWithKey& i) { i.item.id = i.key.item_id = "a b"; }),
        spoil("empty id", malformed, single, [](ItemWithKey& i) { i.item.id = i.key.item_id = ""; }),
        spoil("id of 129 characters", malformed, single,
              [](ItemWithKey& i) { i.item.id = i.key.item_id = std::string(item_id_bytes_max + 1, 'a'); }),
        spoil("version 0", out_of_range, single, [](ItemWithKey& i) { i.item.version = i.key.item_version = 0; }),
        spoil("empty stem", inconsistent, single, [](ItemWithKey& i) { i.item.stem.clear(); }),
        spoil("stem not in normal form", inconsistent, single,
              [](ItemWithKey& i) { i.item.stem = {Paragraph{{TextRun{"a"}, TextRun{"b"}}}}; }),
        spoil("one option", out_of_range, single,
              [](ItemWithKey& i) {
                  i.item.options.resize(1);
                  i.key.correct_options = {"A"};
              }),
        spoil("13 options", out_of_range, single,
              [](ItemWithKey& i) {
                  for (char c = 'E'; c <= 'M'; ++c) i.item.options.push_back({std::string{c}, text_content("x")});
              }),
        spoil("empty option", inconsistent, single, [](ItemWithKey& i) { i.item.options[2].content.clear(); }),
        spoil("two options of one id", inconsistent, single, [](ItemWithKey& i) { i.item.options[1].id = "A"; }),
        spoil("small letter", malformed, single, [](ItemWithKey& i) { i.item.options[0].id = "a"; }),
        spoil("options out of order", inconsistent, single,
              [](ItemWithKey& i) { std::swap(i.item.options[0], i.item.options[1]); }),
        spoil("options of a true/false item", inconsistent, true_false,
              [](ItemWithKey& i) { i.item.options = {{"A", text_content("x")}, {"B", text_content("y")}}; }),
        spoil("blanks of a choice", inconsistent, single, [](ItemWithKey& i) { i.item.blanks = 1; }),
        spoil("no blanks", out_of_range, fill,
              [](ItemWithKey& i) {
                  i.item.blanks = 0;
                  i.item.stem = text_content("x");
                  i.key.blanks.clear();
              }),
        spoil("stem with more blanks than the item", inconsistent, fill,
              [](ItemWithKey& i) { i.item.stem = text_content("___ ___ ___"); }),
        spoil("difficulty above 1", out_of_range, single,
              [](ItemWithKey& i) { i.item.difficulty = Decimal::from_units(1'000'001); }),
        spoil("difficulty below 0", out_of_range, single,
              [](ItemWithKey& i) { i.item.difficulty = Decimal::from_units(-1); }),
        spoil("no points at all", out_of_range, single, [](ItemWithKey& i) { i.item.points = Decimal{}; }),
        spoil("source too long", out_of_range, single, [](ItemWithKey& i) { i.item.source = std::string(501, 'a'); })));

INSTANTIATE_TEST_SUITE_P(
    Keys, ItemRefusalTest,
    testing::Values(
        spoil("key of another item", inconsistent, single, [](ItemWithKey& i) { i.key.item_id = "other"; }),
        spoil("key of another version", inconsistent, single, [](ItemWithKey& i) { i.key.item_version = 2; }),
        spoil("no right option", inconsistent, single, [](ItemWithKey& i) { i.key.correct_options.clear(); }),
        spoil("two right options of a single", inconsistent, single,
              [](ItemWithKey& i) { i.key.correct_options = {"A", "B"}; }),
        spoil("no right option of several", inconsistent, multiple,
              [](ItemWithKey& i) { i.key.correct_options.clear(); }),
        spoil("right option twice", inconsistent, multiple, [](ItemWithKey& i) { i.key.correct_options = {"A", "A"}; }),
        spoil("right options out of order", inconsistent, multiple,
              [](ItemWithKey& i) { i.key.correct_options = {"C", "A"}; }),
        spoil("right option that is not there", inconsistent, multiple,
              [](ItemWithKey& i) { i.key.correct_options = {"A", "E"}; }),
        spoil("right option of another kind", inconsistent, single,
              [](ItemWithKey& i) { i.key.correct_options = {"true"}; }),
        spoil("true and false", inconsistent, true_false,
              [](ItemWithKey& i) { i.key.correct_options = {"true", "false"}; }),
        spoil("neither true nor false", inconsistent, true_false,
              [](ItemWithKey& i) { i.key.correct_options.clear(); }),
        spoil("option of an essay", inconsistent, essay, [](ItemWithKey& i) { i.key.correct_options = {"A"}; }),
        spoil("blank of an essay", inconsistent, essay, [](ItemWithKey& i) { i.key.blanks = {BlankKey{{"x"}, {}}}; }),
        spoil("fewer keys than blanks", inconsistent, fill, [](ItemWithKey& i) { i.key.blanks.pop_back(); }),
        spoil("blank that accepts nothing", inconsistent, fill, [](ItemWithKey& i) { i.key.blanks[1].texts.clear(); }),
        spoil("blank that accepts the empty text", out_of_range, fill,
              [](ItemWithKey& i) { i.key.blanks[1].texts.emplace_back(); }),
        spoil("tolerance below 0", out_of_range, fill,
              [](ItemWithKey& i) { i.key.blanks[0].number->tolerance = Decimal::from_units(-1); })));

TEST(ItemJsonTest, ReadsBackTheSameItemAndKey)
{
    std::vector<ItemWithKey> items = one_of_each_kind();
    items[0].item.shuffle_options = false;
    items[0].item.importance = Importance::core;
    items[0].item.source = "自编";
    items[0].key.explanation = "先灌泵。";
    for (const ItemWithKey& item : items) {
        const auto read = item_from_json(json_of(canonical_json(to_json(item.item))), "item");
        ASSERT_THAT(read, IsAccepted());
        EXPECT_EQ(*read, item.item);
        const auto key = answer_key_from_json(json_of(canonical_json(to_json(item.key))), "key");
        ASSERT_THAT(key, IsAccepted());
        EXPECT_EQ(*key, item.key);
    }
}

TEST(ItemJsonTest, HoldsNothingOfTheKey)
{
    ItemWithKey item = single();
    item.key.explanation = "canary-explanation";
    EXPECT_EQ(canonical_json(to_json(item.item)).find("canary"), std::string::npos);
    EXPECT_EQ(canonical_json(to_json(item.item)).find("correct"), std::string::npos);
}

TEST(ItemJsonTest, WritesNumbersAsDecimalsInText)
{
    EXPECT_EQ(to_json(essay_item("E").item).at("points").as_string(), "10");
    EXPECT_EQ(to_json(essay_item("E").item).at("difficulty").as_string(), "0.7");
}

/// Every member in turn: missing, or of another type.
TEST(ItemJsonTest, RefusesAMemberThatIsMissingOrOfAnotherType)
{
    for (const auto& whole : {to_json(single().item), to_json(fill_item("F").item)}) {
        for (const auto& member : whole.as_object()) {
            auto without = whole.as_object();
            without.erase(member.key());
            EXPECT_FALSE(item_from_json(without, "item").has_value()) << member.key();
            auto wrong = whole.as_object();
            wrong[member.key()] = nullptr;
            EXPECT_FALSE(item_from_json(wrong, "item").has_value()) << member.key();
        }
    }
    const auto key = to_json(fill_item("F").key);
    for (const auto& member : key.as_object()) {
        auto without = key.as_object();
        without.erase(member.key());
        EXPECT_FALSE(answer_key_from_json(without, "key").has_value()) << member.key();
    }
}

TEST(ItemJsonTest, RefusesUnknownMembers)
{
    auto item = to_json(single().item).as_object();
    item["answer"] = "B";
    EXPECT_THAT(item_from_json(item, "item"), IsRefusedWith(EngineError::unknown_field));
    auto key = to_json(single().key).as_object();
    key["bonus"] = 1;
    EXPECT_THAT(answer_key_from_json(key, "key"), IsRefusedWith(EngineError::unknown_field));
}

} // namespace
} // namespace papervault::engine
