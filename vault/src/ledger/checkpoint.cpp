#include <papervault/vault/ledger.hpp>

#include <papervault/crypto/bytes.hpp>

#include <charconv>
#include <cstring>

/// C2SP tlog-checkpoint inside a C2SP signed-note: three lines, an empty line, and signature lines
/// "— <name> <base64(4-byte key id ‖ Ed25519 signature)>". The key id is the first 4 bytes of
/// SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
namespace papervault::vault {
namespace {

constexpr std::string_view dash = "\xE2\x80\x94 ";

crypto::Bytes key_id(std::string_view name, const crypto::VerifyKey& key)
{
    crypto::Bytes message;
    for (const char c : name) { message.push_back(static_cast<std::byte>(c)); }
    message.push_back(std::byte{0x0A});
    message.push_back(std::byte{0x01});
    message.insert(message.end(), key.view().begin(), key.view().end());
    const crypto::Digest digest = crypto::sha256(message);
    return {digest.bytes.begin(), digest.bytes.begin() + 4};
}

std::string body_of(const Checkpoint& checkpoint)
{
    return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
           crypto::to_base64(checkpoint.root.view()) + "\n";
}

std::optional<std::string_view> take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    if (end == std::string_view::npos) { return std::nullopt; }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

} // namespace

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key)
{
    const std::string body = body_of(checkpoint);
    crypto::Bytes blob = key_id(checkpoint.origin, key.verify_key());
    const crypto::Signature signature = key.sign_raw(crypto::bytes_of(body));
    blob.insert(blob.end(), signature.begin(), signature.end());
    return body + "\n" + std::string{dash} + checkpoint.origin + " " + crypto::to_base64(blob) + "\n";
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const crypto::VerifyKey& key)
{
    const auto malformed = [](std::string_view why) {
        return refuse(VaultError::malformed, "checkpoint: " + std::string{why});
    };
    if (note.size() > 64 * 1024) { return malformed("too large"); }
    const auto split = note.find("\n\n");
    if (split == std::string_view::npos) { return malformed("no signature block"); }
    const std::string_view body = note.substr(0, split + 1);
    std::string_view lines = body;
    const auto origin = take_line(lines);
    const auto size_text = take_line(lines);
    const auto root_text = take_line(lines);
    if (!origin || origin->empty() || !size_text || !root_text || !lines.empty()) {
        return malformed("not three lines");
    }
    Checkpoint checkpoint{.origin = std::string{*origin}, .size = 0, .root = {}};
    const auto [end, error] =
        std::from_chars(size_text->data(), size_text->data() + size_text->size(), checkpoint.size);
    if (error != std::errc{} || end != size_text->data() + size_text->size() ||
        std::to_string(checkpoint.size) != *size_text) {
        return malformed("bad size");
    }
    const auto root = crypto::from_base64(*root_text);
    if (!root || root->size() != checkpoint.root.bytes.size()) { return malformed("bad root"); }
    std::memcpy(checkpoint.root.bytes.data(), root->data(), root->size());

    // Signatures by keys that we do not know are ignored: witnesses co-sign the same note.
    const crypto::Bytes wanted_id = key_id(*origin, key);
    std::string_view block = note.substr(split + 2);
    while (const auto line = take_line(block)) {
        if (!line->starts_with(dash)) { return malformed("bad signature line"); }
        const std::string_view rest = line->substr(dash.size());
        const auto space = rest.rfind(' ');
        if (space == std::string_view::npos) { return malformed("bad signature line"); }
        const auto blob = crypto::from_base64(rest.substr(space + 1));
        if (!blob || blob->size() < 5) { return malformed("bad signature"); }
        crypto::Signature signature{};
        if (rest.substr(0, space) != *origin || blob->size() != 4 + signature.size()) { continue; }
        if (!std::equal(wanted_id.begin(), wanted_id.end(), blob->begin())) { continue; }
        std::memcpy(signature.data(), blob->data() + 4, signature.size());
        if (crypto::verify_raw(key, crypto::bytes_of(body), signature)) { return checkpoint; }
        return refuse(VaultError::signature_invalid, "checkpoint: the signature does not fit");
    }
    return refuse(VaultError::signature_invalid, "checkpoint: not signed by this vault");
}

} // namespace papervault::vault
