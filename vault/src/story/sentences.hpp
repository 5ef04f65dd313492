#pragma once

#include <papervault/vault/story.hpp>

#include <map>
#include <string>

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
/// By id: of everybody who has acted and of every card in the ledger.
using KnownPeople = std::map<std::string, std::string, std::less<>>;
/// @param people  Where the ledger keeps an id alone, the name is told with it: "陈建国 (0123456789abcdef)".
[[nodiscard]] std::string fill_in(std::string_view text, const LedgerEntry& entry, StoryLanguage language,
                                  const KnownPeople& people);

} // namespace papervault::vault
