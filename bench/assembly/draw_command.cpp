#include "commands.hpp"

#include "chacha_streams.hpp"
#include "independent_verifier.hpp"
#include "instance_file.hpp"

#include <papervault/engine/assembly_draw.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <stdexcept>
#include <thread>

namespace papervault::assembly_bench {

namespace {

using engine::AssemblyDrawer;

/// Draws forms first, first + 1, … into the list; each thread takes the next hundred.
std::size_t draw_all(const AssemblyDrawer& drawer, const ChaChaStreams& streams, unsigned threads,
                     std::vector<std::uint32_t>& items, std::size_t forms)
{
    constexpr std::size_t batch = 100;
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> failures{0};
    const std::size_t length = drawer.length();
    const auto work = [&] {
        AssemblyDrawer::Scratch scratch{drawer};
        for (std::size_t from = next.fetch_add(batch); from < forms; from = next.fetch_add(batch)) {
            for (std::size_t f = from; f < std::min(from + batch, forms); ++f) {
                if (!drawer.draw(streams, f, scratch, std::span{items}.subspan(f * length, length))) { ++failures; }
            }
        }
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) { others.emplace_back(work); }
    work();
    others.clear();
    return failures;
}

std::string name_of(AssemblyDrawer::Law law)
{
    switch (law) {
    case AssemblyDrawer::Law::exactly_uniform: return "exactly uniform";
    case AssemblyDrawer::Law::chain: return "chain";
    case AssemblyDrawer::Law::even_exposure: return "even exposure";
    }
    return "";
}

/// Sets of forms, as many as forms are asked for.
int draw_sets(const DrawOptions& options, const engine::AssemblyProblem& problem, const std::string& text,
              const AssemblyDrawer& drawer, double compile_seconds)
{
    const ChaChaStreams streams{options.seed};
    const std::size_t of_set = std::size_t{problem.length} * problem.form_count;
    std::vector<std::uint32_t> items(options.forms * of_set);
    AssemblyDrawer::Scratch scratch{drawer};
    std::size_t failures = 0;
    const double start = cpu_seconds();
    for (std::size_t set = 0; set < options.forms; ++set) {
        if (!drawer.draw_set(streams, set, scratch, std::span{items}.subspan(set * of_set, of_set))) { ++failures; }
    }
    const double drawing = cpu_seconds() - start;
    const IndependentVerifier verifier{text};
    std::size_t faults = 0;
    for (std::size_t set = 0; set < options.forms; ++set) {
        FormList forms;
        const auto drawn = std::span{items}.subspan(set * of_set, of_set);
        forms.items.assign(drawn.begin(), drawn.end());
        for (std::size_t f = 1; f <= problem.form_count; ++f) { forms.begins.push_back(f * problem.length); }
        faults += verifier.check_set(forms).fault_count;
    }
    fmt::print("{{\"instance\": \"{}\", \"law\": \"{}\", \"sets\": {}, \"forms_of_a_set\": {}, \"failures\": {}, "
               "\"faults\": {}, \"compile_s\": {:.3f}, \"draw_cpu_s\": {:.4f}, \"us_a_set\": {:.2f}}}\n",
               problem.name, name_of(drawer.law()), options.forms, problem.form_count, failures, faults,
               compile_seconds, drawing, drawing * 1e6 / static_cast<double>(options.forms));
    return faults == 0 && failures == 0 ? 0 : 1;
}

} // namespace

std::string forms_to_text(const FormList& forms)
{
    std::string text;
    text.reserve(forms.items.size() * 6 + forms.size() * 5);
    for (std::size_t f = 0; f < forms.size(); ++f) {
        text += "FORM";
        for (const std::uint32_t item : forms.form(f)) {
            text += ' ';
            text += fmt::format_int{item}.c_str();
        }
        text += '\n';
    }
    return text;
}

int draw_command(const DrawOptions& options)
{
    const std::string text = read_text_file(options.instance);
    const double cpu_start = cpu_seconds();
    const auto problem = engine::assembly_problem_from_text(text);
    if (!problem) { throw std::runtime_error{problem.error().detail}; }
    const double cpu_read = cpu_seconds();
    const ChaChaStreams streams{options.seed};
    const auto drawer =
        AssemblyDrawer::compile(*problem, streams, options.even ? engine::Exposure::even : engine::Exposure::uniform);
    if (!drawer) {
        fmt::print("{}\n", drawer.error().detail);
        return 1;
    }
    const double cpu_compiled = cpu_seconds();
    if (problem->form_count > 1) { return draw_sets(options, *problem, text, *drawer, cpu_compiled - cpu_read); }
    const double wall_compiled = wall_seconds();
    FormList forms;
    forms.items.resize(options.forms * problem->length);
    for (std::size_t f = 1; f <= options.forms; ++f) { forms.begins.push_back(f * problem->length); }
    const std::size_t failures = draw_all(*drawer, streams, options.threads, forms.items, options.forms);
    const double cpu_drawn = cpu_seconds();
    const double wall_drawn = wall_seconds();

    const IndependentVerifier verifier{text};
    const double cpu_verifier_ready = cpu_seconds();
    const Verdict verdict = verifier.check_each(forms);
    const double cpu_verified = cpu_seconds();

    // Any one form, drawn again alone.
    AssemblyDrawer::Scratch scratch{*drawer};
    std::vector<std::uint32_t> again(problem->length);
    const std::size_t again_count = std::min<std::size_t>(options.forms, 200);
    bool is_same = true;
    const double cpu_again = cpu_seconds();
    for (std::size_t i = 0; i < again_count; ++i) {
        const std::size_t f = i * 7919 % options.forms;
        is_same = drawer->draw(streams, f, scratch, again) && is_same && std::ranges::equal(again, forms.form(f));
    }
    const double cpu_again_done = cpu_seconds();
    if (!options.out.empty()) { write_text_file(options.out, forms_to_text(forms)); }
    const double drawing = cpu_drawn - cpu_compiled;
    fmt::print(
        "{{\"instance\": \"{}\", \"law\": \"{}\", \"forms\": {}, \"failures\": {}, \"verified\": {}, "
        "\"faults\": {}, \"read_s\": {:.3f}, \"compile_s\": {:.3f}, \"draw_cpu_s\": {:.4f}, "
        "\"draw_wall_s\": {:.4f}, \"forms_per_cpu_s\": {:.0f}, \"verifier_reads_s\": {:.3f}, \"verify_s\": {:.4f}, "
        "\"draw_and_verify_s\": {:.4f}, \"one_form_again_ms\": {:.4f}, \"same_again\": {}, "
        "\"largest_exposure\": {:.5f}, \"bytes_per_item\": {:.0f}}}\n",
        problem->name, name_of(drawer->law()), options.forms, failures, verdict.fault_count == 0, verdict.fault_count,
        cpu_read - cpu_start, cpu_compiled - cpu_read, drawing, wall_drawn - wall_compiled,
        static_cast<double>(options.forms) / drawing, cpu_verifier_ready - cpu_drawn, cpu_verified - cpu_verifier_ready,
        drawing + cpu_verified - cpu_verifier_ready,
        (cpu_again_done - cpu_again) * 1e3 / static_cast<double>(again_count), is_same,
        static_cast<double>(verdict.largest_use) / static_cast<double>(options.forms),
        static_cast<double>(drawer->bytes()) / problem->item_count);
    for (const std::string& fault : verdict.faults) { fmt::print(stderr, "{}\n", fault); }
    return verdict.fault_count == 0 && failures == 0 && is_same ? 0 : 1;
}

} // namespace papervault::assembly_bench
