#include <papervault/vault/draws.hpp>

#include "draws/draw_text.hpp"

#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>

#include <algorithm>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t beacon_bytes_max = 200;

/// One line of printable text: it stands in the record and is compared by eye with what was published.
bool is_beacon_text(std::string_view text)
{
    return text.size() <= beacon_bytes_max &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

} // namespace

std::string_view to_text(DrawState state) noexcept
{
    switch (state) {
    case DrawState::committing: return "committing";
    case DrawState::revealing: return "revealing";
    case DrawState::ready: return "ready";
    case DrawState::drawn: return "drawn";
    }
    return "unknown";
}

Result<std::string> DrawRegister::open(const engine::Blueprint& blueprint, const std::vector<std::string>& officers,
                                       engine::Instant now, const std::string& beacon_source)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
    if (!is_beacon_text(beacon_source)) {
        return refuse(VaultError::malformed, "the beacon is named in one line of at most 200 bytes");
    }
    const std::set<std::string> distinct(officers.begin(), officers.end());
    if (distinct.size() != officers.size() || officers.size() < 2 || officers.size() > 8) {
        return refuse(VaultError::not_permitted,
                      "the seed needs 2 to 8 different officers, so that nobody chooses the paper alone");
    }
    const std::vector<Officer> known = vault_->officers();
    for (const std::string& id : officers) {
        if (std::ranges::none_of(known, [&](const Officer& officer) { return officer.card.id() == id; })) {
            return refuse(VaultError::not_found, "no officer has the id " + id);
        }
    }
    const auto snapshot = ItemBank{*vault_}.snapshot(blueprint.rules);
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    if (const auto plan = engine::FormDrawer::compile(snapshot->pool, blueprint); !plan) {
        return refuse(VaultError::infeasible, plan.error().detail);
    }
    const std::string id = "D" + crypto::to_base32(crypto::random_bytes(5));
    const std::string blueprint_text = engine::canonical_json(to_json(blueprint));
    const auto recorded = vault_->record("draw.open", now, [&](Database& database) -> Result<boost::json::object> {
        boost::json::array names;
        for (const std::string& officer : officers) { names.push_back(boost::json::string{officer}); }
        database
            .prepare("INSERT INTO draws(id, state, blueprint, officers, beacon_source, created_ms)"
                     " VALUES (?, 'committing', ?, ?, ?, ?)")
            .bind(id)
            .bind(blueprint_text)
            .bind(engine::canonical_json(names))
            .bind(beacon_source)
            .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
            .run();
        boost::json::object entry{
            {"draw", id}, {"blueprint_digest", blueprint_digest(blueprint_text).hex()}, {"officers", names}};
        if (!beacon_source.empty()) { entry["beacon_source"] = beacon_source; }
        return entry;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return id;
}

Result<DrawRecord> DrawRegister::ready_to_run(std::string_view draw_id, const std::string& beacon)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
    auto record = find(draw_id);
    if (!record) { return record; }
    if (record->state == DrawState::drawn) {
        return refuse(VaultError::already_used, "this draw has been run; a paper is drawn once");
    }
    if (record->state != DrawState::ready) {
        return refuse(VaultError::conflict,
                      "the seed is not complete: every officer must commit, then reveal (state: " +
                          std::string{to_text(record->state)} + ")");
    }
    if (record->beacon_source.empty() && !beacon.empty()) {
        return refuse(VaultError::not_permitted,
                      "this draw names no public value; it must be named when the draw is opened, or the last one to "
                      "speak could choose it");
    }
    if (!record->beacon_source.empty() && beacon.empty()) {
        return refuse(VaultError::conflict, "this draw waits for the public value: " + record->beacon_source);
    }
    if (!is_beacon_text(beacon)) {
        return refuse(VaultError::malformed, "the public value is one line of at most 200 bytes");
    }
    record->beacon = beacon;
    record->state = DrawState::drawn;
    record->drawn_by = vault_->actor().id;
    record->method = engine::draw_method;
    record->seed = seed_of(*record).hex();
    return record;
}

Result<DrawRecord> DrawRegister::run(std::string_view draw_id, engine::Instant now, const std::string& beacon)
{
    auto record = ready_to_run(draw_id, beacon);
    if (!record) { return record; }
    const auto snapshot = ItemBank{*vault_}.snapshot(record->blueprint.rules);
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    auto forms = draw_forms(*snapshot, record->blueprint, seed_of(*record));
    if (!forms) { return std::unexpected{forms.error()}; }
    record->forms = std::move(*forms);
    record->snapshot_digest = snapshot->digest.hex();
    const std::string forms_text = engine::canonical_json(forms_to_json(record->forms, *snapshot));
    record->digest = draw_digest(*record, forms_text).hex();
    const auto recorded = vault_->record("draw.run", now, [&](Database& database) -> Result<boost::json::object> {
        store_drawn(database, *record, *snapshot, forms_text);
        if (database.changes() != 1) { return refuse(VaultError::conflict, "another process has run this draw"); }
        boost::json::object entry = drawn_entry(*record);
        entry["forms"] = record->forms.size();
        return entry;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return record;
}

Result<DrawRecord> DrawRegister::find(std::string_view draw_id)
{
    return guarded([&]() -> Result<DrawRecord> {
        Statement row =
            vault_->database().prepare("SELECT state, blueprint, officers, snapshot, seed, forms, digest, "
                                       "beacon_source, beacon, drawn_by, method, loft_forms, loft_root FROM draws"
                                       " WHERE id = ?");
        row.bind(draw_id);
        if (!row.step()) { return refuse(VaultError::not_found, "there is no draw '" + std::string{draw_id} + "'"); }
        const auto text_or_nothing = [&](int column) { return row.is_null(column) ? std::string{} : row.text(column); };
        DrawRecord record;
        record.id = draw_id;
        const std::string state = row.text(0);
        for (const DrawState each : {DrawState::committing, DrawState::revealing, DrawState::ready, DrawState::drawn}) {
            if (to_text(each) == state) { record.state = each; }
        }
        const auto blueprint_value = engine::parse_json(row.text(1), {.bytes_max = 8 << 20});
        if (!blueprint_value) { return refuse(VaultError::malformed, "draw: blueprint"); }
        auto blueprint = engine::blueprint_from_json(*blueprint_value);
        if (!blueprint) { return refuse(VaultError::malformed, blueprint.error().detail); }
        record.blueprint = std::move(*blueprint);
        const auto officers = engine::parse_json(row.text(2), {});
        if (!officers || !officers->is_array()) { return refuse(VaultError::malformed, "draw: officers"); }
        const std::vector<Officer> known = vault_->officers();
        Statement contribution = vault_->database().prepare(
            "SELECT commitment, value FROM draw_contributions WHERE draw_id = ? AND officer_id = ?");
        for (const auto& element : officers->get_array()) {
            DrawContribution entry;
            entry.officer_id = element.as_string();
            for (const Officer& officer : known) {
                if (officer.card.id() == entry.officer_id) { entry.officer_name = officer.card.name; }
            }
            contribution.bind(draw_id).bind(entry.officer_id);
            if (contribution.step()) {
                entry.commitment = contribution.text(0);
                entry.value = contribution.text(1);
            }
            contribution.reset();
            record.contributions.push_back(std::move(entry));
        }
        record.beacon_source = text_or_nothing(7);
        record.beacon = text_or_nothing(8);
        if (record.state != DrawState::drawn) { return record; }
        const auto snapshot = snapshot_from_text(row.text(3));
        if (!snapshot) { return std::unexpected{snapshot.error()}; }
        record.snapshot_digest = snapshot->digest.hex();
        record.seed = row.text(4);
        record.digest = row.text(6);
        record.drawn_by = text_or_nothing(9);
        // Before schema 2 the method was not stored, and there was one.
        record.method = row.is_null(10) ? first_draw_method : row.text(10);
        if (!row.is_null(11)) {
            record.loft = {static_cast<std::uint32_t>(row.integer(11)), row.text(12)};
            return record;
        }
        const auto forms_value = engine::parse_json(row.text(5), {.bytes_max = 64 << 20, .depth_max = 8});
        if (!forms_value) { return refuse(VaultError::malformed, "draw: forms"); }
        auto forms = forms_from_json(*forms_value, *snapshot);
        if (!forms) { return std::unexpected{forms.error()}; }
        record.forms = std::move(*forms);
        return record;
    });
}

Result<std::vector<std::string>> DrawRegister::list()
{
    return guarded([&]() -> Result<std::vector<std::string>> {
        std::vector<std::string> ids;
        Statement rows = vault_->database().prepare("SELECT id FROM draws ORDER BY created_ms, id");
        while (rows.step()) { ids.push_back(rows.text(0)); }
        return ids;
    });
}

Result<BankSnapshot> DrawRegister::snapshot(const DrawRecord& record)
{
    if (record.state != DrawState::drawn) {
        return refuse(VaultError::conflict, "draw " + record.id + " has not been run yet");
    }
    return guarded([&]() -> Result<BankSnapshot> {
        Statement row = vault_->database().prepare("SELECT snapshot FROM draws WHERE id = ?");
        row.bind(record.id);
        if (!row.step()) { return refuse(VaultError::not_found, "there is no draw '" + record.id + "'"); }
        return snapshot_from_text(row.text(0));
    });
}

Result<BankSnapshot> DrawRegister::snapshot_to_draw_from(const DrawRecord& record)
{
    auto frozen = snapshot(record);
    if (!frozen) { return frozen; }
    if (auto unmasked = ItemBank{*vault_}.unmask_key_letters(*frozen); !unmasked) {
        return std::unexpected{unmasked.error()};
    }
    return frozen;
}

Result<engine::Form> DrawRegister::with_content(const DrawRecord& record, const BankSnapshot& snapshot,
                                                const engine::DrawnForm& drawn)
{
    ItemBank bank{*vault_};
    engine::Form form{.id = drawn.id, .title = record.blueprint.title, .sections = {}};
    for (std::size_t n = 0; n < drawn.sections.size(); ++n) {
        const engine::BlueprintSection& plan = record.blueprint.sections[n];
        engine::FormSection section{.title = plan.title, .note = plan.note, .items = {}};
        for (const std::uint32_t position : drawn.sections[n]) {
            const engine::PoolItem& chosen = snapshot.pool[position];
            auto item = bank.item(chosen.id, snapshot.versions.find(chosen.id)->second);
            if (!item) { return std::unexpected{item.error()}; }
            section.items.push_back({std::move(*item), plan.points_each});
        }
        form.sections.push_back(std::move(section));
    }
    engine::stand_together(form);
    return form;
}

Result<std::vector<engine::Form>> DrawRegister::forms(const DrawRecord& record)
{
    if (record.loft.forms > 0) {
        return refuse(VaultError::conflict,
                      "draw " + record.id + " has a form for each candidate; they are drawn again one by one");
    }
    const auto frozen = snapshot(record);
    if (!frozen) { return std::unexpected{frozen.error()}; }
    std::vector<engine::Form> forms;
    for (const engine::DrawnForm& drawn : record.forms) {
        auto form = with_content(record, *frozen, drawn);
        if (!form) { return std::unexpected{form.error()}; }
        forms.push_back(std::move(*form));
    }
    return forms;
}

} // namespace papervault::vault
