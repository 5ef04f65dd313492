#pragma once

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/journal.hpp>

#include <string>
#include <vector>

/// The journal of a sitting that comes to given sheets, as a hall would have written it.
namespace papervault::vault::test {

inline std::string payload_of(const engine::Event& event)
{
    return engine::canonical_json(boost::json::object{{"kind", "event"}, {"event", engine::to_json(event)}});
}

/// The events: everybody who handed in signs in, answers item by item and hands in.
inline std::vector<engine::Event> events_of(const AnswersFile& answers)
{
    engine::PaperOpened opened{.package_id = answers.package_id, .items_by_form = {}};
    for (const AnswerSheet& sheet : answers.sheets) {
        for (const auto& [item, response] : sheet.responses) { opened.items_by_form[sheet.form_id].insert(item); }
    }
    std::vector<engine::Event> events{opened, engine::Started{}};
    std::uint64_t connection = 0;
    for (const AnswerSheet& sheet : answers.sheets) {
        if (sheet.phase == engine::CandidatePhase::absent) { continue; }
        events.emplace_back(engine::SignedIn{.ticket = sheet.ticket, .seat = sheet.seat, .connection = ++connection});
        std::uint64_t sequence = 0;
        for (const auto& [item, response] : sheet.responses) {
            events.emplace_back(engine::Answered{
                .ticket = sheet.ticket, .sequence = ++sequence, .item = item, .response = response, .marked = false});
        }
        events.emplace_back(engine::HandedIn{.ticket = sheet.ticket, .sequence = ++sequence, .by_end_of_time = false});
    }
    events.emplace_back(engine::Ended{.by = {}, .reason = {}});
    return events;
}

/// Fills in journal, number of records and head.
inline void write_journal(AnswersFile& answers, const std::vector<engine::Event>& events)
{
    JournalChain chain{answers.package_id};
    answers.journal.clear();
    for (const engine::Event& event : events) {
        answers.journal += journal_line(chain.extend(answers.started_at, payload_of(event))) + '\n';
    }
    answers.journal_records = chain.records();
    answers.journal_head = chain.head();
}
inline void write_journal(AnswersFile& answers)
{
    write_journal(answers, events_of(answers));
}

} // namespace papervault::vault::test
