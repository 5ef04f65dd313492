#pragma once

#include <papervault/engine/batch_grading.hpp>
#include <papervault/engine/batch_tally.hpp>
#include <papervault/engine/open_mark.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/packages.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// From a hall's sealed answers to scores and reports (rules G1–G12).
namespace papervault::vault {

struct CandidateResult {
    std::string ticket;
    std::string name;
    int seat = 0;
    std::string form_id;
    bool present = false;
    std::string receipt;
    engine::Decimal points;
    engine::Decimal points_max;
    int awaiting_person = 0; ///< Open items without a person's mark: the points are provisional.
    /// How the points came from the sum of the items; stored where they say something.
    engine::PenaltyFloor floor = engine::PenaltyFloor::item;
    engine::Rounding rounding{};
    struct Item {
        std::string id;
        engine::Decimal points;
        engine::Decimal points_max;
        engine::Mark mark{};
        engine::Response response;
    };
    std::vector<Item> items; ///< In the form's order.
};
[[nodiscard]] boost::json::object to_json(const CandidateResult& result);
[[nodiscard]] Result<CandidateResult> candidate_result_from_json(const boost::json::value& value);

using engine::PersonMark;
/// By ticket, then item id. CSV: ticket,item,points,grader.
using PersonMarks = std::map<std::string, std::map<std::string, PersonMark>>;
[[nodiscard]] Result<PersonMarks> read_marks(const std::filesystem::path& csv);

/// A corrected key (rule G4): proposed by one grader, approved by another, kept with the old one for good.
struct KeyCorrection {
    std::int64_t number = 0; ///< Counts from 1 in the vault.
    std::string package_id;
    std::string item_id;
    std::string reason;
    std::string proposer;
    std::string approver; ///< Empty: not approved yet.
    engine::AnswerKey before;
    engine::AnswerKey after;
};

/// What grading again did to one candidate.
struct ScoreChange {
    std::string ticket;
    std::string name;
    engine::Decimal before; ///< Of the paper.
    engine::Decimal after;
    struct Item {
        std::string id;
        engine::Decimal before;
        engine::Decimal after;
    };
    std::vector<Item> items; ///< Every corrected item of his form, changed or not.
};
struct Regrading {
    std::vector<std::int64_t> corrections;
    std::vector<ScoreChange> candidates; ///< Everybody, in order of tickets.
    std::size_t changed = 0;             ///< Candidates with another total.
};

/// A batch before it is graded.
struct BatchLook {
    std::size_t candidates = 0; ///< Sheets.
    std::size_t present = 0;
    engine::BatchTally tally;
};

class ResultRegister {
public:
    explicit ResultRegister(OfficeVault& vault) : vault_{&vault} {}

    /// Takes a hall's answers in: signature, package, counts and every receipt are checked, the chain of the hall's
    /// journal is followed from its origin, and every answer is compared with the one that the journal tells of; a copy
    /// stays in the vault's records. What its journal says of inspection, incidents and opening goes into the ledger,
    /// checked: the words of the witnesses are signed by themselves.
    /// @return already_used when the package's answers are in already; chain_broken, naming the journal's record;
    /// malformed, naming candidate and item.
    [[nodiscard]] Result<AnswersFile> import_answers(const std::filesystem::path& file, engine::Instant now);
    /// The whole file, everything checked again.
    [[nodiscard]] Result<AnswersFile> answers(std::string_view package_id);
    /// The sheets that were taken in, without the journal; chain_broken for any others.
    [[nodiscard]] Result<AnswersFile> sheets(std::string_view package_id);
    /// Checks the package's golden vectors first (engine_mismatch), those of the key as soon as it is open. Opens the
    /// key with the graders' quorum (the acting grader's own share and `shares`), applies approved corrections, grades
    /// every sheet by both implementations, stores the scores. Grading again replaces the stored scores; the ledger
    /// keeps both digests.
    /// @return conflict when the two implementations disagree on any score (nothing is stored then), or when a person's
    /// mark is for an item that the key scores; malformed for a mark above the item's points.
    [[nodiscard]] Result<std::vector<CandidateResult>> grade(std::string_view package_id, const Identity& grader,
                                                             std::span<const SharePart> shares,
                                                             const PersonMarks& marks, engine::Instant now);
    /// Totals and item statistics by columns, to see a wrong key before it makes scores. By one implementation alone,
    /// open items as 0 points; nothing is stored but that the key was opened.
    [[nodiscard]] Result<BatchLook> look(std::string_view package_id, const Identity& grader,
                                         std::span<const SharePart> shares, engine::Instant now);
    /// Why one candidate has these points for one item, in words.
    [[nodiscard]] Result<engine::Explanation> explain(std::string_view package_id, const Identity& grader,
                                                      std::span<const SharePart> shares, std::string_view ticket,
                                                      std::string_view item, engine::Language language,
                                                      engine::Instant now);

    /// Proposes another key for an item of a package (rule G4). Nothing is graded by it before approve_correction().
    /// @param change  Makes the new key from the old one. @return malformed for a key that does not fit the item,
    /// not_permitted for an open item (its marks are people's), conflict without a change or a reason.
    [[nodiscard]] Result<KeyCorrection>
    propose_correction(std::string_view package_id, std::string_view item, const Identity& grader,
                       std::span<const SharePart> shares,
                       const std::function<Result<engine::AnswerKey>(engine::AnswerKey)>& change, std::string reason,
                       engine::Instant now);
    /// @return not_permitted to who proposed it; conflict when it is approved already.
    [[nodiscard]] Result<KeyCorrection> approve_correction(std::int64_t number, engine::Instant now);
    /// In order of numbers. Shows keys: graders only.
    [[nodiscard]] Result<std::vector<KeyCorrection>> corrections(std::string_view package_id);
    /// Grades again the items whose corrections have been approved since, and nothing else: other scores and people's
    /// marks stay. The ledger keeps both digests and the number of candidates whose total changed.
    /// @return conflict when nothing waits or nothing has been graded yet, or on a disagreement as in grade().
    [[nodiscard]] Result<Regrading> regrade(std::string_view package_id, const Identity& grader,
                                            std::span<const SharePart> shares, engine::Instant now);
    [[nodiscard]] Result<std::vector<CandidateResult>> results(std::string_view package_id);
    /// Writes scores.csv, items.csv, result.json and report.html; digests go into the ledger, copies into the vault's
    /// records.
    [[nodiscard]] Result<std::vector<std::filesystem::path>>
    write_report(std::string_view package_id, const std::filesystem::path& folder, engine::Instant now);

private:
    /// Of the answers that were taken in; nothing where they were taken in before this was noted.
    [[nodiscard]] Result<std::optional<crypto::Digest>> front_taken_in(std::string_view package_id);
    [[nodiscard]] Result<void> require_no_answers(std::string_view package_id);
    [[nodiscard]] Result<void> record_sitting(const AnswersFile& answers, const PackageReader& package,
                                              engine::Instant now);
    [[nodiscard]] Result<KeyCompartment> open_key(const PackageReader& package, const std::vector<engine::Form>& forms,
                                                  const Identity& grader, std::span<const SharePart> shares,
                                                  engine::Instant now);
    /// The keys with what has been approved since they were sealed.
    [[nodiscard]] Result<KeyCompartment> corrected_key(const PackageReader& package,
                                                       const std::vector<engine::Form>& forms, const Identity& grader,
                                                       std::span<const SharePart> shares, engine::Instant now);
    OfficeVault* vault_;
};

/// Over the stored results of a package, in order of tickets: stands in the ledger.
[[nodiscard]] crypto::Digest results_digest(Database& database, std::string_view package_id);

} // namespace papervault::vault
