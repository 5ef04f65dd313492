#include <papervault/vault/office.hpp>

#include "keys_file.hpp"
#include "schema.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace papervault::vault {
namespace {

constexpr std::string_view database_name = "vault.db";
constexpr std::string_view checkpoint_name = "ledger.checkpoint";
constexpr std::string_view office_secret = "office_identity";
constexpr std::string_view national_office_secret = "office_identity_gm1";
constexpr std::string_view suites_name = "suites";

std::string wrap_context(std::string_view vault_id, std::string_view what)
{
    return "papervault.vault." + std::string{what} + ".v1|" + std::string{vault_id};
}

bool may_hold_answers_key(const std::set<Role>& roles)
{
    return roles.contains(Role::key_keeper) || roles.contains(Role::grader);
}

void store_officer(Database& database, const Officer& officer, std::string_view vault_id,
                   const crypto::SecretBuffer* answers_key, engine::Instant now)
{
    Statement insert = database.prepare(
        "INSERT INTO officers(id, name, card, roles, sealed_answers_key, added_ms) VALUES (?,?,?,?,?,?)");
    insert.bind(officer.card.id())
        .bind(officer.card.name)
        .bind(engine::canonical_json(to_json(officer.card)))
        .bind(to_text(officer.roles));
    if (may_hold_answers_key(officer.roles) && answers_key != nullptr) {
        const std::string context = wrap_context(vault_id, "answers-key");
        insert.bind(
            crypto::ByteView{crypto::seal_to(officer.card.box_key, answers_key->expose(), crypto::bytes_of(context))});
    } else {
        insert.bind_null();
    }
    insert.bind(static_cast<std::int64_t>(now.time_since_epoch().count())).run();
}

/// Nothing when there is none.
Result<std::optional<Identity>> stored_identity(Database& database, std::string_view secret_name,
                                                const std::string& office_name, crypto::Suite suite)
{
    Statement secret = database.prepare("SELECT value FROM secrets WHERE name = ?");
    secret.bind(secret_name);
    if (!secret.step()) { return std::optional<Identity>{}; }
    crypto::Bytes seeds = secret.bytes(0);
    const crypto::SecretBuffer held = crypto::SecretBuffer::copy_of(seeds);
    crypto::wipe(seeds);
    auto identity = Identity::from_secret(office_name, held, suite);
    if (!identity) { return std::unexpected{identity.error()}; }
    return std::optional{*std::move(identity)};
}

std::string checkpoint_origin(std::string_view vault_id)
{
    return "papervault.vault/" + std::string{vault_id};
}

/// Nothing is added to a ledger that is not the one that was signed last. The checkpoint file is written after the
/// transaction, so it may be behind the database, never before it.
Result<void> refuse_damaged(Ledger& ledger, const std::filesystem::path& file, const crypto::VerifyKey& key)
{
    if (auto whole = ledger.verify_head(key); !whole) { return whole; }
    const auto note = read_text_file(file, 64 * 1024);
    if (!note) { return {}; } // the audit tells; it is written anew
    const auto checkpoint = verify_checkpoint(*note, key);
    if (!checkpoint || checkpoint->size <= ledger.size()) { return {}; }
    return refuse(VaultError::chain_broken, "truncated: " + file.string() + " was signed over " +
                                                std::to_string(checkpoint->size) + " entries, the database has only " +
                                                std::to_string(ledger.size()) +
                                                ": an older copy of it was put back. Nothing was changed.");
}

std::string meta(Database& database, std::string_view name)
{
    Statement row = database.prepare("SELECT value FROM meta WHERE name = ?");
    row.bind(name);
    return row.step() ? row.text(0) : std::string{};
}

} // namespace

struct OfficeVault::State {
    std::filesystem::path directory;
    KeysFile keys;
    Database database;
    Actor actor;
    std::set<Role> roles;
    Identity office;
    std::optional<Identity> national_office; ///< Suite gm1.
    std::optional<crypto::SecretBuffer> answers_key;
};

OfficeVault::OfficeVault(std::unique_ptr<State> state) : state_{std::move(state)} {}
OfficeVault::OfficeVault(OfficeVault&&) noexcept = default;
OfficeVault& OfficeVault::operator=(OfficeVault&&) noexcept = default;
OfficeVault::~OfficeVault() = default;

Result<OfficeVault> OfficeVault::create(const std::filesystem::path& directory, std::string name,
                                        const std::vector<Officer>& officers, const Identity& founder,
                                        engine::Instant now)
{
    if (!is_identity_name(name)) {
        return refuse(VaultError::malformed, "the vault needs a name of 1 to 64 bytes of printable text");
    }
    std::set<std::string> ids;
    bool founder_is_officer = false;
    for (const Officer& officer : officers) {
        if (!ids.insert(officer.card.id()).second) {
            return refuse(VaultError::conflict,
                          officer.card.name + " is named twice; give all roles of one person in one entry");
        }
        founder_is_officer |= officer.card == founder.card();
    }
    if (!founder_is_officer) { return refuse(VaultError::not_permitted, "the founder must be one of the officers"); }

    std::error_code error;
    if (std::filesystem::exists(directory, error)) {
        return refuse(VaultError::already_exists,
                      directory.string() + " exists already; choose a new folder for the vault");
    }
    // Everything is made in a folder beside and renamed when it is complete.
    std::filesystem::path working = directory;
    working += ".making-" + crypto::to_hex(crypto::random_bytes(4));
    std::filesystem::create_directories(working, error);
    if (error) { return refuse(VaultError::storage_failed, "can't make " + working.string() + ": " + error.message()); }
    std::filesystem::permissions(working, std::filesystem::perms::owner_all, error);
    struct Cleanup {
        std::filesystem::path path;
        ~Cleanup()
        {
            std::error_code ignored;
            if (!path.empty()) { std::filesystem::remove_all(path, ignored); }
        }
    } cleanup{working};

    const crypto::SecretBuffer database_key = crypto::random_secret(32);
    const crypto::SecretBuffer answers_key = crypto::random_secret(32);
    KeysFile keys{.vault_id = crypto::to_hex(crypto::random_bytes(8)), .name = std::move(name), .wraps = {}};
    const std::string context = wrap_context(keys.vault_id, "database-key");
    for (const Officer& officer : officers) {
        keys.wraps.push_back(
            {officer.card, crypto::seal_to(officer.card.box_key, database_key.expose(), crypto::bytes_of(context))});
    }
    if (auto written = write_keys(working, keys, false); !written) { return std::unexpected{written.error()}; }

    auto created = guarded([&]() -> Result<void> {
        auto database = Database::create(working / database_name, database_key);
        if (!database) { return std::unexpected{database.error()}; }
        const Identity office = Identity::generate(keys.name);
        Transaction transaction{*database};
        create_schema(*database);
        const auto put = [&](std::string_view key, std::string_view value) {
            database->prepare("INSERT INTO meta(name, value) VALUES (?, ?)").bind(key).bind(value).run();
        };
        put("vault_id", keys.vault_id);
        put("name", keys.name);
        const crypto::SecretBuffer secret = office.secret();
        database->prepare("INSERT INTO secrets(name, value) VALUES ('office_identity', ?)")
            .bind(crypto::ByteView{secret.expose()})
            .run();
        boost::json::array listed;
        for (const Officer& officer : officers) {
            store_officer(*database, officer, keys.vault_id, &answers_key, now);
            listed.push_back({{"card", to_json(officer.card)}, {"roles", to_text(officer.roles)}});
        }
        Ledger{*database}.append({founder.card().id(), founder.card().name}, "vault.init",
                                 {{"vault_id", keys.vault_id},
                                  {"name", keys.name},
                                  {"office", to_json(office.card())},
                                  {"officers", listed}},
                                 now);
        Ledger{*database}.sign_head(checkpoint_origin(keys.vault_id), office.signing_key());
        transaction.commit();
        return {};
    });
    if (!created) { return std::unexpected{created.error()}; }
    std::filesystem::rename(working, directory, error);
    if (error) {
        return refuse(VaultError::storage_failed, "can't rename to " + directory.string() + ": " + error.message());
    }
    cleanup.path.clear();
    const auto parent = directory.has_parent_path() ? directory.parent_path() : std::filesystem::path{"."};
    if (auto synced = sync_directory(parent); !synced) { return std::unexpected{synced.error()}; }
    auto vault = open(directory, founder);
    if (vault) {
        if (auto note = vault->write_checkpoint(); !note) { return std::unexpected{note.error()}; }
    }
    return vault;
}

Result<OfficeVault> OfficeVault::open(const std::filesystem::path& directory, const Identity& who)
{
    auto keys = read_keys(directory);
    if (!keys) { return std::unexpected{keys.error()}; }
    const auto wrap =
        std::ranges::find_if(keys->wraps, [&](const auto& candidate) { return candidate.card == who.card(); });
    if (wrap == keys->wraps.end()) {
        return refuse(VaultError::not_permitted,
                      who.card().name + " (" + who.card().id() + ") is no officer of this vault");
    }
    const std::string context = wrap_context(keys->vault_id, "database-key");
    const auto key = crypto::open_sealed(who.box_keys(), wrap->sealed_key, crypto::bytes_of(context));
    if (!key) {
        return refuse(VaultError::authentication_failed,
                      "the wrapped database key of " + who.card().name + " is damaged");
    }
    if (const auto swept = remove_abandoned_files(directory); !swept) { return std::unexpected{swept.error()}; }
    return guarded([&]() -> Result<OfficeVault> {
        auto database = Database::open(directory / database_name, *key);
        if (!database) { return std::unexpected{database.error()}; }
        if (auto ready = upgrade_schema(*database); !ready) { return std::unexpected{ready.error()}; }
        if (meta(*database, "vault_id") != keys->vault_id) {
            return refuse(VaultError::malformed, "the database belongs to another vault than its key file");
        }
        Statement row = database->prepare("SELECT roles, sealed_answers_key FROM officers WHERE id = ?");
        row.bind(who.card().id());
        if (!row.step()) { return refuse(VaultError::not_permitted, who.card().name + " is no officer of this vault"); }
        auto roles = roles_from_text(row.text(0));
        if (!roles) { return std::unexpected{roles.error()}; }
        std::optional<crypto::SecretBuffer> answers_key;
        if (!row.is_null(1)) {
            const std::string answers_context = wrap_context(keys->vault_id, "answers-key");
            auto opened = crypto::open_sealed(who.box_keys(), row.bytes(1), crypto::bytes_of(answers_context));
            if (!opened) { return refuse(VaultError::authentication_failed, "the wrapped answers key is damaged"); }
            answers_key.emplace(std::move(*opened));
        }
        auto office = stored_identity(*database, office_secret, keys->name, crypto::Suite::pv1);
        if (!office) { return std::unexpected{office.error()}; }
        if (!*office) { return refuse(VaultError::malformed, "the vault has no office identity"); }
        auto national = stored_identity(*database, national_office_secret, keys->name, crypto::Suite::gm1);
        if (!national) { return std::unexpected{national.error()}; }
        return OfficeVault{std::make_unique<State>(
            State{directory, std::move(*keys), std::move(*database), Actor{who.card().id(), who.card().name},
                  std::move(*roles), std::move(**office), std::move(*national), std::move(answers_key)})};
    });
}

const std::filesystem::path& OfficeVault::directory() const noexcept
{
    return state_->directory;
}
const std::string& OfficeVault::name() const noexcept
{
    return state_->keys.name;
}
const std::string& OfficeVault::vault_id() const noexcept
{
    return state_->keys.vault_id;
}
const Actor& OfficeVault::actor() const noexcept
{
    return state_->actor;
}
const Identity& OfficeVault::office_identity() const noexcept
{
    return state_->office;
}
Result<const Identity*> OfficeVault::office_identity(crypto::Suite suite) const
{
    if (suite == crypto::Suite::pv1) { return &state_->office; }
    if (!state_->national_office) {
        return refuse(VaultError::suite_refused, "this office has no keys of suite " +
                                                     std::string{crypto::to_text(suite)} +
                                                     "; a manager accepts it first: papervault suites --accept gm1");
    }
    return &*state_->national_office;
}

crypto::SuiteSet OfficeVault::accepted_suites() const
{
    const std::string listed = meta(state_->database, suites_name);
    crypto::SuiteSet accepted{};
    for (const crypto::Suite suite : crypto::all_suites) {
        if (("," + listed + ",").find("," + std::string{crypto::to_text(suite)} + ",") != std::string::npos) {
            accepted.insert(suite);
        }
    }
    return accepted.empty() ? crypto::SuiteSet{crypto::Suite::pv1} : accepted;
}

Result<void> OfficeVault::accept_suites(crypto::SuiteSet suites, engine::Instant now)
{
    if (auto allowed = require(Role::manager); !allowed) { return allowed; }
    if (suites.empty()) { return refuse(VaultError::malformed, "at least one suite has to be accepted"); }
    std::string listed;
    for (const crypto::Suite suite : crypto::all_suites) {
        if (suites.contains(suite)) { listed += (listed.empty() ? "" : ",") + std::string{crypto::to_text(suite)}; }
    }
    std::optional<Identity> made;
    if (suites.contains(crypto::Suite::gm1) && !state_->national_office) {
        made = Identity::generate(state_->keys.name, crypto::Suite::gm1);
    }
    const auto recorded = record("policy.suites", now, [&](Database& database) -> Result<boost::json::object> {
        database
            .prepare(
                "INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
            .bind(suites_name)
            .bind(std::string_view{listed})
            .run();
        boost::json::object subject{{"accepted", listed}};
        if (made) {
            const crypto::SecretBuffer secret = made->secret();
            database.prepare("INSERT INTO secrets(name, value) VALUES (?, ?)")
                .bind(national_office_secret)
                .bind(crypto::ByteView{secret.expose()})
                .run();
            subject["office"] = to_json(made->card());
        }
        return subject;
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    if (made) { state_->national_office = std::move(made); }
    return {};
}

Database& OfficeVault::database() noexcept
{
    return state_->database;
}
Ledger OfficeVault::ledger() noexcept
{
    return Ledger{state_->database};
}

std::vector<Officer> OfficeVault::officers() const
{
    std::vector<Officer> found;
    Statement rows = state_->database.prepare("SELECT card, roles FROM officers ORDER BY added_ms, id");
    while (rows.step()) {
        const auto value = engine::parse_json(rows.text(0), {});
        if (!value) { continue; }
        auto card = card_from_json(*value, "card");
        auto roles = roles_from_text(rows.text(1));
        if (card && roles) { found.push_back({std::move(*card), std::move(*roles)}); }
    }
    return found;
}

Result<void> OfficeVault::require(Role role) const
{
    if (state_->roles.contains(role)) { return {}; }
    return refuse(VaultError::not_permitted, state_->actor.name + " lacks the role '" + std::string{to_text(role)} +
                                                 "' (has: " + to_text(state_->roles) + ")");
}

Result<const crypto::SecretBuffer*> OfficeVault::answers_key() const
{
    if (!state_->answers_key) {
        return refuse(VaultError::not_permitted,
                      state_->actor.name + " may not read answer keys (role key_keeper or grader)");
    }
    return &*state_->answers_key;
}

Result<void> OfficeVault::add_officer(const Officer& officer, const Identity& who, engine::Instant now)
{
    if (auto allowed = require(Role::manager); !allowed) { return allowed; }
    const bool wants_answers = may_hold_answers_key(officer.roles);
    if (wants_answers && !state_->answers_key) {
        return refuse(VaultError::not_permitted,
                      "only somebody who holds the answers key can pass it on to a key keeper or grader");
    }
    KeysFile keys = state_->keys;
    if (std::ranges::any_of(keys.wraps, [&](const auto& wrap) { return wrap.card.id() == officer.card.id(); })) {
        return refuse(VaultError::already_exists, officer.card.name + " is an officer already");
    }
    // The database key goes from one wrap to the other inside this function.
    const auto own = std::ranges::find_if(keys.wraps, [&](const auto& wrap) { return wrap.card == who.card(); });
    if (own == keys.wraps.end() || who.card().id() != state_->actor.id) {
        return refuse(VaultError::not_permitted, "another officer's identity");
    }
    const std::string context = wrap_context(keys.vault_id, "database-key");
    const auto key = crypto::open_sealed(who.box_keys(), own->sealed_key, crypto::bytes_of(context));
    if (!key) { return refuse(VaultError::authentication_failed, "the wrapped database key is damaged"); }
    keys.wraps.push_back(
        {officer.card, crypto::seal_to(officer.card.box_key, key->expose(), crypto::bytes_of(context))});

    const auto recorded = record("officer.add", now, [&](Database& database) -> Result<boost::json::object> {
        // Left over from an addition that was cut short before the key file was written.
        database.prepare("DELETE FROM officers WHERE id = ?").bind(officer.card.id()).run();
        store_officer(database, officer, keys.vault_id, state_->answers_key ? &*state_->answers_key : nullptr, now);
        return boost::json::object{{"card", to_json(officer.card)}, {"roles", to_text(officer.roles)}};
    });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    if (auto written = write_keys(state_->directory, keys, true); !written) { return written; }
    state_->keys = std::move(keys);
    return {};
}

Result<LedgerEntry> OfficeVault::record(std::string_view action, engine::Instant now,
                                        const std::function<Result<boost::json::object>(Database&)>& change)
{
    return guarded([&]() -> Result<LedgerEntry> {
        Transaction transaction{state_->database};
        Ledger ledger{state_->database};
        const crypto::SigningKey& key = state_->office.signing_key();
        if (auto whole = refuse_damaged(ledger, state_->directory / checkpoint_name, key.verify_key()); !whole) {
            return std::unexpected{whole.error()};
        }
        auto subject = change(state_->database);
        if (!subject) { return std::unexpected{subject.error()}; }
        LedgerEntry entry = ledger.append(state_->actor, action, std::move(*subject), now);
        const std::string note = ledger.sign_head(checkpoint_origin(state_->keys.vault_id), key);
        transaction.commit();
        if (auto written = write_file_durably(state_->directory / checkpoint_name, crypto::bytes_of(note), true, 0644);
            !written) {
            return std::unexpected{written.error()};
        }
        return entry;
    });
}

Result<std::string> OfficeVault::write_checkpoint()
{
    return guarded([&]() -> Result<std::string> {
        Transaction transaction{state_->database};
        Ledger ledger{state_->database};
        const crypto::SigningKey& key = state_->office.signing_key();
        if (auto whole = refuse_damaged(ledger, state_->directory / checkpoint_name, key.verify_key()); !whole) {
            return std::unexpected{whole.error()};
        }
        std::string note = ledger.sign_head(checkpoint_origin(state_->keys.vault_id), key);
        transaction.commit();
        if (auto written = write_file_durably(state_->directory / checkpoint_name, crypto::bytes_of(note), true, 0644);
            !written) {
            return std::unexpected{written.error()};
        }
        return note;
    });
}

} // namespace papervault::vault
