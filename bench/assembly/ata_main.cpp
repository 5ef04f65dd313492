#include "commands.hpp"

#include "independent_verifier.hpp"
#include "instance_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace papervault::assembly_bench {

int verify_command(const VerifyOptions& options)
{
    const IndependentVerifier verifier{read_text_file(options.instance)};
    const FormList forms = read_forms(read_text_file(options.forms));
    const double start = cpu_seconds();
    const Verdict verdict = options.each ? verifier.check_each(forms) : verifier.check_set(forms);
    fmt::print("{{\"forms\": {}, \"verified\": {}, \"faults\": {}, \"objective\": {:.8f}, \"largest_use\": {}, "
               "\"largest_overlap\": {}, \"verify_s\": {:.4f}}}\n",
               forms.size(), verdict.fault_count == 0, verdict.fault_count, static_cast<double>(verdict.objective),
               verdict.largest_use, verdict.largest_overlap, cpu_seconds() - start);
    for (const std::string& fault : verdict.faults) { fmt::print(stderr, "{}\n", fault); }
    return verdict.fault_count == 0 ? 0 : 1;
}

} // namespace papervault::assembly_bench

int main(int argument_count, char** arguments)
try {
    using namespace papervault::assembly_bench;
    CLI::App app{"Test assembly: solve, draw and verify .ata instances"};
    app.require_subcommand(1);

    DrawOptions draw;
    auto* const draw_app = app.add_subcommand("draw", "a form for each candidate");
    draw_app->add_option("instance", draw.instance)->required();
    draw_app->add_option("--forms", draw.forms)->check(CLI::Range(1, 10'000'000));
    draw_app->add_option("--seed", draw.seed);
    draw_app->add_option("--threads", draw.threads)->check(CLI::Range(1, 64));
    draw_app->add_flag("--even", draw.even, "items are exposed as evenly as can be");
    draw_app->add_option("--out", draw.out, "file for FORM lines");

    VerifyOptions verify;
    auto* const verify_app = app.add_subcommand("verify", "checks forms; shares no code with the solver");
    verify_app->add_option("instance", verify.instance)->required();
    verify_app->add_option("forms", verify.forms)->required();
    verify_app->add_flag("--each", verify.each, "each form by itself");

    SolveOptions solve;
    auto* const solve_app = app.add_subcommand("solve", "the best forms for the goal");
    solve_app->add_option("instance", solve.instance)->required();
    solve_app->add_option("--seconds", solve.seconds, "of CPU time");
    solve_app->add_option("--steps", solve.steps, "the same result on every machine with this limit alone");
    solve_app->add_option("--seed", solve.seed);
    solve_app->add_option("--out", solve.out, "file for FORM lines");

    DiagnoseOptions diagnose;
    auto* const diagnose_app = app.add_subcommand("diagnose", "the smallest set of constraints that contradict");
    diagnose_app->add_option("instance", diagnose.instance)->required();
    diagnose_app->add_option("--seconds", diagnose.seconds, "of CPU time");
    GenerateOptions generate;
    auto* const generate_app = app.add_subcommand("generate", "an instance like the shared ones, from a seed");
    generate_app->add_option("--kind", generate.kind)
        ->required()
        ->check(CLI::IsMember({"a1", "a2", "a3", "a3hard", "a4", "a5", "b1", "b2", "c2", "d2"}));
    generate_app->add_option("--out", generate.out)->required();
    generate_app->add_option("--seed", generate.seed);
    generate_app->add_option("--items", generate.items)->check(CLI::Range(30, 1'000'000));
    generate_app->add_option("--forms", generate.forms)->check(CLI::Range(1, 64));
    generate_app->add_option("--length", generate.length)->check(CLI::Range(8, 500));
    CompareOptions compare;
    compare.peer_folder = PAPERVAULT_PEER_FOLDER;
    auto* const compare_app = app.add_subcommand("compare", "ours beside HiGHS, GLPK and CBC");
    compare_app->add_option("instance", compare.instance)->required();
    compare_app->add_option("--seconds", compare.seconds, "ours, one run each, of CPU time");
    compare_app->add_option("--peer-seconds", compare.peer_seconds);
    compare_app->add_option("--forms", compare.forms)->check(CLI::Range(1, 10'000'000));
    compare_app->add_option("--peer-forms", compare.peer_forms)->check(CLI::Range(1, 10'000));
    compare_app->add_option("--seed", compare.seed);
    compare_app->add_option("--peer-folder", compare.peer_folder);

    CLI11_PARSE(app, argument_count, arguments);
    if (*solve_app) { return solve_command(solve); }
    if (*compare_app) { return compare_command(compare); }
    if (*generate_app) { return generate_command(generate); }
    if (*draw_app) { return draw_command(draw); }
    if (*diagnose_app) { return diagnose_command(diagnose); }
    return verify_command(verify);
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
}
