#include "bank/item_key_box.hpp"
#include "packages/compartments.hpp"
#include "results/score_book.hpp"

#include <algorithm>
#include <set>

/// Corrections of keys by the book (rule G4), and grading again what they touch.
namespace papervault::vault {
namespace {

constexpr std::size_t reason_bytes_max = 2000;
constexpr std::string_view all_columns =
    "SELECT number, package_id, item_id, item_version, reason, proposer, approver, "
    "sealed_before, sealed_after, proposer_id FROM key_corrections ";

Result<KeyCorrection> correction_of(const Statement& row, const crypto::SecretBuffer& answers_key)
{
    KeyCorrection correction{.number = row.integer(0),
                             .package_id = row.text(1),
                             .item_id = row.text(2),
                             .reason = row.text(4),
                             .proposer = row.text(5),
                             .approver = row.is_null(6) ? std::string{} : row.text(6),
                             .before = {},
                             .after = {}};
    const int version = static_cast<int>(row.integer(3));
    auto before = open_item_key(answers_key, row.bytes(7), correction.item_id, version);
    if (!before) { return std::unexpected{before.error()}; }
    auto after = open_item_key(answers_key, row.bytes(8), correction.item_id, version);
    if (!after) { return std::unexpected{after.error()}; }
    correction.before = std::move(*before);
    correction.after = std::move(*after);
    return correction;
}

const engine::FormItem* item_of(const std::vector<engine::Form>& forms, std::string_view id)
{
    for (const engine::Form& form : forms) {
        if (const engine::FormItem* item = form.find(id)) { return item; }
    }
    return nullptr;
}

/// Forms hold the options in their own order; a key is checked in the order of the letters.
Result<void> check_fit(engine::Item item, const engine::AnswerKey& key)
{
    std::ranges::sort(item.options, {}, &engine::Option::id);
    if (const auto valid = engine::validate(engine::ItemWithKey{std::move(item), key}); !valid) {
        return refuse(VaultError::malformed, "the corrected key: " + valid.error().detail);
    }
    return {};
}

} // namespace

Result<KeyCorrection> ResultRegister::propose_correction(
    std::string_view package_id, std::string_view item, const Identity& grader, std::span<const SharePart> shares,
    const std::function<Result<engine::AnswerKey>(engine::AnswerKey)>& change, std::string reason, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    if (reason.empty() || reason.size() > reason_bytes_max) {
        return refuse(VaultError::conflict, "a correction needs its reason, 1 to 2000 bytes (G4)");
    }
    const auto answers_key = vault_->answers_key();
    if (!answers_key) { return std::unexpected{answers_key.error()}; }
    const auto package = PackageRegister{*vault_}.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const engine::FormItem* entry = item_of(*forms, item);
    if (entry == nullptr) {
        return refuse(VaultError::not_found, "no form of the package has the item " + std::string{item});
    }
    if (engine::is_open(entry->item.type)) {
        return refuse(VaultError::not_permitted, "people mark this item; no key scores it");
    }
    const auto keys = corrected_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto old = keys->keys.find(item);
    if (old == keys->keys.end()) {
        return refuse(VaultError::chain_broken, "the key compartment lacks " + std::string{item});
    }
    auto corrected = change(old->second);
    if (!corrected) { return std::unexpected{corrected.error()}; }
    if (*corrected == old->second) { return refuse(VaultError::conflict, "this is the key that holds already"); }
    if (auto fits = check_fit(entry->item, *corrected); !fits) { return std::unexpected{fits.error()}; }

    KeyCorrection correction{.number = 0,
                             .package_id = std::string{package_id},
                             .item_id = std::string{item},
                             .reason = std::move(reason),
                             .proposer = vault_->actor().name,
                             .approver = {},
                             .before = old->second,
                             .after = std::move(*corrected)};
    const crypto::Bytes sealed_before = seal_item_key(**answers_key, correction.before);
    const crypto::Bytes sealed_after = seal_item_key(**answers_key, correction.after);
    const auto recorded =
        vault_->record("grade.correction.propose", now, [&](Database& database) -> Result<boost::json::object> {
            Statement next = database.prepare("SELECT coalesce(max(number), 0) + 1 FROM key_corrections");
            next.step();
            correction.number = next.integer(0);
            next.reset();
            database
                .prepare("INSERT INTO key_corrections(number, package_id, item_id, item_version, reason, proposer_id, "
                         "proposer, sealed_before, sealed_after, applied) VALUES (?,?,?,?,?,?,?,?,?,0)")
                .bind(correction.number)
                .bind(package_id)
                .bind(item)
                .bind(static_cast<std::int64_t>(correction.before.item_version))
                .bind(correction.reason)
                .bind(vault_->actor().id)
                .bind(correction.proposer)
                .bind(crypto::ByteView{sealed_before})
                .bind(crypto::ByteView{sealed_after})
                .run();
            // Digests of what is sealed: a key has so few values that a digest of itself would give it away.
            return boost::json::object{{"correction", correction.number},
                                       {"package", package_id},
                                       {"item", item},
                                       {"reason", correction.reason},
                                       {"before", crypto::blake2b(sealed_before).hex()},
                                       {"after", crypto::blake2b(sealed_after).hex()}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return correction;
}

Result<KeyCorrection> ResultRegister::approve_correction(std::int64_t number, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    const auto answers_key = vault_->answers_key();
    if (!answers_key) { return std::unexpected{answers_key.error()}; }
    KeyCorrection correction;
    const auto recorded =
        vault_->record("grade.correction.approve", now, [&](Database& database) -> Result<boost::json::object> {
            Statement row = database.prepare(std::string{all_columns} + "WHERE number = ?");
            row.bind(number);
            if (!row.step()) {
                return refuse(VaultError::not_found, "there is no correction " + std::to_string(number));
            }
            auto read = correction_of(row, **answers_key);
            if (!read) { return std::unexpected{read.error()}; }
            if (!read->approver.empty()) {
                return refuse(VaultError::conflict, "correction " + std::to_string(number) + " was approved by " +
                                                        read->approver + " already");
            }
            if (row.text(9) == vault_->actor().id) {
                return refuse(VaultError::not_permitted, "another grader than the one who proposed it approves (G4)");
            }
            boost::json::object subject{{"correction", number},
                                        {"package", read->package_id},
                                        {"item", read->item_id},
                                        {"before", crypto::blake2b(row.bytes(7)).hex()},
                                        {"after", crypto::blake2b(row.bytes(8)).hex()}};
            correction = std::move(*read);
            row.reset();
            correction.approver = vault_->actor().name;
            database.prepare("UPDATE key_corrections SET approver_id = ?, approver = ? WHERE number = ?")
                .bind(vault_->actor().id)
                .bind(correction.approver)
                .bind(number)
                .run();
            return subject;
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return correction;
}

Result<std::vector<KeyCorrection>> ResultRegister::corrections(std::string_view package_id)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    const auto answers_key = vault_->answers_key();
    if (!answers_key) { return std::unexpected{answers_key.error()}; }
    return guarded([&]() -> Result<std::vector<KeyCorrection>> {
        std::vector<KeyCorrection> found;
        Statement rows = vault_->database().prepare(std::string{all_columns} + "WHERE package_id = ? ORDER BY number");
        rows.bind(package_id);
        while (rows.step()) {
            auto correction = correction_of(rows, **answers_key);
            if (!correction) { return std::unexpected{correction.error()}; }
            found.push_back(std::move(*correction));
        }
        return found;
    });
}

Result<KeyCompartment> ResultRegister::corrected_key(const PackageReader& package,
                                                     const std::vector<engine::Form>& forms, const Identity& grader,
                                                     std::span<const SharePart> shares, engine::Instant now)
{
    auto keys = open_key(package, forms, grader, shares, now);
    if (!keys) { return keys; }
    auto approved = corrections(package.header().package_id);
    if (!approved) { return std::unexpected{approved.error()}; }
    for (KeyCorrection& correction : *approved) {
        if (!correction.approver.empty()) {
            keys->keys.insert_or_assign(correction.item_id, std::move(correction.after));
        }
    }
    return keys;
}

Result<Regrading> ResultRegister::regrade(std::string_view package_id, const Identity& grader,
                                          std::span<const SharePart> shares, engine::Instant now)
{
    if (auto allowed = vault_->require(Role::grader); !allowed) { return std::unexpected{allowed.error()}; }
    Regrading regrading;
    std::set<std::string, std::less<>> items;
    const auto waiting = guarded([&]() -> Result<void> {
        Statement rows =
            vault_->database().prepare("SELECT number, item_id FROM key_corrections WHERE package_id = ? AND "
                                       "approver_id IS NOT NULL AND applied = 0 ORDER BY number");
        rows.bind(package_id);
        while (rows.step()) {
            regrading.corrections.push_back(rows.integer(0));
            items.insert(rows.text(1));
        }
        return {};
    });
    if (!waiting) { return std::unexpected{waiting.error()}; }
    if (items.empty()) { return refuse(VaultError::conflict, "no approved correction waits to be applied"); }
    auto results = this->results(package_id);
    if (!results) { return std::unexpected{results.error()}; }
    const auto package = PackageRegister{*vault_}.reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    const auto forms = forms_of(*vault_, *package);
    if (!forms) { return std::unexpected{forms.error()}; }
    const auto answers = this->sheets(package_id);
    if (!answers) { return std::unexpected{answers.error()}; }
    const auto sheets = batch_sheets(*answers, *forms);
    if (!sheets) { return std::unexpected{sheets.error()}; }
    const auto keys = corrected_key(*package, *forms, grader, shares, now);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto scores = engine::grade_items(*sheets, keys->keys, keys->policy, items);
    if (!scores) { return stopped(scores.error()); }

    for (CandidateResult& result : *results) {
        const auto sheet = std::ranges::find(*sheets, result.ticket, &engine::BatchSheet::candidate);
        if (sheet == sheets->end()) { return refuse(VaultError::chain_broken, "no sheet of " + result.ticket); }
        ScoreChange change{result.ticket, result.name, result.points, {}, {}};
        for (const engine::ItemScore& score : (*scores)[static_cast<std::size_t>(sheet - sheets->begin())]) {
            const auto item = std::ranges::find(result.items, score.item_id, &CandidateResult::Item::id);
            if (item == result.items.end()) {
                return refuse(VaultError::chain_broken,
                              "the stored scores of " + result.ticket + " lack " + score.item_id);
            }
            change.items.push_back({item->id, item->points, score.points});
            item->points = score.points;
            item->mark = score.mark;
        }
        sum_up(result);
        change.after = result.points;
        regrading.changed += change.before != change.after ? 1U : 0U;
        regrading.candidates.push_back(std::move(change));
    }
    const auto recorded = vault_->record("grade.regrade", now, [&](Database& database) -> Result<boost::json::object> {
        const crypto::Digest before = results_digest(database, package_id);
        store_results(database, package_id, *results);
        boost::json::array applied;
        Statement mark = database.prepare("UPDATE key_corrections SET applied = 1 WHERE number = ?");
        for (const std::int64_t number : regrading.corrections) {
            mark.bind(number).run();
            applied.emplace_back(number);
        }
        boost::json::object subject{{"package", package_id},
                                    {"candidates", regrading.candidates.size()},
                                    {"changed", regrading.changed},
                                    {"digest_before", before.hex()},
                                    {"digest", results_digest(database, package_id).hex()}};
        subject["corrections"] = std::move(applied);
        return subject;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return regrading;
}

} // namespace papervault::vault
