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
// bench-grading-columns [CANDIDATES ITEMS]: without arguments from 1,000 × 100 to 1,000,000 × 200. Prints Markdown.
namespace {

using namespace papervault::engine;

constexpr std::uint64_t seed = 2026;
constexpr std::size_t options = 4;
constexpr int rounds = 9;
/// Batches go in turn until this much has been read, so that none is found in a cache.
constexpr std::size_t cold_bytes = std::size_t{256} << 20;

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median_of(std::vector<double> numbers)
{
    std::ranges::sort(numbers);
    return numbers[numbers.size() / 2];
}

/// One way of doing the work, timed in turn with the others so that all meet the same machine.
struct Contender {
    std::string name;
    double bytes;     ///< Read in one pass.
    double responses; ///< Graded in one pass; 0 for a probe.
    std::function<void()> pass;
    std::vector<double> seconds; ///< Of CPU for one pass, by round.

    [[nodiscard]] double best() const { return *std::ranges::min_element(seconds); }
    [[nodiscard]] double median() const { return median_of(seconds); }
};

void run(std::vector<Contender>& contenders)
{
    for (int round = 0; round < rounds; ++round) {
        for (Contender& each : contenders) {
            if (round >= 3 && each.best() > 0.05 && each.responses > 0) { continue; } // slow ones vary little
            // Twice as many until it is long beside looking at the clock, which costs as much as a small pass.
            for (int passes = 1;; passes *= 2) {
                const double start = cpu_seconds();
                for (int pass = 0; pass < passes; ++pass) { each.pass(); }
                const double spent = cpu_seconds() - start;
                if (spent < 0.01) { continue; }
                each.seconds.push_back(spent / passes);
                break;
            }
        }
    }
}

/// The limit: reads every byte once, as fast as this processor can, and does nothing else with it. Several ways, of
/// which the quickest counts.
#if defined(__x86_64__)
template <std::size_t words_ahead>
__attribute__((noinline, target("avx512f"))) std::uint64_t read_wide(std::span<const std::uint64_t> words)
{
    __m512i sums[8] = {};
    const std::uint64_t* at = words.data();
    const std::uint64_t* const end = at + words.size() / 64 * 64;
    for (; at < end; at += 64) {
        for (std::size_t lane = 0; lane < 8; ++lane) {
            if constexpr (words_ahead > 0) {
                _mm_prefetch(reinterpret_cast<const char*>(at + lane * 8 + words_ahead), _MM_HINT_T0);
            }
            sums[lane] = _mm512_xor_si512(sums[lane], _mm512_load_si512(at + lane * 8));
        }
    }
    for (std::size_t lane = 1; lane < 8; ++lane) { sums[0] = _mm512_xor_si512(sums[0], sums[lane]); }
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(sums[0]));
}

/// The same from four places at once.
__attribute__((noinline, target("avx512f"))) std::uint64_t read_four_places(std::span<const std::uint64_t> words)
{
    __m512i sums[4] = {};
    const std::size_t part = words.size() / 32 * 8;
    for (std::size_t at = 0; at < part; at += 8) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
            const std::uint64_t* const from = words.data() + lane * part + at;
            _mm_prefetch(reinterpret_cast<const char*>(from + 1024), _MM_HINT_T0);
            sums[lane] = _mm512_xor_si512(sums[lane], _mm512_load_si512(from));
        }
    }
    for (std::size_t lane = 1; lane < 4; ++lane) { sums[0] = _mm512_xor_si512(sums[0], sums[lane]); }
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(sums[0]));
}
#endif

__attribute__((noinline)) std::uint64_t read_narrow(std::span<const std::uint64_t> words)
{
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words) { sum ^= word; }
    return sum;
}

using Probe = std::uint64_t (*)(std::span<const std::uint64_t>);
std::vector<Probe> probes()
{
#if defined(__x86_64__)
    if (is_available(Instructions::avx512)) {
        return {read_wide<0>, read_wide<512>, read_wide<1024>, read_wide<4096>, read_four_places};
    }
#endif
    return {read_narrow};
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

/// Some batches of one shape.
std::vector<ChoiceMatrix> batches_of(std::uint8_t bits, std::size_t count, std::size_t candidates, std::size_t items)
{
    std::vector<ChoiceMatrix> batches;
    for (std::size_t n = 0; n < count; ++n) {
        batches.emplace_back(std::vector<std::uint8_t>(items, bits), candidates);
        fill(batches.back(), seed + 1000 * bits + n);
    }
    return batches;
}

struct Exam {
    std::size_t candidates;
    std::size_t items;
    ChoiceKeys keys;
    std::vector<ChoiceMatrix> responses; ///< Two bits a response.
    std::vector<ChoiceMatrix> own_keys;
    std::vector<ChoiceMatrix> with_gaps; ///< Five codes (four options and none) take a third bit.
    Plain plain;                         ///< The first batch.
};

Exam make_exam(std::size_t candidates, std::size_t items)
{
    const std::size_t bytes = (candidates + 511) / 512 * 128 * items;
    const std::size_t count = std::max<std::size_t>(1, cold_bytes / bytes);
    Exam exam{candidates,
              items,
              {},
              batches_of(2, count, candidates, items),
              batches_of(2, count, candidates, items),
              batches_of(3, count, candidates, items),
              {}};
    for (std::size_t n = 0; n < count; ++n) { fill(exam.own_keys[n], seed + n + 1'000'000); }
    for (std::size_t item = 0; item < items; ++item) {
        exam.keys.push_back(static_cast<std::uint16_t>(item % options));
    }
    Plain& plain = exam.plain;
    plain.responses.resize(candidates * items);
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        for (std::size_t item = 0; item < items; ++item) {
            plain.responses[candidate * items + item] =
                static_cast<std::uint8_t>(exam.responses.front().code(candidate, item));
        }
    }
    for (const std::uint16_t key : exam.keys) { plain.keys.push_back(static_cast<std::uint8_t>(key)); }
    plain.points.assign(items, Decimal::from_integer(1));
    plain.totals.resize(candidates);
    plain.right.resize(items);
    grade_plainly(plain);
    return exam;
}

/// Reading the same bytes, as the quickest way did in each round.
struct Limit {
    double best, median;             ///< Seconds.
    double best_share, median_share; ///< The best of each; the median over rounds, which met the same neighbours.
};
Limit limit_of(const Contender& of, const std::vector<Contender>& contenders)
{
    std::vector<double> quickest(of.seconds.size(), std::numeric_limits<double>::infinity());
    std::vector<double> shares;
    for (std::size_t round = 0; round < quickest.size(); ++round) {
        for (const Contender& probe : contenders) {
            if (probe.responses > 0 || probe.bytes != of.bytes) { continue; }
            quickest[round] = std::min(quickest[round], probe.seconds[round]);
        }
        shares.push_back(quickest[round] / of.seconds[round]);
    }
    const double best = *std::ranges::min_element(quickest);
    return {best, median_of(quickest), best / of.best(), median_of(shares)};
}

/// @param count  Batches of one pass: 1 stays in the caches that it fits into, all of them come from memory.
void measure(Exam& exam, std::size_t count, const char* where)
{
    const std::array groups{ColumnGroup{0, exam.items}};
    const double responses =
        static_cast<double>(count) * static_cast<double>(exam.candidates) * static_cast<double>(exam.items);
    const double bytes = static_cast<double>(count) * static_cast<double>(exam.responses.front().words().size_bytes());
    std::vector<Contender> contenders;
    const auto probe = [&](double share, auto read_one) {
        for (const Probe each : probes()) {
            contenders.push_back({"",
                                  bytes * share,
                                  0,
                                  [count, each, read_one] {
                                      for (std::size_t n = 0; n < count; ++n) { sink = sink + read_one(each, n); }
                                  },
                                  {}});
        }
    };
    probe(1, [&exam](Probe each, std::size_t n) { return each(exam.responses[n].words()); });
    probe(1.5, [&exam](Probe each, std::size_t n) { return each(exam.with_gaps[n].words()); });
    probe(2, [&exam](Probe each, std::size_t n) {
        return each(exam.responses[n].words()) + each(exam.own_keys[n].words());
    });
    ChoiceTally tally;
    for (const Instructions instructions : {Instructions::avx512, Instructions::avx2, Instructions::plain}) {
        if (!is_available(instructions)) { continue; }
        const std::string name{to_text(instructions)};
        const auto add = [&](const char* what, double share, auto grade_one) {
            contenders.push_back({name + what,
                                  bytes * share,
                                  responses,
                                  [count, grade_one] {
                                      for (std::size_t n = 0; n < count; ++n) { grade_one(n); }
                                  },
                                  {}});
        };
        add(", one form, 2 bits", 1, [&, instructions](std::size_t n) {
            grade_choices(exam.responses[n], exam.keys, groups, instructions, tally);
        });
        if (instructions != best_instructions()) { continue; }
        add(", one form, 3 bits (omissions)", 1.5, [&, instructions](std::size_t n) {
            grade_choices(exam.with_gaps[n], exam.keys, groups, instructions, tally);
        });
        add(", a form per candidate, 2 + 2 bits", 2, [&, instructions](std::size_t n) {
            grade_choices(exam.responses[n], exam.own_keys[n], groups, instructions, tally);
        });
    }
    const double plain_responses = static_cast<double>(exam.candidates) * static_cast<double>(exam.items);
    contenders.push_back(
        {"plain loop over bytes", plain_responses, plain_responses, [&exam] { grade_plainly(exam.plain); }, {}});
    run(contenders);
    const Contender& plain = contenders.back();
    for (const Contender& each : contenders) {
        if (each.responses == 0) { continue; }
        std::printf("| %zu × %zu | %s | %s | %.4g (%.4g) | %.0f (%.0f) |", exam.candidates, exam.items, where,
                    each.name.c_str(), each.responses / each.median() / 1e9, each.responses / each.best() / 1e9,
                    each.responses / each.median() / (plain.responses / plain.median()),
                    each.responses / each.best() / (plain.responses / plain.best()));
        if (&each == &plain) {
            std::printf(" | |\n");
        } else {
            const Limit limit = limit_of(each, contenders);
            std::printf(" %.0f %% (%.0f %%) | %.1f (%.1f) |\n", 100 * limit.median_share, 100 * limit.best_share,
                        each.bytes / limit.median / 1e9, each.bytes / limit.best / 1e9);
        }
    }
    std::fflush(stdout);
}

int measure(std::size_t candidates, std::size_t items)
{
    Exam exam = make_exam(candidates, items);
    const std::array groups{ColumnGroup{0, items}};
    ChoiceTally tally;
    for (const Instructions instructions : {Instructions::avx512, Instructions::avx2, Instructions::plain}) {
        if (!is_available(instructions)) { continue; }
        grade_choices(exam.responses.front(), exam.keys, groups, instructions, tally);
        for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
            if (Decimal::from_integer(tally.right_by_group[0][candidate]).units() != exam.plain.totals[candidate]) {
                return fail("the columnar grading and the plain loop differ");
            }
        }
        if (tally.right_by_column != exam.plain.right) { return fail("the columnar counts and the plain loop differ"); }
    }
    if (exam.responses.size() > 1) { measure(exam, 1, "one batch again"); }
    measure(exam, exam.responses.size(), "from memory");
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
    std::printf("Each figure: median (best) of %d rounds; CPU time of one core.\n\n"
                "| candidates × items | batches | how | 10⁹ responses/s | × plain loop | of reading | reading, GB/s |\n"
                "| --- | --- | --- | --- | --- | --- | --- |\n",
                rounds);
    if (argc == 3) {
        std::size_t candidates = 0;
        std::size_t items = 0;
        if (!read(argv[1], 10'000'000, candidates) || !read(argv[2], 1'000, items)) {
            return fail("usage: bench-grading-columns [CANDIDATES ITEMS]");
        }
        return measure(candidates, items);
    }
    for (const auto& [candidates, items] :
         {std::pair{1'000, 100}, std::pair{10'000, 100}, std::pair{100'000, 100}, std::pair{1'000'000, 200}}) {
        const int done = measure(static_cast<std::size_t>(candidates), static_cast<std::size_t>(items));
        if (done != EXIT_SUCCESS) { return done; }
    }
    return EXIT_SUCCESS;
}
