#pragma once

#include <papervault/engine/assembly.hpp>
#include <papervault/engine/item.hpp>
#include <papervault/vault/office.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The item bank (题库) and its specification table (鉴定要素细目表).
namespace papervault::vault {

struct KnowledgePoint {
    std::string code; ///< "2.3": the parent is "2".
    std::string name;
    engine::Decimal weight_percent;
    engine::Importance importance = engine::Importance::general;
};

/// A picture, already checked: SVG without scripts and references, PNG, or JPEG.
struct Media {
    std::string name; ///< "media/pump.svg"
    std::string type; ///< "image/svg+xml"
    crypto::Bytes bytes;
};

struct RejectedRow {
    std::size_t line = 0; ///< From 1.
    std::string id;       ///< If it could be read.
    std::string reason;
};

enum class BadRows { keep_good, refuse_all };

struct ImportReport {
    std::size_t rows = 0;
    std::size_t added = 0;
    std::size_t new_versions = 0; ///< Known id, other content.
    std::size_t unchanged = 0;
    std::vector<RejectedRow> rejected;
    std::map<std::string, std::size_t> ignored_members; ///< Members of the file that the bank has no place for.
    std::size_t assumed_difficulty = 0;                 ///< Rows without difficulty: 0.70 was taken.
    std::size_t new_knowledge_points = 0;
    std::size_t media = 0;
    std::string digest; ///< Of everything that was stored; stands in the ledger.
};

struct BankStatistics {
    std::size_t items = 0;
    std::map<std::string, std::size_t> by_type;
    std::map<std::string, std::size_t> by_knowledge_point;
    std::size_t knowledge_points = 0;
    std::size_t media = 0;
};

/// Of the three-parameter logistic model: chance = c + (1 − c) / (1 + e^(−a (ability − b))).
struct ItemParameters {
    double a = 1;
    double b = 0;
    double c = 0;
};

/// A frozen list of what a draw may choose from: canonical text and its digest.
struct BankSnapshot {
    /// JSON array of [id, version, type, knowledge point, difficulty], and of an object with what the blueprint's rules
    /// ask of the item beside that, where there is any.
    std::string text;
    crypto::Digest digest;
    std::vector<engine::PoolItem> pool;
    std::map<std::string, int, std::less<>> versions;
    /// Right letters of single-choice items under a mask that the answers key gives: only where a blueprint counts
    /// them.
    std::map<std::string, int, std::less<>> key_masks;
};
[[nodiscard]] Result<BankSnapshot> snapshot_from_text(std::string text);

class ItemBank {
public:
    explicit ItemBank(OfficeVault& vault) : vault_{&vault} {}

    /// Replaces names and weights, adds points; points in use are never removed. CSV:
    /// code,name,weight_percent,importance.
    [[nodiscard]] Result<std::size_t> load_specification(const std::filesystem::path& csv, engine::Instant now);
    /// What is known of items beside their content. CSV: id and any of enemy_set, stimulus, discrimination, seconds,
    /// level, cognitive, irt_a, irt_b, irt_c.
    /// Replaces what was known of the named items; an empty cell is nothing known.
    /// @return malformed with the line; not_found for an item that the bank hasn't. Nothing is stored then.
    [[nodiscard]] Result<std::size_t> load_facts(const std::filesystem::path& csv, engine::Instant now);
    /// Reads JSONL, CSV or XLSX by content (docs/item-format.md). Pictures are looked up beside the file.
    /// @param create_points  Unknown knowledge points are added flat; else such rows are rejected.
    /// @return With refuse_all and a bad row: malformed, and nothing is stored; the report is in the failure's detail
    /// line by line.
    [[nodiscard]] Result<ImportReport> import_file(const std::filesystem::path& file, BadRows bad_rows,
                                                   bool create_points, engine::Instant now);

    [[nodiscard]] Result<BankStatistics> statistics();
    [[nodiscard]] Result<std::vector<KnowledgePoint>> specification();
    /// @param rules  What a draw will look at; the rest is left out, so that a draw without rules needs no item's text.
    /// @return not_permitted for rules on key letters without the right to keys.
    [[nodiscard]] Result<BankSnapshot> snapshot(const engine::BlueprintRules& rules = {});
    /// @param version  0: the newest.
    [[nodiscard]] Result<engine::Item> item(std::string_view id, int version);
    /// Needs key_keeper or grader.
    [[nodiscard]] Result<engine::AnswerKey> key(std::string_view id, int version);
    [[nodiscard]] Result<Media> media(std::string_view name);
    /// Of the items that have been calibrated, by id.
    [[nodiscard]] Result<std::map<std::string, ItemParameters, std::less<>>> parameters();
    /// Where the snapshot holds masked key letters: writes them into the pool.
    /// @return not_permitted without the right to keys.
    [[nodiscard]] Result<void> unmask_key_letters(BankSnapshot& snapshot);

private:
    OfficeVault* vault_;
};

} // namespace papervault::vault
