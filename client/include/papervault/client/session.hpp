#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/opened_form.hpp>
#include <papervault/crypto/bytes.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/grading.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// One seat from enrolment to receipt, as pure logic: what it is told comes in through functions with the time, what it
/// wants done comes out as effects. No socket, no clock, no file, no thread.
namespace papervault::client {

/// Time since any fixed point; never goes back.
using Monotonic = std::chrono::microseconds;

/// What `GET /v1/hall` says.
struct HallInfo {
    std::string package, title, occupation, subject;
    int level = 0;
    int seat = 0;
    engine::Instant now, starts_at, ends_at, hand_in_from;
    bool rehearsal = false;
};
/// The exam's times as they are now; the hall may have changed them since HallInfo.
struct SessionTimes {
    engine::Instant starts_at, ends_at, hand_in_from;
};
/// Reads the answer to `GET /v1/hall`; members that a later hall adds are let pass.
[[nodiscard]] Result<HallInfo> hall_info_from_json(std::string_view text);

/// What the candidate sees; the words of the page contract.
enum class Phase { enrolling, sign_in, confirm_identity, waiting, running, ended, handed_in, blocked };
[[nodiscard]] std::string_view to_text(Phase phase) noexcept;

/// The candidate's latest answer to an item.
struct AnswerState {
    engine::Response response;
    bool marked = false;
    bool saved = false; ///< The hall has it on disk.
    bool operator==(const AnswerState&) const = default;
};

namespace effect {
struct Send {
    std::string text;
}; ///< Over the line that is up.
struct FetchForm {}; ///< GET /v1/form; form_fetched() or form_fetch_failed() follows.
/// GET /v1/pictures/…, one after the other; picture_fetched() for each that came, then pictures_settled().
struct FetchPictures {
    std::vector<engine::SealedPicture> pictures;
};
struct DropLine {}; ///< Close the line and come back with a new one.
struct EndLine {};  ///< Close the line for good.
struct ViewChanged {};
struct FormReady {}; ///< The open form is there, or another one than before.
struct SignInSettled {
    std::string error;
}; ///< Answers sign_in(); empty: well.
struct HandInSettled {
    std::string error;
}; ///< Answers hand_in(); empty: well.
/// An answer is durable, or the hall won't have it.
struct AnswerSettled {
    std::uint64_t sequence;
    Monotonic waited;
    bool saved;
};
} // namespace effect
using Effect = std::variant<effect::Send, effect::FetchForm, effect::FetchPictures, effect::DropLine, effect::EndLine,
                            effect::ViewChanged, effect::FormReady, effect::SignInSettled, effect::HandInSettled,
                            effect::AnswerSettled>;

/// answers == acknowledged + superseded + refused + too_late + those that wait.
struct SessionCounters {
    std::uint64_t answers = 0;      ///< Typed, marks included.
    std::uint64_t acknowledged = 0; ///< Durable in the hall.
    std::uint64_t superseded = 0;   ///< Never sent: a newer answer to the item came before.
    std::uint64_t refused = 0;      ///< By the hall.
    std::uint64_t too_late = 0;     ///< Not taken before the end.
    std::uint64_t resent = 0;       ///< Messages, not answers.
    std::uint64_t put_back = 0;     ///< Confirmed once, lacking at the hall later, sent again.
    std::uint64_t lines = 0;        ///< Lines that came up.
};

/// Why the host, not the hall, keeps the candidate from the paper.
enum class HostBlock { second_display, debugger };

/// One thread at a time. Numbers: at most 32 unanswered messages on a line.
class KioskSession {
public:
    /// @param seat  1 to 9999.
    explicit KioskSession(int seat);
    ~KioskSession();
    KioskSession(KioskSession&&) noexcept;
    KioskSession& operator=(KioskSession&&) noexcept;

    /// What is to be done, in order; call after every other function. Empties the list.
    [[nodiscard]] std::vector<Effect> take_effects();

    // ---- enrolment ----
    void enrolment_code_known(std::string_view code);
    /// @param code  "hall_unreachable", "enrolment_refused", …: shown until something else happens.
    void enrolment_problem(std::string_view code);
    void enrolled();

    // ---- the line ----
    void line_opened(const HallInfo& hall, Monotonic now);
    /// @param close_code  Of WebSocket; 0 if there was no closing frame.
    void line_closed(int close_code, Monotonic now);
    /// The hall cannot be reached, or is not who it should be ("hall_not_trusted").
    void line_failed(std::string_view code, Monotonic now);
    void line_received(std::string_view text, Monotonic now);
    void form_fetched(crypto::Bytes sealed, Monotonic now);
    void form_fetch_failed(Monotonic now);
    /// What is no picture of the form is dropped; what is one is kept over lost lines and asked for only once.
    void picture_fetched(crypto::Bytes sealed, Monotonic now);
    /// Of one FetchPictures: all came, or the rest is asked for again.
    void pictures_settled(Monotonic now);

    /// Pings, deadlines, the end of time. Call at least every second.
    void tick(Monotonic now);

    // ---- the candidate; refusals are words for the page ----
    /// Settled by an effect.
    void sign_in(std::string ticket, std::string id_tail, Monotonic now);
    [[nodiscard]] std::expected<void, std::string> confirm_identity(bool confirmed, Monotonic now);
    [[nodiscard]] std::expected<void, std::string> answer(std::string_view item, engine::Response response,
                                                          Monotonic now);
    [[nodiscard]] std::expected<void, std::string> mark(std::string_view item, bool marked, Monotonic now);
    /// Settled by an effect. Goes to the hall once every answer is saved, else fails after 10 s.
    void hand_in(Monotonic now);

    // ---- the host ----
    void block(HostBlock reason);
    void unblock(HostBlock reason);

    // ---- reading ----
    [[nodiscard]] Phase phase() const;
    [[nodiscard]] int seat() const noexcept;
    [[nodiscard]] bool online() const noexcept;
    /// The open paper; null outside `running` and `ended`.
    [[nodiscard]] const OpenedForm* form() const noexcept;
    [[nodiscard]] const std::optional<HallInfo>& hall() const noexcept;
    [[nodiscard]] std::string_view candidate_name() const noexcept;
    [[nodiscard]] std::string_view candidate_ticket() const noexcept;
    [[nodiscard]] std::string_view enrolment_code() const noexcept;
    /// Word for what is to be said to the candidate; empty if nothing.
    [[nodiscard]] std::string_view notice() const noexcept;
    [[nodiscard]] std::string_view receipt() const noexcept;
    /// Worked out here and the same as the hall's.
    [[nodiscard]] bool receipt_verified() const noexcept;
    [[nodiscard]] std::optional<engine::Instant> hall_now(Monotonic now) const;
    /// Nothing until the candidate is signed in.
    [[nodiscard]] std::optional<SessionTimes> times() const;
    [[nodiscard]] std::optional<std::int64_t> reminder_seconds_left() const noexcept;
    /// Time and answers allow it.
    [[nodiscard]] bool hand_in_allowed(Monotonic now) const;
    [[nodiscard]] std::size_t unsaved_items() const;
    [[nodiscard]] std::map<std::string, AnswerState, std::less<>> answers() const;
    [[nodiscard]] SessionCounters counters() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// "ABCD-EFGH-JKMN" of a sheet's text (docs/protocol.md).
[[nodiscard]] std::string receipt_of(std::string_view sheet_text);

} // namespace papervault::client
