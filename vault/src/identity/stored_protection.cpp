#include "identity/stored_protection.hpp"

#include "json_codec.hpp"
#include "regular_file.hpp"

#include <papervault/crypto/random.hpp>

#include <array>

namespace papervault::vault {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t device_bytes_max = 32;
constexpr std::string_view passphrase_sm3 = "passphrase_sm3";

std::optional<crypto::P256PublicKey> point_field(engine::JsonFields& fields, std::string_view name)
{
    const auto key = crypto::P256PublicKey::from_bytes(base64_field(fields, name, crypto::P256PublicKey::size_bytes));
    if (key) { return *key; }
    fields.problem(engine::EngineError::malformed, name, key.error().detail);
    return std::nullopt;
}

std::optional<StoredProtection::TokenLock> token_lock(engine::JsonFields& fields)
{
    TokenHint hint{.label = fields.text("token", token::label_bytes_max),
                   .serial = fields.text("serial", token::serial_bytes_max)};
    const std::string id_text = fields.text("key_id", 2 * token::key_id_bytes_max);
    auto id = crypto::from_hex(id_text);
    if (!id || id->empty() || crypto::to_hex(*id) != id_text) {
        fields.problem(engine::EngineError::malformed, "key_id", "is not 1 to 64 bytes in hexadecimal");
    }
    const auto key = point_field(fields, "token_key");
    const auto ephemeral = point_field(fields, "ephemeral_key");
    if (!fields.good()) { return std::nullopt; }
    return StoredProtection::TokenLock{.key = {.token = std::move(hint), .key_id = std::move(*id), .public_key = *key},
                                       .ephemeral = *ephemeral};
}

Result<crypto::SecretBuffer> read_key_file(const std::filesystem::path& file)
{
    auto opened = RegularFile::open(file);
    if (!opened) { return std::unexpected{opened.error()}; }
    if (opened->size() < key_bytes || opened->size() > key_file_bytes_max) {
        return refuse(VaultError::malformed, file.string() + " is not a key file: 32 to 4096 bytes are needed");
    }
    crypto::SecretBuffer content{static_cast<std::size_t>(opened->size())};
    if (auto read = opened->read_at(0, content.expose()); !read) { return std::unexpected{read.error()}; }
    return content;
}

Result<crypto::SecretBuffer> passphrase_key(const StoredProtection& stored, const Passphrase& passphrase)
{
    const std::size_t size = passphrase.text.size_bytes();
    if (size == 0 || size > passphrase_bytes_max) {
        return refuse(VaultError::malformed, "a passphrase has 1 to 1024 bytes");
    }
    auto key = stored.sm3_iterations != 0
                   ? crypto::derive_from_passphrase_sm3(passphrase.text, stored.salt, stored.sm3_iterations)
                   : crypto::derive_from_passphrase(passphrase.text, stored.salt, stored.cost);
    if (!key) {
        const bool machine = key.error().code == crypto::CryptoError::unavailable;
        return refuse(machine ? VaultError::storage_failed : VaultError::malformed, key.error().detail);
    }
    return *std::move(key);
}

crypto::SecretBuffer token_key(crypto::Suite suite, const StoredProtection::TokenLock& lock,
                               const crypto::SecretBuffer& shared)
{
    crypto::Bytes context{lock.key.public_key.view().begin(), lock.key.public_key.view().end()};
    context.insert(context.end(), lock.ephemeral.view().begin(), lock.ephemeral.view().end());
    return crypto::combine_keys(suite, {&shared}, "papervault.identity.token.v1", context);
}

crypto::SecretBuffer machine_key(crypto::Suite suite, const crypto::SecretBuffer& unsealed)
{
    return crypto::combine_keys(suite, {&unsealed}, "papervault.identity.machine.v1", {});
}

Result<NewLock> lock_with_token(crypto::Suite suite, const Token& token)
{
    if (suite != crypto::Suite::pv1) {
        return refuse(VaultError::suite_refused,
                      "a token agrees on P-256, which is no national algorithm: use a passphrase or key file for gm1");
    }
    auto agreed = token::agree_anew(token);
    if (!agreed) { return std::unexpected{agreed.error()}; }
    StoredProtection::TokenLock lock{.key = std::move(agreed->key), .ephemeral = agreed->agreement.ephemeral};
    crypto::SecretBuffer key = token_key(suite, lock, agreed->agreement.shared);
    StoredProtection stored;
    stored.kind = ProtectionKind::token;
    stored.token = std::move(lock);
    return NewLock{.stored = std::move(stored), .key = std::move(key)};
}

Result<NewLock> lock_with_machine(crypto::Suite suite, MachineSealer& sealer)
{
    const crypto::SecretBuffer key = crypto::random_secret(key_bytes);
    auto sealed = sealer.seal(key);
    if (!sealed) { return std::unexpected{sealed.error()}; }
    // Asked at once, as a token is: what does not come back now would be lost for ever.
    const auto again = sealer.unseal(*sealed);
    if (!again) { return std::unexpected{again.error()}; }
    if (!crypto::equal_in_constant_time(*again, key)) {
        return refuse(VaultError::storage_failed, "the machine's device gives another key back");
    }
    StoredProtection stored;
    stored.kind = ProtectionKind::machine;
    stored.device = sealer.device();
    stored.machine_sealed = *std::move(sealed);
    return NewLock{.stored = std::move(stored), .key = machine_key(suite, key)};
}

} // namespace

std::string_view to_text(ProtectionKind kind) noexcept
{
    switch (kind) {
    case ProtectionKind::passphrase: return "passphrase";
    case ProtectionKind::key_file: return "key_file";
    case ProtectionKind::file_permissions: return "file_permissions";
    case ProtectionKind::token: return "token";
    case ProtectionKind::machine: return "machine";
    }
    return "unknown";
}

ProtectionKind kind_of(const Protection& protection) noexcept
{
    if (std::holds_alternative<Passphrase>(protection)) { return ProtectionKind::passphrase; }
    if (std::holds_alternative<KeyFile>(protection)) { return ProtectionKind::key_file; }
    if (std::holds_alternative<Token>(protection)) { return ProtectionKind::token; }
    if (std::holds_alternative<Machine>(protection)) { return ProtectionKind::machine; }
    return ProtectionKind::file_permissions;
}

boost::json::value to_json(const StoredProtection& protection)
{
    boost::json::object json{{"kind", to_text(protection.kind)}};
    if (protection.kind == ProtectionKind::passphrase && protection.sm3_iterations != 0) {
        json["kind"] = passphrase_sm3;
        json["salt"] = crypto::to_base64(protection.salt);
        json["iterations"] = protection.sm3_iterations;
    } else if (protection.kind == ProtectionKind::passphrase) {
        json["salt"] = crypto::to_base64(protection.salt);
        json["operations"] = protection.cost.operations;
        json["memory_kib"] = protection.cost.memory_kib;
    } else if (protection.kind == ProtectionKind::token && protection.token) {
        const token::KeyRecord& key = protection.token->key;
        json["token"] = key.token.label;
        json["serial"] = key.token.serial;
        json["key_id"] = crypto::to_hex(key.key_id);
        json["token_key"] = crypto::to_base64(key.public_key.view());
        json["ephemeral_key"] = crypto::to_base64(protection.token->ephemeral.view());
    } else if (protection.kind == ProtectionKind::machine) {
        json["device"] = protection.device;
        json["sealed"] = crypto::to_base64(protection.machine_sealed);
    }
    return json;
}

StoredProtection protection_field(engine::JsonFields& outer, std::string_view name)
{
    StoredProtection protection;
    const boost::json::value& value = outer.member(name);
    if (!outer.good()) { return protection; }
    engine::JsonFields fields{value, outer.path(name)};
    const std::string kind = fields.text("kind", 32);
    if (kind == to_text(ProtectionKind::passphrase)) {
        protection.kind = ProtectionKind::passphrase;
        protection.salt = base64_field(fields, "salt", salt_bytes);
        const auto cost = [&fields](std::string_view field, std::uint64_t lowest, std::uint64_t highest) {
            return static_cast<std::uint64_t>(
                fields.integer(field, static_cast<std::int64_t>(lowest), static_cast<std::int64_t>(highest)));
        };
        using Cost = crypto::PassphraseCost;
        protection.cost.operations = cost("operations", Cost::operations_min, Cost::operations_max);
        protection.cost.memory_kib = cost("memory_kib", Cost::memory_kib_min, Cost::memory_kib_max);
    } else if (kind == passphrase_sm3) {
        protection.kind = ProtectionKind::passphrase;
        protection.salt = base64_field(fields, "salt", salt_bytes);
        protection.sm3_iterations = static_cast<std::uint64_t>(
            fields.integer("iterations", static_cast<std::int64_t>(crypto::pbkdf2_iterations_min),
                           static_cast<std::int64_t>(crypto::pbkdf2_iterations_max)));
    } else if (kind == to_text(ProtectionKind::token)) {
        protection.kind = ProtectionKind::token;
        protection.token = token_lock(fields);
    } else if (kind == to_text(ProtectionKind::machine)) {
        protection.kind = ProtectionKind::machine;
        protection.device = fields.text("device", device_bytes_max);
        if (!is_plain_name(protection.device, device_bytes_max)) {
            fields.problem(engine::EngineError::malformed, "device", "is not a plain name");
        }
        protection.machine_sealed = base64_field(fields, "sealed", machine_sealed_bytes_max);
    } else if (kind == to_text(ProtectionKind::key_file)) {
        protection.kind = ProtectionKind::key_file;
    } else if (kind == to_text(ProtectionKind::file_permissions)) {
        protection.kind = ProtectionKind::file_permissions;
    } else {
        fields.problem(engine::EngineError::malformed, "kind", "is not a protection");
    }
    if (auto finished = fields.finish(); !finished) { outer.problem(finished.error()); }
    return protection;
}

Result<NewLock> lock_anew(crypto::Suite suite, const Protection& protection, crypto::PassphraseCost cost)
{
    if (const auto* token = std::get_if<Token>(&protection)) { return lock_with_token(suite, *token); }
    if (const auto* machine = std::get_if<Machine>(&protection)) { return lock_with_machine(suite, *machine->sealer); }
    StoredProtection stored;
    stored.kind = kind_of(protection);
    stored.cost = cost;
    if (const auto* passphrase = std::get_if<Passphrase>(&protection)) {
        stored.salt = crypto::random_bytes(salt_bytes);
        stored.sm3_iterations = passphrase->with_sm3 ? crypto::pbkdf2_iterations_default : 0;
    }
    auto key = unlocking_key(suite, stored, protection);
    if (!key) { return std::unexpected{key.error()}; }
    return NewLock{.stored = std::move(stored), .key = *std::move(key)};
}

Result<crypto::SecretBuffer> unlocking_key(crypto::Suite suite, const StoredProtection& stored,
                                           const Protection& protection)
{
    if (const auto* passphrase = std::get_if<Passphrase>(&protection)) { return passphrase_key(stored, *passphrase); }
    if (const auto* key_file = std::get_if<KeyFile>(&protection)) {
        const auto content = read_key_file(key_file->file);
        if (!content) { return std::unexpected{content.error()}; }
        return crypto::combine_keys(suite, {&*content}, "papervault.identity.key-file.v1", {});
    }
    if (const auto* token = std::get_if<Token>(&protection)) {
        const auto shared = token::agree_again(*token, stored.token->key, stored.token->ephemeral);
        if (!shared) { return std::unexpected{shared.error()}; }
        return token_key(suite, *stored.token, *shared);
    }
    if (const auto* machine = std::get_if<Machine>(&protection)) {
        if (machine->sealer->device() != stored.device) {
            return refuse(VaultError::wrong_host,
                          "the identity is sealed by a device of another kind: " + stored.device);
        }
        const auto unsealed = machine->sealer->unseal(stored.machine_sealed);
        if (!unsealed) { return std::unexpected{unsealed.error()}; }
        if (unsealed->size_bytes() != key_bytes) {
            return refuse(VaultError::wrong_host, "the machine's device gave something else than a key");
        }
        return machine_key(suite, *unsealed);
    }
    // No secret at all: everybody can work this key out, so the mode of the file is what protects it.
    return crypto::SecretBuffer::copy_of(crypto::hash(suite, "papervault.identity.file-permissions.v1", {}).view());
}

} // namespace papervault::vault
