#include "hall/hall_service.hpp"

#include "log.hpp"

#include <papervault/engine/json.hpp>

#include <fmt/format.h>

#include <utility>

namespace papervault::server {
namespace {

using boost::json::object;

constexpr engine::JsonLimits body_limits{.bytes_max = 64 * 1024, .depth_max = 4};

HttpResponse malformed(std::string_view detail)
{
    return error_response(400, "malformed", detail);
}

} // namespace

void HallService::ask_enrolment(Call call)
{
    const auto value = engine::parse_json(call.body, body_limits);
    if (!value) { return call.reply(malformed(value.error().detail)); }
    engine::JsonFields fields{*value, ""};
    const int seat = static_cast<int>(fields.integer("seat", -1'000'000, 1'000'000));
    const std::string csr = fields.text("csr", 16 * 1024);
    if (const auto good = fields.finish(); !good) { return call.reply(malformed(good.error().detail)); }
    const auto id = enrolments_.ask(csr, seat, call.peer.address, shell_.now());
    if (!id) {
        switch (id.error()) {
        case EnrolmentDesk::Refused::malformed: return call.reply(malformed("no certificate request of a P-256 key"));
        case EnrolmentDesk::Refused::seat_out_of_range:
            return call.reply(
                error_response(400, "seat_out_of_range", fmt::format("seats are 1 to {}", parts_.seats_max)));
        case EnrolmentDesk::Refused::too_many_enrolments:
            return call.reply(error_response(429, "too_many_enrolments", "too many machines are waiting"));
        }
    }
    log_line(LogLevel::info, fmt::format("seat {} asks for a certificate from {}", seat, call.peer.address));
    call.reply(json_response(202, {{"id", *id}, {"authority", authority_pem_}}));
}

void HallService::poll_enrolment(Call call)
{
    const Enrolment* enrolment = enrolments_.find(call.id, shell_.now());
    if (enrolment == nullptr) { return call.reply(error_response(404, "not_found", "ask again")); }
    switch (enrolment->state) {
    case EnrolmentState::pending: return call.reply(json_response(202, {{"state", "pending"}}));
    case EnrolmentState::refused:
        return call.reply(error_response(403, "enrolment_refused", "an invigilator refused it"));
    case EnrolmentState::confirmed:
        return call.reply(
            json_response(200, {{"certificate", enrolment->certificate_pem}, {"authority", authority_pem_}}));
    }
}

void HallService::list_enrolments(Call call)
{
    boost::json::array list;
    for (const Enrolment* enrolment : enrolments_.pending(shell_.now())) {
        list.push_back(object{{"id", enrolment->id},
                              {"seat", enrolment->seat},
                              {"code", enrolment->code},
                              {"address", enrolment->address},
                              {"asked_at", engine::to_text(enrolment->asked_at)},
                              {"replaces", seats_.contains(enrolment->seat)}});
    }
    call.reply(json_response(200, {{"pending", std::move(list)}}));
}

void HallService::confirm_enrolment(Call call)
{
    const auto value = engine::parse_json(call.body, body_limits);
    if (!value) { return call.reply(malformed(value.error().detail)); }
    engine::JsonFields fields{*value, ""};
    const std::string code = fields.text("code", 16);
    if (const auto good = fields.finish(); !good) { return call.reply(malformed(good.error().detail)); }

    const auto confirmed = enrolments_.confirm(call.id, code, shell_.now());
    if (!confirmed) {
        const bool wrong_code = confirmed.error().code == vault::VaultError::not_permitted;
        if (!wrong_code) { return call.reply(failure_response(confirmed.error())); }
        const Enrolment* enrolment = enrolments_.find(call.id, shell_.now());
        const int seat = enrolment == nullptr ? 0 : enrolment->seat;
        log_line(LogLevel::warning, fmt::format("seat {}: the enrolment code typed in is another one", seat));
        shell_.record(note_payload("enrolment_code_differs", {{"seat", seat}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), error_response(409, "code_differs", confirmed.error().detail));
    }
    const int seat = (*confirmed)->seat;
    const crypto::Digest key = (*confirmed)->key;
    parts_.worker.post([this, seat, key, call = std::move(call)]() mutable {
        auto stored = parts_.register_.enrol(seat, key);
        parts_.strand.post([this, seat, key, call = std::move(call), stored = std::move(stored)]() mutable {
            if (!stored) { return call.reply(failure_response(stored.error())); }
            const bool replaced = seats_.contains(seat) && seats_.at(seat) != key;
            if (replaced) { kiosks_.close_seat(seat, LineClose::enrolled_anew); }
            seats_[seat] = key;
            shell_.record(note_payload(
                "enrolled", {{"seat", seat}, {"key", key.hex()}, {"replaced", replaced}, {"by", call.peer.name}}));
            shell_.after_durable([this, id = call.id] { enrolments_.settle(id); });
            reply_when_durable(std::move(call.reply), json_response(200, {{"seat", seat}}));
        });
    });
}

void HallService::refuse_enrolment(Call call)
{
    const auto refused = enrolments_.refuse(call.id, shell_.now());
    if (!refused) { return call.reply(failure_response(refused.error())); }
    const int seat = (*refused)->seat;
    shell_.record(note_payload("enrolment_refused", {{"seat", seat}, {"by", call.peer.name}}));
    reply_when_durable(std::move(call.reply), json_response(200, {{"seat", seat}}));
}

} // namespace papervault::server
