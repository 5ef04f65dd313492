#include "answers/journal_check.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/journal.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace papervault::vault {
namespace {

constexpr engine::JsonLimits payload_limits{.bytes_max = journal_payload_bytes_max, .depth_max = 24};

/// What the journal tells of one candidate.
struct Told {
    struct Given {
        std::uint64_t sequence = 0;
        std::uint64_t record = 0; ///< Where it stands.
        engine::Response response;
    };
    int seat = 0; ///< 0: nobody has spoken of one.
    bool signed_in = false;
    bool handed_in = false;
    std::map<std::string, Given, std::less<>> answers;
};

/// Follows the events of answers, hand-ins and seats; of the other rules of a sitting the hall is the keeper. Small on
/// purpose, and not the machine that the hall runs (engine::apply): what both make of a journal is compared with the
/// sheets.
class Follower {
public:
    explicit Follower(const std::vector<AnswerSheet>& sheets)
    {
        for (const AnswerSheet& sheet : sheets) { told_.try_emplace(sheet.ticket); }
    }

    /// @return Why the record does not fit those in front of it, or "".
    std::string take(const JournalRecord& record)
    {
        const auto payload = engine::parse_json(record.payload, payload_limits);
        if (!payload) { return payload.error().detail; }
        const auto* object = payload->if_object();
        const auto* kind = object == nullptr ? nullptr : object->if_contains("kind");
        if (kind == nullptr || !kind->is_string()) { return "it has no kind"; }
        if (kind->get_string() != "event") { return {}; }
        const auto* event = object->if_contains("event");
        if (event == nullptr) { return "it has no event"; }
        const auto read = engine::event_from_json(*event);
        if (!read) { return read.error().detail; }
        record_ = record.number;
        return std::visit([this](const auto& each) { return tell(each); }, *read);
    }
    [[nodiscard]] const Told& of(const std::string& ticket) const { return told_.find(ticket)->second; }

private:
    std::string tell(const engine::SignedIn& event)
    {
        Told* const candidate = find(event.ticket);
        if (candidate == nullptr) { return nobody(event.ticket); }
        candidate->signed_in = true;
        candidate->seat = event.seat;
        return {};
    }
    std::string tell(const engine::SeatMoved& event)
    {
        Told* const candidate = find(event.ticket);
        if (candidate == nullptr) { return nobody(event.ticket); }
        candidate->seat = event.seat;
        return {};
    }
    std::string tell(const engine::Answered& event)
    {
        Told* const candidate = find(event.ticket);
        if (candidate == nullptr) { return nobody(event.ticket); }
        if (!candidate->signed_in || candidate->handed_in) {
            return "ticket " + event.ticket + " answers before signing in or after handing in";
        }
        Told::Given& given = candidate->answers[event.item];
        if (event.sequence <= given.sequence) {
            return "ticket " + event.ticket + ", item " + event.item + ": an answer older than the one before";
        }
        given = {.sequence = event.sequence, .record = record_, .response = event.response};
        return {};
    }
    std::string tell(const engine::HandedIn& event)
    {
        Told* const candidate = find(event.ticket);
        if (candidate == nullptr) { return nobody(event.ticket); }
        if (!candidate->signed_in || candidate->handed_in) {
            return "ticket " + event.ticket + " hands in before signing in, or twice";
        }
        candidate->handed_in = true;
        return {};
    }
    template <class Other>
    std::string tell(const Other&)
    {
        return {};
    }

    Told* find(std::string_view ticket)
    {
        const auto found = told_.find(ticket);
        return found == told_.end() ? nullptr : &found->second;
    }
    static std::string nobody(std::string_view ticket) { return "ticket " + std::string{ticket} + " has no sheet"; }

    std::map<std::string, Told, std::less<>> told_;
    std::uint64_t record_ = 0;
};

std::unexpected<VaultFailure> misfit(const AnswerSheet& sheet, std::string_view reason)
{
    return refuse(VaultError::malformed, "answers: ticket " + sheet.ticket + ": " + std::string{reason});
}

Result<void> compare(const AnswerSheet& sheet, const Told& told)
{
    if (told.handed_in != (sheet.phase == engine::CandidatePhase::handed_in)) {
        return misfit(sheet, told.handed_in ? "handed in by the journal, absent by the sheet"
                                            : "handed in by the sheet, not by the journal");
    }
    if (told.seat != 0 && told.seat != sheet.seat) { return misfit(sheet, "the journal knows another seat"); }
    auto given = told.answers.begin();
    for (const auto& [item, response] : sheet.responses) {
        if (given == told.answers.end() || item < given->first) {
            return misfit(sheet, "item " + item + ": the journal knows no such answer");
        }
        if (given->first < item) { break; }
        if (given->second.response != response) {
            return misfit(sheet, "item " + item + ": not the answer of journal record " +
                                     std::to_string(given->second.record));
        }
        ++given;
    }
    if (given != told.answers.end()) {
        return misfit(sheet, "item " + given->first + ": the answer of journal record " +
                                 std::to_string(given->second.record) + " is missing");
    }
    return {};
}

} // namespace

Result<void> check_journal(const AnswersFile& answers)
{
    JournalChain chain{answers.package_id};
    Follower follower{answers.sheets};
    for (std::string_view rest{answers.journal}; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const auto in_record = [number = chain.records() + 1](VaultError code, const std::string& detail) {
            return refuse(code, "journal record " + std::to_string(number) + ": " + detail);
        };
        const auto record = read_journal_line(line);
        if (!record) { return in_record(record.error().code, record.error().detail); }
        if (auto fits = chain.accept(*record); !fits) { return fits; }
        if (const std::string reason = follower.take(*record); !reason.empty()) {
            return in_record(VaultError::malformed, reason);
        }
    }
    if (chain.records() != answers.journal_records || chain.head() != answers.journal_head) {
        return refuse(VaultError::chain_broken,
                      "journal record " + std::to_string(chain.records()) + ": not the last one that the sheets name");
    }
    for (const AnswerSheet& sheet : answers.sheets) {
        if (auto same = compare(sheet, follower.of(sheet.ticket)); !same) { return same; }
    }
    return {};
}

} // namespace papervault::vault
