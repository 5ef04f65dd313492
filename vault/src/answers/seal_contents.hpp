#pragma once

#include <papervault/vault/answers.hpp>

#include <string_view>

namespace papervault::vault {

/// Seals and signs whatever it is given: what seal_answers() does once it has looked, and what a hall that lies could
/// do.
/// @param answers  Its version, ids, time of sealing and journal. @param sheets  The bytes of the sheets.
[[nodiscard]] Result<void> seal_contents(const AnswersFile& answers, std::string_view sheets, const Identity& hall,
                                         const IdentityCard& office, const std::filesystem::path& file);

} // namespace papervault::vault
