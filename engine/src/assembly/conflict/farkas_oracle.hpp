#pragma once

#include "assembly/conflict/problem_rows.hpp"
#include "assembly/conflict/smallest_conflict.hpp"
#include "assembly/search/linear_program.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace papervault::engine::assembly {

/// Says whether constraints of a problem contradict each other already where items may be taken in part. Columns come
/// into the linear program as the contradiction asks for them, rows that are many as they are broken. A no is proved in
/// whole numbers over all items and passages; a yes is only the absence of such a proof.
class FarkasOracle {
public:
    explicit FarkasOracle(const ProblemRows& problem) : problem_{problem} {}

    struct Changed {
        std::size_t constraint = 0;
        std::int64_t bound = 0;
    };
    /// Yes with all that holds in the parts found; no with the constraints that the proof needs.
    [[nodiscard]] Possibility ask(const ConstraintSet& asked, const std::optional<Changed>& changed = {});
    [[nodiscard]] std::uint64_t questions() const noexcept { return questions_; }

private:
    struct Session;
    const ProblemRows& problem_;
    std::uint64_t questions_ = 0;
};

} // namespace papervault::engine::assembly
