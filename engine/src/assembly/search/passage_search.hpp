#pragma once

#include "assembly/search/passage_program.hpp"

#include <papervault/engine/assembly_optimiser.hpp>

#include <vector>

namespace papervault::engine::assembly {

/// The best form made of passages, by branch and bound on their program: the node with the best bound first, from there
/// down to a form or to where there is none better. First how many passages, then which, then their units.
class PassageSearch {
public:
    using Unit = UnitProblem::Unit;
    PassageSearch(const AssemblyProblem& problem, const UnitProblem& units, const Target& target,
                  const AssemblyEffort& effort);

    /// @return The search has come to its end: best() can't be bettered, or there is no form.
    bool run();
    [[nodiscard]] bool has_best() const noexcept { return has_best_; }
    [[nodiscard]] const std::vector<Unit>& best() const noexcept { return best_; }
    [[nodiscard]] std::int64_t best_quality() const noexcept { return best_quality_; }
    /// No form has more.
    [[nodiscard]] std::int64_t bound() const noexcept { return bound_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return program_.steps(); }
    [[nodiscard]] std::uint64_t nodes() const noexcept { return nodes_; }

private:
    using Decision = PassageProgram::Decision;
    using State = PassageProgram::State;
    struct Node {
        std::int64_t bound;
        std::uint64_t number;
        std::vector<Decision> path;
    };
    struct Branches {
        bool is_none = true;
        Decision first, second;
    };
    [[nodiscard]] bool is_over() const;
    void plunge(Node node);
    [[nodiscard]] Branches branches(bool is_solved);
    [[nodiscard]] PassageProgram::Group group_to_branch();
    [[nodiscard]] Branches settle();
    void take(const std::vector<Unit>& chosen);
    void push(Node node);

    const AssemblyEffort& effort_;
    PassageProgram program_;
    struct Learnt { // of a passage: what the program's goal loses for each whole of it
        Fixed of_in, of_out;
        int times = 0;
    };
    std::vector<Learnt> learnt_;
    std::vector<Node> open_; // a heap
    std::vector<Unit> best_;
    bool has_best_ = false;
    std::int64_t best_quality_ = INT64_MIN;
    std::int64_t bound_ = INT64_MAX;
    std::uint64_t nodes_ = 0;
};

} // namespace papervault::engine::assembly
