#include "analysis/classical.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

#include <papervault/vault/files.hpp>

namespace papervault::vault::cli {
namespace {

constexpr std::size_t table_bytes_max = std::size_t{1} << 30;

/// A failure with the name of the file in front.
std::unexpected<VaultFailure> in_file(const File& file, const VaultFailure& failure)
{
    return refuse(failure.code, file.string() + ": " + failure.detail);
}

Result<ResponseTable> read_table(const File& file)
{
    const auto bytes = read_text_file(file, table_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    auto table = ResponseTable::read(*bytes);
    if (!table) { return in_file(file, table.error()); }
    return table;
}

/// One exam as read: responses or scores, and the scores.
struct ExamTable {
    ResponseTable table;
    std::vector<std::string> keys; ///< Empty where the file holds scores.
    engine::ScoreMatrix scores;
};

Result<ExamTable> read_exam(const Analyze& command)
{
    if (command.scored.has_value() == command.raw.has_value() || command.raw.has_value() != command.key.has_value()) {
        return refuse(VaultError::malformed, "give either --scored, or --raw with --key");
    }
    const File& file = command.scored ? *command.scored : *command.raw;
    auto table = read_table(file);
    if (!table) { return std::unexpected{table.error()}; }
    if (command.scored) {
        auto scores = scores_of(*table);
        if (!scores) { return in_file(file, scores.error()); }
        return ExamTable{std::move(*table), {}, std::move(*scores)};
    }
    const auto text = read_text_file(*command.key, 1 << 20);
    if (!text) { return std::unexpected{text.error()}; }
    auto keys = read_item_keys(*text, *table);
    if (!keys) { return in_file(*command.key, keys.error()); }
    engine::ScoreMatrix scores = score_by_key(*table, *keys);
    return ExamTable{std::move(*table), std::move(*keys), std::move(scores)};
}

} // namespace

Result<Report> run(const Analyze& command)
{
    const auto exam = read_exam(command);
    if (!exam) { return std::unexpected{exam.error()}; }
    const bool english = say("zh", "en") == "en";
    const ClassicalAnalysis classical = analyse_classical(exam->table, exam->scores, exam->keys);
    return Report{to_json(classical), to_text(classical, english)};
}

} // namespace papervault::vault::cli
