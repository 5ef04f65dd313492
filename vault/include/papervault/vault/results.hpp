#pragma once

#include <papervault/engine/grading.hpp>
#include <papervault/vault/answers.hpp>
#include <papervault/vault/packages.hpp>

#include <filesystem>
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

/// A person's mark of an open item.
struct PersonMark {
    engine::Decimal points;
    std::string grader;
};
/// By ticket, then item id. CSV: ticket,item,points,grader.
using PersonMarks = std::map<std::string, std::map<std::string, PersonMark>>;
[[nodiscard]] Result<PersonMarks> read_marks(const std::filesystem::path& csv);

class ResultRegister {
public:
    explicit ResultRegister(OfficeVault& vault) : vault_{&vault} {}

    /// Takes a hall's answers in: signature, package, counts and every receipt are checked; a copy stays in the vault's
    /// records.
    /// @return already_used when the package's answers are in already.
    [[nodiscard]] Result<AnswersFile> import_answers(const std::filesystem::path& file, engine::Instant now);
    [[nodiscard]] Result<AnswersFile> answers(std::string_view package_id);
    /// Checks the package's golden vectors first (engine_mismatch), those of the key as soon as it is open.
    /// Opens the key with the graders' quorum (the acting grader's own share and `shares`), grades every sheet, stores
    /// the scores. Grading again replaces the stored scores; the ledger keeps both digests.
    [[nodiscard]] Result<std::vector<CandidateResult>> grade(std::string_view package_id, const Identity& grader,
                                                             std::span<const SharePart> shares,
                                                             const PersonMarks& marks, engine::Instant now);
    /// Why one candidate has these points for one item, in words.
    [[nodiscard]] Result<engine::ItemScore> explain(std::string_view package_id, const Identity& grader,
                                                    std::span<const SharePart> shares, std::string_view ticket,
                                                    std::string_view item, engine::Instant now);
    [[nodiscard]] Result<std::vector<CandidateResult>> results(std::string_view package_id);
    /// Writes scores.csv, items.csv, result.json and report.html; digests go into the ledger, copies into the vault's
    /// records.
    [[nodiscard]] Result<std::vector<std::filesystem::path>>
    write_report(std::string_view package_id, const std::filesystem::path& folder, engine::Instant now);

private:
    [[nodiscard]] Result<KeyCompartment> open_key(const PackageReader& package, const std::vector<engine::Form>& forms,
                                                  const Identity& grader, std::span<const SharePart> shares,
                                                  engine::Instant now);
    OfficeVault* vault_;
};

/// Over the stored results of a package, in order of tickets: stands in the ledger.
[[nodiscard]] crypto::Digest results_digest(Database& database, std::string_view package_id);

} // namespace papervault::vault
