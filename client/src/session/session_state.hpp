#pragma once

#include "session/answer_queue.hpp"
#include "session/hall_time.hpp"

#include <papervault/client/session.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/engine/messages.hpp>

namespace papervault::client {

inline constexpr std::size_t in_flight_max = 32; ///< The hall allows 64, pings and hand-in included.
inline constexpr std::chrono::seconds ping_every{10};
inline constexpr std::chrono::seconds pong_within{8};
inline constexpr std::chrono::seconds sign_in_within{10};
inline constexpr std::chrono::seconds sign_in_again_after{5};
inline constexpr std::chrono::seconds hand_in_within{10};
/// Typed text that the page held back for a pause may still come when time is up; the hall decides on it.
inline constexpr std::chrono::seconds last_text_within{3};
inline constexpr int protocol_faults_max = 3;

/// The phase is worked out from these facts each time, so that no order of events can leave a phase that doesn't fit.
struct KioskSession::State {
    struct Credentials {
        std::string ticket;
        std::string id_tail;
    };
    struct Ping {
        std::uint64_t number = 0;
        Monotonic sent_at{};
        bool answered = true;
    };
    struct HandInWish {
        Monotonic deadline{};
        std::uint64_t sequence = 0; ///< 0 until it has gone out once.
        bool in_flight = false;
    };

    explicit State(int seat_number) : seat{seat_number} {}

    // ---- doing ----
    void send(const engine::KioskMessage& message) { effects.emplace_back(effect::Send{engine::encode(message)}); }
    void view_changed() noexcept { view_is_new = true; }
    void send_sign_in(Monotonic now);
    void settle_sign_in(std::string_view error);
    void settle_hand_in(std::string_view error);
    /// Sends what may go out now: answers, then the hand-in.
    void flush();
    void fetch_form();
    /// Those that are still missing.
    void fetch_pictures();
    [[nodiscard]] bool has_all_pictures() const;
    /// Whether the fetched form's cover has it.
    [[nodiscard]] bool lists(const crypto::Digest& digest) const;
    void forget_sealed_form();
    /// Spread by seat, so that a hall that stumbled isn't run over by all of them at once.
    [[nodiscard]] Monotonic fetch_again_at(Monotonic now) const
    {
        return now + std::chrono::seconds{1} + std::chrono::milliseconds{seat * 37 % 1000};
    }
    void try_to_open_form();
    /// For good: only a person can help.
    void stop(std::string_view code);
    /// Forgets the candidate and everything of the paper.
    void leave_candidate(std::string_view code);
    void break_protocol(std::string_view what);
    void announce_form(std::string_view digest_hex);
    void finish(std::string_view hall_receipt, Monotonic now);
    void close_queue(std::size_t taken, Monotonic now);
    void settle(const AnswerQueue::Waiting& answer, bool saved, Monotonic now);
    void tick_sign_in(Monotonic now);
    void tick_ping(Monotonic now);

    // ---- what the hall says ----
    void take(const engine::WelcomeMessage& message, Monotonic now);
    void take(const engine::FormReadyMessage& message, Monotonic now);
    void take(const engine::StartedMessage& message, Monotonic now);
    void take(const engine::AckMessage& message, Monotonic now);
    void take(const engine::RefusedMessage& message, Monotonic now);
    void take(const engine::ReminderMessage& message, Monotonic now);
    void take(const engine::EndedMessage& message, Monotonic now);
    void take(const engine::HandedInMessage& message, Monotonic now);
    void take(const engine::PongMessage& message, Monotonic now);
    void refuse_sign_in(std::string_view word, Monotonic now);

    // ---- asking ----
    /// Without the host's blocks.
    [[nodiscard]] Phase exam_phase() const;
    [[nodiscard]] bool hand_in_allowed(Monotonic now) const;
    [[nodiscard]] bool ready_to_send() const noexcept { return online && signed_in_on_line && !stopped; }

    int seat;
    std::vector<Effect> effects;
    bool view_is_new = false;
    bool form_is_new = false;
    SessionCounters counters;

    std::string enrolment_code;
    bool enrolled = false;
    std::string notice;
    bool notice_of_line = false; ///< Of line_failed(): goes when a line comes up.
    bool stopped = false;        ///< `notice` says why.
    std::set<HostBlock> host_blocks;

    std::optional<HallInfo> hall;
    bool online = false;
    bool signed_in_on_line = false;
    int protocol_faults = 0;
    HallTime time;
    Ping ping;
    Monotonic next_ping_at{};

    std::optional<Credentials> credentials;
    std::optional<Monotonic> sign_in_sent_at; ///< Over this line, not answered yet.
    std::optional<Monotonic> sign_in_again_at;
    bool page_waits_for_sign_in = false;
    Monotonic sign_in_deadline{};

    std::optional<engine::WelcomeMessage> welcome; ///< Without the saved answers.
    bool confirmed = false;
    engine::Instant ends_at;
    bool time_over = false;
    bool hand_in_was_allowed = false;
    AnswerQueue queue;
    std::optional<HandInWish> hand_in;
    std::optional<std::int64_t> reminder_seconds_left;

    std::optional<crypto::Digest> form_digest; ///< What the hall announced last.
    bool fetching_form = false;
    std::optional<Monotonic> fetch_form_at;
    std::optional<crypto::Bytes> sealed_form;
    std::vector<engine::SealedPicture> form_pictures; ///< On the cover of sealed_form.
    SealedPictures sealed_pictures;                   ///< Of form_pictures, as far as they have come.
    bool fetching_pictures = false;
    std::optional<Monotonic> fetch_pictures_at;
    std::optional<crypto::SecretBuffer> form_key;
    std::optional<crypto::Digest> form_key_for; ///< The form that was announced when the key came.
    std::optional<OpenedForm> form;
    std::optional<crypto::Digest> open_digest; ///< Of the form that is open.
    std::string form_id;

    std::string receipt;
    bool receipt_verified = false;
};

} // namespace papervault::client
