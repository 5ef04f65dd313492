#pragma once

#include <papervault/engine/batch_tally.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/package.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Answers home: what a hall seals for the grading office after the sitting (docs/answers-format.md), of the package's
/// family.
namespace papervault::vault {

struct AnswerSheet {
    std::string ticket;
    std::string form_id;
    int seat = 0;
    engine::CandidatePhase phase = engine::CandidatePhase::absent; ///< handed_in or absent once the sitting has ended.
    engine::ResponseSheet responses;
    std::string receipt; ///< "ABCD-EFGH-JKMN"; empty for an absent candidate.
    bool operator==(const AnswerSheet&) const = default;
};

inline constexpr int answers_version = 2; ///< Of new files; 1 is read for ever.

struct AnswersFile {
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string hall_id;
    engine::Instant started_at;
    engine::Instant ended_at;
    engine::Instant sealed_at;
    std::uint64_t journal_records = 0;
    crypto::Digest journal_head;     ///< Hash of the last record.
    std::vector<AnswerSheet> sheets; ///< Every candidate of the roster, once.
    std::string journal;             ///< The records, one JSON object a line (docs/journal-format.md).
    int version = answers_version;   ///< Which one it is written in.
    /// Of everything in front of the compartments, their digests and the hall's signature among it; set by who opens.
    crypto::Digest front{};
};

inline constexpr std::size_t answer_sheets_bytes_max = 64 << 20; ///< Of the sheets, written as JSON.
inline constexpr std::size_t answer_journal_bytes_max = 512 << 20;

/// Signs by the hall and seals to the office of the package. Durable; never overwrites.
/// @return What open_answers() would refuse: malformed for a receipt that does not fit, a ticket twice, times out of
/// order, an answer that is not the journal's; chain_broken for its records.
[[nodiscard]] Result<void> seal_answers(const AnswersFile& answers, const Identity& hall, const IdentityCard& office,
                                        const std::filesystem::path& file);
/// Checks everything against the package: hall's signature, package, batch, counts against the roster size, no sheet
/// double, that every receipt is the one of its sheet; in version 2 the chain of the journal too, and that every answer
/// is the one that it tells of.
/// @param office  Whose box key it is sealed to.
/// @return signature_invalid, wrong_batch (another package or batch), wrong_host (another hall, or sealed to another
/// office), authentication_failed, chain_broken (names the record), malformed (names candidate and item).
[[nodiscard]] Result<AnswersFile> open_answers(const std::filesystem::path& file, const PackageReader& package,
                                               const Identity& office);

/// The sheets alone; the journal stays sealed and empty.
/// @param taken_in  AnswersFile::front of what open_answers() found sound: version 2 is read under it, and refused
/// without. In version 1 receipts are checked again.
/// @return As open_answers(); chain_broken for another file than the one taken in.
[[nodiscard]] Result<AnswersFile> open_answer_sheets(const std::filesystem::path& file, const PackageReader& package,
                                                     const Identity& office,
                                                     const std::optional<crypto::Digest>& taken_in);

/// Answer sheets by columns, for a look at a large batch (engine::tally_batch).
struct AnswerColumns {
    engine::Instant started_at;
    engine::Instant ended_at;
    std::uint64_t journal_records = 0;
    crypto::Digest journal_head;
    std::vector<std::string> tickets;   ///< In the order of the sheets.
    std::vector<std::uint32_t> form_of; ///< By sheet: place among the package's forms; their number for an absent one.
    engine::ResponseColumns responses;
};
/// As open_answer_sheets(), straight into columns.
/// @param items  Ids that become columns.
[[nodiscard]] Result<AnswerColumns> open_answer_columns(const std::filesystem::path& file, const PackageReader& package,
                                                        const Identity& office, std::span<const std::string> items,
                                                        const std::optional<crypto::Digest>& taken_in);

/// The candidate's receipt: first 60 bits of BLAKE2b-256 (purpose "papervault.receipt.v1") of the sheet text, in base32
/// groups of four. (Also worked out by the kiosk; see docs/protocol.md.)
/// @param sheet_text  As engine::sheet_text() gives it.
[[nodiscard]] std::string receipt_of(std::string_view sheet_text);

} // namespace papervault::vault
