#include <papervault/vault/results.hpp>

#include "packages/compartments.hpp"
#include "results/score_book.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/batch_policies.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

/// The machine's scores with people's marks in the open places.
Result<CandidateResult> result_of(const engine::Candidate& candidate, const AnswerSheet& sheet,
                                  const engine::SheetScore& score, const engine::GradingPolicy& policy,
                                  const std::map<std::string, PersonMark>* marks)
{
    CandidateResult result{.ticket = candidate.ticket,
                           .name = candidate.name,
                           .seat = sheet.seat,
                           .form_id = sheet.form_id,
                           .present = sheet.phase != engine::CandidatePhase::absent,
                           .receipt = sheet.receipt,
                           .points = {},
                           .points_max = score.points_max,
                           .awaiting_person = 0,
                           .floor = policy.floor,
                           .rounding = policy.rounding,
                           .items = {}};
    for (const engine::ItemScore& item : score.items) {
        CandidateResult::Item entry{item.item_id, item.points, item.points_max, item.mark, {}};
        if (const auto response = sheet.responses.find(item.item_id); response != sheet.responses.end()) {
            entry.response = response->second;
        }
        if (marks != nullptr && marks->contains(item.item_id)) {
            const PersonMark& given = marks->at(item.item_id);
            const std::string which = "the mark of " + candidate.ticket + ", item " + item.item_id;
            if (item.mark == engine::Mark::scored) {
                return refuse(VaultError::conflict, which + ": the key scores this item, not a person");
            }
            engine::OpenMark open{item.points_max};
            if (auto marked = open.mark(given); !marked) {
                return refuse(VaultError::malformed, which + ": " + marked.error().detail);
            }
            if (item.mark == engine::Mark::needs_person) {
                entry.points = open.counted().value_or(engine::Decimal{});
                entry.mark = engine::Mark::scored;
            }
        }
        result.items.push_back(std::move(entry));
    }
    sum_up(result);
    return result;
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

} // namespace

Result<std::vector<engine::Form>> forms_of(OfficeVault& vault, const PackageReader& package)
{
    PackageRegister packages{vault};
    const auto record = packages.find(package.header().package_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto draw = DrawRegister{vault}.find(record->draw_id);
    if (!draw) { return std::unexpected{draw.error()}; }
    auto forms = sealed_forms(vault, *draw, package.header().forms);
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

void sum_up(CandidateResult& result)
{
    engine::Decimal sum;
    result.awaiting_person = 0;
    for (const CandidateResult::Item& item : result.items) {
        sum += item.points;
        if (item.mark == engine::Mark::needs_person) { ++result.awaiting_person; }
    }
    result.points = engine::paper_total(sum, {.floor = result.floor, .rounding = result.rounding});
}

void store_results(Database& database, std::string_view package_id, const std::vector<CandidateResult>& results)
{
    database.prepare("DELETE FROM scores WHERE package_id = ?").bind(package_id).run();
    Statement insert = database.prepare("INSERT INTO scores(package_id, ticket, result) VALUES (?,?,?)");
    for (const CandidateResult& result : results) {
        insert.bind(package_id).bind(result.ticket).bind(engine::canonical_json(to_json(result))).run();
    }
}

const engine::Form* form_named(const std::vector<engine::Form>& forms, std::string_view id)
{
    const auto found = std::ranges::find(forms, id, &engine::Form::id);
    return found == forms.end() ? nullptr : &*found;
}

Result<std::vector<engine::BatchSheet>> batch_sheets(const AnswersFile& answers, const std::vector<engine::Form>& forms)
{
    std::vector<engine::BatchSheet> sheets;
    for (const AnswerSheet& sheet : answers.sheets) {
        const engine::Form* form = form_named(forms, sheet.form_id);
        if (form == nullptr) {
            return refuse(VaultError::chain_broken, "the sheet of " + sheet.ticket + " names an unknown form");
        }
        sheets.push_back({sheet.ticket, form, &sheet.responses});
    }
    return sheets;
}

std::unexpected<VaultFailure> stopped(const engine::Disagreement& disagreement)
{
    return refuse(VaultError::conflict, "grading stopped and nothing was stored: the two implementations disagree; " +
                                            disagreement.to_string());
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
    const auto answers = sheets(package_id);
    if (!answers) { return std::unexpected{answers.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto batch = packages.batch(record->batch_id);
    if (!batch) { return std::unexpected{batch.error()}; }
    if (auto own = require_own_forms(*vault_, *record, package->header().forms, batch->roster, *answers); !own) {
        return std::unexpected{own.error()};
    }
    const auto keys = corrected_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto policy = BatchPolicyRegister{*vault_}.in_force(record->batch_id);
    if (!policy) { return std::unexpected{policy.error()}; }
    if (policy->grading != keys->policy) {
        return refuse(VaultError::chain_broken, "the sealed policy of the batch is not the one in the register");
    }
    const auto batched = batch_sheets(*answers, *forms);
    if (!batched) { return std::unexpected{batched.error()}; }
    const auto scores = engine::grade_batch(*batched, keys->keys, keys->policy);
    if (!scores) { return stopped(scores.error()); }

    std::vector<CandidateResult> results;
    for (const engine::Candidate& candidate : batch->roster) {
        const auto sheet = std::ranges::find(answers->sheets, candidate.ticket, &AnswerSheet::ticket);
        if (sheet == answers->sheets.end()) {
            return refuse(VaultError::chain_broken, "no sheet of " + candidate.ticket);
        }
        const auto own_marks = marks.find(candidate.ticket);
        auto result =
            result_of(candidate, *sheet, scores->sheets[static_cast<std::size_t>(sheet - answers->sheets.begin())],
                      keys->policy, own_marks == marks.end() ? nullptr : &own_marks->second);
        if (!result) { return std::unexpected{result.error()}; }
        results.push_back(std::move(*result));
    }
    std::ranges::sort(results, {}, &CandidateResult::ticket);
    const auto recorded = vault_->record("grade.run", now, [&](Database& database) -> Result<boost::json::object> {
        store_results(database, package_id, results);
        database.prepare("UPDATE key_corrections SET applied = 1 WHERE package_id = ? AND approver_id IS NOT NULL")
            .bind(package_id)
            .run();
        database.prepare("UPDATE packages SET state = 'graded' WHERE id = ?").bind(package_id).run();
        return boost::json::object{{"package", std::string{package_id}},
                                   {"candidates", results.size()},
                                   {"digest", results_digest(database, package_id).hex()}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return results;
}

Result<engine::Explanation> ResultRegister::explain(std::string_view package_id, const Identity& grader,
                                                    std::span<const SharePart> shares, std::string_view ticket,
                                                    std::string_view item, engine::Language language,
                                                    engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    const auto package = PackageRegister{*vault_}.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto answers = sheets(package_id);
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
    const auto keys = corrected_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto key = keys->keys.find(item);
    if (key == keys->keys.end()) {
        return refuse(VaultError::chain_broken, "the key compartment lacks " + std::string{item});
    }
    const auto response = sheet->responses.find(item);
    return engine::explain(*entry, key->second, response == sheet->responses.end() ? nullptr : &response->second,
                           keys->policy, language);
}

} // namespace papervault::vault
