#include "engine/assembly_support.hpp"

#include <papervault/engine/diagnosis.hpp>

#include <cstdlib>

namespace papervault::engine {
namespace {

constexpr std::uint64_t seed = 7'262'026;
constexpr std::array points{"1", "1.1", "1.1.2", "1.2", "2", "2.1", "3"};
constexpr std::array types{ItemType::single_choice, ItemType::true_false};

std::vector<PoolItem> random_pool(Chooser& chooser)
{
    std::vector<PoolItem> pool;
    const auto items = chooser.between(2, 9);
    for (int item = 0; item < items; ++item) {
        pool.push_back({"i" + std::to_string(item), chooser.of(types), chooser.of(points),
                        Decimal::from_units(chooser.between(0, 10) * 100'000)});
    }
    return pool;
}

std::vector<ScopeCount> random_scopes(Chooser& chooser, int count)
{
    std::vector<ScopeCount> scopes;
    for (const char* point : {"", "1", "1.1", "2", "2.1", "3"}) {
        if (!chooser.one_in(3)) { continue; }
        const int least = static_cast<int>(chooser.between(0, 1 + count / 2));
        scopes.push_back({point, std::min(least, count),
                          std::string_view{point}.empty() ? count : least + static_cast<int>(chooser.between(0, 2))});
    }
    return scopes;
}

Blueprint random_blueprint(Chooser& chooser)
{
    const int first = static_cast<int>(chooser.between(1, 3));
    Blueprint blueprint = one_section(chooser.of(types), first, random_scopes(chooser, first));
    if (chooser.one_in(2)) {
        const int second = static_cast<int>(chooser.between(1, 2));
        add_section(blueprint, chooser.of(types), second, chooser.one_in(2) ? "1" : "2.5",
                    random_scopes(chooser, second));
        blueprint.scopes = random_scopes(chooser, first + second);
    }
    blueprint.difficulty_target = Decimal::from_units(chooser.between(2, 8) * 100'000);
    blueprint.difficulty_tolerance = Decimal::from_units(chooser.between(1, 5) * 100'000);
    if (chooser.one_in(3)) { blueprint.excluded_items.push_back("i" + std::to_string(chooser.below(9))); }
    return blueprint;
}

/// One form: drawn means verified, and refused means that a search through all choices finds nothing either.
TEST(RandomBlueprintTest, IsDrawnExactlyWhenAFormExists)
{
    Chooser chooser{seed};
    int drawn = 0;
    int impossible = 0;
    for (int round = 0; round < 1'500; ++round) {
        const auto pool = random_pool(chooser);
        const Blueprint blueprint = random_blueprint(chooser);
        SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round) + ": " +
                     canonical_json(to_json(blueprint)));
        ASSERT_THAT(validate(blueprint), IsAccepted());
        const bool exists = !all_forms(pool, blueprint).empty();
        (exists ? drawn : impossible) += 1;
        const auto drawer = FormDrawer::compile(pool, blueprint);
        if (!drawer) {
            ASSERT_THAT(drawer, IsRefusedWith(EngineError::infeasible));
            ASSERT_FALSE(exists) << drawer.error().detail;
            continue;
        }
        SplitMixStream stream{static_cast<std::uint64_t>(round)};
        if (!exists && round % 20 != 0) { continue; } // giving up takes its time: every twentieth will do
        const auto draw = drawer->draw(stream);
        ASSERT_EQ(draw.has_value(), exists) << (draw ? "" : draw.error().detail);
        if (draw) { ASSERT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted()); }
    }
    EXPECT_GT(drawn, 200);
    EXPECT_GT(impossible, 200);
}

AmountRange random_range(Chooser& chooser, int most)
{
    const int least = static_cast<int>(chooser.between(0, most / 2));
    return {least, least + static_cast<int>(chooser.between(0, most))};
}

/// Facts for the rules to look at.
void add_facts(Chooser& chooser, std::vector<PoolItem>& pool)
{
    constexpr std::array classes{"", "识记", "应用"};
    constexpr std::array sets{"", "", "u", "v"};
    constexpr std::array letters{'A', 'B', 'C'};
    for (PoolItem& item : pool) {
        item.facts.level = static_cast<int>(chooser.between(0, 3));
        item.facts.cognitive_class = chooser.of(classes);
        item.facts.enemy_set = chooser.of(sets);
        item.facts.stimulus = chooser.of(sets);
        if (item.type == ItemType::single_choice) { item.facts.key_letter = chooser.of(letters); }
        item.facts.characters = static_cast<int>(chooser.between(10, 60));
        item.facts.uses = static_cast<int>(chooser.between(0, 3));
        item.facts.has_picture = chooser.one_in(3);
        if (chooser.one_in(2)) { item.facts.discrimination = Decimal::from_units(chooser.between(0, 9) * 100'000); }
    }
}

void add_rules(Chooser& chooser, Blueprint& blueprint)
{
    const int items = blueprint.sections.front().count;
    BlueprintRules& rules = blueprint.rules;
    if (chooser.one_in(4)) {
        rules.levels.push_back({static_cast<int>(chooser.between(1, 3)), random_range(chooser, items)});
    }
    if (chooser.one_in(4)) { rules.cognitive.push_back({"应用", random_range(chooser, items)}); }
    if (chooser.one_in(4)) { rules.key_letters.push_back({'A', random_range(chooser, items)}); }
    if (chooser.one_in(5)) { rules.stimulus = StimulusRule{chooser.one_in(2), random_range(chooser, 2)}; }
    if (chooser.one_in(5)) { rules.uses_at_most = static_cast<int>(chooser.between(0, 2)); }
    if (chooser.one_in(5)) { rules.pictures = random_range(chooser, items); }
    if (chooser.one_in(5)) {
        rules.characters = AmountRange{0, static_cast<int>(chooser.between(20, 40 * items + 20))};
    }
    if (chooser.one_in(6)) { rules.discrimination_at_least = Decimal::from_units(300'000); }
    if (chooser.one_in(60)) { rules.exposure = Exposure::even; }
    if (chooser.one_in(6)) { rules.groups.push_back({{"i0", "i1", "i2"}, {0, 1}, false}); }
    if (chooser.one_in(8)) { rules.required_items.push_back({"i1", 0}); }
}

/// How many to try: PAPERVAULT_SOAK_BLUEPRINTS=1000000 for a soak, a few seconds' worth otherwise.
std::uint64_t soak_rounds()
{
    const char* const wanted = std::getenv("PAPERVAULT_SOAK_BLUEPRINTS");
    return wanted == nullptr ? 2'000 : std::strtoull(wanted, nullptr, 10);
}

/// With rules of every kind: what is drawn is verified by code that shares nothing with the drawer, what is refused has
/// no form among all choices, and what the diagnosis calls infeasible hasn't either.
TEST(RandomBlueprintTest, SoaksWithRules)
{
    const std::uint64_t rounds = soak_rounds();
    std::uint64_t drawn = 0;
    std::uint64_t impossible = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        Chooser chooser{seed + 2 + round};
        auto pool = random_pool(chooser);
        add_facts(chooser, pool);
        Blueprint blueprint = random_blueprint(chooser);
        add_rules(chooser, blueprint);
        SCOPED_TRACE("round " + std::to_string(round) + ": " + canonical_json(to_json(blueprint)));
        if (!validate(blueprint)) { continue; }
        const bool exists = !all_forms(pool, blueprint).empty();
        (exists ? drawn : impossible) += 1;
        const auto diagnosis = diagnose(pool, blueprint);
        if (diagnosis && !diagnosis->feasible) {
            ASSERT_FALSE(exists) << diagnosis->missing;
            ASSERT_FALSE(diagnosis->conflict.empty());
        }
        const auto drawer = FormDrawer::compile(pool, blueprint);
        if (!drawer) {
            // An item may stand in several sections: then the blueprint has to name one, whether or not a form exists.
            if (!drawer.error().detail.ends_with("several sections have its type; name one")) {
                ASSERT_FALSE(exists) << drawer.error().detail;
            }
            continue;
        }
        if (!exists && round % 500 != 0) { continue; } // giving up takes its time
        SplitMixStream stream{round};
        const auto draw = drawer->draw(stream);
        ASSERT_EQ(draw.has_value(), exists) << (draw ? "" : draw.error().detail);
        if (draw) { ASSERT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted()); }
    }
    EXPECT_GT(drawn, rounds / 20);
    EXPECT_GT(impossible, rounds / 20);
}

bool share_too_many(const FormKey& left, const FormKey& right, int most)
{
    std::set<std::string> ids;
    for (const auto& section : left) { ids.insert(section.begin(), section.end()); }
    int common = 0;
    for (const auto& section : right) {
        common +=
            static_cast<int>(std::ranges::count_if(section, [&](const std::string& id) { return ids.contains(id); }));
    }
    return common > most;
}

/// Two forms: the same, with the pair searched for.
TEST(RandomBlueprintTest, IsDrawnTwiceExactlyWhenAPairExists)
{
    Chooser chooser{seed + 1};
    int drawn = 0;
    for (int round = 0; round < 1'000; ++round) {
        const auto pool = random_pool(chooser);
        Blueprint blueprint = random_blueprint(chooser);
        blueprint.parallel_forms = 1;
        blueprint.spare_forms = 1;
        blueprint.overlap_max = chooser.one_in(3) ? 1 : 0;
        SCOPED_TRACE("seed " + std::to_string(seed + 1) + ", round " + std::to_string(round) + ": " +
                     canonical_json(to_json(blueprint)));
        std::vector<FormKey> forms;
        for (const DrawnForm& form : all_forms(pool, blueprint)) { forms.push_back(key_of(pool, form)); }
        const bool exists = std::ranges::any_of(forms, [&](const FormKey& first) {
            return std::ranges::any_of(
                forms, [&](const FormKey& second) { return !share_too_many(first, second, blueprint.overlap_max); });
        });
        const auto drawer = FormDrawer::compile(pool, blueprint);
        if (!drawer) {
            ASSERT_FALSE(exists) << drawer.error().detail;
            continue;
        }
        if (!exists && round % 20 != 0) { continue; }
        SplitMixStream stream{static_cast<std::uint64_t>(round)};
        const auto draw = drawer->draw(stream);
        ASSERT_EQ(draw.has_value(), exists) << (draw ? "" : draw.error().detail);
        if (!draw) { continue; }
        ++drawn;
        ASSERT_THAT(verify_forms(pool, blueprint, draw->forms), IsAccepted());
    }
    EXPECT_GT(drawn, 40);
}

} // namespace
} // namespace papervault::engine
