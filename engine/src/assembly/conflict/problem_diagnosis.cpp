#include <papervault/engine/problem_diagnosis.hpp>

#include "assembly/conflict/farkas_oracle.hpp"
#include "assembly/conflict/problem_rows.hpp"

namespace papervault::engine {
namespace {

using namespace assembly;

/// Conflicts with more members are named, but not each member's change is looked for.
constexpr std::size_t relaxed_members_max = 12;

/// The nearest bound of a member with which the other members can be met; "" where it has no number, or none helps.
std::string relaxed(const ProblemRows& problem, FarkasOracle& oracle, const ConstraintSet& conflict, std::size_t member)
{
    const ProblemRows::Constraint& constraint = problem.constraints[member];
    if (constraint.row == ProblemRows::Constraint::no_row) { return {}; }
    const ProblemRows::Row& row = problem.rows[constraint.row];
    std::int64_t least = 0;
    std::int64_t most = 0;
    for (const auto& [column, value] : row.entries) { (value < 0 ? least : most) += value; }
    // Refuted at `bad`, not at `good`: halve what is between.
    std::int64_t bad = constraint.is_low ? row.low : row.high;
    std::int64_t good = constraint.is_low ? least : most;
    while (good < bad - 1 || good > bad + 1) {
        const std::int64_t middle = bad + (good - bad) / 2;
        (oracle.ask(conflict, FarkasOracle::Changed{member, middle}).is_possible ? good : bad) = middle;
    }
    if (good == (constraint.is_low ? row.low : row.high)) { return {}; } // no sums to choose between
    return (constraint.is_low ? "at least " : "at most ") + scaled_to_text(good, constraint.decimals);
}

} // namespace

Result<ProblemDiagnosis> diagnose(const AssemblyProblem& problem, const DiagnosisEffort& effort)
{
    if (const auto valid = validate(problem); !valid) { return std::unexpected{valid.error()}; }
    const ProblemRows rows{problem};
    FarkasOracle oracle{rows};
    ProblemDiagnosis found;
    const Possibility first = oracle.ask(ConstraintSet(rows.constraints.size(), true));
    found.questions = oracle.questions();
    if (first.is_possible) { return found; }
    found.is_infeasible = true;
    const AskPossible ask = [&](const ConstraintSet& asked) { return oracle.ask(asked); };
    const SmallestConflict smallest =
        smallest_conflict(rows.constraints.size(), ask, {effort.questions_max, effort.is_over});
    found.is_smallest = smallest.is_smallest;
    ConstraintSet conflict(rows.constraints.size());
    for (const std::size_t member : smallest.members) { conflict[member] = true; }
    for (const std::size_t member : smallest.members) {
        const ProblemRows::Constraint& constraint = rows.constraints[member];
        ProblemConflictMember& named = found.conflict.emplace_back();
        named.constraint = constraint.name + ": " + constraint.bound;
        const bool is_over = effort.is_over && effort.is_over();
        if (smallest.members.size() <= relaxed_members_max && !is_over) {
            named.relaxed = relaxed(rows, oracle, conflict, member);
        }
    }
    found.questions = oracle.questions();
    return found;
}

} // namespace papervault::engine
