#pragma once

#include <papervault/vault/database.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>
#include <papervault/vault/ledger.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// The office's vault: one folder with the encrypted database, its wrapped keys and the signed checkpoint.
namespace papervault::vault {

/// Rights of an officer (rule B6). One person may hold several, where the regulations don't forbid it.
enum class Role {
    manager,    ///< Imports items, writes blueprints, draws.
    sealer,     ///< Seals and counter-signs packages.
    key_keeper, ///< May read answer keys in order to seal them.
    releaser,   ///< Issues releases.
    grader,     ///< Grades; member of the graders' quorum.
    supervisor, ///< Sees the record, changes nothing (rule A4).
};
[[nodiscard]] std::string_view to_text(Role role) noexcept;
[[nodiscard]] std::optional<Role> role_from_text(std::string_view text) noexcept;

struct Officer {
    IdentityCard card;
    std::set<Role> roles;
};
/// "manager,key_keeper" for display and for the command line.
[[nodiscard]] std::string to_text(const std::set<Role>& roles);
[[nodiscard]] Result<std::set<Role>> roles_from_text(std::string_view text);

/// An open vault, in the name of one officer. One thread; a second process waits for the first one's transaction.
class OfficeVault {
public:
    /// Makes the folder, the database with a random key, and wraps the key for each officer. Nothing is left behind on
    /// failure.
    /// @param founder  One of the officers; his name stands in the first ledger entry.
    [[nodiscard]] static Result<OfficeVault> create(const std::filesystem::path& directory, std::string name,
                                                    const std::vector<Officer>& officers, const Identity& founder,
                                                    engine::Instant now);
    /// @return not_permitted when the identity has no wrapped key here; authentication_failed when the database is
    /// damaged.
    [[nodiscard]] static Result<OfficeVault> open(const std::filesystem::path& directory, const Identity& who);
    OfficeVault(OfficeVault&&) noexcept;
    OfficeVault& operator=(OfficeVault&&) noexcept;
    ~OfficeVault();

    [[nodiscard]] const std::filesystem::path& directory() const noexcept;
    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] const std::string& vault_id() const noexcept;
    [[nodiscard]] const Actor& actor() const noexcept;
    [[nodiscard]] std::vector<Officer> officers() const;
    [[nodiscard]] Result<void> require(Role role) const;
    /// @param who  The officer in whose name the vault is open: wraps the database key for the new one.
    [[nodiscard]] Result<void> add_officer(const Officer& officer, const Identity& who, engine::Instant now);

    /// The office's own identity: signs releases and checkpoints; answers come home to its box key.
    [[nodiscard]] const Identity& office_identity() const noexcept;
    /// The office's identity for packages of a suite. @return suite_refused while the suite has never been accepted.
    [[nodiscard]] Result<const Identity*> office_identity(crypto::Suite suite) const;
    /// Suites that packages of this office may have; pv1 at first.
    [[nodiscard]] crypto::SuiteSet accepted_suites() const;
    /// For a manager; into the ledger. The first time that gm1 is accepted, the office gets an identity of that suite.
    /// @return malformed for an empty set.
    [[nodiscard]] Result<void> accept_suites(crypto::SuiteSet suites, engine::Instant now);
    /// Key of the answer keys; only key keepers and graders have it wrapped.
    [[nodiscard]] Result<const crypto::SecretBuffer*> answers_key() const;

    [[nodiscard]] Database& database() noexcept;
    [[nodiscard]] Ledger ledger() noexcept;

    /// One transaction: what `change` does and the ledger entry that explains it are both stored, or neither; then the
    /// checkpoint file follows.
    /// @param change  Fills in the entry's subject. A failure it returns rolls all back.
    [[nodiscard]] Result<LedgerEntry> record(std::string_view action, engine::Instant now,
                                             const std::function<Result<boost::json::object>(Database&)>& change);
    /// Writes ledger.checkpoint anew from the database.
    [[nodiscard]] Result<std::string> write_checkpoint();

private:
    struct State;
    explicit OfficeVault(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Runs a repository's body and turns StorageUnavailable into storage_failed.
template <class Body>
auto guarded(Body&& body) -> decltype(body())
{
    try {
        return body();
    } catch (const StorageUnavailable& failure) {
        return refuse(VaultError::storage_failed, failure.what());
    }
}

} // namespace papervault::vault
