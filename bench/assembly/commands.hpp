#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// What papervault-bench-ata does. Every command prints one line of JSON and returns the program's exit code.
namespace papervault::assembly_bench {

struct DrawOptions {
    std::string instance;
    std::string out; ///< `FORM item …` lines; empty: none.
    std::size_t forms = 100'000;
    std::uint64_t seed = 1;
    unsigned threads = 1;
    bool evens_exposure = false;
};
/// A form for each candidate, each verified.
int draw_command(const DrawOptions& options);

struct VerifyOptions {
    std::string instance;
    std::string forms;
    bool each = false; ///< Forms by themselves, not as one set.
};
int verify_command(const VerifyOptions& options);

[[nodiscard]] std::string forms_to_text(std::span<const std::uint32_t> items, std::size_t length);

} // namespace papervault::assembly_bench
