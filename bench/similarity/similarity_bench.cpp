#include "split_mix_stream.hpp"

#include "analysis/agreement.hpp"

#include <papervault/engine/similarity.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <numbers>
#include <numeric>
#include <thread>

// All pairs of a batch, 100 items of 5 options: the whole search beside a plain loop over answers as bytes that only
// counts, on a part of the pairs, in the same run. Usage: bench_similarity [greatest number of candidates]
namespace {

using namespace papervault::engine;

constexpr std::uint64_t seed = 2026;
constexpr std::size_t items = 100;
constexpr std::size_t options = 5;

struct Stopwatch {
    std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
    std::clock_t cpu = std::clock();
    [[nodiscard]] double wall_seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
    }
    /// Of all threads.
    [[nodiscard]] double cpu_seconds() const { return static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC; }
};

class Draws {
public:
    double uniform() { return static_cast<double>(integers_.bits() >> 11U) * 0x1p-53; }
    double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform()); }
    std::uint64_t below(std::uint64_t bound) { return integers_.below(bound); }

private:
    SplitMixStream stream_{seed};
    RandomIntegers integers_{stream_};
};

AnswerTable make_answers(std::size_t candidates)
{
    Draws random;
    std::vector<ItemParameters> curves;
    std::vector<std::vector<bool>> right;
    std::vector<std::array<double, options>> pull;
    for (std::size_t item = 0; item < items; ++item) {
        const double slope = 0.9 * std::exp(0.3 * random.normal());
        curves.push_back({slope, -slope * (random.normal() - 0.5), 0});
        right.emplace_back(options, false);
        right.back()[item % options] = true;
        double sum = 0;
        auto& weights = pull.emplace_back();
        for (std::size_t option = 0; option < options; ++option) {
            sum += option == item % options ? 0 : std::exp(0.7 * random.normal());
            weights[option] = sum;
        }
        for (double& weight : weights) { weight /= sum; }
    }
    AnswerTable answers{right};
    std::vector<std::uint8_t> row(items);
    std::vector<std::uint8_t> last;
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        const double ability = random.normal();
        for (std::size_t item = 0; item < items; ++item) {
            if (random.uniform() < curves[item].probability(ability)) {
                row[item] = static_cast<std::uint8_t>(item % options);
                continue;
            }
            const double at = random.uniform();
            std::uint8_t option = 0;
            while (option + 1U < options && pull[item][option] <= at) { ++option; }
            row[item] = option;
        }
        // One candidate in 5,000 copies 80 % from the one before.
        if (candidate % 5'000 == 4'999) {
            for (std::size_t item = 0; item < items; ++item) {
                row[item] = random.below(10) < 8 ? last[item] : row[item];
            }
        }
        answers.add_candidate(row);
        last = row;
    }
    return answers;
}

std::vector<std::uint8_t> wrong_flags(const AnswerTable& answers, std::size_t candidates)
{
    std::vector<std::uint8_t> flags;
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        const auto given = answers.answers(candidate);
        for (std::size_t item = 0; item < items; ++item) {
            flags.push_back(answers.is_right(item, given[item]) ? 0 : 1);
        }
    }
    return flags;
}

/// Pairs a second of CPU: equal and equal wrong answers of the first candidates, byte by byte.
/// @param branches  As one would write it first; otherwise without branches, so that the compiler makes vectors of it.
double plain_loop(const AnswerTable& answers, bool branches, std::uint64_t& checksum)
{
    const std::size_t candidates = std::min<std::size_t>(answers.candidate_count(), 3'000);
    const auto wrong_of = wrong_flags(answers, candidates);
    const Stopwatch watch;
    for (std::size_t first = 0; first < candidates; ++first) {
        const std::uint8_t* const a = answers.answers(first).data();
        const std::uint8_t* const is_wrong = wrong_of.data() + first * items;
        for (std::size_t second = first + 1; second < candidates; ++second) {
            const std::uint8_t* const b = answers.answers(second).data();
            if (branches) {
                unsigned same = 0;
                unsigned wrong = 0;
                for (std::size_t item = 0; item < items; ++item) {
                    if (a[item] == b[item] && a[item] < AnswerTable::other) {
                        ++same;
                        if (is_wrong[item] != 0) { ++wrong; }
                    }
                }
                checksum += same + wrong;
            } else {
                std::uint8_t same = 0;
                std::uint8_t wrong = 0;
                for (std::size_t item = 0; item < items; ++item) {
                    const auto equal = static_cast<std::uint8_t>(a[item] == b[item] && a[item] < AnswerTable::other);
                    same = static_cast<std::uint8_t>(same + equal);
                    wrong = static_cast<std::uint8_t>(wrong + (equal & is_wrong[item]));
                }
                checksum += same + std::uint64_t{wrong};
            }
        }
    }
    const auto pairs = static_cast<double>(candidates) * static_cast<double>(candidates - 1) / 2;
    return pairs / watch.cpu_seconds();
}

/// Pairs a second of CPU of the counting alone, nothing passing: what the search could reach.
double counting_alone(const AnswerTable& answers, AgreementPath path)
{
    const std::size_t candidates = std::min<std::size_t>(answers.candidate_count(), 20'000);
    std::vector<std::uint32_t> order(candidates);
    std::iota(order.begin(), order.end(), 0U);
    const analysis::PackedAnswers packed{answers, order};
    const auto scan = analysis::scan_for(path, packed.planes(), packed.words());
    std::vector<std::uint32_t> hits;
    constexpr std::size_t block = 512;
    const Stopwatch watch;
    for (std::size_t from = 0; from < candidates; from += block) {
        const std::size_t to = std::min(from + block, candidates);
        for (std::size_t row = 0; row < to; ++row) {
            const std::size_t start = std::max(from, row + 1);
            if (start < to) { scan(packed, {row, start, to, items + 1, items + 1}, hits); }
        }
    }
    const auto pairs = static_cast<double>(candidates) * static_cast<double>(candidates - 1) / 2;
    return pairs / watch.cpu_seconds();
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t most = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
    const unsigned cores = std::max(1U, std::min(2U, std::thread::hardware_concurrency()));
    fmt::print("seed {}, {} items, {} options; rates are pairs a second of CPU time\n", seed, items, options);
    for (const std::size_t candidates : {1'000UL, 10'000UL, 100'000UL}) {
        if (candidates > most) { break; }
        const AnswerTable answers = make_answers(candidates);
        std::uint64_t checksum = 0;
        const double plain = plain_loop(answers, true, checksum);
        std::uint64_t again = 0;
        const double vectors = plain_loop(answers, false, again);
        if (again != checksum) { return 1; }
        fmt::print("\n{} candidates, plain loop {:.1f} M/s, without branches {:.1f} M/s (checksum {})\n", candidates,
                   plain / 1e6, vectors / 1e6, checksum);
        for (const auto& [path, name] : {std::pair{AgreementPath::plain, "plain"},
                                         {AgreementPath::avx2, "AVX2"},
                                         {AgreementPath::avx512, "AVX-512"}}) {
            if (!is_supported(path)) { continue; }
            const double rate = counting_alone(answers, path);
            fmt::print("  counting alone, {:<8} {:>8.1f} M/s, {:.0f} x the plain loop\n", name, rate / 1e6,
                       rate / plain);
        }
        const Stopwatch calibration;
        const auto model = calibrate_for_similarity(answers);
        if (!model) { return 1; }
        fmt::print("  calibration (EM, {} cycles, {} abilities): {:.2f} s CPU\n", model->calibration.history.size(),
                   candidates, calibration.cpu_seconds());
        std::uint64_t examined = 0;
        for (unsigned threads = 1; threads <= cores; ++threads) {
            const Stopwatch watch;
            const auto found = find_similar_pairs(answers, model->responses, model->abilities, {.threads = threads});
            if (!found) { return 1; }
            const auto flagged = std::ranges::count_if(found->similar, &SimilarPair::flagged);
            const double cpu = watch.cpu_seconds();
            fmt::print(
                "  search, {} threads: {:.2f} s wall, {:.2f} s CPU, {:.1f} M/s, {:.0f} x the plain loop; {} of {} "
                "pairs examined, {} kept, {} flagged\n",
                threads, watch.wall_seconds(), cpu, static_cast<double>(found->pairs) / cpu / 1e6,
                static_cast<double>(found->pairs) / cpu / plain, found->examined, found->pairs, found->similar.size(),
                flagged);
            if (threads > 1 && found->examined != examined) { return 1; }
            examined = found->examined;
        }
    }
    return 0;
}
