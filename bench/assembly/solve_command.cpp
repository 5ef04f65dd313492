#include "commands.hpp"

#include "chacha_streams.hpp"
#include "independent_verifier.hpp"
#include "instance_file.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace papervault::assembly_bench {

int solve_command(const SolveOptions& options)
{
    const std::string text = read_text_file(options.instance);
    const auto problem = engine::assembly_problem_from_text(text);
    if (!problem) { throw std::runtime_error{problem.error().detail}; }
    const ChaChaStreams streams{options.seed};
    const double start = cpu_seconds();
    double last_better = 0;
    engine::AssemblyEffort effort;
    effort.steps = options.steps;
    effort.is_over = [&] { return cpu_seconds() - start >= options.seconds; };
    effort.on_better = [&] { last_better = cpu_seconds() - start; };
    const auto solved = engine::assemble(*problem, streams, effort);
    const double took = cpu_seconds() - start;
    if (!solved) {
        fmt::print("{{\"instance\": \"{}\", \"found\": false, \"why\": \"{}\", \"cpu_s\": {:.4f}}}\n", problem->name,
                   solved.error().detail, took);
        return 1;
    }
    FormList forms;
    for (const auto& form : solved->forms) { forms.add(form); }
    const Verdict verdict = IndependentVerifier{text}.check_set(forms);
    if (!options.out.empty()) { write_text_file(options.out, forms_to_text(forms)); }
    fmt::print("{{\"instance\": \"{}\", \"found\": {}, \"verified\": {}, \"objective\": {:.8f}, \"bound\": \"{}\", "
               "\"optimal\": {}, \"steps\": {}, \"cpu_s\": {:.4f}, \"last_better_s\": {:.4f}}}\n",
               problem->name, !solved->forms.empty(), verdict.fault_count == 0, static_cast<double>(verdict.objective),
               solved->bound, solved->is_optimal, solved->steps, took, last_better);
    for (const std::string& fault : verdict.faults) { fmt::print(stderr, "{}\n", fault); }
    return verdict.fault_count == 0 ? 0 : 1;
}

} // namespace papervault::assembly_bench
