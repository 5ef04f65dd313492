#include "engine/assembly_support.hpp"

#include "assembly/form_sampler.hpp"

#include <cmath>

namespace papervault::engine {
namespace {

using assembly::FormSampler;

constexpr std::uint64_t seed = 20'261'121;
constexpr int draws_per_form = 30;
constexpr double deviations_max = 5;

struct Space {
    const char* name;
    std::vector<PoolItem> pool;
    Blueprint blueprint;
};

void PrintTo(const Space& space, std::ostream* out)
{
    *out << space.name;
}

/// Two types, two sections of one type, scopes of sections and of the paper that cut across each other, a difficulty
/// window.
Space crossing_space()
{
    Space space{"crossing", {}, one_section(ItemType::single_choice, 3, {{"1", 1, 2}})};
    for (const auto& [id, point, difficulty] : std::vector<std::array<std::string, 3>>{{"a", "1.1", "0.9"},
                                                                                       {"b", "1.1", "0.2"},
                                                                                       {"c", "1.2", "0.5"},
                                                                                       {"d", "2", "0.4"},
                                                                                       {"e", "2.1", "0.8"},
                                                                                       {"f", "2.1", "0.6"},
                                                                                       {"g", "3", "0.7"}}) {
        space.pool.push_back(pool_item(id, ItemType::single_choice, point, difficulty));
    }
    for (const auto& [id, point, difficulty] : std::vector<std::array<std::string, 3>>{
             {"p", "1.1", "0.3"}, {"q", "1.2", "0.9"}, {"r", "2", "0.1"}, {"s", "2.1", "0.6"}}) {
        space.pool.push_back(pool_item(id, ItemType::true_false, point, difficulty));
    }
    add_section(space.blueprint, ItemType::true_false, 2, "0.5", {{"2", 1, 2}});
    add_section(space.blueprint, ItemType::single_choice, 2, "2", {{"2", 0, 1}, {"2.1", 0, 1}});
    space.blueprint.scopes = {{"1", 2, 4}, {"1.1", 1, 2}, {"2.1", 0, 2}};
    space.blueprint.difficulty_target = decimal("0.6");
    space.blueprint.difficulty_tolerance = decimal("0.08");
    return space;
}

/// One type only, nested scopes three deep.
Space nested_space()
{
    Space space{
        "nested", {}, one_section(ItemType::fill_in, 4, {{"1", 2, 3}, {"1.1", 0, 1}, {"1.1.1", 0, 1}, {"2", 1, 2}})};
    for (const auto* point : {"1", "1.1", "1.1.1", "1.1.1.1", "1.2", "1.2", "2", "2.5", "10", "10.1"}) {
        space.pool.push_back(pool_item("i" + std::to_string(space.pool.size()), ItemType::fill_in, point));
    }
    return space;
}

/// Sections by themselves, the paper's scopes above all of them.
Space paper_space()
{
    Space space{"paper", {}, one_section(ItemType::single_choice, 3)};
    add_section(space.blueprint, ItemType::multiple_choice, 2, "2");
    for (int item = 0; item < 6; ++item) {
        space.pool.push_back(
            pool_item("s" + std::to_string(item), ItemType::single_choice, std::to_string(1 + item % 3)));
        space.pool.push_back(
            pool_item("m" + std::to_string(item), ItemType::multiple_choice, std::to_string(1 + item % 3)));
    }
    space.blueprint.scopes = {{"1", 1, 2}, {"2", 2, 2}};
    return space;
}

/// Only the easiest few of all forms are inside the window (or the hardest); difficulties between the grades that a
/// tilt tells apart.
Space tail_space(const char* name, int items, std::string_view target, std::string_view tolerance)
{
    Space space{name, {}, one_section(ItemType::single_choice, 3, {{"1", 1, 3}})};
    add_section(space.blueprint, ItemType::fill_in, 2, "2.5");
    for (int item = 0; item < items; ++item) {
        const Decimal difficulty = Decimal::from_units(100'000 + item * 80'321);
        const std::string number = std::to_string(item);
        space.pool.push_back({"s" + number, ItemType::single_choice, std::to_string(1 + item % 3), difficulty});
        space.pool.push_back({"f" + number, ItemType::fill_in, std::to_string(1 + item % 2), difficulty});
    }
    space.blueprint.scopes = {{"1", 2, 4}};
    space.blueprint.difficulty_target = decimal(target);
    space.blueprint.difficulty_tolerance = decimal(tolerance);
    return space;
}
Space easy_space()
{
    return tail_space("easy", 9, "0.66", "0.08");
}
Space hard_space()
{
    return tail_space("hard", 9, "0.18", "0.08");
}
/// So rarely inside that the drawer takes a tilt by itself.
Space rare_space()
{
    return tail_space("rare", 11, "0.83", "0.06");
}

class EveryFormTest : public testing::TestWithParam<Space> {};
INSTANTIATE_TEST_SUITE_P(Spaces, EveryFormTest,
                         testing::Values(crossing_space(), nested_space(), paper_space(), easy_space(), hard_space(),
                                         rare_space()),
                         [](const auto& space) { return std::string{space.param.name}; });

void expect_equally_likely(const Space& space, const std::function<FormKey()>& draw)
{
    std::map<FormKey, double> drawn;
    for (const DrawnForm& form : all_forms(space.pool, space.blueprint)) { drawn[key_of(space.pool, form)] = 0; }
    ASSERT_GE(drawn.size(), 20U) << "the space is too small to tell";
    const std::size_t forms = drawn.size();
    for (std::size_t i = 0; i < forms * draws_per_form; ++i) { drawn[draw()] += 1; }
    ASSERT_EQ(drawn.size(), forms) << "a form was drawn that the search does not know";
    std::vector<double> observed;
    for (const auto& [key, count] : drawn) { observed.push_back(count); }
    EXPECT_LT(std::abs(chi_square_deviation(std::vector<double>(forms, draws_per_form), observed)), deviations_max)
        << forms << " forms, seed " << seed;
}

TEST_P(EveryFormTest, IsEquallyLikelyFromTheDrawer)
{
    const Space& space = GetParam();
    const auto drawer = FormDrawer::compile(space.pool, space.blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{seed};
    expect_equally_likely(space, [&] { return key_of(space.pool, drawer->draw(stream).value().forms.front()); });
}

/// The drawer takes the method that is cheaper; each must be right by itself.
/// @param strength Of the tilt; 0 for none.
void expect_equally_likely_by(const Space& space, FormSampler::Layout layout, std::int64_t strength = 0)
{
    const auto task = assembly::make_task(space.pool, space.blueprint);
    ASSERT_THAT(task, IsAccepted());
    const auto supply = assembly::make_supply(*task, std::vector<bool>(task->items.size(), true));
    const auto ranges = assembly::implied_ranges(*task, supply, 0);
    std::optional<assembly::Tilt> tilt;
    if (strength != 0) {
        tilt = assembly::Tilt::make(*task, strength);
        ASSERT_TRUE(tilt.has_value());
    }
    const auto sampler =
        FormSampler::build(*task, supply, ranges, layout, {.steps_max = 1'000'000, .words_max = 1'000'000}, tilt);
    ASSERT_TRUE(sampler.has_value());
    FormSampler::Scratch scratch{*sampler};
    assembly::Tally tally{*task};
    SplitMixStream stream{seed};
    RandomIntegers random{stream};
    expect_equally_likely(space, [&] {
        assembly::Sections sections;
        for (;;) {
            if (!sampler->propose(*task, random, scratch, tally, sections)) { continue; }
            if (!task->is_in_window(assembly::difficulty_of(*task, sections))) { continue; }
            if (!tilt || tilt->keeps(*task, sections, random)) { break; }
        }
        DrawnForm form{"A", {}};
        for (const auto& section : sections) {
            auto& positions = form.sections.emplace_back();
            for (const std::uint32_t item : section) { positions.push_back(task->items[item].position); }
        }
        return key_of(space.pool, form);
    });
}

TEST_P(EveryFormTest, IsEquallyLikelyWhenTypesAreCountedSeparately)
{
    expect_equally_likely_by(GetParam(), {FormSampler::Columns::separate_types});
}
TEST_P(EveryFormTest, IsEquallyLikelyWhenSectionsAreCountedJointly)
{
    expect_equally_likely_by(GetParam(), {FormSampler::Columns::sections});
}

TEST_P(EveryFormTest, IsEquallyLikelyWhenSectionsOfOneTypeShareAColumn)
{
    expect_equally_likely_by(GetParam(), {FormSampler::Columns::types});
}
TEST_P(EveryFormTest, IsEquallyLikelyWhenTypesShareAColumn)
{
    expect_equally_likely_by(GetParam(), {FormSampler::Columns::merged_types, 0});
}
TEST(TiltTest, LeavesEveryFormEquallyLikely)
{
    for (const std::int64_t strength : {30'000, 150'000}) {
        SCOPED_TRACE(strength);
        expect_equally_likely_by(easy_space(), {FormSampler::Columns::separate_types}, strength);
        expect_equally_likely_by(easy_space(), {FormSampler::Columns::sections}, strength);
        expect_equally_likely_by(hard_space(), {FormSampler::Columns::separate_types}, -strength);
        expect_equally_likely_by(hard_space(), {FormSampler::Columns::sections}, -strength);
        expect_equally_likely_by(hard_space(), {FormSampler::Columns::merged_types, 0}, -strength);
    }
}
TEST(TiltTest, IsNotOfferedWhereOneTypeHasDifferentPoints)
{
    const Space space = crossing_space();
    const auto task = assembly::make_task(space.pool, space.blueprint);
    ASSERT_THAT(task, IsAccepted());
    EXPECT_FALSE(assembly::Tilt::make(*task, 1'000).has_value());
}

TEST(DrawnOrderTest, IsEquallyLikelyInsideASection)
{
    std::vector<PoolItem> pool;
    for (int item = 0; item < 4; ++item) {
        pool.push_back(pool_item(std::to_string(item), ItemType::single_choice, std::to_string(item)));
    }
    const auto drawer = FormDrawer::compile(pool, one_section(ItemType::single_choice, 4, {{"1", 1, 1}, {"2", 0, 1}}));
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{seed};
    std::map<std::vector<std::uint32_t>, double> orders;
    for (int i = 0; i < 24 * 200; ++i) { orders[drawer->draw(stream).value().forms.front().sections.front()] += 1; }
    ASSERT_EQ(orders.size(), 24U);
    std::vector<double> observed;
    for (const auto& [order, count] : orders) { observed.push_back(count); }
    EXPECT_LT(std::abs(chi_square_deviation(std::vector<double>(24, 200), observed)), deviations_max)
        << "seed " << seed;
}

bool share_nothing(const FormKey& left, const FormKey& right)
{
    std::set<std::string> ids;
    for (const auto& section : left) { ids.insert(section.begin(), section.end()); }
    return std::ranges::none_of(right, [&](const auto& section) {
        return std::ranges::any_of(section, [&](const std::string& id) { return ids.contains(id); });
    });
}

/// What is promised of a set: the first form is uniform among those that leave enough for the others, each further one
/// is uniform among what is left, and names are given by lot. Worked out here from the list of all forms.
TEST(PairOfFormsTest, HasThePromisedDistribution)
{
    std::vector<PoolItem> pool;
    for (int item = 0; item < 8; ++item) {
        pool.push_back(pool_item("i" + std::to_string(item), ItemType::single_choice, item < 3 ? "1" : "2"));
    }
    Blueprint blueprint = one_section(ItemType::single_choice, 3, {{"1", 1, 2}});
    std::vector<FormKey> forms;
    for (const DrawnForm& form : all_forms(pool, blueprint)) { forms.push_back(key_of(pool, form)); }

    std::map<std::pair<FormKey, FormKey>, double> expected;
    double firsts = 0;
    for (const FormKey& first : forms) {
        std::vector<FormKey> seconds;
        std::ranges::copy_if(forms, std::back_inserter(seconds),
                             [&](const FormKey& second) { return share_nothing(first, second); });
        firsts += seconds.empty() ? 0 : 1;
        for (const FormKey& second : seconds) {
            expected[{first, second}] += 0.5 / static_cast<double>(seconds.size());
            expected[{second, first}] += 0.5 / static_cast<double>(seconds.size());
        }
    }
    blueprint.parallel_forms = 2;
    const auto drawer = FormDrawer::compile(pool, blueprint);
    ASSERT_THAT(drawer, IsAccepted());
    SplitMixStream stream{seed};
    const int draws = static_cast<int>(expected.size()) * draws_per_form;
    std::map<std::pair<FormKey, FormKey>, double> drawn;
    for (int i = 0; i < draws; ++i) {
        const Draw draw = drawer->draw(stream).value();
        drawn[{key_of(pool, draw.forms[0]), key_of(pool, draw.forms[1])}] += 1;
    }
    ASSERT_EQ(drawn.size(), expected.size());
    std::vector<double> expected_counts;
    std::vector<double> observed;
    for (const auto& [pair, share] : expected) {
        expected_counts.push_back(share / firsts * draws);
        observed.push_back(drawn[pair]);
    }
    EXPECT_LT(std::abs(chi_square_deviation(expected_counts, observed)), deviations_max) << "seed " << seed;
}

} // namespace
} // namespace papervault::engine
