#include <papervault/vault/story.hpp>

#include "story/sentences.hpp"

#include <papervault/vault/identity.hpp>
#include <papervault/vault/local_time.hpp>
#include <papervault/vault/texts.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace papervault::vault {
namespace {

struct PhaseTitle {
    StoryPhase phase;
    std::string_view chinese, english;
};
constexpr std::array phase_titles{
    PhaseTitle{StoryPhase::bank, "题库", "Bank"},           PhaseTitle{StoryPhase::drawing, "抽卷", "Drawing"},
    PhaseTitle{StoryPhase::sealing, "封装", "Sealing"},     PhaseTitle{StoryPhase::custody, "保管", "Custody"},
    PhaseTitle{StoryPhase::sitting, "考试", "Sitting"},     PhaseTitle{StoryPhase::grading, "阅卷", "Grading"},
    PhaseTitle{StoryPhase::publication, "公布", "Results"}, PhaseTitle{StoryPhase::archive, "档案", "Archive"},
    PhaseTitle{StoryPhase::other, "其他", "Other"},
};

std::string text_member(const boost::json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// Whether one of the ids stands anywhere in the value as a whole text.
bool names_any(const boost::json::value& value, const std::set<std::string, std::less<>>& ids)
{
    if (value.is_string()) { return ids.contains(std::string_view{value.get_string()}); }
    if (value.is_array()) {
        return std::ranges::any_of(value.get_array(), [&](const auto& each) { return names_any(each, ids); });
    }
    if (value.is_object()) {
        return std::ranges::any_of(value.get_object(), [&](const auto& each) { return names_any(each.value(), ids); });
    }
    return false;
}

bool about_the_bank(const LedgerEntry& entry)
{
    return entry.action == "bank.import" || entry.action == "bank.specification";
}

KnownPeople people_in(std::span<const LedgerEntry> entries)
{
    KnownPeople people;
    for (const LedgerEntry& entry : entries) {
        if (!entry.actor.id.empty()) { people.emplace(entry.actor.id, entry.actor.name); }
        const auto* card = entry.subject.if_contains("card");
        if (card == nullptr) { continue; }
        if (const auto read = card_from_json(*card, "card")) { people.emplace(read->id(), read->name); }
    }
    return people;
}

StoryEvent event_of(const LedgerEntry& entry, StoryLanguage language, const KnownPeople& people)
{
    StoryEvent event{.index = entry.index,
                     .time = entry.time,
                     .actor = entry.actor.name,
                     .action = entry.action,
                     .phase = phase_of(entry.action),
                     .known = false,
                     .sentence = {}};
    if (const Sentence* known = sentence_of(entry.action)) {
        event.known = true;
        event.sentence =
            fill_in(language == StoryLanguage::chinese ? known->chinese : known->english, entry, language, people);
    } else {
        event.sentence = fmt::format(
            fmt::runtime(language == StoryLanguage::chinese ? "{} 登记了“{}”：{}" : "{} recorded \"{}\": {}"),
            entry.actor.name, entry.action, boost::json::serialize(entry.subject));
    }
    return event;
}

} // namespace

std::string_view title_of(StoryPhase phase, StoryLanguage language) noexcept
{
    for (const PhaseTitle& each : phase_titles) {
        if (each.phase == phase) { return language == StoryLanguage::chinese ? each.chinese : each.english; }
    }
    return "";
}

Result<Story> tell_story(std::span<const LedgerEntry> entries, std::string_view package_id, StoryLanguage language)
{
    Story story{
        .language = language, .package_id = std::string{package_id}, .batch_id = {}, .draw_id = {}, .events = {}};
    bool named = false;
    std::uint64_t drawn_at = 0;
    for (const LedgerEntry& entry : entries) {
        named |= names_any(entry.subject, {story.package_id});
        if (entry.action == "package.seal" && text_member(entry.subject, "package") == package_id) {
            story.batch_id = text_member(entry.subject, "batch");
            story.draw_id = text_member(entry.subject, "draw");
        }
    }
    if (!named) {
        return refuse(VaultError::not_found, "no entry of the ledger names the package " + story.package_id);
    }
    std::set<std::string, std::less<>> ids{story.package_id};
    if (!story.batch_id.empty()) { ids.insert(story.batch_id); }
    if (!story.draw_id.empty()) { ids.insert(story.draw_id); }
    for (const LedgerEntry& entry : entries) {
        const bool ran = entry.action == "draw.run" || entry.action == "draw.loft";
        if (ran && text_member(entry.subject, "draw") == story.draw_id) { drawn_at = entry.index; }
    }
    const KnownPeople people = people_in(entries);
    // What came into the bank before the draw could come into the paper; holds on everything are holds on this paper,
    // and so are the suites that the office accepts.
    for (const LedgerEntry& entry : entries) {
        const bool bank = about_the_bank(entry) && entry.index < drawn_at;
        const bool general = entry.action == "policy.suites" ||
                             (entry.action.starts_with("retention.") && text_member(entry.subject, "package") == "*");
        if (bank || general || names_any(entry.subject, ids)) {
            story.events.push_back(event_of(entry, language, people));
        }
    }
    return story;
}

boost::json::object to_json(const Story& story)
{
    boost::json::array events;
    for (const StoryEvent& event : story.events) {
        events.push_back({{"entry", event.index},
                          {"time", engine::to_text(event.time)},
                          {"actor", event.actor},
                          {"action", event.action},
                          {"phase", title_of(event.phase, StoryLanguage::english)},
                          {"known", event.known},
                          {"sentence", event.sentence}});
    }
    return {{"package", story.package_id}, {"batch", story.batch_id}, {"draw", story.draw_id}, {"events", events}};
}

std::string to_text(const Story& story)
{
    std::string text = fmt::format(fmt::runtime(story.language == StoryLanguage::chinese
                                                    ? "试卷包 {} 的一生（批次 {}，抽卷 {}）\n"
                                                    : "The life of package {} (batch {}, draw {})\n"),
                                   story.package_id, story.batch_id, story.draw_id);
    StoryPhase phase = StoryPhase::other;
    bool first = true;
    for (const StoryEvent& event : story.events) {
        if (first || event.phase != phase) { text += fmt::format("\n[{}]\n", title_of(event.phase, story.language)); }
        first = false;
        phase = event.phase;
        text += fmt::format("  {}  #{:<5} {}\n", local_time(event.time), event.index, with_local_times(event.sentence));
    }
    return text;
}

} // namespace papervault::vault
