#pragma once

#include "independent_verifier.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What papervault-bench-ata does. Every command prints one line of JSON and returns the program's exit code.
namespace papervault::assembly_bench {

struct DrawOptions {
    std::string instance;
    std::string out; ///< `FORM item …` lines; empty: none.
    std::size_t forms = 100'000;
    std::uint64_t seed = 1;
    unsigned threads = 1;
    bool even = false; ///< Exposure as even as can be, instead of uniform.
};
/// A form for each candidate, or sets of forms where the problem asks for several; each verified.
int draw_command(const DrawOptions& options);

struct VerifyOptions {
    std::string instance;
    std::string forms;
    bool each = false; ///< Forms by themselves, not as one set.
};
int verify_command(const VerifyOptions& options);

struct SolveOptions {
    std::string instance;
    std::string out;
    std::uint64_t seed = 1;
    std::uint64_t steps = UINT64_MAX;
    double seconds = 10; ///< Of CPU time.
};
/// The best forms for the goal, verified.
int solve_command(const SolveOptions& options);

struct DiagnoseOptions {
    std::string instance;
    double seconds = 5; ///< Of CPU time.
};
/// Which constraints can't be met together.
int diagnose_command(const DiagnoseOptions& options);

struct GenerateOptions {
    std::string kind; ///< a1 … a5, b1, b2, c2, d2.
    std::string out;
    std::uint64_t seed = 1;
    std::size_t items = 0; ///< This and the next two: 0 for what is usual of the kind.
    std::size_t forms = 0;
    std::size_t length = 0;
};
/// An instance of the kind of the shared ones, made from a seed, that has a form: bounds lie around a form by chance.
/// With several forms it need not have them all.
int generate_command(const GenerateOptions& options);

struct CompareOptions {
    std::string instance;
    std::string peer_folder; ///< Where `npm ci` has put HiGHS.
    std::uint64_t seed = 1;
    std::vector<double> seconds{0.5, 10}; ///< Ours, of CPU time.
    double peer_seconds = 60;
    std::size_t forms = 20'000; ///< For a form per candidate.
    std::size_t peer_forms = 10;
};
/// Ours and HiGHS, GLPK and CBC, one after the other on one core; each answer verified. Says loudly what is not there.
int compare_command(const CompareOptions& options);

[[nodiscard]] std::string forms_to_text(const FormList& forms);

} // namespace papervault::assembly_bench
