#pragma once

#include "host_key/tpm.hpp"

#include <papervault/crypto/certificate.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace papervault::server {

/// hall.json: what an operator may change; read at every start.
struct HallSettings {
    std::string name;                  ///< As batches name the hall.
    std::string address = "127.0.0.1"; ///< Where to listen.
    int hall_port = 8443;              ///< 0: any free one.
    int enrolment_port = 8444;
    int seats_max = 30;
    bool seal_automatically = false;          ///< Seal the answers as soon as the sitting has ended.
    int connections_per_certificate_max = 64; ///< A clerk confirms a hall of kiosks in one go.
    int in_flight_max = 64;
    crypto::SuiteSet suites{
        crypto::Suite::pv1};       ///< Of packages that are taken in; without pv1 the machine's keys are gm1's.
    std::string tpm{default_tcti}; ///< How the TPM is reached, where the hall's own key is in it.
};

/// One hall's folder: its identity, authority, keys, register and sittings (docs/operators.md).
class HallDirectory {
public:
    /// Makes a new one. @param names  Further names or addresses for the server's certificate.
    /// @param tpm  Where the hall's own key goes.
    /// @return already_exists when the folder is a hall already; storage_failed when a TPM is required and none does
    /// it.
    [[nodiscard]] static vault::Result<HallDirectory> create(const std::filesystem::path& folder,
                                                             const HallSettings& settings,
                                                             const std::vector<std::string>& names,
                                                             TpmUse tpm = TpmUse::off);
    /// @return not_found when the folder is no hall.
    [[nodiscard]] static vault::Result<HallDirectory> open(const std::filesystem::path& folder);

    [[nodiscard]] const HallSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] std::filesystem::path sitting_folder(std::string_view package_id) const;
    [[nodiscard]] std::filesystem::path package_file(std::string_view package_id) const;
    [[nodiscard]] std::filesystem::path journal_file(std::string_view package_id) const;
    [[nodiscard]] std::filesystem::path register_file() const { return folder_ / "hall.db"; }
    [[nodiscard]] std::filesystem::path outbox() const { return folder_ / "outbox"; }
    [[nodiscard]] std::filesystem::path run_file() const { return folder_ / "run.json"; }
    [[nodiscard]] std::filesystem::path staff_folder() const { return folder_ / "staff"; }
    [[nodiscard]] std::filesystem::path witnesses_folder() const { return folder_ / "witnesses"; }

    /// @return wrong_host when the key is in another machine's TPM: the folder was copied.
    [[nodiscard]] vault::Result<vault::Identity> identity() const;
    /// machine: in the TPM; file_permissions: in a file.
    [[nodiscard]] vault::Result<vault::ProtectionKind> identity_protection() const;
    [[nodiscard]] vault::Result<crypto::CertificateAuthority> authority() const;
    [[nodiscard]] vault::Result<std::string> authority_pem() const;
    [[nodiscard]] vault::Result<std::string> server_certificate_pem() const;
    [[nodiscard]] vault::Result<crypto::SecretBuffer> server_key_pem() const;
    /// Of one database of this hall; all come from journal.key. @param name  Package id, or "register".
    [[nodiscard]] vault::Result<crypto::SecretBuffer> database_key(std::string_view name) const;

    /// A certificate for a person of the staff: file with certificate and key, mode 0600, durable; never overwrites.
    [[nodiscard]] vault::Result<void> issue_staff(std::string_view name, const std::filesystem::path& file) const;

    /// Remembers a person or office whose packages are taken in; durable. The same card twice is no error.
    [[nodiscard]] vault::Result<void> know(const vault::IdentityCard& card) const;
    /// Empty: nobody was named, so nobody is refused.
    [[nodiscard]] vault::Result<std::vector<vault::IdentityCard>> known_people() const;

    /// Lets a person witness seal inspections here (rule V6); durable. The same card twice is no error.
    /// @return not_permitted for a card that shares a key with another witness's: two witnesses are two persons.
    [[nodiscard]] vault::Result<void> name_witness(const vault::IdentityCard& card) const;
    /// Empty: nobody was named, so nobody may.
    [[nodiscard]] vault::Result<std::vector<vault::IdentityCard>> witnesses() const;

private:
    HallDirectory(std::filesystem::path folder, HallSettings settings)
        : folder_{std::move(folder)}, settings_{std::move(settings)}
    {
    }
    std::filesystem::path folder_;
    HallSettings settings_;
};

/// Every card in a folder; none where there is no folder.
[[nodiscard]] vault::Result<std::vector<vault::IdentityCard>> read_cards(const std::filesystem::path& folder);
/// A secret from a file of at most bytes_max; refuses files that others may read.
[[nodiscard]] vault::Result<crypto::SecretBuffer> read_secret_file(const std::filesystem::path& file,
                                                                   std::size_t bytes_max);

} // namespace papervault::server
