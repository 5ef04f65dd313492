#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace papervault::engine::analysis {

/// Calls act(task, worker) once for every task below count, on `workers` threads, this one among them. What is written
/// must depend on the task alone, or be put in order afterwards.
template <class Act>
void for_each_task(std::size_t count, unsigned workers, Act act)
{
    std::atomic<std::size_t> next{0};
    const auto work = [&](unsigned worker) {
        for (std::size_t task = next.fetch_add(1); task < count; task = next.fetch_add(1)) { act(task, worker); }
    };
    std::vector<std::jthread> others;
    for (unsigned worker = 1; worker < workers; ++worker) { others.emplace_back(work, worker); }
    work(0);
}

} // namespace papervault::engine::analysis
