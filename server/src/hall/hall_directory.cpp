#include "hall/hall_directory.hpp"

#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>

namespace papervault::server {
namespace {

boost::json::array suites_json(crypto::SuiteSet suites)
{
    boost::json::array names;
    for (const crypto::Suite suite : crypto::all_suites) {
        if (suites.contains(suite)) { names.push_back(boost::json::string{crypto::to_text(suite)}); }
    }
    return names;
}

using vault::Result;
using vault::VaultError;

constexpr int authority_days = 3650;
constexpr int server_days = 825;
constexpr int staff_days = 400;
constexpr std::size_t pem_bytes_max = 64 * 1024;
constexpr std::size_t settings_bytes_max = 64 * 1024;

std::unexpected<vault::VaultFailure> from_crypto(const crypto::CryptoFailure& failure)
{
    return vault::refuse(VaultError::malformed, failure.detail);
}

std::string settings_text(const HallSettings& settings)
{
    const boost::json::object json{{"format", "papervault-hall"},
                                   {"version", 1},
                                   {"name", settings.name},
                                   {"address", settings.address},
                                   {"hall_port", settings.hall_port},
                                   {"enrolment_port", settings.enrolment_port},
                                   {"seats_max", settings.seats_max},
                                   {"seal_automatically", settings.seal_automatically},
                                   {"connections_per_certificate_max", settings.connections_per_certificate_max},
                                   {"in_flight_max", settings.in_flight_max},
                                   {"suites", suites_json(settings.suites)},
                                   {"tpm", settings.tpm}};
    return engine::canonical_json(json) + "\n";
}

Result<HallSettings> read_settings(const std::filesystem::path& file)
{
    const auto text = vault::read_text_file(file, settings_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    const auto value = engine::parse_json(*text, {.bytes_max = settings_bytes_max, .depth_max = 4});
    if (!value) {
        return vault::refuse(VaultError::malformed, fmt::format("{}: {}", file.string(), value.error().detail));
    }
    engine::JsonFields fields{*value, "hall.json"};
    HallSettings settings;
    if (fields.text("format", 64) != "papervault-hall") {
        fields.problem(engine::EngineError::malformed, "format", "not a hall's settings");
    }
    fields.integer("version", 1, 1);
    settings.name = fields.text("name", 64);
    settings.address = fields.text("address", 64);
    settings.hall_port = static_cast<int>(fields.integer("hall_port", 0, 65535));
    settings.enrolment_port = static_cast<int>(fields.integer("enrolment_port", 0, 65535));
    settings.seats_max = static_cast<int>(fields.integer("seats_max", 1, engine::seats_max));
    settings.seal_automatically = fields.boolean("seal_automatically");
    settings.connections_per_certificate_max =
        static_cast<int>(fields.integer("connections_per_certificate_max", 2, 1000));
    settings.in_flight_max = static_cast<int>(fields.integer("in_flight_max", 1, 4096));
    if (fields.has("suites")) { // halls of the first release do not say it
        settings.suites = {};
        for (const std::string& name : fields.texts("suites", 8, 16)) {
            const auto suite = crypto::suite_from_text(name);
            if (!suite) {
                fields.problem(engine::EngineError::malformed, "suites", "has a suite that is not known");
                break;
            }
            settings.suites.insert(*suite);
        }
        if (settings.suites.empty()) { fields.problem(engine::EngineError::malformed, "suites", "is empty"); }
    }
    if (fields.has("tpm")) { settings.tpm = fields.text("tpm", tcti_bytes_max); } // nor of TPMs
    if (const auto good = fields.finish(); !good) { return vault::refuse(VaultError::malformed, good.error().detail); }
    return settings;
}

Result<void> make_folder(const std::filesystem::path& folder)
{
    if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) { return {}; }
    return vault::refuse(VaultError::storage_failed,
                         fmt::format("can't make {}: {}", folder.string(), std::strerror(errno)));
}

/// The machine's own identity: in its TPM, or in a file of its own.
Result<void> save_identity(const vault::Identity& machine, const std::filesystem::path& file,
                           const HallSettings& settings, TpmUse tpm)
{
    if (tpm != TpmUse::off) {
        const auto sealer = open_tpm(settings.tpm);
        auto saved =
            sealer ? machine.save(file, vault::Machine{sealer->get()}) : Result<void>{std::unexpected{sealer.error()}};
        if (saved || tpm == TpmUse::require || saved.error().code == VaultError::already_exists) { return saved; }
    }
    return machine.save(file, vault::FilePermissions{});
}

Result<void> write_text(const std::filesystem::path& file, std::string_view text, unsigned mode)
{
    return vault::write_file_durably(file, crypto::bytes_of(text), false, mode);
}

/// The same card twice is no error.
Result<void> keep_card(const vault::IdentityCard& card, const std::filesystem::path& folder)
{
    if (auto made = make_folder(folder); !made) { return made; }
    auto written = vault::write_card(card, folder / (card.id() + ".card.json"));
    const bool known_already = !written && written.error().code == VaultError::already_exists;
    return known_already ? Result<void>{} : written;
}

} // namespace

Result<crypto::SecretBuffer> read_secret_file(const std::filesystem::path& file, std::size_t bytes_max)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
        return vault::refuse(VaultError::not_permitted,
                             fmt::format("{} may be read by others; chmod 600 it", file.string()));
    }
    auto bytes = vault::read_file(file, bytes_max);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    crypto::SecretBuffer secret = crypto::SecretBuffer::copy_of(*bytes);
    crypto::wipe(*bytes);
    return secret;
}

Result<HallDirectory> HallDirectory::create(const std::filesystem::path& folder, const HallSettings& settings,
                                            const std::vector<std::string>& names, TpmUse tpm)
{
    std::error_code error;
    if (std::filesystem::exists(folder / "hall.json", error)) {
        return vault::refuse(VaultError::already_exists, folder.string() + " is a hall already");
    }
    if (!vault::is_identity_name(settings.name)) {
        return vault::refuse(VaultError::malformed, "a hall's name has 1 to 64 bytes of printable text");
    }
    if (auto made = make_folder(folder); !made) { return std::unexpected{made.error()}; }
    const vault::Identity machine = vault::Identity::generate(
        settings.name, settings.suites.contains(crypto::Suite::pv1) ? crypto::Suite::pv1 : crypto::Suite::gm1);
    try {
        const auto authority = crypto::CertificateAuthority::create(settings.name, authority_days);
        const crypto::CertificateRequest request = crypto::make_certificate_request();
        std::vector<std::string> all_names{settings.address};
        for (const std::string& name : names) {
            if (std::ranges::find(all_names, name) == all_names.end()) { all_names.push_back(name); }
        }
        const auto certificate =
            authority.issue(request.csr_pem, {.role = "hall", .name = settings.name}, all_names, true, server_days);
        if (!certificate) { return from_crypto(certificate.error()); }
        const crypto::SecretBuffer journal_key = crypto::random_secret(32);

        if (auto done = save_identity(machine, folder / "hall.pvid", settings, tpm); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = vault::write_card(machine.card(), folder / "hall.card.json"); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = write_text(folder / "ca.crt", authority.certificate_pem(), 0644); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = vault::write_file_durably(folder / "ca.key", authority.key_pem().expose(), false); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = write_text(folder / "server.crt", *certificate, 0644); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = vault::write_file_durably(folder / "server.key", request.key_pem.expose(), false); !done) {
            return std::unexpected{done.error()};
        }
        if (auto done = vault::write_file_durably(folder / "journal.key", journal_key.expose(), false); !done) {
            return std::unexpected{done.error()};
        }
    } catch (const std::exception& failure) {
        return vault::refuse(VaultError::malformed, failure.what());
    }
    for (const char* name : {"sittings", "outbox", "staff"}) {
        if (auto made = make_folder(folder / name); !made) { return std::unexpected{made.error()}; }
    }
    // Last: a folder without it is no hall.
    if (auto done = write_text(folder / "hall.json", settings_text(settings), 0644); !done) {
        return std::unexpected{done.error()};
    }
    return open(folder);
}

Result<HallDirectory> HallDirectory::open(const std::filesystem::path& folder)
{
    std::error_code error;
    if (!std::filesystem::exists(folder / "hall.json", error)) {
        return vault::refuse(VaultError::not_found,
                             fmt::format("{} is no hall; make one with: papervault-server hall init --dir {} "
                                         "--name …",
                                         folder.string(), folder.string()));
    }
    auto settings = read_settings(folder / "hall.json");
    if (!settings) { return std::unexpected{settings.error()}; }
    return HallDirectory{std::filesystem::absolute(folder), std::move(*settings)};
}

std::filesystem::path HallDirectory::sitting_folder(std::string_view package_id) const
{
    return folder_ / "sittings" / package_id;
}

std::filesystem::path HallDirectory::package_file(std::string_view package_id) const
{
    return sitting_folder(package_id) / "package.pvp";
}

std::filesystem::path HallDirectory::journal_file(std::string_view package_id) const
{
    return sitting_folder(package_id) / "journal.db";
}

Result<vault::ProtectionKind> HallDirectory::identity_protection() const
{
    return vault::Identity::protection_of_file(folder_ / "hall.pvid");
}

Result<vault::Identity> HallDirectory::identity() const
{
    const auto kind = identity_protection();
    if (!kind) { return std::unexpected{kind.error()}; }
    if (*kind != vault::ProtectionKind::machine) {
        return vault::Identity::open(folder_ / "hall.pvid", vault::FilePermissions{});
    }
    const auto tpm = open_tpm(settings_.tpm);
    if (!tpm) { return std::unexpected{tpm.error()}; }
    return vault::Identity::open(folder_ / "hall.pvid", vault::Machine{tpm->get()});
}

Result<std::string> HallDirectory::authority_pem() const
{
    return vault::read_text_file(folder_ / "ca.crt", pem_bytes_max);
}

Result<crypto::CertificateAuthority> HallDirectory::authority() const
{
    const auto certificate = authority_pem();
    if (!certificate) { return std::unexpected{certificate.error()}; }
    const auto key = read_secret_file(folder_ / "ca.key", pem_bytes_max);
    if (!key) { return std::unexpected{key.error()}; }
    auto authority = crypto::CertificateAuthority::load(*certificate, *key);
    if (!authority) { return from_crypto(authority.error()); }
    return std::move(*authority);
}

Result<std::string> HallDirectory::server_certificate_pem() const
{
    return vault::read_text_file(folder_ / "server.crt", pem_bytes_max);
}

Result<crypto::SecretBuffer> HallDirectory::server_key_pem() const
{
    return read_secret_file(folder_ / "server.key", pem_bytes_max);
}

Result<crypto::SecretBuffer> HallDirectory::database_key(std::string_view name) const
{
    const auto master = read_secret_file(folder_ / "journal.key", 64);
    if (!master) { return std::unexpected{master.error()}; }
    if (master->size_bytes() != 32) { return vault::refuse(VaultError::malformed, "journal.key is not 32 bytes"); }
    return crypto::derive_key(*master, "papervault.hall-database.v1", crypto::bytes_of(name));
}

Result<void> HallDirectory::issue_staff(std::string_view name, const std::filesystem::path& file) const
{
    const auto ca = authority();
    if (!ca) { return std::unexpected{ca.error()}; }
    const crypto::CertificateRequest request = crypto::make_certificate_request();
    const auto certificate =
        ca->issue(request.csr_pem, {.role = "staff", .name = std::string{name}}, {}, false, staff_days);
    if (!certificate) { return from_crypto(certificate.error()); }
    crypto::SecretBuffer both{certificate->size() + request.key_pem.size_bytes()};
    std::ranges::copy(crypto::bytes_of(*certificate), both.expose().begin());
    std::ranges::copy(request.key_pem.expose(), both.expose().subspan(certificate->size()).begin());
    return vault::write_file_durably(file, both.expose(), false);
}

Result<std::vector<vault::IdentityCard>> read_cards(const std::filesystem::path& folder)
{
    std::vector<vault::IdentityCard> people;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
        auto card = vault::read_card(entry.path());
        if (!card) { return std::unexpected{card.error()}; }
        people.push_back(std::move(*card));
    }
    const bool none = error == std::errc::no_such_file_or_directory;
    if (error && !none) {
        return vault::refuse(VaultError::storage_failed,
                             fmt::format("can't read {}: {}", folder.string(), error.message()));
    }
    return people;
}

Result<void> HallDirectory::know(const vault::IdentityCard& card) const
{
    return keep_card(card, folder_ / "known");
}

Result<std::vector<vault::IdentityCard>> HallDirectory::known_people() const
{
    return read_cards(folder_ / "known");
}

Result<void> HallDirectory::name_witness(const vault::IdentityCard& card) const
{
    const auto named = witnesses();
    if (!named) { return std::unexpected{named.error()}; }
    for (const vault::IdentityCard& other : *named) {
        if (other != card && (other.sign_key == card.sign_key || other.box_key == card.box_key)) {
            return vault::refuse(VaultError::not_permitted,
                                 fmt::format("{} has a key of {}, who is a witness already", card.name, other.name));
        }
    }
    return keep_card(card, witnesses_folder());
}

Result<std::vector<vault::IdentityCard>> HallDirectory::witnesses() const
{
    return read_cards(witnesses_folder());
}

} // namespace papervault::server
