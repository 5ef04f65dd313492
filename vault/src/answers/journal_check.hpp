#pragma once

#include <papervault/vault/answers.hpp>

namespace papervault::vault {

/// That the answers graded are the answers given: the journal's chain runs from its origin to the head that the sheets
/// name, and every sheet is what the journal's events come to.
/// @return chain_broken, naming the record; malformed, naming candidate and item, where a sheet has another answer,
/// seat or phase than the journal.
[[nodiscard]] Result<void> check_journal(const AnswersFile& answers);

} // namespace papervault::vault
