#pragma once

#include "grading/columnar/typed_value.hpp"

#include <papervault/engine/grading.hpp>

#include <optional>
#include <unordered_set>
#include <vector>

namespace papervault::engine::columnar {

/// units × numerator / denominator, half up; none of them below 0.
[[nodiscard]] std::int64_t part_of(std::int64_t units, std::int64_t numerator, std::int64_t denominator);

/// The blanks of one fill-in key: texts as hashed normal forms, numbers as ends, points as shares.
class CompiledBlanks {
public:
    CompiledBlanks(const AnswerKey& key, std::int64_t units, ScoringRule rule);
    [[nodiscard]] std::int64_t units_of(const Response& response) const;

private:
    struct Blank {
        std::unordered_set<Characters> texts;
        TextRule rule;
        std::optional<NumberKey> number;
        std::int64_t units = 0;
    };
    [[nodiscard]] static bool accepts(const Blank& blank, const Characters& typed);

    std::vector<Blank> blanks_;
    bool is_any_order_;
    bool is_whole_;
};

} // namespace papervault::engine::columnar
