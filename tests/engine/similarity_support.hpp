#pragma once

#include "engine/irt_support.hpp"

#include <papervault/engine/similarity.hpp>

#include <utility>

namespace papervault::engine {

struct SimulatedBatch {
    AnswerTable answers{{{true}}};
    std::vector<double> abilities; ///< The true ones.
};

struct BatchShape {
    std::size_t candidates = 300;
    std::size_t items = 60;
    std::size_t options = 4;
    double left_out = 0.01;
    std::vector<std::pair<std::size_t, std::size_t>> copies; ///< Source and copier.
    double copied_share = 0.5;
};

/// Independent candidates under a 2PL with wrong options that depend on the ability; then the copiers copy.
inline SimulatedBatch simulate_batch(Simulator& random, const BatchShape& shape)
{
    std::vector<std::vector<bool>> right;
    struct Item {
        ItemParameters curve;
        std::size_t key;
        std::vector<double> pull; ///< Attraction of each option, and how it changes with the ability.
        std::vector<double> turn;
    };
    std::vector<Item> items;
    for (std::size_t n = 0; n < shape.items; ++n) {
        const double slope = 0.9 * std::exp(0.3 * random.normal());
        Item& item = items.emplace_back();
        item.curve = {slope, -slope * (random.normal() - 0.5), 0};
        item.key = random.below(shape.options);
        for (std::size_t option = 0; option < shape.options; ++option) {
            item.pull.push_back(0.7 * random.normal());
            item.turn.push_back(0.3 * random.normal());
        }
        right.emplace_back(shape.options, false);
        right.back()[item.key] = true;
    }
    std::vector<std::vector<std::uint8_t>> rows;
    SimulatedBatch batch;
    for (std::size_t candidate = 0; candidate < shape.candidates; ++candidate) {
        const double ability = random.normal();
        batch.abilities.push_back(ability);
        auto& row = rows.emplace_back();
        for (const Item& item : items) {
            if (random.uniform() < shape.left_out) {
                row.push_back(AnswerTable::left_out);
                continue;
            }
            if (random.uniform() < item.curve.probability(ability)) {
                row.push_back(static_cast<std::uint8_t>(item.key));
                continue;
            }
            double sum = 0;
            std::vector<double> weights;
            for (std::size_t option = 0; option < shape.options; ++option) {
                weights.push_back(option == item.key ? 0 : std::exp(item.pull[option] + item.turn[option] * ability));
                sum += weights.back();
            }
            double at = random.uniform() * sum;
            std::size_t chosen = item.key == 0 ? 1 : 0;
            for (std::size_t option = 0; option < shape.options; ++option) {
                if (weights[option] == 0) { continue; }
                chosen = option;
                if (at < weights[option]) { break; }
                at -= weights[option];
            }
            row.push_back(static_cast<std::uint8_t>(chosen));
        }
    }
    for (const auto& [source, copier] : shape.copies) {
        for (std::size_t item = 0; item < shape.items; ++item) {
            if (random.uniform() < shape.copied_share) { rows[copier][item] = rows[source][item]; }
        }
    }
    batch.answers = AnswerTable{std::move(right)};
    for (const auto& row : rows) { batch.answers.add_candidate(row); }
    return batch;
}

} // namespace papervault::engine
