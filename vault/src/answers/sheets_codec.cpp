#include "answers/sheets_codec.hpp"

#include "answers/sheets_document.hpp"
#include "json_codec.hpp"

#include <papervault/engine/canonical_text.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace papervault::vault {
namespace {

std::string_view phase_text(engine::CandidatePhase phase) noexcept
{
    return phase == engine::CandidatePhase::handed_in ? "handed_in" : "absent";
}

engine::CandidatePhase phase_field(engine::JsonFields& fields, std::string_view name)
{
    const std::string text = fields.text(name, 16);
    if (text == phase_text(engine::CandidatePhase::handed_in)) { return engine::CandidatePhase::handed_in; }
    if (text != phase_text(engine::CandidatePhase::absent)) {
        fields.problem(engine::EngineError::malformed, name, "is neither handed_in nor absent");
    }
    return engine::CandidatePhase::absent;
}

boost::json::object to_json(const engine::ResponseSheet& responses)
{
    boost::json::object json;
    for (const auto& [item, response] : responses) {
        json[item] = boost::json::array(response.begin(), response.end());
    }
    return json;
}

engine::ResponseSheet responses_field(engine::JsonFields& outer, std::string_view name)
{
    engine::ResponseSheet responses;
    const boost::json::value& value = outer.member(name);
    engine::JsonFields fields{value, outer.path(name)};
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            const std::string_view item = member.key();
            responses.emplace(item, fields.texts(item, engine::response_parts_max, engine::response_bytes_max));
        }
    }
    if (auto finished = fields.finish(); !finished) { outer.problem(finished.error()); }
    return responses;
}

/// As many lines as there are records; the last line may lack its line feed.
std::uint64_t count_lines(std::string_view journal) noexcept
{
    const auto feeds = static_cast<std::uint64_t>(std::ranges::count(journal, '\n'));
    return journal.empty() || journal.back() == '\n' ? feeds : feeds + 1;
}

/// The receipt of engine::sheet_text(), which is spelled here without a tree of values.
std::string expected_receipt(const AnswerSheet& sheet, std::string_view package_id)
{
    if (sheet.phase == engine::CandidatePhase::absent) { return {}; }
    std::string text = R"({"answers":{)";
    for (const auto& [item, response] : sheet.responses) {
        if (response.empty()) { continue; }
        if (text.back() != '{') { text += ','; }
        engine::append_canonical_text(text, item);
        text += ':';
        char separator = '[';
        for (const std::string& part : response) {
            text += separator;
            engine::append_canonical_text(text, part);
            separator = ',';
        }
        text += ']';
    }
    text += R"(},"form":)";
    engine::append_canonical_text(text, sheet.form_id);
    text += R"(,"package":)";
    engine::append_canonical_text(text, package_id);
    text += R"(,"ticket":)";
    engine::append_canonical_text(text, sheet.ticket);
    text += '}';
    return receipt_of(text);
}

std::unexpected<VaultFailure> unsound(std::string reason)
{
    return refuse(VaultError::malformed, "answers: " + std::move(reason));
}

} // namespace

std::string receipt_of(std::string_view sheet_text)
{
    const auto digest = crypto::blake2b("papervault.receipt.v1", {crypto::bytes_of(sheet_text)});
    std::string text = crypto::to_base32(digest.view()).substr(0, 12);
    text.insert(8, "-");
    text.insert(4, "-");
    return text;
}

std::string encode_sheets(const AnswersFile& answers)
{
    auto json = document(sheets_format);
    json["started_at"] = engine::to_text(answers.started_at);
    json["ended_at"] = engine::to_text(answers.ended_at);
    json["journal_records"] = answers.journal_records;
    json["journal_head"] = answers.journal_head.hex();
    boost::json::array sheets;
    for (const AnswerSheet& sheet : answers.sheets) {
        sheets.push_back({{"ticket", sheet.ticket},
                          {"form_id", sheet.form_id},
                          {"seat", sheet.seat},
                          {"phase", phase_text(sheet.phase)},
                          {"responses", to_json(sheet.responses)},
                          {"receipt", sheet.receipt}});
    }
    json["sheets"] = std::move(sheets);
    return engine::canonical_json(json);
}

Result<void> decode_sheets(std::string_view text, AnswersFile& answers)
{
    const auto value = parse_document(text, answer_sheets_bytes_max, sheets_format);
    if (!value) { return std::unexpected{value.error()}; }
    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, sheets_format);
    answers.started_at = instant_field(fields, "started_at");
    answers.ended_at = instant_field(fields, "ended_at");
    answers.journal_records =
        static_cast<std::uint64_t>(fields.integer("journal_records", 0, std::numeric_limits<std::int64_t>::max()));
    answers.journal_head = digest_field(fields, "journal_head");
    for (const boost::json::value& entry : fields.array("sheets", sheets_max)) {
        engine::JsonFields sheet{entry, fields.path("sheets")};
        answers.sheets.push_back({.ticket = sheet.text("ticket", 32),
                                  .form_id = sheet.text("form_id", 64),
                                  .seat = static_cast<int>(sheet.integer("seat", 1, seats_max)),
                                  .phase = phase_field(sheet, "phase"),
                                  .responses = responses_field(sheet, "responses"),
                                  .receipt = sheet.text("receipt", receipt_characters)});
        if (auto finished = sheet.finish(); !finished) { return malformed(finished.error(), sheets_format); }
    }
    if (auto finished = finish_document(fields, sheets_format); !finished) { return finished; }
    return require_same_spelling(text, encode_sheets(answers), sheets_format);
}

Result<void> check_answers(const AnswersFile& answers)
{
    if (answers.started_at > answers.ended_at || answers.ended_at > answers.sealed_at) {
        return unsound("the times of start, end and sealing are not in order");
    }
    if (count_lines(answers.journal) != answers.journal_records) {
        return unsound("the journal does not have as many lines as records");
    }
    return check_sheets(answers);
}

Result<void> check_sheets(const AnswersFile& answers)
{
    std::set<std::string_view> tickets;
    for (const AnswerSheet& sheet : answers.sheets) {
        if (!tickets.insert(sheet.ticket).second) { return unsound("ticket " + sheet.ticket + " is there twice"); }
        const bool handed_in = sheet.phase == engine::CandidatePhase::handed_in;
        if (!handed_in && sheet.phase != engine::CandidatePhase::absent) {
            return unsound("ticket " + sheet.ticket + " has neither handed in nor been absent");
        }
        if (!handed_in && !sheet.responses.empty()) {
            return unsound("ticket " + sheet.ticket + " was absent and has answers");
        }
        if (sheet.receipt != expected_receipt(sheet, answers.package_id)) {
            return unsound("the receipt of ticket " + sheet.ticket + " is not the one of its answers");
        }
    }
    return {};
}

} // namespace papervault::vault
