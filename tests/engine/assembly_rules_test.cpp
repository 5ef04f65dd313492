#include "engine/assembly_support.hpp"

#include <papervault/engine/json.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace papervault::engine {
namespace {

constexpr std::uint64_t seed = 20'261'121;

/// Fourteen items: two types, two areas, with everything that rules look at.
std::vector<PoolItem> pool_with_facts()
{
    std::vector<PoolItem> pool;
    for (int n = 0; n < 14; ++n) {
        const bool single = n < 9;
        PoolItem item = pool_item("i" + std::to_string(10 + n), single ? ItemType::single_choice : ItemType::true_false,
                                  n % 2 == 0 ? "1" : "2", "0." + std::to_string(2 + n % 7));
        item.facts.importance = n % 3 == 0   ? Importance::core
                                : n % 3 == 1 ? Importance::general
                                             : Importance::auxiliary;
        if (n != 5) { item.facts.discrimination = Decimal::from_units(n * 50'000); }
        if (n == 2 || n == 3 || n == 11) { item.facts.enemy_set = "e"; }
        if (n == 4 || n == 6 || n == 7) { item.facts.stimulus = "passage"; }
        item.facts.characters = 10 + 3 * n;
        item.facts.seconds = 30 + 10 * (n % 4);
        item.facts.has_picture = n % 4 == 0;
        item.facts.uses = n % 5;
        if (n % 5 != 0) { item.facts.batches_since_use = n % 4; }
        if (n % 2 == 1) { item.facts.past_forms = {7}; }
        pool.push_back(std::move(item));
    }
    return pool;
}

Blueprint two_sections()
{
    Blueprint blueprint = one_section(ItemType::single_choice, 3, {{"1", 1, 2}});
    add_section(blueprint, ItemType::true_false, 2, "1");
    return blueprint;
}

struct RuleCase {
    const char* name;
    std::function<void(BlueprintRules&)> ask;
};

void PrintTo(const RuleCase& rule, std::ostream* out)
{
    *out << rule.name;
}

class RuleTest : public testing::TestWithParam<RuleCase> {};

TEST_P(RuleTest, LeavesEveryFormThatKeepsItEquallyLikely)
{
    const std::vector<PoolItem> pool = pool_with_facts();
    Blueprint blueprint = two_sections();
    const std::size_t without = all_forms(pool, blueprint).size();
    GetParam().ask(blueprint.rules);
    ASSERT_TRUE(validate(blueprint));
    const std::vector<DrawnForm> forms = all_forms(pool, blueprint);
    ASSERT_GT(forms.size(), 1U);
    ASSERT_LT(forms.size(), without) << "the rule excludes nothing here";
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_TRUE(drawer) << drawer.error().detail;
    std::map<FormKey, double> counts;
    for (const DrawnForm& form : forms) { counts[key_of(pool, form)] = 0; }
    SplitMixStream stream{seed};
    constexpr int per_form = 30;
    for (std::size_t n = 0; n < per_form * forms.size(); ++n) {
        const auto draw = drawer->draw(stream);
        ASSERT_TRUE(draw) << draw.error().detail;
        const auto found = counts.find(key_of(pool, draw->forms.front()));
        ASSERT_NE(found, counts.end()) << "a form that the verifier refuses";
        ++found->second;
    }
    std::vector<double> observed;
    for (const auto& [key, count] : counts) { observed.push_back(count); }
    EXPECT_LT(std::abs(chi_square_deviation(std::vector<double>(forms.size(), per_form), observed)), 5)
        << "seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(
    All, RuleTest,
    testing::Values(RuleCase{"importance",
                             [](BlueprintRules& r) {
                                 r.importance = {{Importance::core, {2, 3}}, {Importance::auxiliary, {0, 1}}};
                             }},
                    RuleCase{"difficulty_bands",
                             [](BlueprintRules& r) {
                                 r.difficulty_bands = {
                                     {ItemType::single_choice, decimal("0.2"), decimal("0.5"), {1, 1}},
                                     {std::nullopt, decimal("0.7"), decimal("1"), {1, 2}}};
                             }},
                    RuleCase{"required", [](BlueprintRules& r) { r.required_items = {{"i13", 0}, {"i20", 2}}; }},
                    RuleCase{"group", [](BlueprintRules& r) { r.groups = {{{"i10", "i14", "i19"}, {1, 2}, false}}; }},
                    RuleCase{"group_or_none", [](BlueprintRules& r) { r.groups = {{{"i10", "i14"}, {2, 2}, true}}; }},
                    RuleCase{"whole_passages", [](BlueprintRules& r) { r.stimulus = StimulusRule{true, {}}; }},
                    RuleCase{"passages", [](BlueprintRules& r) { r.stimulus = StimulusRule{false, {2, 3}}; }},
                    RuleCase{"discrimination", [](BlueprintRules& r) { r.discrimination_at_least = decimal("0.2"); }},
                    RuleCase{"known_discrimination",
                             [](BlueprintRules& r) {
                                 r.discrimination_at_least = decimal("0.1");
                                 r.refuse_unknown_discrimination = true;
                             }},
                    RuleCase{"unused_in_last_batches", [](BlueprintRules& r) { r.unused_in_last_batches = 2; }},
                    RuleCase{"uses_at_most", [](BlueprintRules& r) { r.uses_at_most = 2; }},
                    RuleCase{"past_overlap", [](BlueprintRules& r) { r.past_overlap_max = 2; }},
                    RuleCase{"pictures", [](BlueprintRules& r) { r.pictures = AmountRange{1, 1}; }},
                    RuleCase{"characters", [](BlueprintRules& r) { r.characters = AmountRange{0, 150}; }},
                    RuleCase{"seconds", [](BlueprintRules& r) { r.seconds = AmountRange{200, 240}; }}),
    [](const auto& one) { return std::string{one.param.name}; });

TEST(EnemySetTest, OfThePoolAreKeptApartWithoutBeingAskedFor)
{
    const std::vector<PoolItem> pool = pool_with_facts();
    const auto drawer = FormDrawer::compile(pool, two_sections());
    ASSERT_TRUE(drawer);
    SplitMixStream stream{seed};
    for (int n = 0; n < 300; ++n) {
        const auto draw = drawer->draw(stream);
        ASSERT_TRUE(draw);
        int enemies = 0;
        for (const auto& section : draw->forms.front().sections) {
            for (const std::uint32_t position : section) { enemies += pool[position].facts.enemy_set.empty() ? 0 : 1; }
        }
        ASSERT_LE(enemies, 1);
    }
}

TEST(RequiredItemTest, StandsInEveryFormAndIsNotCountedAsCommon)
{
    std::vector<PoolItem> pool = sample_pool();
    Blueprint blueprint = sample_blueprint();
    blueprint.rules.required_items = {{pool[0].id, 0}, {pool[20].id, 0}, {pool[300].id, 0}};
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_TRUE(drawer) << drawer.error().detail;
    SplitMixStream stream{seed};
    const auto draw = drawer->draw(stream);
    ASSERT_TRUE(draw) << draw.error().detail;
    ASSERT_EQ(draw->forms.size(), 3U);
    EXPECT_TRUE(verify_forms(pool, blueprint, draw->forms));
    blueprint.rules.required_items.push_back({pool[1].id, 0});
    EXPECT_FALSE(verify_forms(pool, blueprint, draw->forms)); // nobody asked for it when they were drawn
}

TEST(RequiredItemTest, MayFillAWholeSection)
{
    const std::vector<PoolItem> pool = pool_with_facts();
    Blueprint blueprint = two_sections();
    blueprint.rules.required_items = {{"i20", 0}, {"i22", 0}};
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_TRUE(drawer) << drawer.error().detail;
    SplitMixStream stream{seed};
    EXPECT_TRUE(verify_forms(pool, blueprint, drawer->draw(stream)->forms));
}

TEST(RequiredItemTest, IsRefusedWhereItCannotStand)
{
    const std::vector<PoolItem> pool = pool_with_facts();
    const auto refusal = [&](std::vector<RequiredItem> items, const std::function<void(Blueprint&)>& change = {}) {
        Blueprint blueprint = two_sections();
        blueprint.rules.required_items = std::move(items);
        if (change) { change(blueprint); }
        const auto drawer = FormDrawer::compile(pool, blueprint);
        return drawer ? std::string{} : drawer.error().detail;
    };
    EXPECT_NE(refusal({{"nobody", 0}}), "");
    EXPECT_NE(refusal({{"i10", 2}}), "");
    EXPECT_NE(refusal({{"i10", 9}}), "");
    EXPECT_NE(refusal({{"i10", 0}, {"i10", 1}}), "");
    EXPECT_NE(refusal({{"i20", 0}, {"i21", 0}, {"i22", 0}}), ""); // three in a section of two
    EXPECT_NE(refusal({{"i10", 0}, {"i12", 0}, {"i14", 0}}), ""); // three of scope 1, two at most
    EXPECT_NE(refusal({{"i12", 0}, {"i13", 0}}), "");             // enemies
    EXPECT_NE(refusal({{"i10", 0}}, [](Blueprint& b) { b.excluded_items = {"i10"}; }), "");
    EXPECT_NE(refusal({{"i10", 0}}, [](Blueprint& b) { add_section(b, ItemType::single_choice, 1, "1"); }), "");
    EXPECT_EQ(refusal({{"i10", 3}}, [](Blueprint& b) { add_section(b, ItemType::single_choice, 1, "1"); }), "");
}

TEST(RuleRefusalTest, NamesTheRuleThatNoFormKeeps)
{
    Blueprint blueprint = two_sections();
    blueprint.rules.pictures = AmountRange{5, 5};
    const auto drawer = FormDrawer::compile(pool_with_facts(), blueprint);
    ASSERT_TRUE(drawer);
    SplitMixStream stream{seed};
    const auto draw = drawer->draw(stream);
    ASSERT_FALSE(draw);
    EXPECT_NE(draw.error().detail.find("the rule pictures"), std::string::npos) << draw.error().detail;
}

TEST(RuleVerifierTest, RefusesAFormDrawnWithoutTheRule)
{
    const std::vector<PoolItem> pool = pool_with_facts();
    Blueprint plain = two_sections();
    Blueprint asked = plain;
    asked.rules.pictures = AmountRange{5, 5}; // there are four
    for (const DrawnForm& form : all_forms(pool, plain)) {
        EXPECT_TRUE(verify_form(pool, plain, form));
        EXPECT_FALSE(verify_form(pool, asked, form));
    }
}

TEST(RulesJsonTest, ReadsBackWhatItWrites)
{
    Blueprint blueprint = two_sections();
    const std::string plain = canonical_json(to_json(blueprint));
    EXPECT_EQ(plain.find("rules"), std::string::npos); // digests of older blueprints stay
    BlueprintRules& rules = blueprint.rules;
    rules.importance = {{Importance::core, {1, 3}}};
    rules.difficulty_bands = {{std::nullopt, decimal("0.1"), decimal("0.5"), {0, 4}}};
    rules.required_items = {{"i10", 1}};
    rules.groups = {{{"i11", "i12"}, {0, 1}, true}};
    rules.stimulus = StimulusRule{true, {}};
    rules.discrimination_at_least = decimal("-0.1");
    rules.refuse_unknown_discrimination = true;
    rules.unused_in_last_batches = 3;
    rules.uses_at_most = 0;
    rules.past_overlap_max = 0;
    rules.pictures = AmountRange{0, 5};
    rules.characters = AmountRange{10, 5000};
    rules.seconds = AmountRange{60, AmountRange::amount_max};
    const auto read = blueprint_from_json(to_json(blueprint));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, blueprint);
}

TEST(RulesJsonTest, ReadsEnemiesAsGroupsAndRefusesNonsense)
{
    const auto with_rules = [](const std::string& rules) {
        auto value = to_json(two_sections());
        value.as_object()["rules"] = parse_json(rules, {}).value();
        return blueprint_from_json(value);
    };
    const auto enemies = with_rules(R"({"enemies":[{"items":["a","b"]}]})");
    ASSERT_TRUE(enemies) << enemies.error().detail;
    EXPECT_EQ(enemies->rules.groups, (std::vector<ItemGroup>{{{"a", "b"}, {0, 1}, false}}));
    for (const char* wrong :
         {R"({"unknown":1})", R"({"importance":[{"importance":"W"}]})",
          R"({"importance":[{"importance":"X","at_least":3,"at_most":2}]})",
          R"({"importance":[{"importance":"X"},{"importance":"X"}]})",
          R"({"difficulty_bands":[{"from":"0.5","to":"0.5"}]})",
          R"({"difficulty_bands":[{"type":"x","from":"0","to":"1"}]})", R"({"groups":[{"items":["a"]}]})",
          R"({"groups":[{"items":["a","a"]}]})", R"({"required_items":[{"item":"a"},{"item":"a"}]})",
          R"({"required_items":[{"item":""}]})", R"({"required_items":[{"item":"a","section":3}]})",
          R"({"discrimination":{"at_least":"2"}})", R"({"discrimination":{}})", R"({"uses_at_most":-1})",
          R"({"pictures":{"at_least":2,"at_most":1}})", R"({"pictures":5})", R"([])",
          R"({"stimulus":{"whole":"yes"}})"}) {
        EXPECT_FALSE(with_rules(wrong)) << wrong;
    }
}

TEST(RandomRulesTest, AreDrawnExactlyWhenAFormExists)
{
    int drawn = 0;
    int none = 0;
    for (std::uint64_t number = 0; number < 150; ++number) {
        std::mt19937_64 random{seed + number};
        const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
        std::vector<PoolItem> pool = pool_with_facts();
        for (PoolItem& item : pool) {
            item.facts.enemy_set = below(4) == 0 ? "e" + std::to_string(below(2)) : "";
            item.facts.importance = below(2) == 0 ? Importance::core : Importance::general;
        }
        Blueprint blueprint = two_sections();
        BlueprintRules& rules = blueprint.rules;
        const int low = below(4);
        rules.importance = {{Importance::core, {low, low + below(3)}}};
        if (below(2) == 0) { rules.groups = {{{"i11", "i15", "i19"}, {below(3), 2}, below(2) == 0}}; }
        if (below(2) == 0) { rules.required_items = {{"i1" + std::to_string(below(9)), 1}}; }
        if (below(3) == 0) { rules.uses_at_most = 1 + below(3); }
        if (below(3) == 0) { rules.pictures = AmountRange{below(3), 2}; }
        const bool exists = !all_forms(pool, blueprint).empty();
        const auto drawer = FormDrawer::compile(pool, blueprint);
        if (!drawer) {
            EXPECT_FALSE(exists) << "seed " << seed + number << ": " << drawer.error().detail;
            ++none;
            continue;
        }
        if (!exists && number % 50 != 0) { continue; } // giving up takes 100,000 proposals
        SplitMixStream stream{number};
        const auto draw = drawer->draw(stream);
        EXPECT_EQ(draw.has_value(), exists) << "seed " << seed + number;
        if (draw) {
            ++drawn;
            EXPECT_TRUE(verify_forms(pool, blueprint, draw->forms)) << "seed " << seed + number;
        }
    }
    EXPECT_GT(drawn, 30);
    EXPECT_GT(none, 0);
}

} // namespace
} // namespace papervault::engine
