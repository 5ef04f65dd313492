#include <papervault/vault/draws.hpp>

#include "draws/draw_text.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t value_bytes = 32;

std::string commitment_of(std::string_view draw_id, std::string_view officer_id, crypto::ByteView value)
{
    return crypto::blake2b("papervault.draw.commitment.v1",
                           {crypto::bytes_of(draw_id), crypto::bytes_of(officer_id), value})
        .hex();
}

std::string secret_context(std::string_view draw_id, std::string_view officer_id)
{
    return "papervault.draw.secret.v1|" + std::string{draw_id} + "|" + std::string{officer_id};
}

bool all_of(const DrawRecord& record, std::string DrawContribution::* member)
{
    return std::ranges::none_of(record.contributions, [&](const DrawContribution& c) { return (c.*member).empty(); });
}

Result<const DrawContribution*> contribution_of(const DrawRecord& record, const Actor& actor)
{
    const auto found = std::ranges::find(record.contributions, actor.id, &DrawContribution::officer_id);
    if (found == record.contributions.end()) {
        return refuse(VaultError::not_permitted,
                      actor.name + " is not one of the officers who make the seed of this draw");
    }
    return &*found;
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
                                       engine::Instant now)
{
    if (auto allowed = vault_->require(Role::manager); !allowed) { return std::unexpected{allowed.error()}; }
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
    ItemBank bank{*vault_};
    const auto snapshot = bank.snapshot();
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
            .prepare("INSERT INTO draws(id, state, blueprint, officers, created_ms) VALUES (?, 'committing', ?, ?, ?)")
            .bind(id)
            .bind(blueprint_text)
            .bind(engine::canonical_json(names))
            .bind(static_cast<std::int64_t>(now.time_since_epoch().count()))
            .run();
        return boost::json::object{
            {"draw", id}, {"blueprint_digest", blueprint_digest(blueprint_text).hex()}, {"officers", names}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return id;
}

Result<void> DrawRegister::commit(std::string_view draw_id, const Identity& who,
                                  const std::filesystem::path& secret_file, engine::Instant now)
{
    const auto record = find(draw_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto own = contribution_of(*record, vault_->actor());
    if (!own) { return std::unexpected{own.error()}; }
    if (!(*own)->commitment.empty()) { return refuse(VaultError::conflict, "you have committed to this draw already"); }
    const crypto::SecretBuffer value = crypto::random_secret(value_bytes);
    const std::string& officer = vault_->actor().id;
    const std::string context = secret_context(draw_id, officer);
    const std::string sealed =
        crypto::to_base64(crypto::seal_to(who.card().box_key, value.expose(), crypto::bytes_of(context))) + "\n";
    // First the secret is safe with its owner, then the commitment is entered: the other order could lose it.
    if (auto written = write_file_durably(secret_file, crypto::bytes_of(sealed), false); !written) { return written; }
    const std::string commitment = commitment_of(draw_id, officer, value.expose());
    const crypto::Signature signature =
        who.signing_key().sign("papervault.draw.commitment.v1", crypto::bytes_of(commitment));
    const auto recorded = vault_->record("draw.commit", now, [&](Database& database) -> Result<boost::json::object> {
        database
            .prepare(
                "INSERT INTO draw_contributions(draw_id, officer_id, commitment, commit_signature) VALUES (?,?,?,?)")
            .bind(draw_id)
            .bind(officer)
            .bind(commitment)
            .bind(crypto::to_base64(signature))
            .run();
        if (record->contributions.size() ==
            1 + static_cast<std::size_t>(std::ranges::count_if(record->contributions,
                                                               [](const auto& c) { return !c.commitment.empty(); }))) {
            database.prepare("UPDATE draws SET state = 'revealing' WHERE id = ?").bind(draw_id).run();
        }
        return boost::json::object{
            {"draw", std::string{draw_id}}, {"commitment", commitment}, {"signature", crypto::to_base64(signature)}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<void> DrawRegister::reveal(std::string_view draw_id, const Identity& who,
                                  const std::filesystem::path& secret_file, engine::Instant now)
{
    const auto record = find(draw_id);
    if (!record) { return std::unexpected{record.error()}; }
    const auto own = contribution_of(*record, vault_->actor());
    if (!own) { return std::unexpected{own.error()}; }
    if (!all_of(*record, &DrawContribution::commitment)) {
        return refuse(VaultError::conflict,
                      "not every officer has committed yet; who reveals early lets the last one choose");
    }
    if (!(*own)->value.empty()) { return refuse(VaultError::conflict, "you have revealed already"); }
    const auto text = read_text_file(secret_file, 4096);
    if (!text) { return std::unexpected{text.error()}; }
    const auto sealed = crypto::from_base64(std::string_view{*text}.substr(0, text->find('\n')));
    if (!sealed) { return refuse(VaultError::malformed, secret_file.string() + " is damaged"); }
    const std::string& officer = vault_->actor().id;
    const std::string context = secret_context(draw_id, officer);
    const auto value = crypto::open_sealed(who.box_keys(), *sealed, crypto::bytes_of(context));
    if (!value) {
        return refuse(VaultError::authentication_failed, secret_file.string() + " is not your secret of this draw");
    }
    if (commitment_of(draw_id, officer, value->expose()) != (*own)->commitment) {
        return refuse(VaultError::share_invalid, "the value is not the one " + vault_->actor().name + " committed to");
    }
    const auto recorded = vault_->record("draw.reveal", now, [&](Database& database) -> Result<boost::json::object> {
        const std::string hex = crypto::to_hex(value->expose());
        database.prepare("UPDATE draw_contributions SET value = ? WHERE draw_id = ? AND officer_id = ?")
            .bind(hex)
            .bind(draw_id)
            .bind(officer)
            .run();
        const auto revealed =
            std::ranges::count_if(record->contributions, [](const auto& c) { return !c.value.empty(); });
        if (static_cast<std::size_t>(revealed) + 1 == record->contributions.size()) {
            database.prepare("UPDATE draws SET state = 'ready' WHERE id = ?").bind(draw_id).run();
        }
        return boost::json::object{{"draw", std::string{draw_id}}, {"value", hex}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<DrawRecord> DrawRegister::run(std::string_view draw_id, engine::Instant now)
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
    ItemBank bank{*vault_};
    const auto snapshot = bank.snapshot();
    if (!snapshot) { return std::unexpected{snapshot.error()}; }
    const crypto::Digest seed = seed_of(*record);
    auto forms = draw_forms(*snapshot, record->blueprint, seed);
    if (!forms) { return std::unexpected{forms.error()}; }
    record->forms = std::move(*forms);
    record->state = DrawState::drawn;
    record->snapshot_digest = snapshot->digest.hex();
    record->seed = seed.hex();
    const std::string forms_text = engine::canonical_json(forms_to_json(record->forms, *snapshot));
    record->digest = draw_digest(*record, forms_text).hex();
    const auto recorded = vault_->record("draw.run", now, [&](Database& database) -> Result<boost::json::object> {
        database
            .prepare("UPDATE draws SET state = 'drawn', snapshot = ?, seed = ?, forms = ?, digest = ? WHERE id = ? AND "
                     "state = 'ready'")
            .bind(snapshot->text)
            .bind(record->seed)
            .bind(forms_text)
            .bind(record->digest)
            .bind(draw_id)
            .run();
        if (database.changes() != 1) { return refuse(VaultError::conflict, "another process has run this draw"); }
        return boost::json::object{{"draw", record->id},
                                   {"snapshot", record->snapshot_digest},
                                   {"seed", record->seed},
                                   {"forms", record->forms.size()},
                                   {"digest", record->digest}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return record;
}

Result<DrawRecord> DrawRegister::find(std::string_view draw_id)
{
    return guarded([&]() -> Result<DrawRecord> {
        Statement row = vault_->database().prepare(
            "SELECT state, blueprint, officers, snapshot, seed, forms, digest FROM draws WHERE id = ?");
        row.bind(draw_id);
        if (!row.step()) { return refuse(VaultError::not_found, "there is no draw '" + std::string{draw_id} + "'"); }
        DrawRecord record;
        record.id = draw_id;
        const std::string state = row.text(0);
        for (const DrawState each : {DrawState::committing, DrawState::revealing, DrawState::ready, DrawState::drawn}) {
            if (to_text(each) == state) { record.state = each; }
        }
        const auto blueprint_value = engine::parse_json(row.text(1), {});
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
        if (record.state == DrawState::drawn) {
            const auto snapshot = snapshot_from_text(row.text(3));
            if (!snapshot) { return std::unexpected{snapshot.error()}; }
            record.snapshot_digest = snapshot->digest.hex();
            record.seed = row.text(4);
            const auto forms_value = engine::parse_json(row.text(5), {.bytes_max = 64 << 20, .depth_max = 8});
            if (!forms_value) { return refuse(VaultError::malformed, "draw: forms"); }
            auto forms = forms_from_json(*forms_value, *snapshot);
            if (!forms) { return std::unexpected{forms.error()}; }
            record.forms = std::move(*forms);
            record.digest = row.text(6);
        }
        return record;
    });
}

Result<DrawRecord> DrawRegister::verify(std::string_view draw_id)
{
    auto record = find(draw_id);
    if (!record) { return record; }
    const auto broken = [&](const std::string& why) {
        return refuse(VaultError::chain_broken, "draw " + record->id + ": " + why);
    };
    for (const DrawContribution& contribution : record->contributions) {
        const auto value = crypto::from_hex(contribution.value);
        if (contribution.value.empty()) { continue; }
        if (!value || commitment_of(record->id, contribution.officer_id, *value) != contribution.commitment) {
            return broken("the value of " + contribution.officer_name + " is not the one committed to");
        }
    }
    if (record->state != DrawState::drawn) {
        return refuse(VaultError::conflict, "draw " + record->id + " has not been run yet");
    }
    return guarded([&]() -> Result<DrawRecord> {
        Statement row = vault_->database().prepare("SELECT snapshot, forms FROM draws WHERE id = ?");
        row.bind(draw_id);
        row.step();
        const auto snapshot = snapshot_from_text(row.text(0));
        if (!snapshot) { return std::unexpected{snapshot.error()}; }
        const crypto::Digest seed = seed_of(*record);
        if (seed.hex() != record->seed) { return broken("the seed does not come from the officers' values"); }
        const auto again = draw_forms(*snapshot, record->blueprint, seed);
        if (!again) { return broken("drawing again fails: " + again.error().detail); }
        const std::string forms_text = row.text(1);
        if (engine::canonical_json(forms_to_json(*again, *snapshot)) != forms_text) {
            return broken("drawing again gives other forms");
        }
        if (draw_digest(*record, forms_text).hex() != record->digest) {
            return broken("the digest does not fit the record");
        }
        if (const auto valid = engine::verify_forms(snapshot->pool, record->blueprint, record->forms); !valid) {
            return broken(valid.error().detail);
        }
        return std::move(*record);
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

Result<std::vector<engine::Form>> DrawRegister::forms(const DrawRecord& record)
{
    if (record.state != DrawState::drawn) {
        return refuse(VaultError::conflict, "draw " + record.id + " has not been run yet");
    }
    return guarded([&]() -> Result<std::vector<engine::Form>> {
        Statement row = vault_->database().prepare("SELECT snapshot FROM draws WHERE id = ?");
        row.bind(record.id);
        row.step();
        const auto snapshot = snapshot_from_text(row.text(0));
        if (!snapshot) { return std::unexpected{snapshot.error()}; }
        ItemBank bank{*vault_};
        std::vector<engine::Form> forms;
        for (const engine::DrawnForm& drawn : record.forms) {
            engine::Form form{.id = drawn.id, .title = record.blueprint.title, .sections = {}};
            for (std::size_t n = 0; n < drawn.sections.size(); ++n) {
                const engine::BlueprintSection& plan = record.blueprint.sections[n];
                engine::FormSection section{.title = plan.title, .note = plan.note, .items = {}};
                for (const std::uint32_t position : drawn.sections[n]) {
                    const engine::PoolItem& chosen = snapshot->pool[position];
                    auto item = bank.item(chosen.id, snapshot->versions.find(chosen.id)->second);
                    if (!item) { return std::unexpected{item.error()}; }
                    section.items.push_back({std::move(*item), plan.points_each});
                }
                form.sections.push_back(std::move(section));
            }
            forms.push_back(std::move(form));
        }
        return forms;
    });
}

} // namespace papervault::vault
