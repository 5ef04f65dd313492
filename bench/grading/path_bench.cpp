#include "split_mix_stream.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/packed_sheets.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string_view>
#include <vector>

// From sealed sheets to item statistics: each hall's packed sheets are decrypted and authenticated, unpacked, graded,
// added up and analysed. bench-grading-path [CANDIDATES ITEMS]
namespace {

using namespace papervault;

constexpr std::uint64_t seed = 2026;
constexpr std::size_t candidates_of_a_file = 4096;
constexpr int rounds = 5;

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// What the batch comes to; enough to see that every step was done.
struct Outcome {
    std::vector<std::uint64_t> right, total_of_right;
    std::uint64_t sum = 0, sum_of_squares = 0;
};

struct Statistics {
    double mean = 0, deviation = 0, kr20 = 0;
    std::vector<double> difficulty, point_biserial; ///< Corrected: against the total without the item.
};

Statistics statistics_of(const Outcome& outcome, double candidates)
{
    Statistics out;
    const auto items = static_cast<double>(outcome.right.size());
    out.mean = static_cast<double>(outcome.sum) / candidates;
    const double variance = static_cast<double>(outcome.sum_of_squares) / candidates - out.mean * out.mean;
    out.deviation = std::sqrt(variance);
    double item_variances = 0;
    for (std::size_t item = 0; item < outcome.right.size(); ++item) {
        const double p = static_cast<double>(outcome.right[item]) / candidates;
        const double covariance =
            static_cast<double>(outcome.total_of_right[item]) / candidates - p * out.mean; // with the whole total
        const double own = p * (1 - p);
        item_variances += own;
        out.difficulty.push_back(p);
        out.point_biserial.push_back((covariance - own) / std::sqrt(own * (variance - 2 * covariance + own)));
    }
    out.kr20 = items / (items - 1) * (1 - item_variances / variance);
    return out;
}

int fail(const char* what)
{
    std::fprintf(stderr, "%s\n", what);
    return EXIT_FAILURE;
}

int measure(std::size_t candidates, std::size_t items)
{
    const crypto::SecretBuffer key = crypto::random_secret(crypto::aead_key_bytes);
    const std::string_view context = "papervault.bench.sheets.v1";
    std::vector<crypto::Bytes> files;
    std::size_t bytes = 0;
    for (std::size_t first = 0; first < candidates; first += candidates_of_a_file) {
        engine::ChoiceMatrix sheets{std::vector<std::uint8_t>(items, 2),
                                    std::min(candidates_of_a_file, candidates - first)};
        SplitMixStream stream{seed + first};
        engine::RandomIntegers random{stream};
        for (std::size_t candidate = 0; candidate < sheets.candidates(); ++candidate) {
            const std::uint64_t ability = 2 + random.below(7);
            for (std::size_t item = 0; item < items; ++item) {
                const bool knows = random.below(10) < ability;
                sheets.set(candidate, item, static_cast<std::uint16_t>(knows ? item % 4 : random.below(4)));
            }
        }
        const auto packed = engine::pack(sheets);
        files.push_back(crypto::encrypt(key, packed, crypto::bytes_of(context)));
        bytes += files.back().size();
    }
    engine::ChoiceKeys keys;
    for (std::size_t item = 0; item < items; ++item) { keys.push_back(static_cast<std::uint16_t>(item % 4)); }
    const std::array groups{engine::ColumnGroup{0, items}};
    const engine::Instructions instructions = engine::best_instructions();

    std::array<double, 4> best{};
    best.fill(std::numeric_limits<double>::infinity());
    Statistics statistics;
    for (int round = 0; round < rounds; ++round) {
        std::array<double, 4> spent{}; // decrypting, unpacking, grading, statistics
        Outcome outcome{std::vector<std::uint64_t>(items), std::vector<std::uint64_t>(items)};
        engine::ChoiceTally tally;
        double now = cpu_seconds();
        const auto lap = [&](std::size_t step) {
            const double then = now;
            now = cpu_seconds();
            spent[step] += now - then;
        };
        for (const crypto::Bytes& file : files) {
            const auto opened = crypto::decrypt_secret(key, file, crypto::bytes_of(context));
            if (!opened) { return fail("a file does not open"); }
            lap(0);
            const auto sheets = engine::unpack(opened->expose());
            if (!sheets) { return fail("packed sheets can't be read"); }
            lap(1);
            engine::grade_choices(*sheets, keys, groups, instructions, tally);
            const std::span totals =
                std::span<const std::uint16_t>{tally.right_by_group[0]}.first(sheets->candidates());
            for (const std::uint64_t total : totals) {
                outcome.sum += total;
                outcome.sum_of_squares += total * total;
            }
            lap(2);
            const auto of_right = engine::totals_of_the_right(*sheets, keys, totals);
            for (std::size_t item = 0; item < items; ++item) {
                outcome.right[item] += tally.right_by_column[item];
                outcome.total_of_right[item] += of_right[item];
            }
            lap(3);
        }
        statistics = statistics_of(outcome, static_cast<double>(candidates));
        lap(3);
        for (std::size_t step = 0; step < spent.size(); ++step) { best[step] = std::min(best[step], spent[step]); }
    }
    const double responses = static_cast<double>(candidates) * static_cast<double>(items);
    const double all = best[0] + best[1] + best[2] + best[3];
    constexpr std::array names{"decrypt and authenticate", "unpack into bit planes", "grade and add up",
                               "item statistics"};
    std::printf("%zu candidates x %zu items, %zu sealed files, %.1f MB (%s)\n", candidates, items, files.size(),
                static_cast<double>(bytes) / 1e6, std::string{to_text(instructions)}.c_str());
    for (std::size_t step = 0; step < best.size(); ++step) {
        std::printf("  %-28s %9.3f ms %10.1f e6 responses/s\n", names.at(step), best[step] * 1e3,
                    responses / best[step] / 1e6);
    }
    std::printf("  %-28s %9.3f ms %10.1f e6 responses/s of CPU on one core\n", "the whole path", all * 1e3,
                responses / all / 1e6);
    std::printf(
        "  mean %.3f, standard deviation %.3f, KR-20 %.4f, p of item 1 %.4f, its corrected point-biserial %.4f\n",
        statistics.mean, statistics.deviation, statistics.kr20, statistics.difficulty.front(),
        statistics.point_biserial.front());
    return EXIT_SUCCESS;
}

bool read(const char* text, std::size_t most, std::size_t& value)
{
    const std::string_view digits{text};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() && value >= 2 && value <= most;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3) {
        std::size_t candidates = 0;
        std::size_t items = 0;
        if (!read(argv[1], 10'000'000, candidates) || !read(argv[2], 1'000, items)) {
            return fail("usage: bench-grading-path [CANDIDATES ITEMS]");
        }
        return measure(candidates, items);
    }
    for (const auto& [candidates, items] :
         {std::pair{1'000, 100}, std::pair{100'000, 100}, std::pair{1'000'000, 200}}) {
        const int done = measure(static_cast<std::size_t>(candidates), static_cast<std::size_t>(items));
        if (done != EXIT_SUCCESS) { return done; }
    }
    return EXIT_SUCCESS;
}
