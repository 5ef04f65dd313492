#include <papervault/engine/assert.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/json.hpp>

#include "identifier.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <set>

namespace papervault::engine {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t reminders_max = 10;
constexpr seconds day = std::chrono::hours{24};

// ---- RFC 3339 ----

/// Reads digits and separators from the front of a text.
class TimeReader {
public:
    explicit TimeReader(std::string_view text) : rest_{text} {}

    int number(std::size_t digits, int lowest, int highest)
    {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_.empty() || !is_ascii_digit(rest_.front())) return fail();
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value >= lowest && value <= highest ? value : fail();
    }
    bool skip(char separator)
    {
        if (!rest_.starts_with(separator)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char separator) { good_ = skip(separator) && good_; }
    /// "" = 0, ".5" = 500, ".05" = 50.
    int optional_milliseconds()
    {
        if (!skip('.')) return 0;
        int value = 0;
        int scale = 100;
        std::size_t digits = 0;
        while (digits < 3 && !rest_.empty() && is_ascii_digit(rest_.front())) {
            value += (rest_.front() - '0') * scale;
            scale /= 10;
            ++digits;
            rest_.remove_prefix(1);
        }
        return digits > 0 ? value : fail();
    }
    std::chrono::minutes offset()
    {
        if (skip('Z')) return {};
        const bool west = skip('-');
        if (!west) expect('+');
        const std::chrono::hours hours{number(2, 0, 23)};
        expect(':');
        const std::chrono::minutes offset = hours + std::chrono::minutes{number(2, 0, 59)};
        return west ? -offset : offset;
    }
    [[nodiscard]] bool ended_well() const noexcept { return good_ && rest_.empty(); }

private:
    int fail()
    {
        good_ = false;
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

// ---- members ----

std::string read_name(JsonFields& fields, std::string_view name)
{
    return fields.text(name, name_bytes_max);
}

Instant read_instant(JsonFields& fields, std::string_view name)
{
    const Result<Instant> instant = instant_from_text(fields.text(name, 40));
    if (instant) return *instant;
    fields.problem(instant.error().code, name, instant.error().detail);
    return {};
}

seconds read_span(JsonFields& fields, std::string_view name, seconds otherwise)
{
    return seconds{fields.optional_integer(name, 0, day.count()).value_or(otherwise.count())};
}

json::value policy_to_json(const ExamPolicy& policy)
{
    json::array reminders;
    for (const seconds reminder : policy.reminders) reminders.emplace_back(reminder.count());
    json::object out{{"entry_opens_before_seconds", policy.entry_opens_before.count()},
                     {"late_entry_until_seconds", policy.late_entry_until.count()},
                     {"hand_in_from_before_end_seconds", policy.hand_in_from_before_end.count()},
                     {"grace_after_end_seconds", policy.grace_after_end.count()}};
    out["reminders_seconds"] = std::move(reminders);
    if (policy.candidates_max != hall_candidates_max) out["candidates_max"] = policy.candidates_max;
    return out;
}

std::vector<seconds> read_reminders(JsonFields& fields)
{
    std::vector<seconds> reminders;
    for (const json::value& reminder : fields.array("reminders_seconds", reminders_max)) {
        if (!reminder.is_int64()) {
            fields.problem(EngineError::malformed, "reminders_seconds", "whole numbers were expected");
            break;
        }
        reminders.emplace_back(reminder.get_int64());
    }
    return reminders;
}

ExamPolicy policy_from_json(const json::value& value, JsonFields& parent)
{
    JsonFields fields{value, parent.path("policy")};
    ExamPolicy policy;
    policy.entry_opens_before = read_span(fields, "entry_opens_before_seconds", policy.entry_opens_before);
    policy.late_entry_until = read_span(fields, "late_entry_until_seconds", policy.late_entry_until);
    policy.hand_in_from_before_end =
        read_span(fields, "hand_in_from_before_end_seconds", policy.hand_in_from_before_end);
    policy.grace_after_end = read_span(fields, "grace_after_end_seconds", policy.grace_after_end);
    if (fields.has("reminders_seconds")) policy.reminders = read_reminders(fields);
    policy.candidates_max =
        static_cast<int>(fields.optional_integer("candidates_max", 1, seats_max).value_or(hall_candidates_max));
    if (const Result<void> done = fields.finish(); !done) parent.problem(done.error());
    return policy;
}

bool is_name(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= name_bytes_max && is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_span(seconds span) noexcept
{
    return span >= seconds{0} && span <= day;
}

/// The first reason why a policy can't be.
std::string_view fault_of(const ExamPolicy& policy)
{
    for (const seconds span :
         {policy.entry_opens_before, policy.late_entry_until, policy.hand_in_from_before_end, policy.grace_after_end}) {
        if (!is_span(span)) return "a span of the policy is not within 0 to 24 hours";
    }
    if (policy.reminders.size() > reminders_max) return "more than 10 reminders";
    for (std::size_t i = 0; i < policy.reminders.size(); ++i) {
        if (policy.reminders[i] <= seconds{0} || policy.reminders[i] > day)
            return "a reminder is not within 0 to 24 hours";
        if (i > 0 && policy.reminders[i] >= policy.reminders[i - 1]) return "the reminders do not descend";
    }
    return {};
}

std::string_view fault_of(const Batch& batch)
{
    for (const std::string* text :
         {&batch.occupation, &batch.occupation_code, &batch.subject, &batch.title, &batch.site, &batch.hall}) {
        if (!is_name(*text)) return "a name is empty, too long or holds a control character";
    }
    if (batch.level < 1 || batch.level > 5) return "levels are 1 to 5";
    for (const Instant instant : {batch.starts_at, batch.ends_at, batch.opens_at, batch.expires_at}) {
        if (instant < instant_min || instant > instant_max) return "a time is not within the years 1970 to 9999";
    }
    if (batch.starts_at >= batch.ends_at) return "the start is not before the end";
    if (batch.ends_at - batch.starts_at > day) return "longer than 24 hours";
    if (batch.opens_at > batch.starts_at) return "the package would open after the start";
    if (batch.expires_at < batch.starts_at) return "the package would expire before the start";
    if (batch.policy.candidates_max < 1 || batch.policy.candidates_max > seats_max) return "a hall has 1 to 1000 seats";
    if (batch.policy.candidates_max > hall_candidates_max && !batch.rehearsal)
        return "a hall holds at most 30 candidates (E10); only a rehearsal may have more";
    return fault_of(batch.policy);
}

std::string_view fault_of(const Candidate& candidate)
{
    if (!is_ticket(candidate.ticket)) return "a ticket is 4 to 32 characters of A-Z a-z 0-9 -";
    if (!is_name(candidate.name)) return "a name is empty, too long or holds a control character";
    const bool is_tail = candidate.id_tail.size() == 4 && std::ranges::all_of(candidate.id_tail, [](char c) {
                             return is_ascii_digit(c) || (c >= 'A' && c <= 'Z');
                         });
    if (!is_tail) return "the end of the identity number is 4 digits or capital letters";
    if (candidate.seat < 1 || candidate.seat > seats_max) return "seats are 1 to 1000";
    if (!is_form_id(candidate.form_id)) return "a form's id is 1 to 32 characters of A-Z a-z 0-9 . _ -";
    return {};
}

} // namespace

std::string to_text(Instant instant)
{
    PAPERVAULT_ASSERT(instant >= instant_min && instant <= instant_max);
    const auto midnight = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{midnight};
    const std::chrono::hh_mm_ss time{instant - midnight};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text.data();
}

Result<Instant> instant_from_text(std::string_view text)
{
    TimeReader reader{text};
    const std::chrono::year year{reader.number(4, 0, 9999)};
    reader.expect('-');
    const std::chrono::month month{static_cast<unsigned>(reader.number(2, 1, 12))};
    reader.expect('-');
    const std::chrono::year_month_day date =
        year / month / std::chrono::day{static_cast<unsigned>(reader.number(2, 1, 31))};
    reader.expect('T');
    seconds time = std::chrono::hours{reader.number(2, 0, 23)};
    reader.expect(':');
    time += std::chrono::minutes{reader.number(2, 0, 59)};
    reader.expect(':');
    time += seconds{reader.number(2, 0, 59)};
    const milliseconds fraction{reader.optional_milliseconds()};
    const std::chrono::minutes offset = reader.offset();
    if (!reader.ended_well() || !date.ok()) {
        return refuse(EngineError::malformed, "a time such as 2026-11-21T08:00:00.000Z was expected");
    }
    const Instant instant = std::chrono::sys_days{date} + time + fraction - offset;
    if (instant < instant_min || instant > instant_max) {
        return refuse(EngineError::out_of_range, "a time is not within the years 1970 to 9999");
    }
    return instant;
}

Result<void> validate(const Batch& batch)
{
    if (!is_batch_id(batch.id)) {
        return refuse(EngineError::malformed, "batch: an id is 1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
    const std::string_view fault = fault_of(batch);
    if (!fault.empty()) return refuse(EngineError::out_of_range, "batch " + batch.id + ": " + std::string{fault});
    return {};
}

json::value to_json(const Batch& batch)
{
    json::object out{{"id", batch.id},
                     {"occupation", batch.occupation},
                     {"occupation_code", batch.occupation_code},
                     {"level", batch.level},
                     {"subject", batch.subject},
                     {"title", batch.title},
                     {"site", batch.site},
                     {"hall", batch.hall},
                     {"starts_at", to_text(batch.starts_at)},
                     {"ends_at", to_text(batch.ends_at)},
                     {"opens_at", to_text(batch.opens_at)},
                     {"expires_at", to_text(batch.expires_at)},
                     {"rehearsal", batch.rehearsal}};
    out["policy"] = policy_to_json(batch.policy);
    return out;
}

Result<Batch> batch_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    Batch batch;
    batch.id = fields.text("id", 64);
    batch.occupation = read_name(fields, "occupation");
    batch.occupation_code = read_name(fields, "occupation_code");
    batch.level = static_cast<int>(fields.integer("level", 1, 5));
    batch.subject = read_name(fields, "subject");
    batch.title = read_name(fields, "title");
    batch.site = read_name(fields, "site");
    batch.hall = read_name(fields, "hall");
    batch.starts_at = read_instant(fields, "starts_at");
    batch.ends_at = read_instant(fields, "ends_at");
    batch.opens_at = read_instant(fields, "opens_at");
    batch.expires_at = read_instant(fields, "expires_at");
    if (fields.has("policy")) batch.policy = policy_from_json(fields.member("policy"), fields);
    batch.rehearsal = fields.boolean_or("rehearsal", false);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};
    if (Result<void> checked = validate(batch); !checked) return std::unexpected{std::move(checked.error())};
    return batch;
}

json::value to_json(const Candidate& candidate)
{
    return json::object{{"ticket", candidate.ticket},
                        {"name", candidate.name},
                        {"id_tail", candidate.id_tail},
                        {"seat", candidate.seat},
                        {"form", candidate.form_id}};
}

Result<Candidate> candidate_from_json(const json::value& value, std::string_view where)
{
    JsonFields fields{value, where};
    Candidate candidate;
    candidate.ticket = fields.text("ticket", 32);
    candidate.name = read_name(fields, "name");
    candidate.id_tail = fields.text("id_tail", 4);
    candidate.seat = static_cast<int>(fields.integer("seat", 1, seats_max));
    candidate.form_id = fields.text("form", 32);
    if (const std::string_view fault = fault_of(candidate); !fault.empty())
        fields.problem(EngineError::malformed, "", fault);
    if (Result<void> done = fields.finish(); !done) return std::unexpected{std::move(done.error())};
    return candidate;
}

Result<void> validate_roster(const std::vector<Candidate>& roster, const ExamPolicy& policy)
{
    if (roster.size() > static_cast<std::size_t>(std::max(policy.candidates_max, 0))) {
        return refuse(EngineError::out_of_range, "roster: more candidates than the hall has seats");
    }
    std::set<std::string_view> tickets;
    std::set<int> taken;
    for (const Candidate& candidate : roster) {
        const std::string_view fault = fault_of(candidate);
        if (!fault.empty()) return refuse(EngineError::malformed, "roster: " + std::string{fault});
        if (candidate.seat > policy.candidates_max)
            return refuse(EngineError::out_of_range, "roster: a seat that the hall does not have");
        if (!tickets.insert(candidate.ticket).second)
            return refuse(EngineError::inconsistent, "roster: a ticket is there twice");
        if (!taken.insert(candidate.seat).second)
            return refuse(EngineError::inconsistent, "roster: a seat is given twice");
    }
    return {};
}

} // namespace papervault::engine
