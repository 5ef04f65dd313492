#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace papervault::test {

struct Outcome {
    int exit_code = -1; ///< −1: it did not start or was ended by a signal.
    std::string output;
};

/// What a shell's command says on standard output and how it ends. The command is the test's own, so the shell is safe.
inline Outcome outcome_of(const std::string& command)
{
    Outcome outcome;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) { return outcome; }
    std::array<char, 4096> piece{};
    while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe)) {
        outcome.output.append(piece.data(), size);
    }
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

} // namespace papervault::test
