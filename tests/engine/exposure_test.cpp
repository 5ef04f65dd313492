#include "engine/assembly_support.hpp"

#include <gtest/gtest.h>

namespace papervault::engine {
namespace {

/// Largest share of forms that one item stands in.
double largest_exposure(const std::vector<PoolItem>& pool, const Blueprint& blueprint)
{
    constexpr int draws = 6'000;
    const auto drawer = FormDrawer::compile(pool, blueprint);
    EXPECT_TRUE(drawer) << drawer.error().detail;
    SplitMixStream stream{71};
    std::vector<int> uses(pool.size());
    for (int n = 0; n < draws; ++n) {
        const auto draw = drawer->draw(stream);
        EXPECT_TRUE(draw);
        EXPECT_TRUE(verify_forms(pool, blueprint, draw->forms));
        for (const auto& section : draw->forms[0].sections) {
            for (const std::uint32_t item : section) { ++uses[item]; }
        }
    }
    return static_cast<double>(*std::ranges::max_element(uses)) / draws;
}

/// 4 items of one point, 30 of another.
std::vector<PoolItem> lopsided_pool()
{
    std::vector<PoolItem> pool;
    for (int n = 0; n < 34; ++n) {
        pool.push_back(pool_item("I" + std::to_string(100 + n), ItemType::single_choice, n < 4 ? "1" : "2"));
    }
    return pool;
}

TEST(EvenExposureTest, SparesTheItemsOfAScarcePoint)
{
    const auto pool = lopsided_pool();
    Blueprint blueprint = one_section(ItemType::single_choice, 6, {{"1", 1, 4}});
    // Of the scarce point at least one item of four is needed: no goal goes below 0.25.
    const double uniform = largest_exposure(pool, blueprint);
    blueprint.rules.exposure = Exposure::even;
    const double even = largest_exposure(pool, blueprint);
    EXPECT_GT(uniform, 0.285);
    EXPECT_LT(even, 0.275);
    EXPECT_GT(even, 0.24);
}

TEST(EvenExposureTest, IsReadAndWrittenAndDrawsTheSameAgain)
{
    Blueprint blueprint = one_section(ItemType::single_choice, 6, {{"1", 1, 4}});
    blueprint.rules.exposure = Exposure::even;
    const auto read = blueprint_from_json(to_json(blueprint));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->rules.exposure, Exposure::even);
    const auto pool = lopsided_pool();
    const auto once = [&] {
        const auto drawer = FormDrawer::compile(pool, blueprint);
        EXPECT_TRUE(drawer) << drawer.error().detail;
        SplitMixStream stream{5};
        return key_of(pool, drawer->draw(stream).value().forms[0]);
    };
    EXPECT_EQ(once(), once());
}

} // namespace
} // namespace papervault::engine
