#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include "identifier.hpp"
#include "response_size.hpp"
#include "wire.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace papervault::engine {
namespace {

namespace json = boost::json;
using wire::read_ticket;
using wire::read_unsigned;

constexpr std::array<std::string_view, 16> refusal_names{
    "paper_not_open",    "already_open",  "too_early",    "too_late",           "wrong_candidate", "not_on_this_seat",
    "already_signed_in", "not_signed_in", "unknown_item", "response_too_large", "sitting_over",    "handed_in_already",
    "hand_in_too_early", "not_running",   "seat_taken",   "not_over_yet"};
static_assert(refusal_names.size() == static_cast<std::size_t>(Refusal::not_over_yet) + 1);

constexpr std::size_t forms_max = 1000;
constexpr std::size_t items_of_form_max = 1000;
constexpr std::size_t tickets_max = 1000;
constexpr int any_seat_max = 1'000'000;
constexpr std::uint64_t any_number_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t reminder_seconds_max = 24 * 60 * 60;

json::object event_of_kind(std::string_view kind)
{
    return json::object{{"kind", kind}};
}

struct EventWriter {
    json::object operator()(const PaperOpened& event) const
    {
        json::object forms;
        for (const auto& [form, items] : event.items_by_form) {
            json::array ids;
            for (const std::string& item : items) ids.emplace_back(item);
            forms[form] = std::move(ids);
        }
        json::object out = event_of_kind("paper_opened");
        out["package"] = event.package_id;
        out["items_by_form"] = std::move(forms);
        return out;
    }
    json::object operator()(const Started&) const { return event_of_kind("started"); }
    json::object operator()(const SignedIn& event) const
    {
        return {
            {"kind", "signed_in"}, {"ticket", event.ticket}, {"seat", event.seat}, {"connection", event.connection}};
    }
    json::object operator()(const SignedOut& event) const
    {
        return {{"kind", "signed_out"}, {"ticket", event.ticket}, {"connection", event.connection}};
    }
    json::object operator()(const Answered& event) const
    {
        json::object out{{"kind", "answered"},
                         {"ticket", event.ticket},
                         {"sequence", event.sequence},
                         {"item", event.item},
                         {"marked", event.marked}};
        out["response"] = wire::to_array(event.response);
        return out;
    }
    json::object operator()(const HandedIn& event) const
    {
        return {{"kind", "handed_in"},
                {"ticket", event.ticket},
                {"sequence", event.sequence},
                {"by_end_of_time", event.by_end_of_time}};
    }
    json::object operator()(const SeatMoved& event) const
    {
        return {{"kind", "seat_moved"},
                {"ticket", event.ticket},
                {"seat", event.seat},
                {"by", event.by},
                {"reason", event.reason}};
    }
    json::object operator()(const Reminded& event) const
    {
        return {{"kind", "reminded"}, {"before_end_seconds", event.before_end.count()}};
    }
    json::object operator()(const AbsentRecorded& event) const
    {
        json::object out = event_of_kind("absent_recorded");
        out["tickets"] = wire::to_array(event.tickets);
        return out;
    }
    json::object operator()(const Ended& event) const
    {
        return {{"kind", "ended"}, {"by", event.by}, {"reason", event.reason}};
    }
    json::object operator()(const Sealed&) const { return event_of_kind("sealed"); }
    json::object operator()(const RefusalRecorded& event) const
    {
        return {
            {"kind", "refusal_recorded"}, {"ticket", event.ticket}, {"seat", event.seat}, {"refusal", event.refusal}};
    }
};

PaperOpened read_paper_opened(JsonFields& fields)
{
    PaperOpened event;
    event.package_id = fields.text("package", 128);
    const json::object* forms = fields.member("items_by_form").if_object();
    if (forms == nullptr || forms->size() > forms_max) {
        fields.problem(EngineError::malformed, "items_by_form", "an object of forms was expected");
        return event;
    }
    JsonFields form_fields{fields.member("items_by_form"), fields.path("items_by_form")};
    for (const json::key_value_pair& form : *forms) {
        const std::vector<std::string> items = form_fields.texts(form.key(), items_of_form_max, item_id_bytes_max);
        if (!is_form_id(form.key()) || !std::ranges::all_of(items, is_item_id)) {
            fields.problem(EngineError::malformed, "items_by_form", "ids of forms and items were expected");
        }
        event.items_by_form.emplace(std::string{form.key()}, std::set<std::string>{items.begin(), items.end()});
    }
    if (const Result<void> done = form_fields.finish(); !done) fields.problem(done.error());
    return event;
}

Answered read_answered(JsonFields& fields)
{
    Answered event;
    event.ticket = read_ticket(fields);
    event.sequence = read_unsigned(fields, "sequence", 1, sequence_max);
    event.item = wire::read_item_id(fields, "item");
    event.response = wire::read_response(fields, response_parts_max, response_bytes_max);
    event.marked = fields.boolean("marked");
    if (!is_response_small(event.response)) fields.problem(EngineError::out_of_range, "response", "is too large");
    return event;
}

RefusalRecorded read_refusal_recorded(JsonFields& fields)
{
    RefusalRecorded event;
    event.ticket = read_ticket(fields);
    event.seat = static_cast<int>(fields.integer("seat", -any_seat_max, any_seat_max));
    event.refusal = fields.text("refusal", 64);
    if (!refusal_from_text(event.refusal)) fields.problem(EngineError::malformed, "refusal", "is no refusal");
    return event;
}

AbsentRecorded read_absent_recorded(JsonFields& fields)
{
    AbsentRecorded event{fields.texts("tickets", tickets_max, 32)};
    if (!std::ranges::all_of(event.tickets, is_ticket))
        fields.problem(EngineError::malformed, "tickets", "are no tickets");
    return event;
}

// Initializer lists in braces are evaluated from left to right, so the first fault in the text is the first reported.
struct EventReader {
    std::string_view kind;
    Event (*read)(JsonFields&);
};
constexpr std::array event_readers{
    EventReader{"paper_opened", [](JsonFields& fields) -> Event { return read_paper_opened(fields); }},
    EventReader{"started", [](JsonFields&) -> Event { return Started{}; }},
    EventReader{"signed_in",
                [](JsonFields& fields) -> Event {
                    return SignedIn{read_ticket(fields), static_cast<int>(fields.integer("seat", 1, seats_max)),
                                    read_unsigned(fields, "connection", 0, any_number_max)};
                }},
    EventReader{"signed_out",
                [](JsonFields& fields) -> Event {
                    return SignedOut{read_ticket(fields), read_unsigned(fields, "connection", 0, any_number_max)};
                }},
    EventReader{"answered", [](JsonFields& fields) -> Event { return read_answered(fields); }},
    EventReader{"handed_in",
                [](JsonFields& fields) -> Event {
                    return HandedIn{read_ticket(fields), read_unsigned(fields, "sequence", 0, sequence_max),
                                    fields.boolean("by_end_of_time")};
                }},
    EventReader{"seat_moved",
                [](JsonFields& fields) -> Event {
                    return SeatMoved{read_ticket(fields), static_cast<int>(fields.integer("seat", 1, seats_max)),
                                     fields.text("by", by_bytes_max), fields.text("reason", reason_bytes_max)};
                }},
    EventReader{"reminded",
                [](JsonFields& fields) -> Event {
                    return Reminded{
                        std::chrono::seconds{fields.integer("before_end_seconds", 1, reminder_seconds_max)}};
                }},
    EventReader{"absent_recorded", [](JsonFields& fields) -> Event { return read_absent_recorded(fields); }},
    EventReader{"ended",
                [](JsonFields& fields) -> Event {
                    return Ended{fields.text("by", by_bytes_max), fields.text("reason", reason_bytes_max)};
                }},
    EventReader{"sealed", [](JsonFields&) -> Event { return Sealed{}; }},
    EventReader{"refusal_recorded", [](JsonFields& fields) -> Event { return read_refusal_recorded(fields); }},
};
static_assert(event_readers.size() == std::variant_size_v<Event>);

} // namespace

std::string_view to_text(Refusal refusal) noexcept
{
    return refusal_names[static_cast<std::size_t>(refusal)];
}

std::optional<Refusal> refusal_from_text(std::string_view text) noexcept
{
    const auto* found = std::ranges::find(refusal_names, text);
    if (found == refusal_names.end()) return std::nullopt;
    return static_cast<Refusal>(found - refusal_names.begin());
}

json::value to_json(const Event& event)
{
    return std::visit(EventWriter{}, event);
}

Result<Event> event_from_json(const json::value& value)
{
    JsonFields fields{value, "event"};
    const std::string kind = fields.text("kind", 32);
    const auto* reader = std::ranges::find(event_readers, std::string_view{kind}, &EventReader::kind);
    if (reader == event_readers.end()) {
        fields.problem(EngineError::malformed, "kind", "is no kind of event");
        return std::unexpected{fields.finish_ignoring_unknown().error()};
    }
    Event event = reader->read(fields);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};
    return event;
}

} // namespace papervault::engine
