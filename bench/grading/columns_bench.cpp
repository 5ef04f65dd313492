#include "split_mix_stream.hpp"

#include <papervault/engine/choice_matrix.hpp>
#include <papervault/engine/grading.hpp>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// Columnar grading beside what bounds it (reading the same bytes), a plain loop and the reference interpreter.
// bench-grading-columns [CANDIDATES ITEMS]: without arguments from 1,000 × 100 to 4,000,000 × 200 (1.5 GB).
namespace {

using namespace papervault::engine;

constexpr std::uint64_t seed = 2026;
constexpr std::size_t options = 4;
constexpr int rounds = 9;

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// One way of doing the work, timed in turn with the others so that all meet the same machine.
struct Contender {
    std::string name;
    double bytes;     ///< Read from memory in one pass.
    double responses; ///< Graded in one pass; 0 for a probe.
    std::function<void()> pass;
    double best = std::numeric_limits<double>::infinity(); ///< Seconds of CPU for one pass.
};

void run(std::vector<Contender>& contenders)
{
    for (int round = 0; round < rounds; ++round) {
        for (Contender& each : contenders) {
            if (round >= 2 && each.best > 0.2) { continue; } // slow ones vary little
            int passes = 0;
            const double start = cpu_seconds();
            double spent = 0;
            do {
                each.pass();
                ++passes;
                spent = cpu_seconds() - start;
            } while (spent < 0.02);
            each.best = std::min(each.best, spent / passes);
        }
    }
}

/// The limit: reads every byte once, as fast as this processor can, and does nothing else with it.
#if defined(__x86_64__)
__attribute__((noinline, target("avx512f"))) std::uint64_t read_wide(std::span<const std::uint64_t> words)
{
    __m512i sums[8] = {};
    const std::uint64_t* at = words.data();
    const std::uint64_t* const end = at + words.size() / 64 * 64;
    for (; at < end; at += 64) {
        for (std::size_t lane = 0; lane < 8; ++lane) {
            _mm_prefetch(reinterpret_cast<const char*>(at + lane * 8 + 512), _MM_HINT_T0);
            sums[lane] = _mm512_xor_si512(sums[lane], _mm512_load_si512(at + lane * 8));
        }
    }
    for (std::size_t lane = 1; lane < 8; ++lane) { sums[0] = _mm512_xor_si512(sums[0], sums[lane]); }
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(sums[0]));
}
#endif

__attribute__((noinline)) std::uint64_t read_narrow(std::span<const std::uint64_t> words)
{
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words) { sum ^= word; }
    return sum;
}

std::uint64_t read_all(std::span<const std::uint64_t> words)
{
#if defined(__x86_64__)
    if (is_available(Instructions::avx512)) { return read_wide(words); }
#endif
    return read_narrow(words);
}

volatile std::uint64_t sink = 0;

void fill(ChoiceMatrix& matrix, std::uint64_t its_seed)
{
    SplitMixStream stream{its_seed};
    for (std::uint64_t& word : matrix.words()) {
        std::array<std::byte, 8> bytes;
        stream.fill(bytes);
        word = std::bit_cast<std::uint64_t>(bytes);
    }
}

struct Plain {
    std::vector<std::uint8_t> responses; ///< Row after row: one byte a response.
    std::vector<std::uint8_t> keys;
    std::vector<Decimal> points;
    std::vector<std::int64_t> totals;
    std::vector<std::uint64_t> right;
};

/// What one writes first: a loop over candidates and items, points added where the answer is the key.
__attribute__((noinline)) void grade_plainly(Plain& exam)
{
    const std::size_t items = exam.keys.size();
    for (std::size_t candidate = 0; candidate < exam.totals.size(); ++candidate) {
        Decimal total;
        for (std::size_t item = 0; item < items; ++item) {
            if (exam.responses[candidate * items + item] == exam.keys[item]) {
                total += exam.points[item];
                ++exam.right[item];
            }
        }
        exam.totals[candidate] = total.units();
    }
}

int fail(const char* what)
{
    std::fprintf(stderr, "%s\n", what);
    return EXIT_FAILURE;
}

int measure(std::size_t candidates, std::size_t items)
{
    ChoiceMatrix responses{std::vector<std::uint8_t>(items, 2), candidates};
    fill(responses, seed);
    ChoiceMatrix own_keys{std::vector<std::uint8_t>(items, 2), candidates};
    fill(own_keys, seed + 1);
    // Five codes (four options and none) take a third bit.
    ChoiceMatrix with_gaps{std::vector<std::uint8_t>(items, 3), candidates};
    fill(with_gaps, seed + 2);
    ChoiceKeys keys;
    for (std::size_t item = 0; item < items; ++item) { keys.push_back(static_cast<std::uint16_t>(item % options)); }
    const std::array groups{ColumnGroup{0, items}};

    Plain plain;
    plain.responses.resize(candidates * items);
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        for (std::size_t item = 0; item < items; ++item) {
            plain.responses[candidate * items + item] = static_cast<std::uint8_t>(responses.code(candidate, item));
        }
    }
    for (const std::uint16_t key : keys) { plain.keys.push_back(static_cast<std::uint8_t>(key)); }
    plain.points.assign(items, Decimal::from_integer(1));
    plain.totals.resize(candidates);
    plain.right.resize(items);
    grade_plainly(plain);

    const auto count = static_cast<double>(candidates) * static_cast<double>(items);
    const auto bytes = static_cast<double>(responses.words().size_bytes());
    std::vector<Contender> contenders;
    contenders.push_back({"reading the bytes (limit)", bytes, 0, [&] { sink = sink + read_all(responses.words()); }});
    contenders.push_back(
        {"reading 1.5 times the bytes (limit)", bytes * 1.5, 0, [&] { sink = sink + read_all(with_gaps.words()); }});
    contenders.push_back({"reading twice the bytes (limit)", bytes * 2, 0,
                          [&] { sink = sink + read_all(responses.words()) + read_all(own_keys.words()); }});
    ChoiceTally tally;
    for (const Instructions instructions : {Instructions::avx512, Instructions::avx2, Instructions::plain}) {
        if (!is_available(instructions)) { continue; }
        grade_choices(responses, keys, groups, instructions, tally);
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            if (Decimal::from_integer(tally.right_by_group[0][candidate]).units() != plain.totals[candidate]) {
                return fail("the columnar grading and the plain loop differ");
            }
        }
        if (tally.right_by_column != plain.right) { return fail("the columnar counts and the plain loop differ"); }
        const std::string name{to_text(instructions)};
        contenders.push_back({name + ", one form, 2 bits", bytes, count,
                              [&, instructions] { grade_choices(responses, keys, groups, instructions, tally); }});
        contenders.push_back({name + ", one form, 3 bits (omissions)", bytes * 1.5, count,
                              [&, instructions] { grade_choices(with_gaps, keys, groups, instructions, tally); }});
        contenders.push_back({name + ", a form per candidate, 2 + 2 bits", bytes * 2, count,
                              [&, instructions] { grade_choices(responses, own_keys, groups, instructions, tally); }});
    }
    contenders.push_back({"plain loop over bytes", count, count, [&] { grade_plainly(plain); }});
    run(contenders);

    std::printf("%zu candidates x %zu items, %.1f MB at 2 bits\n", candidates, items, bytes / 1e6);
    const double plain_rate = count / contenders.back().best;
    for (const Contender& each : contenders) {
        const double bandwidth = each.bytes / each.best;
        std::printf("  %-44s %8.3f ms %8.2f GB/s", each.name.c_str(), each.best * 1e3, bandwidth / 1e9);
        if (each.responses > 0) {
            const auto limit = std::ranges::find(contenders, each.bytes, &Contender::bytes);
            std::printf(" %9.3f e9 responses/s %7.1f x plain loop", each.responses / each.best / 1e9,
                        each.responses / each.best / plain_rate);
            if (limit->responses == 0) { std::printf(" %6.1f %% of the limit", 100 * limit->best / each.best); }
        }
        std::printf("\n");
    }
    return EXIT_SUCCESS;
}

bool read(const char* text, std::size_t most, std::size_t& value)
{
    const std::string_view digits{text};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() && value >= 1 && value <= most;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3) {
        std::size_t candidates = 0;
        std::size_t items = 0;
        if (!read(argv[1], 10'000'000, candidates) || !read(argv[2], 1'000, items)) {
            return fail("usage: bench-grading-columns [CANDIDATES ITEMS]");
        }
        return measure(candidates, items);
    }
    for (const auto& [candidates, items] : {std::pair{1'000, 100}, std::pair{10'000, 100}, std::pair{100'000, 100},
                                            std::pair{1'000'000, 200}, std::pair{4'000'000, 200}}) {
        const int done = measure(static_cast<std::size_t>(candidates), static_cast<std::size_t>(items));
        if (done != EXIT_SUCCESS) { return done; }
    }
    return EXIT_SUCCESS;
}
