#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// CPU time and wall time of work in this process or in another program.
namespace papervault::package_bench {

struct Cost {
    double cpu_s = 0; ///< User and system, all threads.
    double wall_s = 0;
};
/// The least CPU time and the least wall time of so many turns.
[[nodiscard]] Cost best_of(int turns, const std::function<void()>& work);

struct Command {
    std::vector<std::string> words; ///< The program is looked for in PATH.
    std::filesystem::path input;    ///< Empty: nothing to read.
    std::filesystem::path output;   ///< Replaced.
};
/// @return Nothing when the program can't be started or ends with another code than 0.
[[nodiscard]] std::optional<Cost> run(const Command& command);
[[nodiscard]] std::optional<Cost> best_of(int turns, const Command& command);

/// From now on this process and those it starts have one processor, or all that it had in the beginning.
void use_one_core(bool only_one);

} // namespace papervault::package_bench
