#include "hall/kiosk_desk.hpp"

#include "log.hpp"

#include <papervault/vault/answers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace papervault::server {
namespace {

using engine::CandidatePhase;
using engine::CandidateState;
using engine::SittingPhase;

constexpr std::size_t failed_tries_max = 10; // a minute and seat: the identity's tail has four characters

const CandidateState* find_candidate(const engine::SittingState& state, std::string_view ticket)
{
    const auto found = state.candidates.find(ticket);
    return found == state.candidates.end() ? nullptr : &found->second;
}

/// As the engine compares it: people type small letters too.
bool is_same_tail(std::string_view known, std::string_view typed)
{
    return std::ranges::equal(known, typed, {}, {},
                              [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
}

} // namespace

KioskDesk::KioskDesk(SittingShell& shell, Paper& paper, const std::optional<OpeningRecord>& opening, Changed changed)
    : shell_{shell}, paper_{paper}, opening_{opening}, changed_{std::move(changed)}
{
}

void KioskDesk::line_opened(LineId id, int seat, std::shared_ptr<Line> line)
{
    lines_.emplace(id, KioskLine{.seat = seat, .line = std::move(line), .ticket = {}});
}

void KioskDesk::line_closed(LineId id)
{
    const auto found = lines_.find(id);
    if (found == lines_.end()) { return; }
    const std::string ticket = std::move(found->second.ticket);
    lines_.erase(found);
    if (!ticket.empty()) {
        const auto decision = shell_.act(engine::SignOut{.ticket = ticket, .connection = id});
        publish(decision.events);
    }
}

void KioskDesk::line_message(LineId id, std::string_view text, InFlight in_flight)
{
    const auto found = lines_.find(id);
    if (found == lines_.end()) { return; }
    const auto message = engine::decode_kiosk_message(text);
    if (!message) {
        log_line(LogLevel::warning,
                 fmt::format("seat {}: not the protocol: {}", found->second.seat, message.error().detail));
        found->second.line->close(LineClose::policy);
        return;
    }
    std::visit([&](const auto& content) { take(id, content, std::move(in_flight)); }, *message);
}

bool KioskDesk::tries_too_often(int seat)
{
    auto& tries = failed_tries_[seat];
    const engine::Instant now = shell_.now();
    while (!tries.empty() && tries.front() + std::chrono::minutes{1} <= now) { tries.pop_front(); }
    return tries.size() >= failed_tries_max;
}

void KioskDesk::take(LineId id, const engine::SignInMessage& message, InFlight in_flight)
{
    KioskLine& line = lines_.at(id);
    if (message.protocol != engine::protocol_version) {
        return refuse(line, 0, "unsupported_protocol", std::move(in_flight));
    }
    if (!opening_) { return refuse(line, 0, to_text(engine::Refusal::paper_not_open), std::move(in_flight)); }
    if (!line.ticket.empty()) {
        return refuse(line, 0, to_text(engine::Refusal::already_signed_in), std::move(in_flight));
    }
    if (tries_too_often(line.seat)) { return refuse(line, 0, "too_many_tries", std::move(in_flight)); }

    const CandidateState* candidate = find_candidate(shell_.state(), message.ticket);
    const bool rightful = candidate != nullptr && is_same_tail(candidate->candidate.id_tail, message.id_tail) &&
                          candidate->candidate.seat == line.seat;
    if (rightful && candidate->phase == CandidatePhase::handed_in) {
        const std::string code = receipt_of(message.ticket);
        const bool over = shell_.state().phase >= SittingPhase::ended;
        return over ? send(line, engine::EndedMessage{.receipt = code}, std::move(in_flight))
                    : send(line, engine::HandedInMessage{.receipt = code}, std::move(in_flight));
    }
    if (rightful) { replace_lines(id, line.seat, message.ticket); }

    const auto decision = shell_.act(
        engine::SignIn{.ticket = message.ticket, .id_tail = message.id_tail, .seat = line.seat, .connection = id});
    if (decision.refusal) {
        failed_tries_[line.seat].push_back(shell_.now());
        log_line(LogLevel::warning, fmt::format("seat {}: sign-in refused: {}", line.seat, to_text(*decision.refusal)));
        refuse(line, 0, to_text(*decision.refusal), std::move(in_flight));
    } else {
        line.ticket = message.ticket;
        welcome(line, std::move(in_flight));
    }
    publish(decision.events);
}

void KioskDesk::replace_lines(LineId newest, int seat, std::string_view ticket)
{
    for (auto& [id, line] : lines_) {
        if (id == newest || line.seat != seat || line.ticket != ticket) { continue; }
        line.ticket.clear();
        line.line->close(LineClose::replaced);
        publish(shell_.act(engine::SignOut{.ticket = std::string{ticket}, .connection = id}).events);
    }
}

void KioskDesk::welcome(const KioskLine& line, InFlight in_flight)
{
    const engine::SittingState& state = shell_.state();
    const CandidateState& candidate = state.candidates.at(line.ticket);
    engine::WelcomeMessage message;
    message.ticket = line.ticket;
    message.name = candidate.candidate.name;
    message.seat = line.seat;
    message.title = state.batch.title;
    message.occupation = state.batch.occupation;
    message.subject = state.batch.subject;
    message.level = state.batch.level;
    message.starts_at = state.batch.starts_at;
    message.ends_at = state.batch.ends_at;
    message.hand_in_from = state.batch.ends_at - state.batch.policy.hand_in_from_before_end;
    message.next_sequence = candidate.highest_sequence + 1;
    for (const auto& [item, answer] : candidate.answers) {
        message.saved.emplace(
            item,
            engine::SavedResponse{.sequence = answer.sequence, .response = answer.response, .marked = answer.marked});
    }
    if (const auto form = opening_->sealed_forms.find(line.ticket); form != opening_->sealed_forms.end()) {
        message.form_digest = form->second.digest.hex();
        message.form_bytes = form->second.bytes;
    }
    message.now = shell_.now();
    send(line, std::move(message), std::move(in_flight));
    if (state.phase == SittingPhase::running) { tell_started(line); }
}

void KioskDesk::tell_started(const KioskLine& line)
{
    const crypto::SecretBuffer key = paper_.form_key(line.ticket);
    send(line,
         engine::StartedMessage{
             .form_key = crypto::to_base64(key.expose()), .now = shell_.now(), .ends_at = shell_.state().batch.ends_at},
         {});
}

void KioskDesk::take(LineId id, const engine::AnswerMessage& message, InFlight in_flight)
{
    KioskLine& line = lines_.at(id);
    if (line.ticket.empty()) {
        return refuse(line, message.sequence, to_text(engine::Refusal::not_signed_in), std::move(in_flight));
    }
    const auto decision = shell_.act(engine::Answer{.ticket = line.ticket,
                                                    .connection = id,
                                                    .sequence = message.sequence,
                                                    .item = message.item,
                                                    .response = message.response,
                                                    .marked = message.marked});
    if (decision.refusal) {
        refuse(line, message.sequence, to_text(*decision.refusal), std::move(in_flight));
    } else {
        send(line, engine::AckMessage{.sequence = message.sequence}, std::move(in_flight));
    }
    publish(decision.events);
}

void KioskDesk::take(LineId id, const engine::HandInMessage& message, InFlight in_flight)
{
    KioskLine& line = lines_.at(id);
    if (line.ticket.empty()) {
        return refuse(line, message.sequence, to_text(engine::Refusal::not_signed_in), std::move(in_flight));
    }
    const auto decision =
        shell_.act(engine::HandIn{.ticket = line.ticket, .connection = id, .sequence = message.sequence});
    if (decision.refusal) {
        refuse(line, message.sequence, to_text(*decision.refusal), std::move(in_flight));
    } else {
        send(line, engine::HandedInMessage{.receipt = receipt_of(line.ticket)}, std::move(in_flight));
    }
    publish(decision.events);
}

void KioskDesk::take(LineId id, const engine::PingMessage& message, InFlight)
{
    // The time depends on no record, so it needn't wait for the disk: a late clock would be a wrong clock.
    lines_.at(id).line->send(engine::encode(engine::PongMessage{.number = message.number, .now = shell_.now()}));
}

void KioskDesk::send(const KioskLine& line, const engine::HallMessage& message, InFlight in_flight)
{
    shell_.after_durable([to = line.line, text = engine::encode(message), in_flight = std::move(in_flight)]() mutable {
        to->send(std::move(text));
    });
}

void KioskDesk::refuse(const KioskLine& line, std::uint64_t sequence, std::string_view refusal, InFlight in_flight)
{
    send(line, engine::RefusedMessage{.sequence = sequence, .refusal = std::string{refusal}}, std::move(in_flight));
}

std::string KioskDesk::receipt_of(std::string_view ticket) const
{
    const CandidateState* candidate = find_candidate(shell_.state(), ticket);
    return candidate == nullptr ? std::string{}
                                : vault::receipt_of(engine::sheet_text(*candidate, shell_.state().package_id));
}

void KioskDesk::publish(const std::vector<engine::Event>& events)
{
    for (const engine::Event& event : events) {
        if (std::holds_alternative<engine::Started>(event)) {
            for (const auto& [id, line] : lines_) {
                if (!line.ticket.empty()) { tell_started(line); }
            }
        } else if (const auto* reminded = std::get_if<engine::Reminded>(&event)) {
            for (const auto& [id, line] : lines_) {
                if (!line.ticket.empty()) {
                    send(line, engine::ReminderMessage{.seconds_left = reminded->before_end.count()}, {});
                }
            }
        } else if (std::holds_alternative<engine::Ended>(event)) {
            for (const auto& [id, line] : lines_) {
                if (!line.ticket.empty()) { send(line, engine::EndedMessage{.receipt = receipt_of(line.ticket)}, {}); }
            }
        } else if (const auto* moved = std::get_if<engine::SeatMoved>(&event)) {
            for (auto& [id, line] : lines_) {
                if (line.ticket != moved->ticket || line.seat == moved->seat) { continue; }
                line.ticket.clear();
                shell_.after_durable([old = line.line] { old->close(LineClose::moved); });
            }
        }
    }
    if (!events.empty()) { changed_(); }
}

void KioskDesk::close_seat(int seat, LineClose code)
{
    for (const auto& [id, line] : lines_) {
        if (line.seat == seat) { line.line->close(code); }
    }
}

void KioskDesk::close_all(LineClose code)
{
    for (const auto& [id, line] : lines_) { line.line->close(code); }
}

std::optional<std::string> KioskDesk::candidate_at(int seat) const
{
    for (const auto& [id, line] : lines_) {
        if (line.seat == seat && !line.ticket.empty()) { return line.ticket; }
    }
    return std::nullopt;
}

} // namespace papervault::server
