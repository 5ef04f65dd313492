#include "keys_file.hpp"

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/files.hpp>

namespace papervault::vault {
namespace {

constexpr std::size_t keys_bytes_max = 1 << 20;

boost::json::object keys_body(const KeysFile& keys)
{
    boost::json::array wraps;
    for (const auto& wrap : keys.wraps) {
        wraps.push_back({{"card", to_json(wrap.card)}, {"sealed_key", crypto::to_base64(wrap.sealed_key)}});
    }
    return {{"format", "papervault-vault-keys"},
            {"version", 1},
            {"vault_id", keys.vault_id},
            {"name", keys.name},
            {"wraps", wraps}};
}

crypto::Digest keys_digest(const KeysFile& keys)
{
    return crypto::blake2b("papervault.vault-keys.v1", {crypto::bytes_of(engine::canonical_json(keys_body(keys)))});
}

} // namespace

Result<void> write_keys(const std::filesystem::path& directory, const KeysFile& keys, bool replace)
{
    boost::json::object body = keys_body(keys);
    body["digest"] = keys_digest(keys).hex();
    const std::string text = engine::canonical_json(body) + "\n";
    return write_file_durably(directory / keys_name, crypto::bytes_of(text), replace);
}

Result<KeysFile> read_keys(const std::filesystem::path& directory)
{
    const auto text = read_text_file(directory / keys_name, keys_bytes_max);
    if (!text) {
        if (text.error().code == VaultError::not_found) {
            return refuse(VaultError::not_found, directory.string() + " is not a vault (no " + std::string{keys_name} +
                                                     "); 'papervault init' makes one");
        }
        return std::unexpected{text.error()};
    }
    const auto damaged = [&](const std::string& why) {
        return refuse(VaultError::malformed, (directory / keys_name).string() + " is damaged (" + why +
                                                 "); nothing was changed. Put back the copy from your backup.");
    };
    const auto value = engine::parse_json(*text, {.bytes_max = keys_bytes_max, .depth_max = 8});
    if (!value) { return damaged(value.error().detail); }
    engine::JsonFields fields{*value, ""};
    KeysFile keys;
    if (fields.text("format", 64) != "papervault-vault-keys" || fields.integer("version", 1, 1) != 1) {
        return damaged("format");
    }
    keys.vault_id = fields.text("vault_id", 32);
    keys.name = fields.text("name", 256);
    for (const auto& element : fields.array("wraps", 1000)) {
        engine::JsonFields wrap{element, "wraps"};
        const auto card = card_from_json(wrap.member("card"), "wraps.card");
        const auto sealed = crypto::from_base64(wrap.text("sealed_key", 4096));
        if (!card || !sealed || !wrap.finish()) { return damaged("wraps"); }
        keys.wraps.push_back({*card, *sealed});
    }
    const std::string digest = fields.text("digest", 64);
    if (const auto done = fields.finish(); !done) { return damaged(done.error().detail); }
    if (digest != keys_digest(keys).hex()) { return damaged("its digest does not fit"); }
    return keys;
}

} // namespace papervault::vault
