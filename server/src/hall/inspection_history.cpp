// The records of a seal inspection: written, and read back when the journal is replayed.
#include "hall/history.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/inspection.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace papervault::server {
namespace {

using boost::json::object;
using engine::JsonFields;
using vault::Result;

constexpr std::size_t document_bytes_max = 32 * 1024;

std::unexpected<vault::VaultFailure> unfit(const JournalRecord& record, std::string_view reason)
{
    return vault::refuse(vault::VaultError::chain_broken, fmt::format("journal record {}: {}", record.number, reason));
}

} // namespace

bool InspectionState::has_passed() const noexcept
{
    return !incident && words.size() >= vault::inspection_witnesses;
}

std::string inspection_begun_payload(std::string_view round, const object& facts, std::string_view by)
{
    return engine::canonical_json(object{{"kind", "inspection_begun"}, {"round", round}, {"facts", facts}, {"by", by}});
}

std::string inspection_confirmed_payload(std::string_view round, const WitnessWord& word, std::string_view by)
{
    return engine::canonical_json(object{{"kind", "inspection_confirmed"},
                                         {"round", round},
                                         {"witness", word.name},
                                         {"witness_id", word.id},
                                         {"statement", word.statement},
                                         {"by", by}});
}

std::string incident_payload(const OpenIncident& incident, std::string_view by)
{
    return engine::canonical_json(object{{"kind", "incident"},
                                         {"incident", incident.id},
                                         {"what", incident.kind},
                                         {"reason", incident.reason},
                                         {"document", incident.document},
                                         {"by", by}});
}

std::string incident_cleared_payload(std::string_view incident, std::string_view document, std::string_view by)
{
    return engine::canonical_json(
        object{{"kind", "incident_cleared"}, {"incident", incident}, {"document", document}, {"by", by}});
}

Result<bool> SittingHistory::take_inspection(const JournalRecord& record, std::string_view kind,
                                             const boost::json::value& value)
{
    JsonFields fields{value, kind};
    fields.text("kind", 32);
    if (kind == "inspection_begun") {
        std::string round = fields.text("round", 32);
        fields.member("facts");
        fields.text("by", 256);
        inspection.round = std::move(round);
        inspection.words.clear();
    } else if (kind == "inspection_confirmed") {
        const std::string round = fields.text("round", 32);
        WitnessWord word{.name = fields.text("witness", 64),
                         .id = fields.text("witness_id", 64),
                         .mismatch = {},
                         .statement = fields.text("statement", document_bytes_max)};
        fields.text("by", 256);
        if (fields.good() && (inspection.incident || round.empty() || round != inspection.round)) {
            return unfit(record, "a witness's word of another inspection");
        }
        if (std::ranges::find(inspection.words, word.id, &WitnessWord::id) != inspection.words.end()) {
            return unfit(record, "one witness twice");
        }
        inspection.words.push_back(std::move(word));
    } else if (kind == "incident") {
        OpenIncident incident{.id = fields.text("incident", 32),
                              .kind = fields.text("what", 32),
                              .reason = fields.text("reason", 500),
                              .document = fields.text("document", document_bytes_max)};
        fields.text("by", 256);
        if (opening) { return unfit(record, "an incident of the seal after the opening"); }
        inspection = {.round = {}, .words = {}, .incident = std::move(incident)};
    } else if (kind == "incident_cleared") {
        const std::string id = fields.text("incident", 32);
        fields.text("document", document_bytes_max);
        fields.text("by", 256);
        if (!inspection.incident || inspection.incident->id != id) {
            return unfit(record, "an incident that there is not was cleared");
        }
        inspection = {};
    } else {
        return false;
    }
    if (const auto good = fields.finish(); !good) { return unfit(record, good.error().detail); }
    return true;
}

} // namespace papervault::server
