#include <papervault/vault/results.hpp>

#include "import/csv.hpp"
#include "packages/compartments.hpp"

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

CandidateResult result_of(const engine::Candidate& candidate, const AnswerSheet& sheet, const engine::Form& form,
                          const KeyCompartment& keys, const std::map<std::string, PersonMark>* marks)
{
    const engine::SheetScore score = engine::grade_sheet(form, keys.keys, sheet.responses, keys.policy);
    CandidateResult result{.ticket = candidate.ticket,
                           .name = candidate.name,
                           .seat = sheet.seat,
                           .form_id = sheet.form_id,
                           .present = sheet.phase != engine::CandidatePhase::absent,
                           .receipt = sheet.receipt,
                           .points = {},
                           .points_max = score.points_max,
                           .awaiting_person = 0,
                           .items = {}};
    for (const engine::ItemScore& item : score.items) {
        CandidateResult::Item entry{item.item_id, item.points, item.points_max, item.mark, {}};
        if (const auto response = sheet.responses.find(item.item_id); response != sheet.responses.end()) {
            entry.response = response->second;
        }
        if (entry.mark == engine::Mark::needs_person) {
            const auto mark = marks == nullptr ? nullptr : [&]() -> const PersonMark* {
                const auto found = marks->find(item.item_id);
                return found == marks->end() ? nullptr : &found->second;
            }();
            if (mark != nullptr) {
                entry.points = std::min(mark->points, item.points_max);
                entry.mark = engine::Mark::scored;
            } else {
                ++result.awaiting_person;
            }
        }
        result.points += entry.points;
        result.items.push_back(std::move(entry));
    }
    return result;
}

/// The drawn forms of a package, compared with the digests that both sealers signed.
Result<std::vector<engine::Form>> forms_of(OfficeVault& vault, const PackageReader& package)
{
    PackageRegister packages{vault};
    const auto record = packages.find(package.header().package_id);
    if (!record) { return std::unexpected{record.error()}; }
    DrawRegister draws{vault};
    const auto draw = draws.find(record->draw_id);
    if (!draw) { return std::unexpected{draw.error()}; }
    auto forms = draws.forms(*draw);
    if (!forms) { return forms; }
    for (const FormSummary& summary : package.header().forms) {
        const auto form = std::ranges::find(*forms, summary.id, &engine::Form::id);
        if (form == forms->end() || form_digest(*form) != summary.digest) {
            return refuse(VaultError::chain_broken,
                          "form " + summary.id + " of the draw is not the one that was sealed");
        }
    }
    return forms;
}

std::string_view text_view(const crypto::SecretBuffer& secret)
{
    return {reinterpret_cast<const char*>(secret.expose().data()), secret.size_bytes()};
}

/// This office scores as the sealing office did, on every form of the paper. Version 1 has no vectors to compare with.
Result<void> check_scoring(const PackageReader& package, const CompartmentKeys& locks, const KeyCompartment& keys,
                           const std::vector<engine::Form>& forms)
{
    if (package.header().version < 2) { return {}; }
    const auto vectors = package.read("key-vectors", locks);
    if (!vectors) { return std::unexpected{vectors.error()}; }
    std::map<std::string, engine::Form, std::less<>> by_id;
    for (const engine::Form& form : forms) { by_id.emplace(form.id, form); }
    return check_golden_scores(text_view(*vectors), by_id, keys.keys, keys.policy);
}

const engine::Form* form_named(const std::vector<engine::Form>& forms, std::string_view id)
{
    const auto found = std::ranges::find(forms, id, &engine::Form::id);
    return found == forms.end() ? nullptr : &*found;
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
    return {{"ticket", result.ticket},
            {"name", result.name},
            {"seat", result.seat},
            {"form", result.form_id},
            {"present", result.present},
            {"receipt", result.receipt},
            {"points", result.points.to_string()},
            {"points_max", result.points_max.to_string()},
            {"awaiting_person", result.awaiting_person},
            {"items", std::move(items)}};
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
        item.points = entry.decimal("points", engine::Decimal{}, most);
        item.points_max = entry.decimal("points_max", engine::Decimal{}, most);
        const std::string mark = entry.text("mark", 32);
        item.response = entry.texts("response", engine::response_parts_max, engine::response_bytes_max);
        for (const MarkName& each : mark_names) {
            if (each.text == mark) { item.mark = each.mark; }
        }
        if (const auto done = entry.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
        result.items.push_back(std::move(item));
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
                return boost::json::object{{"package", record.id},
                                           {"digest", digest.hex()},
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

Result<KeyCompartment> ResultRegister::open_key(const PackageReader& package, const std::vector<engine::Form>& forms,
                                                const Identity& grader, std::span<const SharePart> shares,
                                                engine::Instant now)
{
    if (package.header().version > 1) {
        if (auto rehearsed = rehearse(package); !rehearsed) { return std::unexpected{rehearsed.error()}; }
    }
    const auto office = vault_->office_identity(package.header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    auto opening = KeyOpening::begin(package, **office);
    if (!opening) { return std::unexpected{opening.error()}; }
    const auto own = give_share(package, LockSet::graders, grader, (*office)->card(), now);
    if (!own) { return std::unexpected{own.error()}; }
    if (auto added = opening->add_share(*own); !added) { return std::unexpected{added.error()}; }
    for (const SharePart& share : shares) {
        if (auto added = opening->add_share(share); !added) { return std::unexpected{added.error()}; }
    }
    const auto keys = opening->open();
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto plaintext = package.read("key", *keys);
    if (!plaintext) { return std::unexpected{plaintext.error()}; }
    boost::json::array givers;
    for (const std::string& name : opening->givers()) { givers.push_back(boost::json::string{name}); }
    const auto recorded = vault_->record("grade.open_key", now, [&](Database&) -> Result<boost::json::object> {
        return boost::json::object{{"package", package.header().package_id}, {"graders", givers}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    auto compartment = decode_key_compartment(text_view(*plaintext));
    if (!compartment) { return compartment; }
    if (auto same = check_scoring(package, *keys, *compartment, forms); !same) { return std::unexpected{same.error()}; }
    return compartment;
}

Result<std::vector<CandidateResult>> ResultRegister::grade(std::string_view package_id, const Identity& grader,
                                                           std::span<const SharePart> shares, const PersonMarks& marks,
                                                           engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    PackageRegister packages{*vault_};
    const auto record = packages.find(package_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto package = packages.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto answers = this->answers(package_id);
    if (!answers) { return std::unexpected{answers.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto batch = packages.batch(record->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    const auto keys = open_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }

    std::vector<CandidateResult> results;
    for (const engine::Candidate& candidate : batch->roster) {
        const auto sheet = std::ranges::find(answers->sheets, candidate.ticket, &AnswerSheet::ticket);
        if (sheet == answers->sheets.end()) {
            return refuse(VaultError::chain_broken, "no sheet of " + candidate.ticket);
        }
        const engine::Form* form = form_named(*forms, sheet->form_id);
        if (form == nullptr) {
            return refuse(VaultError::chain_broken, "the sheet of " + candidate.ticket + " names an unknown form");
        }
        const auto own_marks = marks.find(candidate.ticket);
        results.push_back(
            result_of(candidate, *sheet, *form, *keys, own_marks == marks.end() ? nullptr : &own_marks->second));
    }
    std::ranges::sort(results, {}, &CandidateResult::ticket);
    const auto recorded = vault_->record("grade.run", now, [&](Database& database) -> Result<boost::json::object> {
        database.prepare("DELETE FROM scores WHERE package_id = ?").bind(package_id).run();
        Statement insert = database.prepare("INSERT INTO scores(package_id, ticket, result) VALUES (?,?,?)");
        for (const CandidateResult& result : results) {
            insert.bind(package_id).bind(result.ticket).bind(engine::canonical_json(to_json(result))).run();
        }
        database.prepare("UPDATE packages SET state = 'graded' WHERE id = ?").bind(package_id).run();
        return boost::json::object{{"package", std::string{package_id}},
                                   {"candidates", results.size()},
                                   {"digest", results_digest(database, package_id).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return results;
}

Result<engine::ItemScore> ResultRegister::explain(std::string_view package_id, const Identity& grader,
                                                  std::span<const SharePart> shares, std::string_view ticket,
                                                  std::string_view item, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    const auto package = PackageRegister{*vault_}.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto answers = this->answers(package_id);
    if (!answers) { return std::unexpected{answers.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto sheet = std::ranges::find(answers->sheets, ticket, &AnswerSheet::ticket);
    if (sheet == answers->sheets.end()) { return refuse(VaultError::not_found, "no sheet of " + std::string{ticket}); }
    const engine::Form* form = form_named(*forms, sheet->form_id);
    const engine::FormItem* entry = form == nullptr ? nullptr : form->find(item);
    if (entry == nullptr) {
        return refuse(VaultError::not_found,
                      "the form of " + std::string{ticket} + " has no item " + std::string{item});
    }
    const auto keys = open_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto key = keys->keys.find(item);
    if (key == keys->keys.end()) {
        return refuse(VaultError::chain_broken, "the key compartment lacks " + std::string{item});
    }
    const auto response = sheet->responses.find(item);
    return engine::grade(*entry, key->second, response == sheet->responses.end() ? nullptr : &response->second,
                         keys->policy);
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
