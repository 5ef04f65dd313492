#include "session/session_state.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>

#include <algorithm>
#include <numeric>

namespace papervault::client {
namespace {

bool fits(const engine::Response& response)
{
    const auto bytes = std::accumulate(response.begin(), response.end(), std::size_t{0},
                                       [](std::size_t sum, const std::string& part) { return sum + part.size(); });
    return response.size() <= engine::response_parts_max && bytes <= engine::response_bytes_max;
}

/// Whether a hall would read the message: it ends the line over one that it can't.
bool readable(const engine::KioskMessage& message)
{
    return engine::decode_kiosk_message(engine::encode(message)).has_value();
}

} // namespace

std::string_view to_text(Phase phase) noexcept
{
    switch (phase) {
    case Phase::enrolling: return "enrolling";
    case Phase::sign_in: return "sign_in";
    case Phase::confirm_identity: return "confirm_identity";
    case Phase::waiting: return "waiting";
    case Phase::running: return "running";
    case Phase::ended: return "ended";
    case Phase::handed_in: return "handed_in";
    case Phase::blocked: return "blocked";
    }
    return "blocked";
}

Result<HallInfo> hall_info_from_json(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 64 * 1024, .depth_max = 8});
    if (!value) { return refuse(ClientError::malformed, "hall: " + value.error().detail); }
    engine::JsonFields fields{*value, "hall"};
    const auto instant = [&fields](std::string_view name) {
        const auto read = engine::instant_from_text(fields.text(name, 40));
        if (!read) { fields.problem(engine::EngineError::malformed, name, "no time"); }
        return read.value_or(engine::Instant{});
    };
    HallInfo info;
    info.package = fields.text("package", 200);
    info.title = fields.text("title", 400);
    info.occupation = fields.text("occupation", 400);
    info.subject = fields.text("subject", 400);
    info.level = static_cast<int>(fields.integer("level", 1, 5));
    info.seat = static_cast<int>(fields.integer("seat", 1, 9999));
    info.now = instant("now");
    info.starts_at = instant("starts_at");
    info.ends_at = instant("ends_at");
    info.hand_in_from = instant("hand_in_from");
    info.rehearsal = fields.boolean("rehearsal");
    if (const auto read = fields.finish_ignoring_unknown(); !read) {
        return refuse(ClientError::malformed, read.error().detail);
    }
    return info;
}

KioskSession::KioskSession(int seat) : state_{std::make_unique<State>(seat)} {}
KioskSession::~KioskSession() = default;
KioskSession::KioskSession(KioskSession&&) noexcept = default;
KioskSession& KioskSession::operator=(KioskSession&&) noexcept = default;

std::vector<Effect> KioskSession::take_effects()
{
    // The page asks for the form only when it knows from the view that the exam is running.
    if (std::exchange(state_->view_is_new, false)) { state_->effects.emplace_back(effect::ViewChanged{}); }
    if (std::exchange(state_->form_is_new, false)) { state_->effects.emplace_back(effect::FormReady{}); }
    return std::exchange(state_->effects, {});
}

// ---- enrolment ----

void KioskSession::enrolment_code_known(std::string_view code)
{
    state_->enrolment_code = code;
    state_->notice.clear();
    state_->view_changed();
}

void KioskSession::enrolment_problem(std::string_view code)
{
    if (state_->notice == code) { return; }
    state_->notice = code;
    state_->view_changed();
}

void KioskSession::enrolled()
{
    state_->enrolled = true;
    state_->enrolment_code.clear();
    state_->notice.clear();
    state_->view_changed();
}

// ---- the candidate ----

void KioskSession::sign_in(std::string ticket, std::string id_tail, Monotonic now)
{
    State& state = *state_;
    const auto refuse_now = [&state](std::string_view word) {
        state.effects.emplace_back(effect::SignInSettled{std::string{word}});
    };
    if (state.exam_phase() != Phase::sign_in) { return refuse_now("not_now"); }
    if (state.page_waits_for_sign_in || state.sign_in_sent_at) { return refuse_now("busy"); }
    if (!state.online) { return refuse_now("hall_unreachable"); }
    if (!readable(engine::SignInMessage{.protocol = engine::protocol_version, .ticket = ticket, .id_tail = id_tail})) {
        return refuse_now("wrong_candidate");
    }
    state.credentials = State::Credentials{.ticket = std::move(ticket), .id_tail = std::move(id_tail)};
    state.notice.clear();
    state.page_waits_for_sign_in = true;
    state.sign_in_deadline = now + sign_in_within;
    state.view_changed();
    state.send_sign_in(now);
}

std::expected<void, std::string> KioskSession::confirm_identity(bool confirmed, Monotonic)
{
    State& state = *state_;
    if (state.exam_phase() != Phase::confirm_identity) { return std::unexpected{"not_now"}; }
    state.view_changed();
    if (confirmed) {
        state.confirmed = true;
        state.form_is_new = state.form.has_value();
    } else {
        // There is no message for signing out: the hall sees it by the end of the line.
        state.leave_candidate("identity_not_confirmed");
        state.effects.emplace_back(effect::DropLine{});
    }
    return {};
}

std::expected<void, std::string> KioskSession::answer(std::string_view item, engine::Response response, Monotonic now)
{
    State& state = *state_;
    const Phase phase = state.exam_phase();
    const auto hall = state.time.at(now);
    const bool last_text = phase == Phase::ended && hall && *hall < state.ends_at + last_text_within;
    if (!state.form || (phase != Phase::running && !last_text)) { return std::unexpected{"not_running"}; }
    if (state.hand_in) { return std::unexpected{"handing_in"}; }
    if (state.form->find(item) == nullptr) { return std::unexpected{"unknown_item"}; }
    if (!fits(response) || !readable(engine::AnswerMessage{
                               .sequence = 1, .item = std::string{item}, .response = response, .marked = true})) {
        return std::unexpected{"response_too_large"};
    }
    const AnswerState before = state.queue.state(item).value_or(AnswerState{});
    if (before.response == response) { return {}; } // a page repeats what it hasn't seen confirmed yet
    ++state.counters.answers;
    state.queue.put(item, std::move(response), before.marked, now);
    state.view_changed();
    state.flush();
    return {};
}

std::expected<void, std::string> KioskSession::mark(std::string_view item, bool marked, Monotonic now)
{
    State& state = *state_;
    if (!state.form || state.exam_phase() != Phase::running) { return std::unexpected{"not_running"}; }
    if (state.hand_in) { return std::unexpected{"handing_in"}; }
    if (state.form->find(item) == nullptr) { return std::unexpected{"unknown_item"}; }
    AnswerState before = state.queue.state(item).value_or(AnswerState{});
    if (before.marked == marked) { return {}; }
    ++state.counters.answers;
    state.queue.put(item, std::move(before.response), marked, now);
    state.view_changed();
    state.flush();
    return {};
}

void KioskSession::hand_in(Monotonic now)
{
    State& state = *state_;
    const auto refuse_now = [&state](std::string_view word) {
        state.effects.emplace_back(effect::HandInSettled{std::string{word}});
    };
    if (state.exam_phase() != Phase::running) { return refuse_now("not_running"); }
    if (state.hand_in) { return refuse_now("busy"); }
    if (!state.hand_in_allowed(now)) { return refuse_now("hand_in_too_early"); }
    state.hand_in = State::HandInWish{.deadline = now + hand_in_within, .sequence = 0, .in_flight = false};
    state.view_changed();
    state.flush();
}

// ---- the host ----

void KioskSession::block(HostBlock reason)
{
    if (state_->host_blocks.insert(reason).second) { state_->view_changed(); }
}

void KioskSession::unblock(HostBlock reason)
{
    if (state_->host_blocks.erase(reason) > 0) {
        state_->view_changed();
        state_->form_is_new = state_->form.has_value();
    }
}

// ---- reading ----

Phase KioskSession::phase() const
{
    return state_->host_blocks.empty() ? state_->exam_phase() : Phase::blocked;
}
int KioskSession::seat() const noexcept
{
    return state_->seat;
}
bool KioskSession::online() const noexcept
{
    return state_->online;
}
const std::optional<HallInfo>& KioskSession::hall() const noexcept
{
    return state_->hall;
}
std::string_view KioskSession::enrolment_code() const noexcept
{
    return state_->enrolment_code;
}
std::string_view KioskSession::receipt() const noexcept
{
    return state_->receipt;
}
bool KioskSession::receipt_verified() const noexcept
{
    return state_->receipt_verified;
}
bool KioskSession::hand_in_allowed(Monotonic now) const
{
    return state_->hand_in_allowed(now);
}
std::size_t KioskSession::unsaved_items() const
{
    return state_->queue.unsaved_items();
}
std::map<std::string, AnswerState, std::less<>> KioskSession::answers() const
{
    return state_->queue.states();
}
std::optional<engine::Instant> KioskSession::hall_now(Monotonic now) const
{
    return state_->time.at(now);
}

const OpenedForm* KioskSession::form() const noexcept
{
    const Phase phase = state_->exam_phase();
    return state_->form && (phase == Phase::running || phase == Phase::ended) ? &*state_->form : nullptr;
}

std::string_view KioskSession::candidate_name() const noexcept
{
    return state_->welcome ? std::string_view{state_->welcome->name} : std::string_view{};
}

std::string_view KioskSession::candidate_ticket() const noexcept
{
    const bool known = state_->welcome || !state_->receipt.empty();
    return known && state_->credentials ? std::string_view{state_->credentials->ticket} : std::string_view{};
}

std::string_view KioskSession::notice() const noexcept
{
    if (!state_->stopped && !state_->host_blocks.empty()) {
        switch (*state_->host_blocks.begin()) {
        case HostBlock::second_display: return "second_display";
        case HostBlock::debugger: return "debugger";
        }
    }
    return state_->notice;
}

std::optional<SessionTimes> KioskSession::times() const
{
    if (!state_->welcome) { return std::nullopt; }
    return SessionTimes{.starts_at = state_->welcome->starts_at,
                        .ends_at = state_->ends_at,
                        .hand_in_from = state_->welcome->hand_in_from};
}

std::optional<std::int64_t> KioskSession::reminder_seconds_left() const noexcept
{
    return state_->reminder_seconds_left;
}

SessionCounters KioskSession::counters() const
{
    SessionCounters counters = state_->counters;
    counters.resent = state_->queue.resent();
    counters.superseded = state_->queue.superseded();
    return counters;
}

// ---- time ----

void KioskSession::tick(Monotonic now)
{
    State& state = *state_;
    state.tick_sign_in(now);
    state.tick_ping(now);
    if (state.fetch_form_at && now >= *state.fetch_form_at) { state.fetch_form(); }
    if (state.fetch_pictures_at && now >= *state.fetch_pictures_at) { state.fetch_pictures(); }
    if (state.hand_in && now >= state.hand_in->deadline) {
        state.settle_hand_in(state.queue.all_saved() ? "hall_unreachable" : "answers_not_saved");
    }
    const auto hall = state.time.at(now);
    const bool over = state.welcome && hall && *hall >= state.ends_at;
    if (over != state.time_over) {
        state.time_over = over;
        state.view_changed();
    }
    const bool allowed = state.hand_in_allowed(now);
    if (allowed != state.hand_in_was_allowed) {
        state.hand_in_was_allowed = allowed;
        state.view_changed();
    }
}

void KioskSession::State::tick_sign_in(Monotonic now)
{
    if (page_waits_for_sign_in && now >= sign_in_deadline) {
        credentials.reset();
        settle_sign_in("hall_unreachable");
    }
    if (sign_in_sent_at && now >= *sign_in_sent_at + sign_in_within) {
        sign_in_sent_at.reset();
        effects.emplace_back(effect::DropLine{});
    }
    if (sign_in_again_at && now >= *sign_in_again_at && online) {
        sign_in_again_at.reset();
        if (credentials) { send_sign_in(now); }
    }
}

void KioskSession::State::tick_ping(Monotonic now)
{
    if (!online) { return; }
    if (!ping.answered && now >= ping.sent_at + pong_within) {
        ping.answered = true; // asked once; line_closed() follows
        effects.emplace_back(effect::DropLine{});
    } else if (ping.answered && now >= next_ping_at) {
        ping = Ping{.number = ping.number + 1, .sent_at = now, .answered = false};
        next_ping_at = now + ping_every;
        send(engine::PingMessage{.number = ping.number});
    }
}

bool KioskSession::State::hand_in_allowed(Monotonic now) const
{
    const auto hall_time = time.at(now);
    return exam_phase() == Phase::running && !hand_in && hall_time && *hall_time >= welcome->hand_in_from;
}

Phase KioskSession::State::exam_phase() const
{
    if (stopped) { return Phase::blocked; }
    if (!enrolled) { return Phase::enrolling; }
    if (!receipt.empty()) { return Phase::handed_in; }
    if (!welcome) { return Phase::sign_in; }
    if (!confirmed) { return Phase::confirm_identity; }
    if (time_over) { return Phase::ended; }
    return form ? Phase::running : Phase::waiting;
}

} // namespace papervault::client
