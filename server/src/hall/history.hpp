#pragma once

#include <papervault/engine/sitting.hpp>
#include <papervault/server/journal.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the hall itself writes into the journal beside the engine's events (docs/journal-format.md).
namespace papervault::server {

struct TakenInRecord {
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    int candidates = 0;
    int forms = 0;
    std::string giver;               ///< Name and id: "李娜 (0123456789abcdef)".
    std::string taker;               ///< The hall's machine.
    std::string taken_by;            ///< The person who took it in; empty when only the machine signed.
    std::string handover;            ///< The hand-over, complete, as signed by both.
    std::string handover_to_machine; ///< Where a person took it: from him to the machine; else empty.
};

/// Which bytes a candidate got.
struct SealedForm {
    std::string form_id;
    crypto::Digest digest; ///< BLAKE2b-256 of the sealed form.
    std::uint64_t bytes = 0;
    bool operator==(const SealedForm&) const = default;
};

struct OpeningRecord {
    std::string package_id;
    std::vector<std::string> givers;                          ///< Custodians, in order of giving.
    std::map<std::string, crypto::Digest, std::less<>> forms; ///< Digest of each form's content, by form id.
    std::string order_rule;                                   ///< How each candidate's order was derived.
    std::vector<engine::Candidate> roster;
    std::map<std::string, SealedForm, std::less<>> sealed_forms; ///< By ticket.
};

/// One witness's word at the seal inspection (rule V6).
struct WitnessWord {
    std::string name;
    std::string id;        ///< Of his identity: two people of one name differ.
    std::string mismatch;  ///< What does not agree; empty: everything does.
    std::string statement; ///< The document that he has signed.
};

/// Something about the package that stops the opening until the office has cleared it.
struct OpenIncident {
    std::string id;
    std::string kind; ///< "seal_mismatch", "seal_broken"
    std::string reason;
    std::string document; ///< For the office, signed by the machine.
};

/// Where the inspection of the seal stands.
struct InspectionState {
    std::string round;              ///< Of the inspection under way; empty before the first one and after an incident.
    std::vector<WitnessWord> words; ///< In this round, of different people, all of them agreeing.
    std::optional<OpenIncident> incident;

    [[nodiscard]] bool has_passed() const noexcept;
};

[[nodiscard]] std::string event_payload(const engine::Event& event);
[[nodiscard]] std::string taken_in_payload(const TakenInRecord& record);
[[nodiscard]] std::string opening_payload(const OpeningRecord& record);
/// @param facts  What the witnesses are shown.
[[nodiscard]] std::string inspection_begun_payload(std::string_view round, const boost::json::object& facts,
                                                   std::string_view by);
[[nodiscard]] std::string inspection_confirmed_payload(std::string_view round, const WitnessWord& word,
                                                       std::string_view by);
[[nodiscard]] std::string incident_payload(const OpenIncident& incident, std::string_view by);
[[nodiscard]] std::string incident_cleared_payload(std::string_view incident, std::string_view document,
                                                   std::string_view by);
/// The forms had to be sealed again (their files were damaged); keys and content are the same.
[[nodiscard]] std::string sealed_again_payload(const std::map<std::string, SealedForm, std::less<>>& forms);
/// Records that are only for people and never read back: {"kind":kind, members…}.
[[nodiscard]] std::string note_payload(std::string_view kind, boost::json::object members);

/// A sitting as its journal tells it; take() is given every record in order.
class SittingHistory {
public:
    explicit SittingHistory(engine::Batch batch);

    /// @return chain_broken, naming the record, when it is not one of ours or doesn't fit the ones before.
    [[nodiscard]] vault::Result<void> take(const JournalRecord& record);

    engine::SittingState state;
    std::optional<TakenInRecord> taken_in;
    std::optional<OpeningRecord> opening;
    InspectionState inspection;
    std::optional<engine::Instant> started_at;
    std::optional<engine::Instant> ended_at;
    std::uint64_t answers = 0; ///< Answered events.

private:
    vault::Result<void> take_event(const JournalRecord& record, const boost::json::value& event);
    /// @return False when the record is none of an inspection.
    vault::Result<bool> take_inspection(const JournalRecord& record, std::string_view kind,
                                        const boost::json::value& value);
};

} // namespace papervault::server
