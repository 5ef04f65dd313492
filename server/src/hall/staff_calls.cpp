#include "hall/hall_service.hpp"

#include "log.hpp"

#include <papervault/engine/json.hpp>

#include <fmt/format.h>

#include <utility>

namespace papervault::server {
namespace {

using boost::json::array;
using boost::json::object;

constexpr engine::JsonLimits body_limits{.bytes_max = 64 * 1024, .depth_max = 8};

std::string_view phase_word(engine::CandidatePhase phase) noexcept
{
    switch (phase) {
    case engine::CandidatePhase::absent: return "absent";
    case engine::CandidatePhase::admitted: return "admitted";
    case engine::CandidatePhase::working: return "working";
    case engine::CandidatePhase::handed_in: return "handed_in";
    }
    return "absent";
}

array to_array(const std::vector<std::string>& texts)
{
    return array(texts.begin(), texts.end());
}

object locks_json(const LockState& locks)
{
    return {{"given", locks.shares_given},
            {"needed", locks.shares_needed},
            {"givers", to_array(locks.givers)},
            {"release", locks.release}};
}

HttpResponse malformed(std::string_view detail)
{
    return error_response(400, "malformed", detail);
}

/// Who gives an order: the holder of the certificate, and the name he gives if that is another.
std::string order_by(const std::string& by, const Peer& peer)
{
    return by.empty() || by == peer.name ? peer.name : fmt::format("{} ({})", by, peer.name);
}

} // namespace

HttpResponse refusal_response(engine::Refusal refusal)
{
    return error_response(409, to_text(refusal), "the sitting refused it");
}

HttpResponse busy_response()
{
    return error_response(409, "busy", "the paper is being inspected, opened or sealed just now");
}

HttpResponse failure_response(const vault::VaultFailure& failure)
{
    int status = 409;
    if (failure.code == vault::VaultError::not_found) { status = 404; }
    if (failure.code == vault::VaultError::malformed) { status = 400; }
    if (failure.code == vault::VaultError::storage_failed) { status = 500; }
    return error_response(status, vault::to_text(failure.code), failure.detail);
}

void HallService::status(Call call)
{
    const engine::SittingState& state = shell_.state();
    array seats;
    std::int64_t saved = 0;
    for (const auto& [ticket, candidate] : state.candidates) {
        saved += static_cast<std::int64_t>(candidate.answers.size());
        seats.push_back(object{{"seat", candidate.candidate.seat},
                               {"ticket", ticket},
                               {"name", candidate.candidate.name},
                               {"phase", phase_word(candidate.phase)},
                               {"online", candidate.connection.has_value()},
                               {"answers", candidate.answers.size()}});
    }
    object locks = opening_ ? object{{"givers", to_array(opening_->givers)}} : object{};
    if (!opening_ && !paper_busy_) { locks = locks_json(parts_.paper.locks()); }
    object body{{"batch", state.batch.id},
                {"title", state.batch.title},
                {"hall", state.batch.hall},
                {"package", parts_.package_id},
                {"phase", server::phase_word(state.phase)},
                {"now", engine::to_text(shell_.now())},
                {"opens_at", engine::to_text(state.batch.opens_at)},
                {"starts_at", engine::to_text(state.batch.starts_at)},
                {"ends_at", engine::to_text(state.batch.ends_at)},
                {"locks", std::move(locks)},
                {"inspection", inspection_json()},
                {"seats", std::move(seats)},
                {"lines", kiosks_.lines()},
                {"enrolled", seats_.size()},
                {"enrolments_pending", enrolments_.pending(shell_.now()).size()},
                {"answers_saved", saved},
                {"journal", {{"records", shell_.chain().records()}, {"hash", shell_.chain().head().hex()}}}};
    reply_when_durable(std::move(call.reply), json_response(200, body));
}

void HallService::give_share(Call call)
{
    if (opening_) { return call.reply(refusal_response(engine::Refusal::already_open)); }
    if (paper_busy_) { return call.reply(busy_response()); }
    const auto locks = parts_.paper.add_share(call.body);
    if (!locks) {
        log_line(LogLevel::warning, fmt::format("a share was refused: {}", locks.error().detail));
        shell_.record(note_payload("share_refused", {{"reason", locks.error().detail}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), failure_response(locks.error()));
    }
    shell_.record(note_payload("share_given", {{"giver", locks->givers.empty() ? "" : locks->givers.back()},
                                               {"given", locks->shares_given},
                                               {"needed", locks->shares_needed},
                                               {"by", call.peer.name}}));
    reply_when_durable(std::move(call.reply), json_response(200, locks_json(*locks)));
}

void HallService::give_release(Call call)
{
    if (opening_) { return call.reply(refusal_response(engine::Refusal::already_open)); }
    if (paper_busy_) { return call.reply(busy_response()); }
    if (call.body.find("\"papervault-clearance\"") != std::string::npos) { return clear_incident(std::move(call)); }
    const auto locks = parts_.paper.add_release(call.body);
    if (!locks) {
        log_line(LogLevel::warning, fmt::format("a release was refused: {}", locks.error().detail));
        shell_.record(note_payload("release_refused", {{"reason", locks.error().detail}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), failure_response(locks.error()));
    }
    shell_.record(note_payload("release_given", {{"by", call.peer.name}}));
    reply_when_durable(std::move(call.reply), json_response(200, locks_json(*locks)));
}

void HallService::open_paper(Call call)
{
    if (opening_) { return call.reply(refusal_response(engine::Refusal::already_open)); }
    if (paper_busy_) { return call.reply(busy_response()); }
    if (auto uninspected = refuse_uninspected()) {
        log_line(LogLevel::warning, "the paper stays closed: its seal was not inspected, or something was found");
        shell_.record(note_payload("opening_refused", {{"reason", "seal not inspected"}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), std::move(*uninspected));
    }
    if (auto wrong = refuse_wrong_clock()) {
        log_line(LogLevel::warning, "the paper stays closed: the machine's clock can't be right");
        shell_.record(note_payload("opening_refused", {{"reason", "clock_wrong"}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), std::move(*wrong));
    }
    paper_busy_ = true;
    const engine::Instant now = shell_.now();
    parts_.worker.post([this, now, call = std::move(call)]() mutable {
        auto opened = parts_.paper.open(now);
        if (opened && parts_.wall != nullptr) {
            // From here on the hall's time doesn't depend on the machine's clock, restarts included.
            if (auto stored = parts_.register_.store_anchor(parts_.package_id, parts_.wall->anchor()); !stored) {
                opened = std::unexpected{stored.error()};
            }
        }
        parts_.strand.post([this, call = std::move(call), opened = std::move(opened)]() mutable {
            paper_opened(std::move(call), std::move(opened));
        });
    });
}

void HallService::paper_opened(Call call, vault::Result<OpenedPaper> opened)
{
    paper_busy_ = false;
    if (!opened) {
        log_line(LogLevel::warning, fmt::format("the paper stays closed: {}", opened.error().detail));
        shell_.record(note_payload("opening_refused", {{"reason", opened.error().detail}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), failure_response(opened.error()));
    }
    const auto decision = shell_.open(opening_payload(opened->record), opened->record.roster,
                                      {.package_id = parts_.package_id, .items_by_form = opened->items_by_form});
    if (decision.refusal) {
        log_line(LogLevel::warning, fmt::format("the paper stays closed: {}", to_text(*decision.refusal)));
        shell_.record(
            note_payload("opening_refused", {{"reason", to_text(*decision.refusal)}, {"by", call.peer.name}}));
        paper_busy_ = true; // what was kept for the opening goes again
        parts_.worker.post([this, refusal = *decision.refusal, reply = std::move(call.reply)]() mutable {
            auto destroyed = parts_.paper.destroy_keys();
            parts_.strand.post([this, refusal, reply = std::move(reply), destroyed = std::move(destroyed)]() mutable {
                paper_busy_ = false;
                reply_when_durable(std::move(reply),
                                   destroyed ? refusal_response(refusal) : failure_response(destroyed.error()));
            });
        });
        return;
    }
    opening_ = std::move(opened->record);
    log_line(LogLevel::info, fmt::format("the paper is open: {} forms, {} candidates", opening_->forms.size(),
                                         opening_->roster.size()));
    shell_.record(note_payload("opened_by", {{"by", call.peer.name}}));
    kiosks_.publish(decision.events);
    settle_time();
    set_alarm();
    const std::uint64_t number = shell_.chain().records();
    const crypto::Digest head = shell_.chain().head();
    const object body{{"phase", server::phase_word(shell_.state().phase)},
                      {"candidates", opening_->roster.size()},
                      {"forms", opening_->forms.size()}};
    shell_.after_durable([this, number, head, body, reply = std::move(call.reply)]() mutable {
        parts_.worker.post([this, number, head, body = std::move(body), reply = std::move(reply)]() mutable {
            const auto advanced = parts_.register_.advance(parts_.package_id, PackageStage::opened, number, head);
            if (!advanced) { return parts_.fatal("the hall's register can't be written: " + advanced.error().detail); }
            reply(json_response(200, body));
        });
    });
}

void HallService::move_seat(Call call)
{
    const auto value = engine::parse_json(call.body, body_limits);
    if (!value) { return call.reply(malformed(value.error().detail)); }
    engine::JsonFields fields{*value, ""};
    engine::MoveSeat command;
    command.ticket = fields.text("ticket", 64);
    command.seat = static_cast<int>(fields.integer("seat", 1, parts_.seats_max));
    command.by = order_by(fields.optional_text("by", 128).value_or(""), call.peer);
    command.reason = fields.text("reason", 1000);
    if (const auto good = fields.finish(); !good) { return call.reply(malformed(good.error().detail)); }
    const auto decision = shell_.act(command);
    kiosks_.publish(decision.events);
    reply_when_durable(std::move(call.reply), decision.refusal ? refusal_response(*decision.refusal)
                                                               : json_response(200, {{"seat", command.seat}}));
}

void HallService::end_now(Call call)
{
    const auto value = engine::parse_json(call.body, body_limits);
    if (!value) { return call.reply(malformed(value.error().detail)); }
    engine::JsonFields fields{*value, ""};
    engine::EndNow command;
    command.by = order_by(fields.optional_text("by", 128).value_or(""), call.peer);
    command.reason = fields.text("reason", 1000);
    if (const auto good = fields.finish(); !good) { return call.reply(malformed(good.error().detail)); }
    const auto decision = shell_.act(command);
    for (const engine::Event& event : decision.events) {
        if (std::holds_alternative<engine::Ended>(event)) { ended_at_ = shell_.chain().last_time(); }
    }
    kiosks_.publish(decision.events);
    reply_when_durable(std::move(call.reply),
                       decision.refusal ? refusal_response(*decision.refusal)
                                        : json_response(200, {{"phase", server::phase_word(shell_.state().phase)}}));
    if (!decision.refusal && parts_.seal_automatically) {
        start_sealing([](HttpResponse) {});
    }
}

} // namespace papervault::server
