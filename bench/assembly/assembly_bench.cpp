#include "split_mix_stream.hpp"

#include <papervault/engine/assembly.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <utility>

// Forms drawn from a vocational bank: 24 knowledge points in three areas with 7 single, 2 multiple, 3 true/false and 2
// fill-in items each; a paper of 80 items and 100 points, 2 to 5 items of each point, difficulty 0.70 ± 0.02.
namespace {

using namespace papervault::engine;

constexpr std::uint64_t seed = 2026;
constexpr std::array items_of_point{std::pair{ItemType::single_choice, 7}, std::pair{ItemType::multiple_choice, 2},
                                    std::pair{ItemType::true_false, 3}, std::pair{ItemType::fill_in, 2}};

std::string point_code(int point)
{
    return std::to_string(point / 8 + 1) + "." + std::to_string(point % 8 + 1);
}

/// @param copies  Multiplies the bank. @param mean_percent Difficulties lie within 25 percent of it.
std::vector<PoolItem> make_pool(int copies, int mean_percent)
{
    std::vector<PoolItem> pool;
    int number = 0;
    for (int point = 0; point < 24; ++point) {
        for (const auto& [type, count] : items_of_point) {
            for (int i = 0; i < count * copies; ++i, ++number) {
                const int percent = mean_percent - 25 + number * 37 % 51;
                pool.push_back({"Q" + std::to_string(1'000'000 + number), type, point_code(point),
                                Decimal::from_units(percent * 10'000)});
            }
        }
    }
    return pool;
}

Blueprint make_blueprint(int parallel_forms, int spare_forms)
{
    const auto section = [](ItemType type, int count, int points, int least, int most) {
        return BlueprintSection{"",
                                "",
                                type,
                                count,
                                Decimal::from_integer(points),
                                {{"1", least, most}, {"2", least, most}, {"3", least, most}}};
    };
    Blueprint blueprint;
    blueprint.sections = {section(ItemType::single_choice, 40, 1, 10, 16),
                          section(ItemType::multiple_choice, 10, 2, 2, 5), section(ItemType::true_false, 20, 1, 5, 9),
                          section(ItemType::fill_in, 10, 2, 2, 5)};
    for (int point = 0; point < 24; ++point) { blueprint.scopes.push_back({point_code(point), 2, 5}); }
    blueprint.total_points = Decimal::from_integer(100);
    blueprint.difficulty_target = Decimal::from_units(700'000);
    blueprint.difficulty_tolerance = Decimal::from_units(20'000);
    blueprint.parallel_forms = parallel_forms;
    blueprint.spare_forms = spare_forms;
    return blueprint;
}

void compile_sample(benchmark::State& state)
{
    const auto pool = make_pool(static_cast<int>(state.range(0)), 70);
    const Blueprint blueprint = make_blueprint(1, 0);
    for (auto _ : state) {
        auto drawer = FormDrawer::compile(pool, blueprint);
        if (!drawer) { state.SkipWithError(drawer.error().detail.c_str()); }
        benchmark::DoNotOptimize(drawer);
    }
}
BENCHMARK(compile_sample)->ArgName("bank_x")->Arg(1)->Arg(30)->Unit(benchmark::kMillisecond);

void draw(benchmark::State& state, const std::vector<PoolItem>& pool, const Blueprint& blueprint)
{
    const auto drawer = FormDrawer::compile(pool, blueprint);
    if (!drawer) {
        state.SkipWithError(drawer.error().detail.c_str());
        return;
    }
    SplitMixStream stream{seed};
    std::uint64_t forms = 0;
    std::uint64_t proposals = 0;
    for (auto _ : state) {
        const auto drawn = drawer->draw(stream);
        if (!drawn) {
            state.SkipWithError(drawn.error().detail.c_str());
            return;
        }
        forms += drawn->forms.size();
        proposals += drawn->proposals;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(forms));
    state.counters["proposals_per_form"] = static_cast<double>(proposals) / static_cast<double>(forms);
}

/// One form at a time, each by itself.
void draw_single_forms(benchmark::State& state)
{
    draw(state, make_pool(1, static_cast<int>(state.range(0))), make_blueprint(1, 0));
}
BENCHMARK(draw_single_forms)
    ->ArgName("bank_difficulty_percent")
    ->Arg(70)
    ->Arg(66)
    ->Arg(60)
    ->Unit(benchmark::kMicrosecond);

void draw_single_forms_from_10000_items(benchmark::State& state)
{
    draw(state, make_pool(30, 70), make_blueprint(1, 0));
}
BENCHMARK(draw_single_forms_from_10000_items)->Unit(benchmark::kMicrosecond);

/// A, B and S1 without common items.
void draw_disjoint_sets(benchmark::State& state)
{
    draw(state, make_pool(1, static_cast<int>(state.range(0))), make_blueprint(2, 1));
}
BENCHMARK(draw_disjoint_sets)->ArgName("bank_difficulty_percent")->Arg(70)->Arg(66)->Unit(benchmark::kMillisecond);

void verify_a_set(benchmark::State& state)
{
    const auto pool = make_pool(1, 70);
    const Blueprint blueprint = make_blueprint(2, 1);
    SplitMixStream stream{seed};
    const auto drawn = FormDrawer::compile(pool, blueprint)->draw(stream);
    for (auto _ : state) {
        if (!verify_forms(pool, blueprint, drawn->forms)) { state.SkipWithError("a drawn set was not verified"); }
    }
    state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(verify_a_set)->Unit(benchmark::kMicrosecond);

} // namespace
