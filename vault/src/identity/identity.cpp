#include <papervault/vault/identity.hpp>

#include "identity/stored_protection.hpp"
#include "json_codec.hpp"
#include "regular_file.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/vault/files.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view identity_format = "papervault-identity";
constexpr std::size_t identity_bytes_max = 8192;
constexpr std::size_t seed_bytes = 32;

/// An identity file whose structure and digest are right; the secret is still locked.
struct LockedIdentity {
    IdentityCard card;
    StoredProtection protection;
    crypto::Bytes secret;
    unsigned file_mode = 0;
};

/// What the secret is bound to: the same secret under another name, salt or cost does not open.
crypto::Digest secret_context(const IdentityCard& card, const StoredProtection& protection)
{
    return crypto::hash(card.suite(), "papervault.identity-secret.v1",
                        {crypto::bytes_of(engine::canonical_json(to_json(card))),
                         crypto::bytes_of(engine::canonical_json(to_json(protection)))});
}

/// The file without its digest.
boost::json::object identity_json(const IdentityCard& card, const StoredProtection& protection, crypto::ByteView secret)
{
    auto json = document(identity_format);
    json["card"] = to_json(card);
    json["protection"] = to_json(protection);
    json["secret"] = crypto::to_base64(secret);
    return json;
}

/// Finds damage, so that it is not taken for a wrong passphrase.
crypto::Digest identity_digest(const boost::json::object& json)
{
    return crypto::blake2b("papervault.identity-file.v1", {crypto::bytes_of(engine::canonical_json(json))});
}

Result<LockedIdentity> read_identity(const std::filesystem::path& file)
{
    const auto opened = RegularFile::open(file);
    if (!opened) { return std::unexpected{opened.error()}; }
    const auto text = read_whole<std::string>(*opened, identity_bytes_max);
    if (!text) { return std::unexpected{text.error()}; }
    auto value = parse_document(*text, identity_bytes_max, identity_format);
    if (!value) { return std::unexpected{value.error()}; }

    engine::JsonFields fields{*value, ""};
    read_document_fields(fields, identity_format);
    auto card = card_field(fields, "card");
    auto protection = protection_field(fields, "protection");
    auto secret = base64_field(fields, "secret", 2 * seed_bytes + crypto::message_overhead_bytes(crypto::Suite::gm1));
    const auto digest = digest_field(fields, "digest");
    if (auto finished = finish_document(fields, identity_format); !finished) {
        return std::unexpected{finished.error()};
    }
    auto json = identity_json(*card, protection, secret);
    if (digest != identity_digest(json)) { return refuse(VaultError::malformed, file.string() + " is damaged"); }
    json["digest"] = digest.hex();
    if (auto same = require_same_spelling(*text, engine::canonical_json(json), identity_format); !same) {
        return std::unexpected{same.error()};
    }
    return LockedIdentity{.card = *std::move(card),
                          .protection = std::move(protection),
                          .secret = std::move(secret),
                          .file_mode = opened->mode()};
}

} // namespace

Result<void> make_key_file(const std::filesystem::path& file)
{
    const crypto::SecretBuffer key = crypto::random_secret(seed_bytes);
    return write_file_durably(file, key.expose(), false);
}

Identity::Identity(IdentityCard card, crypto::SigningKey signing_key, crypto::BoxKeyPair box_keys)
    : card_{std::move(card)}, signing_key_{std::move(signing_key)}, box_keys_{std::move(box_keys)}
{
}

Identity Identity::generate(std::string name, crypto::Suite suite)
{
    auto signing_key = crypto::SigningKey::generate(suite);
    auto box_keys = crypto::BoxKeyPair::generate(suite);
    IdentityCard card{.name = std::move(name), .sign_key = signing_key.verify_key(), .box_key = box_keys.public_key()};
    return Identity{std::move(card), std::move(signing_key), std::move(box_keys)};
}

Result<Identity> Identity::open(const std::filesystem::path& file, const Protection& protection)
{
    const auto locked = read_identity(file);
    if (!locked) { return std::unexpected{locked.error()}; }
    if (locked->protection.kind != kind_of(protection)) {
        return refuse(VaultError::wrong_passphrase_or_key,
                      file.string() + " is protected in another way: " + std::string{to_text(locked->protection.kind)});
    }
    const ProtectionKind kind = locked->protection.kind;
    const bool of_machine = kind == ProtectionKind::file_permissions || kind == ProtectionKind::machine;
    if (of_machine && (locked->file_mode & 0077U) != 0) {
        return refuse(VaultError::not_permitted,
                      file.string() + " may be read by others than its owner; run chmod 600 and replace the identity");
    }
    const crypto::Suite suite = locked->card.suite();
    const auto key = unlocking_key(suite, locked->protection, protection);
    if (!key) { return std::unexpected{key.error()}; }
    const auto context = secret_context(locked->card, locked->protection);
    const auto seeds = crypto::decrypt_secret(suite, *key, locked->secret, context.view());
    if (!seeds) { return refuse(VaultError::wrong_passphrase_or_key, "cannot unlock " + file.string()); }

    auto identity = from_secret(locked->card.name, *seeds, suite);
    if (!identity || identity->card() != locked->card) {
        return refuse(VaultError::malformed, file.string() + " holds other keys than its card");
    }
    return identity;
}

Result<Identity> Identity::from_secret(std::string name, const crypto::SecretBuffer& secret, crypto::Suite suite)
{
    if (secret.size_bytes() != 2 * seed_bytes) {
        return refuse(VaultError::malformed, "not the secret of an identity");
    }
    auto signing_key =
        crypto::SigningKey::from_seed(crypto::SecretBuffer::copy_of(secret.expose().first(seed_bytes)), suite);
    auto box_keys =
        crypto::BoxKeyPair::from_seed(crypto::SecretBuffer::copy_of(secret.expose().last(seed_bytes)), suite);
    if (!signing_key || !box_keys) { return refuse(VaultError::malformed, "not the secret of an identity"); }
    IdentityCard card{
        .name = std::move(name), .sign_key = signing_key->verify_key(), .box_key = box_keys->public_key()};
    return Identity{std::move(card), *std::move(signing_key), *std::move(box_keys)};
}

crypto::SecretBuffer Identity::secret() const
{
    crypto::SecretBuffer seeds{2 * seed_bytes};
    std::ranges::copy(signing_key_.seed().expose(), seeds.expose().begin());
    std::ranges::copy(box_keys_.seed().expose(), seeds.expose().begin() + seed_bytes);
    return seeds;
}

Result<void> Identity::save(const std::filesystem::path& file, const Protection& protection,
                            crypto::PassphraseCost cost) const
{
    if (!is_identity_name(card_.name)) {
        return refuse(VaultError::malformed, "a name is 1 to 64 bytes of printable text");
    }
    if (!cost.within_limits()) { return refuse(VaultError::malformed, "the cost of the passphrase is out of range"); }
    // Before a token makes a key that no file would name.
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
        return refuse(VaultError::already_exists, file.string() + " exists already");
    }
    const crypto::Suite suite = card_.suite();
    const auto lock = lock_anew(suite, protection, cost);
    if (!lock) { return std::unexpected{lock.error()}; }

    const crypto::SecretBuffer seeds = secret();
    auto json =
        identity_json(card_, lock->stored,
                      crypto::encrypt(suite, lock->key, seeds.expose(), secret_context(card_, lock->stored).view()));
    json["digest"] = identity_digest(json).hex();
    return write_file_durably(file, crypto::bytes_of(engine::canonical_json(json)), false);
}

Result<IdentityCard> Identity::card_of_file(const std::filesystem::path& file)
{
    auto locked = read_identity(file);
    if (!locked) { return std::unexpected{locked.error()}; }
    return std::move(locked->card);
}

Result<ProtectionKind> Identity::protection_of_file(const std::filesystem::path& file)
{
    const auto locked = read_identity(file);
    if (!locked) { return std::unexpected{locked.error()}; }
    return locked->protection.kind;
}

Result<std::optional<TokenHint>> Identity::token_of_file(const std::filesystem::path& file)
{
    auto locked = read_identity(file);
    if (!locked) { return std::unexpected{locked.error()}; }
    if (!locked->protection.token) { return std::nullopt; }
    return std::move(locked->protection.token->key.token);
}

} // namespace papervault::vault
