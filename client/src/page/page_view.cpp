#include <papervault/client/page.hpp>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <chrono>

namespace papervault::client {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;
using std::chrono::seconds;

json::object exam_of(const KioskSession& session, const HallInfo& hall, Language language)
{
    const OpenedForm* form = session.form();
    return {{"title", hall.title},
            {"occupation", hall.occupation},
            {"level", level_text(hall.level, language)},
            {"subject", hall.subject},
            {"duration_seconds", duration_cast<seconds>(hall.ends_at - hall.starts_at).count()},
            // Before the start nobody but the hall knows the form; 0 stands for unknown.
            {"items", form == nullptr ? 0 : form->items.size()},
            {"points", form == nullptr ? "0" : form->points.to_string()}};
}

json::object clock_of(const SessionTimes& times, engine::Instant now)
{
    const auto milliseconds = [](engine::Instant instant) { return instant.time_since_epoch().count(); };
    return {{"now_ms", milliseconds(now)},
            {"starts_ms", milliseconds(times.starts_at)},
            {"ends_ms", milliseconds(times.ends_at)},
            {"hand_in_from_ms", milliseconds(times.hand_in_from)}};
}

json::object responses_of(const KioskSession& session)
{
    json::object responses;
    for (const auto& [item, answer] : session.answers()) {
        json::array value;
        for (const std::string& part : answer.response) { value.emplace_back(part); }
        json::object entry{{"saved", answer.saved}, {"marked", answer.marked}};
        entry["value"] = std::move(value);
        responses[item] = std::move(entry);
    }
    return responses;
}

} // namespace

json::object page_view(const KioskSession& session, Language language, Monotonic now)
{
    json::object view{{"version", page_contract_version},
                      {"phase", to_text(session.phase())},
                      {"language", language == Language::english ? "en" : "zh"},
                      {"seat", fmt::format("{:02}", session.seat())},
                      {"connection", session.online() ? "online" : "offline"},
                      {"unsaved", session.unsaved_items()},
                      {"hand_in_allowed", session.hand_in_allowed(now)}};
    view["responses"] = responses_of(session);
    if (!session.enrolment_code().empty()) { view["enrolment_code"] = session.enrolment_code(); }
    if (const auto code = session.notice(); !code.empty()) {
        view["message"] = json::object{{"code", code}, {"text", notice_text(code, language)}};
    }
    if (const auto& hall = session.hall()) { view["exam"] = exam_of(session, *hall, language); }
    if (const auto ticket = session.candidate_ticket(); !ticket.empty()) {
        view["candidate"] = json::object{{"name", session.candidate_name()}, {"ticket", ticket}};
    }
    const auto times = session.times();
    const auto hall_now = session.hall_now(now);
    if (times && hall_now) { view["clock"] = clock_of(*times, *hall_now); }
    if (const auto left = session.reminder_seconds_left()) {
        view["reminder"] = json::object{{"minutes_left", (*left + 59) / 60}};
    }
    if (const auto receipt = session.receipt(); !receipt.empty()) { view["receipt"] = receipt; }
    return view;
}

} // namespace papervault::client
