#include "hall/history.hpp"

#include <papervault/engine/json.hpp>

#include <fmt/format.h>

namespace papervault::server {
namespace {

using engine::JsonFields;
using vault::Result;

constexpr engine::JsonLimits payload_limits{.bytes_max = journal_payload_bytes_max, .depth_max = 24};

std::unexpected<vault::VaultFailure> unfit(const JournalRecord& record, std::string_view reason)
{
    return vault::refuse(vault::VaultError::chain_broken, fmt::format("journal record {}: {}", record.number, reason));
}

crypto::Digest digest_field(JsonFields& fields, std::string_view name)
{
    if (const auto digest = crypto::Digest::from_hex(fields.text(name, 64))) { return *digest; }
    fields.problem(engine::EngineError::malformed, name, "not a digest");
    return {};
}

engine::Result<TakenInRecord> read_taken_in(const boost::json::value& value)
{
    JsonFields fields{value, "taken_in"};
    fields.text("kind", 32);
    TakenInRecord record;
    record.package_id = fields.text("package_id", 64);
    record.package_digest = digest_field(fields, "package_digest");
    record.batch_id = fields.text("batch_id", 64);
    record.candidates = static_cast<int>(fields.integer("candidates", 0, 1'000'000));
    record.forms = static_cast<int>(fields.integer("forms", 0, 1'000'000));
    record.giver = fields.text("giver", 256);
    record.taker = fields.text("taker", 256);
    record.taken_by = fields.text("taken_by", 256);
    record.handover = fields.text("handover", 64 * 1024);
    record.handover_to_machine = fields.text("handover_to_machine", 64 * 1024);
    if (auto good = fields.finish(); !good) { return std::unexpected{good.error()}; }
    return record;
}

boost::json::object sealed_forms_json(const std::map<std::string, SealedForm, std::less<>>& forms)
{
    boost::json::object object;
    for (const auto& [ticket, form] : forms) {
        object[ticket] = {{"form_id", form.form_id}, {"digest", form.digest.hex()}, {"bytes", form.bytes}};
    }
    return object;
}

std::map<std::string, SealedForm, std::less<>> read_sealed_forms(JsonFields& fields)
{
    std::map<std::string, SealedForm, std::less<>> forms;
    const auto* object = fields.member("sealed_forms").if_object();
    if (object == nullptr) {
        fields.problem(engine::EngineError::malformed, "sealed_forms", "not an object");
        return forms;
    }
    for (const auto& [ticket, value] : *object) {
        JsonFields form{value, fields.path("sealed_forms")};
        SealedForm sealed;
        sealed.form_id = form.text("form_id", 64);
        sealed.digest = digest_field(form, "digest");
        sealed.bytes = static_cast<std::uint64_t>(form.integer("bytes", 0, std::int64_t{1} << 40));
        if (const auto good = form.finish(); !good) { fields.problem(good.error()); }
        forms.emplace(ticket, std::move(sealed));
    }
    return forms;
}

engine::Result<OpeningRecord> read_opening(const boost::json::value& value)
{
    JsonFields fields{value, "opening"};
    fields.text("kind", 32);
    OpeningRecord record;
    record.package_id = fields.text("package_id", 64);
    record.givers = fields.texts("givers", 64, 256);
    record.order_rule = fields.text("order_rule", 256);
    if (const auto* forms = fields.member("forms").if_object()) {
        for (const auto& [id, digest] : *forms) {
            const auto read = digest.is_string() ? crypto::Digest::from_hex(digest.get_string()) : std::nullopt;
            if (!read) {
                fields.problem(engine::EngineError::malformed, "forms", "not a digest");
                break;
            }
            record.forms.emplace(id, *read);
        }
    } else {
        fields.problem(engine::EngineError::malformed, "forms", "not an object");
    }
    for (const boost::json::value& entry : fields.array("roster", 1000)) {
        auto candidate = engine::candidate_from_json(entry, fields.path("roster"));
        if (!candidate) {
            fields.problem(candidate.error());
            break;
        }
        record.roster.push_back(std::move(*candidate));
    }
    record.sealed_forms = read_sealed_forms(fields);
    if (auto good = fields.finish(); !good) { return std::unexpected{good.error()}; }
    return record;
}

} // namespace

std::string event_payload(const engine::Event& event)
{
    return engine::canonical_json(boost::json::object{{"kind", "event"}, {"event", engine::to_json(event)}});
}

std::string taken_in_payload(const TakenInRecord& record)
{
    return engine::canonical_json(boost::json::object{{"kind", "taken_in"},
                                                      {"package_id", record.package_id},
                                                      {"package_digest", record.package_digest.hex()},
                                                      {"batch_id", record.batch_id},
                                                      {"candidates", record.candidates},
                                                      {"forms", record.forms},
                                                      {"giver", record.giver},
                                                      {"taker", record.taker},
                                                      {"taken_by", record.taken_by},
                                                      {"handover", record.handover},
                                                      {"handover_to_machine", record.handover_to_machine}});
}

std::string opening_payload(const OpeningRecord& record)
{
    boost::json::array givers(record.givers.begin(), record.givers.end());
    boost::json::object forms;
    for (const auto& [id, digest] : record.forms) { forms[id] = digest.hex(); }
    boost::json::array roster;
    for (const engine::Candidate& candidate : record.roster) { roster.push_back(engine::to_json(candidate)); }
    return engine::canonical_json(boost::json::object{{"kind", "opening"},
                                                      {"package_id", record.package_id},
                                                      {"givers", std::move(givers)},
                                                      {"forms", std::move(forms)},
                                                      {"order_rule", record.order_rule},
                                                      {"roster", std::move(roster)},
                                                      {"sealed_forms", sealed_forms_json(record.sealed_forms)}});
}

std::string sealed_again_payload(const std::map<std::string, SealedForm, std::less<>>& forms)
{
    return engine::canonical_json(
        boost::json::object{{"kind", "forms_sealed_again"}, {"sealed_forms", sealed_forms_json(forms)}});
}

std::string note_payload(std::string_view kind, boost::json::object members)
{
    members["kind"] = kind;
    return engine::canonical_json(members);
}

SittingHistory::SittingHistory(engine::Batch batch) : state{engine::initial_state(batch, {})} {}

Result<void> SittingHistory::take_event(const JournalRecord& record, const boost::json::value& value)
{
    const auto event = engine::event_from_json(value);
    if (!event) { return unfit(record, event.error().detail); }
    if (auto applied = engine::apply(state, *event); !applied) { return unfit(record, applied.error().detail); }
    if (std::holds_alternative<engine::Started>(*event)) { started_at = record.time; }
    if (std::holds_alternative<engine::Ended>(*event)) { ended_at = record.time; }
    if (std::holds_alternative<engine::Answered>(*event)) { ++answers; }
    return {};
}

Result<void> SittingHistory::take(const JournalRecord& record)
{
    const auto value = engine::parse_json(record.payload, payload_limits);
    if (!value) { return unfit(record, value.error().detail); }
    const auto* object = value->if_object();
    const auto* kind = object == nullptr ? nullptr : object->if_contains("kind");
    if (kind == nullptr || !kind->is_string()) { return unfit(record, "no kind"); }
    const std::string_view name = kind->get_string();
    if (name == "event") {
        const auto* event = object->if_contains("event");
        return event == nullptr ? unfit(record, "no event") : take_event(record, *event);
    }
    if (name == "taken_in") {
        auto read = read_taken_in(*value);
        if (!read) { return unfit(record, read.error().detail); }
        if (taken_in) { return unfit(record, "a second package"); }
        taken_in = std::move(*read);
    } else if (name == "opening") {
        auto read = read_opening(*value);
        if (!read) { return unfit(record, read.error().detail); }
        if (opening) { return unfit(record, "a second opening"); }
        opening = std::move(*read);
        state = engine::initial_state(state.batch, opening->roster);
    } else if (name == "forms_sealed_again") {
        JsonFields fields{*value, "forms_sealed_again"};
        fields.text("kind", 32);
        auto forms = read_sealed_forms(fields);
        if (const auto good = fields.finish(); !good) { return unfit(record, good.error().detail); }
        if (!opening) { return unfit(record, "forms before the opening"); }
        opening->sealed_forms = std::move(forms);
    }
    if (auto inspected = take_inspection(record, name, *value); !inspected) {
        return std::unexpected{inspected.error()};
    }
    return {}; // every other kind is a note for people
}

} // namespace papervault::server
