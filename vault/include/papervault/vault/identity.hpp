#pragma once

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/kdf.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/crypto/sign.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/token.hpp>

#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace papervault::vault {

/// The public half of a person or machine: safe to hand around.
struct IdentityCard {
    std::string name; ///< 1 to 64 bytes, printable UTF-8: "张伟", "hall-301".
    crypto::VerifyKey sign_key;
    crypto::BoxPublicKey box_key;

    /// Both keys are of one suite.
    [[nodiscard]] crypto::Suite suite() const noexcept { return sign_key.suite(); }
    /// First 16 hex digits of BLAKE2b over both keys: two people of one name differ.
    [[nodiscard]] std::string id() const;
    bool operator==(const IdentityCard&) const = default;
};
/// Whether a card may bear the name: 1 to 64 bytes of UTF-8 without control, direction or zero-width characters, which
/// could make one name look like another, and without a space at either end.
[[nodiscard]] bool is_identity_name(std::string_view name) noexcept;
[[nodiscard]] boost::json::value to_json(const IdentityCard& card);
[[nodiscard]] Result<IdentityCard> card_from_json(const boost::json::value& value, std::string_view where);
/// Public, so of mode 0644; never overwrites.
[[nodiscard]] Result<void> write_card(const IdentityCard& card, const std::filesystem::path& file);
[[nodiscard]] Result<IdentityCard> read_card(const std::filesystem::path& file);

/// What protects an identity file: something its owner knows, or something he carries.
struct Passphrase {
    crypto::SecretBuffer text;
    /// When saving: PBKDF2-HMAC-SM3 instead of Argon2id, where only national algorithms are allowed. It resists
    /// guessing far less.
    bool with_sm3 = false;
};
struct KeyFile {
    std::filesystem::path file;
}; ///< At least 32 random bytes; make_key_file() writes one.
/// A machine's own identity: the file's permissions are the protection (host lock without TPM).
struct FilePermissions {};

/// Something in a machine that gives a key back on that machine only: a TPM. One thread at a time.
class MachineSealer {
public:
    virtual ~MachineSealer() = default;
    /// 1 to 32 characters of A-Z a-z 0-9 . _ -: "tpm2".
    [[nodiscard]] virtual std::string_view device() const noexcept = 0;
    /// @param key  32 bytes.
    /// @return What unseal() needs beside the device, at most machine_sealed_bytes_max; storage_failed.
    [[nodiscard]] virtual Result<crypto::Bytes> seal(const crypto::SecretBuffer& key) = 0;
    /// @param sealed  From a file, so from anybody.
    /// @return wrong_host (sealed by another machine's device, or altered), storage_failed (the device does not
    /// answer).
    [[nodiscard]] virtual Result<crypto::SecretBuffer> unseal(crypto::ByteView sealed) = 0;
};
inline constexpr std::size_t machine_sealed_bytes_max = 2048;
/// A machine's own identity, useless on another machine. The file's permissions are demanded as well.
struct Machine {
    MachineSealer* sealer; ///< Not null.
};

using Protection = std::variant<Passphrase, KeyFile, FilePermissions, Token, Machine>;
enum class ProtectionKind { passphrase, key_file, file_permissions, token, machine };
inline constexpr std::size_t passphrase_bytes_max =
    1024; ///< At least one byte; what is strong enough, the caller knows.
inline constexpr std::size_t key_file_bytes_max = 4096;
/// 32 random bytes, mode 0600, durable; never overwrites.
[[nodiscard]] Result<void> make_key_file(const std::filesystem::path& file);

/// A person's or machine's signing key and box key, unlocked. Moves, never copies.
class Identity {
public:
    /// @param name  One that is_identity_name(); save() refuses another.
    [[nodiscard]] static Identity generate(std::string name, crypto::Suite suite = crypto::Suite::pv1);
    /// From secret(), for a machine's identity that rests inside an encrypted store.
    [[nodiscard]] static Result<Identity> from_secret(std::string name, const crypto::SecretBuffer& secret,
                                                      crypto::Suite suite = crypto::Suite::pv1);
    /// Both seeds, signing key first: 64 bytes.
    [[nodiscard]] crypto::SecretBuffer secret() const;
    /// Reads an identity file (docs/identity-format.md). A wrong passphrase and a damaged secret are told apart as far
    /// as that can be: wrong_passphrase_or_key against malformed (the structure or its digest is damaged).
    /// not_permitted for a machine's file that group or others may read. token_not_found, pin_wrong, pin_locked and
    /// wrong_host with a token or a machine's device. Slow on purpose with a passphrase.
    [[nodiscard]] static Result<Identity> open(const std::filesystem::path& file, const Protection& protection);
    /// Writes a new file of mode 0600, durable; never overwrites.
    /// A token is asked to open at once what it locks. suite_refused for a token and keys of suite gm1.
    /// @param cost  Of guessing the passphrase; stored in the file.
    [[nodiscard]] Result<void> save(const std::filesystem::path& file, const Protection& protection,
                                    crypto::PassphraseCost cost = {}) const;
    /// The card of an identity file, without unlocking it.
    [[nodiscard]] static Result<IdentityCard> card_of_file(const std::filesystem::path& file);
    /// What to ask for before open().
    [[nodiscard]] static Result<ProtectionKind> protection_of_file(const std::filesystem::path& file);
    /// Which token opens it; nothing where that is not its protection.
    [[nodiscard]] static Result<std::optional<TokenHint>> token_of_file(const std::filesystem::path& file);

    [[nodiscard]] const IdentityCard& card() const noexcept { return card_; }
    [[nodiscard]] const crypto::SigningKey& signing_key() const noexcept { return signing_key_; }
    [[nodiscard]] const crypto::BoxKeyPair& box_keys() const noexcept { return box_keys_; }

private:
    Identity(IdentityCard card, crypto::SigningKey signing_key, crypto::BoxKeyPair box_keys);
    IdentityCard card_;
    crypto::SigningKey signing_key_;
    crypto::BoxKeyPair box_keys_;
};

} // namespace papervault::vault
