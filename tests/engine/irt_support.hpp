#pragma once

#include "engine/support.hpp"

#include <papervault/engine/irt.hpp>

#include <cmath>
#include <numbers>

namespace papervault::engine {

/// Uniform and normal numbers of a property test.
class Simulator {
public:
    explicit Simulator(std::uint64_t seed) : stream_{seed}, integers_{stream_} {}
    double uniform() { return static_cast<double>(integers_.bits() >> 11U) * 0x1p-53; }
    double normal()
    {
        // Box and Muller (1958).
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
    std::size_t below(std::size_t bound) { return integers_.below(bound); }

private:
    SplitMixStream stream_;
    RandomIntegers integers_;
};

struct SimulatedExam {
    std::vector<ItemParameters> items;
    std::vector<double> abilities;
    BinaryMatrix responses{1};
};

/// Slopes log-normal around 1.1, difficulties N(0, 1), abilities N(0, 1).
inline SimulatedExam simulate(Simulator& random, std::size_t candidates, std::size_t items, double slope_spread,
                              double guessing)
{
    SimulatedExam exam;
    for (std::size_t item = 0; item < items; ++item) {
        const double slope = 1.1 * std::exp(slope_spread * random.normal());
        exam.items.push_back({slope, -slope * random.normal(), guessing});
    }
    exam.responses = BinaryMatrix{items};
    std::vector<signed char> row(items);
    for (std::size_t candidate = 0; candidate < candidates; ++candidate) {
        exam.abilities.push_back(random.normal());
        for (std::size_t item = 0; item < items; ++item) {
            row[item] = random.uniform() < exam.items[item].probability(exam.abilities.back()) ? 1 : 0;
        }
        exam.responses.add_candidate(row);
    }
    return exam;
}

} // namespace papervault::engine
