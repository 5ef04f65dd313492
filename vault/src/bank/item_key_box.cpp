#include "item_key_box.hpp"

#include <papervault/crypto/aead.hpp>
#include <papervault/engine/json.hpp>

namespace papervault::vault {
namespace {

std::string context_of(std::string_view id, int version)
{
    return "papervault.item-key.v1|" + std::string{id} + "|" + std::to_string(version);
}

} // namespace

crypto::Bytes seal_item_key(const crypto::SecretBuffer& answers_key, const engine::AnswerKey& key)
{
    const std::string context = context_of(key.item_id, key.item_version);
    const std::string text = engine::canonical_json(to_json(key));
    return crypto::encrypt(answers_key, crypto::bytes_of(text), crypto::bytes_of(context));
}

Result<engine::AnswerKey> open_item_key(const crypto::SecretBuffer& answers_key, crypto::ByteView sealed,
                                        std::string_view id, int version)
{
    const std::string context = context_of(id, version);
    const auto opened = crypto::decrypt_secret(answers_key, sealed, crypto::bytes_of(context));
    if (!opened) {
        return refuse(VaultError::authentication_failed, "the key of '" + std::string{id} + "' was altered");
    }
    const std::string_view text{reinterpret_cast<const char*>(opened->expose().data()), opened->size_bytes()};
    const auto value = engine::parse_json(text, {});
    if (!value) { return refuse(VaultError::malformed, "the key of '" + std::string{id} + "' can't be read"); }
    auto key = engine::answer_key_from_json(*value, "key");
    if (!key || key->item_id != id || key->item_version != version) {
        return refuse(VaultError::malformed, "the key of '" + std::string{id} + "' can't be read");
    }
    return std::move(*key);
}

crypto::Digest item_row_digest(std::string_view body, crypto::ByteView sealed_key)
{
    return crypto::blake2b("papervault.item-row.v1", {crypto::bytes_of(body), sealed_key});
}

crypto::Digest import_digest(Database& database, std::uint64_t entry)
{
    crypto::Blake2bHasher hasher{"papervault.import.v1"};
    Statement rows = database.prepare("SELECT row_digest FROM items WHERE import_entry = ? ORDER BY id, version");
    rows.bind(static_cast<std::int64_t>(entry));
    while (rows.step()) { hasher.update(crypto::bytes_of(rows.text(0))); }
    return hasher.finish();
}

} // namespace papervault::vault
