#include "hall/hall_service.hpp"

#include "log.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/vault/inspection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace papervault::server {
namespace {

using boost::json::array;
using boost::json::object;

std::string new_id()
{
    return crypto::to_hex(crypto::random_bytes(16));
}

} // namespace

std::optional<HttpResponse> HallService::refuse_uninspected() const
{
    if (inspection_.incident) {
        return error_response(409, "incident_open",
                              fmt::format("incident {} was reported ({}); only the office lets the hall go on: give it "
                                          "the report, then its answer with: ctl release --file",
                                          inspection_.incident->id, inspection_.incident->reason));
    }
    if (!inspection_.has_passed()) {
        return error_response(
            409, "inspection_incomplete",
            fmt::format("the seal is inspected by two witnesses before the paper is opened, and {} of "
                        "them signed: ctl inspect",
                        inspection_.words.size()));
    }
    return std::nullopt;
}

object HallService::inspection_json() const
{
    std::string_view state = "not_begun";
    if (!inspection_.round.empty()) { state = inspection_.has_passed() ? "passed" : "begun"; }
    if (inspection_.incident) { state = "stopped"; }
    array witnesses;
    for (const WitnessWord& word : inspection_.words) {
        witnesses.push_back(object{{"name", word.name}, {"id", word.id}});
    }
    object json{{"state", state},
                {"round", inspection_.round},
                {"witnesses", std::move(witnesses)},
                {"needed", vault::inspection_witnesses}};
    if (inspection_.incident) {
        json["incident"] = {{"id", inspection_.incident->id},
                            {"kind", inspection_.incident->kind},
                            {"reason", inspection_.incident->reason},
                            {"document", inspection_.incident->document}};
    }
    return json;
}

void HallService::inspection(Call call)
{
    if (paper_busy_) { return call.reply(busy_response()); }
    object body = inspection_json();
    body["facts"] = parts_.paper.seal_facts();
    reply_when_durable(std::move(call.reply), json_response(200, body));
}

void HallService::begin_inspection(Call call)
{
    if (opening_) { return call.reply(refusal_response(engine::Refusal::already_open)); }
    if (paper_busy_) { return call.reply(busy_response()); }
    if (inspection_.incident) { return call.reply(refuse_uninspected().value()); }
    paper_busy_ = true;
    parts_.worker.post([this, call = std::move(call)]() mutable {
        auto checked = parts_.paper.check_seal();
        parts_.strand.post([this, call = std::move(call), checked = std::move(checked)]() mutable {
            seal_checked(std::move(call), std::move(checked));
        });
    });
}

void HallService::seal_checked(Call call, vault::Result<void> checked)
{
    paper_busy_ = false;
    if (!checked && checked.error().code == vault::VaultError::storage_failed) {
        return call.reply(failure_response(checked.error())); // says nothing of the seal
    }
    if (!checked) { return raise_incident(std::move(call), "seal_broken", checked.error().detail, nullptr); }
    if (inspection_.round.empty()) { // whoever asks second comes to the same inspection
        inspection_.round = new_id();
        shell_.record(inspection_begun_payload(inspection_.round, parts_.paper.seal_facts(), call.peer.name));
    }
    inspection(std::move(call));
}

void HallService::give_statement(Call call)
{
    if (opening_) { return call.reply(refusal_response(engine::Refusal::already_open)); }
    if (paper_busy_) { return call.reply(busy_response()); }
    if (inspection_.incident) { return call.reply(refuse_uninspected().value()); }
    if (inspection_.round.empty()) {
        return call.reply(
            error_response(409, "inspection_not_begun", "nobody has been shown the seal yet: ctl inspect"));
    }
    auto word = parts_.paper.read_statement(call.body, inspection_.round);
    const bool twice =
        word && std::ranges::find(inspection_.words, word->id, &WitnessWord::id) != inspection_.words.end();
    if (twice && word->mismatch.empty()) {
        word = vault::refuse(vault::VaultError::already_used,
                             word->name + " has signed already; the other witness is another person");
    }
    if (!word) {
        log_line(LogLevel::warning, fmt::format("a witness's word was refused: {}", word.error().detail));
        shell_.record(note_payload("inspection_refused", {{"reason", word.error().detail}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), failure_response(word.error()));
    }
    if (!word->mismatch.empty()) { // also of somebody who has thought better of it
        const WitnessWord reported = *std::move(word);
        return raise_incident(std::move(call), "seal_mismatch", reported.mismatch, &reported);
    }
    const bool passed_before = inspection_.has_passed();
    shell_.record(inspection_confirmed_payload(inspection_.round, *word, call.peer.name));
    inspection_.words.push_back(*std::move(word));
    if (inspection_.has_passed() && !passed_before) {
        array names;
        for (const WitnessWord& each : inspection_.words) { names.push_back(boost::json::string{each.name}); }
        shell_.record(
            note_payload("inspection_passed", {{"round", inspection_.round}, {"witnesses", std::move(names)}}));
        log_line(LogLevel::info, "the seal was inspected by two witnesses");
    }
    inspection(std::move(call));
}

void HallService::raise_incident(Call call, std::string kind, std::string reason, const WitnessWord* word)
{
    reason.resize(std::min<std::size_t>(reason.size(), 500));
    auto incident = parts_.paper.report(
        {.id = new_id(), .kind = std::move(kind), .reason = std::move(reason), .document = {}}, word, shell_.now());
    if (!incident) { return parts_.fatal("an incident can't be reported: " + incident.error().detail); }
    log_line(LogLevel::error, fmt::format("incident {}: {}; the package stays closed", incident->id, incident->reason));
    shell_.record(incident_payload(*incident, call.peer.name));
    inspection_ = {.round = {}, .words = {}, .incident = *incident};
    paper_busy_ = true;
    shell_.after_durable([this, incident = *std::move(incident), reply = std::move(call.reply)]() mutable {
        parts_.worker.post([this, incident = std::move(incident), reply = std::move(reply)]() mutable {
            auto kept = parts_.paper.keep_report(incident);
            parts_.strand.post([this, reply = std::move(reply), kept = std::move(kept)]() mutable {
                paper_busy_ = false;
                if (!kept) { return reply(failure_response(kept.error())); } // the incident stands all the same
                object body = inspection_json();
                body["facts"] = parts_.paper.seal_facts();
                body["file"] = *kept;
                reply(json_response(200, body));
            });
        });
    });
}

void HallService::clear_incident(Call call)
{
    if (!inspection_.incident) {
        return call.reply(error_response(409, "no_incident", "there is no incident that could be cleared"));
    }
    const std::string id = inspection_.incident->id;
    if (auto cleared = parts_.paper.check_clearance(call.body, *inspection_.incident); !cleared) {
        log_line(LogLevel::warning, fmt::format("a clearance was refused: {}", cleared.error().detail));
        shell_.record(note_payload("clearance_refused", {{"reason", cleared.error().detail}, {"by", call.peer.name}}));
        return reply_when_durable(std::move(call.reply), failure_response(cleared.error()));
    }
    shell_.record(incident_cleared_payload(id, call.body, call.peer.name));
    inspection_ = {};
    log_line(LogLevel::warning, fmt::format("the office has cleared incident {}; the seal is inspected anew", id));
    inspection(std::move(call));
}

} // namespace papervault::server
