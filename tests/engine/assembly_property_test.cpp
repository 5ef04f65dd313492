#include "engine/assembly_support.hpp"

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
