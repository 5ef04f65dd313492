#include "hall/hall_service.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace papervault::server {
namespace {

constexpr std::chrono::seconds clock_watch_interval{30};
constexpr std::chrono::seconds clock_tolerance{2};
/// At the opening, when the whole sitting begins to follow the hall's time: more than a step of the time service.
constexpr std::chrono::seconds opening_tolerance{30};

/// What a kiosk fetches: opaque bytes, or why not.
HttpResponse sealed_response(vault::Result<std::string> bytes)
{
    if (bytes) { return {.status = 200, .content_type = "application/octet-stream", .body = std::move(*bytes)}; }
    if (bytes.error().code == vault::VaultError::not_found) { return error_response(404, "not_found", "nothing here"); }
    log_line(LogLevel::error, bytes.error().detail);
    return error_response(503, "form_unavailable", "try again");
}

} // namespace

std::string_view phase_word(engine::SittingPhase phase) noexcept
{
    switch (phase) {
    case engine::SittingPhase::prepared: return "prepared";
    case engine::SittingPhase::opened: return "opened";
    case engine::SittingPhase::running: return "running";
    case engine::SittingPhase::ended: return "ended";
    case engine::SittingPhase::sealed: return "sealed";
    }
    return "prepared";
}

std::optional<int> seat_from_name(std::string_view name) noexcept
{
    constexpr std::string_view prefix = "seat-";
    if (!name.starts_with(prefix)) { return std::nullopt; }
    const std::string_view digits = name.substr(prefix.size());
    int seat = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seat);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole && digits.size() >= 2 && digits.size() <= 3 && seat > 0 ? std::optional{seat} : std::nullopt;
}

HallService::HallService(HallParts parts, SittingHistory history, JournalChain chain,
                         std::map<int, crypto::Digest> seats)
    : parts_{std::move(parts)}, authority_pem_{parts_.authority.certificate_pem()},
      opening_{std::move(history.opening)}, inspection_{std::move(history.inspection)}, started_at_{history.started_at},
      ended_at_{history.ended_at}, seats_{std::move(seats)},
      shell_{std::move(history.state), std::move(chain), parts_.clock, parts_.journal, parts_.strand, parts_.fatal},
      enrolments_{parts_.authority, parts_.seats_max}, kiosks_{shell_, parts_.paper, opening_, [this] { set_alarm(); }},
      hall_port_{*this, true}, enrolment_port_{*this, false}
{
}

HallService::~HallService() = default;

void HallService::start()
{
    shell_.record(note_payload("hall_started", {{"program", "papervault-server"}}));
    if (!parts_.sealed_again.empty()) { shell_.record(sealed_again_payload(parts_.sealed_again)); }
    settle_time();
    if (parts_.wall != nullptr) { watch_wall_clock(); }
    set_alarm();
    if (shell_.state().phase == engine::SittingPhase::ended && parts_.seal_automatically) {
        start_sealing([](HttpResponse) {});
    }
}

void HallService::stop(SerialExecutor::Work stopped)
{
    stopping_ = true;
    kiosks_.close_all(LineClose::going_away);
    shell_.record(note_payload("hall_stopped", {}));
    shell_.after_durable(std::move(stopped));
}

// ---- time ----

void HallService::settle_time()
{
    // Whatever is due by now happens before the next command, so that no command sees a sitting that is late.
    const auto due = engine::next_due(shell_.state());
    if (!due || *due > shell_.now()) { return; }
    const auto decision = shell_.act(engine::Tick{});
    const engine::Instant time = shell_.chain().last_time();
    bool ended = false;
    for (const engine::Event& event : decision.events) {
        if (std::holds_alternative<engine::Started>(event)) { started_at_ = time; }
        if (std::holds_alternative<engine::Ended>(event)) { ended = true; }
    }
    if (ended) { ended_at_ = time; }
    kiosks_.publish(decision.events);
    if (ended && parts_.seal_automatically) {
        start_sealing([](HttpResponse) {});
    }
}

void HallService::set_alarm()
{
    engine::Instant at = shell_.now() + clock_watch_interval;
    if (const auto due = engine::next_due(shell_.state())) { at = std::min(at, *due); }
    at = std::max(at, shell_.now() + std::chrono::milliseconds{1});
    parts_.strand.set_alarm(at, [this] { alarm(); });
}

void HallService::alarm()
{
    if (stopping_) { return; }
    settle_time();
    if (parts_.wall != nullptr) { watch_wall_clock(); }
    set_alarm();
}

void HallService::watch_wall_clock()
{
    const std::chrono::milliseconds difference = parts_.wall->wall_difference();
    if (std::chrono::abs(difference - wall_difference_) <= clock_tolerance) { return; }
    wall_difference_ = difference;
    shell_.record(note_payload("clock_differs", {{"wall_minus_hall_ms", difference.count()}}));
    log_line(
        LogLevel::warning,
        fmt::format("the machine's clock differs from the hall's time by {} s; the sitting goes on by the hall's time",
                    std::chrono::duration_cast<std::chrono::seconds>(difference).count()));
}

std::optional<HttpResponse> HallService::refuse_wrong_clock() const
{
    if (parts_.wall == nullptr) { return std::nullopt; }
    const auto seconds = [](std::chrono::milliseconds span) {
        return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(span)).count();
    };
    constexpr std::string_view what_to_do =
        "set the machine's clock right, start the hall again (hall serve), give shares and release again";
    if (const auto behind = parts_.wall->behind_at_start(); behind > clock_tolerance) {
        return error_response(
            409, "clock_wrong",
            fmt::format("when the hall was started the machine's clock was {} s behind the last record "
                        "of the journal; {}",
                        seconds(behind), what_to_do));
    }
    if (const auto difference = parts_.wall->wall_difference(); std::chrono::abs(difference) > opening_tolerance) {
        return error_response(409, "clock_wrong",
                              fmt::format("the machine's clock was set {} by {} s while the hall ran; {}",
                                          difference.count() < 0 ? "back" : "forward", seconds(difference),
                                          what_to_do));
    }
    return std::nullopt;
}

// ---- ports ----

std::optional<Role> HallService::Port::role_of(const Peer& peer) const noexcept
{
    if (!with_certificates_) { return Role::nobody; }
    return role_from_text(peer.role);
}

void HallService::Port::answer(const Peer& peer, HttpRequest request, Reply reply)
{
    const auto role = role_of(peer);
    const auto route = role ? find_route(*role, request.method, request.path) : std::nullopt;
    if (!route || route->action == Action::sitting_line) {
        reply(error_response(404, "not_found", "nothing here"));
        return;
    }
    int seat = 0;
    if (role == Role::kiosk) {
        const auto named = seat_from_name(peer.name);
        if (!named) {
            reply(error_response(404, "not_found", "nothing here"));
            return;
        }
        seat = *named;
    }
    Call call{.peer = peer,
              .seat = seat,
              .id = std::string{route->id},
              .body = std::move(request.body),
              .reply = std::move(reply)};
    service_.parts_.strand.post([&service = service_, action = route->action, call = std::move(call)]() mutable {
        service.dispatch(action, std::move(call));
    });
}

std::optional<HttpResponse> HallService::Port::refuse_line(const Peer& peer, std::string_view path)
{
    const auto role = role_of(peer);
    const auto route = role ? find_route(*role, HttpMethod::get, path) : std::nullopt;
    if (!route || route->action != Action::sitting_line || !seat_from_name(peer.name)) {
        return error_response(404, "not_found", "nothing here");
    }
    return std::nullopt;
}

void HallService::Port::line_opened(LineId id, const Peer& peer, std::shared_ptr<Line> line)
{
    const int seat = seat_from_name(peer.name).value_or(0);
    service_.parts_.strand.post([&service = service_, id, seat, key = peer.key, line = std::move(line)]() mutable {
        if (service.stopping_) { return line->close(LineClose::going_away); }
        if (!service.is_current(seat, key)) { return line->close(LineClose::enrolled_anew); }
        service.kiosks_.line_opened(id, seat, std::move(line));
    });
}

void HallService::Port::line_message(LineId id, std::string text, InFlight in_flight)
{
    service_.parts_.strand.post(
        [&service = service_, id, text = std::move(text), in_flight = std::move(in_flight)]() mutable {
            service.settle_time();
            service.kiosks_.line_message(id, text, std::move(in_flight));
        });
}

void HallService::Port::line_closed(LineId id)
{
    service_.parts_.strand.post([&service = service_, id] { service.kiosks_.line_closed(id); });
}

bool HallService::is_current(int seat, const crypto::Digest& key) const
{
    const auto found = seats_.find(seat);
    return found != seats_.end() && found->second == key;
}

void HallService::dispatch(Action action, Call call)
{
    if (call.seat != 0 && !is_current(call.seat, call.peer.key)) {
        call.reply(error_response(403, "enrolled_anew", "another machine was enrolled for this seat"));
        return;
    }
    settle_time();
    switch (action) {
    case Action::ask_enrolment: return ask_enrolment(std::move(call));
    case Action::poll_enrolment: return poll_enrolment(std::move(call));
    case Action::hall_info: return hall_info(std::move(call));
    case Action::form: return form(std::move(call));
    case Action::picture: return picture(std::move(call));
    case Action::sitting_line: return call.reply(error_response(404, "not_found", "nothing here"));
    case Action::status: return status(std::move(call));
    case Action::list_enrolments: return list_enrolments(std::move(call));
    case Action::confirm_enrolment: return confirm_enrolment(std::move(call));
    case Action::refuse_enrolment: return refuse_enrolment(std::move(call));
    case Action::give_share: return give_share(std::move(call));
    case Action::give_release: return give_release(std::move(call));
    case Action::inspection: return inspection(std::move(call));
    case Action::begin_inspection: return begin_inspection(std::move(call));
    case Action::give_statement: return give_statement(std::move(call));
    case Action::open_paper: return open_paper(std::move(call));
    case Action::move_seat: return move_seat(std::move(call));
    case Action::end_now: return end_now(std::move(call));
    case Action::seal: return seal(std::move(call));
    }
}

void HallService::reply_when_durable(Reply reply, HttpResponse response)
{
    shell_.after_durable(
        [reply = std::move(reply), response = std::move(response)]() mutable { reply(std::move(response)); });
}

// ---- kiosks' requests ----

void HallService::hall_info(Call call)
{
    const engine::Batch& batch = shell_.state().batch;
    const engine::ExamPolicy& policy = batch.policy;
    reply_when_durable(
        std::move(call.reply),
        json_response(200, {{"batch", batch.id},
                            {"package", parts_.package_id},
                            {"title", batch.title},
                            {"occupation", batch.occupation},
                            {"level", batch.level},
                            {"subject", batch.subject},
                            {"hall", batch.hall},
                            {"seat", call.seat},
                            {"phase", phase_word(shell_.state().phase)},
                            {"now", engine::to_text(shell_.now())},
                            {"entry_opens_at", engine::to_text(batch.starts_at - policy.entry_opens_before)},
                            {"starts_at", engine::to_text(batch.starts_at)},
                            {"ends_at", engine::to_text(batch.ends_at)},
                            {"hand_in_from", engine::to_text(batch.ends_at - policy.hand_in_from_before_end)},
                            {"rehearsal", batch.rehearsal}}));
}

std::optional<std::string> HallService::ticket_with_form(int seat) const
{
    auto ticket = kiosks_.candidate_at(seat);
    const bool has_form = ticket && opening_ && opening_->sealed_forms.contains(*ticket);
    if (!has_form || shell_.state().phase == engine::SittingPhase::sealed) { return std::nullopt; }
    return ticket;
}

void HallService::form(Call call)
{
    const auto ticket = ticket_with_form(call.seat);
    if (!ticket) { return call.reply(error_response(409, "not_signed_in", "sign in at this seat first")); }
    shell_.after_durable([this, ticket = *ticket, reply = std::move(call.reply)]() mutable {
        parts_.worker.post([&paper = parts_.paper, ticket = std::move(ticket), reply = std::move(reply)]() mutable {
            reply(sealed_response(paper.sealed_form(ticket)));
        });
    });
}

void HallService::picture(Call call)
{
    const auto ticket = ticket_with_form(call.seat);
    if (!ticket) { return call.reply(error_response(409, "not_signed_in", "sign in at this seat first")); }
    const auto digest = crypto::Digest::from_hex(call.id);
    if (!digest) { return call.reply(error_response(404, "not_found", "nothing here")); }
    shell_.after_durable([this, ticket = *ticket, digest = *digest, reply = std::move(call.reply)]() mutable {
        parts_.worker.post(
            [&paper = parts_.paper, ticket = std::move(ticket), digest, reply = std::move(reply)]() mutable {
                reply(sealed_response(paper.sealed_picture(ticket, digest)));
            });
    });
}

} // namespace papervault::server
