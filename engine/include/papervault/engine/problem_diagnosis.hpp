#pragma once

#include <papervault/engine/assembly_problem.hpp>
#include <papervault/engine/diagnosis.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Why a test-assembly problem has no form.
namespace papervault::engine {

struct ProblemConflictMember {
    std::string constraint; ///< "C12: at least 6", "S3: at most 41.5", "length: 55 items".
    /// The least change of this bound alone with which the others of the conflict can be met: "at least 4"; "" where
    /// it has no number.
    std::string relaxed;
};

struct ProblemDiagnosis {
    /// Proved in whole numbers: no form, not even one that takes items in part, meets these together. False says only
    /// that no such proof was found.
    bool is_infeasible = false;
    std::vector<ProblemConflictMember> conflict; ///< None of them can be spared.
    bool is_smallest = false;                    ///< No set that can be refuted in this way has fewer members.
    std::uint64_t questions = 0;                 ///< Linear programs solved for it.
};

/// Looks for constraints whose linear relaxation is contradictory (Farkas 1902): lengths, counts, sums, bands of
/// information, enemies, whole sets, passages, what is forced or banned, and the number of forms. What two forms may
/// share is left out.
/// @return What validate() refuses.
[[nodiscard]] Result<ProblemDiagnosis> diagnose(const AssemblyProblem& problem, const DiagnosisEffort& effort = {});

} // namespace papervault::engine
