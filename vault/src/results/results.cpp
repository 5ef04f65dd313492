#include <papervault/vault/results.hpp>

#include "answers/journal_check.hpp"
#include "import/csv.hpp"
#include "packages/compartments.hpp"
#include "packages/stored_texts.hpp"
#include "results/sitting_entries.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/engine/sitting.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t answers_bytes_max = 512 << 20;

struct MarkName {
    engine::Mark mark;
    std::string_view text;
};
constexpr std::array mark_names{MarkName{engine::Mark::scored, "scored"},
                                MarkName{engine::Mark::unanswered, "unanswered"},
                                MarkName{engine::Mark::needs_person, "needs_person"}};

std::string_view mark_text(engine::Mark mark)
{
    for (const MarkName& each : mark_names) {
        if (each.mark == mark) { return each.text; }
    }
    return "unknown";
}

} // namespace

crypto::Digest results_digest(Database& database, std::string_view package_id)
{
    crypto::Blake2bHasher hasher{"papervault.results.v1"};
    Statement rows = database.prepare("SELECT result FROM scores WHERE package_id = ? ORDER BY ticket");
    rows.bind(package_id);
    while (rows.step()) {
        const std::string text = rows.text(0) + "\n";
        hasher.update(crypto::bytes_of(text));
    }
    return hasher.finish();
}

boost::json::object to_json(const CandidateResult& result)
{
    boost::json::array items;
    for (const CandidateResult::Item& item : result.items) {
        boost::json::array response;
        for (const std::string& part : item.response) { response.push_back(boost::json::string{part}); }
        items.push_back({{"item", item.id},
                         {"points", item.points.to_string()},
                         {"points_max", item.points_max.to_string()},
                         {"mark", mark_text(item.mark)},
                         {"response", std::move(response)}});
    }
    boost::json::object out{{"ticket", result.ticket},
                            {"name", result.name},
                            {"seat", result.seat},
                            {"form", result.form_id},
                            {"present", result.present},
                            {"receipt", result.receipt},
                            {"points", result.points.to_string()},
                            {"points_max", result.points_max.to_string()},
                            {"awaiting_person", result.awaiting_person},
                            {"items", std::move(items)}};
    if (result.floor != engine::PenaltyFloor::item) { out["floor"] = "paper"; }
    if (result.rounding != engine::Rounding{}) {
        out["rounding_places"] = result.rounding.places;
        out["half_even"] = result.rounding.mode == engine::RoundingMode::half_even;
    }
    return out;
}

Result<CandidateResult> candidate_result_from_json(const boost::json::value& value)
{
    const engine::Decimal most = engine::Decimal::from_integer(1'000'000);
    engine::JsonFields fields{value, "result"};
    CandidateResult result;
    result.ticket = fields.text("ticket", 64);
    result.name = fields.text("name", 256);
    result.seat = static_cast<int>(fields.integer("seat", 0, 100'000));
    result.form_id = fields.text("form", 64);
    result.present = fields.boolean("present");
    result.receipt = fields.text("receipt", 32);
    result.points = fields.decimal("points", engine::Decimal{}, most);
    result.points_max = fields.decimal("points_max", engine::Decimal{}, most);
    result.awaiting_person = static_cast<int>(fields.integer("awaiting_person", 0, 100'000));
    for (const auto& element : fields.array("items", 100'000)) {
        engine::JsonFields entry{element, "result.items"};
        CandidateResult::Item item;
        item.id = entry.text("item", engine::item_id_bytes_max);
        item.points = entry.decimal("points", engine::Decimal{} - most, most);
        item.points_max = entry.decimal("points_max", engine::Decimal{}, most);
        const std::string mark = entry.text("mark", 32);
        item.response = entry.texts("response", engine::response_parts_max, engine::response_bytes_max);
        for (const MarkName& each : mark_names) {
            if (each.text == mark) { item.mark = each.mark; }
        }
        if (const auto done = entry.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
        result.items.push_back(std::move(item));
    }
    if (const auto floor = fields.optional_text("floor", 8)) {
        if (*floor != "paper") { fields.problem(engine::EngineError::malformed, "floor", "is not paper"); }
        result.floor = engine::PenaltyFloor::paper;
    }
    if (fields.has("rounding_places")) {
        result.rounding.places = static_cast<int>(fields.integer("rounding_places", 0, 6));
        result.rounding.mode =
            fields.boolean("half_even") ? engine::RoundingMode::half_even : engine::RoundingMode::half_up;
    }
    if (const auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    return result;
}

Result<PersonMarks> read_marks(const std::filesystem::path& csv)
{
    const auto bytes = read_text_file(csv, 64 << 20);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    const auto rows = parse_csv(*bytes);
    if (!rows) { return std::unexpected{rows.error()}; }
    const std::vector<std::string> heading{"ticket", "item", "points", "grader"};
    if (rows->empty() || rows->front().cells != heading) {
        return refuse(VaultError::malformed, csv.string() + ": the heading must be ticket,item,points,grader");
    }
    PersonMarks marks;
    for (std::size_t n = 1; n < rows->size(); ++n) {
        const CsvRow& row = (*rows)[n];
        const auto points = row.cells.size() == heading.size()
                                ? engine::Decimal::parse(row.cells[2])
                                : engine::Result<engine::Decimal>{engine::refuse(engine::EngineError::malformed, "")};
        if (!points || *points < engine::Decimal{} || row.cells[3].empty()) {
            return refuse(VaultError::malformed, csv.string() + ", line " + std::to_string(row.line) +
                                                     ": ticket, item, points and grader are needed");
        }
        if (!marks[row.cells[0]].emplace(row.cells[1], PersonMark{*points, row.cells[3]}).second) {
            return refuse(VaultError::conflict,
                          csv.string() + ", line " + std::to_string(row.line) + ": this item was marked above already");
        }
    }
    return marks;
}

Result<void> ResultRegister::record_sitting(const AnswersFile& answers, const PackageReader& package,
                                            engine::Instant now)
{
    const auto entries = sitting_entries(answers, package);
    if (!entries) { return std::unexpected{entries.error()}; }
    for (const SittingEntry& entry : *entries) {
        // Each once, also when an import was interrupted between two of them; an incident was perhaps entered before.
        const std::string told = "sitting/" + answers.package_id + "/" + std::to_string(entry.record);
        const auto before = guarded([&]() -> Result<bool> {
            const bool entered = !entry.incident.empty() &&
                                 !stored(vault_->database(), incident_name(answers.package_id, entry.incident)).empty();
            return entered || !stored(vault_->database(), told).empty();
        });
        if (!before) { return std::unexpected{before.error()}; }
        if (*before) { continue; }
        const auto recorded = vault_->record(entry.action, now, [&](Database& database) -> Result<boost::json::object> {
            store(database, told, entry.action);
            return entry.subject;
        });
        if (!recorded) { return std::unexpected{recorded.error()}; }
    }
    return {};
}

Result<void> ResultRegister::require_no_answers(std::string_view package_id)
{
    return guarded([&]() -> Result<void> {
        Statement before = vault_->database().prepare("SELECT 1 FROM answers WHERE package_id = ?");
        before.bind(package_id);
        if (!before.step()) { return {}; }
        return refuse(VaultError::already_used,
                      "the answers of package " + std::string{package_id} + " are in already");
    });
}

Result<AnswersFile> ResultRegister::import_answers(const std::filesystem::path& file, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    const auto bytes = read_file(file, answers_bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    PackageRegister packages{*vault_};
    const auto known = packages.list();
    if (!known) { return std::unexpected{known.error()}; }
    // The file names its package; only one that this office has sealed is tried.
    VaultFailure last{VaultError::wrong_batch, file.string() + " belongs to no package of this office"};
    for (const PackageRecord& record : *known) {
        if (record.digest.empty()) { continue; }
        const auto package = packages.reader(record.id);
        if (!package) { return std::unexpected{package.error()}; }
        const auto office = vault_->office_identity(package->header().suite);
        if (!office) { return std::unexpected{office.error()}; }
        auto answers = open_answers(file, *package, **office);
        if (!answers) {
            if (answers.error().code != VaultError::wrong_batch) { last = answers.error(); }
            continue;
        }
        if (answers->version == 1) { // version 2 has it in its format
            if (auto told = check_journal(*answers); !told) { return std::unexpected{told.error()}; }
        }
        if (package->header().version > 1) {
            if (auto rehearsed = rehearse(*package); !rehearsed) { return std::unexpected{rehearsed.error()}; }
        }
        const auto batch = packages.batch(record.batch_id);
        if (!batch) { return std::unexpected{batch.error()}; }
        std::set<std::string> expected;
        for (const engine::Candidate& candidate : batch->roster) { expected.insert(candidate.ticket); }
        for (const AnswerSheet& sheet : answers->sheets) {
            if (expected.erase(sheet.ticket) != 1) {
                return refuse(VaultError::wrong_batch,
                              "the sheet of " + sheet.ticket + " is doubled or not of this batch");
            }
        }
        if (!expected.empty()) {
            return refuse(VaultError::wrong_batch, "the sheet of " + *expected.begin() + " is missing");
        }
        if (auto own = require_own_forms(*vault_, record, package->header().forms, batch->roster, *answers); !own) {
            return std::unexpected{own.error()};
        }
        if (auto first = require_no_answers(record.id); !first) { return std::unexpected{first.error()}; }
        if (auto told = record_sitting(*answers, *package, now); !told) { return std::unexpected{told.error()}; }
        const crypto::Digest digest = crypto::blake2b(*bytes);
        if (auto kept = write_file_durably(packages.record_folder(record.id) / "answers.pva", *bytes, true); !kept) {
            return std::unexpected{kept.error()};
        }
        const auto recorded =
            vault_->record("answers.import", now, [&](Database& database) -> Result<boost::json::object> {
                Statement before = database.prepare("SELECT 1 FROM answers WHERE package_id = ?");
                before.bind(record.id);
                if (before.step()) {
                    return refuse(VaultError::already_used, "the answers of package " + record.id + " are in already");
                }
                database.prepare("INSERT INTO answers(package_id, file_digest, imported_ms) VALUES (?,?,?)")
                    .bind(record.id)
                    .bind(digest.hex())
                    .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
                    .run();
                database.prepare("UPDATE packages SET state = 'answered' WHERE id = ?").bind(record.id).run();
                store(database, front_name(record.id), answers->front.hex());
                return boost::json::object{{"package", record.id},
                                           {"digest", digest.hex()},
                                           {"front", answers->front.hex()},
                                           {"sheets", answers->sheets.size()},
                                           {"journal_records", answers->journal_records},
                                           {"journal_head", answers->journal_head.hex()}};
            });
        if (!recorded) { return std::unexpected{recorded.error()}; }
        return answers;
    }
    return std::unexpected{last};
}

Result<AnswersFile> ResultRegister::answers(std::string_view package_id)
{
    PackageRegister packages{*vault_};
    const auto package = packages.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    return open_answers(packages.record_folder(package_id) / "answers.pva", *package, **office);
}

Result<AnswersFile> ResultRegister::sheets(std::string_view package_id)
{
    PackageRegister packages{*vault_};
    const auto package = packages.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    const auto front = front_taken_in(package_id);
    if (!front) { return std::unexpected{front.error()}; }
    return open_answer_sheets(packages.record_folder(package_id) / "answers.pva", *package, **office, *front);
}

Result<std::optional<crypto::Digest>> ResultRegister::front_taken_in(std::string_view package_id)
{
    return guarded([&]() -> Result<std::optional<crypto::Digest>> {
        return crypto::Digest::from_hex(stored(vault_->database(), front_name(package_id)));
    });
}

Result<std::vector<CandidateResult>> ResultRegister::results(std::string_view package_id)
{
    return guarded([&]() -> Result<std::vector<CandidateResult>> {
        std::vector<CandidateResult> results;
        Statement rows = vault_->database().prepare("SELECT result FROM scores WHERE package_id = ? ORDER BY ticket");
        rows.bind(package_id);
        while (rows.step()) {
            const auto value = engine::parse_json(rows.text(0), {.bytes_max = 16 << 20, .depth_max = 8});
            if (!value) { return refuse(VaultError::malformed, value.error().detail); }
            auto result = candidate_result_from_json(*value);
            if (!result) { return std::unexpected{result.error()}; }
            results.push_back(std::move(*result));
        }
        if (results.empty()) {
            return refuse(VaultError::conflict, "package " + std::string{package_id} + " has not been graded yet");
        }
        return results;
    });
}

} // namespace papervault::vault
