#include "assembly/tilt.hpp"

#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace papervault::engine::assembly {

namespace {

__extension__ using Wide = __int128;

constexpr unsigned fraction_bits = 16; // of exponents
constexpr std::int64_t one = std::int64_t{1} << fraction_bits;
/// Weights start at 2^8, so that rounding them up to whole numbers changes them little, and stay below 2^56.
constexpr std::int64_t exponent_lowest = 8 * one;
constexpr std::int64_t exponent_highest = 56 * one;
/// Points × difficulty: a millionth of a point times a millionth.
constexpr Wide units_per_point = Wide{1'000'000} * 1'000'000;

constexpr unsigned scale_bits = 62; // of roots of two
constexpr Word scale = Word{1} << scale_bits;

constexpr Word root_rounded_up(DoubleWord square)
{
    Word root = 0;
    for (Word bit = Word{1} << 63U; bit != 0; bit >>= 1U) {
        const Word larger = root | bit;
        if (DoubleWord{larger} * larger <= square) { root = larger; }
    }
    return DoubleWord{root} * root == square ? root : root + 1;
}

/// 2^(1/2), 2^(1/4), …, 2^(1/65536), each rounded up.
constexpr auto roots_of_two = [] {
    std::array<Word, fraction_bits> roots{};
    Word previous = 2 * scale - 1 + 1;
    for (Word& root : roots) { previous = root = root_rounded_up(DoubleWord{previous} << scale_bits); }
    return roots;
}();

/// At least 2^(exponent / 65536) × 2^62 for an exponent below 65536, and at most 2^-50 more than that.
Word power_rounded_up(std::int64_t exponent)
{
    Word power = scale;
    for (std::size_t bit = 0; bit < roots_of_two.size(); ++bit) {
        if ((exponent >> (fraction_bits - 1 - bit) & 1) == 0) { continue; }
        const DoubleWord product = DoubleWord{power} * roots_of_two[bit];
        power = static_cast<Word>((product + (scale - 1)) >> scale_bits);
    }
    return power;
}

Word weight_for(std::int64_t exponent)
{
    const DoubleWord power = DoubleWord{power_rounded_up(exponent % one)} << static_cast<unsigned>(exponent / one);
    return static_cast<Word>((power + (scale - 1)) >> scale_bits);
}

/// At most 2^(exponent / 65536). @param exponent Not negative.
WideCount bound_for(std::int64_t exponent)
{
    constexpr Word rounding_max = 4'096; // more than the roots' and products' rounding together
    const auto whole = static_cast<std::size_t>(exponent / one);
    const Word power = power_rounded_up(exponent % one) - rounding_max;
    if (whole < scale_bits) { return WideCount{power >> (scale_bits - whole)}; }
    return WideCount{power}.shifted_left(whole - scale_bits);
}

std::int64_t floor_divide(Wide dividend, Wide divisor)
{
    const Wide quotient = dividend / divisor;
    return static_cast<std::int64_t>(dividend % divisor < 0 ? quotient - 1 : quotient);
}

} // namespace

std::optional<Tilt> Tilt::make(const DrawTask& task, std::int64_t strength)
{
    std::vector<std::int64_t> points(task.types.size());
    for (const SectionTask& section : task.sections) {
        if (points[section.type] != 0 && points[section.type] != section.points_units) { return std::nullopt; }
        points[section.type] = section.points_units;
    }
    // What the difficulty's grade leaves out of an item, at worst, in the direction that counts.
    std::vector<std::int64_t> lost(task.types.size());
    for (const TaskItem& item : task.items) {
        const std::int64_t rest =
            item.difficulty_units - static_cast<std::int64_t>(grade_of(item.difficulty_units)) * units_per_grade;
        lost[item.type] = std::max(lost[item.type], strength > 0 ? rest : -rest);
    }
    Tilt tilt;
    std::vector<std::int64_t> lowest(task.types.size());
    for (std::size_t type = 0; type < task.types.size(); ++type) {
        std::array<std::int64_t, grades> exponents{};
        for (std::size_t grade = 0; grade < grades; ++grade) {
            exponents[grade] = floor_divide(
                Wide{strength} * points[type] * static_cast<std::int64_t>(grade) * units_per_grade, units_per_point);
        }
        lowest[type] = std::min(exponents.front(), exponents.back());
        auto& weights = tilt.weights_.emplace_back();
        for (const std::int64_t exponent : exponents) {
            if (exponent - lowest[type] > exponent_highest - exponent_lowest) { return std::nullopt; }
            weights.push_back(weight_for(exponent - lowest[type] + exponent_lowest));
        }
    }
    // Exponents are rounded down, by less than 1 each; weights are rounded up.
    const std::int64_t edge = strength > 0 ? task.difficulty_lowest : task.difficulty_highest;
    Wide least = Wide{strength} * edge;
    std::int64_t constant = 0;
    for (const SectionTask& section : task.sections) {
        least -= Wide{strength > 0 ? strength : -strength} * section.count * section.points_units * lost[section.type];
        constant += section.count * (exponent_lowest - lowest[section.type] - 1);
    }
    tilt.least_product_ = bound_for(std::max<std::int64_t>(floor_divide(least, units_per_point) + constant, 0));
    return tilt;
}

Tilt Tilt::by_item(std::vector<Word> weights)
{
    Tilt tilt;
    tilt.of_items_ = std::move(weights);
    return tilt;
}

bool Tilt::keeps(const DrawTask& task, const Sections& form, RandomIntegers& random) const
{
    if (!of_items_.empty()) { return true; }
    WideCount product{1};
    for (const auto& section : form) {
        for (const std::uint32_t item : section) { product *= weight(task, item); }
    }
    std::vector<Word> drawn(product.words().size());
    draw_below(product.words(), drawn, random);
    const WideCount kept_below = least_product_;
    if (kept_below.words().size() > drawn.size()) { return true; }
    std::vector<Word> limit(kept_below.words().begin(), kept_below.words().end());
    limit.resize(drawn.size());
    return is_less(drawn, limit);
}

TiltedCell::TiltedCell(const DrawTask& task, const Tilt& tilt, std::vector<std::uint32_t>& items, std::size_t most)
{
    const auto weight_of = [&](std::uint32_t item) { return tilt.weight(task, item); };
    std::ranges::sort(items, {}, [&](std::uint32_t item) { return std::pair{weight_of(item), item}; });
    Binomials binomials;
    for (auto from = items.begin(); from != items.end();) {
        const Word weight = weight_of(*from);
        const auto to = std::find_if(from, items.end(), [&](std::uint32_t item) { return weight_of(item) != weight; });
        Group& group = groups_.emplace_back();
        group.size = static_cast<std::size_t>(to - from);
        WideCount power{1};
        for (std::size_t count = 0; count <= std::min(group.size, most); ++count) {
            group.own.push_back(power.times(binomials.choose(group.size, count)));
            power *= weight;
        }
        from = to;
    }
    groups_.push_back({0, {}, {WideCount{1}}});
    for (std::size_t group = groups_.size() - 1; group-- > 0;) {
        const auto& own = groups_[group].own;
        const auto& after = groups_[group + 1].onward;
        auto& onward = groups_[group].onward;
        onward.resize(std::min(own.size() + after.size() - 1, most + 1));
        for (std::size_t mine = 0; mine < own.size(); ++mine) {
            for (std::size_t theirs = 0; theirs < after.size() && mine + theirs < onward.size(); ++theirs) {
                onward[mine + theirs] += own[mine].times(after[theirs]).words();
            }
        }
    }
}

const WideCount& TiltedCell::ways(std::size_t count) const
{
    static const WideCount none;
    const auto& onward = groups_.front().onward;
    return count < onward.size() ? onward[count] : none;
}

void TiltedCell::pick(std::size_t count, std::span<std::uint32_t> items, RandomIntegers& random,
                      std::vector<std::uint32_t>& picked) const
{
    std::vector<Word> rest;
    std::vector<Word> part;
    for (std::size_t group = 0; count > 0; ++group) {
        PAPERVAULT_ASSERT(group + 1 < groups_.size());
        const auto& own = groups_[group].own;
        const auto& after = groups_[group + 1].onward;
        const auto total = groups_[group].onward[count].words();
        rest.resize(total.size());
        draw_below(total, rest, random);
        std::size_t mine = 0;
        for (;; ++mine) {
            PAPERVAULT_ASSERT(mine < own.size() && mine <= count);
            if (count - mine >= after.size()) { continue; }
            part.assign(total.size(), 0);
            add_product(part, own[mine].words(), after[count - mine].words());
            if (is_less(rest, part)) { break; }
            subtract(rest, part);
        }
        const auto of_group = items.first(groups_[group].size);
        for (std::size_t at = 0; at < mine; ++at) {
            std::swap(of_group[at], of_group[at + random.below(of_group.size() - at)]);
            picked.push_back(of_group[at]);
        }
        items = items.subspan(of_group.size());
        count -= mine;
    }
}

} // namespace papervault::engine::assembly
