#pragma once

#include <papervault/vault/story.hpp>

namespace papervault::vault {

struct Sentence {
    std::string_view action;
    StoryPhase phase;
    std::string_view chinese; ///< "{actor}" and "{member}" or "{member.member}" of the subject are filled in.
    std::string_view english;
};
/// @return Null for an action that this program does not know.
[[nodiscard]] const Sentence* sentence_of(std::string_view action) noexcept;
/// Where an unknown action belongs, by the word before its first dot.
[[nodiscard]] StoryPhase phase_of(std::string_view action) noexcept;
[[nodiscard]] std::string fill_in(std::string_view text, const LedgerEntry& entry, StoryLanguage language);

} // namespace papervault::vault
