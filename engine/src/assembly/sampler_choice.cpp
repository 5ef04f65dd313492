#include "assembly/sampler_choice.hpp"

#include "assembly/trial_stream.hpp"

#include <algorithm>
#include <utility>

namespace papervault::engine::assembly {

namespace {

__extension__ using Wide = __int128;

/// A joint table that pays at once, some ten milliseconds; and one that pays only when nothing else does.
constexpr CountTable::Effort small_effort{.steps_max = 12'000'000, .words_max = 8'000'000};
constexpr CountTable::Effort large_effort{.steps_max = 150'000'000, .words_max = 64'000'000};

constexpr std::uint64_t difficulty_trials = 300;
constexpr std::uint64_t count_trials = 2'000;
/// Below one in this many, turning proposals down costs more than a joint table or a tilt.
constexpr std::uint64_t rare_counts = 1'000;
constexpr std::uint64_t rare_difficulty = 100;

/// What a number of proposals looked like.
struct Experience {
    std::uint64_t counts_met = 0;
    std::uint64_t in_window = 0; ///< Whether or not the counts were met.
    std::int64_t mean = 0;       ///< Of points × difficulty, in millionths of a point.
    Wide variance = 0;           ///< In 1e-12 points².
};

constexpr std::int64_t units_per_millionth = 1'000'000;

Experience try_out(const DrawTask& task, const FormSampler& sampler, std::uint64_t trials)
{
    TrialStream stream;
    RandomIntegers random{stream};
    FormSampler::Scratch scratch{sampler};
    Tally tally{task};
    Sections form;
    Experience seen;
    Wide sum = 0;
    Wide squares = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        seen.counts_met += sampler.propose(task, random, scratch, tally, form) ? 1U : 0U;
        const std::int64_t difficulty = difficulty_of(task, form);
        seen.in_window += task.is_in_window(difficulty) ? 1U : 0U;
        sum += difficulty / units_per_millionth;
        squares += Wide{difficulty / units_per_millionth} * (difficulty / units_per_millionth);
    }
    const Wide count = static_cast<std::int64_t>(trials);
    seen.mean = static_cast<std::int64_t>(sum / count);
    seen.variance = (squares - sum * sum / count) / (count - 1);
    return seen;
}

/// How far the mean is from the window, in millionths of a point; 0 inside.
std::int64_t distance_to_window(const DrawTask& task, std::int64_t mean)
{
    const std::int64_t lowest = task.difficulty_lowest / units_per_millionth;
    const std::int64_t highest = task.difficulty_highest / units_per_millionth;
    return mean < lowest ? lowest - mean : (mean > highest ? highest - mean : 0);
}

/// Steps towards the window's near edge as if totals were normally distributed, where each step's tilt moves their mean
/// by variance × strength; a few steps, for they are not quite.
std::optional<Tilt> find_tilt(const DrawTask& task, const Supply& supply, const Ranges& ranges, Experience seen)
{
    constexpr int steps_max = 8;
    constexpr Wide strength_per_nat = 94'548; // 65536 / ln 2
    std::optional<Tilt> best;
    std::int64_t strength = 0;
    for (int step = 0; step < steps_max; ++step) {
        const std::int64_t distance = distance_to_window(task, seen.mean);
        if (distance == 0 || seen.variance == 0) { break; }
        strength += static_cast<std::int64_t>(strength_per_nat * distance * 1'000'000 / seen.variance);
        auto tilt = Tilt::make(task, strength);
        if (!tilt) { break; }
        const auto sampler =
            FormSampler::build(task, supply, ranges, {FormSampler::Columns::separate_types}, large_effort, tilt);
        if (!sampler) { break; }
        best = std::move(tilt);
        seen = try_out(task, *sampler, difficulty_trials);
        if (seen.in_window * 4 >= difficulty_trials) { break; }
    }
    return best;
}

} // namespace

std::optional<FormSampler> choose_sampler(const DrawTask& task, const Supply& supply, const Ranges& ranges, Use use)
{
    using Columns = FormSampler::Columns;
    const auto build = [&](FormSampler::Layout layout, CountTable::Effort effort, const std::optional<Tilt>& tilt) {
        return FormSampler::build(task, supply, ranges, layout, effort, tilt);
    };
    auto separate = build({Columns::separate_types}, large_effort, {});
    if (!separate || separate->is_empty()) { return separate; }
    const Experience plain = try_out(task, *separate, difficulty_trials);
    std::optional<Tilt> tilt;
    if (plain.in_window * rare_difficulty < difficulty_trials && distance_to_window(task, plain.mean) != 0) {
        tilt = find_tilt(task, supply, ranges, plain);
        if (tilt) { separate = build({Columns::separate_types}, large_effort, tilt); }
        if (!separate) { return separate; }
    }
    if (separate->is_exact()) { return separate; }
    if (use == Use::often) {
        if (auto sampler = build({Columns::sections}, small_effort, tilt)) { return sampler; }
    }
    const std::uint64_t met = try_out(task, *separate, count_trials).counts_met;
    if (met * rare_counts >= count_trials) { return separate; }
    if (auto sampler = build({Columns::sections}, large_effort, tilt)) { return sampler; }
    // The finest table that can be afforded, unless even more is turned down with it.
    auto sampler = build({Columns::types}, large_effort, tilt);
    for (std::size_t apart = task.types.size() - 1; !sampler && apart-- > 0;) {
        sampler = build({Columns::merged_types, apart}, large_effort, tilt);
    }
    if (sampler && try_out(task, *sampler, count_trials).counts_met >= met) { return sampler; }
    return separate;
}

} // namespace papervault::engine::assembly
