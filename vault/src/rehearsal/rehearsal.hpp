#pragma once

#include <papervault/engine/grading.hpp>
#include <papervault/vault/draws.hpp>
#include <papervault/vault/packages.hpp>

#include <string>

/// Imaginary candidates for rehearsals, load and demonstrations. Never for a real batch.
namespace papervault::vault {

/// How imaginary candidates answer: a Rasch model with guessing. Ability θ ~ N(mean, spread); an item of difficulty p
/// (share of right answers) has b = -ln(p / (1-p)); P(right) = g + (1-g) / (1 + e^(b-θ)), g = 1/options for one of
/// several, else 0 (Birnbaum 1968). Answers that are not right are a wrong option, one option too many or too few, or
/// another text; 3 % are left empty.
struct AbilityModel {
    double mean = 0.0;
    double spread = 1.0;
};

/// One JSON object a candidate and line: ticket, id_tail, seat, seed, responses by item id (for every item of
/// every form).
/// @return not_permitted unless the batch is a rehearsal.
[[nodiscard]] Result<std::string> plan_rehearsal(OfficeVault& vault, const BatchRecord& batch, const DrawRecord& draw,
                                                 const crypto::Digest& seed, const AbilityModel& model);

} // namespace papervault::vault
