#pragma once

#include <papervault/vault/ledger.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// One paper's life, from the ledger alone: bank, draw, proofs, sealing, custody, opening, grading, publication,
/// archive, destruction. An entry that this program does not know is told as it stands, never left out.
namespace papervault::vault {

enum class StoryLanguage { chinese, english };
enum class StoryPhase { bank, drawing, sealing, custody, sitting, grading, publication, archive, other };
[[nodiscard]] std::string_view title_of(StoryPhase phase, StoryLanguage language) noexcept;

struct StoryEvent {
    std::uint64_t index = 0; ///< Of the ledger entry.
    engine::Instant time;
    std::string actor;
    std::string action;
    StoryPhase phase{};
    bool known = false; ///< False: the sentence shows the entry's members.
    std::string sentence;
};

struct Story {
    StoryLanguage language{};
    std::string package_id;
    std::string batch_id; ///< Empty when no entry names it.
    std::string draw_id;
    std::vector<StoryEvent> events; ///< In the ledger's order.
};

/// @param entries  From verify_chain(): all of the ledger.
/// @return not_found when no entry names the package.
[[nodiscard]] Result<Story> tell_story(std::span<const LedgerEntry> entries, std::string_view package_id,
                                       StoryLanguage language);
[[nodiscard]] boost::json::object to_json(const Story& story);
/// For a terminal. Times in this machine's zone.
[[nodiscard]] std::string to_text(const Story& story);
/// One page by itself: a diagram of lanes by phase (SVG), then the sentences. No script, nothing from outside.
[[nodiscard]] std::string to_html(const Story& story);

} // namespace papervault::vault
