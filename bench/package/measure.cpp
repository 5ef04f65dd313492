#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace papervault::package_bench {
namespace {

double seconds(const rusage& usage)
{
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

double own_cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage);
}

double wall_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr Cost worst{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};

Cost lesser(const Cost& one, const Cost& other)
{
    return {std::min(one.cpu_s, other.cpu_s), std::min(one.wall_s, other.wall_s)};
}

} // namespace

Cost best_of(int turns, const std::function<void()>& work)
{
    Cost best = worst;
    for (int turn = 0; turn < turns; ++turn) {
        const double cpu = own_cpu_seconds();
        const double wall = wall_seconds();
        work();
        best = lesser(best, {own_cpu_seconds() - cpu, wall_seconds() - wall});
    }
    return best;
}

std::optional<Cost> run(const Command& command)
{
    std::vector<char*> arguments;
    std::vector<std::string> words = command.words;
    for (std::string& word : words) { arguments.push_back(word.data()); }
    arguments.push_back(nullptr);
    const std::string input = command.input.empty() ? "/dev/null" : command.input.string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, command.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    pid_t child = 0;
    const double wall = wall_seconds();
    const int error = posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) { return std::nullopt; }
    int status = 0;
    rusage usage{};
    if (::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return std::nullopt;
    }
    return Cost{seconds(usage), wall_seconds() - wall};
}

std::optional<Cost> best_of(int turns, const Command& command)
{
    Cost best = worst;
    for (int turn = 0; turn < turns; ++turn) {
        const auto cost = run(command);
        if (!cost) { return std::nullopt; }
        best = lesser(best, *cost);
    }
    return best;
}

void use_one_core(bool only_one)
{
    static const cpu_set_t all = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        sched_getaffinity(0, sizeof set, &set);
        return set;
    }();
    cpu_set_t wanted = all;
    if (only_one) {
        CPU_ZERO(&wanted);
        for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
            if (CPU_ISSET(cpu, &all)) {
                CPU_SET(cpu, &wanted);
                break;
            }
        }
    }
    sched_setaffinity(0, sizeof wanted, &wanted);
}

} // namespace papervault::package_bench
