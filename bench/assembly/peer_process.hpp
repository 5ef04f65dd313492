#pragma once

#include <string>
#include <vector>

namespace papervault::assembly_bench {

struct PeerRun {
    bool has_started = false;
    bool was_stopped = false; ///< By us, after the limit.
    int exit_code = -1;
    double cpu_seconds = 0; ///< Of the process, start and reading included.
    double wall_seconds = 0;
    std::string output;
};

/// Runs a program found on the PATH in a directory and waits for it. @param wall_seconds_max Then it is ended.
[[nodiscard]] PeerRun run_peer(const std::vector<std::string>& command, const std::string& directory,
                               double wall_seconds_max);

/// Keeps this process and those that it starts on the processor core where it is now. @return The core, or -1.
int stay_on_this_core();

} // namespace papervault::assembly_bench
