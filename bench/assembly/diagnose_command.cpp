#include "commands.hpp"

#include "instance_file.hpp"

#include <papervault/engine/problem_diagnosis.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace papervault::assembly_bench {

int diagnose_command(const DiagnoseOptions& options)
{
    const auto problem = engine::assembly_problem_from_text(read_text_file(options.instance));
    if (!problem) { throw std::runtime_error{problem.error().detail}; }
    const double start = cpu_seconds();
    const engine::DiagnosisEffort effort{.is_over = [&] { return cpu_seconds() - start >= options.seconds; }};
    const auto found = engine::diagnose(*problem, effort);
    if (!found) { throw std::runtime_error{found.error().detail}; }
    std::string members;
    for (const engine::ProblemConflictMember& member : found->conflict) {
        members += fmt::format("{}{{\"constraint\": \"{}\", \"relaxed\": \"{}\"}}", members.empty() ? "" : ", ",
                               member.constraint, member.relaxed);
    }
    fmt::print("{{\"instance\": \"{}\", \"infeasible\": {}, \"smallest\": {}, \"conflict\": [{}], \"questions\": {}, "
               "\"cpu_s\": {:.4f}}}\n",
               problem->name, found->is_infeasible, found->is_smallest, members, found->questions,
               cpu_seconds() - start);
    return 0;
}

} // namespace papervault::assembly_bench
