#include "split_mix_stream.hpp"

#include <papervault/engine/analysis.hpp>
#include <papervault/engine/grading.hpp>

#include <benchmark/benchmark.h>

#include <vector>

// A paper of 80 items: 40 single, 10 multiple, 20 true/false, 10 fill-in with two blanks, one of them a number.
namespace {

using namespace papervault::engine;

constexpr std::uint64_t seed = 2026;

struct Exam {
    Form form{"A", "", {}};
    std::map<std::string, AnswerKey, std::less<>> keys;
};

void add_items(Exam& exam, ItemType type, int count, const std::vector<std::string>& options,
               const std::vector<std::string>& correct)
{
    FormSection& section = exam.form.sections.emplace_back();
    for (int i = 0; i < count; ++i) {
        FormItem item;
        item.item.id = "electrician-4/Q" + std::to_string(1000 + exam.keys.size());
        item.item.type = type;
        item.points = Decimal::from_integer(type == ItemType::fill_in ? 2 : 1);
        for (const std::string& option : options) { item.item.options.push_back({option, {}}); }
        AnswerKey& key = exam.keys[item.item.id];
        key.item_id = item.item.id;
        key.correct_options = correct;
        if (type == ItemType::fill_in) {
            key.blanks = {{{"三相异步电动机", "三相电动机"}, {}},
                          {{}, NumericAnswer{Decimal::from_integer(380), Decimal::from_integer(5)}}};
        }
        section.items.push_back(std::move(item));
    }
}

Exam make_exam()
{
    Exam exam;
    add_items(exam, ItemType::single_choice, 40, {"A", "B", "C", "D"}, {"B"});
    add_items(exam, ItemType::multiple_choice, 10, {"A", "B", "C", "D", "E"}, {"A", "C", "D"});
    add_items(exam, ItemType::true_false, 20, {"true", "false"}, {"true"});
    add_items(exam, ItemType::fill_in, 10, {}, {});
    return exam;
}

ResponseSheet make_sheet(const Exam& exam, RandomIntegers& random)
{
    static const std::vector<Response> texts{
        {"三相异步电动机", "380"}, {"三相　电动机", "３８０．５"}, {"变压器", "220 V"}, {"", "38o"}};
    ResponseSheet sheet;
    for (const FormSection& section : exam.form.sections) {
        for (const FormItem& item : section.items) {
            if (random.below(50) == 0) { continue; } // left out
            Response& response = sheet[item.item.id];
            if (item.item.type == ItemType::fill_in) {
                response = texts[random.below(texts.size())];
                continue;
            }
            const std::size_t picks = item.item.type == ItemType::multiple_choice ? 3 : 1;
            for (std::size_t i = 0; i < picks; ++i) {
                response.push_back(item.item.options[random.below(item.item.options.size())].id);
            }
        }
    }
    return sheet;
}

std::vector<ResponseSheet> make_sheets(const Exam& exam, std::size_t count)
{
    SplitMixStream stream{seed};
    RandomIntegers random{stream};
    std::vector<ResponseSheet> sheets;
    for (std::size_t i = 0; i < count; ++i) { sheets.push_back(make_sheet(exam, random)); }
    return sheets;
}

/// @param different  Sheets kept in memory; a large number of candidates goes round them.
void grade_sheets(benchmark::State& state)
{
    constexpr std::int64_t different_max = 1'000;
    const Exam exam = make_exam();
    const std::int64_t candidates = state.range(0);
    const auto sheets = make_sheets(exam, static_cast<std::size_t>(std::min(candidates, different_max)));
    for (auto _ : state) {
        Decimal sum;
        for (std::int64_t candidate = 0; candidate < candidates; ++candidate) {
            sum += grade_sheet(exam.form, exam.keys, sheets[static_cast<std::size_t>(candidate) % sheets.size()], {})
                       .points;
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * candidates * static_cast<std::int64_t>(exam.form.item_count()));
    state.counters["candidates"] =
        benchmark::Counter(static_cast<double>(state.iterations() * candidates), benchmark::Counter::kIsRate);
}
BENCHMARK(grade_sheets)->ArgName("candidates")->Arg(30)->Arg(100'000)->Unit(benchmark::kMillisecond);

void normalize_text(benchmark::State& state)
{
    const std::string text = "（１）　三相异步电动机，额定电压为３８０Ｖ。";
    for (auto _ : state) { benchmark::DoNotOptimize(normal_text(text)); }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(normalize_text);

void analyse_items(benchmark::State& state)
{
    SplitMixStream stream{seed};
    RandomIntegers random{stream};
    ScoreMatrix scores{std::vector<Decimal>(80, Decimal::from_integer(1))};
    const std::int64_t candidates = state.range(0);
    std::vector<Decimal> row(80);
    for (std::int64_t candidate = 0; candidate < candidates; ++candidate) {
        const std::uint64_t ability = 1 + random.below(9);
        for (Decimal& score : row) { score = Decimal::from_integer(random.below(10) < ability ? 1 : 0); }
        scores.add_candidate(row);
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(item_statistics(scores));
        benchmark::DoNotOptimize(form_statistics(scores));
    }
    state.SetItemsProcessed(state.iterations() * candidates * 80);
}
BENCHMARK(analyse_items)->ArgName("candidates")->Arg(30)->Arg(10'000)->Unit(benchmark::kMillisecond);

} // namespace
