#pragma once

#include <papervault/engine/assembly_problem.hpp>
#include <papervault/engine/random_stream.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

/// Small assembly problems, and a search through all forms that knows nothing of the solvers.
namespace papervault::engine {

/// Streams for tests; a real draw uses ChaCha20.
class TestStreams final : public RandomStreams {
public:
    explicit TestStreams(std::uint64_t seed) : seed_{seed} {}
    void fill(std::uint64_t number, std::uint64_t offset, std::span<std::byte> out) const override
    {
        std::uint64_t at = offset / 8;
        for (std::size_t i = 0; i < out.size(); ++at) {
            std::uint64_t word = (seed_ * 0x9e3779b97f4a7c15U) ^ (number * 0xd1342543de82ef95U) ^ at;
            for (int round = 0; round < 3; ++round) {
                word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
                word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
                word ^= word >> 31U;
                word += 0x9e3779b97f4a7c15U * (at + 1);
            }
            for (int byte = 0; byte < 8 && i < out.size(); ++byte, ++i, word >>= 8U) {
                out[i] = static_cast<std::byte>(word & 0xffU);
            }
        }
    }

private:
    std::uint64_t seed_;
};

/// From the words of the problem alone: does this form meet it?
inline bool meets(const AssemblyProblem& problem, const std::vector<std::uint32_t>& form)
{
    const std::set<std::uint32_t> items(form.begin(), form.end());
    if (items.size() != form.size() || form.size() != problem.length) { return false; }
    const auto of = [&](const auto& list) {
        return std::ranges::count_if(list, [&](std::uint32_t item) { return items.contains(item); });
    };
    for (const auto& count : problem.counts) {
        const auto number = of(count.items);
        if (number < count.at_least || number > count.at_most) { return false; }
    }
    for (const auto& sum : problem.sums) {
        std::int64_t total = 0;
        for (std::size_t i = 0; i < sum.items.size(); ++i) {
            total += items.contains(sum.items[i]) ? sum.values[i] : 0;
        }
        if (total < sum.at_least || total > sum.at_most) { return false; }
    }
    for (const auto& set : problem.enemies) {
        if (of(set) > 1) { return false; }
    }
    for (const auto& set : problem.all_or_none) {
        if (of(set) != 0 && of(set) != std::ssize(set)) { return false; }
    }
    std::int64_t stimuli = 0;
    for (const auto& stimulus : problem.stimuli) {
        const auto number = of(stimulus.items);
        if (number == 0) { continue; }
        ++stimuli;
        if (number < stimulus.at_least || number > stimulus.at_most) { return false; }
    }
    if (!problem.stimuli.empty() && (stimuli < problem.stimuli_at_least || stimuli > problem.stimuli_at_most)) {
        return false;
    }
    for (std::size_t k = 0; k < problem.lowest.size(); ++k) {
        std::int64_t total = 0;
        for (const std::uint32_t item : form) { total += problem.information[k][item]; }
        if (total < problem.lowest[k] || total > problem.highest[k]) { return false; }
    }
    return of(problem.forced) == std::ssize(problem.forced) && of(problem.banned) == 0;
}

/// Every form that meets the problem, sorted. For a few dozen thousand candidates.
inline std::vector<std::vector<std::uint32_t>> all_forms(const AssemblyProblem& problem)
{
    std::vector<std::vector<std::uint32_t>> out;
    std::vector<bool> is_in(problem.item_count);
    std::fill_n(is_in.begin(), problem.length, true);
    do {
        std::vector<std::uint32_t> form;
        for (std::uint32_t item = 0; item < problem.item_count; ++item) {
            if (is_in[item]) { form.push_back(item); }
        }
        if (meets(problem, form)) { out.push_back(form); }
    } while (std::prev_permutation(is_in.begin(), is_in.end()));
    return out;
}

/// A random problem of up to a dozen items, as tight as chance has it.
inline AssemblyProblem random_problem(std::mt19937_64& random)
{
    const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    AssemblyProblem problem;
    problem.name = "random";
    problem.item_count = 5 + below(7);
    problem.length = 1 + below(std::min(problem.item_count - 1, 5U));
    const auto some_items = [&](std::uint32_t of_ten) {
        std::vector<std::uint32_t> items;
        for (std::uint32_t item = 0; item < problem.item_count; ++item) {
            if (below(10) < of_ten) { items.push_back(item); }
        }
        return items;
    };
    for (std::uint32_t i = below(4); i > 0; --i) {
        const std::int64_t low = below(3);
        problem.counts.push_back({"c" + std::to_string(i), low, low + below(2), some_items(5)});
    }
    if (below(2) == 0) {
        AssemblyProblem::Sum sum{"s", 1, 0, 0, some_items(8), {}};
        for (std::size_t i = 0; i < sum.items.size(); ++i) { sum.values.push_back(std::int64_t{below(40)} - 5); }
        sum.at_least = std::int64_t{below(15)} * problem.length;
        sum.at_most = sum.at_least + below(40);
        problem.sums.push_back(std::move(sum));
    }
    for (std::uint32_t i = below(3); i > 0; --i) { problem.enemies.push_back(some_items(3)); }
    if (below(3) == 0) { problem.all_or_none.push_back(some_items(2)); }
    if (below(4) == 0) { problem.forced.push_back(below(problem.item_count)); }
    if (below(4) == 0) { problem.banned.push_back(below(problem.item_count)); }
    problem.abilities = {"0"};
    problem.information_decimals = 2;
    problem.information.emplace_back();
    for (std::uint32_t item = 0; item < problem.item_count; ++item) { problem.information[0].push_back(below(100)); }
    return problem;
}

/// Deviation of draws from equal chances: Σ (seen − expected)² / expected.
inline double chi_square(const std::vector<std::uint64_t>& seen)
{
    const double expected = static_cast<double>(std::accumulate(seen.begin(), seen.end(), std::uint64_t{0})) /
                            static_cast<double>(seen.size());
    double sum = 0;
    for (const std::uint64_t count : seen) {
        const double distance = static_cast<double>(count) - expected;
        sum += distance * distance / expected;
    }
    return sum;
}

} // namespace papervault::engine
