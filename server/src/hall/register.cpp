#include "hall/register.hpp"

#include <papervault/vault/database.hpp>
#include <papervault/vault/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace papervault::server {
namespace {

using vault::Result;
using vault::Statement;
using vault::StorageUnavailable;
using vault::Transaction;
using vault::VaultError;

constexpr const char* schema = R"sql(
CREATE TABLE packages (
    package_id       TEXT PRIMARY KEY,
    batch_id         TEXT NOT NULL UNIQUE,
    digest           BLOB NOT NULL,
    stage            INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 2),
    milestone_number INTEGER NOT NULL,
    milestone_hash   BLOB NOT NULL,
    boot_id          TEXT,
    since_boot       INTEGER,
    anchor_time      INTEGER
) STRICT;
CREATE TABLE forms (
    digest     BLOB PRIMARY KEY,
    package_id TEXT NOT NULL REFERENCES packages (package_id)
) STRICT;
CREATE TABLE seats (
    seat INTEGER PRIMARY KEY,
    key  BLOB NOT NULL
) STRICT;
PRAGMA user_version = 1;
)sql";

std::unexpected<vault::VaultFailure> storage_failed(const StorageUnavailable& failure)
{
    return vault::refuse(VaultError::storage_failed, fmt::format("the hall's register: {}", failure.what()));
}

Result<crypto::Digest> digest_of(const crypto::Bytes& bytes)
{
    crypto::Digest digest;
    if (bytes.size() != digest.bytes.size()) {
        return vault::refuse(VaultError::malformed, "the hall's register: a digest of wrong size");
    }
    std::ranges::copy(bytes, digest.bytes.begin());
    return digest;
}

} // namespace

std::string_view to_text(PackageStage stage) noexcept
{
    constexpr std::array<std::string_view, 3> words{"taken_in", "opened", "sealed"};
    return words[static_cast<std::size_t>(stage)];
}

struct HallRegister::State {
    vault::Database database;
    std::mutex mutex;
    explicit State(vault::Database opened) : database{std::move(opened)} {}
};

HallRegister::HallRegister(std::unique_ptr<State> state) : state_{std::move(state)} {}
HallRegister::~HallRegister() = default;

Result<std::unique_ptr<HallRegister>> HallRegister::open(const std::filesystem::path& file,
                                                         const crypto::SecretBuffer& key)
{
    std::error_code error;
    const bool is_new = !std::filesystem::exists(file, error);
    auto database = is_new ? vault::Database::create(file, key) : vault::Database::open(file, key);
    if (!database) { return std::unexpected{database.error()}; }
    try {
        Statement version = database->prepare("PRAGMA user_version");
        const std::int64_t number = version.step() ? version.integer(0) : 0;
        version.reset();
        if (number == 0) { // new, or made by a process that was killed before it was finished
            Transaction transaction{*database};
            database->execute(schema);
            transaction.commit();
        } else if (number != 1) {
            return vault::refuse(VaultError::malformed, "the hall's register is of a newer version");
        }
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    if (is_new) {
        if (auto synced = vault::sync_directory(file.parent_path()); !synced) {
            return std::unexpected{synced.error()};
        }
    }
    return std::unique_ptr<HallRegister>{new HallRegister{std::make_unique<State>(std::move(*database))}};
}

Result<void> HallRegister::check_unused(std::string_view package_id, std::string_view batch_id,
                                        const std::vector<crypto::Digest>& forms)
{
    const std::scoped_lock guard{state_->mutex};
    try {
        Statement package = state_->database.prepare(
            "SELECT package_id, batch_id, stage FROM packages WHERE package_id = ? OR batch_id = ?");
        package.bind(package_id).bind(batch_id);
        if (package.step()) {
            const auto stage = static_cast<PackageStage>(package.integer(2));
            if (package.text(0) == package_id) {
                return vault::refuse(VaultError::already_used,
                                     fmt::format("this package is in the hall already ({}) for batch {}",
                                                 to_text(stage), package.text(1)));
            }
            return vault::refuse(VaultError::already_used, fmt::format("the hall has another package for batch {}: {}",
                                                                       batch_id, package.text(0)));
        }
        Statement form = state_->database.prepare(
            "SELECT batch_id FROM forms JOIN packages USING (package_id) WHERE forms.digest = ?");
        for (const crypto::Digest& digest : forms) {
            form.bind(digest.view());
            if (form.step()) {
                return vault::refuse(VaultError::already_used,
                                     fmt::format("a form of this paper was used in batch {} already", form.text(0)));
            }
            form.reset();
        }
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return {};
}

Result<void> HallRegister::take_in(const RegisteredPackage& package, const std::vector<crypto::Digest>& forms)
{
    if (auto unused = check_unused(package.package_id, package.batch_id, forms); !unused) { return unused; }
    const std::scoped_lock guard{state_->mutex};
    try {
        Transaction transaction{state_->database};
        state_->database
            .prepare("INSERT INTO packages (package_id, batch_id, digest, stage, milestone_number, milestone_hash) "
                     "VALUES (?, ?, ?, ?, ?, ?)")
            .bind(std::string_view{package.package_id})
            .bind(std::string_view{package.batch_id})
            .bind(package.digest.view())
            .bind(static_cast<std::int64_t>(package.stage))
            .bind(static_cast<std::int64_t>(package.milestone_number))
            .bind(package.milestone_hash.view())
            .run();
        Statement form = state_->database.prepare("INSERT INTO forms (digest, package_id) VALUES (?, ?)");
        for (const crypto::Digest& digest : forms) {
            form.bind(digest.view()).bind(std::string_view{package.package_id}).run();
        }
        transaction.commit();
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return {};
}

Result<std::vector<RegisteredPackage>> HallRegister::packages()
{
    const std::scoped_lock guard{state_->mutex};
    std::vector<RegisteredPackage> packages;
    try {
        Statement rows = state_->database.prepare("SELECT package_id, batch_id, digest, stage, milestone_number, "
                                                  "milestone_hash FROM packages ORDER BY rowid");
        while (rows.step()) {
            const auto digest = digest_of(rows.bytes(2));
            const auto milestone = digest_of(rows.bytes(5));
            if (!digest) { return std::unexpected{digest.error()}; }
            if (!milestone) { return std::unexpected{milestone.error()}; }
            packages.push_back({.package_id = rows.text(0),
                                .batch_id = rows.text(1),
                                .digest = *digest,
                                .stage = static_cast<PackageStage>(rows.integer(3)),
                                .milestone_number = static_cast<std::uint64_t>(rows.integer(4)),
                                .milestone_hash = *milestone});
        }
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return packages;
}

Result<void> HallRegister::advance(std::string_view package_id, PackageStage stage, std::uint64_t milestone_number,
                                   const crypto::Digest& milestone_hash)
{
    const std::scoped_lock guard{state_->mutex};
    try {
        Transaction transaction{state_->database};
        state_->database
            .prepare("UPDATE packages SET stage = max(stage, ?), milestone_number = ?, milestone_hash = ? "
                     "WHERE package_id = ? AND milestone_number <= ?")
            .bind(static_cast<std::int64_t>(stage))
            .bind(static_cast<std::int64_t>(milestone_number))
            .bind(milestone_hash.view())
            .bind(package_id)
            .bind(static_cast<std::int64_t>(milestone_number))
            .run();
        if (state_->database.changes() != 1) {
            return vault::refuse(VaultError::conflict, "the hall's register doesn't know this package");
        }
        transaction.commit();
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return {};
}

Result<void> HallRegister::store_anchor(std::string_view package_id, const ClockAnchor& anchor)
{
    const std::scoped_lock guard{state_->mutex};
    try {
        Transaction transaction{state_->database};
        state_->database
            .prepare("UPDATE packages SET boot_id = ?, since_boot = ?, anchor_time = ? WHERE package_id = ?")
            .bind(std::string_view{anchor.boot_id})
            .bind(static_cast<std::int64_t>(anchor.since_boot.count()))
            .bind(static_cast<std::int64_t>(anchor.time.time_since_epoch().count()))
            .bind(package_id)
            .run();
        transaction.commit();
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return {};
}

Result<std::optional<ClockAnchor>> HallRegister::anchor(std::string_view package_id)
{
    const std::scoped_lock guard{state_->mutex};
    try {
        Statement row =
            state_->database.prepare("SELECT boot_id, since_boot, anchor_time FROM packages WHERE package_id = ?");
        row.bind(package_id);
        if (!row.step() || row.is_null(0)) { return std::optional<ClockAnchor>{}; }
        return std::optional{ClockAnchor{.boot_id = row.text(0),
                                         .since_boot = std::chrono::milliseconds{row.integer(1)},
                                         .time = engine::Instant{std::chrono::milliseconds{row.integer(2)}}}};
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
}

Result<std::map<int, crypto::Digest>> HallRegister::seats()
{
    const std::scoped_lock guard{state_->mutex};
    std::map<int, crypto::Digest> seats;
    try {
        Statement rows = state_->database.prepare("SELECT seat, key FROM seats");
        while (rows.step()) {
            const auto key = digest_of(rows.bytes(1));
            if (!key) { return std::unexpected{key.error()}; }
            seats.emplace(static_cast<int>(rows.integer(0)), *key);
        }
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return seats;
}

Result<void> HallRegister::enrol(int seat, const crypto::Digest& key)
{
    const std::scoped_lock guard{state_->mutex};
    try {
        Transaction transaction{state_->database};
        state_->database
            .prepare("INSERT INTO seats (seat, key) VALUES (?, ?) ON CONFLICT (seat) DO UPDATE SET key = excluded.key")
            .bind(static_cast<std::int64_t>(seat))
            .bind(key.view())
            .run();
        transaction.commit();
    } catch (const StorageUnavailable& failure) {
        return storage_failed(failure);
    }
    return {};
}

} // namespace papervault::server
