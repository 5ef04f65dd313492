#pragma once

#include <papervault/engine/batch.hpp>
#include <papervault/engine/grading.hpp>

#include <boost/json/value.hpp>

#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

/// 场次: one sitting of one batch in one hall, as a deterministic state machine.
///   decide: (state, command, time) → events, or a refusal; pure.
///   apply:  state + event → state; pure; the only way that state changes, so a replay of the journal gives the same
///   state.
/// The shell makes the events durable between the two and acknowledges afterwards.
namespace papervault::engine {

enum class SittingPhase { prepared, opened, running, ended, sealed };
enum class CandidatePhase { absent, admitted, working, handed_in };

// ---- commands ----
/// The package was opened; the sitting now knows the forms' item ids.
struct OpenPaper {
    std::string package_id;
    std::map<std::string, std::set<std::string>> items_by_form;
};
/// Candidate signs in at a seat with a live connection `connection` (any number that is unique per process run).
struct SignIn {
    std::string ticket;
    std::string id_tail;
    int seat;
    std::uint64_t connection;
};
struct SignOut {
    std::string ticket;
    std::uint64_t connection;
};
struct Answer {
    std::string ticket;
    std::uint64_t connection;
    std::uint64_t sequence;
    std::string item;
    Response response;
    bool marked;
};
struct HandIn {
    std::string ticket;
    std::uint64_t connection;
    std::uint64_t sequence;
};
/// Chief invigilator lets a candidate move to another machine (takeover); recorded with who and why.
struct MoveSeat {
    std::string ticket;
    int seat;
    std::string by;
    std::string reason;
};
/// Time passed; due transitions happen (start, reminder, absent record, end).
struct Tick {};
/// Chief invigilator ends at once (E4).
struct EndNow {
    std::string by;
    std::string reason;
};
struct Seal {};
using Command = std::variant<OpenPaper, SignIn, SignOut, Answer, HandIn, MoveSeat, Tick, EndNow, Seal>;

// ---- events ---- (each carries what apply() needs and no more; the journal adds number, time and hash)
struct PaperOpened {
    std::string package_id;
    std::map<std::string, std::set<std::string>> items_by_form;
    bool operator==(const PaperOpened&) const = default;
};
struct Started {
    bool operator==(const Started&) const = default;
};
struct SignedIn {
    std::string ticket;
    int seat;
    std::uint64_t connection;
    bool operator==(const SignedIn&) const = default;
};
struct SignedOut {
    std::string ticket;
    std::uint64_t connection;
    bool operator==(const SignedOut&) const = default;
};
struct Answered {
    std::string ticket;
    std::uint64_t sequence;
    std::string item;
    Response response;
    bool marked;
    bool operator==(const Answered&) const = default;
};
struct HandedIn {
    std::string ticket;
    std::uint64_t sequence;
    bool by_end_of_time;
    bool operator==(const HandedIn&) const = default;
};
struct SeatMoved {
    std::string ticket;
    int seat;
    std::string by;
    std::string reason;
    bool operator==(const SeatMoved&) const = default;
};
struct Reminded {
    std::chrono::seconds before_end;
    bool operator==(const Reminded&) const = default;
};
struct AbsentRecorded {
    std::vector<std::string> tickets;
    bool operator==(const AbsentRecorded&) const = default;
};
struct Ended {
    std::string by;
    std::string reason;
    bool operator==(const Ended&) const = default;
};
struct Sealed {
    bool operator==(const Sealed&) const = default;
};
/// A refusal worth keeping: second sign-in, wrong seat, answer after the end, foreign item.
struct RefusalRecorded {
    std::string ticket;
    int seat;
    std::string refusal;
    bool operator==(const RefusalRecorded&) const = default;
};
using Event = std::variant<PaperOpened, Started, SignedIn, SignedOut, Answered, HandedIn, SeatMoved, Reminded,
                           AbsentRecorded, Ended, Sealed, RefusalRecorded>;

enum class Refusal {
    paper_not_open,
    already_open,
    too_early,
    too_late,
    wrong_candidate,
    not_on_this_seat,
    already_signed_in,
    not_signed_in,
    unknown_item,
    response_too_large,
    sitting_over,
    handed_in_already,
    hand_in_too_early,
    not_running,
    seat_taken,
    not_over_yet,
};
/// snake_case, as on the wire. The text of `RefusalRecorded::refusal` too.
[[nodiscard]] std::string_view to_text(Refusal refusal) noexcept;
[[nodiscard]] std::optional<Refusal> refusal_from_text(std::string_view text) noexcept;

struct SavedAnswer {
    std::uint64_t sequence = 0;
    Response response;
    bool marked = false;
    bool operator==(const SavedAnswer&) const = default;
};
struct CandidateState {
    Candidate candidate;
    CandidatePhase phase = CandidatePhase::absent;
    std::optional<std::uint64_t> connection; ///< Live sign-in; forgotten by forget_connections().
    std::map<std::string, SavedAnswer, std::less<>> answers;
    std::uint64_t highest_sequence = 0;
    int refusals_recorded = 0; ///< Up to refusals_recorded_max; later ones leave no event.
    bool operator==(const CandidateState&) const = default;
};

struct SittingState {
    Batch batch;
    SittingPhase phase = SittingPhase::prepared;
    std::string package_id;
    std::map<std::string, std::set<std::string>> items_by_form;
    std::map<std::string, CandidateState, std::less<>> candidates; ///< By ticket.
    std::set<std::chrono::seconds> reminders_given;
    bool absent_recorded = false;
    bool operator==(const SittingState&) const = default;
};

/// @param batch  Validated. @param roster  Validated: validate_roster().
[[nodiscard]] SittingState initial_state(const Batch& batch, const std::vector<Candidate>& roster);

/// What a command leads to. Sequence numbers are 1 to sequence_max; `by` and `reason` are clipped to by_bytes_max and
/// reason_bytes_max. A hand-in that repeats the one that was taken is a repetition, too. An answer whose sequence is
/// not above the stored one of its item is a repetition: no events, no refusal (the shell acknowledges again; J6). A
/// recorded refusal gives both.
struct Decision {
    std::vector<Event> events;
    std::optional<Refusal> refusal;
};
[[nodiscard]] Decision decide(const SittingState& state, const Command& command, Instant now);
/// Applies an event that decide() gave for this state. An event from a damaged journal that does not fit is refused and
/// changes nothing. Write engine::apply where the event is a temporary: an Event is a std::variant, so std::apply is
/// looked at, too.
[[nodiscard]] Result<void> apply(SittingState& state, const Event& event);
/// After a restart of the shell no connection is alive.
void forget_connections(SittingState& state);
/// When the shell should send the next Tick; nothing when nothing is due any more.
[[nodiscard]] std::optional<Instant> next_due(const SittingState& state);

[[nodiscard]] boost::json::value to_json(const Event& event);
[[nodiscard]] Result<Event> event_from_json(const boost::json::value& value);

/// Canonical text of what a candidate has answered, for receipt and sheet digest: package, ticket, form, and each
/// answered item with its response in order of ids. An item whose response was taken back is as unanswered as one never
/// touched.
[[nodiscard]] std::string sheet_text(const CandidateState& candidate, std::string_view package_id);

inline constexpr std::size_t response_bytes_max = 16 * 1024;
inline constexpr std::size_t response_parts_max = 20;
/// All responses of a candidate together, so that a welcome has a limit.
inline constexpr std::size_t sheet_bytes_max = 1024 * 1024;
/// What JavaScript holds exactly.
inline constexpr std::uint64_t sequence_max = 9'007'199'254'740'991;
inline constexpr std::size_t by_bytes_max = 200;
inline constexpr std::size_t reason_bytes_max = 2000;
/// Of one candidate, so that a defiant kiosk can't flood the journal.
inline constexpr int refusals_recorded_max = 20;

} // namespace papervault::engine
