#include <papervault/engine/analysis.hpp>
#include <papervault/engine/assert.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace papervault::engine {

ScoreMatrix::ScoreMatrix(std::vector<Decimal> points_max) : points_max_{std::move(points_max)}
{
    PAPERVAULT_ASSERT(std::ranges::all_of(points_max_, [](Decimal points) { return points > Decimal{}; }));
}

void ScoreMatrix::add_candidate(std::span<const Decimal> scores)
{
    PAPERVAULT_ASSERT(scores.size() == points_max_.size());
    scores_.insert(scores_.end(), scores.begin(), scores.end());
    Decimal total;
    for (const Decimal score : scores) { total += score; }
    totals_.push_back(total);
}

ExtremeGroups extreme_groups(const ScoreMatrix& scores)
{
    const std::size_t candidates = scores.candidate_count();
    const std::size_t hundredths = candidates * 27;
    std::size_t size = hundredths / 100;
    const std::size_t rest = hundredths % 100;
    if (rest > 50 || (rest == 50 && size % 2 == 1)) { ++size; }

    std::vector<std::size_t> ranked(candidates);
    std::iota(ranked.begin(), ranked.end(), std::size_t{0});
    std::ranges::sort(ranked, [&](std::size_t left, std::size_t right) {
        if (scores.total(left) != scores.total(right)) { return scores.total(left) > scores.total(right); }
        return left < right;
    });
    const auto count = static_cast<std::ptrdiff_t>(size);
    return {{ranked.begin(), ranked.begin() + count}, {ranked.end() - count, ranked.end()}};
}

Band band_of(Decimal points, Decimal points_max, const BandLimits& limits)
{
    __extension__ using Wide = __int128;
    PAPERVAULT_ASSERT(points_max > Decimal{});
    const auto reaches = [&](Decimal limit) {
        return Wide{points.units()} * Decimal::from_integer(100).units() >= Wide{limit.units()} * points_max.units();
    };
    if (reaches(limits.excellent)) { return Band::excellent; }
    if (reaches(limits.good)) { return Band::good; }
    return reaches(limits.pass) ? Band::pass : Band::fail;
}

std::array<std::size_t, 4> count_bands(const ScoreMatrix& scores, const BandLimits& limits)
{
    Decimal points_max;
    for (std::size_t item = 0; item < scores.item_count(); ++item) { points_max += scores.points_max(item); }
    std::array<std::size_t, 4> counts{};
    for (std::size_t candidate = 0; candidate < scores.candidate_count(); ++candidate) {
        ++counts[static_cast<std::size_t>(band_of(scores.total(candidate), points_max, limits))];
    }
    return counts;
}

} // namespace papervault::engine
