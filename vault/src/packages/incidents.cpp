// What a hall reports before the opening, and the two officers who let it go on.
#include <papervault/vault/packages.hpp>

#include "packages/stored_texts.hpp"

#include <papervault/engine/json.hpp>

namespace papervault::vault {
namespace {

struct StoredIncident {
    std::string document;
    std::string reason; ///< For going on; empty while nobody has proposed it.
    std::string first_officer;
    std::string clearance; ///< Empty while the second officer has not agreed.
};

Result<StoredIncident> read_stored(std::string_view text)
{
    const auto value = engine::parse_json(text, {.bytes_max = 1 << 17, .depth_max = 4});
    if (!value) { return refuse(VaultError::malformed, "incident: " + value.error().detail); }
    engine::JsonFields fields{*value, "incident"};
    StoredIncident found{.document = fields.text("document", 1 << 15),
                         .reason = fields.text("reason", 500),
                         .first_officer = fields.text("first_officer", 16),
                         .clearance = fields.text("clearance", 1 << 15)};
    if (auto done = fields.finish(); !done) { return refuse(VaultError::malformed, done.error().detail); }
    return found;
}

void store_incident(Database& database, std::string_view package_id, std::string_view id,
                    const StoredIncident& incident)
{
    const boost::json::object json{{"document", incident.document},
                                   {"reason", incident.reason},
                                   {"first_officer", incident.first_officer},
                                   {"clearance", incident.clearance}};
    store(database, incident_name(package_id, id), engine::canonical_json(json));
}

} // namespace

Result<void> PackageRegister::require_manager_or_releaser() const
{
    if (vault_->require(Role::manager)) { return {}; }
    return vault_->require(Role::releaser);
}

Result<void> PackageRegister::require_no_incident(std::string_view package_id) const
{
    return guarded([&]() -> Result<void> {
        Statement rows = vault_->database().prepare("SELECT name, value FROM meta WHERE substr(name, 1, ?) = ?");
        const std::string prefix = incident_name(package_id, {});
        rows.bind(static_cast<std::int64_t>(prefix.size())).bind(std::string_view{prefix});
        while (rows.step()) {
            const auto incident = read_stored(rows.text(1));
            if (!incident) { return std::unexpected{incident.error()}; }
            if (incident->clearance.empty()) {
                return refuse(VaultError::conflict, "the hall reported incident " + rows.text(0).substr(prefix.size()) +
                                                        "; two officers clear it or withdraw the package");
            }
        }
        return {};
    });
}

Result<void> PackageRegister::enter_incident(const Incident& incident, engine::Instant now)
{
    if (auto allowed = require_manager_or_releaser(); !allowed) { return allowed; }
    const auto package = reader(incident.package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (auto sound = verify_incident(incident, *package); !sound) { return sound; }
    const std::string name = incident_name(incident.package_id, incident.id);
    const auto before = guarded([&]() -> Result<std::string> { return stored(vault_->database(), name); });
    if (!before) { return std::unexpected{before.error()}; }
    if (!before->empty()) { return {}; }
    const auto recorded =
        vault_->record("package.incident", now, [&](Database& database) -> Result<boost::json::object> {
            store_incident(database, incident.package_id, incident.id,
                           {.document = encode(incident), .reason = {}, .first_officer = {}, .clearance = {}});
            return boost::json::object{{"package", incident.package_id},
                                       {"incident", incident.id},
                                       {"kind", incident.kind},
                                       {"reason", incident.reason},
                                       {"reported_by", incident.reported_by},
                                       {"reported_at", engine::to_text(incident.reported_at)}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return {};
}

Result<Clearance> PackageRegister::clear_incident(std::string_view package_id, std::string_view incident_id,
                                                  std::string reason, engine::Instant now)
{
    if (auto allowed = require_manager_or_releaser(); !allowed) { return std::unexpected{allowed.error()}; }
    if (reason.empty() || reason.size() > 500) {
        return refuse(VaultError::malformed, "a clearance needs a reason of 1 to 500 bytes");
    }
    const auto package = reader(package_id);
    if (!package) { return std::unexpected{package.error()}; }
    if (auto still_good = require_not_withdrawn(package_id); !still_good) {
        return std::unexpected{still_good.error()};
    }
    const auto office = vault_->office_identity(package->header().suite);
    if (!office) { return std::unexpected{office.error()}; }
    const std::string name = incident_name(package_id, incident_id);
    const auto text = guarded([&]() -> Result<std::string> { return stored(vault_->database(), name); });
    if (!text) { return std::unexpected{text.error()}; }
    if (text->empty()) {
        return refuse(VaultError::not_found, "no such incident of this package was entered: package incident-enter");
    }
    auto incident = read_stored(*text);
    if (!incident) { return std::unexpected{incident.error()}; }
    if (!incident->clearance.empty()) { return refuse(VaultError::conflict, "this incident is cleared already"); }
    const std::string& actor = vault_->actor().id;
    if (incident->first_officer.empty()) {
        incident->first_officer = actor;
        incident->reason = reason;
        const auto recorded =
            vault_->record("package.incident.propose", now, [&](Database& database) -> Result<boost::json::object> {
                store_incident(database, package_id, incident_id, *incident);
                return boost::json::object{
                    {"package", std::string{package_id}}, {"incident", std::string{incident_id}}, {"reason", reason}};
            });
        if (!recorded) { return std::unexpected{recorded.error()}; }
        return refuse(VaultError::quorum_incomplete,
                      "a second officer has to agree before the hall may go on; until then nothing is released");
    }
    if (incident->first_officer == actor) {
        return refuse(VaultError::not_permitted, "the second officer has to be another person");
    }
    auto clearance = sign_clearance(*package, **office, std::string{incident_id}, incident->reason, now);
    if (!clearance) { return clearance; }
    const auto recorded =
        vault_->record("package.incident.clear", now, [&](Database& database) -> Result<boost::json::object> {
            incident->clearance = encode(*clearance);
            store_incident(database, package_id, incident_id, *incident);
            return boost::json::object{{"package", std::string{package_id}},
                                       {"incident", std::string{incident_id}},
                                       {"reason", clearance->reason},
                                       {"proposed_by", incident->first_officer}};
        });
    if (!recorded) { return std::unexpected{recorded.error()}; }
    return clearance;
}

} // namespace papervault::vault
